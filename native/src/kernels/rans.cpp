// Bound by the latency of a lane's chain (table lookup, product, next word), so
// lanes beyond one vector hide it: 128 lanes are 8 vectors of AVX-512.
#include "rans.hpp"

#include <string.h>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace rs::RS_ISA {
namespace {

constexpr uint32_t kSlotMask = kRansScale - 1;

inline uint32_t load_word(const uint8_t* p) {
  return static_cast<uint32_t>(p[0]) | static_cast<uint32_t>(p[1]) << 8;
}

// One symbol at a time, from symbol i on: any number of lanes, every end checked.
const uint8_t* decode_rest(uint32_t* states, int lanes, const uint32_t* slots, const uint8_t* which,
                           const uint8_t* words, const uint8_t* end, uint8_t* symbols, size_t i,
                           size_t n) {
  const size_t mask = static_cast<size_t>(lanes) - 1;
  for (; i < n; ++i) {
    const uint32_t x = states[i & mask];
    const size_t base = which == nullptr ? 0 : static_cast<size_t>(which[i]) << kRansScaleBits;
    const uint32_t entry = slots[base + (x & kSlotMask)];
    symbols[i] = static_cast<uint8_t>(entry);
    uint32_t next = (entry >> 20) * (x >> kRansScaleBits) + ((entry >> 8) & kSlotMask);
    if (next < kRansLowest) {
      if (end - words < 2) return nullptr;
      next = next << 16 | load_word(words);
      words += 2;
    }
    states[i & mask] = next;
  }
  return words;
}

// The last symbols first, down to symbol i.
uint8_t* encode_rest(uint32_t* states, int lanes, const uint32_t* table, const uint8_t* which,
                     const uint8_t* symbols, size_t i, size_t n, uint8_t* out) {
  const size_t mask = static_cast<size_t>(lanes) - 1;
  while (n-- > i) {
    uint32_t x = states[n & mask];
    const size_t base = which == nullptr ? 0 : static_cast<size_t>(which[n]) << 8;
    const uint32_t entry = table[base + symbols[n]];
    const uint32_t freq = entry & 0xffff;
    if (x >= freq << 20) {
      out -= 2;
      out[0] = static_cast<uint8_t>(x);
      out[1] = static_cast<uint8_t>(x >> 8);
      x >>= 16;
    }
    const uint32_t whole = x / freq;
    states[n & mask] = (whole << kRansScaleBits) + (x - whole * freq) + (entry >> 16);
  }
  return out;
}

// Four lanes at a time, without a branch on their states, which none could predict.
const uint8_t* decode_fours(uint32_t* states, int lanes, const uint32_t* slots, const uint8_t* which,
                            const uint8_t* words, const uint8_t* end, uint8_t* symbols, size_t& done,
                            size_t n) {
  const size_t mask = static_cast<size_t>(lanes) - 1;
  size_t i = 0;
  for (; n - i >= 4 && end - words >= 8; i += 4) {
    uint32_t* state = states + (i & mask);
#pragma GCC unroll 4
    for (size_t j = 0; j < 4; ++j) {
      const uint32_t x = state[j];
      const size_t base = which == nullptr ? 0 : static_cast<size_t>(which[i + j]) << kRansScaleBits;
      const uint32_t entry = slots[base + (x & kSlotMask)];
      symbols[i + j] = static_cast<uint8_t>(entry);
      const uint32_t next = (entry >> 20) * (x >> kRansScaleBits) + ((entry >> 8) & kSlotMask);
      const uint32_t more = next << 16 | load_word(words);
      const uint32_t short_of = next < kRansLowest;
      state[j] = next ^ ((next ^ more) & (0u - short_of));
      words += 2 * short_of;
    }
  }
  done = i;
  return words;
}

// n is a multiple of lanes, which are 4 or more.
uint8_t* encode_fours(uint32_t* states, int lanes, const uint32_t* table, const uint8_t* which,
                      const uint8_t* symbols, size_t n, uint8_t* out) {
  const size_t mask = static_cast<size_t>(lanes) - 1;
  for (size_t i = n; i >= 4;) {
    i -= 4;
    uint32_t* state = states + (i & mask);
#pragma GCC unroll 4
    for (size_t j = 4; j-- > 0;) {
      const uint32_t x = state[j];
      const size_t base = which == nullptr ? 0 : static_cast<size_t>(which[i + j]) << 8;
      const uint32_t entry = table[base + symbols[i + j]];
      const uint32_t freq = entry & 0xffff;
      const uint32_t full = x >= freq << 20;
      out[-2] = static_cast<uint8_t>(x);
      out[-1] = static_cast<uint8_t>(x >> 8);
      out -= 2 * full;
      const uint32_t left = x >> (16 * full);
      const uint32_t whole = left / freq;
      state[j] = (whole << kRansScaleBits) + (left - whole * freq) + (entry >> 16);
    }
  }
  return out;
}

#if defined(__AVX512F__)

constexpr int kWide = 16;

template <int kVectors, bool kMany>
const uint8_t* decode_wide(uint32_t* states, const uint32_t* slots, const uint8_t* which,
                           const uint8_t* words, const uint8_t* end, uint8_t* symbols, size_t& done,
                           size_t n) {
  constexpr size_t kStep = kVectors * kWide;
  const __m512i slot_mask = _mm512_set1_epi32(kSlotMask);
  const __m512i lowest = _mm512_set1_epi32(kRansLowest);
  __m512i x[kVectors];
  for (int v = 0; v < kVectors; ++v) x[v] = _mm512_loadu_si512(states + v * kWide);
  size_t i = 0;
  // Each vector reads 32 bytes of words, however many it takes.
  for (; n - i >= kStep && end - words >= static_cast<ptrdiff_t>(2 * kStep); i += kStep) {
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      __m512i at = _mm512_and_si512(x[v], slot_mask);
      if constexpr (kMany) {
        const __m128i tables = _mm_loadu_si128(reinterpret_cast<const __m128i*>(which + i + v * kWide));
        at = _mm512_or_si512(at, _mm512_slli_epi32(_mm512_cvtepu8_epi32(tables), kRansScaleBits));
      }
      const __m512i entry = _mm512_i32gather_epi32(at, slots, 4);
      _mm_storeu_si128(reinterpret_cast<__m128i*>(symbols + i + v * kWide), _mm512_cvtepi32_epi8(entry));
      const __m512i freq = _mm512_srli_epi32(entry, 20);
      const __m512i place = _mm512_and_si512(_mm512_srli_epi32(entry, 8), slot_mask);
      const __m512i whole = _mm512_srli_epi32(x[v], kRansScaleBits);
      const __m512i next = _mm512_add_epi32(_mm512_mullo_epi32(freq, whole), place);
      const __mmask16 short_of = _mm512_cmplt_epu32_mask(next, lowest);
      const __m512i read =
          _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(words)));
      const __m512i spread = _mm512_maskz_expand_epi32(short_of, read);
      x[v] = _mm512_mask_or_epi32(next, short_of, _mm512_slli_epi32(next, 16), spread);
      words += 2 * __builtin_popcount(short_of);
    }
  }
  for (int v = 0; v < kVectors; ++v) _mm512_storeu_si512(states + v * kWide, x[v]);
  done = i;
  return words;
}

