#include "stream.hpp"

#include <cstring>
#include <memory>

#include "../kernels/dispatch.hpp"
#include "../kernels/rans.hpp"

RS_FAMILY_ACCESS(RansKernels, rans_kernels, rans)

namespace rs::codec {

unsigned lane_code(size_t symbols) {
  if (symbols < size_t{1} << 11) return 0;
  if (symbols < size_t{1} << 16) return 1;
  return symbols < size_t{1} << 18 ? 2 : 3;
}

Status malformed(const char* what) { return Status::error("ERR_CHUNK", what); }

bool StreamDecoder::open(Reader& from, uint32_t lane_code, uint32_t words) {
  if (lane_code >= sizeof kLanes / sizeof *kLanes) return false;
  lanes_ = kLanes[lane_code];
  Reader states(from.take(4 * static_cast<uint64_t>(lanes_)), 4 * static_cast<size_t>(lanes_));
  if (states.at() == nullptr) return false;
  for (int lane = 0; lane < lanes_; ++lane) {
    states.u32(states_[lane]);
    if (states_[lane] < kRansLowest) return false;
  }
  words_ = from.take(2 * static_cast<uint64_t>(words));
  if (words_ == nullptr) return false;
  end_ = words_ + 2 * static_cast<size_t>(words);
  return true;
}

bool StreamDecoder::decode(const uint32_t* slots, const uint8_t* which, uint8_t* symbols, size_t n) {
  words_ = rans().decode(states_, lanes_, slots, which, words_, end_, symbols, n);
  return words_ != nullptr;
}

bool StreamDecoder::finished() const {
  if (words_ != end_) return false;
  for (int lane = 0; lane < lanes_; ++lane) {
    if (states_[lane] != kRansLowest) return false;
  }
  return true;
}

uint32_t encode_stream(const uint32_t* table, const uint8_t* which, const uint8_t* symbols, size_t n,
                       int lanes, std::vector<uint8_t>& out) {
  uint32_t states[kRansMostLanes];
  for (int lane = 0; lane < lanes; ++lane) states[lane] = kRansLowest;
  const size_t room = kRansSlack + 2 * n;
  uint8_t* buffer = scratch(Scratch::words, room);
  uint8_t* end = buffer + room;
  const uint8_t* words = rans().encode(states, lanes, table, which, symbols, n, end);
  for (int lane = 0; lane < lanes; ++lane) append_u32(out, states[lane]);
  out.insert(out.end(), words, static_cast<const uint8_t*>(end));
  return static_cast<uint32_t>((end - words) / 2);
}

uint8_t* scratch(Scratch slot, size_t bytes) {
  struct Piece {
    std::unique_ptr<uint8_t[]> data;
    size_t bytes = 0;
  };
  constexpr size_t kKept = size_t{8} << 20;
  thread_local Piece pieces[static_cast<size_t>(Scratch::count)];
  Piece& piece = pieces[static_cast<size_t>(slot)];
  // A larger piece than chunks usually need goes when the next one does.
  if (piece.bytes < bytes || (piece.bytes > kKept && bytes <= kKept)) {
    piece.data.reset();
    piece.bytes = 0;
    piece.data.reset(new uint8_t[bytes]);
    piece.bytes = bytes;
  }
  return piece.data.get();
}

}  // namespace rs::codec
