// Packed weights: making them, and reading rows of them back. The product with
// them is in packed_product.cpp.
#include "weights.hpp"

#include <atomic>

#include "weights_shape.hpp"

namespace rs {

namespace {

bool read_packed_shape(int64_t format, int64_t n, int64_t k, int64_t group, bool has_zero,
                       PackedShape* shape) {
  constexpr int64_t kMost = int64_t{1} << 31;
  constexpr int64_t kMostWeights = int64_t{1} << 55;  // so that no size in bytes overflows
  if (format < 0 || format > 5 || n < 0 || k < 0 || n > kMost || k > kMost) return false;
  if ((n + 31) * (k + 127) > kMostWeights) return false;
  *shape = {static_cast<PackedFormat>(format), n, k, group, has_zero};
  if (!shape->integer()) return group == 0 && !has_zero;
  if (shape->format == PackedFormat::nl4 && has_zero) return false;
  return group == 32 || group == 64 || group == 128;
}

}  // namespace

int64_t packed_bytes(int format, int64_t n, int64_t k, int64_t group, bool has_zero) {
  PackedShape shape;
  return read_packed_shape(format, n, k, group, has_zero, &shape) ? shape.bytes() : -1;
}

Status check_packed_attrs(const OperationArgs& args, const char* name) {
  const int64_t most = int64_t{1} << 31;
  if (!args.integer(0, 0, 5) || !args.integer(1, 0, most) || !args.integer(2, 0, most) ||
      !args.integer(3, 0, 128) || !args.integer(4, 0, 1)) {
    return Status::error("ERR_OUT_OF_RANGE", std::string(name) +
                                                 ": expected attributes format 0..5, N, K, group, "
                                                 "hasZero");
  }
  if (packed_bytes(static_cast<int>(args.i64(0)), args.i64(1), args.i64(2), args.i64(3),
                   args.i64(4) != 0) < 0) {
    return Status::error("ERR_OUT_OF_RANGE",
                         std::string(name) +
                             ": expected group 32, 64 or 128 for int8, int4 and nl4, and group 0 for "
                             "f32, bf16 and f16; zeros for int8 and int4 only; and sizes that "
                             "memory can hold");
  }
  return Status::good();
}

PackedShape packed_shape(const OperationArgs& args) {
  PackedShape shape;
  read_packed_shape(args.i64(0), args.i64(1), args.i64(2), args.i64(3), args.i64(4) != 0, &shape);
  return shape;
}

Status expect_packed(const Tensor& t, const char* what, const PackedShape& shape) {
  RS_RETURN_IF(expect_tensor(t, what, DType::u8, 1));
  return expect_dim(t, what, 0, shape.bytes());
}

Status expect_matrix(const Tensor& t, const char* what, DType type, int64_t rows, int64_t columns) {
  RS_RETURN_IF(expect_tensor(t, what, type, 2));
  RS_RETURN_IF(expect_dim(t, what, 0, rows));
  return expect_dim(t, what, 1, columns);
}

Status expect_projection(const Tensor& x, const Tensor& y, int64_t k, int64_t n) {
  if (x.rank < 1) {
    return Status::error("ERR_SHAPE", "x: expected one axis or more, found " + describe(x));
  }
  RS_RETURN_IF(expect_tensor(x, "x", DType::f32, x.rank));
  RS_RETURN_IF(expect_tensor(y, "y", DType::f32, x.rank));
  for (int i = 0; i + 1 < x.rank; ++i) RS_RETURN_IF(expect_dim(y, "y", i, x.shape[i]));
  RS_RETURN_IF(expect_dim(x, "x", x.rank - 1, k));
  return expect_dim(y, "y", y.rank - 1, n);
}

namespace {

Status check_pack_weight(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, 1, 1, 5));
  RS_RETURN_IF(check_packed_attrs(args, "pack_weight"));
  const PackedShape shape = packed_shape(args);
  const DType type = args.in[0].dtype;
  if (type != DType::f32 && type != DType::bf16 && type != DType::f16) {
    return Status::error("ERR_DTYPE", "pack_weight: w must be f32, bf16 or f16, found " +
                                          describe(args.in[0]));
  }
  RS_RETURN_IF(expect_matrix(args.in[0], "pack_weight w", type, shape.n, shape.k));
  return expect_packed(args.out[0], "pack_weight output", shape);
}

Status run_pack_weight(const OperationArgs& args, RunContext& context) {
  const PackedShape shape = packed_shape(args);
  const FloatType type = static_cast<FloatType>(args.in[0].dtype);
  uint8_t* out = args.out[0].as<uint8_t>();
  context.pool.run(static_cast<size_t>(shape.panels()), [&](size_t task, int) {
    const int64_t p = static_cast<int64_t>(task);
    packed().pack_panel(shape, args.in[0].data, type, p, out + p * shape.panel_bytes());
  });
  return Status::good();
}