template <int kVectors>
uint8_t* encode_wide(uint32_t* states, const uint32_t* table, const uint8_t* which,
                     const uint8_t* symbols, size_t n, uint8_t* out) {
  constexpr size_t kStep = kVectors * kWide;
  __m512i x[kVectors];
  for (int v = 0; v < kVectors; ++v) x[v] = _mm512_loadu_si512(states + v * kWide);
  for (size_t i = n; i >= kStep;) {
    i -= kStep;
#pragma GCC unroll 8
    for (int v = kVectors - 1; v >= 0; --v) {
      __m512i at = _mm512_cvtepu8_epi32(
          _mm_loadu_si128(reinterpret_cast<const __m128i*>(symbols + i + v * kWide)));
      if (which != nullptr) {
        const __m128i tables = _mm_loadu_si128(reinterpret_cast<const __m128i*>(which + i + v * kWide));
        at = _mm512_or_si512(at, _mm512_slli_epi32(_mm512_cvtepu8_epi32(tables), 8));
      }
      const __m512i entry = _mm512_i32gather_epi32(at, table, 4);
      const __m512i freq = _mm512_and_si512(entry, _mm512_set1_epi32(0xffff));
      const __mmask16 full = _mm512_cmpge_epu32_mask(x[v], _mm512_slli_epi32(freq, 20));
      const __m512i leaving = _mm512_maskz_compress_epi32(full, x[v]);
      const int count = __builtin_popcount(full);
      out -= 2 * count;
      _mm256_mask_storeu_epi16(out, static_cast<__mmask16>((1u << count) - 1),
                               _mm512_cvtepi32_epi16(leaving));
      const __m512i left = _mm512_mask_srli_epi32(x[v], full, x[v], 16);
      // The quotient is below 2^20 and off by at most one: an estimate of the divisor's
      // inverse, made twice as exact by Newton's step, has 23 bits and costs less than a division.
      const __m512 divisor = _mm512_cvtepu32_ps(freq);
      const __m512 about = _mm512_rcp14_ps(divisor);
      const __m512 inverse =
          _mm512_fmadd_ps(about, _mm512_fnmadd_ps(divisor, about, _mm512_set1_ps(1.0f)), about);
      __m512i whole = _mm512_cvttps_epu32(_mm512_mul_ps(_mm512_cvtepu32_ps(left), inverse));
      __m512i rest = _mm512_sub_epi32(left, _mm512_mullo_epi32(whole, freq));
      const __m512i one = _mm512_set1_epi32(1);
      const __mmask16 over = _mm512_cmplt_epi32_mask(rest, _mm512_setzero_si512());
      whole = _mm512_mask_sub_epi32(whole, over, whole, one);
      rest = _mm512_mask_add_epi32(rest, over, rest, freq);
      const __mmask16 under = _mm512_cmpge_epi32_mask(rest, freq);
      whole = _mm512_mask_add_epi32(whole, under, whole, one);
      rest = _mm512_mask_sub_epi32(rest, under, rest, freq);
      x[v] = _mm512_add_epi32(_mm512_add_epi32(_mm512_slli_epi32(whole, kRansScaleBits), rest),
                              _mm512_srli_epi32(entry, 16));
    }
  }
  for (int v = 0; v < kVectors; ++v) _mm512_storeu_si512(states + v * kWide, x[v]);
  return out;
}

