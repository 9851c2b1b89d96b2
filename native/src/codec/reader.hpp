// Bytes that come from outside, taken with every length checked.
#pragma once
#include <cstddef>
#include <cstdint>

namespace rs::codec {

class Reader {
 public:
  Reader(const uint8_t* data, size_t size) : at_(data), left_(size) {}

  const uint8_t* at() const { return at_; }
  size_t left() const { return left_; }

  // The next bytes, or null when there are fewer.
  const uint8_t* take(uint64_t bytes) {
    if (bytes > left_) return nullptr;
    const uint8_t* from = at_;
    at_ += bytes;
    left_ -= static_cast<size_t>(bytes);
    return from;
  }
  bool u8(uint32_t& value) { return number(1, value); }
  bool u16(uint32_t& value) { return number(2, value); }
  bool u32(uint32_t& value) { return number(4, value); }

 private:
  bool number(unsigned bytes, uint32_t& value) {
    const uint8_t* from = take(bytes);
    if (from == nullptr) return false;
    value = 0;
    for (unsigned i = 0; i < bytes; ++i) value |= static_cast<uint32_t>(from[i]) << 8 * i;
    return true;
  }

  const uint8_t* at_;
  size_t left_;
};

}  // namespace rs::codec
