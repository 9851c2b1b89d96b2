// Blocks of bytes that native code owns: aligned for vectors, zeroed, on large
// pages when large; or a read-only view of a file. A run holds the blocks that it
// uses, so that nobody changes one below it.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include <atomic>
#include <memory>
#include <string>

#include "status.hpp"

namespace rs {

// Of this machine, whoever uses it.
size_t physical_memory_bytes();

class Memory {
 public:
  // Zeroed and 64-byte aligned. Refused with ERR_OUT_OF_MEMORY when it is more
  // than the machine has or the system says no.
  static Status allocate(size_t bytes, std::shared_ptr<Memory>& out);
  // Pages are read as they are touched; the file must not shrink while mapped.
  static Status map_file(const std::string& path, uint64_t offset, size_t bytes,
                         std::shared_ptr<Memory>& out);

  ~Memory();
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  uint8_t* data() const { return data_; }
  size_t bytes() const { return bytes_; }
  bool writable() const { return writable_; }
  // Counted against the process, as opposed to pages of a file.
  bool anonymous() const { return kind_ != Kind::file; }
  // Whether a run that waits or computes uses it.
  bool held() const { return holds_.load(std::memory_order_acquire) > 0; }

 private:
  friend class HeldMemory;
  enum class Kind { heap, pages, file };
  Memory() = default;

  Kind kind_ = Kind::heap;
  uint8_t* data_ = nullptr;
  size_t bytes_ = 0;
  bool writable_ = true;
  void* base_ = nullptr;  // what is given back to the system
  size_t base_bytes_ = 0;
  std::atomic<int> holds_{0};
};

// Memory that a run uses, from when the run is asked for until it has ended.
// Operations check an index before they follow it: it must not change in between.
class HeldMemory {
 public:
  HeldMemory() = default;
  HeldMemory(std::shared_ptr<Memory> memory) : memory_(std::move(memory)) { count(1); }
  HeldMemory(const HeldMemory& other) : HeldMemory(other.memory_) {}
  HeldMemory(HeldMemory&& other) noexcept : memory_(std::move(other.memory_)) {}
  HeldMemory& operator=(HeldMemory other) noexcept {
    memory_.swap(other.memory_);
    return *this;
  }
  ~HeldMemory() { count(-1); }

  Memory* get() const { return memory_.get(); }
  Memory* operator->() const { return memory_.get(); }
  explicit operator bool() const { return memory_ != nullptr; }

 private:
  void count(int change) {
    if (memory_ != nullptr) memory_->holds_.fetch_add(change, std::memory_order_acq_rel);
  }
  std::shared_ptr<Memory> memory_;
};

}  // namespace rs
