// Optimiser steps, in place on parameters and state.
#include "../kernels/optimizer.hpp"

#include <cmath>
#include <cstdint>

#include "../kernels/dispatch.hpp"
#include "../program/operation.hpp"
#include "tasks.hpp"

RS_FAMILY_ACCESS(OptimizerKernels, optimizer_kernels, optimizers)

namespace rs {
namespace {

Status expect_one(const Tensor& t, const char* what, DType dtype) {
  RS_RETURN_IF(expect_tensor(t, what, dtype, -1));
  if (t.elements() == 1) return Status::good();
  return Status::error("ERR_SHAPE",
                       std::string(what) + ": expected one value, found " + describe(t));
}

Status adamw_check(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, 3, 3, 4));
  const Tensor& g = args.in[0];
  RS_RETURN_IF(expect_tensor(g, "gradient", DType::f32, -1));
  RS_RETURN_IF(expect_one(args.in[1], "lr", DType::f32));
  RS_RETURN_IF(expect_one(args.in[2], "step", DType::i32));
  const char* names[] = {"parameter", "first moment", "second moment"};
  for (int i = 0; i < 3; ++i) {
    RS_RETURN_IF(expect_tensor(args.out[static_cast<size_t>(i)], names[i], DType::f32, -1));
    RS_RETURN_IF(expect_same_shape(g, "gradient", args.out[static_cast<size_t>(i)], names[i]));
  }
  const auto beta = [](double b) { return b >= 0 && b < 1; };
  if (beta(args.attrs[0]) && beta(args.attrs[1])) return Status::good();
  return Status::error("ERR_PROGRAM", "beta1, beta2: expected 0 <= beta < 1");
}

Status adamw_run(const OperationArgs& args, RunContext& context) {
  const double beta1 = args.attrs[0], beta2 = args.attrs[1], decay = args.attrs[3];
  const double lr = *args.in[1].as<float>();
  const int32_t step = *args.in[2].as<int32_t>();
  if (step < 1) {
    return Status::error("ERR_VALUE", "step: expected 1 or more, found " + std::to_string(step));
  }
  const AdamWStep s = {
      .keep = static_cast<float>(1 - lr * decay),
      .rate = static_cast<float>(lr / (1 - std::pow(beta1, step))),
      .correction = static_cast<float>(1 / std::sqrt(1 - std::pow(beta2, step))),
      .beta1 = static_cast<float>(beta1),
      .one_minus_beta1 = static_cast<float>(1 - beta1),
      .beta2 = static_cast<float>(beta2),
      .one_minus_beta2 = static_cast<float>(1 - beta2),
      .eps = args.f32(2),
  };
  const auto update = optimizers().adamw;
  const float* g = args.in[0].as<float>();
  float *p = args.out[0].as<float>(), *m = args.out[1].as<float>(), *v = args.out[2].as<float>();
  parallel_for(context.pool, args.in[0].elements(), kGrain, [&](int64_t begin, int64_t end) {
    update(s, g + begin, p + begin, m + begin, v + begin, static_cast<size_t>(end - begin));
  });
  return Status::good();
}

Status increment_check(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, 0, 1, 0));
  return expect_one(args.out[0], "count", DType::i32);
}

// Counts in whole numbers: an f32 stops at 2^24.
Status increment_run(const OperationArgs& args, RunContext&) {
  int32_t& count = *args.out[0].as<int32_t>();
  if (count == INT32_MAX) return Status::error("ERR_VALUE", "count: it is at its maximum");
  ++count;
  return Status::good();
}

constexpr Operation kOperations[] = {
    {"adamw", adamw_check, nullptr, adamw_run, 0b111},
    {"increment", increment_check, nullptr, increment_run, 0b1},
};

}  // namespace

std::span<const Operation> optimizer_operations() { return kOperations; }

}  // namespace rs
