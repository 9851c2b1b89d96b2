#include "cpu_quota.hpp"

#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>

namespace rs {
namespace {

constexpr double kUnlimited = std::numeric_limits<double>::infinity();

// Processors from microseconds of time a period; what is absent or negative is no limit.
double processors(double quota, double period) {
  return quota > 0 && period > 0 ? quota / period : kUnlimited;
}

// Version 2: "max 100000" or "150000 100000".
double read_v2(const std::string& folder) {
  std::ifstream file(folder + "/cpu.max");
  double quota = 0, period = 0;
  return file >> quota >> period ? processors(quota, period) : kUnlimited;
}

double read_v1(const std::string& folder) {
  std::ifstream quota_file(folder + "/cpu.cfs_quota_us"), period_file(folder + "/cpu.cfs_period_us");
  double quota = 0, period = 0;
  return quota_file >> quota && period_file >> period ? processors(quota, period) : kUnlimited;
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

bool lists_cpu(const std::string& controllers) {
  std::istringstream list(controllers);
  for (std::string name; std::getline(list, name, ',');) {
    if (name == "cpu") return true;
  }
  return false;
}

}  // namespace

int cpu_quota(const std::string& root, const std::string& membership) {
  double least = kUnlimited;
  std::istringstream lines(membership);
  for (std::string line; std::getline(lines, line);) {  // "id:controllers:/group"
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string group = line.substr(second + 1);
    if (group.empty() || group[0] != '/') continue;
    if (controllers.empty()) {
      least = std::min(least, tightest(root, group, read_v2));
    } else if (lists_cpu(controllers)) {
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
  std::ifstream file("/proc/self/cgroup");
  std::stringstream membership;
  membership << file.rdbuf();
  return cpu_quota("/sys/fs/cgroup", membership.str());
#else
  return 0;
#endif
}

}  // namespace rs
