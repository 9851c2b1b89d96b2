// Copies between two strided views of the same shape: what every layout
// operation comes down to.
#pragma once
#include "../base/thread_pool.hpp"
#include "broadcast.hpp"

namespace rs {

// Operand 0 of the nest is the destination, operand 1 the source; strides are in
// elements of `width` bytes (1, 2 or 4) and may be zero or negative for the
// source. No two elements of the destination may share a place.
void strided_copy(ThreadPool& pool, const LoopNest& nest, size_t width, void* to, const void* from);

}  // namespace rs
