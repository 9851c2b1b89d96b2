// linear_glu  x[..., K] (, gain[K]), gate, up (, gate's bias) (, up's bias) -> y[..., N]
// attributes: format, N, K, group, hasZero, activation, hasNorm, eps, merged,
// hasGateBias, hasUpBias.
//
// y = activation(x Wg^T) * (x Wu^T), the hidden layer of a gated feed-forward block
// (Shazeer 2020, section 2), of x normalised first where there is a gain. Gate and
// up of a few panels and a block of rows are made in a thread's scratch and are
// combined there: each is read while it is in cache, and neither is stored.
//
// Merged, one weight of 2 N outputs holds the gate's, then up's, and so its one bias.
#include <algorithm>
#include <utility>

#include "kernels/elementwise.hpp"
#include "kernels/unary.hpp"
#include "packed_product.hpp"
#include "tasks.hpp"
#include "weights.hpp"

RS_FAMILY_ACCESS(ElementwiseKernels, elementwise_kernels, elementwise)
RS_FAMILY_ACCESS(UnaryKernels, unary_kernels, unary_family)

namespace rs {
namespace {

constexpr int64_t kWidth = PackedShape::kWidth;
// Rows times panels that few rows read from one weight before they turn to the
// other: memory's stream is found anew at each turn.
constexpr int64_t kStreamed = 8 * PackedProduct::kFewRows;
constexpr int64_t kIntegerRows = 48;  // rows of codes that up reads again from cache
constexpr int64_t kFloatRows = 384;   // rows that a widened block of weights serves

enum class Glu : int { swiglu, geglu, reglu, count };

struct Inputs {
  bool norm, merged, gate_bias, up_bias;
  explicit Inputs(const OperationArgs& args)
      : norm(args.i64(6) != 0),
        merged(args.i64(8) != 0),
        gate_bias(args.i64(9) != 0),
        up_bias(args.i64(10) != 0) {}
  size_t weight() const { return norm ? 2 : 1; }
  size_t bias() const { return weight() + (merged ? 1 : 2); }
  size_t biases() const { return merged ? gate_bias : gate_bias + up_bias; }
};

Status check_linear_glu(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, args.in.size(), 1, 11));
  RS_RETURN_IF(check_packed_attrs(args, "linear_glu"));
  bool flags = args.integer(5, 0, static_cast<int>(Glu::count) - 1) && args.integer(6, 0, 1);
  for (size_t i = 8; i < 11; ++i) flags = flags && args.integer(i, 0, 1);
  if (!flags) {
    return Status::error("ERR_PROGRAM", "linear_glu: expected activation 0..2, and flags 0 or 1");
  }
  const Inputs inputs(args);
  PackedShape shape = packed_shape(args);
  if (inputs.merged && (shape.n % kWidth != 0 || inputs.gate_bias != inputs.up_bias ||
                        packed_bytes(static_cast<int>(shape.format), 2 * shape.n, shape.k,
                                     shape.group, shape.has_zero) < 0)) {
    return Status::error("ERR_PROGRAM", "linear_glu: a merged weight has N, a multiple of 32, "
                                        "outputs in each part, and a bias for both or none");
  }
  RS_RETURN_IF(expect_arity(args, inputs.bias() + inputs.biases(), 1, 11));
  RS_RETURN_IF(expect_projection(args.in[0], args.out[0], shape.k, shape.n));
  if (inputs.norm) {
    RS_RETURN_IF(expect_tensor(args.in[1], "gain", DType::f32, 1));
    RS_RETURN_IF(expect_dim(args.in[1], "gain", 0, shape.k));
  }
  if (inputs.merged) shape.n *= 2;
  for (size_t i = inputs.weight(); i < inputs.bias(); ++i)
    RS_RETURN_IF(expect_packed(args.in[i], "w", shape));
  for (size_t i = inputs.bias(); i < args.in.size(); ++i) {
    RS_RETURN_IF(expect_tensor(args.in[i], "bias", DType::f32, 1));
    RS_RETURN_IF(expect_dim(args.in[i], "bias", 0, shape.n));
  }
  return Status::good();
}

int64_t block_rows(const PackedShape& shape, int64_t m) {
  return std::min(m, shape.integer() ? kIntegerRows : kFloatRows);
}

