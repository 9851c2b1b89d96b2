// What the choice of a grid's scales and tables is made from, which
// packages/format/src/entropy/grid-counts.ts has too: the same numbers.
#pragma once
#include <cstddef>
#include <cstdint>

namespace rs::codec {

struct GridCodes {
  const int32_t* codes = nullptr;  // n x k
  size_t n = 0, k = 0;
};

// counts[c][u + 128] of the columns from `first` on; u beyond -127 to 127 in counts[c][0].
void count_columns(const GridCodes& grid, size_t first, size_t columns, uint32_t* counts);

// sums[r]: over columns, the least of 8 and |code| * inverse[c], in order.
void sum_rows(const GridCodes& grid, const double* inverse, double* sums);

struct TableCounts {
  double* rests;   // kGridTables x 256, as count_columns
  double* larger;  // kGridTables: how many are beyond
  double* costs;   // kGridTables: bits of their escapes, in units of 2^-16
};

// Adds to the counts; returns how many low bits are stored as they are. offsets: one a row, or null.
double count_tables(const GridCodes& grid, const uint8_t* scales, const int8_t* offsets,
                    const TableCounts& into);

}  // namespace rs::codec