#elif defined(__AVX2__)

constexpr int kWide = 8;

// For each mask of 8 lanes: which word goes to each lane that is set (expand), and
// which lanes' words are the last ones (compress); low nibbles first.
struct Moves {
  uint8_t expand[256][8];
  uint8_t compress[256][8];
};

constexpr Moves make_moves() {
  Moves moves{};
  for (int mask = 0; mask < 256; ++mask) {
    int taken = 0;
    for (int lane = 0; lane < 8; ++lane) {
      if (mask >> lane & 1) moves.expand[mask][lane] = static_cast<uint8_t>(taken++);
    }
    int to = 8 - taken;
    for (int lane = 0; lane < 8; ++lane) {
      if (mask >> lane & 1) moves.compress[mask][to++] = static_cast<uint8_t>(lane);
    }
  }
  return moves;
}

constexpr Moves kMoves = make_moves();

inline __m256i move(__m256i words, const uint8_t* places) {
  const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(places));
  return _mm256_permutevar8x32_epi32(words, _mm256_cvtepu8_epi32(bytes));
}

inline __m256i tables_of(const uint8_t* which, int bits) {
  const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(which));
  return _mm256_slli_epi32(_mm256_cvtepu8_epi32(bytes), bits);
}

template <int kVectors, bool kMany>
const uint8_t* decode_wide(uint32_t* states, const uint32_t* slots, const uint8_t* which,
                           const uint8_t* words, const uint8_t* end, uint8_t* symbols, size_t& done,
                           size_t n) {
  constexpr size_t kStep = kVectors * kWide;
  const __m256i slot_mask = _mm256_set1_epi32(kSlotMask);
  const __m256i low_bytes = _mm256_set1_epi64x(0x0c080400);
  size_t i = 0;
  for (; n - i >= kStep && end - words >= static_cast<ptrdiff_t>(2 * kStep); i += kStep) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      auto* state = reinterpret_cast<__m256i*>(states + v * kWide);
      const __m256i x = _mm256_loadu_si256(state);
      __m256i at = _mm256_and_si256(x, slot_mask);
      if constexpr (kMany) at = _mm256_or_si256(at, tables_of(which + i + v * kWide, kRansScaleBits));
      const __m256i entry = _mm256_i32gather_epi32(reinterpret_cast<const int*>(slots), at, 4);
      const __m256i bytes = _mm256_shuffle_epi8(entry, low_bytes);
      const uint32_t low = static_cast<uint32_t>(_mm256_extract_epi32(bytes, 0));
      const uint32_t high = static_cast<uint32_t>(_mm256_extract_epi32(bytes, 4));
      memcpy(symbols + i + v * kWide, &low, 4);
      memcpy(symbols + i + v * kWide + 4, &high, 4);
      const __m256i freq = _mm256_srli_epi32(entry, 20);
      const __m256i place = _mm256_and_si256(_mm256_srli_epi32(entry, 8), slot_mask);
      const __m256i whole = _mm256_srli_epi32(x, kRansScaleBits);
      const __m256i next = _mm256_add_epi32(_mm256_mullo_epi32(freq, whole), place);
      const __m256i short_of =
          _mm256_cmpeq_epi32(_mm256_srli_epi32(next, 16), _mm256_setzero_si256());
      const int mask = _mm256_movemask_ps(_mm256_castsi256_ps(short_of));
      const __m256i read =
          _mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(words)));
      const __m256i more =
          _mm256_or_si256(_mm256_slli_epi32(next, 16), move(read, kMoves.expand[mask]));
      _mm256_storeu_si256(state, _mm256_blendv_epi8(next, more, short_of));
      words += 2 * __builtin_popcount(static_cast<unsigned>(mask));
    }
  }
  done = i;
  return words;
}

