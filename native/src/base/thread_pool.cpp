#include "thread_pool.hpp"

#include <algorithm>
#include <cstdlib>

#if defined(__linux__)
#include <sched.h>
#endif
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace rs {
namespace {

// About 50 microseconds: longer than the serial part between two operations,
// short enough not to keep a core from the event loop after a run.
constexpr int kSpins = 2000;
constexpr int kMaxThreads = 256;

inline void pause() {
#if defined(__x86_64__)
  _mm_pause();
#endif
}

}  // namespace

int ThreadPool::default_size() {
  if (const char* env = std::getenv("RYANSTREAM_THREADS")) {
    const long want = std::strtol(env, nullptr, 10);
    if (want > 0) return static_cast<int>(std::min<long>(want, kMaxThreads));
  }
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) {
    return std::clamp(CPU_COUNT(&set), 1, kMaxThreads);
  }
#endif
  return std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, kMaxThreads);
}

ThreadPool::ThreadPool(int threads) : threads_(std::clamp(threads, 1, kMaxThreads)) {}

ThreadPool::~ThreadPool() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  for (auto& helper : helpers_) helper.join();
}

void ThreadPool::work(int thread) {
  for (;;) {
    const size_t task = next_.fetch_add(1, std::memory_order_relaxed);
    if (task >= tasks_) return;
    invoke_(context_, task, thread);
  }
}

void ThreadPool::run_erased(size_t tasks, Invoke invoke, const void* context) {
  if (tasks <= 1 || threads_ == 1) {
    for (size_t task = 0; task < tasks; ++task) invoke(context, task, 0);
    return;
  }
  if (helpers_.empty()) {
    for (int i = 1; i < threads_; ++i) helpers_.emplace_back([this, i] { helper(i); });
  }
  invoke_ = invoke;
  context_ = context;
  tasks_ = tasks;
  next_.store(0, std::memory_order_relaxed);
  busy_.store(threads_ - 1, std::memory_order_relaxed);
  generation_.fetch_add(1, std::memory_order_seq_cst);
  if (sleeping_.load(std::memory_order_seq_cst) > 0) {
    { std::lock_guard lock(mutex_); }
    wake_.notify_all();
  }
  work(0);
  for (int spins = 0; busy_.load(std::memory_order_acquire) != 0;) {
    // A helper that the system has put aside needs this core to finish.
    if (++spins < kSpins) pause();
    else std::this_thread::yield();
  }
}

void ThreadPool::helper(int thread) {
  unsigned seen = 0;
  for (;;) {
    int spins = 0;
    while (generation_.load(std::memory_order_acquire) == seen && ++spins < kSpins) pause();
    if (generation_.load(std::memory_order_acquire) == seen) {
      std::unique_lock lock(mutex_);
      sleeping_.fetch_add(1, std::memory_order_seq_cst);
      wake_.wait(lock, [&] { return stop_ || generation_.load(std::memory_order_seq_cst) != seen; });
      sleeping_.fetch_sub(1, std::memory_order_seq_cst);
      if (stop_) return;
    }
    // One list at a time: the caller waits for busy_ before it writes the next.
    seen = generation_.load(std::memory_order_acquire);
    work(thread);
    busy_.fetch_sub(1, std::memory_order_release);
  }
}

}  // namespace rs
