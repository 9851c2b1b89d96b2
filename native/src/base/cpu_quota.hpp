// The share of the processors that a control group grants. A container that may
// use two of sixty-four cores still sees sixty-four in its affinity mask.
#pragma once
#include <string>

namespace rs {

// Whole processors, rounded up; 0 when nothing limits this process.
int cpu_quota();

// The same for control groups mounted at `root` and a process whose
// /proc/self/cgroup reads `membership`.
int cpu_quota(const std::string& root, const std::string& membership);

}  // namespace rs
