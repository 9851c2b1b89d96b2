#include "linear_head.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "../kernels/dispatch.hpp"
#include "../kernels/gemm.hpp"
#include "../kernels/softmax.hpp"
#include "tasks.hpp"

RS_FAMILY_ACCESS(GemmKernels, gemm_kernels, gemm)
RS_FAMILY_ACCESS(SoftmaxKernels, softmax_kernels, softmaxes)

namespace rs {
namespace {

constexpr int64_t kSteps = 256;    // of k, in a block of panels: 128 KiB with kHeadTile columns
constexpr int64_t kRowBlock = 144; // rows that pass by such a block at a time

}  // namespace

HeadChunk::HeadChunk(Carver& carver, const Head& head, int64_t rows, int64_t scratch, int threads)
    : capacity(rows),
      x(carver.take<float>(rows * head.k)),
      tiles(carver.take<float>(rows * head.k)),
      largest(carver.take<float>(rows * head.tiles())),
      sum(carver.take<float>(rows * head.tiles())),
      target(carver.take<float>(rows)),
      scratch(carver.take<float>(scratch * threads)),
      scratch_floats(scratch) {}

int64_t head_scratch_floats(const Head& head, int64_t capacity, bool keeps_logits) {
  return kHeadTile * (std::min(head.k, kSteps) + (keeps_logits ? 0 : capacity));
}

void head_logits(ThreadPool& pool, const Head& head, const HeadChunk& chunk, const int32_t* rows,
                 int64_t n, const int32_t* targets, float* kept) {
  const GemmKernels& kernels = gemm();
  const SoftmaxKernels& soft = softmaxes();
  const int64_t k = head.k;
  parallel_for(pool, n, 4 * kernels.mr, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      std::memcpy(chunk.x + r * k, head.x + rows[r] * k, sizeof(float) * static_cast<size_t>(k));
    }
    kernels.pack_a(chunk.x + begin * k, k, 1, end - begin, k, chunk.tiles + begin * k);
  });

  pool.run(static_cast<size_t>(head.tiles()), [&](size_t task, int thread) {
    const auto tile = static_cast<int64_t>(task);
    const int64_t first = tile * kHeadTile, width = std::min(kHeadTile, head.v - first);
    float* panels = chunk.scratch + thread * chunk.scratch_floats;
    float* logits = panels + kHeadTile * std::min(k, kSteps);
    int64_t stride = kHeadTile;
    if (kept != nullptr) {
      logits = kept + first / kHeadBlock * kHeadBlock * n + first % kHeadBlock;
      stride = kHeadBlock;
    }
    for (int64_t s = 0; s < k; s += kSteps) {
      const int64_t steps = std::min(kSteps, k - s);
      kernels.pack_b(head.w + first * k + s, FloatType::f32, k, true, steps, width, panels);
      for (int64_t r = 0; r < n; r += kRowBlock) {
        kernels.multiply(std::min(kRowBlock, n - r), width, steps, chunk.tiles + r * k, k, s,
                         panels, steps, logits + r * stride, stride, s > 0, nullptr);
      }
    }
    for (int64_t r = 0; r < n; ++r) {
      float* row = logits + r * stride;
      if (k == 0) std::fill(row, row + width, 0.0f);
      const int64_t target = targets[rows[r]] - first;
      if (target >= 0 && target < width) chunk.target[r] = row[target];
      const int64_t at = tile * chunk.capacity + r;
      chunk.largest[at] = soft.exponentials(row, chunk.sum + at, static_cast<size_t>(width));
    }
  });
}

double head_logsumexp(const Head& head, const HeadChunk& chunk, int64_t r) {
  const int64_t tiles = head.tiles();
  double largest = -INFINITY;
  for (int64_t t = 0; t < tiles; ++t) {
    const double m = chunk.largest[t * chunk.capacity + r];
    if (m > largest || std::isnan(m)) largest = m;
    if (std::isnan(m)) break;
  }
  double sum = 0;
  for (int64_t t = 0; t < tiles; ++t) {
    const int64_t at = t * chunk.capacity + r;
    sum += chunk.sum[at] * std::exp(chunk.largest[at] - largest);
  }
  return largest + std::log(sum);
}

int64_t kept_rows(const Tensor& targets, int64_t ignored, int32_t* rows) {
  int64_t n = 0;
  for (int64_t r = 0; r < targets.shape[0]; ++r) {
    if (targets.as<int32_t>()[r] != ignored) rows[n++] = static_cast<int32_t>(r);
  }
  return n;
}

}  // namespace rs
