#include "planes.hpp"

#include <algorithm>
#include <cstring>

#include "../kernels/byte_planes.hpp"
#include "../kernels/dispatch.hpp"
#include "../kernels/rans.hpp"
#include "plane.hpp"

RS_FAMILY_ACCESS(BytePlanesKernels, byte_planes_kernels, byte_planes)

namespace rs::codec {
namespace {

constexpr uint8_t kForm = 1, kRotated = 0x80;

// Elements that are decoded at a time: their planes stay in the first-level cache.
constexpr size_t kBlock = 4096;
constexpr unsigned kMostJoined = 8;

size_t plane_length(size_t size, unsigned period, unsigned plane) {
  return size <= plane ? 0 : (size - plane - 1) / period + 1;
}

// All planes block by block, each block joined while it is in the cache.
Status decode_joined(Reader& from, PlaneLayout layout, uint8_t* into, size_t size) {
  const unsigned period = layout.period;
  PlaneReader reader(from);
  PlaneSource sources[kMostJoined];
  auto* slots = reinterpret_cast<uint32_t*>(scratch(Scratch::slots, sizeof(uint32_t) * kRansScale * period));
  uint8_t* blocks = scratch(Scratch::planes, (kBlock + 1) * period);
  for (unsigned p = 0; p < period; ++p) {
    const size_t tables = reader.tables();
    if (!reader.next(plane_length(size, period, p), sources[p])) return malformed("a plane is malformed");
    if (reader.tables() != tables) fill_slots(reader.table().data(), slots + kRansScale * tables);
    if (!sources[p].coded && sources[p].raw == nullptr) {
      std::memset(blocks + (kBlock + 1) * p, sources[p].value, kBlock + 1);
    }
  }
  if (from.left() != 0) return malformed("bytes follow the last plane");
  const size_t whole = size / period, cut = size % period;
  const uint8_t* planes[kMostJoined];
  for (size_t first = 0;;) {
    const size_t n = std::min(kBlock, whole - first);
    const bool last = first + n == whole;
    for (unsigned p = 0; p < period; ++p) {
      uint8_t* block = blocks + (kBlock + 1) * p;
      PlaneSource& source = sources[p];
      planes[p] = source.raw != nullptr ? source.raw + first : block;
      // The cut element's byte belongs to the last block.
      const size_t length = n + (last && p < cut ? 1 : 0);
      if (source.coded &&
          !source.stream.decode(slots + kRansScale * source.table, nullptr, block, length)) {
        return malformed("a plane has fewer words than its symbols need");
      }
    }
    byte_planes().join(planes, n, static_cast<int>(period), layout.rotate, into + first * period);
    if (last) {
      for (size_t p = 0; p < cut; ++p) into[whole * period + p] = planes[p][n];
      break;
    }
    first += n;
  }
  for (unsigned p = 0; p < period; ++p) {
    if (sources[p].coded && !sources[p].stream.finished()) return malformed("a plane's stream ends wrongly");
  }
  return Status::good();
}

// One plane after another.
Status decode_apart(Reader& from, PlaneLayout layout, uint8_t* into, size_t size) {
  const unsigned period = layout.period;
  PlaneReader reader(from);
  auto* slots = reinterpret_cast<uint32_t*>(scratch(Scratch::slots, sizeof(uint32_t) * kRansScale));
  uint8_t* plane = period == 1 ? into : scratch(Scratch::planes, size / period + 1);
  for (unsigned p = 0; p < period; ++p) {
    const size_t length = plane_length(size, period, p);
    if (!read_plane(reader, length, slots, plane)) return malformed("a plane is malformed");
    if (period == 1) break;
    for (size_t i = 0, at = p; i < length; ++i, at += period) into[at] = plane[i];
  }
  return from.left() == 0 ? Status::good() : malformed("bytes follow the last plane");
}

}  // namespace

void encode_planes(const uint8_t* bytes, size_t size, PlaneLayout layout, std::vector<uint8_t>& out) {
  const unsigned period = layout.period;
  out.reserve(out.size() + size + 2 * period + 16);
  out.push_back(layout.rotate ? kForm | kRotated : kForm);
  out.push_back(static_cast<uint8_t>(period));
  out.push_back(static_cast<uint8_t>(period >> 8));
  append_u32(out, static_cast<uint32_t>(size));
  PlaneWriter writer(out);
  if (period == 1) {
    writer.add(bytes, size);
    return;
  }
  const size_t whole = size / period, cut = size % period, stride = whole + 1;
  uint8_t* room = scratch(Scratch::planes, stride * period);
  uint8_t* planes[kMostPeriod];
  for (unsigned p = 0; p < period; ++p) planes[p] = room + stride * p;
  byte_planes().split(bytes, whole, static_cast<int>(period), layout.rotate, planes);
  for (size_t p = 0; p < cut; ++p) planes[p][whole] = bytes[whole * period + p];
  for (unsigned p = 0; p < period; ++p) writer.add(planes[p], plane_length(size, period, p));
}

Status decode_planes(const uint8_t* coded, size_t coded_size, uint8_t* into, size_t size) {
  Reader from(coded, coded_size);
  uint32_t form = 0, period = 0, length = 0;
  if (!from.u8(form) || !from.u16(period) || !from.u32(length)) return malformed("the head is cut");
  if ((form & ~uint32_t{kRotated}) != kForm) return malformed("this form is not known");
  const PlaneLayout layout{period, (form & kRotated) != 0};
  if (!layout.valid()) return malformed("there is no such layout");
  if (length != size) return malformed("it stands for another number of bytes");
  const bool joined = period > 1 && period <= kMostJoined;
  return joined ? decode_joined(from, layout, into, size) : decode_apart(from, layout, into, size);
}

}  // namespace rs::codec
