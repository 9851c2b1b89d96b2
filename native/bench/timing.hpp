// Contenders take turns, so that a machine that slows down slows all of them;
// medians, so that one interruption decides nothing.
#pragma once
#include <algorithm>
#include <chrono>
#include <functional>
#include <thread>
#include <vector>

namespace bench {

inline double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

inline double median(std::vector<double> x) {
  if (x.empty()) return 0;
  std::sort(x.begin(), x.end());
  return x[x.size() / 2];
}

struct Contender {
  std::function<void()> run;
  // How long its threads spin after a call: the next contender waits that long.
  double settle = 0;
};

// Median seconds a call of each. A turn is one call to warm up and then calls
// for at least `turn` seconds.
inline std::vector<double> race(const std::vector<Contender>& contenders, int rounds, double turn) {
  std::vector<std::vector<double>> samples(contenders.size());
  for (int round = 0; round < rounds; ++round) {
    for (size_t i = 0; i < contenders.size(); ++i) {
      contenders[i].run();
      for (double start = now(), last = start; last - start < turn;) {
        contenders[i].run();
        const double t = now();
        samples[i].push_back(t - last);
        last = t;
      }
      if (contenders[i].settle > 0) {
        std::this_thread::sleep_for(std::chrono::duration<double>(contenders[i].settle));
      }
    }
  }
  std::vector<double> medians;
  for (auto& s : samples) medians.push_back(median(s));
  return medians;
}

}  // namespace bench
