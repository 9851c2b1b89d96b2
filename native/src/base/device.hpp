// What this process can compute on. Today that is the CPU; a GPU's devices will
// come from a library of its own that is opened at run time, so that this one
// loads on machines that have none.
#pragma once
#include <stdint.h>

#include <string>
#include <vector>

namespace rs {

struct Device {
  std::string kind;  // "cpu"
  std::string name;  // as its maker calls it
  std::string isa;   // of the kernels in use
  int threads;
  uint64_t memory_bytes;  // in all, not what is free
};

std::vector<Device> devices();

}  // namespace rs
