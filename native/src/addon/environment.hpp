// What one JavaScript environment (the main thread or a worker) holds: its
// constructors, its jobs in flight, and the way back to its thread.
#pragma once
#include <napi.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "../program/queue.hpp"

namespace rs {

// Handles that live in the process, over all environments.
struct LiveHandles {
  std::atomic<int64_t> buffers{0}, programs{0}, buffer_bytes{0}, program_bytes{0};
  static LiveHandles& shared() {
    static LiveHandles live;
    return live;
  }
};

struct PendingRun {
  std::shared_ptr<Job> job;
  Napi::Promise::Deferred deferred;
  // The caller's arrays, filled on this thread; empty where a Buffer takes the output.
  std::vector<Napi::ObjectReference> outputs;
};

class Environment {
 public:
  explicit Environment(Napi::Env env);

  Napi::FunctionReference buffer_class;

  // Starts the job; its promise settles on the JavaScript thread. A ticket below 0
  // is none; one of another run that is pending is refused.
  Napi::Value start(Napi::Env env, std::shared_ptr<Job> job,
                    std::vector<Napi::ObjectReference> outputs, double ticket);
  // A ticket that no run has.
  double next_ticket();
  // Asks for the run with this ticket to stop; false when it has settled.
  bool cancel(double ticket);
  // Cancels everything and waits until no job of this environment runs.
  void drain();

 private:
  void settle(Napi::Env env, double id);
  Napi::Value report(Napi::Env env, const PendingRun& run);
  void keep_results(RunResult& result);

  Napi::ThreadSafeFunction settle_;
  std::unordered_map<double, PendingRun> pending_;  // JavaScript thread only
  std::unordered_map<double, double> tickets_;      // ticket to id
  double next_id_ = 0, next_ticket_ = 0;
  // Memory of results that have been handed out, for the next run's.
  std::vector<std::vector<uint8_t>> spare_results_;

  std::mutex mutex_;
  std::condition_variable idle_;
  size_t in_flight_ = 0;
  bool closing_ = false;
};

}  // namespace rs
