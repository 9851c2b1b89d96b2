// Three ways through a pass, one for each shape of it. Results that lie side by side
// are folded a vector at a time; where only a few do, blocks are turned first, so
// that the lanes of a vector are as many blocks. The last two give the same bits.
#include "fold.hpp"

#include "../kernels/dispatch.hpp"
#include "../kernels/transpose.hpp"

RS_FAMILY_ACCESS(ReduceKernels, reduce_kernels, reductions)
RS_FAMILY_ACCESS(TransposeKernels, transpose_kernels, transposes)

namespace rs {
namespace {

constexpr int64_t kAlongBlock = 16 * 1024, kAcrossBlock = 64;
constexpr int64_t kStrip = 1024;            // results side by side that a task takes
constexpr int64_t kNarrow = 4;              // results side by side that are too few for a vector
constexpr int64_t kTurned = 16;             // blocks that are turned together

int64_t length(const FoldPass& p, int64_t block) {
  return std::min(p.block, p.reduced - block * p.block);
}

void fold_along(ThreadPool& pool, const FoldPass& p, FoldKind kind, const float* x, float* y) {
  const int64_t blocks = p.blocks();
  parallel_rows(pool, p.outer * blocks, p.block, [&](int64_t begin, int64_t end) {
    for (int64_t at = begin; at < end; ++at) {
      const int64_t block = at % blocks;
      y[at] = reductions().row(kind, x + at / blocks * p.reduced + block * p.block,
                               static_cast<size_t>(length(p, block)));
    }
  });
}

void fold_wide(ThreadPool& pool, const FoldPass& p, FoldKind kind, const float* x, float* y) {
  const int64_t blocks = p.blocks(), strips = ceil_div(p.inner, kStrip);
  const int64_t unit = p.block * std::min(kStrip, p.inner);
  parallel_rows(pool, p.outer * blocks * strips, unit, [&](int64_t begin, int64_t end) {
    for (int64_t at = begin; at < end; ++at) {
      const int64_t column = at % strips * kStrip, segment = at / strips;
      const int64_t block = segment % blocks;
      reductions().rows(
          kind, x + (segment / blocks * p.reduced + block * p.block) * p.inner + column,
          static_cast<size_t>(p.inner), static_cast<size_t>(length(p, block)),
          y + segment * p.inner + column, static_cast<size_t>(std::min(kStrip, p.inner - column)));
    }
  });
}

// `count` blocks of n x inner values, x_step apart; their results y_step apart.
void fold_turned(FoldKind kind, const float* x, int64_t x_step, int64_t count, int64_t n,
                 int64_t inner, float* y, int64_t y_step) {
  if (count == 0) return;
  alignas(64) float turned[kAcrossBlock * kNarrow * kTurned], results[kNarrow * kTurned];
  const int64_t row = inner * count;
  transposes().transpose(x, x_step, turned, count, count, n * inner);
  reductions().rows(kind, turned, static_cast<size_t>(row), static_cast<size_t>(n), results,
                    static_cast<size_t>(row));
  for (int64_t i = 0; i < count; ++i) {
    for (int64_t j = 0; j < inner; ++j) y[i * y_step + j] = results[j * count + i];
  }
}

void fold_narrow(ThreadPool& pool, const FoldPass& p, FoldKind kind, const float* x, float* y) {
  const int64_t blocks = p.blocks(), unit = kTurned * p.block * p.inner;
  const int64_t x_block = p.block * p.inner, x_outer = p.reduced * p.inner;
  if (p.outer >= blocks) {  // turns the same block of several outer indices
    parallel_rows(pool, ceil_div(p.outer, kTurned) * blocks, unit, [&](int64_t begin, int64_t end) {
      for (int64_t at = begin; at < end; ++at) {
        const int64_t outer = at / blocks * kTurned, block = at % blocks;
        fold_turned(kind, x + outer * x_outer + block * x_block, x_outer,
                    std::min(kTurned, p.outer - outer), length(p, block), p.inner,
                    y + (outer * blocks + block) * p.inner, blocks * p.inner);
      }
    });
    return;
  }
  const int64_t groups = ceil_div(blocks, kTurned), whole = p.reduced / p.block;
  parallel_rows(pool, p.outer * groups, unit, [&](int64_t begin, int64_t end) {
    for (int64_t at = begin; at < end; ++at) {
      const int64_t outer = at / groups, first = at % groups * kTurned;
      const float* from = x + outer * x_outer;
      float* to = y + outer * blocks * p.inner;
      fold_turned(kind, from + first * x_block, x_block, std::min(kTurned, whole - first), p.block,
                  p.inner, to + first * p.inner, p.inner);
      if (whole == blocks || first + kTurned < blocks) continue;
      fold_turned(kind, from + whole * x_block, x_block, 1, length(p, whole), p.inner,
                  to + whole * p.inner, p.inner);
    }
  });
}

}  // namespace

FoldPlan::FoldPlan(const Tensor& x, unsigned axes) {
  const auto is_reduced = [axes](int axis) { return (axes >> axis & 1u) != 0; };
  int64_t inner = 1, outer = x.elements();
  // From the innermost reduced axis outward; neighbours are one.
  for (int axis = x.rank - 1; axis >= 0;) {
    const bool reduced = is_reduced(axis), along = axis == x.rank - 1;
    int64_t n = 1;
    for (; axis >= 0 && is_reduced(axis) == reduced; --axis) n *= x.shape[axis];
    outer /= n;
    if (!reduced) {
      inner *= n;
      continue;
    }
    while (n > 1) {
      const FoldPass pass{outer, n, inner, std::min(along ? kAlongBlock : kAcrossBlock, n), along};
      list[count++] = pass;
      scratch = std::max(scratch, pass.out());
      n = pass.blocks();
    }
  }
}

void run_fold(ThreadPool& pool, const FoldPass& p, FoldKind kind, const float* x, float* y) {
  const auto run = p.along ? fold_along : p.inner <= kNarrow ? fold_narrow : fold_wide;
  run(pool, p, kind, x, y);
}

}  // namespace rs
