// The codec `planes`: any bytes, without loss (docs/ryanformat-coding.md).
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../base/status.hpp"

namespace rs::codec {

inline constexpr size_t kMostChunk = size_t{1} << 30;
inline constexpr unsigned kMostPeriod = 512;

// Byte i of the elements belongs to plane i mod period; rotate: elements are
// little-endian floats of 2, 4 or 8 bytes, rotated left by one bit first.
struct PlaneLayout {
  unsigned period;
  bool rotate;
  bool valid() const {
    return period >= 1 && period <= kMostPeriod && (!rotate || period == 2 || period == 4 || period == 8);
  }
};

// Appends to out; the layout is valid and the size at most kMostChunk.
void encode_planes(const uint8_t* bytes, size_t size, PlaneLayout layout, std::vector<uint8_t>& out);

// ERR_CHUNK unless coded stands for exactly size bytes. Reads nothing outside of
// coded, writes nothing outside of into.
Status decode_planes(const uint8_t* coded, size_t coded_size, uint8_t* into, size_t size);

}  // namespace rs::codec
