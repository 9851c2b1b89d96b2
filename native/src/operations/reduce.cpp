// Reductions over any axes, and along the last one: the largest, the k largest,
// softmax.
#include <cmath>
#include <cstring>
#include <limits>

#include "../kernels/dispatch.hpp"
#include "../kernels/elementwise.hpp"
#include "../kernels/softmax.hpp"
#include "../program/operation.hpp"
#include "fold.hpp"
#include "tasks.hpp"
#include "top_k.hpp"

RS_FAMILY_ACCESS(SoftmaxKernels, softmax_kernels, softmaxes)
RS_FAMILY_ACCESS(ElementwiseKernels, elementwise_kernels, elementwise)

namespace rs {
namespace {

// Bit i: axis i is reduced.
unsigned reduced_axes(const OperationArgs& args) {
  unsigned axes = 0;
  for (size_t i = 2; i < args.attrs.size(); ++i) axes |= 1u << args.i64(i);
  return axes;
}

enum ReduceKind { kSum, kMax, kMin, kMean };

Status reduce_check(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, 1, 1, args.attrs.size()));
  const Tensor &x = args.in[0], &y = args.out[0];
  if (!args.integer(0, 0, 3) || !args.integer(1, 0, 1)) {
    return Status::error("ERR_PROGRAM", "expected a kind from 0 to 3 and keepdims 0 or 1");
  }
  RS_RETURN_IF(expect_tensor(x, "input", DType::f32, -1));
  unsigned seen = 0;
  for (size_t i = 2; i < args.attrs.size(); ++i) {
    if (!args.integer(i, 0, x.rank - 1) || (seen >> args.i64(i) & 1u) != 0) {
      return Status::error("ERR_PROGRAM", "axes: expected distinct integers below the rank");
    }
    seen |= 1u << args.i64(i);
  }
  const bool keep = args.i64(1) != 0;
  int rank = 0;
  int64_t want[kMaxRank];
  for (int i = 0; i < x.rank; ++i) {
    const bool reduced = (seen >> i & 1u) != 0;
    if (!reduced) want[rank++] = x.shape[i];
    else if (keep) want[rank++] = 1;
  }
  RS_RETURN_IF(expect_tensor(y, "output", DType::f32, rank));
  for (int i = 0; i < rank; ++i) RS_RETURN_IF(expect_dim(y, "output", i, want[i]));
  return Status::good();
}

size_t reduce_workspace(const OperationArgs& args, int) {
  if (args.in[0].elements() == 0) return 0;
  return 2 * sizeof(float) * static_cast<size_t>(FoldPlan(args.in[0], reduced_axes(args)).scratch);
}

Status reduce_run(const OperationArgs& args, RunContext& context) {
  const Tensor &x = args.in[0], &y = args.out[0];
  const auto kind = static_cast<ReduceKind>(args.i64(0));
  const int64_t results = y.elements();
  if (results == 0) return Status::good();
  if (x.elements() == 0) {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    const float nothing = kind == kSum   ? 0.0f
                          : kind == kMax ? -kInfinity
                          : kind == kMin ? kInfinity
                                         : std::numeric_limits<float>::quiet_NaN();
    std::fill(y.as<float>(), y.as<float>() + results, nothing);
    return Status::good();
  }
  const FoldKind fold = kind == kMax   ? FoldKind::max
                        : kind == kMin ? FoldKind::min
                                       : FoldKind::sum;
  const FoldPlan plan(x, reduced_axes(args));
  if (plan.count == 0) std::memcpy(y.data, x.data, x.bytes());
  const float* from = x.as<float>();
  auto* scratch = static_cast<float*>(context.workspace);
  for (int i = 0; i < plan.count; ++i) {
    float* to = i + 1 == plan.count ? y.as<float>() : scratch + (i % 2) * plan.scratch;
    run_fold(context.pool, plan.list[i], fold, from, to);
    from = to;
  }
  if (kind == kMean) {
    const auto count = static_cast<float>(x.elements() / results);
    const auto& kernels = elementwise();
    parallel_for(context.pool, results, kGrain, [&](int64_t begin, int64_t end) {
      float* part = y.as<float>() + begin;
      kernels.binary(BinaryKind::div, {part, 0, 1}, {&count, 0, 0}, part, 1,
                     static_cast<size_t>(end - begin));
    });
  }
  return Status::good();
}

Status argmax_check(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, 1, 1, 0));
  const Tensor &x = args.in[0], &y = args.out[0];
  RS_RETURN_IF(expect_tensor(x, "input", DType::f32, -1));
  if (x.rank == 0 || x.last() == 0 || x.last() > INT32_MAX) {
    return Status::error("ERR_SHAPE", "input: expected a last axis that is not empty, found " +
                                          describe(x));
  }
  RS_RETURN_IF(expect_tensor(y, "output", DType::i32, x.rank - 1));
  for (int i = 0; i < y.rank; ++i) RS_RETURN_IF(expect_dim(y, "output", i, x.shape[i]));
  return Status::good();
}

