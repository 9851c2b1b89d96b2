// The queue by itself: jobs from many threads run one at a time in their order,
// every job ends exactly once, whether it runs, is withdrawn or is cancelled, and
// lets go of its memory before its end is told.
#include "program/queue.hpp"

#include <chrono>
#include <cstdio>
#include <cstring>
#include <random>
#include <string>
#include <thread>

#include "program_text.hpp"

using namespace rs;
using namespace rs::test;

namespace {

std::atomic<int> failures{0};

void expect(bool condition, const std::string& what) {
  if (condition) return;
  ++failures;
  std::fprintf(stderr, "FAILED %s\n", what.c_str());
}

std::shared_ptr<Executor> executor_of(const std::string& line) {
  std::shared_ptr<Executor> executor;
  const Status status =
      Executor::create(encode_text(parse_program(line)), {}, Queue::shared().threads(), executor);
  expect(status.ok(), line + ": " + status.message);
  return executor;
}

// What one thread waits for: so many jobs that have ended.
struct Line {
  std::mutex mutex;
  std::condition_variable changed;
  int ended = 0;
  std::vector<int> order;

  void end(int id) {
    std::lock_guard lock(mutex);
    ++ended;
    order.push_back(id);
    changed.notify_all();
  }
  void wait(int jobs) {
    std::unique_lock lock(mutex);
    expect(changed.wait_for(lock, std::chrono::seconds(120), [&] { return ended >= jobs; }),
           "all jobs end");
    expect(ended == jobs, "each job ends once");
  }
};

std::shared_ptr<Job> counting_job(const std::shared_ptr<Executor>& executor, Line& line, int id) {
  auto job = std::make_shared<Job>();
  job->executor = executor;
  job->request.dims = {kTextMax};
  std::shared_ptr<Memory> memory;
  expect(Memory::allocate(4 * kTextMax, memory).ok(), "allocates");
  job->request.slots.emplace_back(memory);
  job->done = [&line, id, memory](const std::shared_ptr<Job>&) {
    expect(!memory->held(), "a job that has ended holds nothing");
    line.end(id);
  };
  return job;
}

bool aborted(const Job& job) {
  return !job.result.status.ok() && std::strcmp(job.result.status.code, "ERR_ABORTED") == 0;
}

// All jobs share one executor, whose arena no two may use at once: the thread
// sanitizer watches, and the results show it.
void runs_in_order() {
  const auto executor = executor_of("unary slot:f32[n] -> f32[n] ; 1");
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      Line line;
      std::vector<std::shared_ptr<Job>> jobs;
      for (int i = 0; i < 200; ++i) {
        jobs.push_back(counting_job(executor, line, i));
        Queue::shared().submit(jobs.back());
        // Now and then longer than the driver spins, so that it sleeps and wakes.
        if (i % 50 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
      }
      line.wait(200);
      for (int i = 0; i < 200; ++i) expect(line.order[static_cast<size_t>(i)] == i, "in their order");
      for (const auto& job : jobs) {
        float first = 0;
        expect(job->result.status.ok() && job->result.outputs.size() == 1, "has its result");
        if (!job->result.outputs.empty()) std::memcpy(&first, job->result.outputs[0].data(), 4);
        expect(first == 1.0f, "exp(0)");
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

// Jobs are withdrawn and cancelled at random moments by the thread that submitted
// them, as an environment does with its own.
void withdraws(uint64_t seed) {
  const auto executor = executor_of("unary slot:f32[n] -> f32[n] ; 1");
  std::vector<std::thread> threads;
  for (uint64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937_64 random(seed + t);
      Line line;
      std::vector<std::shared_ptr<Job>> jobs;
      std::vector<bool> asked(400, false);
      for (int i = 0; i < 400; ++i) {
        jobs.push_back(counting_job(executor, line, i));
        Queue::shared().submit(jobs.back());
        if (random() % 2 == 0) {
          const size_t which = random() % jobs.size();
          asked[which] = true;
          jobs[which]->cancelled = true;
          Queue::shared().withdraw(jobs[which]);
          Queue::shared().withdraw(jobs[which]);  // it has left the line
        }
      }
      line.wait(400);
      for (size_t i = 0; i < jobs.size(); ++i) {
        const bool ok = jobs[i]->result.status.ok();
        expect(ok || (asked[i] && aborted(*jobs[i])), "only those that were asked to stop");
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

// A long job holds the line: one behind it can be withdrawn at once, or be told
// to stop before it begins.
void cancels_what_runs() {
  const auto slow = executor_of("matmul f32[1024,1024] f32[1024,1024] -> f32[1024,1024] ; 0 0");
  const auto quick = executor_of("unary slot:f32[n] -> f32[n] ; 1");
  Line line;
  std::vector<std::shared_ptr<Job>> jobs;
  for (int i = 0; i < 2; ++i) {
    auto job = std::make_shared<Job>();
    job->executor = slow;
    job->request.dims = {0};
    for (int input = 0; input < 2; ++input) {
      job->request.inputs.emplace_back(std::vector<uint8_t>(4 << 20));
    }
    job->done = [&line, i](const std::shared_ptr<Job>&) { line.end(i); };
    jobs.push_back(job);
    Queue::shared().submit(job);
  }
  jobs.push_back(counting_job(quick, line, 2));
  Queue::shared().submit(jobs[2]);
  jobs[2]->cancelled = true;
  Queue::shared().withdraw(jobs[2]);
  {
    std::lock_guard lock(line.mutex);
    const bool first = !line.order.empty() && line.order.back() == 2;
    expect(first, "it doesn't wait for those before it");
  }
  expect(aborted(*jobs[2]), "withdrawn");
  jobs[1]->cancelled = true;
  line.wait(3);
  expect(jobs[0]->result.status.ok(), "the first runs to its end");
  expect(aborted(*jobs[1]), "cancelled before it began");
}

}  // namespace

int main() {
  constexpr uint64_t kSeed = 20261123;
  std::printf("queue: seed %llu\n", static_cast<unsigned long long>(kSeed));
  runs_in_order();
  withdraws(kSeed);
  cancels_what_runs();
  if (failures == 0) std::printf("queue: ok\n");
  return failures == 0 ? 0 : 1;
}
