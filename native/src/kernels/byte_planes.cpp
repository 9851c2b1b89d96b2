// Memory-bound, but for periods other than 2 and 4, which are rare.
#include "byte_planes.hpp"

#include <string.h>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace rs::RS_ISA {
namespace {

template <typename Word>
inline Word load(const uint8_t* p) {
  Word w;
  memcpy(&w, p, sizeof w);
  return w;
}

// Whole elements as numbers: rotation is a shift, and plane p its byte p.
template <typename Word>
void split_words(const uint8_t* elements, size_t i, size_t n, bool rotate, uint8_t* const* planes) {
  constexpr int kBits = 8 * sizeof(Word);
  for (; i < n; ++i) {
    Word w = load<Word>(elements + i * sizeof(Word));
    if (rotate) w = static_cast<Word>(w << 1 | w >> (kBits - 1));
    for (size_t p = 0; p < sizeof(Word); ++p) planes[p][i] = static_cast<uint8_t>(w >> 8 * p);
  }
}

template <typename Word>
void join_words(const uint8_t* const* planes, size_t i, size_t n, bool rotate, uint8_t* elements) {
  constexpr int kBits = 8 * sizeof(Word);
  for (; i < n; ++i) {
    Word w = 0;
    for (size_t p = 0; p < sizeof(Word); ++p) {
      w = static_cast<Word>(w | static_cast<Word>(static_cast<Word>(planes[p][i]) << 8 * p));
    }
    if (rotate) w = static_cast<Word>(w >> 1 | w << (kBits - 1));
    memcpy(elements + i * sizeof(Word), &w, sizeof w);
  }
}

#if defined(__AVX512BW__)

inline __m512i load512(const uint8_t* p) { return _mm512_loadu_si512(p); }
inline __m256i load256(const uint8_t* p) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
}
inline void store256(uint8_t* p, __m256i a) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), a); }
inline void store128(uint8_t* p, __m128i a) { _mm_storeu_si128(reinterpret_cast<__m128i*>(p), a); }
inline __m512i widen(const uint8_t* p) {
  return _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
}

size_t split2(const uint8_t* elements, size_t n, bool rotate, uint8_t* const* planes) {
  size_t i = 0;
  for (; i + 32 <= n; i += 32) {
    __m512i w = load512(elements + 2 * i);
    if (rotate) w = _mm512_or_si512(_mm512_slli_epi16(w, 1), _mm512_srli_epi16(w, 15));
    store256(planes[0] + i, _mm512_cvtepi16_epi8(w));
    store256(planes[1] + i, _mm512_cvtepi16_epi8(_mm512_srli_epi16(w, 8)));
  }
  return i;
}

size_t join2(const uint8_t* const* planes, size_t n, bool rotate, uint8_t* elements) {
  size_t i = 0;
  for (; i + 32 <= n; i += 32) {
    const __m512i low = _mm512_cvtepu8_epi16(load256(planes[0] + i));
    const __m512i high = _mm512_cvtepu8_epi16(load256(planes[1] + i));
    __m512i w = _mm512_or_si512(low, _mm512_slli_epi16(high, 8));
    if (rotate) w = _mm512_or_si512(_mm512_srli_epi16(w, 1), _mm512_slli_epi16(w, 15));
    _mm512_storeu_si512(elements + 2 * i, w);
  }
  return i;
}

size_t split4(const uint8_t* elements, size_t n, bool rotate, uint8_t* const* planes) {
  size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    __m512i w = load512(elements + 4 * i);
    if (rotate) w = _mm512_rol_epi32(w, 1);
    store128(planes[0] + i, _mm512_cvtepi32_epi8(w));
    store128(planes[1] + i, _mm512_cvtepi32_epi8(_mm512_srli_epi32(w, 8)));
    store128(planes[2] + i, _mm512_cvtepi32_epi8(_mm512_srli_epi32(w, 16)));
    store128(planes[3] + i, _mm512_cvtepi32_epi8(_mm512_srli_epi32(w, 24)));
  }
  return i;
}

size_t join4(const uint8_t* const* planes, size_t n, bool rotate, uint8_t* elements) {
  size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    const __m512i low = _mm512_or_si512(widen(planes[0] + i), _mm512_slli_epi32(widen(planes[1] + i), 8));
    const __m512i high = _mm512_or_si512(_mm512_slli_epi32(widen(planes[2] + i), 16),
                                         _mm512_slli_epi32(widen(planes[3] + i), 24));
    __m512i w = _mm512_or_si512(low, high);
    if (rotate) w = _mm512_ror_epi32(w, 1);
    _mm512_storeu_si512(elements + 4 * i, w);
  }
  return i;
}

