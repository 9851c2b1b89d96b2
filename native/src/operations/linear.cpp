// y = x * W^T (+ bias) with a packed weight. One row streams the weight; each
// thread reads whole panels front to back. Many rows pass over blocks of a few
// panels while these are in cache. Both do the same arithmetic per element.
#include <algorithm>

#include "kernels/gemm.hpp"
#include "tasks.hpp"
#include "weights_shape.hpp"

RS_FAMILY_ACCESS(GemmKernels, gemm_kernels, gemm)

namespace rs {
namespace {

constexpr int64_t kWidth = PackedShape::kWidth;
constexpr int64_t kFewRows = 24;       // read a float weight straight from storage
constexpr int64_t kBlockPanels = 2;
constexpr int64_t kBlockSteps = 1536;
constexpr int64_t kBlockRows = 48;

int64_t bytes_64(int64_t bytes) { return ceil_div(bytes, 64) * 64; }

struct Linear {
  PackedShape shape;
  int64_t m;
  const float* x;
  const uint8_t* w;
  const float* bias;
  float* y;
};

int64_t widened_bytes(const PackedShape& shape) {
  if (shape.format == PackedFormat::f32 || shape.integer()) return 0;
  return kBlockPanels * std::min(shape.k, kBlockSteps) * kWidth * int64_t{sizeof(float)};
}

struct QuantizedBytes {
  int64_t codes, table;
  QuantizedBytes(const PackedShape& shape, int64_t m)
      : codes(bytes_64(m * shape.groups() * shape.group * packed().words)),
        table(bytes_64(m * shape.groups() * 4)) {}
};

void run_float(const Linear& l, RunContext& context) {
  const PackedShape& shape = l.shape;
  const int64_t k = shape.k, n = shape.n;
  float* tiles = static_cast<float*>(context.workspace);
  const GemmKernels& kernels = gemm();
  const int64_t rows = kernels.mr;
  context.pool.run(static_cast<size_t>(ceil_div(l.m, rows)), [&](size_t task, int) {
    const int64_t i = static_cast<int64_t>(task) * rows;
    kernels.pack_a(l.x + i * k, k, 1, std::min(rows, l.m - i), k, tiles + i * k);
  });

  if (l.m <= kFewRows) {
    const int64_t panels = std::max<int64_t>(1, shape.panels() / (16 * context.pool.size()));
    context.pool.run(static_cast<size_t>(ceil_div(shape.panels(), panels)), [&](size_t task, int) {
      const int64_t first = static_cast<int64_t>(task) * panels;
      for (int64_t p = first; p < std::min(first + panels, shape.panels()); ++p) {
        const int64_t j = p * kWidth;
        packed().float_panel(shape.format, l.m, static_cast<int>(std::min(kWidth, n - j)), k, tiles,
                             l.w + p * shape.panel_bytes(), l.y + j, n,
                             l.bias != nullptr ? l.bias + j : nullptr);
      }
    });
    return;
  }

  const int64_t widened = widened_bytes(shape);
  char* scratch = static_cast<char*>(context.workspace) + bytes_64(l.m * k * 4);
  context.pool.run(static_cast<size_t>(ceil_div(shape.panels(), kBlockPanels)), [&](size_t task,
                                                                                    int thread) {
    const int64_t first = static_cast<int64_t>(task) * kBlockPanels;
    const int64_t panels = std::min(kBlockPanels, shape.panels() - first), j = first * kWidth;
    const int64_t columns = std::min(panels * kWidth, n - j);
    for (int64_t s = 0; s < k; s += kBlockSteps) {
      const int64_t steps = std::min(kBlockSteps, k - s);
      const uint8_t* from = l.w + first * shape.panel_bytes() + s * shape.step_bytes();
      const float* block = reinterpret_cast<const float*>(from);
      int64_t block_k = k;
      if (widened > 0) {
        float* wide = reinterpret_cast<float*>(scratch + thread * widened);
        for (int64_t p = 0; p < panels; ++p) {
          packed().widen_panel(shape.format, from + p * shape.panel_bytes(), steps,
                               wide + p * steps * kWidth);
        }
        block = wide;
        block_k = steps;
      }
      const float* bias = l.bias != nullptr && s + steps == k ? l.bias + j : nullptr;
      for (int64_t i = 0; i < l.m; i += kBlockRows) {
        kernels.multiply(std::min(kBlockRows, l.m - i), columns, steps, tiles + i * k, k, s, block,
                         block_k, l.y + i * n + j, n, s > 0, bias);
      }
    }
  });
}

void run_integer(const Linear& l, RunContext& context) {
  const PackedShape& shape = l.shape;
  const QuantizedBytes size(shape, l.m);
  char* base = static_cast<char*>(context.workspace);
  const QuantizedRows x{reinterpret_cast<int32_t*>(base),
                        reinterpret_cast<float*>(base + size.codes),
                        reinterpret_cast<int32_t*>(base + size.codes + size.table),
                        reinterpret_cast<float*>(base + size.codes + 2 * size.table)};
  context.pool.run(static_cast<size_t>(l.m), [&](size_t task, int) {
    const int64_t i = static_cast<int64_t>(task);
    packed().quantize_row(shape, l.x + i * shape.k, i, l.m, x);
  });

  const int64_t panels = l.m > kFewRows
                             ? 1
                             : std::max<int64_t>(1, shape.panels() / (16 * context.pool.size()));
  context.pool.run(static_cast<size_t>(ceil_div(shape.panels(), panels)), [&](size_t task, int) {
    const int64_t first = static_cast<int64_t>(task) * panels;
    for (int64_t p = first; p < std::min(first + panels, shape.panels()); ++p) {
      const int64_t j = p * kWidth;
      packed().int_panel(shape, l.m, static_cast<int>(std::min(kWidth, shape.n - j)), x,
                         l.w + p * shape.panel_bytes(), l.y + j, shape.n,
                         l.bias != nullptr ? l.bias + j : nullptr);
    }
  });
}

}  // namespace

Status check_linear(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, args.in.size() == 3 ? 3 : 2, 1, 6));
  RS_RETURN_IF(check_packed_attrs(args, "linear"));
  const bool has_bias = args.in.size() == 3;
  if (!args.integer(5, 0, 1) || (args.i64(5) != 0) != has_bias) {
    return Status::error("ERR_PROGRAM", "linear: hasBias must be 1 with a third input, else 0");
  }
  const PackedShape shape = packed_shape(args);
  const Tensor &x = args.in[0], &y = args.out[0];
  if (x.rank < 1) {
    return Status::error("ERR_SHAPE", "linear: x must have rank 1 or more, found " + describe(x));
  }
  RS_RETURN_IF(expect_tensor(x, "linear x", DType::f32, x.rank));
  RS_RETURN_IF(expect_tensor(y, "linear y", DType::f32, x.rank));
  for (int i = 0; i + 1 < x.rank; ++i) RS_RETURN_IF(expect_dim(y, "linear y", i, x.shape[i]));
  RS_RETURN_IF(expect_dim(x, "linear x", x.rank - 1, shape.k));
  RS_RETURN_IF(expect_dim(y, "linear y", y.rank - 1, shape.n));
  RS_RETURN_IF(expect_packed(args.in[1], "linear w", shape));
  if (has_bias) {
    RS_RETURN_IF(expect_tensor(args.in[2], "linear bias", DType::f32, 1));
    RS_RETURN_IF(expect_dim(args.in[2], "linear bias", 0, shape.n));
  }
  return Status::good();
}

