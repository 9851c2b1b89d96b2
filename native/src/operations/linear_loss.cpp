// Cross-entropy fused with the output projection. Rows whose target is ignored
// cost nothing, and logits exist only for a chunk of rows: for the loss alone a
// tile of them a thread, with gradients at most kLogits floats (or kLeastRows
// rows). Three matrix products decide the time: x W^T, dlogits W, dlogits^T x.
//
// Chunks change no bits: the product's sums are chains in ascending order, over
// k for the logits, over the vocabulary for dx, over rows for dW, which a new
// chunk continues.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "../kernels/dispatch.hpp"
#include "../kernels/gemm.hpp"
#include "../kernels/softmax.hpp"
#include "linear_head.hpp"
#include "loss.hpp"
#include "tasks.hpp"

RS_FAMILY_ACCESS(GemmKernels, gemm_kernels, gemm)
RS_FAMILY_ACCESS(SoftmaxKernels, softmax_kernels, softmaxes)

namespace rs {
namespace {

constexpr int64_t kLogits = 8 << 20;  // 32 MiB
constexpr int64_t kLeastRows = 144;
constexpr int64_t kSteps = 256;  // of a chunk's rows, in a packed block of dlogits^T
constexpr int64_t kRowBlock = 144, kColumnBlock = 128;  // of dx, in a task
constexpr int64_t kWeightRows = 48;  // of dW, in a task

Head head_of(const OperationArgs& args) {
  return {args.in[0].as<float>(), args.in[1].as<float>(), args.in[0].shape[1],
          args.in[1].shape[0]};
}

Status expect_head(const OperationArgs& args) {
  const Tensor &x = args.in[0], &w = args.in[1], &targets = args.in[2];
  RS_RETURN_IF(expect_ignore_index(args));
  RS_RETURN_IF(expect_tensor(x, "x", DType::f32, 2));
  RS_RETURN_IF(expect_tensor(w, "w", DType::f32, 2));
  RS_RETURN_IF(expect_dim(w, "w", 1, x.shape[1]));
  RS_RETURN_IF(expect_tensor(targets, "targets", DType::i32, 1));
  RS_RETURN_IF(expect_dim(targets, "targets", 0, x.shape[0]));
  if (x.shape[0] > INT32_MAX) {
    return Status::error("ERR_SHAPE", "x: expected at most 2^31 - 1 rows, found " + describe(x));
  }
  RS_RETURN_IF(expect_per_target(args.out[0], "loss", targets));
  return expect_per_target(args.out[1], "lse", targets);
}

struct LossPlan {
  int64_t capacity;
  int32_t* rows;
  HeadChunk chunk;

  LossPlan(Carver& carver, const Head& head, int64_t total, int threads)
      : capacity(std::min(total, kHeadRows)),
        rows(carver.take<int32_t>(total)),
        chunk(carver, head, capacity, head_scratch_floats(head, capacity, false), threads) {}
};

struct GradPlan {
  int64_t step;  // rows of a chunk
  int32_t* rows;
  HeadChunk chunk;
  float* logits;      // [blocks][step][kHeadBlock]: exponentials, then dlogits
  float* dlogits;     // [step, kHeadBlock], packed for dx
  float* weights;     // [kHeadBlock, k], in panels for dx
  float* x_panels;    // [step, k], in panels for dW
  float* dx;          // [step, k]

  static int64_t width(const Head& head) { return ceil_div(head.v, kHeadBlock) * kHeadBlock; }