#elif defined(__AVX2__)

inline __m256i load256(const uint8_t* p) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
}
inline __m128i load128(const uint8_t* p) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p)); }
inline void store256(uint8_t* p, __m256i a) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), a); }
inline __m256i widen(const uint8_t* p) {
  return _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)));
}

size_t split2(const uint8_t* elements, size_t n, bool rotate, uint8_t* const* planes) {
  const __m256i low = _mm256_set1_epi16(0xff);
  size_t i = 0;
  for (; i + 32 <= n; i += 32) {
    __m256i a = load256(elements + 2 * i), b = load256(elements + 2 * i + 32);
    if (rotate) {
      a = _mm256_or_si256(_mm256_slli_epi16(a, 1), _mm256_srli_epi16(a, 15));
      b = _mm256_or_si256(_mm256_slli_epi16(b, 1), _mm256_srli_epi16(b, 15));
    }
    const __m256i lows = _mm256_packus_epi16(_mm256_and_si256(a, low), _mm256_and_si256(b, low));
    const __m256i highs = _mm256_packus_epi16(_mm256_srli_epi16(a, 8), _mm256_srli_epi16(b, 8));
    store256(planes[0] + i, _mm256_permute4x64_epi64(lows, 0xd8));
    store256(planes[1] + i, _mm256_permute4x64_epi64(highs, 0xd8));
  }
  return i;
}

size_t join2(const uint8_t* const* planes, size_t n, bool rotate, uint8_t* elements) {
  size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    const __m256i low = _mm256_cvtepu8_epi16(load128(planes[0] + i));
    const __m256i high = _mm256_cvtepu8_epi16(load128(planes[1] + i));
    __m256i w = _mm256_or_si256(low, _mm256_slli_epi16(high, 8));
    if (rotate) w = _mm256_or_si256(_mm256_srli_epi16(w, 1), _mm256_slli_epi16(w, 15));
    store256(elements + 2 * i, w);
  }
  return i;
}

size_t split4(const uint8_t* elements, size_t n, bool rotate, uint8_t* const* planes) {
  // Within each half: byte p of four elements together; then halves.
  const __m256i by_plane = _mm256_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15, 0, 4,
                                            8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  const __m256i halves = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    __m256i w = load256(elements + 4 * i);
    if (rotate) w = _mm256_or_si256(_mm256_slli_epi32(w, 1), _mm256_srli_epi32(w, 31));
    w = _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(w, by_plane), halves);
    const __m128i low = _mm256_castsi256_si128(w), high = _mm256_extracti128_si256(w, 1);
    _mm_storel_epi64(reinterpret_cast<__m128i*>(planes[0] + i), low);
    _mm_storel_epi64(reinterpret_cast<__m128i*>(planes[1] + i), _mm_srli_si128(low, 8));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(planes[2] + i), high);
    _mm_storel_epi64(reinterpret_cast<__m128i*>(planes[3] + i), _mm_srli_si128(high, 8));
  }
  return i;
}

size_t join4(const uint8_t* const* planes, size_t n, bool rotate, uint8_t* elements) {
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    const __m256i low = _mm256_or_si256(widen(planes[0] + i), _mm256_slli_epi32(widen(planes[1] + i), 8));
    const __m256i high = _mm256_or_si256(_mm256_slli_epi32(widen(planes[2] + i), 16),
                                         _mm256_slli_epi32(widen(planes[3] + i), 24));
    __m256i w = _mm256_or_si256(low, high);
    if (rotate) w = _mm256_or_si256(_mm256_srli_epi32(w, 1), _mm256_slli_epi32(w, 31));
    store256(elements + 4 * i, w);
  }
  return i;
}

#else

size_t split2(const uint8_t*, size_t, bool, uint8_t* const*) { return 0; }
size_t join2(const uint8_t* const*, size_t, bool, uint8_t*) { return 0; }
size_t split4(const uint8_t*, size_t, bool, uint8_t* const*) { return 0; }
size_t join4(const uint8_t* const*, size_t, bool, uint8_t*) { return 0; }

#endif