Status check_pack_codes(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, args.in.size() == 2 ? 2 : 3, 1, 5));
  RS_RETURN_IF(check_packed_attrs(args, "pack_codes"));
  const PackedShape shape = packed_shape(args);
  if (!shape.integer()) {
    return Status::error("ERR_OUT_OF_RANGE", "pack_codes: expected format 3 (int8), 4 (int4) or 5 (nl4)");
  }
  if (shape.has_zero && args.in.size() != 3) {
    return Status::error("ERR_PROGRAM",
                         "pack_codes: expected codes, scales and zeros with hasZero");
  }
  RS_RETURN_IF(expect_matrix(args.in[0], "pack_codes codes", DType::u8, shape.n, shape.k));
  RS_RETURN_IF(expect_matrix(args.in[1], "pack_codes scales", DType::f32, shape.n, shape.groups()));
  if (shape.has_zero) {
    RS_RETURN_IF(
        expect_matrix(args.in[2], "pack_codes zeros", DType::f32, shape.n, shape.groups()));
  }
  return expect_packed(args.out[0], "pack_codes output", shape);
}

Status run_pack_codes(const OperationArgs& args, RunContext& context) {
  const PackedShape shape = packed_shape(args);
  const uint8_t* codes = args.in[0].as<const uint8_t>();
  const float* scales = args.in[1].as<const float>();
  const float* zeros = shape.has_zero ? args.in[2].as<const float>() : nullptr;
  uint8_t* out = args.out[0].as<uint8_t>();
  if (shape.nibbles()) {
    std::atomic<bool> fits{true};
    context.pool.run(static_cast<size_t>(shape.n), [&](size_t task, int) {
      const uint8_t* row = codes + static_cast<int64_t>(task) * shape.k;
      uint8_t all = 0;
      for (int64_t i = 0; i < shape.k; ++i) all |= row[i];
      if (all > 15) fits.store(false, std::memory_order_relaxed);
    });
    if (!fits) return Status::error("ERR_VALUE", "pack_codes: a 4-bit code is above 15");
  }
  context.pool.run(static_cast<size_t>(shape.panels()), [&](size_t task, int) {
    const int64_t p = static_cast<int64_t>(task);
    packed().pack_codes_panel(shape, codes, scales, zeros, p, out + p * shape.panel_bytes());
  });
  return Status::good();
}

Status check_unpack_weight(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, 1, 1, 5));
  RS_RETURN_IF(check_packed_attrs(args, "unpack_weight"));
  const PackedShape shape = packed_shape(args);
  RS_RETURN_IF(expect_packed(args.in[0], "unpack_weight w", shape));
  return expect_matrix(args.out[0], "unpack_weight output", DType::f32, shape.n, shape.k);
}

Status run_unpack_weight(const OperationArgs& args, RunContext& context) {
  const PackedShape shape = packed_shape(args);
  const uint8_t* w = args.in[0].as<const uint8_t>();
  float* out = args.out[0].as<float>();
  context.pool.run(static_cast<size_t>(shape.panels()), [&](size_t task, int) {
    const int64_t p = static_cast<int64_t>(task), first = p * PackedShape::kWidth;
    for (int64_t row = first; row < shape.n && row < first + PackedShape::kWidth; ++row) {
      packed().unpack_row(shape, w + p * shape.panel_bytes(), static_cast<int>(row - first),
                          out + row * shape.k);
    }
  });
  return Status::good();
}

Status check_embedding(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, 2, 1, 5));
  RS_RETURN_IF(check_packed_attrs(args, "embedding_packed"));
  const PackedShape shape = packed_shape(args);
  const Tensor &ids = args.in[1], &out = args.out[0];
  RS_RETURN_IF(expect_packed(args.in[0], "embedding_packed w", shape));
  RS_RETURN_IF(expect_tensor(ids, "embedding_packed ids", DType::i32, ids.rank));
  RS_RETURN_IF(expect_tensor(out, "embedding_packed output", DType::f32, ids.rank + 1));
  for (int i = 0; i < ids.rank; ++i) {
    RS_RETURN_IF(expect_dim(out, "embedding_packed output", i, ids.shape[i]));
  }
  return expect_dim(out, "embedding_packed output", ids.rank, shape.k);
}

Status run_embedding(const OperationArgs& args, RunContext& context) {
  const PackedShape shape = packed_shape(args);
  const uint8_t* w = args.in[0].as<const uint8_t>();
  const int32_t* ids = args.in[1].as<const int32_t>();
  const int64_t rows = args.in[1].elements();
  float* out = args.out[0].as<float>();
  for (int64_t i = 0; i < rows; ++i) {
    if (ids[i] < 0 || ids[i] >= shape.n) {
      return Status::error("ERR_VALUE", "embedding_packed: id " + std::to_string(ids[i]) +
                                            " is outside [0, " + std::to_string(shape.n) + ")");
    }
  }
  context.pool.run(static_cast<size_t>(rows), [&](size_t task, int) {
    const int64_t id = ids[task], row = static_cast<int64_t>(task);
    packed().unpack_row(shape, w + id / PackedShape::kWidth * shape.panel_bytes(),
                        static_cast<int>(id % PackedShape::kWidth), out + row * shape.k);
  });
  return Status::good();
}

const Operation kOperations[] = {
    kLinear,
    kNormLinear,
    kLinearGlu,
    kAddOutliers,
    {"pack_weight", check_pack_weight, nullptr, run_pack_weight},
    {"pack_codes", check_pack_codes, nullptr, run_pack_codes},
    kPackBlocks,
    {"unpack_weight", check_unpack_weight, nullptr, run_unpack_weight},
    {"embedding_packed", check_embedding, nullptr, run_embedding},
};

}  // namespace

std::span<const Operation> weight_operations() { return kOperations; }

}  // namespace rs
