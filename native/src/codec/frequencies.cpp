#include "frequencies.hpp"

#include <algorithm>
#include <bit>

#include "../kernels/rans.hpp"

namespace rs::codec {
namespace {

constexpr int kBits = kRansScaleBits;
constexpr uint64_t kScale = kRansScale;

// Bits of a symbol of each frequency in units of 2^-16, rounded up.
std::array<uint32_t, kScale + 1> make_costs() {
  std::array<uint32_t, kScale + 1> costs{};
  for (uint32_t f = 0; f <= kScale; ++f) {
    const uint32_t freq = std::max(1u, f);
    uint32_t whole = static_cast<uint32_t>(std::bit_width(freq)) - 1;
    double rest = static_cast<double>(freq) / static_cast<double>(1u << whole);
    // Binary logarithm bit by bit: squaring doubles it.
    for (int i = 0; i < 16; ++i) {
      rest *= rest;
      whole *= 2;
      if (rest >= 2) {
        rest /= 2;
        ++whole;
      }
    }
    costs[f] = kBits * 65536u - whole;
  }
  return costs;
}

}  // namespace

Frequencies frequencies_of(const Counts& counts) {
  uint64_t total = 0;
  for (uint64_t count : counts) total += count;
  Frequencies freqs{};
  int64_t sum = 0;
  for (size_t s = 0; s < 256; ++s) {
    if (counts[s] == 0) continue;
    const uint64_t nearest = (counts[s] * kScale + total / 2) / total;
    freqs[s] = static_cast<uint16_t>(std::min(kScale - 1, std::max(uint64_t{1}, nearest)));
    sum += freqs[s];
  }
  // One step at a time to the symbol that gains the most, or loses the least: the
  // derivative of its cost, count / frequency, in the middle of the step.
  while (sum != static_cast<int64_t>(kScale)) {
    const int step = sum < static_cast<int64_t>(kScale) ? 1 : -1;
    int best = -1;
    for (int s = 0; s < 256; ++s) {
      const uint16_t freq = freqs[static_cast<size_t>(s)];
      if (freq == 0 || (step > 0 ? freq == kScale - 1 : freq == 1)) continue;
      if (best < 0) {
        best = s;
        continue;
      }
      const auto weight = [&](int count_of, int freq_of) {
        return counts[static_cast<size_t>(count_of)] *
               static_cast<uint64_t>(2 * freqs[static_cast<size_t>(freq_of)] + step);
      };
      const uint64_t mine = weight(s, best), its = weight(best, s);
      if (step > 0 ? mine > its : mine < its) best = s;
    }
    if (best < 0) best = freqs[0] == 0 ? 0 : 1;
    freqs[static_cast<size_t>(best)] = static_cast<uint16_t>(freqs[static_cast<size_t>(best)] + step);
    sum += step;
  }
  return freqs;
}

uint64_t coded_bytes(const Counts& counts, const Frequencies& freqs) {
  static const auto costs = make_costs();
  uint64_t sum = 0;
  for (size_t s = 0; s < 256; ++s) sum += counts[s] * costs[freqs[s]];
  constexpr uint64_t kUnit = 8 * 65536;
  return (sum + kUnit - 1) / kUnit;
}

void write_table(BitWriter& to, const Frequencies& freqs) {
  size_t first = 0, last = 255;
  while (freqs[first] == 0) ++first;
  while (freqs[last] == 0) --last;
  to.write(static_cast<uint32_t>(first), 8);
  to.write(static_cast<uint32_t>(last), 8);
  int length = 0;
  for (size_t s = first; s <= last; ++s) {
    const int step = std::bit_width(freqs[s]) - length;
    length += step;
    to.write(0, step >= 0 ? 2 * step : -2 * step - 1);
    to.write(1, 1);
    if (length > 1) to.write(freqs[s], length - 1);
  }
}

bool read_table(BitReader& from, Frequencies& freqs) {
  freqs.fill(0);
  const uint32_t first = from.read(8), last = from.read(8);
  int length = 0;
  uint32_t sum = 0;
  for (uint32_t s = first; s <= last; ++s) {
    int code = 0;
    while (from.read(1) == 0) {
      if (!from.ok() || ++code > 2 * kBits) return false;
    }
    length += (code & 1) != 0 ? -((code + 1) >> 1) : code >> 1;
    if (length < 0 || length > kBits) return false;
    if (length > 0) freqs[s] = static_cast<uint16_t>(1u << (length - 1) | from.read(length - 1));
    sum += freqs[s];
  }
  return from.ok() && sum == kScale;
}

void fill_slots(const uint16_t* freqs, uint32_t* slots) {
  for (uint32_t s = 0; s < 256; ++s) {
    const uint32_t entry = s | static_cast<uint32_t>(freqs[s]) << 20;
    for (uint32_t j = 0; j < freqs[s]; ++j) *slots++ = entry | j << 8;
  }
}

void fill_intervals(const uint16_t* freqs, uint32_t* table) {
  uint32_t begin = 0;
  for (size_t s = 0; s < 256; ++s) {
    table[s] = freqs[s] | begin << 16;
    begin += freqs[s];
  }
}

}  // namespace rs::codec
