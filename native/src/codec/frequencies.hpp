// Counts of symbols to the frequencies that the coder works with, and their table
// as bits. packages/format/src/entropy has the same in TypeScript: both must
// choose the same frequencies, so all arithmetic is exact.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "bit_string.hpp"

namespace rs::codec {

using Counts = std::array<uint64_t, 256>;
using Frequencies = std::array<uint16_t, 256>;

// At least 1 for what occurs, at most 4,095, together 4,096. The counts' sum is
// from 1 to 2^40. A symbol that is alone gets a companion that never occurs.
Frequencies frequencies_of(const Counts& counts);

// Bytes that symbols of these counts take, rounded up; each that occurs has a frequency.
uint64_t coded_bytes(const Counts& counts, const Frequencies& freqs);

void write_table(BitWriter& to, const Frequencies& freqs);

// False for bits that are no table.
bool read_table(BitReader& from, Frequencies& freqs);

// What decoder and encoder look up (kernels/rans.hpp): 4,096 and 256 entries.
void fill_slots(const uint16_t* freqs, uint32_t* slots);
void fill_intervals(const uint16_t* freqs, uint32_t* table);

}  // namespace rs::codec
