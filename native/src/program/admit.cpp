// What can be refused before a run is queued. It reads only what doesn't change
// after create(), so any thread may ask while another run computes.
#include <algorithm>

#include "executor.hpp"

namespace rs {
namespace {

std::string list_dims(const Program& p, std::span<const int64_t> dims) {
  std::string out;
  for (size_t i = 0; i < p.dims.size(); ++i) {
    out += (i == 0 ? "" : ", ") + std::to_string(dims[i]) + " in " + std::to_string(p.dims[i].min) +
           ".." + std::to_string(p.dims[i].max);
  }
  return out;
}

Status wrong_size(const std::string& what, const Tensor& t, const char* least, size_t found) {
  return Status::error("ERR_SHAPE", what + ": expected " + least + std::to_string(t.bytes()) +
                                        " bytes for " + describe(t) + ", found " +
                                        std::to_string(found));
}

Status read_only(const std::string& what) {
  return Status::error("ERR_READ_ONLY", what + " is written by the program, its buffer is read-only");
}

// Operations check an index and follow it afterwards: memory that has two names,
// and is written under one of them, would change in between.
Status refuse_aliases(const Program& p, const RunRequest& request) {
  std::vector<const Memory*> written;
  for (size_t i = 0; i < request.slots.size(); ++i) {
    if (p.slot_writable[i]) written.push_back(request.slots[i].get());
  }
  for (const HeldMemory& output : request.outputs) {
    if (output) written.push_back(output.get());
  }
  if (written.empty()) return Status::good();
  std::sort(written.begin(), written.end());
  if (std::adjacent_find(written.begin(), written.end()) != written.end()) {
    return Status::error("ERR_ALIAS", "one buffer is given for two slots or outputs that the program "
                                      "writes: give each its own");
  }
  for (size_t i = 0; i < request.slots.size(); ++i) {
    if (p.slot_writable[i]) continue;
    if (std::binary_search(written.begin(), written.end(), request.slots[i].get())) {
      return Status::error("ERR_ALIAS", "the buffer of slot " + std::to_string(i) +
                                            ", which is read, is also one that the program writes: "
                                            "give each its own");
    }
  }
  return Status::good();
}

}  // namespace

std::span<const uint32_t> Executor::outputs_of(const RunRequest& request) const {
  return request.stop_after >= 0 ? request.read : program_.outputs;
}

Status Executor::resolve_output(const RunRequest& request, size_t output, Tensor& out) const {
  const uint32_t id = outputs_of(request)[output];
  const Status status = resolve(program_.values[id], request.dims, out);
  return status.ok() ? status : at_value(id, status);
}

Status Executor::admit(const RunRequest& request) const {
  const Program& p = program_;
  if (request.dims.size() != p.dims.size()) {
    return Status::error("ERR_DIM_RANGE", "expected " + std::to_string(p.dims.size()) +
                                              " dims, found " + std::to_string(request.dims.size()));
  }
  for (size_t i = 0; i < p.dims.size(); ++i) {
    if (request.dims[i] < p.dims[i].min || request.dims[i] > p.dims[i].max) {
      return Status::error("ERR_DIM_RANGE", "a dim is out of range: " + list_dims(p, request.dims));
    }
  }
  if (request.inputs.size() != p.inputs || request.slots.size() != p.slot_writable.size()) {
    return Status::error("ERR_PROGRAM", "expected " + std::to_string(p.inputs) + " inputs and " +
                                            std::to_string(p.slot_writable.size()) + " slots");
  }
  const auto last_op = static_cast<int64_t>(p.ops.size()) - 1;
  if (request.stop_after < -1 || request.stop_after > last_op) {
    return Status::error("ERR_OUT_OF_RANGE",
                         "stopAfter: expected an operation from 0 to " + std::to_string(last_op));
  }
  for (uint32_t id : request.read) {
    if (id >= p.values.size()) {
      return Status::error("ERR_OUT_OF_RANGE", "read: there is no value " + std::to_string(id));
    }
  }
  return admit_memory(request);
}

Status Executor::admit_memory(const RunRequest& request) const {
  const Program& p = program_;
  for (size_t i = 0; i < request.slots.size(); ++i) {
    if (p.slot_writable[i] && !request.slots[i]->writable()) {
      return read_only("slot " + std::to_string(i));
    }
  }
  for (size_t i = 0; i < p.values.size(); ++i) {
    const ValueDesc& desc = p.values[i];
    Tensor t;
    if (desc.storage == Storage::input) {
      if (Status s = resolve(desc, request.dims, t); !s.ok()) return at_value(i, s);
      const RunInput& input = request.inputs[desc.index];
      const bool fits = input.memory ? t.bytes() <= input.bytes() : t.bytes() == input.bytes();
      if (!fits) {
        return wrong_size("input " + std::to_string(desc.index), t, input.memory ? "at least " : "",
                          input.bytes());
      }
    } else if (desc.storage == Storage::slot) {
      if (Status s = resolve(desc, request.dims, t); !s.ok()) return at_value(i, s);
      const HeldMemory& memory = request.slots[desc.index];
      const auto what = [&] { return "slot " + std::to_string(desc.index); };
      if (t.bytes() > memory->bytes()) return wrong_size(what(), t, "at least ", memory->bytes());
      const size_t unit = dtype_bytes(desc.dtype);
      if (reinterpret_cast<uintptr_t>(memory->data()) % unit != 0) {
        return Status::error("ERR_ALIGNMENT", what() + ": " + describe(t) + " must begin at a multiple of " +
                                                  std::to_string(unit) + " bytes in its file; copy it "
                                                  "into a new Buffer instead");
      }
    }
  }
  if (!request.outputs.empty() && request.outputs.size() != outputs_of(request).size()) {
    return Status::error("ERR_OUT_OF_RANGE",
                         "outputs: expected " + std::to_string(outputs_of(request).size()) + ", found " +
                             std::to_string(request.outputs.size()));
  }
  for (size_t i = 0; i < request.outputs.size(); ++i) {
    if (!request.outputs[i]) continue;
    const auto what = [&] { return "output " + std::to_string(i); };
    if (!request.outputs[i]->writable()) return read_only(what());
    Tensor t;
    RS_RETURN_IF(resolve_output(request, i, t));
    if (t.bytes() > request.outputs[i]->bytes()) {
      return wrong_size(what(), t, "at least ", request.outputs[i]->bytes());
    }
  }
  return refuse_aliases(p, request);
}

}  // namespace rs
