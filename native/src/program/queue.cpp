#include "queue.hpp"

#include <algorithm>
#include <exception>
#include <thread>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace rs {
namespace {

// A decode loop submits its next step within some tens of microseconds.
constexpr int kSpins = 2000;

void execute(Job& job, ThreadPool& pool) {
  if (job.cancelled) {
    job.result.status = Status::error("ERR_ABORTED", "cancelled before it began");
    return;
  }
  try {
    job.executor->run(job.request, pool, job.cancelled, job.result);
  } catch (const ThreadError& error) {
    job.result.status = Status::error("ERR_THREADS", error.what());
  } catch (const std::exception& error) {  // std::bad_alloc: out of this thread it would end the process
    job.result.status = Status::error("ERR_OUT_OF_MEMORY", error.what());
  }
}

// Who learns that a run has ended may write at once into what it held.
void finish(const std::shared_ptr<Job>& job) {
  job->request.release();
  job->done(job);
}

}  // namespace

Queue& Queue::shared() {
  static Queue* queue = new Queue();
  return *queue;
}

Queue::Queue() : pool_(ThreadPool::default_size()) {
  std::thread([this] { drive(); }).detach();
}

void Queue::submit(std::shared_ptr<Job> job) {
  bool wake = false;
  {
    std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
    waiting_.fetch_add(1, std::memory_order_release);
    wake = asleep_;
  }
  if (wake) wake_.notify_one();
}

void Queue::withdraw(const std::shared_ptr<Job>& job) {
  {
    std::lock_guard lock(mutex_);
    const auto it = std::find(jobs_.begin(), jobs_.end(), job);
    if (it == jobs_.end()) return;
    jobs_.erase(it);
    waiting_.fetch_sub(1, std::memory_order_relaxed);
  }
  job->result.status = Status::error("ERR_ABORTED", "cancelled before it began");
  finish(job);
}

void Queue::drive() {
  for (;;) {
    for (int spins = 0; waiting_.load(std::memory_order_acquire) == 0 && spins < kSpins; ++spins) {
#if defined(__x86_64__)
      _mm_pause();
#endif
    }
    std::shared_ptr<Job> job;
    {
      std::unique_lock lock(mutex_);
      asleep_ = true;
      wake_.wait(lock, [this] { return !jobs_.empty(); });
      asleep_ = false;
      job = std::move(jobs_.front());
      jobs_.pop_front();
      waiting_.fetch_sub(1, std::memory_order_relaxed);
    }
    execute(*job, pool_);
    finish(job);
  }
}

}  // namespace rs
