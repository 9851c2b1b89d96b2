// Bytes and grids that the tests of the coders share.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/half.hpp"
#include "check.hpp"
#include "codec/frequencies.hpp"
#include "codec/grid.hpp"

namespace rs::test {

inline double bell(Random& random) {
  double sum = 0;
  for (int i = 0; i < 8; ++i) sum += static_cast<double>(random.uniform(-1, 1));
  return sum * 0.61;  // variance about 1
}

// The last byte of each element is bell-shaped, the first uniform, others constant.
inline std::vector<uint8_t> bell_bytes(Random& random, size_t size, unsigned period) {
  std::vector<uint8_t> bytes(size);
  for (size_t i = 0; i < size; ++i) {
    const size_t p = i % period;
    if (p == period - 1) bytes[i] = static_cast<uint8_t>(100 + 3 * bell(random));
    else bytes[i] = p == 0 ? static_cast<uint8_t>(random.next() >> 20) : 7;
  }
  return bytes;
}

// Columns of all spreads, some of them zeros; rows with offsets and scales.
struct SampleGrid {
  size_t n, k;
  std::vector<int32_t> codes;
  std::vector<uint8_t> scales;
  std::vector<float> steps;
  std::vector<uint16_t> freqs, row_scales;
  std::vector<int8_t> offsets;

  SampleGrid(Random& random, size_t rows, size_t columns) : n(rows), k(columns) {
    for (size_t c = 0; c < k; ++c) {
      scales.push_back(random.below(8) == 0 ? codec::kZeroColumn : static_cast<uint8_t>(random.below(random.below(4) == 0 ? 76 : 24)));
      steps.push_back(random.uniform(0.01f, 0.1f));
    }
    for (int t = 0; t < codec::kGridTables; ++t) {
      codec::Counts counts{};
      const double spread = std::exp2(t / 4.0 - 2);
      for (int s = 1; s < 256; ++s) {
        counts[static_cast<size_t>(s)] = static_cast<uint64_t>(1e6 * std::exp(-0.5 * std::pow((s - 128) / spread, 2)));
      }
      counts[0] = 300;
      const auto made = codec::frequencies_of(counts);
      freqs.insert(freqs.end(), made.begin(), made.end());
    }
    for (size_t r = 0; r < n; ++r) {
      offsets.push_back(static_cast<int8_t>(random.below(5) - 2));
      row_scales.push_back(static_cast<uint16_t>(0x3c00 + random.below(1024)));
      for (size_t c = 0; c < k; ++c) {
        const double spread = std::exp2((scales[c] + offsets[r]) / 4.0 - 2);
        const double far = random.below(200) == 0 ? 12 : 1;
        const double code = scales[c] == codec::kZeroColumn ? 0 : spread * far * bell(random);
        codes.push_back(static_cast<int32_t>(std::clamp(code, -1048575.0, 1048575.0)));
      }
    }
  }
  codec::GridHead head() const { return {k, true, scales.data(), steps.data(), freqs.data()}; }
  codec::GridRows rows() const { return {n, codes.data(), true, offsets.data(), row_scales.data()}; }
};

}  // namespace rs::test
