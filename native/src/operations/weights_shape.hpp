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

// f32 x[..., k] and y[..., n] with the same rows.
Status expect_projection(const Tensor& x, const Tensor& y, int64_t k, int64_t n);

// linear.cpp
extern const Operation kLinear, kNormLinear;
// linear_glu.cpp
extern const Operation kLinearGlu;
// add_outliers.cpp
extern const Operation kAddOutliers;
// pack_blocks.cpp
extern const Operation kPackBlocks;

}  // namespace rs
