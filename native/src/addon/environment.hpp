// What one JavaScript environment (the main thread or a worker) holds: its
// constructors, its jobs in flight, and the way back to its thread.
#pragma once
#include <napi.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <unordered_map>

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
  Napi::ObjectReference outputs;  // the caller's arrays, filled on this thread
};

class Environment {
 public:
  explicit Environment(Napi::Env env);

  Napi::FunctionReference buffer_class;

  // Starts the job; its promise settles on the JavaScript thread.
  Napi::Value start(Napi::Env env, std::shared_ptr<Job> job, Napi::Array outputs, double ticket);
  // Asks for the run with this ticket to stop; false when it has settled.
  bool cancel(double ticket);
  // Cancels everything and waits until no job of this environment runs.
  void drain();

 private:
  void settle(Napi::Env env, double id);

  Napi::ThreadSafeFunction settle_;
  std::unordered_map<double, PendingRun> pending_;  // JavaScript thread only
  std::unordered_map<double, double> tickets_;      // ticket to id
  double next_id_ = 0;

  std::mutex mutex_;
  std::condition_variable idle_;
  size_t in_flight_ = 0;
  bool closing_ = false;
};

}  // namespace rs
