// y = x * W^T (+ bias) with a packed weight, and the same for several weights of
// one input that is normalised first: the entrance of an attention block, where
// the normalised rows are read by queries, keys and values and by nothing else.
#include <array>

#include "packed_product.hpp"

namespace rs {
namespace {

Status check_bias(const Tensor& bias, int64_t n) {
  RS_RETURN_IF(expect_tensor(bias, "bias", DType::f32, 1));
  return expect_dim(bias, "bias", 0, n);
}

Status check_linear(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, args.in.size() == 3 ? 3 : 2, 1, 6));
  RS_RETURN_IF(check_packed_attrs(args, "linear"));
  const bool has_bias = args.in.size() == 3;
  if (!args.integer(5, 0, 1) || (args.i64(5) != 0) != has_bias) {
    return Status::error("ERR_PROGRAM", "linear: hasBias must be 1 with a third input, else 0");
  }
  const PackedShape shape = packed_shape(args);
  RS_RETURN_IF(expect_projection(args.in[0], args.out[0], shape.k, shape.n));
  RS_RETURN_IF(expect_packed(args.in[1], "w", shape));
  return has_bias ? check_bias(args.in[2], shape.n) : Status::good();
}

PackedProduct linear_product(const OperationArgs& args, int threads) {
  return {packed_shape(args), args.in[0].rows(), false, 0, threads};
}

size_t linear_workspace(const OperationArgs& args, int threads) {
  return linear_product(args, threads).workspace_bytes();
}

Status run_linear(const OperationArgs& args, RunContext& context) {
  PackedProduct product = linear_product(args, context.pool.size());
  if (args.out[0].elements() == 0) return Status::good();
  product.prepare(args.in[0].as<const float>(), {nullptr, 0}, context);
  const Projection only = {&product,
                           {args.in[1].as<const uint8_t>(),
                            args.in.size() == 3 ? args.in[2].as<const float>() : nullptr,
                            args.i64(1)},
                           args.out[0].as<float>()};
  multiply_all({&only, 1}, context.pool);
  return Status::good();
}

// norm_linear  x[..., K], gain[K], weights, biases -> y_i[..., N_i]
// attributes: format, N, K, group, hasZero, eps, merged, then each N_i, then each
// hasBias_i. N is the sum of N_i. Merged, there is one weight of N outputs, where
// each part but the last fills its panels, and one bias or none.
constexpr int kFixed = 7;
constexpr size_t kMostParts = 16;

struct Parts {
  size_t count;
  bool merged;
  explicit Parts(const OperationArgs& args)
      : count(args.out.size()), merged(args.i64(6) != 0) {}
  int64_t n(const OperationArgs& args, size_t i) const { return args.i64(kFixed + i); }
  bool has_bias(const OperationArgs& args, size_t i) const {
    return args.i64(kFixed + count + i) != 0;
  }
  size_t weights() const { return merged ? 1 : count; }
};

Status check_parts(const OperationArgs& args) {
  const auto refuse = [](const char* why) {
    return Status::error("ERR_PROGRAM", std::string("norm_linear: ") + why);
  };
  if (args.out.empty() || args.out.size() > kMostParts ||
      args.attrs.size() != kFixed + 2 * args.out.size() || !args.integer(6, 0, 1)) {
    return refuse("expected 1 to 16 outputs, and for each its size and hasBias");
  }
  const Parts parts(args);
  size_t biases = 0;
  int64_t left = args.i64(1);
  for (size_t i = 0; i < parts.count; ++i) {
    if (!args.integer(kFixed + i, 0, left) || !args.integer(kFixed + parts.count + i, 0, 1)) {
      return refuse("expected sizes whose sum is N, and hasBias 0 or 1");
    }
    left -= parts.n(args, i);
    biases += parts.has_bias(args, i);
    if (parts.merged && parts.has_bias(args, i) != parts.has_bias(args, 0)) {
      return refuse("parts of one weight have all a bias or none");
    }
    if (parts.merged && i + 1 < parts.count && parts.n(args, i) % PackedShape::kWidth != 0) {
      return refuse("parts of one weight, but the last, have a multiple of 32 outputs");
    }
  }
  if (left != 0) return refuse("expected sizes whose sum is N");
  if (parts.merged) biases = biases > 0;
  return expect_arity(args, 2 + parts.weights() + biases, parts.count, kFixed + 2 * parts.count);
}

Status check_norm_linear(const OperationArgs& args) {
  RS_RETURN_IF(check_packed_attrs(args, "norm_linear"));
  RS_RETURN_IF(check_parts(args));
  const Parts parts(args);
  PackedShape shape = packed_shape(args);
  RS_RETURN_IF(expect_tensor(args.in[1], "gain", DType::f32, 1));
  RS_RETURN_IF(expect_dim(args.in[1], "gain", 0, shape.k));
  for (size_t i = 0; i < parts.count; ++i) {
    RS_RETURN_IF(expect_projection(args.in[0], args.out[i], shape.k, parts.n(args, i)));
  }
  size_t bias = 2 + parts.weights();
  for (size_t i = 0; i < parts.weights(); ++i) {
    if (!parts.merged) shape.n = parts.n(args, i);
    RS_RETURN_IF(expect_packed(args.in[2 + i], "w", shape));
    if (parts.has_bias(args, i)) RS_RETURN_IF(check_bias(args.in[bias++], shape.n));
  }
  return Status::good();
}

PackedProduct norm_linear_product(const OperationArgs& args, int threads) {
  return {packed_shape(args), args.in[0].rows(), true, 0, threads};
}

size_t norm_linear_workspace(const OperationArgs& args, int threads) {
  return norm_linear_product(args, threads).workspace_bytes();
}

Status run_norm_linear(const OperationArgs& args, RunContext& context) {
  PackedProduct product = norm_linear_product(args, context.pool.size());
  if (product.rows() == 0) return Status::good();
  product.prepare(args.in[0].as<const float>(), {args.in[1].as<const float>(), args.f32(5)},
                  context);
  const PackedShape shape = packed_shape(args);
  const Parts parts(args);
  std::array<Projection, kMostParts> projections;
  size_t bias = 2 + parts.weights();
  int64_t first = 0;
  for (size_t i = 0; i < parts.count; ++i) {
    const float* b = parts.has_bias(args, i) ? args.in[bias].as<const float>() : nullptr;
    if (b != nullptr && !parts.merged) ++bias;
    const PackedMatrix w{args.in[parts.merged ? 2 : 2 + i].as<const uint8_t>(), b,
                         parts.n(args, i)};
    projections[i] = {&product, parts.merged ? w.part(shape, first, w.n) : w, args.out[i].as<float>()};
    first += w.n;
  }
  multiply_all({projections.data(), parts.count}, context.pool);
  return Status::good();
}

}  // namespace

constexpr Operation kLinear = {"linear", check_linear, linear_workspace, run_linear};
constexpr Operation kNormLinear = {"norm_linear", check_norm_linear, norm_linear_workspace,
                                   run_norm_linear};

}  // namespace rs
