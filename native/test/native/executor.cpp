// The executor: every sample program decodes, verifies and runs at every size of
// its dim; what is wrong is refused with the right code.
#include "program/executor.hpp"

#include <cstdio>
#include <cstring>
#include <set>

#include "program_text.hpp"
#include "sample_programs.hpp"

using namespace rs;
using namespace rs::test;

namespace {

int failures = 0;

void expect(bool condition, const std::string& what) {
  if (condition) return;
  ++failures;
  std::fprintf(stderr, "FAILED %s\n", what.c_str());
}

RunRequest request_for(const TextProgram& text, int64_t n) {
  RunRequest request;
  request.dims = {n};
  for (const TextTensor& t : text.tensors) {
    if (t.storage == Storage::input) request.inputs.emplace_back(t.initial(n));
    if (t.storage != Storage::slot) continue;
    std::shared_ptr<Memory> memory;
    expect(Memory::allocate(t.bytes(kTextMax), memory).ok(), "allocates");
    request.slots.emplace_back(memory);
  }
  return request;
}

// Runs with all sizes of the dim, upwards and downwards: what a larger run has left
// in the arena must not show in a smaller one's outputs.
void run_sample(const std::string& line, const TextProgram& text) {
  std::shared_ptr<Executor> executor;
  const Status created = Executor::create(encode_text(text), text_constants(text), 2, executor);
  // The sample concat has a fixed output, so only n = 2 fits it.
  if (line.find("concat f32[2,3] f32[n,3]") == 0) {
    return expect(std::string(created.code == nullptr ? "" : created.code) == "ERR_SHAPE",
                  "refuses at the largest dims: " + line);
  }
  expect(created.ok(), line + ": " + created.message);
  if (!created.ok()) return;
  ThreadPool pool(2);
  std::vector<std::vector<std::vector<uint8_t>>> before(kTextMax + 1);
  for (int64_t n : {0, 1, 5, 8, 5, 1, 0}) {
    const RunRequest request = request_for(text, n);
    const Status admitted = executor->admit(request);
    expect(admitted.ok(), line + ": " + admitted.message);
    RunResult result;
    executor->run(request, pool, std::atomic<bool>{false}, result);
    expect(result.status.ok(), line + " n=" + std::to_string(n) + ": " + result.status.message);
    auto& first = before[static_cast<size_t>(n)];
    if (first.empty()) first = result.outputs;
    expect(first == result.outputs, line + " n=" + std::to_string(n) + ": the same bits again");
  }
}

void run_samples() {
  std::set<std::string> covered;
  for (const char* line : kSamplePrograms) {
    const TextProgram text = parse_program(line);
    for (const TextOp& op : text.ops) covered.insert(op.operation);
    run_sample(line, text);
  }
  for (const Operation* operation : all_operations()) {
    expect(covered.count(operation->name) == 1, std::string("no sample program for ") + operation->name);
  }
}

void expect_refused(const std::vector<double>& words, const char* code, const char* what) {
  std::shared_ptr<Executor> executor;
  const Status status = Executor::create(words, {}, 2, executor);
  expect(!status.ok() && std::strcmp(status.code, code) == 0,
         std::string(what) + ": expected " + code + ", found " +
             (status.ok() ? "success" : status.code + (": " + status.message)));
}

void refuse_malformed() {
  const std::vector<double> good = encode_text(parse_program("unary f32[n] -> f32[n] ; 1"));
  for (size_t length = 0; length < good.size(); ++length) {
    expect_refused({good.begin(), good.begin() + static_cast<long>(length)}, "ERR_PROGRAM", "cut short");
  }
  auto longer = good;
  longer.push_back(0);
  expect_refused(longer, "ERR_PROGRAM", "words after the end");
  expect_refused(encode_text(parse_program("unary f32[n] -> f32[3] ; 1")), "ERR_SHAPE", "shapes differ");
  expect_refused(encode_text(parse_program("unary i32[n] -> f32[n] ; 1")), "ERR_DTYPE", "dtype");
  expect_refused(encode_text(parse_program("unary f32[n] -> f32[n] ; 99")), "ERR_PROGRAM", "unknown kind");
  expect_refused(encode_text(parse_program("unary f32[n] f32[n] -> f32[n] ; 1")), "ERR_PROGRAM", "arity");
}

void refuse_requests() {
  const TextProgram text = parse_program("unary f32[n] -> f32[n] ; 1");
  std::shared_ptr<Executor> executor;
  expect(Executor::create(encode_text(text), {}, 2, executor).ok(), "creates");
  const auto code = [&](const RunRequest& request) {
    const Status status = executor->admit(request);
    return std::string(status.ok() ? "" : status.code);
  };
  RunRequest request = request_for(text, 3);
  expect(code(request).empty(), "admits");
  request.dims = {kTextMax + 1};
  expect(code(request) == "ERR_DIM_RANGE", "dim above its range");
  request.dims = {4};
  expect(code(request) == "ERR_SHAPE", "input of another size");
  request.dims = {};
  expect(code(request) == "ERR_DIM_RANGE", "no dims");
  request = request_for(text, 3);
  request.stop_after = 1;
  expect(code(request) == "ERR_OUT_OF_RANGE", "stops after an operation that is not there");
  request.stop_after = 0;
  request.read = {7};
  expect(code(request) == "ERR_OUT_OF_RANGE", "reads a value that is not there");
}

std::shared_ptr<Memory> memory_of(size_t bytes) {
  std::shared_ptr<Memory> memory;
  expect(Memory::allocate(bytes, memory).ok(), "allocates");
  return memory;
}

// Two names for memory that is written would let indices change after their check.
void refuse_aliases() {
  const TextProgram text = parse_program(
      "kv_write f32[n,2,4] f32[n,2,3] i32[n] i32[n] slot:i32[1,2] -> slot:f32[3,2,4,16] "
      "slot:f32[3,2,16,3] ; 16");
  std::shared_ptr<Executor> executor;
  expect(Executor::create(encode_text(text), {}, 2, executor).ok(), "creates");
  const auto code = [&](const RunRequest& request) {
    const Status status = executor->admit(request);
    return std::string(status.ok() ? "" : status.code);
  };
  RunRequest request = request_for(text, 1);
  expect(code(request).empty(), "admits slots of their own");
  const auto shared = memory_of(1536);
  request.slots[0] = request.slots[1] = shared;
  expect(code(request) == "ERR_ALIAS", "a page table that is also the pages");
  request = request_for(text, 1);
  request.slots[1] = request.slots[2] = shared;
  expect(code(request) == "ERR_ALIAS", "keys that are also values");
}

void hold_memory() {
  const TextProgram text = parse_program("unary slot:f32[n] -> f32[n] ; 0");
  std::shared_ptr<Executor> executor;
  expect(Executor::create(encode_text(text), {}, 2, executor).ok(), "creates");
  const auto slot = memory_of(32), result = memory_of(64);
  static_cast<float*>(static_cast<void*>(slot->data()))[2] = 5;
  {
    RunRequest request;
    request.dims = {3};
    request.slots.emplace_back(slot);
    request.outputs.emplace_back(slot);
    const Status alias = executor->admit(request);
    expect(!alias.ok() && std::strcmp(alias.code, "ERR_ALIAS") == 0, "an output over a slot");
    request.outputs[0] = result;
    expect(slot->held() && result->held(), "a request holds its memory");
    expect(executor->admit(request).ok(), "an output may have more room than the value");
    const RunRequest copy = request;
    request.release();
    expect(slot->held(), "a copy holds it too");
    ThreadPool pool(1);
    RunResult run;
    executor->run(copy, pool, std::atomic<bool>{false}, run);
    expect(run.status.ok() && run.outputs.at(0).empty(), "nothing is copied twice");
    expect(static_cast<float*>(static_cast<void*>(result->data()))[2] == -5.0f, "the result is in the buffer");
  }
  expect(!slot->held() && !result->held(), "nothing holds it when the run is gone");
}

void stop_when_cancelled() {
  const TextProgram text = parse_program("unary f32[n] -> f32[n] ; 1");
  std::shared_ptr<Executor> executor;
  Executor::create(encode_text(text), {}, 2, executor);
  const std::atomic<bool> cancelled{true};
  ThreadPool pool(1);
  RunResult result;
  executor->run(request_for(text, 3), pool, cancelled, result);
  expect(!result.status.ok() && std::strcmp(result.status.code, "ERR_ABORTED") == 0, "cancelled");
}

}  // namespace

int main() {
  run_samples();
  refuse_malformed();
  refuse_requests();
  refuse_aliases();
  hold_memory();
  stop_when_cancelled();
  if (failures == 0) std::printf("executor: ok\n");
  return failures == 0 ? 0 : 1;
}