void split(const uint8_t* elements, size_t n, int period, bool rotate, uint8_t* const* planes) {
  if (period == 2) {
    split_words<uint16_t>(elements, split2(elements, n, rotate, planes), n, rotate, planes);
  } else if (period == 4) {
    split_words<uint32_t>(elements, split4(elements, n, rotate, planes), n, rotate, planes);
  } else if (period == 8) {
    split_words<uint64_t>(elements, 0, n, rotate, planes);
  } else {
    for (int p = 0; p < period; ++p) {
      const uint8_t* from = elements + p;
      uint8_t* to = planes[p];
      for (size_t i = 0; i < n; ++i, from += period) to[i] = *from;
    }
  }
}

void join(const uint8_t* const* planes, size_t n, int period, bool rotate, uint8_t* elements) {
  if (period == 2) {
    join_words<uint16_t>(planes, join2(planes, n, rotate, elements), n, rotate, elements);
  } else if (period == 4) {
    join_words<uint32_t>(planes, join4(planes, n, rotate, elements), n, rotate, elements);
  } else if (period == 8) {
    join_words<uint64_t>(planes, 0, n, rotate, elements);
  } else {
    for (int p = 0; p < period; ++p) {
      const uint8_t* from = planes[p];
      uint8_t* to = elements + p;
      for (size_t i = 0; i < n; ++i, to += period) *to = from[i];
    }
  }
}

#if defined(__AVX512BW__)

constexpr size_t kFew = 16;

// kFew values, the most frequent of these bytes; returns whether they are nearly all.
bool find_few(const uint8_t* bytes, int n, uint8_t* few) {
  int seen[256] = {};
  for (int i = 0; i < n; ++i) ++seen[bytes[i]];
  int found = 0;
  for (size_t j = 0; j < kFew; ++j) {
    int most = 0;
    for (int s = 1; s < 256; ++s) most = seen[s] > seen[most] ? s : most;
    few[j] = static_cast<uint8_t>(most);
    found += seen[most];
    seen[most] = -1;
  }
  return n - found <= n / 64;
}

// Exponents have few values: 64 bytes at a time are compared with each, and what is left
// is counted one by one. Returns how many bytes were counted: fewer than n where much is
// left.
size_t count_few(const uint8_t* bytes, size_t n, uint64_t* counts) {
  constexpr int kSample = 2048;
  constexpr size_t kBlock = 4096;
  uint8_t few[kFew];
  if (n < 8 * kSample || !find_few(bytes, kSample, few)) return 0;
  uint64_t sums[kFew] = {};
  size_t i = 0, rest = 0;
  while (i + kBlock <= n && rest <= kBlock + i / 32) {
    for (const size_t end = i + kBlock; i < end; i += 64) {
      const __m512i b = load512(bytes + i);
      uint64_t hits = 0;
#pragma GCC unroll 16
      for (size_t j = 0; j < kFew; ++j) {
        const uint64_t equal = _mm512_cmpeq_epi8_mask(b, _mm512_set1_epi8(static_cast<char>(few[j])));
        sums[j] += static_cast<uint64_t>(__builtin_popcountll(equal));
        hits |= equal;
      }
      for (uint64_t left = ~hits; left != 0; left &= left - 1) {
        ++counts[bytes[i + static_cast<size_t>(__builtin_ctzll(left))]];
        ++rest;
      }
    }
  }
  for (size_t j = 0; j < kFew; ++j) counts[few[j]] += sums[j];
  return i;
}

#else

size_t count_few(const uint8_t*, size_t, uint64_t*) { return 0; }

#endif

// Eight tables, since a run of equal bytes would wait for its own last count.
void count(const uint8_t* bytes, size_t n, uint64_t* counts) {
  const size_t counted = count_few(bytes, n, counts);
  bytes += counted;
  n -= counted;
  constexpr size_t kMost = size_t{1} << 31;  // what a table holds at least
  while (n > 0) {
    const size_t now = n < kMost ? n : kMost;
    uint32_t table[8][256] = {};
    size_t i = 0;
    for (; i + 8 <= now; i += 8) {
      const uint64_t w = load<uint64_t>(bytes + i);
      for (int j = 0; j < 8; ++j) ++table[j][w >> 8 * j & 255];
    }
    for (; i < now; ++i) ++table[0][bytes[i]];
    for (int j = 0; j < 8; ++j) {
      for (int s = 0; s < 256; ++s) counts[s] += table[j][s];
    }
    bytes += now;
    n -= now;
  }
}

}  // namespace

const BytePlanesKernels byte_planes_kernels = {split, join, count};

}  // namespace rs::RS_ISA
