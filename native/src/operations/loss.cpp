// Cross-entropy of rows of logits against target indices.
#include "loss.hpp"

#include <algorithm>

#include "../kernels/dispatch.hpp"
#include "../kernels/softmax.hpp"
#include "tasks.hpp"

RS_FAMILY_ACCESS(SoftmaxKernels, softmax_kernels, softmaxes)

namespace rs {

Status expect_ignore_index(const OperationArgs& args) {
  if (args.integer(0, INT32_MIN, INT32_MAX)) return Status::good();
  return Status::error("ERR_PROGRAM", "ignoreIndex: expected a 32-bit integer");
}

Status expect_per_target(const Tensor& t, const char* what, const Tensor& targets) {
  RS_RETURN_IF(expect_tensor(t, what, DType::f32, 1));
  return expect_dim(t, what, 0, targets.shape[0]);
}

Status expect_targets(const Tensor& targets, int64_t ignored, int64_t vocabulary) {
  const auto* target = targets.as<int32_t>();
  for (int64_t r = 0; r < targets.shape[0]; ++r) {
    if ((target[r] >= 0 && target[r] < vocabulary) || target[r] == ignored) continue;
    return Status::error("ERR_VALUE", "targets: expected " + std::to_string(ignored) +
                                          " or values from 0 to " +
                                          std::to_string(vocabulary - 1) + ", found " +
                                          std::to_string(target[r]) + " at " + std::to_string(r));
  }
  return Status::good();
}

namespace {

Status expect_logits(const OperationArgs& args) {
  const Tensor &logits = args.in[0], &targets = args.in[1];
  RS_RETURN_IF(expect_ignore_index(args));
  RS_RETURN_IF(expect_tensor(logits, "logits", DType::f32, 2));
  RS_RETURN_IF(expect_tensor(targets, "targets", DType::i32, 1));
  return expect_dim(targets, "targets", 0, logits.shape[0]);
}

Status cross_entropy_check(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, 2, 2, 1));
  RS_RETURN_IF(expect_logits(args));
  RS_RETURN_IF(expect_per_target(args.out[0], "loss", args.in[1]));
  return expect_per_target(args.out[1], "lse", args.in[1]);
}

Status cross_entropy_run(const OperationArgs& args, RunContext& context) {
  const Tensor& logits = args.in[0];
  const int64_t ignored = args.i64(0), n = logits.shape[1];
  RS_RETURN_IF(expect_targets(args.in[1], ignored, n));
  const auto logsumexp = softmaxes().logsumexp;
  const auto* target = args.in[1].as<int32_t>();
  float *loss = args.out[0].as<float>(), *lse = args.out[1].as<float>();
  parallel_rows(context.pool, logits.shape[0], n, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const float* row = logits.as<float>() + r * n;
      const bool skip = target[r] == ignored;
      lse[r] = skip ? 0.0f : logsumexp(row, static_cast<size_t>(n));
      loss[r] = skip ? 0.0f : lse[r] - row[target[r]];
    }
  });
  return Status::good();
}

Status cross_entropy_grad_check(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, 4, 1, 1));
  RS_RETURN_IF(expect_logits(args));
  RS_RETURN_IF(expect_per_target(args.in[2], "lse", args.in[1]));
  RS_RETURN_IF(expect_per_target(args.in[3], "dloss", args.in[1]));
  RS_RETURN_IF(expect_tensor(args.out[0], "dlogits", DType::f32, 2));
  return expect_same_shape(args.in[0], "logits", args.out[0], "dlogits");
}

Status cross_entropy_grad_run(const OperationArgs& args, RunContext& context) {
  const Tensor& logits = args.in[0];
  const int64_t ignored = args.i64(0), n = logits.shape[1];
  RS_RETURN_IF(expect_targets(args.in[1], ignored, n));
  const auto probability = softmaxes().scaled_probability;
  const auto* target = args.in[1].as<int32_t>();
  const float *lse = args.in[2].as<float>(), *dloss = args.in[3].as<float>();
  parallel_rows(context.pool, logits.shape[0], n, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      float* row = args.out[0].as<float>() + r * n;
      if (target[r] == ignored) {
        std::fill(row, row + n, 0.0f);
        continue;
      }
      probability(logits.as<float>() + r * n, lse[r], dloss[r], row, static_cast<size_t>(n));
      row[target[r]] -= dloss[r];
    }
  });
  return Status::good();
}

constexpr Operation kOperations[] = {
    {"cross_entropy", cross_entropy_check, nullptr, cross_entropy_run},
    {"cross_entropy_grad", cross_entropy_grad_check, nullptr, cross_entropy_grad_run},
    {"linear_cross_entropy", linear_cross_entropy_check, linear_cross_entropy_workspace,
     linear_cross_entropy_run},
    {"linear_cross_entropy_grad", linear_cross_entropy_grad_check,
     linear_cross_entropy_grad_workspace, linear_cross_entropy_grad_run},
};

}  // namespace

std::span<const Operation> loss_operations() { return kOperations; }

}  // namespace rs
