// The thread pool by itself: every task once, helpers that sleep and wake, an end
// at any moment, threads that can't be started; and how many a process takes.
#include "base/thread_pool.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/cpu_quota.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

using namespace rs;

namespace {

int failures = 0;

void expect(bool condition, const std::string& what) {
  if (condition) return;
  ++failures;
  std::fprintf(stderr, "FAILED %s\n", what.c_str());
}

// Not atomic: the thread sanitizer sees whether a run's end orders all its writes.
void runs_each_task_once() {
  for (int threads : {1, 2, 3, 8}) {
    ThreadPool pool(threads);
    for (size_t tasks : {0, 1, 2, 3, 7, 64, 1000}) {
      std::vector<int> count(tasks, 0), on(tasks, -1);
      for (int round = 0; round < 50; ++round) {
        pool.run(tasks, [&](size_t task, int thread) {
          ++count[task];
          on[task] = thread;
        });
      }
      for (size_t task = 0; task < tasks; ++task) {
        expect(count[task] == 50, "task " + std::to_string(task) + " of " + std::to_string(tasks));
        expect(on[task] >= 0 && on[task] < threads, "a thread of the pool's");
      }
    }
  }
}

// From far below the time that helpers spin to far above it.
void sleeps_and_wakes() {
  ThreadPool pool(4);
  for (int microseconds : {0, 1, 20, 50, 100, 1000, 20000}) {
    const int rounds = microseconds < 1000 ? 200 : 10;
    for (int round = 0; round < rounds; ++round) {
      std::vector<int> count(16, 0);
      pool.run(16, [&](size_t task, int) { ++count[task]; });
      for (int n : count) expect(n == 1, "a task after a pause");
      std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
    }
  }
}

void ends_at_any_moment() {
  for (int round = 0; round < 200; ++round) {
    std::atomic<int> done{0};
    {
      ThreadPool pool(1 + round % 4);
      if (round % 3 != 0) pool.run(8, [&](size_t, int) { ++done; });
      if (round % 7 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    expect(done == (round % 3 != 0 ? 8 : 0), "all tasks before the end");
  }
}

size_t address_space() {
  long pages = 0;
  std::FILE* file = std::fopen("/proc/self/statm", "re");
  if (file != nullptr) {
    if (std::fscanf(file, "%ld", &pages) != 1) pages = 0;
    std::fclose(file);
  }
  return static_cast<size_t>(pages) * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

// Room for a few stacks and no more: some helpers start, one doesn't. Later runs
// fail alike until there is room, and then have all their threads.
void survives_threads_that_cannot_start() {
  if (kSanitized) {
    std::printf("skip: a sanitizer's own memory doesn't fit below a limit\n");
    return;
  }
  rlimit before{}, stack{};
  getrlimit(RLIMIT_AS, &before);
  getrlimit(RLIMIT_STACK, &stack);
  const size_t one = stack.rlim_cur == RLIM_INFINITY ? size_t{2} << 20 : stack.rlim_cur;
  ThreadPool pool(16);
  rlimit tight = before;
  tight.rlim_cur = address_space() + 3 * one + one / 2;
  expect(setrlimit(RLIMIT_AS, &tight) == 0, "sets a limit");
  int ran = 0;
  for (int round = 0; round < 3; ++round) {
    std::string why;
    try {
      pool.run(64, [&](size_t, int) { ++ran; });
    } catch (const ThreadError& error) {
      why = error.what();
    }
    expect(why.find("of 16 could not be started") != std::string::npos &&
               why.find("RYANSTREAM_THREADS") != std::string::npos,
           "says which thread, and what to do; found: " + why);
  }
  expect(ran == 0, "no task of a run that fails");
  setrlimit(RLIMIT_AS, &before);
  std::vector<int> count(64, 0);
  pool.run(64, [&](size_t task, int) { ++count[task]; });
  for (int n : count) expect(n == 1, "a task, when threads can start again");
}

void write_file(const std::string& path, const std::string& text) {
  for (size_t at = 1; (at = path.find('/', at)) != std::string::npos; ++at) {
    mkdir(path.substr(0, at).c_str(), 0700);
  }
  std::FILE* file = std::fopen(path.c_str(), "we");
  expect(file != nullptr, "writes " + path);
  if (file == nullptr) return;
  std::fputs(text.c_str(), file);
  std::fclose(file);
}

void reads_quotas() {
  const char* temporary = std::getenv("TMPDIR");
  std::string name = std::string(temporary != nullptr ? temporary : P_tmpdir) + "/ryanstream-quota-XXXXXX";
  if (mkdtemp(name.data()) == nullptr) return expect(false, "a folder for files");
  const std::string folder = name, v2 = folder + "/v2", v1 = folder + "/v1";
  write_file(v2 + "/cpu.max", "max 100000\n");
  write_file(v2 + "/a/cpu.max", "250000 100000\n");
  write_file(v2 + "/a/b/cpu.max", "800000 100000\n");
  write_file(v2 + "/a/c/cpu.max", "50000 100000\n");
  write_file(v2 + "/odd/cpu.max", "nonsense");
  const auto quota = [&](const std::string& membership) { return cpu_quota(v2, membership); };
  expect(quota("0::/\n") == 0, "no limit");
  expect(quota("0::/a\n") == 3, "rounded up");
  expect(quota("0::/a/b\n") == 3, "the parent's is tighter");
  expect(quota("0::/a/c\n") == 1, "half a processor is one thread");
  expect(quota("0::/a/absent/deep\n") == 3, "a group without the file");
  expect(quota("0::/odd\n") == 0 && quota("") == 0 && quota("rubbish\n:::\n0:") == 0, "what can't be read");
  for (const char* controllers : {"cpu", "cpu,cpuacct"}) {
    const std::string mount = v1 + "/" + controllers;
    write_file(mount + "/cpu.cfs_quota_us", "-1\n");
    write_file(mount + "/cpu.cfs_period_us", "100000\n");
    write_file(mount + "/job/cpu.cfs_quota_us", "400000\n");
    write_file(mount + "/job/cpu.cfs_period_us", "100000\n");
    const std::string other = "9:cpuset:/job\n4:memory:/job\n";
    expect(cpu_quota(v1, other + "3:" + controllers + ":/job\n0::/\n") == 4, "version 1");
    expect(cpu_quota(v1, other + "3:" + controllers + ":/\n") == 0, "version 1, no limit");
    expect(cpu_quota(v1, other) == 0, "other controllers");
  }
  if (std::system(("rm -r " + folder).c_str()) != 0) std::printf("left behind: %s\n", name.c_str());
}

// In children, since the choice is made once a process.
void reads_the_setting() {
  const auto size_with = [](const char* value) {
    const pid_t child = fork();
    if (child == 0) {
      setenv("RYANSTREAM_THREADS", value, 1);
      _exit(ThreadPool::default_size_status().ok() ? ThreadPool::default_size() : 255);
    }
    int status = 0;
    return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  };
  expect(size_with("1") == 1 && size_with("7") == 7, "a number of threads");
  for (const char* bad : {"0", "-2", "3x", "x", " 3", "+3", "1.0", "257", "999999999999999999999"}) {
    expect(size_with(bad) == 255, std::string("refuses ") + bad);
  }
  const int all = size_with("");
  expect(all >= 1 && all <= static_cast<int>(std::thread::hardware_concurrency()), "no setting");
}

}  // namespace

int main() {
  reads_the_setting();
  reads_quotas();
  survives_threads_that_cannot_start();
  runs_each_task_once();
  sleeps_and_wakes();
  ends_at_any_moment();
  if (failures == 0) std::printf("thread_pool: ok\n");
  return failures == 0 ? 0 : 1;
}
