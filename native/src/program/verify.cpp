// Follows a program once, without running it: every value that an operation
// reads must have been written, nothing may be written over what the same
// operation reads, and slots are written only if declared so.
#include <map>
#include <string>

#include "program.hpp"

namespace rs {
namespace {

constexpr uint64_t kAlign = 64;

Status refuse(size_t op, const OpDesc& desc, const std::string& why) {
  return Status::error("ERR_PROGRAM", "operation " + std::to_string(op) + " (" +
                                          desc.operation->name + "): " + why);
}

// The parts of the arena that hold something, as disjoint intervals.
class Written {
 public:
  void write(uint64_t begin, uint64_t bytes) {
    const uint64_t end = begin + bytes;
    auto it = ends_.lower_bound(begin);
    if (it != ends_.begin() && std::prev(it)->second > begin) --it;
    while (it != ends_.end() && it->first < end) it = ends_.erase(it);
    ends_[begin] = end;
  }
  bool holds(uint64_t begin, uint64_t bytes) const {
    const auto it = ends_.find(begin);
    return it != ends_.end() && it->second >= begin + bytes;
  }

 private:
  std::map<uint64_t, uint64_t> ends_;  // begin to end
};

bool overlap(const ValueDesc& a, const ValueDesc& b) {
  if (a.in_arena() != b.in_arena()) return false;
  if (a.in_arena()) return a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
  return a.storage == b.storage && a.index == b.index;
}

Status verify_values(const Program& p, Written& written) {
  std::vector<bool> seen(p.inputs, false);
  for (size_t i = 0; i < p.values.size(); ++i) {
    const ValueDesc& v = p.values[i];
    const std::string where = "value " + std::to_string(i);
    if (v.in_arena() && v.offset % kAlign != 0) {
      return Status::error("ERR_PROGRAM", where + ": offset is not a multiple of 64");
    }
    if (v.storage == Storage::input) {
      if (seen[v.index]) {
        return Status::error("ERR_PROGRAM",
                             where + ": input " + std::to_string(v.index) + " has two values");
      }
      seen[v.index] = true;
      if (v.bytes > 0) {
        if (written.holds(v.offset, 1)) {
          return Status::error("ERR_PROGRAM", where + ": two inputs share memory");
        }
        written.write(v.offset, v.bytes);
      }
    }
  }
  for (size_t i = 0; i < seen.size(); ++i) {
    if (!seen[i]) {
      return Status::error("ERR_PROGRAM", "input " + std::to_string(i) + " has no value");
    }
  }
  return Status::good();
}

Status verify_op(const Program& p, size_t index, Written& written) {
  const OpDesc& op = p.ops[index];
  for (uint32_t id : op.in) {
    const ValueDesc& v = p.values[id];
    if (v.in_arena() && v.bytes > 0 && !written.holds(v.offset, v.bytes)) {
      return refuse(index, op, "reads value " + std::to_string(id) + ", which nothing has written");
    }
  }
  for (size_t o = 0; o < op.out.size(); ++o) {
    const uint32_t id = op.out[o];
    const ValueDesc& v = p.values[id];
    const bool updated = o < 32 && (op.operation->updates >> o & 1u) != 0;
    if (v.storage == Storage::constant || v.storage == Storage::input) {
      return refuse(index, op, "writes value " + std::to_string(id) + ", which is read-only");
    }
    if (v.storage == Storage::slot && !p.slot_writable[v.index]) {
      return refuse(index, op, "writes slot " + std::to_string(v.index) + ", declared read-only");
    }
    if (updated && v.storage != Storage::slot) {
      return refuse(index, op, "updates value " + std::to_string(id) + ", which is not a slot");
    }
    for (uint32_t in : op.in) {
      if (overlap(v, p.values[in])) {
        return refuse(index, op, "writes value " + std::to_string(id) + " over its input " +
                                     std::to_string(in));
      }
    }
    for (size_t other = 0; other < o; ++other) {
      if (overlap(v, p.values[op.out[other]])) {
        return refuse(index, op, "two outputs share memory");
      }
    }
    if (v.in_arena() && v.bytes > 0) written.write(v.offset, v.bytes);
  }
  return Status::good();
}

}  // namespace

Status verify(const Program& p) {
  Written written;
  RS_RETURN_IF(verify_values(p, written));
  for (size_t i = 0; i < p.ops.size(); ++i) RS_RETURN_IF(verify_op(p, i, written));
  for (uint32_t id : p.outputs) {
    const ValueDesc& v = p.values[id];
    if (v.in_arena() && v.bytes > 0 && !written.holds(v.offset, v.bytes)) {
      return Status::error("ERR_PROGRAM", "output value " + std::to_string(id) +
                                              " is not written, or is written over before the end");
    }
  }
  return Status::good();
}

}  // namespace rs
