#include "environment.hpp"

#include <cstring>

#include "args.hpp"

namespace rs {
namespace {

// Logits of a few dozen rows; new memory for each step's would cost more than their copy.
constexpr size_t kMostSpareBytes = size_t{32} << 20;

}  // namespace

Environment::Environment(Napi::Env env)
    : settle_(Napi::ThreadSafeFunction::New(env, Napi::Function(), "ryanstream:run", 0, 1)) {
  settle_.Unref(env);  // only a pending run keeps the process alive
}

double Environment::next_ticket() {
  do ++next_ticket_;
  while (tickets_.count(next_ticket_) != 0);
  return next_ticket_;
}

Napi::Value Environment::start(Napi::Env env, std::shared_ptr<Job> job,
                               std::vector<Napi::ObjectReference> outputs, double ticket) {
  if (ticket >= 0 && tickets_.count(ticket) != 0) {
    throw coded(Napi::Error::New(env, "ticket: another run has it and has not ended; take one from "
                                      "newTicket()"),
                "ERR_TICKET");
  }
  job->result.outputs = std::move(spare_results_);
  spare_results_.clear();
  const double id = next_id_++;
  PendingRun run{job, Napi::Promise::Deferred::New(env), std::move(outputs)};
  const Napi::Value promise = run.deferred.Promise();
  if (pending_.empty()) settle_.Ref(env);
  pending_.emplace(id, std::move(run));
  if (ticket >= 0) tickets_[ticket] = id;
  {
    std::lock_guard lock(mutex_);
    ++in_flight_;
  }
  job->done = [this, id, ticket](const std::shared_ptr<Job>&) {
    // All of it under the lock: once drain() sees zero, this object may be gone.
    std::lock_guard lock(mutex_);
    if (!closing_) {
      settle_.NonBlockingCall([this, id, ticket](Napi::Env env, Napi::Function) {
        if (env == nullptr) return;
        if (const auto it = tickets_.find(ticket); it != tickets_.end() && it->second == id) {
          tickets_.erase(it);
        }
        settle(env, id);
      });
    }
    --in_flight_;
    idle_.notify_all();
  };
  Queue::shared().submit(std::move(job));
  return promise;
}

bool Environment::cancel(double ticket) {
  const auto it = tickets_.find(ticket);
  if (it == tickets_.end()) return false;
  const auto run = pending_.find(it->second);
  if (run == pending_.end()) return false;
  run->second.job->cancelled = true;
  Queue::shared().withdraw(run->second.job);
  return true;
}

void Environment::drain() {
  {
    std::lock_guard lock(mutex_);
    closing_ = true;
  }
  for (auto& [id, run] : pending_) {
    run.job->cancelled = true;
    Queue::shared().withdraw(run.job);
  }
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return in_flight_ == 0; });
}

void Environment::settle(Napi::Env env, double id) {
  const auto it = pending_.find(id);
  if (it == pending_.end()) return;
  PendingRun run = std::move(it->second);
  pending_.erase(it);
  if (pending_.empty()) settle_.Unref(env);

  // An exception out of here would leave the promise pending for ever.
  try {
    const Status& status = run.job->result.status;
    if (status.ok()) run.deferred.Resolve(report(env, run));
    else run.deferred.Reject(to_error(env, status).Value());
  } catch (const Napi::Error& error) {
    run.deferred.Reject(error.Value());
  } catch (const std::exception& error) {
    run.deferred.Reject(to_error(env, Status::error("ERR_OUT_OF_MEMORY", error.what())).Value());
  }
  keep_results(run.job->result);
}

void Environment::keep_results(RunResult& result) {
  size_t bytes = 0;
  for (const auto& output : result.outputs) bytes += output.capacity();
  if (bytes <= kMostSpareBytes) spare_results_ = std::move(result.outputs);
}

// Fills the caller's arrays.
Napi::Value Environment::report(Napi::Env env, const PendingRun& run) {
  const RunResult& result = run.job->result;
  for (size_t i = 0; i < run.outputs.size(); ++i) {
    if (run.outputs[i].IsEmpty()) continue;
    const auto& from = result.outputs[i];
    const Bytes into = bytes_of(run.outputs[i].Value(), "outputs");
    if (into.size != from.size()) {  // transferred or resized since run()
      throw coded(Napi::Error::New(env, "output " + std::to_string(i) + ": its memory has " +
                                            std::to_string(into.size) + " bytes now, expected " +
                                            std::to_string(from.size()) +
                                            "; keep it until the run has ended"),
                  "ERR_DETACHED");
    }
    if (!from.empty()) std::memcpy(into.data, from.data(), from.size());
  }
  auto out = Napi::Object::New(env);
  out.Set("arenaUsed", static_cast<double>(result.arena_used));
  if (!result.nanoseconds.empty()) {
    auto times = Napi::Float64Array::New(env, result.nanoseconds.size());
    std::memcpy(times.Data(), result.nanoseconds.data(), result.nanoseconds.size() * sizeof(double));
    out.Set("nanoseconds", times);
  }
  return out;
}

}  // namespace rs
