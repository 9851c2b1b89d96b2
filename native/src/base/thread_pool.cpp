#include "thread_pool.hpp"

#include <algorithm>
#include <cstdlib>
#include <system_error>

#include "cpu_quota.hpp"

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

int usable_cores() {
  int cores = static_cast<int>(std::thread::hardware_concurrency());
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) cores = CPU_COUNT(&set);
#endif
  const int quota = cpu_quota();
  if (quota > 0) cores = std::min(cores, quota);
  return std::clamp(cores, 1, kMaxThreads);
}

struct Choice {
  int threads;
  Status status;
};

Choice choose() {
  const char* want = std::getenv("RYANSTREAM_THREADS");
  if (want == nullptr || *want == '\0') return {usable_cores(), Status::good()};
  char* end = nullptr;
  const long threads = std::strtol(want, &end, 10);
  const bool digits = *want >= '0' && *want <= '9' && *end == '\0';
  if (digits && threads >= 1 && threads <= kMaxThreads) {
    return {static_cast<int>(threads), Status::good()};
  }
  return {1, Status::error("ERR_THREADS",
                           std::string("RYANSTREAM_THREADS=") + want + ": expected an integer from 1 to " +
                               std::to_string(kMaxThreads) + "; unset it to use the " +
                               std::to_string(usable_cores()) + " cores that this process may use")};
}

const Choice& choice() {
  static const Choice chosen = choose();
  return chosen;
}

}  // namespace

int ThreadPool::default_size() { return choice().threads; }
Status ThreadPool::default_size_status() { return choice().status; }

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

void ThreadPool::start_helpers() {
  helpers_.reserve(static_cast<size_t>(threads_));
  while (helpers_.size() + 1 < static_cast<size_t>(threads_)) {
    const int thread = static_cast<int>(helpers_.size()) + 1;
    try {
      helpers_.emplace_back([this, thread] { helper(thread); });
    } catch (const std::system_error& error) {
      throw ThreadError("thread " + std::to_string(thread + 1) + " of " + std::to_string(threads_) +
                        " could not be started (" + error.what() + "): set RYANSTREAM_THREADS to " +
                        std::to_string(thread) + " or fewer, or raise the limit of threads");
    }
  }
}

void ThreadPool::run_erased(size_t tasks, Invoke invoke, const void* context) {
  if (tasks <= 1 || threads_ == 1) {
    for (size_t task = 0; task < tasks; ++task) invoke(context, task, 0);
    return;
  }
  if (helpers_.size() + 1 < static_cast<size_t>(threads_)) start_helpers();
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
