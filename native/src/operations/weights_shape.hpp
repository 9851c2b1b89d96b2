// What the operations on packed weights share.
#pragma once
#include "kernels/dispatch.hpp"
#include "kernels/packed.hpp"
#include "program/operation.hpp"

RS_FAMILY_ACCESS(PackedKernels, packed_kernels, packed)

namespace rs {

// Attributes 0..4 of every operation here: format, N, K, group, hasZero.
Status check_packed_attrs(const OperationArgs& args, const char* name);
PackedShape packed_shape(const OperationArgs& args);
Status expect_packed(const Tensor& t, const char* what, const PackedShape& shape);
Status expect_matrix(const Tensor& t, const char* what, DType type, int64_t rows, int64_t columns);

// linear.cpp
Status check_linear(const OperationArgs& args);
size_t linear_workspace(const OperationArgs& args, int threads);
Status run_linear(const OperationArgs& args, RunContext& context);

}  // namespace rs
