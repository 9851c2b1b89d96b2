#include "grid_counts.hpp"

#include <bit>
#include <cmath>
#include <vector>

#include "row_map.hpp"

namespace rs::codec {
namespace {

constexpr double kUnit = 65536;

// Bits of an escaped rest besides its token.
double escape_cost(int32_t rest) {
  const uint32_t high = (zigzag(rest) >> kEscapeBits) + 1;
  return kUnit * (2 * (std::bit_width(high) - 1) + 1 + kEscapeBits);
}

}  // namespace

void count_columns(const GridCodes& grid, size_t first, size_t columns, uint32_t* counts) {
  for (size_t r = 0; r < grid.n; ++r) {
    const int32_t* row = grid.codes + r * grid.k + first;
    for (size_t c = 0; c < columns; ++c) {
      const auto token = static_cast<uint32_t>(row[c]) + kCenter;
      ++counts[256 * c + (token < 256 ? token : 0)];
    }
  }
}

void sum_rows(const GridCodes& grid, const double* inverse, double* sums) {
  for (size_t r = 0; r < grid.n; ++r) {
    const int32_t* row = grid.codes + r * grid.k;
    double sum = 0;
    for (size_t c = 0; c < grid.k; ++c) {
      sum += std::min(8.0, std::fabs(static_cast<double>(row[c])) * inverse[c]);
    }
    sums[r] = sum;
  }
}

double count_tables(const GridCodes& grid, const uint8_t* scales, const int8_t* offsets,
                    const TableCounts& into) {
  std::vector<uint32_t> rests(256 * kGridTables);
  double shifted = 0;
  RowMap map;
  for (size_t r = 0; r < grid.n; ++r) {
    const int32_t* row = grid.codes + r * grid.k;
    if (offsets != nullptr) map.set(offsets[r]);
    uint64_t low_bits = 0;
    for (size_t c = 0; c < grid.k; ++c) {
      if (scales[c] == kZeroColumn) continue;
      const int shift = map.shift[scales[c]], table = map.table[scales[c]];
      const int32_t rest = row[c] >> shift;
      const auto token = static_cast<uint32_t>(rest) + kCenter;
      low_bits += static_cast<uint64_t>(shift);
      if (token - 1 < 255) {
        ++rests[static_cast<size_t>(256 * table) + token];
      } else {
        into.larger[table] += 1;
        into.costs[table] += escape_cost(rest);
      }
    }
    shifted += static_cast<double>(low_bits);
    // Before a count could overflow.
    if ((r & 127) != 127 && r + 1 != grid.n) continue;
    for (size_t i = 0; i < 256 * kGridTables; ++i) {
      into.rests[i] += rests[i];
      rests[i] = 0;
    }
  }
  return shifted;
}

}  // namespace rs::codec
