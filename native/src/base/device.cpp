#include "device.hpp"

#include <cstring>

#include "cpu.hpp"
#include "memory.hpp"
#include "thread_pool.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace rs {
namespace {

std::string cpu_name() {
#if defined(__x86_64__)
  unsigned leaf[12] = {};
  if (__get_cpuid_max(0x80000000u, nullptr) >= 0x80000004u) {
    for (unsigned i = 0; i < 3; ++i) {
      __get_cpuid(0x80000002u + i, &leaf[4 * i], &leaf[4 * i + 1], &leaf[4 * i + 2],
                  &leaf[4 * i + 3]);
    }
    char text[sizeof leaf + 1] = {};
    std::memcpy(text, leaf, sizeof leaf);
    const std::string name(text);
    const size_t first = name.find_first_not_of(' ');
    if (first != std::string::npos) return name.substr(first, name.find_last_not_of(' ') - first + 1);
  }
#endif
  return "unknown";
}

}  // namespace

std::vector<Device> devices() {
  return {{"cpu", cpu_name(), isa_name(active_isa()), ThreadPool::default_size(),
           physical_memory_bytes()}};
}

}  // namespace rs