size_t linear_workspace(const OperationArgs& args, int threads) {
  const PackedShape shape = packed_shape(args);
  const int64_t m = args.in[0].rows();
  if (shape.integer()) {
    const QuantizedBytes size(shape, m);
    return static_cast<size_t>(size.codes + 3 * size.table);
  }
  return static_cast<size_t>(bytes_64(m * shape.k * 4) + threads * widened_bytes(shape));
}

Status run_linear(const OperationArgs& args, RunContext& context) {
  const PackedShape shape = packed_shape(args);
  Linear l{shape,
           args.in[0].rows(),
           args.in[0].as<const float>(),
           args.in[1].as<const uint8_t>(),
           args.in.size() == 3 ? args.in[2].as<const float>() : nullptr,
           args.out[0].as<float>()};
  if (l.m == 0 || shape.n == 0) return Status::good();
  if (shape.k == 0) {
    for (int64_t i = 0; i < l.m; ++i) {
      if (l.bias != nullptr) std::copy_n(l.bias, shape.n, l.y + i * shape.n);
      else std::fill_n(l.y + i * shape.n, shape.n, 0.0f);
    }
    return Status::good();
  }
  if (shape.integer()) run_integer(l, context);
  else run_float(l, context);
  return Status::good();
}

}  // namespace rs
