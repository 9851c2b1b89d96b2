// Rows of the codec `grid` (docs/ryanformat-coding.md). Its heads and the choice of
// tables are packages/format/src/entropy's; this is what costs time for each code.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../base/status.hpp"

namespace rs::codec {

inline constexpr int kGridTables = 28;
inline constexpr uint8_t kMostScale = 95, kZeroColumn = 255;

// What all chunks of a grid share. Scales are at most kMostScale, or kZeroColumn.
struct GridHead {
  size_t columns = 0;
  bool row_scales = false;
  const uint8_t* scales = nullptr;   // one a column
  const float* steps = nullptr;      // one a column; not used for codes
  const uint16_t* freqs = nullptr;   // kGridTables x 256
};

// Whether scales and frequencies are what the coder may be used with.
bool valid_head(const GridHead& head);

struct GridRows {
  size_t rows = 0;
  const int32_t* codes = nullptr;         // rows x columns, zeros in zero columns
  bool has_offsets = false;
  const int8_t* offsets = nullptr;        // one a row
  const uint16_t* row_scales = nullptr;   // float16 bits, one a row, where the head has them
};

// Appends to out.
void encode_grid_rows(const GridHead& head, const GridRows& rows, std::vector<uint8_t>& out);

// Values, or codes. ERR_CHUNK unless coded stands for exactly these rows.
Status decode_grid_rows(const GridHead& head, const uint8_t* coded, size_t size, size_t rows, float* into);
Status decode_grid_rows(const GridHead& head, const uint8_t* coded, size_t size, size_t rows, int32_t* into);

}  // namespace rs::codec