template <int kVectors>
uint8_t* encode_wide(uint32_t* states, const uint32_t* table, const uint8_t* which,
                     const uint8_t* symbols, size_t n, uint8_t* out) {
  constexpr size_t kStep = kVectors * kWide;
  const __m256i sign = _mm256_set1_epi32(INT32_MIN);
  const __m256i half = _mm256_set1_epi32(0xffff);
  for (size_t i = n; i >= kStep;) {
    i -= kStep;
#pragma GCC unroll 4
    for (int v = kVectors - 1; v >= 0; --v) {
      auto* state = reinterpret_cast<__m256i*>(states + v * kWide);
      const __m256i x = _mm256_loadu_si256(state);
      __m256i at = tables_of(symbols + i + v * kWide, 0);
      if (which != nullptr) at = _mm256_or_si256(at, tables_of(which + i + v * kWide, 8));
      const __m256i entry = _mm256_i32gather_epi32(reinterpret_cast<const int*>(table), at, 4);
      const __m256i freq = _mm256_and_si256(entry, half);
      const __m256i limit = _mm256_xor_si256(_mm256_slli_epi32(freq, 20), sign);
      const __m256i below = _mm256_cmpgt_epi32(limit, _mm256_xor_si256(x, sign));
      const int mask = ~_mm256_movemask_ps(_mm256_castsi256_ps(below)) & 255;
      const __m256i leaving = _mm256_and_si256(move(x, kMoves.compress[mask]), half);
      _mm_storeu_si128(reinterpret_cast<__m128i*>(out - 16),
                       _mm_packus_epi32(_mm256_castsi256_si128(leaving),
                                        _mm256_extracti128_si256(leaving, 1)));
      out -= 2 * __builtin_popcount(static_cast<unsigned>(mask));
      const __m256i left = _mm256_blendv_epi8(_mm256_srli_epi32(x, 16), x, below);
      // The quotient is below 2^20 and off by at most one.
      const __m256 high = _mm256_cvtepi32_ps(_mm256_srli_epi32(left, 16));
      const __m256 low = _mm256_cvtepi32_ps(_mm256_and_si256(left, half));
      const __m256 value = _mm256_add_ps(_mm256_mul_ps(high, _mm256_set1_ps(65536.0f)), low);
      __m256i whole = _mm256_cvttps_epi32(_mm256_div_ps(value, _mm256_cvtepi32_ps(freq)));
      __m256i rest = _mm256_sub_epi32(left, _mm256_mullo_epi32(whole, freq));
      const __m256i over = _mm256_srai_epi32(rest, 31);
      whole = _mm256_add_epi32(whole, over);
      rest = _mm256_add_epi32(rest, _mm256_and_si256(over, freq));
      const __m256i fits = _mm256_cmpgt_epi32(freq, rest);
      whole = _mm256_add_epi32(whole, _mm256_andnot_si256(fits, _mm256_set1_epi32(1)));
      rest = _mm256_sub_epi32(rest, _mm256_andnot_si256(fits, freq));
      const __m256i sum = _mm256_add_epi32(_mm256_slli_epi32(whole, kRansScaleBits), rest);
      _mm256_storeu_si256(state, _mm256_add_epi32(sum, _mm256_srli_epi32(entry, 16)));
    }
  }
  return out;
}

