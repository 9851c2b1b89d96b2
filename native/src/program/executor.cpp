#include "executor.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>

namespace rs {
namespace {

Status at_op(size_t op, const OpDesc& desc, const Status& status) {
  return Status::error(status.code, "operation " + std::to_string(op) + " (" +
                                        desc.operation->name + "): " + status.message);
}

void copy_out(const Tensor& value, const HeldMemory& to, std::vector<uint8_t>& out) {
  const auto* data = value.as<const uint8_t>();
  if (!to) out.assign(data, data + value.bytes());
  else if (value.bytes() > 0) std::memcpy(to->data(), data, value.bytes());
}

}  // namespace

Status Executor::create(std::span<const double> words, std::vector<std::vector<uint8_t>> constants,
                        int threads, std::shared_ptr<Executor>& out) {
  std::shared_ptr<Executor> executor(new Executor());
  Program& p = executor->program_;
  RS_RETURN_IF(decode(words, p));
  RS_RETURN_IF(verify(p));
  if (constants.size() != p.constant_bytes.size()) {
    return Status::error("ERR_PROGRAM", "expected " + std::to_string(p.constant_bytes.size()) +
                                            " constants, found " + std::to_string(constants.size()));
  }
  for (size_t i = 0; i < constants.size(); ++i) {
    if (constants[i].size() != p.constant_bytes[i]) {
      return Status::error("ERR_PROGRAM", "constant " + std::to_string(i) + ": expected " +
                                              std::to_string(p.constant_bytes[i]) + " bytes, found " +
                                              std::to_string(constants[i].size()));
    }
  }
  executor->constants_ = std::move(constants);
  executor->threads_ = threads;
  std::vector<int64_t> largest;
  for (const DimRange& dim : p.dims) largest.push_back(dim.max);
  RS_RETURN_IF(executor->bind(largest, true));
  RS_RETURN_IF(Memory::allocate(p.arena_bytes, executor->arena_));
  RS_RETURN_IF(Memory::allocate(executor->needed_workspace_, executor->workspace_));
  out = std::move(executor);
  return Status::good();
}

// Resolves every shape and checks every operation for these dims.
Status Executor::bind(std::span<const int64_t> dims, bool at_max) {
  if (bound_ && std::equal(dims.begin(), dims.end(), bound_dims_.begin(), bound_dims_.end())) {
    return Status::good();
  }
  bound_ = false;
  const Program& p = program_;
  values_.resize(p.values.size());
  arena_used_ = 0;
  for (size_t i = 0; i < p.values.size(); ++i) {
    const ValueDesc& desc = p.values[i];
    if (Status s = resolve(desc, dims, values_[i]); !s.ok()) return at_value(i, s);
    const size_t bytes = values_[i].bytes();
    const uint64_t room = desc.storage == Storage::constant ? p.constant_bytes[desc.index] : desc.bytes;
    if (desc.storage != Storage::slot && bytes > room) {
      return at_value(i, Status::error("ERR_SHAPE", "needs " + std::to_string(bytes) +
                                                        " bytes, planned are " + std::to_string(room)));
    }
    if (desc.in_arena()) arena_used_ = std::max(arena_used_, desc.offset + (bytes + 63) / 64 * 64);
  }
  operands_.clear();
  first_operand_.clear();
  for (const OpDesc& op : p.ops) {
    first_operand_.push_back(operands_.size());
    for (uint32_t id : op.in) operands_.push_back(values_[id]);
    for (uint32_t id : op.out) operands_.push_back(values_[id]);
  }
  size_t workspace = 0;
  for (size_t i = 0; i < p.ops.size(); ++i) {
    const OpDesc& op = p.ops[i];
    const Tensor* first = operands_.data() + first_operand_[i];
    const OperationArgs args{{first, op.in.size()}, {first + op.in.size(), op.out.size()}, op.attrs};
    if (Status s = op.operation->check(args); !s.ok()) return at_op(i, op, s);
    if (op.operation->workspace != nullptr) {
      workspace = std::max(workspace, op.operation->workspace(args, threads_));
    }
  }
  if (at_max) {
    needed_workspace_ = workspace;
  } else if (workspace > workspace_->bytes()) {
    return Status::error("ERR_SHAPE", "these dims need " + std::to_string(workspace) +
                                          " bytes of workspace, the largest need " +
                                          std::to_string(workspace_->bytes()));
  }
  bound_dims_.assign(dims.begin(), dims.end());
  bound_ = true;
  return Status::good();
}

// Gives every tensor its address. Only slots move between runs.
void Executor::point(const RunRequest& request) {
  const Program& p = program_;
  for (size_t i = 0; i < p.values.size(); ++i) {
    const ValueDesc& desc = p.values[i];
    switch (desc.storage) {
      case Storage::arena:
      case Storage::input: values_[i].data = arena_->data() + desc.offset; break;
      case Storage::slot: values_[i].data = request.slots[desc.index]->data(); break;
      case Storage::constant: values_[i].data = constants_[desc.index].data(); break;
    }
  }
  size_t next = 0;
  for (const OpDesc& op : p.ops) {
    for (uint32_t id : op.in) operands_[next++].data = values_[id].data;
    for (uint32_t id : op.out) operands_[next++].data = values_[id].data;
  }
}

void Executor::run(const RunRequest& request, ThreadPool& pool, const std::atomic<bool>& cancelled,
                   RunResult& result) {
  using Clock = std::chrono::steady_clock;
  const Program& p = program_;
  if (result.status = bind(request.dims, false); !result.status.ok()) return;
  point(request);
  for (size_t i = 0; i < p.values.size(); ++i) {
    const ValueDesc& desc = p.values[i];
    const size_t bytes = values_[i].bytes();
    if (desc.storage == Storage::input && bytes > 0) {
      std::memcpy(arena_->data() + desc.offset, request.inputs[desc.index].data(), bytes);
    }
  }
  const bool partial = request.stop_after >= 0;
  const size_t ops = partial ? static_cast<size_t>(request.stop_after) + 1 : p.ops.size();
  if (request.profile) result.nanoseconds.assign(p.ops.size(), 0);
  RunContext context{pool, workspace_->data()};
  for (size_t i = 0; i < ops; ++i) {
    if (cancelled.load(std::memory_order_relaxed)) {
      result.status = Status::error("ERR_ABORTED", "cancelled before operation " + std::to_string(i));
      return;
    }
    const OpDesc& op = p.ops[i];
    const Tensor* first = operands_.data() + first_operand_[i];
    const OperationArgs args{{first, op.in.size()}, {first + op.in.size(), op.out.size()}, op.attrs};
    const auto start = request.profile ? Clock::now() : Clock::time_point{};
    if (Status s = op.operation->run(args, context); !s.ok()) {
      result.status = at_op(i, op, s);
      return;
    }
    if (request.profile) {
      result.nanoseconds[i] = std::chrono::duration<double, std::nano>(Clock::now() - start).count();
    }
  }
  const std::span<const uint32_t> read = outputs_of(request);
  const HeldMemory own;
  result.outputs.resize(read.size());
  for (size_t i = 0; i < read.size(); ++i) {
    copy_out(values_[read[i]], request.outputs.empty() ? own : request.outputs[i], result.outputs[i]);
  }
  result.arena_used = arena_used_;
}

}  // namespace rs
