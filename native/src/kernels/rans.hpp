// Range asymmetric numeral systems over lanes: symbol i belongs to lane i mod
// lanes. A state has 32 bits, of which 16 leave or enter at a time as a word;
// all lanes share one string of words, in the order in which the decoder wants
// them. Every instruction set makes the same bytes.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "family.hpp"

namespace rs {

inline constexpr uint32_t kRansScaleBits = 12;  // frequencies of a table add up to 4,096
inline constexpr uint32_t kRansScale = 1u << kRansScaleBits;
inline constexpr uint32_t kRansLowest = 1u << 16;
inline constexpr int kRansMostLanes = 128;
// What the encoder may overwrite before the words that it returns.
inline constexpr size_t kRansSlack = 64;

struct RansKernels {
  // Decodes n symbols, which begin at lane 0, and returns the first word that was
  // not taken, or null when the words end before the symbols. lanes: 1, 4, 32 or
  // 128. slots: 4,096 entries a table, symbol in bits 0 to 7, place within its
  // interval in 8 to 19, frequency above. which: the table of each symbol, or null
  // for table 0. words may be at any address.
  const uint8_t* (*decode)(uint32_t* states, int lanes, const uint32_t* slots, const uint8_t* which,
                           const uint8_t* words, const uint8_t* end, uint8_t* symbols, size_t n);
  // Codes all n symbols backwards and returns where the words begin that end at
  // `end`; before it there is room for n words and kRansSlack bytes. table: 256
  // entries a table, frequency in the low half, beginning of the interval above;
  // no symbol has frequency 0.
  uint8_t* (*encode)(uint32_t* states, int lanes, const uint32_t* table, const uint8_t* which,
                     const uint8_t* symbols, size_t n, uint8_t* end);
};

}  // namespace rs

RS_FAMILY_DECLARE(RansKernels, rans_kernels)