  GradPlan(Carver& carver, const Head& head, int64_t total, int threads)
      : step(std::min(total, std::clamp(kLogits / std::max<int64_t>(width(head), 1) / kWeightRows *
                                            kWeightRows,
                                        kLeastRows, kHeadRows))),
        rows(carver.take<int32_t>(total)),
        chunk(carver, head, std::min(total, kHeadRows),
              std::max(head_scratch_floats(head, kHeadRows, true), kSteps * kWeightRows), threads),
        logits(carver.take<float>(
            std::min(chunk.capacity * width(head), std::max(kLogits, kLeastRows * width(head))))),
        dlogits(carver.take<float>(chunk.capacity * kHeadBlock)),
        weights(carver.take<float>(panel_floats(kHeadBlock, head.k))),
        x_panels(carver.take<float>(panel_floats(chunk.capacity, head.k))),
        dx(carver.take<float>(chunk.capacity * head.k)) {}
};

void clear(ThreadPool& pool, float* p, int64_t n) {
  parallel_for(pool, n, kGrain,
               [&](int64_t begin, int64_t end) { std::fill(p + begin, p + end, 0.0f); });
}

// Everything a chunk's columns [first, first + count) of dlogits give: a share of
// dx and all of the chunk's share of these rows of dW.
void backward_block(ThreadPool& pool, const Head& head, const GradPlan& p, int64_t n,
                    int64_t first, const int32_t* rows, const int32_t* targets, const float* dloss,
                    float* dw, bool first_chunk) {
  const GemmKernels& kernels = gemm();
  const auto scale = softmaxes().scale;
  const int64_t k = head.k, count = std::min(kHeadBlock, head.v - first);
  float* logits = p.logits + first * n;  // [n][kHeadBlock]

  const int64_t row_group = 4 * kernels.mr, row_tasks = ceil_div(n, row_group);
  const int64_t pack_tasks = ceil_div(k, kPanelWidth);
  pool.run(static_cast<size_t>(row_tasks + pack_tasks), [&](size_t task, int) {
    const auto at = static_cast<int64_t>(task);
    if (at >= row_tasks) {
      const int64_t j = (at - row_tasks) * kPanelWidth;
      kernels.pack_b(head.w + first * k + j, FloatType::f32, k, false, count,
                     std::min<int64_t>(kPanelWidth, k - j), p.weights + j * count);
      return;
    }
    const int64_t begin = at * row_group, end = std::min(begin + row_group, n);
    for (int64_t r = begin; r < end; ++r) {
      float* row = logits + r * kHeadBlock;
      for (int64_t c = 0; c < count; c += kHeadTile) {
        const float factor = p.chunk.largest[(first + c) / kHeadTile * p.chunk.capacity + r];
        scale(row + c, factor, static_cast<size_t>(std::min(kHeadTile, count - c)));
      }
      const int64_t target = targets[rows[r]] - first;
      if (target >= 0 && target < count) row[target] -= dloss[rows[r]];
    }
    kernels.pack_a(logits + begin * kHeadBlock, kHeadBlock, 1, end - begin, count,
                   p.dlogits + begin * count);
  });

  const int64_t weight_tasks = ceil_div(count, kWeightRows);
  const int64_t columns = ceil_div(k, kColumnBlock);
  const int64_t dx_tasks = ceil_div(n, kRowBlock) * columns;
  pool.run(static_cast<size_t>(weight_tasks + dx_tasks), [&](size_t task, int thread) {
    const auto at = static_cast<int64_t>(task);
    if (at >= weight_tasks) {
      const int64_t r = (at - weight_tasks) / columns * kRowBlock;
      const int64_t j = (at - weight_tasks) % columns * kColumnBlock;
      kernels.multiply(std::min(kRowBlock, n - r), std::min(kColumnBlock, k - j), count,
                       p.dlogits + r * count, count, 0, p.weights + j * count, count,
                       p.dx + r * k + j, k, first > 0, nullptr);
      return;
    }
    const int64_t v = first + at * kWeightRows;
    const int64_t m = std::min(kWeightRows, first + count - v);
    float* tiles = p.chunk.scratch + thread * p.chunk.scratch_floats;
    for (int64_t s = 0; s < n; s += kSteps) {
      const int64_t steps = std::min(kSteps, n - s);
      kernels.pack_a(logits + s * kHeadBlock + (v - first), 1, kHeadBlock, m, steps, tiles);
      kernels.multiply(m, k, steps, tiles, steps, 0, p.x_panels + s * kPanelWidth, n, dw + v * k, k,
                       !first_chunk || s > 0, nullptr);
    }
  });
}

}  // namespace

Status linear_cross_entropy_check(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, 3, 2, 1));
  return expect_head(args);
}

size_t linear_cross_entropy_workspace(const OperationArgs& args, int threads) {
  Carver carver;
  LossPlan plan(carver, head_of(args), args.in[0].shape[0], threads);
  return carver.used();
}

