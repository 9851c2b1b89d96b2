// What the losses on logits and the losses fused with the output projection share.
#pragma once
#include "../program/operation.hpp"

namespace rs {

// The attribute must be an integer of 32 bits.
Status expect_ignore_index(const OperationArgs& args);
// f32[R] tensors that go with targets i32[R].
Status expect_per_target(const Tensor& t, const char* what, const Tensor& targets);
// Every target below the vocabulary's size, or the one that is ignored.
Status expect_targets(const Tensor& targets, int64_t ignored, int64_t vocabulary);

// linear_loss.cpp
Status linear_cross_entropy_check(const OperationArgs& args);
size_t linear_cross_entropy_workspace(const OperationArgs& args, int threads);
Status linear_cross_entropy_run(const OperationArgs& args, RunContext& context);
Status linear_cross_entropy_grad_check(const OperationArgs& args);
size_t linear_cross_entropy_grad_workspace(const OperationArgs& args, int threads);
Status linear_cross_entropy_grad_run(const OperationArgs& args, RunContext& context);

}  // namespace rs
