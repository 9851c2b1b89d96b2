// What this machine can do at most, measured: the rates that kernels are held to.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "base/thread_pool.hpp"

namespace bench {

// A buffer larger than any cache, and one pass of reading over it.
class MemoryRead {
 public:
  explicit MemoryRead(size_t bytes);
  ~MemoryRead();
  MemoryRead(const MemoryRead&) = delete;
  MemoryRead& operator=(const MemoryRead&) = delete;
  void pass(rs::ThreadPool& pool) const;
  size_t bytes() const { return bytes_; }

 private:
  size_t bytes_;
  char* data_;
};

// Register-only loops on every thread of the pool; one call's operations
// (multiply and add count as two). Zero where this CPU lacks the instructions.
double f32_peak_pass(rs::ThreadPool& pool);
double int8_peak_pass(rs::ThreadPool& pool);

}  // namespace bench
