// A coded stream of symbols: the lanes' first states, then words (kernels/rans.hpp).
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../base/status.hpp"
#include "reader.hpp"

namespace rs::codec {

// Numbers of lanes, by their code in the file.
inline constexpr int kLanes[] = {1, 4, 32, 128};

// Few lanes for short streams, whose states would weigh too much.
unsigned lane_code(size_t symbols);

Status malformed(const char* what);

class StreamDecoder {
 public:
  // Takes states and words from the reader; false when they aren't there.
  bool open(Reader& from, uint32_t lane_code, uint32_t words);

  // The next n symbols; all calls but the last take a multiple of 128.
  bool decode(const uint32_t* slots, const uint8_t* which, uint8_t* symbols, size_t n);

  // Whether the words are used up and every state is the lowest.
  bool finished() const;

 private:
  uint32_t states_[128];
  int lanes_ = 0;
  const uint8_t* words_ = nullptr;
  const uint8_t* end_ = nullptr;
};

// Appends states and words of the symbols' stream and says how many words it has.
uint32_t encode_stream(const uint32_t* table, const uint8_t* which, const uint8_t* symbols, size_t n,
                       int lanes, std::vector<uint8_t>& out);

inline void append_u32(std::vector<uint8_t>& out, uint32_t value) {
  for (int i = 0; i < 4; ++i) out.push_back(static_cast<uint8_t>(value >> 8 * i));
}

inline void put_u32(uint8_t* at, uint32_t value) {
  for (int i = 0; i < 4; ++i) at[i] = static_cast<uint8_t>(value >> 8 * i);
}

// Memory of this thread that the next call uses again; the contents are undefined.
// Slots of one thread don't overlap.
enum class Scratch { planes, words, tokens, tables, slots, count };
uint8_t* scratch(Scratch slot, size_t bytes);

}  // namespace rs::codec
