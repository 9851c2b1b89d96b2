// Runs wait in one line for one driver thread, which owns the thread pool: two
// programs at once would only take each other's cores and caches.
#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

#include "executor.hpp"

namespace rs {

struct Job {
  std::shared_ptr<Executor> executor;
  RunRequest request;
  RunResult result;
  std::atomic<bool> cancelled{false};
  // Called once on the driver thread when result is final. Must not throw.
  std::function<void(const std::shared_ptr<Job>&)> done;
};

class Queue {
 public:
  // The process's queue. Never destroyed: joining its threads from a static
  // destructor would hang an exit with work pending.
  static Queue& shared();

  void submit(std::shared_ptr<Job> job);
  // Takes a job that has not begun out of the line and finishes it as aborted,
  // so that nobody waits for the runs before it. Nothing happens if it has begun.
  void withdraw(const std::shared_ptr<Job>& job);
  int threads() const { return pool_.size(); }

 private:
  Queue();
  void drive();

  ThreadPool pool_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::shared_ptr<Job>> jobs_;
  std::atomic<size_t> waiting_{0};
  bool asleep_ = false;
};

}  // namespace rs
