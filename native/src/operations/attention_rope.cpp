// rope_table and rope. The table is made once a step and shared by all layers, so
// it can afford double-precision sine and cosine; scaled variants of rotary
// embedding differ only in inv_freq and scale.
#include <cmath>

#include "attention_parts.hpp"

namespace rs {
namespace {

constexpr int64_t kRowsPerTask = 16;

int64_t tasks_for(int64_t rows) { return (rows + kRowsPerTask - 1) / kRowsPerTask; }

Status check_table(const OperationArgs& a) {
  RS_RETURN_IF(expect_arity(a, 2, 2, 1));
  RS_RETURN_IF(expect_tensor(a.in[0], "positions", DType::i32, 1));
  RS_RETURN_IF(expect_tensor(a.in[1], "inverse frequencies", DType::f32, 1));
  for (const Tensor& out : a.out) {
    RS_RETURN_IF(expect_tensor(out, "rope table", DType::f32, 2));
    RS_RETURN_IF(expect_dim(out, "rope table", 0, a.in[0].shape[0]));
    RS_RETURN_IF(expect_dim(out, "rope table", 1, a.in[1].shape[0]));
  }
  return Status::good();
}

Status check_rope(const OperationArgs& a) {
  RS_RETURN_IF(expect_arity(a, 3, 1, 2));
  if (!a.integer(0, 0, 1) || !a.integer(1, 0, 1)) {
    return Status::error("ERR_VALUE", "rope: expected interleaved 0 or 1, inverse 0 or 1");
  }
  RS_RETURN_IF(expect_tensor(a.in[0], "input", DType::f32, 3));
  RS_RETURN_IF(expect_tensor(a.in[1], "cosines", DType::f32, 2));
  RS_RETURN_IF(expect_tensor(a.in[2], "sines", DType::f32, 2));
  RS_RETURN_IF(expect_dim(a.in[1], "cosines", 0, a.in[0].shape[0]));
  RS_RETURN_IF(expect_same_shape(a.in[1], "cosines", a.in[2], "sines"));
  if (2 * a.in[1].shape[1] > a.in[0].shape[2]) {
    return Status::error("ERR_SHAPE", "rope: " + std::to_string(a.in[1].shape[1]) +
                                          " angles rotate more than the " +
                                          std::to_string(a.in[0].shape[2]) + " dimensions of a head");
  }
  RS_RETURN_IF(expect_tensor(a.out[0], "output", DType::f32, 3));
  return expect_same_shape(a.out[0], "output", a.in[0], "input");
}

}  // namespace

Status run_rope_table(const OperationArgs& a, RunContext& context) {
  const int64_t rows = a.in[0].shape[0], pairs = a.in[1].shape[0];
  const int32_t* positions = a.in[0].as<int32_t>();
  const float* inv_freq = a.in[1].as<float>();
  const double scale = a.attrs[0];
  context.pool.run(tasks_for(rows), [&](size_t task, int) {
    const int64_t first = static_cast<int64_t>(task) * kRowsPerTask;
    for (int64_t r = first; r < std::min(rows, first + kRowsPerTask); ++r) {
      for (int64_t i = 0; i < pairs; ++i) {
        const float angle = static_cast<float>(positions[r]) * inv_freq[i];
        a.out[0].as<float>()[r * pairs + i] =
            static_cast<float>(std::cos(static_cast<double>(angle)) * scale);
        a.out[1].as<float>()[r * pairs + i] =
            static_cast<float>(std::sin(static_cast<double>(angle)) * scale);
      }
    }
  });
  return Status::good();
}

Status run_rope(Isa isa, const OperationArgs& a, RunContext& context) {
  const int64_t rows = a.in[0].shape[0], heads = a.in[0].shape[1], d = a.in[0].shape[2];
  const int64_t pairs = a.in[1].shape[1];
  const RopeKernels& kernels = rope_family(isa);
  const auto rotate = a.i64(0) != 0 ? kernels.interleaved : kernels.halves;
  const float sign = a.i64(1) != 0 ? -1.0f : 1.0f;
  context.pool.run(tasks_for(rows), [&](size_t task, int) {
    const int64_t first = static_cast<int64_t>(task) * kRowsPerTask;
    for (int64_t r = first; r < std::min(rows, first + kRowsPerTask); ++r) {
      rotate(a.in[0].as<float>() + r * heads * d, a.in[1].as<float>() + r * pairs,
             a.in[2].as<float>() + r * pairs, sign, static_cast<int>(heads), static_cast<int>(d),
             static_cast<int>(pairs), a.out[0].as<float>() + r * heads * d);
    }
  });
  return Status::good();
}

const Operation rope_table_operation = {"rope_table", check_table, nullptr, run_rope_table};

const Operation rope_operation = {
    "rope", check_rope, nullptr,
    [](const OperationArgs& a, RunContext& c) { return run_rope(active_isa(), a, c); }};

}  // namespace rs