PackedProduct glu_product(const OperationArgs& args, int threads) {
  const PackedShape shape = packed_shape(args);
  const int64_t m = args.in[0].rows();
  const int64_t many = block_rows(shape, m) * (shape.integer() ? 1 : 2);
  const int64_t floats = 2 * std::max(kStreamed, many) * kWidth;
  return {shape, m, args.i64(6) != 0, static_cast<size_t>(floats) * sizeof(float), threads};
}

size_t linear_glu_workspace(const OperationArgs& args, int threads) {
  return glu_product(args, threads).workspace_bytes();
}

void combine(Glu kind, float* gate, const float* up, float* y, int64_t n) {
  const auto count = static_cast<size_t>(n);
  if (kind == Glu::swiglu) return elementwise().swiglu(gate, up, y, count);
  unary_family().unary(kind == Glu::geglu ? UnaryKind::gelu_tanh : UnaryKind::relu, gate, gate,
                       count);
  elementwise().binary(BinaryKind::mul, {gate, 0, 1}, {up, 0, 1}, y, 1, count);
}

struct GateAndUp {
  PackedMatrix gate, up;
};

GateAndUp weights(const OperationArgs& args) {
  const Inputs inputs(args);
  const PackedShape shape = packed_shape(args);
  const size_t w = inputs.weight(), b = inputs.bias();
  const float* first = inputs.biases() > 0 ? args.in[b].as<const float>() : nullptr;
  const PackedMatrix gate{args.in[w].as<const uint8_t>(), inputs.gate_bias ? first : nullptr,
                          shape.n};
  if (inputs.merged) return {gate, gate.part(shape, shape.n, shape.n)};
  const float* up_bias = inputs.up_bias ? args.in[b + inputs.gate_bias].as<const float>() : nullptr;
  return {gate, {args.in[w + 1].as<const uint8_t>(), up_bias, shape.n}};
}

Status run_linear_glu(const OperationArgs& args, RunContext& context) {
  if (args.out[0].elements() == 0) return Status::good();
  PackedProduct product = glu_product(args, context.pool.size());
  const bool norm = args.i64(6) != 0;
  product.prepare(args.in[0].as<const float>(),
                  {norm ? args.in[1].as<const float>() : nullptr, args.f32(7)}, context);
  const GateAndUp both = weights(args);
  const PackedMatrix &gate = both.gate, &up = both.up;
  const auto kind = static_cast<Glu>(args.i64(5));
  const int64_t m = product.rows(), n = gate.n, block = block_rows(packed_shape(args), m);
  const int64_t panels = gate.panel_count(), step = product.panels_at_once();
  const int64_t run = product.panels_a_task(2 * panels);
  const int64_t span = product.few_rows() ? std::min(run, kStreamed / m) : step, ld = span * kWidth;
  float* const y = args.out[0].as<float>();
  context.pool.run(static_cast<size_t>(ceil_div(panels, run)), [&](size_t task, int thread) {
    float* const g = reinterpret_cast<float*>(product.scratch(thread));
    float* const u = g + block * ld;
    const int64_t first = static_cast<int64_t>(task) * run, end = std::min(first + run, panels);
    for (int64_t panel = first; panel < end; panel += span) {
      const int64_t count = std::min(span, end - panel), j = panel * kWidth;
      const int64_t columns = std::min(count * kWidth, n - j);
      for (int64_t i = 0; i < m; i += block) {
        const int64_t rows = std::min(block, m - i);
        for (const auto& [w, to] : {std::pair{&gate, g}, std::pair{&up, u}}) {
          for (int64_t p = 0; p < count; p += step) {
            product.multiply(*w, panel + p, std::min(step, count - p), i, rows, to + p * kWidth,
                             ld, thread);
          }
        }
        for (int64_t r = 0; r < rows; ++r)
          combine(kind, g + r * ld, u + r * ld, y + (i + r) * n + j, columns);
      }
    }
  });
  return Status::good();
}

}  // namespace

constexpr Operation kLinearGlu = {"linear_glu", check_linear_glu, linear_glu_workspace,
                                  run_linear_glu};

}  // namespace rs
