// Bytes of elements to planes and back, and how often each byte occurs.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "family.hpp"

namespace rs {

struct BytePlanesKernels {
  // planes[p][i] = byte p of element i, n elements of `period` bytes. rotate
  // (period 2, 4 or 8): each little-endian element is rotated left by one bit first.
  void (*split)(const uint8_t* elements, size_t n, int period, bool rotate, uint8_t* const* planes);
  // The reverse.
  void (*join)(const uint8_t* const* planes, size_t n, int period, bool rotate, uint8_t* elements);
  // Adds to counts[256].
  void (*count)(const uint8_t* bytes, size_t n, uint64_t* counts);
};

}  // namespace rs

RS_FAMILY_DECLARE(BytePlanesKernels, byte_planes_kernels)
