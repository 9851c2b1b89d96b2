#include "cpu_quota.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

namespace rs {
namespace {

constexpr double kUnlimited = std::numeric_limits<double>::infinity();

// All of a small file; empty when it can't be read. Streams would put a third on
// the size of the addon, which has its C++ library built in.
std::string read_file(const std::string& path) {
  std::string text;
  std::FILE* file = std::fopen(path.c_str(), "re");
  if (file == nullptr) return text;
  char part[512];
  for (size_t n = 0; (n = std::fread(part, 1, sizeof part, file)) > 0;) text.append(part, n);
  std::fclose(file);
  return text;
}

// Processors from microseconds of time a period, as "150000 100000"; what is
// absent, negative or "max" is no limit.
double processors(const std::string& quota_and_period) {
  double quota = 0, period = 0;
  const int found = std::sscanf(quota_and_period.c_str(), "%lf %lf", &quota, &period);
  return found == 2 && quota > 0 && period > 0 ? quota / period : kUnlimited;
}

double read_v2(const std::string& folder) { return processors(read_file(folder + "/cpu.max")); }

double read_v1(const std::string& folder) {
  return processors(read_file(folder + "/cpu.cfs_quota_us") + " " +
                    read_file(folder + "/cpu.cfs_period_us"));
}

// The tightest limit from the group up to the root. In a container the names may
// be the host's, of which only the root is visible: then its file is the group's.
template <typename Read>
double tightest(const std::string& root, std::string group, const Read& read) {
  double least = read(root);
  while (group.size() > 1) {
    least = std::min(least, read(root + group));
    group.erase(group.find_last_of('/'));
  }
  return least;
}

}  // namespace

int cpu_quota(const std::string& root, const std::string& membership) {
  double least = kUnlimited;
  for (size_t at = 0; at < membership.size();) {  // lines of "id:controllers:/group"
    const size_t end = std::min(membership.find('\n', at), membership.size());
    const std::string line = membership.substr(at, end - at);
    at = end + 1;
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string group = line.substr(second + 1);
    if (group.empty() || group[0] != '/') continue;
    if (controllers.empty()) {
      least = std::min(least, tightest(root, group, read_v2));
    } else if (("," + controllers + ",").find(",cpu,") != std::string::npos) {
      for (const std::string& mount : {root + "/cpu", root + "/" + controllers}) {
        least = std::min(least, tightest(mount, group, read_v1));
      }
    }
  }
  constexpr double kMost = 1 << 20;
  return least < kMost ? static_cast<int>(std::ceil(least)) : 0;
}

int cpu_quota() {
#if defined(__linux__)
  return cpu_quota("/sys/fs/cgroup", read_file("/proc/self/cgroup"));
#else
  return 0;
#endif
}

}  // namespace rs
