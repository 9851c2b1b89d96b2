// Scales of a grid's elements: which table, and how many low bits (docs/ryanformat-coding.md).
#pragma once
#include <algorithm>
#include <cstdint>

#include "grid.hpp"

namespace rs::codec {

inline constexpr int kCenter = 128, kEscape = 0, kEscapeBits = 4;

inline uint32_t zigzag(int32_t x) {
  return static_cast<uint32_t>(x) << 1 ^ static_cast<uint32_t>(x >> 31);
}
inline int32_t unzigzag(uint32_t x) { return static_cast<int32_t>(x >> 1 ^ (0u - (x & 1))); }

// For a row's offset: table and shift of each column's scale.
struct RowMap {
  uint8_t table[kMostScale + 1];
  uint8_t shift[kMostScale + 1];

  explicit RowMap(int offset = 0) { set(offset); }
  void set(int offset) {
    for (int s = 0; s <= kMostScale; ++s) {
      const int scale = std::clamp(s + offset, 0, static_cast<int>(kMostScale));
      const int low = scale < kGridTables ? 0 : (scale - kGridTables + 4) >> 2;
      shift[s] = static_cast<uint8_t>(low);
      table[s] = static_cast<uint8_t>(scale - 4 * low);
    }
  }
};

}  // namespace rs::codec
