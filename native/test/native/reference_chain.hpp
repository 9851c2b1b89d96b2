// The arithmetic that the products promise, element by element.
#pragma once
#include <cmath>
#include <cstring>

#include "base/cpu.hpp"

namespace rs::test {

// One step of a product's chain on the instruction set in use.
inline float chain_step(float a, float b, float sum) {
  if (active_isa() != Isa::portable) return std::fma(a, b, sum);
  const float product = a * b;
  return product + sum;
}

// Equal bits; one NaN is as good as another.
inline bool same_float(float a, float b) {
  return (std::isnan(a) && std::isnan(b)) || std::memcmp(&a, &b, sizeof a) == 0;
}

}  // namespace rs::test
