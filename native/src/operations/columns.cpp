// Columns of a matrix taken out, and put back: what a weight with outlier columns
// multiplies apart from the rest.
//
// split_columns  x[R, K], columns[S] -> rest[R, K], taken[R, width]
//   taken has the columns, then zeros; rest is x with zeros in their place. They are
//   zeros so that the rest's values alone say how it is rounded, and because a weight
//   in a format without a zero may have something there.
// merge_columns  rest[R, K], taken[R, width], columns[S] -> x[R, K]
//   the columns from taken, all others from rest: the adjoint of split_columns.
#include <algorithm>
#include <cstring>

#include "program/operation.hpp"
#include "tasks.hpp"

namespace rs {
namespace {

Status check_columns(const Tensor& whole, const Tensor& taken, const Tensor& columns,
                     const Tensor& other) {
  RS_RETURN_IF(expect_tensor(whole, "x", DType::f32, 2));
  RS_RETURN_IF(expect_tensor(other, "rest", DType::f32, 2));
  RS_RETURN_IF(expect_dim(other, "rest", 0, whole.shape[0]));
  RS_RETURN_IF(expect_dim(other, "rest", 1, whole.shape[1]));
  RS_RETURN_IF(expect_tensor(taken, "taken", DType::f32, 2));
  RS_RETURN_IF(expect_dim(taken, "taken", 0, whole.shape[0]));
  RS_RETURN_IF(expect_tensor(columns, "columns", DType::i32, 1));
  if (columns.shape[0] <= taken.shape[1]) return Status::good();
  return Status::error("ERR_SHAPE", "columns: expected at most " + std::to_string(taken.shape[1]) +
                                        ", which taken has room for, found " +
                                        describe(columns));
}

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

Status split_check(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, 2, 2, 1));
  RS_RETURN_IF(check_columns(args.in[0], args.out[1], args.in[1], args.out[0]));
  return args.integer(0, args.out[1].shape[1], args.out[1].shape[1])
             ? Status::good()
             : Status::error("ERR_PROGRAM", "split_columns: expected attribute width, of taken");
}

Status split_run(const OperationArgs& args, RunContext& context) {
  const Tensor &x = args.in[0], &columns = args.in[1];
  const int64_t k = x.shape[1], count = columns.shape[0], width = args.out[1].shape[1];
  RS_RETURN_IF(expect_ascending(columns, k));
  const auto* column = columns.as<int32_t>();
  parallel_rows(context.pool, x.shape[0], k + width, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const float* from = x.as<float>() + r * k;
      float *rest = args.out[0].as<float>() + r * k, *taken = args.out[1].as<float>() + r * width;
      std::memcpy(rest, from, sizeof(float) * static_cast<size_t>(k));
      for (int64_t i = 0; i < count; ++i) {
        taken[i] = from[column[i]];
        rest[column[i]] = 0.0f;
      }
      std::fill(taken + count, taken + width, 0.0f);
    }
  });
  return Status::good();
}

Status merge_check(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, 3, 1, 0));
  return check_columns(args.out[0], args.in[1], args.in[2], args.in[0]);
}

Status merge_run(const OperationArgs& args, RunContext& context) {
  const Tensor &taken = args.in[1], &columns = args.in[2], &out = args.out[0];
  const int64_t k = out.shape[1], count = columns.shape[0], width = taken.shape[1];
  RS_RETURN_IF(expect_ascending(columns, k));
  const auto* column = columns.as<int32_t>();
  parallel_rows(context.pool, out.shape[0], k + count, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      float* to = out.as<float>() + r * k;
      std::memcpy(to, args.in[0].as<const float>() + r * k, sizeof(float) * static_cast<size_t>(k));
      for (int64_t i = 0; i < count; ++i) to[column[i]] = taken.as<float>()[r * width + i];
    }
  });
  return Status::good();
}

constexpr Operation kOperations[] = {
    {"split_columns", split_check, nullptr, split_run},
    {"merge_columns", merge_check, nullptr, merge_run},
};

}  // namespace

std::span<const Operation> column_operations() { return kOperations; }

}  // namespace rs
