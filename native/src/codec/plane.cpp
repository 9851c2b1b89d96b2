#include "plane.hpp"

#include <cstring>

#include "../kernels/byte_planes.hpp"
#include "../kernels/dispatch.hpp"

RS_FAMILY_ACCESS(BytePlanesKernels, byte_planes_kernels, byte_planes)

namespace rs::codec {
namespace {

enum Kind : uint8_t { kRaw = 0, kConstant = 1, kOwnTable = 2, kLastTable = 3 };

// A coded plane is read slower than a raw one: it must save 1/64 of the plane.
bool worth_it(uint64_t coded, uint64_t raw) { return coded <= raw - (raw + 63) / 64; }

// Whether a sample of a long plane can't be made smaller by 1/128: most mantissas.
bool looks_random(const uint8_t* plane, size_t length) {
  constexpr size_t kSample = 1024, kStride = 16384;  // so many bytes of so many
  if (length < 2 * kStride) return false;
  // Counted at once: each call clears and adds up tables.
  uint8_t* sample = scratch(Scratch::words, kSample * (length / kStride + 1));
  size_t sampled = 0;
  for (size_t at = 0; at + kSample <= length; at += kStride, sampled += kSample) {
    std::memcpy(sample + sampled, plane + at, kSample);
  }
  Counts counts{};
  byte_planes().count(sample, sampled, counts.data());
  return coded_bytes(counts, frequencies_of(counts)) > sampled - sampled / 128;
}

}  // namespace

void PlaneWriter::add(const uint8_t* plane, size_t length) {
  if (length == 0) {
    out_.push_back(kRaw);
    return;
  }
  if (looks_random(plane, length)) {
    out_.push_back(kRaw);
    out_.insert(out_.end(), plane, plane + length);
    return;
  }
  Counts counts{};
  byte_planes().count(plane, length, counts.data());
  if (counts[plane[0]] == length) {
    out_.push_back(kConstant);
    out_.push_back(plane[0]);
  } else if (!code(plane, length, counts)) {
    out_.push_back(kRaw);
    out_.insert(out_.end(), plane, plane + length);
  }
}

bool PlaneWriter::code(const uint8_t* plane, size_t length, const Counts& counts) {
  const unsigned lanes = lane_code(length);
  const Frequencies own = frequencies_of(counts);
  std::vector<uint8_t> head;
  BitWriter bits(head);
  write_table(bits, own);
  bits.finish();
  const uint64_t own_bytes = head.size() + coded_bytes(counts, own);
  uint64_t last_bytes = UINT64_MAX;
  if (last_) {
    bool covers = true;
    for (size_t s = 0; s < 256; ++s) covers = covers && ((*last_)[s] > 0 || counts[s] == 0);
    if (covers) last_bytes = coded_bytes(counts, *last_);
  }
  const bool again = last_bytes <= own_bytes;
  const uint64_t fixed = 5 + 4 * static_cast<uint64_t>(kLanes[lanes]);
  if (!worth_it(fixed + (again ? last_bytes : own_bytes), 1 + static_cast<uint64_t>(length))) return false;
  if (!again) last_ = own;
  uint32_t intervals[256];
  fill_intervals(last_->data(), intervals);
  out_.push_back(static_cast<uint8_t>((again ? kLastTable : kOwnTable) | lanes << 4));
  const size_t at = out_.size();
  append_u32(out_, 0);
  if (!again) out_.insert(out_.end(), head.begin(), head.end());
  const uint32_t words = encode_stream(intervals, nullptr, plane, length, kLanes[lanes], out_);
  put_u32(out_.data() + at, words);
  return true;
}

bool PlaneReader::next(size_t length, PlaneSource& source) {
  source = PlaneSource{};
  uint32_t kind = 0, words = 0;
  if (!from_.u8(kind)) return false;
  if (kind == kRaw) {
    source.raw = from_.take(length);
    return source.raw != nullptr;
  }
  if (kind == kConstant) {
    uint32_t value = 0;
    if (!from_.u8(value)) return false;
    source.value = static_cast<uint8_t>(value);
    return true;
  }
  const bool own = (kind & 15) == kOwnTable;
  if ((!own && (kind & 15) != kLastTable) || !from_.u32(words)) return false;
  if (own) {
    BitReader bits(from_.at(), from_.left());
    if (!read_table(bits, table_) || !bits.to_byte()) return false;
    from_.take(bits.bytes());
    ++tables_;
  }
  if (tables_ == 0) return false;
  source.coded = true;
  source.table = tables_ - 1;
  return source.stream.open(from_, kind >> 4, words);
}

bool read_plane(PlaneReader& planes, size_t length, uint32_t* slots, uint8_t* into) {
  PlaneSource source;
  if (!planes.next(length, source)) return false;
  if (source.coded) {
    fill_slots(planes.table().data(), slots);
    return source.stream.decode(slots, nullptr, into, length) && source.stream.finished();
  }
  if (length == 0) return true;
  if (source.raw != nullptr) std::memcpy(into, source.raw, length);
  else std::memset(into, source.value, length);
  return true;
}

}  // namespace rs::codec
