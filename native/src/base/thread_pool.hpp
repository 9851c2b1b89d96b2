// The threads of one computation. The thread that calls run() is one of them;
// the helpers spin briefly after a task list, since the next operation is
// usually microseconds away, and then sleep.
#pragma once
#include <stddef.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "status.hpp"

namespace rs {

// The system refused to start a thread; what() says how to do with fewer.
struct ThreadError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class ThreadPool {
 public:
  // threads counts the caller; helpers are started at the first run(). When the
  // system refuses one, run() throws ThreadError before any task has begun, and
  // the next run() tries again.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int size() const { return threads_; }

  // Calls body(task, thread) for each task in [0, tasks), each once, on any
  // thread in [0, size()); returns when all are done. One caller at a time.
  // Which thread takes which task is not fixed: a task must compute the same
  // bits wherever it runs.
  template <typename Body>
  void run(size_t tasks, const Body& body) {
    run_erased(tasks, [](const void* context, size_t task, int thread) {
      (*static_cast<const Body*>(context))(task, thread);
    }, &body);
  }

  // RYANSTREAM_THREADS, else the cores this process may use, by its affinity and
  // by the CPU quota of its control group.
  static int default_size();
  // ERR_THREADS when RYANSTREAM_THREADS is not a number of threads.
  static Status default_size_status();

 private:
  using Invoke = void (*)(const void*, size_t, int);

  void run_erased(size_t tasks, Invoke invoke, const void* context);
  void start_helpers();
  void helper(int thread);
  void work(int thread);

  const int threads_;
  std::vector<std::thread> helpers_;

  Invoke invoke_ = nullptr;
  const void* context_ = nullptr;
  size_t tasks_ = 0;

  alignas(64) std::atomic<size_t> next_{0};
  alignas(64) std::atomic<unsigned> generation_{0};  // odd bits carry no meaning; a change is a new list
  alignas(64) std::atomic<int> busy_{0};             // helpers that have not finished this list
  alignas(64) std::atomic<int> sleeping_{0};
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  std::condition_variable wake_;
};

}  // namespace rs