Status argmax_run(const OperationArgs& args, RunContext& context) {
  const Tensor& x = args.in[0];
  const int64_t n = x.last();
  auto* y = args.out[0].as<int32_t>();
  parallel_rows(context.pool, x.rows(), n, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) y[r] = argmax_row(x.as<float>() + r * n, n);
  });
  return Status::good();
}

Status top_k_check(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, 1, 2, 0));
  const Tensor &x = args.in[0], &values = args.out[0], &indices = args.out[1];
  RS_RETURN_IF(expect_tensor(x, "input", DType::f32, 2));
  RS_RETURN_IF(expect_tensor(values, "values", DType::f32, 2));
  RS_RETURN_IF(expect_tensor(indices, "indices", DType::i32, 2));
  RS_RETURN_IF(expect_dim(values, "values", 0, x.shape[0]));
  RS_RETURN_IF(expect_same_shape(values, "values", indices, "indices"));
  if (values.shape[1] <= x.shape[1] && x.shape[1] <= INT32_MAX) return Status::good();
  return Status::error("ERR_SHAPE", "values: expected at most as many columns as " + describe(x) +
                                        ", found " + describe(values));
}

size_t top_k_workspace(const OperationArgs& args, int threads) {
  return sizeof(uint64_t) * static_cast<size_t>(args.out[0].shape[1]) *
         static_cast<size_t>(threads);
}

Status top_k_run(const OperationArgs& args, RunContext& context) {
  const Tensor& x = args.in[0];
  const int64_t n = x.shape[1], k = args.out[0].shape[1];
  auto* heaps = static_cast<uint64_t*>(context.workspace);
  context.pool.run(static_cast<size_t>(x.shape[0]), [&](size_t row, int thread) {
    const auto r = static_cast<int64_t>(row);
    top_k_row(x.as<float>() + r * n, n, k, heaps + thread * k, args.out[0].as<float>() + r * k,
              args.out[1].as<int32_t>() + r * k);
  });
  return Status::good();
}

Status softmax_check(const OperationArgs& args, size_t inputs) {
  RS_RETURN_IF(expect_arity(args, inputs, 1, 1));
  if (!args.integer(0, 0, 1)) return Status::error("ERR_PROGRAM", "log: expected 0 or 1");
  if (args.in[0].rank == 0) {
    return Status::error("ERR_SHAPE", "input: expected at least one axis, found " +
                                          describe(args.in[0]));
  }
  for (const Tensor& t : args.in) {
    RS_RETURN_IF(expect_tensor(t, "input", DType::f32, -1));
    RS_RETURN_IF(expect_same_shape(args.in[0], "first input", t, "input"));
  }
  RS_RETURN_IF(expect_tensor(args.out[0], "output", DType::f32, -1));
  return expect_same_shape(args.in[0], "first input", args.out[0], "output");
}

Status softmax_run(const OperationArgs& args, RunContext& context) {
  const auto row = args.i64(0) != 0 ? softmaxes().log_softmax : softmaxes().softmax;
  const int64_t n = args.in[0].last();
  const float* x = args.in[0].as<float>();
  float* y = args.out[0].as<float>();
  parallel_rows(context.pool, args.in[0].rows(), n, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) row(x + r * n, y + r * n, static_cast<size_t>(n));
  });
  return Status::good();
}

Status softmax_grad_run(const OperationArgs& args, RunContext& context) {
  const auto row = args.i64(0) != 0 ? softmaxes().log_softmax_grad : softmaxes().softmax_grad;
  const int64_t n = args.in[0].last();
  const float *y = args.in[0].as<float>(), *dy = args.in[1].as<float>();
  float* dx = args.out[0].as<float>();
  parallel_rows(context.pool, args.in[0].rows(), n, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      row(y + r * n, dy + r * n, dx + r * n, static_cast<size_t>(n));
    }
  });
  return Status::good();
}

constexpr Operation kOperations[] = {
    {"reduce", reduce_check, reduce_workspace, reduce_run},
    {"argmax", argmax_check, nullptr, argmax_run},
    {"top_k", top_k_check, top_k_workspace, top_k_run},
    {"softmax", [](const OperationArgs& args) { return softmax_check(args, 1); }, nullptr,
     softmax_run},
    {"softmax_grad", [](const OperationArgs& args) { return softmax_check(args, 2); }, nullptr,
     softmax_grad_run},
};

}  // namespace

std::span<const Operation> reduce_operations() { return kOperations; }

}  // namespace rs
