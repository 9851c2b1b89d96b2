// Strings of bits, the lowest bit of each byte first.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace rs::codec {

class BitWriter {
 public:
  explicit BitWriter(std::vector<uint8_t>& out) : out_(out) {}

  // The low `count` bits of value, at most 32.
  void write(uint32_t value, int count) {
    held_ |= (value & ((uint64_t{1} << count) - 1)) << used_;
    used_ += count;
    for (; used_ >= 8; used_ -= 8, held_ >>= 8) out_.push_back(static_cast<uint8_t>(held_));
  }
  // Fills the last byte with zeros.
  void finish() {
    if (used_ > 0) out_.push_back(static_cast<uint8_t>(held_));
    held_ = 0;
    used_ = 0;
  }

 private:
  std::vector<uint8_t>& out_;
  uint64_t held_ = 0;
  int used_ = 0;
};

class BitReader {
 public:
  BitReader(const uint8_t* data, size_t size) : data_(data), size_(size) {}

  // The next bits, at most 32; zeros beyond the end, and ok() is false from then on.
  uint32_t read(int count) {
    if (static_cast<uint64_t>(count) > 8 * static_cast<uint64_t>(size_) - at_) {
      ok_ = false;
      return 0;
    }
    uint32_t value = 0;
    for (int have = 0; have < count;) {
      const int used = static_cast<int>(at_ & 7);
      const int now = count - have < 8 - used ? count - have : 8 - used;
      const uint32_t part = (data_[at_ >> 3] >> used) & ((1u << now) - 1);
      value |= part << have;
      have += now;
      at_ += static_cast<uint64_t>(now);
    }
    return value;
  }
  bool ok() const { return ok_; }
  uint64_t bits_left() const { return 8 * static_cast<uint64_t>(size_) - at_; }
  // Whether the rest of the byte that was begun is zeros; then its successor is bytes() away.
  bool to_byte() { return read(static_cast<int>((8 - (at_ & 7)) & 7)) == 0 && ok_; }
  size_t bytes() const { return static_cast<size_t>(at_ >> 3); }

 private:
  const uint8_t* data_;
  size_t size_;
  uint64_t at_ = 0;
  bool ok_ = true;
};

}  // namespace rs::codec
