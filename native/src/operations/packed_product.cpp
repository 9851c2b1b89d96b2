#include "packed_product.hpp"

#include <algorithm>
#include <vector>

#include "kernels/elementwise.hpp"
#include "kernels/gemm.hpp"
#include "kernels/norm.hpp"
#include "tasks.hpp"

RS_FAMILY_ACCESS(ElementwiseKernels, elementwise_kernels, elementwise)
RS_FAMILY_ACCESS(GemmKernels, gemm_kernels, gemm)
RS_FAMILY_ACCESS(NormKernels, norm_kernels, norms)

namespace rs {
namespace {

constexpr int64_t kWidth = PackedShape::kWidth;
constexpr int64_t kBlockPanels = 2;
constexpr int64_t kBlockSteps = 1536;
constexpr int64_t kBlockRows = 48;

int64_t bytes_64(int64_t bytes) { return ceil_div(bytes, 64) * 64; }

// A block of panels as f32, for formats that are not.
int64_t widened_bytes(const PackedShape& shape) {
  if (shape.format == PackedFormat::f32 || shape.integer()) return 0;
  return kBlockPanels * std::min(shape.k, kBlockSteps) * kWidth * int64_t{sizeof(float)};
}

int64_t tile_rows(const PackedShape& shape) { return shape.integer() ? 1 : gemm().mr; }

}  // namespace

PackedProduct::PackedProduct(const PackedShape& shape, int64_t m, bool made, size_t thread_bytes,
                             int threads)
    : shape_(shape), m_(m), threads_(threads) {
  if (shape.integer()) {
    codes_bytes_ = bytes_64(m * shape.groups() * shape.group * packed().words);
    table_bytes_ = bytes_64(m * shape.groups() * 4);
    shared_bytes_ = codes_bytes_ + 3 * table_bytes_;
  } else {
    shared_bytes_ = bytes_64(m * shape.k * 4);
  }
  // Rows that were made are gone before weights are widened.
  const int64_t rows_made = made ? tile_rows(shape) * shape.k * int64_t{sizeof(float)} : 0;
  own_bytes_ = bytes_64(std::max(rows_made, widened_bytes(shape)));
  per_thread_ = own_bytes_ + bytes_64(static_cast<int64_t>(thread_bytes));
}

size_t PackedProduct::workspace_bytes() const {
  return static_cast<size_t>(shared_bytes_ + threads_ * per_thread_);
}

QuantizedRows PackedProduct::quantized() const {
  char* tables = base_ + codes_bytes_;
  return {reinterpret_cast<int32_t*>(base_), reinterpret_cast<float*>(tables),
          reinterpret_cast<int32_t*>(tables + table_bytes_),
          reinterpret_cast<float*>(tables + 2 * table_bytes_)};
}

int64_t PackedProduct::tiles() const { return ceil_div(m_, tile_rows(shape_)); }

void PackedProduct::prepare_tile(int64_t tile, const float* x, const RowNorm& norm,
                                 const RowColumns& columns, int thread) const {
  const int64_t k = shape_.k, height = tile_rows(shape_);
  const int64_t i = tile * height, rows = std::min(height, m_ - i);
  const float* from = x + i * k;
  float* made = reinterpret_cast<float*>(thread_scratch(thread));
  if (columns.column != nullptr) {
    for (int64_t r = 0; r < rows; ++r) {
      const float* row = x + (i + r) * columns.width;
      float* to = made + r * k;
      for (int64_t c = 0; c < columns.count; ++c) to[c] = row[columns.column[c]];
      std::fill(to + columns.count, to + k, 0.0f);
    }
    from = made;
  } else if (norm.gain != nullptr) {
    for (int64_t r = 0; r < rows; ++r) {
      norms().rms_norm(from + r * k, norm.gain, norm.eps, made + r * k, static_cast<size_t>(k));
    }
    from = made;
  }
  if (shape_.integer()) packed().quantize_row(shape_, from, i, m_, quantized());
  else gemm().pack_a(from, k, 1, rows, k, reinterpret_cast<float*>(base_) + i * k);
}

void PackedProduct::prepare(const float* x, const RowNorm& norm, RunContext& context) {
  place(static_cast<char*>(context.workspace));
  if (shape_.k == 0) return;
  context.pool.run(static_cast<size_t>(tiles()), [&](size_t task, int thread) {
    prepare_tile(static_cast<int64_t>(task), x, norm, {nullptr, 0, 0}, thread);
  });
}

int64_t PackedProduct::panels_a_task(int64_t panels) const {
  return few_rows() ? std::max<int64_t>(1, panels / (16 * threads_)) : panels_at_once();
}

void PackedProduct::multiply_float(const PackedMatrix& w, int64_t panel, int64_t panels,
                                   int64_t first, int64_t rows, float* y, int64_t ldy,
                                   int thread) const {
  const int64_t k = shape_.k, columns = std::min(panels * kWidth, w.n - panel * kWidth);
  const float* tiles = reinterpret_cast<const float*>(base_) + first * k;
  const uint8_t* weight = w.panels + panel * shape_.panel_bytes();
  const float* bias = w.bias != nullptr ? w.bias + panel * kWidth : nullptr;
  if (few_rows()) {  // straight from storage
    packed().float_panel(shape_.format, rows, static_cast<int>(columns), k, tiles, weight, y, ldy,
                         bias);
    return;
  }
  for (int64_t s = 0; s < k; s += kBlockSteps) {
    const int64_t steps = std::min(kBlockSteps, k - s);
    const uint8_t* from = weight + s * shape_.step_bytes();
    const float* block = reinterpret_cast<const float*>(from);
    int64_t block_k = k;
    if (shape_.format != PackedFormat::f32) {
      float* wide = reinterpret_cast<float*>(thread_scratch(thread));
      for (int64_t p = 0; p < panels; ++p) {
        packed().widen_panel(shape_.format, from + p * shape_.panel_bytes(), steps,
                             wide + p * steps * kWidth);
      }
      block = wide;
      block_k = steps;
    }
    for (int64_t i = 0; i < rows; i += kBlockRows) {
      gemm().multiply(std::min(kBlockRows, rows - i), columns, steps, tiles + i * k, k, s, block,
                      block_k, y + i * ldy, ldy, s > 0, s + steps == k ? bias : nullptr);
    }
  }
}

void PackedProduct::multiply(const PackedMatrix& w, int64_t panel, int64_t panels, int64_t first,
                             int64_t rows, float* y, int64_t ldy, int thread) const {
  const int64_t j = panel * kWidth;
  const float* bias = w.bias != nullptr ? w.bias + j : nullptr;
  if (shape_.k == 0) {  // an empty sum
    const int64_t columns = std::min(panels * kWidth, w.n - j);
    for (int64_t i = 0; i < rows; ++i) {
      if (bias != nullptr) std::copy_n(bias, columns, y + i * ldy);
      else std::fill_n(y + i * ldy, columns, 0.0f);
    }
  } else if (shape_.integer()) {
    packed().int_panel(shape_, m_, first, rows, static_cast<int>(std::min(kWidth, w.n - j)),
                       quantized(), w.panels + panel * shape_.panel_bytes(), y, ldy, bias);
  } else {
    multiply_float(w, panel, panels, first, rows, y, ldy, thread);
  }
}

void multiply_all(std::span<const Projection> projections, ThreadPool& pool) {
  struct Task {
    const Projection* projection;
    int64_t first, end;  // panels
  };
  std::vector<Task> tasks;
  for (const Projection& p : projections) {
    // Few rows read long runs of the weight, since each new place costs the memory
    // a start; many rows compute so long on a panel that it doesn't matter.
    const int64_t panels = p.w.panel_count(), step = p.product->panels_at_once();
    const auto cuts = guided_cuts(ceil_div(panels, step), 1,
                                  p.product->few_rows() ? panels : 1, pool.size());
    for (size_t i = 0; i + 1 < cuts.size(); ++i) {
      tasks.push_back({&p, cuts[i] * step, std::min(cuts[i + 1] * step, panels)});
    }
  }
  pool.run(tasks.size(), [&](size_t index, int thread) {
    const auto [p, first, end] = tasks[index];
    const PackedProduct& product = *p->product;
    const int64_t step = product.panels_at_once(), n = p->w.n, m = product.rows();
    for (int64_t panel = first; panel < end; panel += step) {
      product.multiply(p->w, panel, std::min(step, end - panel), 0, m, p->y + panel * kWidth, n,
                       thread);
    }
    if (p->plus == nullptr) return;
    const int64_t j = first * kWidth, columns = std::min(end * kWidth, n) - j;
    for (int64_t at = j; at < m * n; at += n) {
      elementwise().binary(BinaryKind::add, {p->plus + at, 0, 1}, {p->y + at, 0, 1}, p->y + at, 1,
                           static_cast<size_t>(columns));
    }
  });
}

}  // namespace rs
