// The same rows times one packed weight or several. The rows are prepared once,
// normalised on the way where asked: as tiles for a float weight, as 8-bit codes
// for an integer one. What is prepared lies in the workspace, never in a tensor.
//
// One row streams the weight; each thread reads whole panels front to back. Many
// rows pass over blocks of a few panels while these are in cache. Both do the same
// arithmetic per element, and neither a norm on the way nor the company of other
// weights changes a bit.
#pragma once
#include "weights_shape.hpp"

namespace rs {

// A weight of the product's format, group and k.
struct PackedMatrix {
  const uint8_t* panels;
  const float* bias;  // [n] or null
  int64_t n;

  int64_t panel_count() const {
    return (n + PackedShape::kWidth - 1) / PackedShape::kWidth;
  }
  // The weight's outputs from `first` on, a multiple of a panel's width.
  PackedMatrix part(const PackedShape& shape, int64_t first, int64_t count) const {
    return {panels + first / PackedShape::kWidth * shape.panel_bytes(),
            bias != nullptr ? bias + first : nullptr, count};
  }
};

// RMSNorm before the product; none where gain is null.
struct RowNorm {
  const float* gain;  // [k]
  float eps;
};

// Some columns of rows, then zeros up to the product's k; all of them where column is null.
struct RowColumns {
  const int32_t* column;  // ascending, each a column of x
  int64_t count;
  int64_t width;  // of x's rows
};

class PackedProduct {
 public:
  static constexpr int64_t kFewRows = 24;  // then the weight is what takes time

  // made: rows are not read as they are, but normalised or taken from columns first.
  // thread_bytes: scratch that the caller wants for each thread beside multiply()'s.
  PackedProduct(const PackedShape& shape, int64_t m, bool made, size_t thread_bytes, int threads);
  size_t workspace_bytes() const;  // a multiple of 64

  // m > 0. Call before the others, which read what it leaves in the workspace.
  void prepare(const float* x, const RowNorm& norm, RunContext& context);

  // The same piece by piece: where the workspace is, then each of the tiles of rows.
  void place(char* workspace) { base_ = workspace; }
  int64_t tiles() const;
  void prepare_tile(int64_t tile, const float* x, const RowNorm& norm, const RowColumns& columns,
                    int thread) const;

  int64_t rows() const { return m_; }
  bool few_rows() const { return m_ <= kFewRows; }
  // Panels that multiply() takes at once.
  int64_t panels_at_once() const { return few_rows() || shape_.integer() ? 1 : 2; }
  // Panels for one task, where there are so many in all.
  int64_t panels_a_task(int64_t panels) const;

  // y[rows, columns of the panels] of rows [first, first + rows). Both ends are a
  // multiple of 48 or m; with few rows they are 0 and m.
  void multiply(const PackedMatrix& w, int64_t panel, int64_t panels, int64_t first, int64_t rows,
                float* y, int64_t ldy, int thread) const;

  // thread_bytes of scratch, 64-byte aligned.
  char* scratch(int thread) const { return thread_scratch(thread) + own_bytes_; }

 private:
  QuantizedRows quantized() const;
  char* thread_scratch(int thread) const { return base_ + shared_bytes_ + thread * per_thread_; }
  void multiply_float(const PackedMatrix& w, int64_t panel, int64_t panels, int64_t first,
                      int64_t rows, float* y, int64_t ldy, int thread) const;

  const PackedShape shape_;
  const int64_t m_;
  const int threads_;
  int64_t codes_bytes_ = 0, table_bytes_ = 0;
  int64_t shared_bytes_ = 0, own_bytes_ = 0, per_thread_ = 0;
  char* base_ = nullptr;
};

// y[m, n] of a weight; with `plus`, of the same shape, plus + y.
struct Projection {
  const PackedProduct* product;
  PackedMatrix w;
  float* y;
  const float* plus = nullptr;
};
// At once; the products have as many rows.
void multiply_all(std::span<const Projection> projections, ThreadPool& pool);

}  // namespace rs
