#include "grid.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <type_traits>

#include "../base/half.hpp"
#include "../kernels/byte_planes.hpp"
#include "../kernels/dispatch.hpp"
#include "../kernels/rans.hpp"
#include "plane.hpp"

RS_FAMILY_ACCESS(BytePlanesKernels, byte_planes_kernels, byte_planes)

namespace rs::codec {
namespace {

constexpr uint8_t kOffsets = 1;  // flag of a chunk
constexpr int kCenter = 128, kEscape = 0;
constexpr int kEscapeBits = 4, kMostZeros = 17;
constexpr int32_t kMostCode = 1 << 20;

int shift_of(int scale) { return scale < kGridTables ? 0 : (scale - kGridTables + 4) >> 2; }

uint32_t zigzag(int32_t x) { return static_cast<uint32_t>(x) << 1 ^ static_cast<uint32_t>(x >> 31); }
int32_t unzigzag(uint32_t x) { return static_cast<int32_t>(x >> 1 ^ (0u - (x & 1))); }

// Columns that something is stored for.
std::vector<uint32_t> active_columns(const GridHead& head) {
  std::vector<uint32_t> active;
  for (size_t c = 0; c < head.columns; ++c) {
    if (head.scales[c] != kZeroColumn) active.push_back(static_cast<uint32_t>(c));
  }
  return active;
}

// For a row's offset: table and shift of each column's scale.
struct RowMap {
  uint8_t table[kMostScale + 1];
  uint8_t shift[kMostScale + 1];
  void set(int offset) {
    for (int s = 0; s <= kMostScale; ++s) {
      const int scale = std::clamp(s + offset, 0, static_cast<int>(kMostScale));
      shift[s] = static_cast<uint8_t>(shift_of(scale));
      table[s] = static_cast<uint8_t>(scale - 4 * shift_of(scale));
    }
  }
};

void write_escape(BitWriter& side, int32_t rest) {
  const uint32_t value = zigzag(rest), high = (value >> kEscapeBits) + 1;
  const int zeros = std::bit_width(high) - 1;
  side.write(0, zeros);
  side.write(1, 1);
  side.write(high, zeros);
  side.write(value, kEscapeBits);
}

bool read_escape(BitReader& side, int32_t& rest) {
  int zeros = 0;
  while (side.read(1) == 0) {
    if (!side.ok() || ++zeros > kMostZeros) return false;
  }
  const uint32_t high = 1u << zeros | side.read(zeros);
  rest = unzigzag((high - 1) << kEscapeBits | side.read(kEscapeBits));
  return side.ok();
}

// What the rows of a chunk are decoded from.
struct Chunk {
  std::vector<uint16_t> row_scales;
  std::vector<uint8_t> offsets;
  StreamDecoder stream;
  const uint8_t* side = nullptr;
  uint32_t side_bytes = 0;
};

Status open_chunk(const GridHead& head, Reader& from, size_t rows, Chunk& chunk) {
  uint32_t flags = 0, lanes = 0, words = 0;
  if (!from.u8(flags) || flags > kOffsets) return malformed("its flags are not known");
  PlaneReader planes(from);
  auto* slots = reinterpret_cast<uint32_t*>(scratch(Scratch::slots, sizeof(uint32_t) * kRansScale));
  if (head.row_scales) {
    uint8_t* room = scratch(Scratch::planes, 2 * rows + 1);
    uint8_t* pair[] = {room, room + rows};
    for (uint8_t* plane : pair) {
      if (!read_plane(planes, rows, slots, plane)) return malformed("its row scales are malformed");
    }
    chunk.row_scales.resize(rows);
    byte_planes().join(pair, rows, 2, true, reinterpret_cast<uint8_t*>(chunk.row_scales.data()));
  }
  if ((flags & kOffsets) != 0) {
    chunk.offsets.resize(rows + 1);
    if (!read_plane(planes, rows, slots, chunk.offsets.data())) return malformed("its offsets are malformed");
  }
  if (!from.u8(lanes) || !from.u32(words) || !from.u32(chunk.side_bytes)) return malformed("it is cut");
  if (!chunk.stream.open(from, lanes, words)) return malformed("its stream is malformed");
  chunk.side = from.take(chunk.side_bytes);
  if (chunk.side == nullptr) return malformed("it is cut");
  return from.left() == 0 ? Status::good() : malformed("bytes follow its last bits");
}

// Slots of the tables that are used, close together; `place` says where each is.
uint32_t* slots_of(const GridHead& head, const uint8_t* which, size_t n, uint8_t* place) {
  bool used[kGridTables] = {};
  for (size_t i = 0; i < n; ++i) used[which[i]] = true;
  uint8_t count = 0;
  for (int t = 0; t < kGridTables; ++t) place[t] = used[t] ? count++ : 0;
  auto* slots = reinterpret_cast<uint32_t*>(
      scratch(Scratch::slots, sizeof(uint32_t) * kRansScale * std::max<size_t>(1, count)));
  for (int t = 0; t < kGridTables; ++t) {
    if (used[t]) fill_slots(head.freqs + 256 * t, slots + kRansScale * place[t]);
  }
  return slots;
}

template <typename Out>
void write_code(const GridHead& head, Out* row, size_t c, int32_t code, float row_scale) {
  if constexpr (std::is_same_v<Out, float>) {
    row[c] = static_cast<float>(code) * head.steps[c] * row_scale;
  } else {
    (void)head;
    (void)row_scale;
    row[c] = code;
  }
}

// A row that has escapes or low bits beside it.
template <typename Out>
bool write_row(const GridHead& head, const std::vector<uint32_t>& active, const RowMap& map,
               const uint8_t* tokens, BitReader& side, float row_scale, Out* row) {
  for (size_t a = 0; a < active.size(); ++a) {
    const uint32_t c = active[a];
    const int shift = map.shift[head.scales[c]];
    int32_t code = tokens[a] - kCenter;
    if (tokens[a] == kEscape && !read_escape(side, code)) return false;
    const int64_t wide = static_cast<int64_t>(code) * (int64_t{1} << shift) + side.read(shift);
    if (!side.ok() || wide >= kMostCode || wide <= -kMostCode) return false;
    write_code(head, row, c, static_cast<int32_t>(wide), row_scale);
  }
  return true;
}

template <typename Out>
Status decode_rows(const GridHead& head, const uint8_t* coded, size_t size, size_t rows, Out* into) {
  Reader from(coded, size);
  Chunk chunk;
  if (Status status = open_chunk(head, from, rows, chunk); !status.ok()) return status;
  const std::vector<uint32_t> active = active_columns(head);
  const size_t n = rows * active.size();
  uint8_t* tokens = scratch(Scratch::tokens, n + 1);
  uint8_t* which = scratch(Scratch::tables, n + 1);
  const bool offset_rows = !chunk.offsets.empty();
  RowMap map;
  map.set(0);
  for (size_t r = 0; r < rows; ++r) {
    uint8_t* row = which + r * active.size();
    if (offset_rows) map.set(chunk.offsets[r] - 128);
    else if (r > 0) {
      std::memcpy(row, which, active.size());
      continue;
    }
    for (size_t a = 0; a < active.size(); ++a) row[a] = map.table[head.scales[active[a]]];
  }
  uint8_t place[kGridTables];
  const uint32_t* slots = slots_of(head, which, n, place);
  for (size_t i = 0; i < n; ++i) which[i] = place[which[i]];
  if (!chunk.stream.decode(slots, which, tokens, n) || !chunk.stream.finished()) {
    return malformed("its stream is malformed");
  }

  uint8_t widest = 0;
  for (uint32_t c : active) widest = std::max(widest, head.scales[c]);
  BitReader side(chunk.side, chunk.side_bytes);
  const bool dense = active.size() == head.columns;
  for (size_t r = 0; r < rows; ++r) {
    if (offset_rows) map.set(chunk.offsets[r] - 128);
    const float row_scale = head.row_scales ? f16_to_f32(chunk.row_scales[r]) : 1.0f;
    if (!std::isfinite(row_scale)) return malformed("a row scale is not finite");
    const uint8_t* token = tokens + r * active.size();
    Out* row = into + r * head.columns;
    if (!dense) std::fill_n(row, head.columns, Out{0});
    const bool shifted = map.shift[widest] > 0;
    if (shifted || std::memchr(token, kEscape, active.size()) != nullptr) {
      if (!write_row(head, active, map, token, side, row_scale, row)) {
        return malformed("the bits beside its stream are malformed");
      }
    } else if (dense) {
      for (size_t c = 0; c < head.columns; ++c) write_code(head, row, c, token[c] - kCenter, row_scale);
    } else {
      for (size_t a = 0; a < active.size(); ++a) {
        write_code(head, row, active[a], token[a] - kCenter, row_scale);
      }
    }
  }
  const uint64_t left = side.bits_left();
  if (left >= 8 || side.read(static_cast<int>(left)) != 0) {
    return malformed("the bits beside its stream end wrongly");
  }
  return Status::good();
}

}  // namespace

bool valid_head(const GridHead& head) {
  for (size_t c = 0; c < head.columns; ++c) {
    if (head.scales[c] > kMostScale && head.scales[c] != kZeroColumn) return false;
  }
  for (int t = 0; t < kGridTables; ++t) {
    uint32_t sum = 0;
    for (int s = 0; s < 256; ++s) {
      const uint32_t freq = head.freqs[256 * t + s];
      if (freq >= kRansScale) return false;
      sum += freq;
    }
    if (sum != kRansScale || head.freqs[256 * t + kEscape] == 0) return false;
  }
  return true;
}

void encode_grid_rows(const GridHead& head, const GridRows& rows, std::vector<uint8_t>& out) {
  out.push_back(rows.has_offsets ? kOffsets : 0);
  PlaneWriter planes(out);
  if (head.row_scales) {
    std::vector<uint8_t> room(2 * rows.rows + 1);
    uint8_t* pair[] = {room.data(), room.data() + rows.rows};
    byte_planes().split(reinterpret_cast<const uint8_t*>(rows.row_scales), rows.rows, 2, true, pair);
    for (uint8_t* plane : pair) planes.add(plane, rows.rows);
  }
  if (rows.has_offsets) {
    std::vector<uint8_t> bytes(rows.rows + 1);
    for (size_t r = 0; r < rows.rows; ++r) bytes[r] = static_cast<uint8_t>(rows.offsets[r] + 128);
    planes.add(bytes.data(), rows.rows);
  }
  const std::vector<uint32_t> active = active_columns(head);
  const size_t n = rows.rows * active.size();
  uint8_t* tokens = scratch(Scratch::tokens, n + 1);
  uint8_t* which = scratch(Scratch::tables, n + 1);
  std::vector<uint8_t> side_bytes;
  BitWriter side(side_bytes);
  RowMap map;
  map.set(0);
  for (size_t r = 0, i = 0; r < rows.rows; ++r) {
    if (rows.has_offsets) map.set(rows.offsets[r]);
    for (size_t a = 0; a < active.size(); ++a, ++i) {
      const uint32_t c = active[a];
      const int32_t code = rows.codes[r * head.columns + c];
      const int table = map.table[head.scales[c]], shift = map.shift[head.scales[c]];
      const int32_t rest = code >> shift;
      const int32_t token = rest + kCenter;
      const bool has = token > 0 && token < 256 && head.freqs[256 * table + token] > 0;
      tokens[i] = static_cast<uint8_t>(has ? token : kEscape);
      which[i] = static_cast<uint8_t>(table);
      if (!has) write_escape(side, rest);
      if (shift > 0) side.write(static_cast<uint32_t>(code), shift);
    }
  }
  side.finish();
  std::array<uint32_t, 256 * kGridTables> intervals;
  for (int t = 0; t < kGridTables; ++t) fill_intervals(head.freqs + 256 * t, intervals.data() + 256 * t);
  const unsigned lanes = lane_code(n);
  out.push_back(static_cast<uint8_t>(lanes));
  const size_t at = out.size();
  append_u32(out, 0);
  append_u32(out, static_cast<uint32_t>(side_bytes.size()));
  const uint32_t words = encode_stream(intervals.data(), which, tokens, n, kLanes[lanes], out);
  put_u32(out.data() + at, words);
  out.insert(out.end(), side_bytes.begin(), side_bytes.end());
}

Status decode_grid_rows(const GridHead& head, const uint8_t* coded, size_t size, size_t rows, float* into) {
  return decode_rows(head, coded, size, rows, into);
}
Status decode_grid_rows(const GridHead& head, const uint8_t* coded, size_t size, size_t rows, int32_t* into) {
  return decode_rows(head, coded, size, rows, into);
}

}  // namespace rs::codec
