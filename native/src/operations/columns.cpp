// Columns of a matrix taken out: the inputs of a weight that holds some of another
// weight's columns. And their adjoint.
//
// take_columns  x[R, K], columns[S] -> y[R, width]: the columns, then zeros
// put_columns   y[R, width], columns[S] -> x[R, K]: in their place, else zeros
// attributes of both: K, width
#include <algorithm>

#include "columns.hpp"
#include "tasks.hpp"

namespace rs {
namespace {

Status check_columns(const OperationArgs& args, const Tensor& whole, const Tensor& taken) {
  const Tensor& columns = args.in[1];
  RS_RETURN_IF(expect_tensor(whole, "whole", DType::f32, 2));
  RS_RETURN_IF(expect_tensor(taken, "taken", DType::f32, 2));
  RS_RETURN_IF(expect_dim(taken, "taken", 0, whole.shape[0]));
  RS_RETURN_IF(expect_tensor(columns, "columns", DType::i32, 1));
  if (!args.integer(0, whole.shape[1], whole.shape[1]) ||
      !args.integer(1, taken.shape[1], taken.shape[1])) {
    return Status::error("ERR_PROGRAM", "columns: expected attributes K and width, the last axes");
  }
  if (columns.shape[0] <= taken.shape[1]) return Status::good();
  return Status::error("ERR_SHAPE", "columns: expected at most " + std::to_string(taken.shape[1]) +
                                        ", found " + describe(columns));
}

}  // namespace

Status expect_ascending(const Tensor& columns, int64_t k) {
  const auto* column = columns.as<int32_t>();
  int64_t least = 0;
  for (int64_t i = 0; i < columns.shape[0]; least = int64_t{column[i++]} + 1) {
    if (column[i] >= least && column[i] < k) continue;
    return Status::error("ERR_VALUE", "columns: expected ascending values from 0 to " +
                                          std::to_string(k - 1) + ", found " +
                                          std::to_string(column[i]) + " at " + std::to_string(i));
  }
  return Status::good();
}

namespace {

Status take_check(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, 2, 1, 2));
  return check_columns(args, args.in[0], args.out[0]);
}

Status take_run(const OperationArgs& args, RunContext& context) {
  const int64_t k = args.i64(0), width = args.i64(1), count = args.in[1].shape[0];
  RS_RETURN_IF(expect_ascending(args.in[1], k));
  const auto* column = args.in[1].as<int32_t>();
  parallel_rows(context.pool, args.in[0].shape[0], width, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const float* x = args.in[0].as<float>() + r * k;
      float* y = args.out[0].as<float>() + r * width;
      for (int64_t i = 0; i < count; ++i) y[i] = x[column[i]];
      std::fill(y + count, y + width, 0.0f);
    }
  });
  return Status::good();
}

Status put_check(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, 2, 1, 2));
  return check_columns(args, args.out[0], args.in[0]);
}

Status put_run(const OperationArgs& args, RunContext& context) {
  const int64_t k = args.i64(0), width = args.i64(1), count = args.in[1].shape[0];
  RS_RETURN_IF(expect_ascending(args.in[1], k));
  const auto* column = args.in[1].as<int32_t>();
  parallel_rows(context.pool, args.out[0].shape[0], k, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const float* y = args.in[0].as<float>() + r * width;
      float* x = args.out[0].as<float>() + r * k;
      std::fill(x, x + k, 0.0f);
      for (int64_t i = 0; i < count; ++i) x[column[i]] = y[i];
    }
  });
  return Status::good();
}

constexpr Operation kOperations[] = {
    {"take_columns", take_check, nullptr, take_run},
    {"put_columns", put_check, nullptr, put_run},
};

}  // namespace

std::span<const Operation> column_operations() { return kOperations; }

}  // namespace rs
