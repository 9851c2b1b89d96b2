// The parts of the kernel benchmark; main.cpp runs them in this order.
#pragma once
#include <string>
#include <vector>

#include "base/thread_pool.hpp"
#include "ceilings.hpp"
#include "peers.hpp"
#include "program/operation.hpp"
#include "report.hpp"

namespace bench {

struct Options {
  int threads = 2;
  int rounds = 9;
  double turn = 0.06;      // seconds a contender computes before the next one's turn
  std::string filter;      // a part of the names to measure; empty for all
};

inline bool wanted(const Options& options, const std::string& name) {
  return name.find(options.filter) != std::string::npos;
}

// Memory that lives as long as a measurement.
class Floats {
 public:
  explicit Floats(int64_t n);  // uniform in [-0.5, 0.5)
  ~Floats();
  Floats(const Floats&) = delete;
  Floats& operator=(const Floats&) = delete;
  float* data;
};

// An operation ready to be called again and again, checked and with its scratch.
class Call {
 public:
  Call(const char* name, std::vector<rs::Tensor> in, std::vector<rs::Tensor> out,
       std::vector<double> attrs, rs::ThreadPool& pool);
  ~Call();
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  void run();
  std::vector<rs::Tensor> in, out;

 private:
  const rs::Operation* operation_;
  std::vector<double> attrs_;
  rs::ThreadPool& pool_;
  void* workspace_;
};

// Prints the rate of a call beside the multiply-add peak, measured in turns.
void against_peak(const Options& options, rs::ThreadPool& pool, const std::string& name, Call& call,
                  double operations);

// The rate of `run` beside the fastest of the peers and beside the ceiling, all
// in turns. Unit and target are the caller's to fill.
Row against_peers(const Options& options, rs::ThreadPool& pool, const std::string& name,
                  const std::function<void()>& run, const std::vector<Peer>& peers,
                  double (*ceiling)(rs::ThreadPool&), double operations);

void measure_ceilings(const Options& options, rs::ThreadPool& pool);
void measure_packed(const Options& options, rs::ThreadPool& pool);
void measure_matmul(const Options& options, rs::ThreadPool& pool);
void measure_attention(const Options& options, rs::ThreadPool& pool);
void measure_loss(const Options& options, rs::ThreadPool& pool);
void measure_memory_bound(const Options& options, rs::ThreadPool& pool);

}  // namespace bench
