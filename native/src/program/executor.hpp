// Runs verified programs. An Executor owns a program's arena and workspace, both
// sized once for the largest dims, and binds shapes again only when the dims
// change. It is used from one thread at a time (the queue's).
#pragma once
#include <stddef.h>
#include <stdint.h>

#include <atomic>
#include <memory>
#include <span>
#include <vector>

#include "../base/memory.hpp"
#include "../base/thread_pool.hpp"
#include "program.hpp"

namespace rs {

// What a run reads: bytes of its own, or memory that it holds.
struct RunInput {
  RunInput() = default;
  RunInput(std::vector<uint8_t> bytes) : own(std::move(bytes)) {}
  RunInput(std::shared_ptr<Memory> from) : memory(std::move(from)) {}

  const uint8_t* data() const { return memory ? memory->data() : own.data(); }
  size_t bytes() const { return memory ? memory->bytes() : own.size(); }

  std::vector<uint8_t> own;
  HeldMemory memory;
};

struct RunRequest {
  std::vector<int64_t> dims;
  std::vector<HeldMemory> slots;
  std::vector<RunInput> inputs;
  // Where outputs go; one that is null here comes back in RunResult::outputs.
  // Empty: all of them come back.
  std::vector<HeldMemory> outputs;
  bool profile = false;
  // Stop after this operation and read `read` instead of the outputs.
  int64_t stop_after = -1;
  std::vector<uint32_t> read;

  // Gives back what the run held.
  void release() {
    slots.clear();
    inputs.clear();
    outputs.clear();
  }
};

struct RunResult {
  Status status;
  std::vector<std::vector<uint8_t>> outputs;  // empty for those that went to memory
  std::vector<double> nanoseconds;  // an operation each, when profiled
  uint64_t arena_used = 0;
};

class Executor {
 public:
  // Decodes and verifies, checks every operation at the largest dims, and
  // takes the memory. threads is what run() will be given.
  static Status create(std::span<const double> words, std::vector<std::vector<uint8_t>> constants,
                       int threads, std::shared_ptr<Executor>& out);

  const Program& program() const { return program_; }
  size_t arena_bytes() const { return arena_->bytes(); }
  size_t workspace_bytes() const { return workspace_->bytes(); }

  // What can be refused before the run is queued: dims in range; inputs, slots and
  // outputs of the right size; slots that are aligned, and not the same memory
  // under two names when one is written. Reads only what doesn't change after create().
  Status admit(const RunRequest& request) const;

  // The values that a request reads at its end, and the shape of one.
  std::span<const uint32_t> outputs_of(const RunRequest& request) const;
  Status resolve_output(const RunRequest& request, size_t output, Tensor& out) const;

  void run(const RunRequest& request, ThreadPool& pool, const std::atomic<bool>& cancelled,
           RunResult& result);

 private:
  Executor() = default;
  Status admit_memory(const RunRequest& request) const;
  Status bind(std::span<const int64_t> dims, bool at_max);
  void point(const RunRequest& request);

  Program program_;
  std::vector<std::vector<uint8_t>> constants_;
  std::shared_ptr<Memory> arena_, workspace_;

  std::vector<int64_t> bound_dims_;
  bool bound_ = false;
  uint64_t arena_used_ = 0;
  std::vector<Tensor> values_;
  // The tensors of every operation, inputs then outputs, in one array.
  std::vector<Tensor> operands_;
  std::vector<size_t> first_operand_;
  size_t needed_workspace_ = 0;
  int threads_ = 1;
};

}  // namespace rs
