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
  const auto add = [&](const TextTensor& t, bool input) {
    if (t.slot) {
      std::shared_ptr<Memory> memory;
      Memory::allocate(t.bytes(kTextMax), memory);
      request.slots.push_back(memory);
      return;
    }
    if (!input) return;
    std::vector<uint8_t> bytes(t.bytes(n));  // zero is a legal id, position and float
    if (t.dtype == DType::f32) {
      for (size_t i = 0; i * 4 < bytes.size(); ++i) {
        const float x = 0.25f + 0.125f * static_cast<float>(i % 7);
        std::memcpy(bytes.data() + 4 * i, &x, 4);
      }
    }
    request.inputs.push_back(bytes);
  };
  for (const auto& t : text.in) add(t, true);
  for (const auto& t : text.out) add(t, false);
  return request;
}

void run_samples() {
  std::set<std::string> covered;
  for (const char* line : kSamplePrograms) {
    const TextProgram text = parse_program(line);
    covered.insert(text.operation);
    const bool symbolic = std::string(line).find("[n") != std::string::npos ||
                          std::string(line).find(",n") != std::string::npos;
    std::shared_ptr<Executor> executor;
    // The sample concat has a fixed output, so only n = 2 fits it.
    const Status created = Executor::create(encode_text(text), {}, 2, executor);
    if (text.operation == "concat" && symbolic) {
      expect(std::string(created.code == nullptr ? "" : created.code) == "ERR_SHAPE",
             std::string("refuses at the largest dims: ") + line);
      continue;
    }
    expect(created.ok(), std::string(line) + ": " + created.message);
    if (!created.ok()) continue;
    ThreadPool pool(2);
    for (int64_t n : {int64_t{0}, int64_t{1}, int64_t{5}, kTextMax}) {
      const std::atomic<bool> cancelled{false};
      RunRequest request = request_for(text, n);
      if (text.operation == "adamw") request.inputs[2][0] = 1;  // steps count from 1
      const Status admitted = executor->admit(request);
      expect(admitted.ok(), std::string(line) + ": " + admitted.message);
      RunResult result;
      executor->run(request, pool, cancelled, result);
      expect(result.status.ok(), std::string(line) + " n=" + std::to_string(n) + ": " +
                                     result.status.message);
    }
  }
  for (const Operation* operation : all_operations()) {
    const std::string name = operation->name;
    const bool packed = name == "linear" || name == "pack_weight" || name == "pack_codes" ||
                        name == "unpack_weight" || name == "embedding_packed" ||  // packed.cpp
                        name == "norm_linear" || name == "linear_glu";      // fused_linear.cpp
    expect(packed || covered.count(name) == 1, "no sample program for " + name);
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
  stop_when_cancelled();
  if (failures == 0) std::printf("executor: ok\n");
  return failures == 0 ? 0 : 1;
}
