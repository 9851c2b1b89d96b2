// Columns of a matrix, named by a tensor.
#pragma once
#include "program/operation.hpp"

namespace rs {

// ERR_VALUE unless the i32 values of an axis ascend from 0 or more to less than k.
Status expect_ascending(const Tensor& columns, int64_t k);

}  // namespace rs