Status linear_cross_entropy_run(const OperationArgs& args, RunContext& context) {
  const Head head = head_of(args);
  const Tensor& targets = args.in[2];
  const int64_t ignored = args.i64(0), total = targets.shape[0];
  RS_RETURN_IF(expect_targets(targets, ignored, head.v));
  Carver carver(context.workspace);
  const LossPlan plan(carver, head, total, context.pool.size());
  float *loss = args.out[0].as<float>(), *lse = args.out[1].as<float>();
  std::fill(loss, loss + total, 0.0f);
  std::fill(lse, lse + total, 0.0f);
  const int64_t kept = kept_rows(targets, ignored, plan.rows);
  for (int64_t at = 0; at < kept; at += plan.capacity) {
    const int64_t n = std::min(plan.capacity, kept - at);
    const int32_t* rows = plan.rows + at;
    head_logits(context.pool, head, plan.chunk, rows, n, targets.as<int32_t>(), nullptr);
    parallel_rows(context.pool, n, 16 * head.tiles(), [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) {
        lse[rows[r]] = static_cast<float>(head_logsumexp(head, plan.chunk, r));
        loss[rows[r]] = lse[rows[r]] - plan.chunk.target[r];
      }
    });
  }
  return Status::good();
}

Status linear_cross_entropy_grad_check(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, 4, 4, 1));
  RS_RETURN_IF(expect_head(args));
  RS_RETURN_IF(expect_per_target(args.in[3], "dloss", args.in[2]));
  RS_RETURN_IF(expect_tensor(args.out[2], "dx", DType::f32, 2));
  RS_RETURN_IF(expect_same_shape(args.in[0], "x", args.out[2], "dx"));
  RS_RETURN_IF(expect_tensor(args.out[3], "dw", DType::f32, 2));
  return expect_same_shape(args.in[1], "w", args.out[3], "dw");
}

size_t linear_cross_entropy_grad_workspace(const OperationArgs& args, int threads) {
  Carver carver;
  GradPlan plan(carver, head_of(args), args.in[0].shape[0], threads);
  return carver.used();
}

Status linear_cross_entropy_grad_run(const OperationArgs& args, RunContext& context) {
  ThreadPool& pool = context.pool;
  const Head head = head_of(args);
  const Tensor& targets = args.in[2];
  const int64_t ignored = args.i64(0), total = targets.shape[0], k = head.k;
  RS_RETURN_IF(expect_targets(targets, ignored, head.v));
  Carver carver(context.workspace);
  const GradPlan plan(carver, head, total, pool.size());
  const float* dloss = args.in[3].as<float>();
  float *loss = args.out[0].as<float>(), *lse = args.out[1].as<float>(),
        *dx = args.out[2].as<float>(), *dw = args.out[3].as<float>();
  std::fill(loss, loss + total, 0.0f);
  std::fill(lse, lse + total, 0.0f);
  const int64_t kept = kept_rows(targets, ignored, plan.rows);
  if (kept < total) clear(pool, dx, total * k);
  if (kept == 0) clear(pool, dw, head.v * k);

  for (int64_t at = 0; at < kept; at += plan.step) {
    const int64_t n = std::min(plan.step, kept - at);
    const int32_t* rows = plan.rows + at;
    head_logits(pool, head, plan.chunk, rows, n, targets.as<int32_t>(), plan.logits);
    parallel_rows(pool, n, 32 * head.tiles(), [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) {
        const double whole = head_logsumexp(head, plan.chunk, r);
        lse[rows[r]] = static_cast<float>(whole);
        loss[rows[r]] = lse[rows[r]] - plan.chunk.target[r];
        // A tile's exponentials times this are its dlogits, but for the target's.
        for (int64_t t = 0; t < head.tiles(); ++t) {
          float& largest = plan.chunk.largest[t * plan.chunk.capacity + r];
          largest = static_cast<float>(std::exp(largest - whole) * dloss[rows[r]]);
        }
      }
    });
    parallel_for(pool, ceil_div(k, kPanelWidth), 1, [&](int64_t panel, int64_t) {
      const int64_t j = panel * kPanelWidth;
      gemm().pack_b(plan.chunk.x + j, FloatType::f32, k, false, n,
                    std::min<int64_t>(kPanelWidth, k - j), plan.x_panels + j * n);
    });
    for (int64_t first = 0; first < head.v; first += kHeadBlock) {
      backward_block(pool, head, plan, n, first, rows, targets.as<int32_t>(), dloss, dw, at == 0);
    }
    parallel_rows(pool, n, k, [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) {
        std::memcpy(dx + rows[r] * k, plan.dx + r * k, sizeof(float) * static_cast<size_t>(k));
      }
    });
  }
  return Status::good();
}

}  // namespace rs