#endif

const uint8_t* decode(uint32_t* states, int lanes, const uint32_t* slots, const uint8_t* which,
                      const uint8_t* words, const uint8_t* end, uint8_t* symbols, size_t n) {
  size_t done = 0;
#if defined(__AVX2__)
  if (lanes == kRansMostLanes) {
    constexpr int kVectors = kRansMostLanes / kWide;
    words = which == nullptr
                ? decode_wide<kVectors, false>(states, slots, which, words, end, symbols, done, n)
                : decode_wide<kVectors, true>(states, slots, which, words, end, symbols, done, n);
  } else if (lanes == 32) {
    constexpr int kVectors = 32 / kWide;
    words = which == nullptr
                ? decode_wide<kVectors, false>(states, slots, which, words, end, symbols, done, n)
                : decode_wide<kVectors, true>(states, slots, which, words, end, symbols, done, n);
  } else
#endif
  if (lanes >= 4) {
    words = decode_fours(states, lanes, slots, which, words, end, symbols, done, n);
  }
  return decode_rest(states, lanes, slots, which, words, end, symbols, done, n);
}

uint8_t* encode(uint32_t* states, int lanes, const uint32_t* table, const uint8_t* which,
                const uint8_t* symbols, size_t n, uint8_t* end) {
  const size_t whole = n - n % static_cast<size_t>(lanes);
  uint8_t* out = encode_rest(states, lanes, table, which, symbols, lanes == 1 ? 0 : whole, n, end);
  if (lanes == 1) return out;
#if defined(__AVX2__)
  if (lanes == 32) return encode_wide<32 / kWide>(states, table, which, symbols, whole, out);
  if (lanes == kRansMostLanes) {
    return encode_wide<kRansMostLanes / kWide>(states, table, which, symbols, whole, out);
  }
#endif
  return encode_fours(states, lanes, table, which, symbols, whole, out);
}

}  // namespace

const RansKernels rans_kernels = {decode, encode};

}  // namespace rs::RS_ISA
