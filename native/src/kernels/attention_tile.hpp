// The two register tiles that attention is made of, forward and backward.
//   score_tile: lanes are keys; s[r][key] = sum over d of q[r][d] * kT[d][key]
//   sum_tile:   lanes are head dimensions; y[i] += sum over j of c(i,j) * x[j]
// Both are one ascending chain of fused multiply-adds for each element, whatever
// the tile's shape, so shapes are chosen for registers alone.
#pragma once
#include "attention.hpp"
#include "math.hpp"

namespace rs::RS_ISA {

constexpr int kTileRows = 6;
constexpr int kRunVectors = kKeyRun / kLanes;
// Columns of sum_tile: accumulators, one row of x and a coefficient must fit the
// 32 vector registers of AVX-512 or the 16 of AVX2.
constexpr int kSumColumns = kLanes == 16 ? 4 : 2;

struct Bf16 { uint16_t bits; };
struct F16 { uint16_t bits; };
static inline vf load_as_f32(const float* p) { return vload(p); }
static inline vf load_as_f32(const Bf16* p) { return vload_bf16(&p->bits); }
static inline vf load_as_f32(const F16* p) { return vload_f16(&p->bits); }

// The larger; b when either is NaN.
static inline vf larger(vf a, vf b) {
#if defined(__AVX512F__)
  return _mm512_max_ps(a, b);
#elif defined(__AVX2__)
  return _mm256_max_ps(a, b);
#else
  return vselect(vlt(b, a), a, b);
#endif
}
static inline float largest_lane(vf a) {
#if defined(__AVX512F__)
  return _mm512_reduce_max_ps(a);
#elif defined(__AVX2__)
  const __m128 h4 = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
  const __m128 h2 = _mm_max_ps(h4, _mm_movehl_ps(h4, h4));
  return _mm_cvtss_f32(_mm_max_ss(h2, _mm_shuffle_ps(h2, h2, 1)));
#else
  float m = a[0];
  for (int i = 1; i < kLanes; ++i) m = a[i] > m ? a[i] : m;
  return m;
#endif
}
// e^x for x not far above 0, which is where a softmax takes it: as vexp, but what
// is below e^-86 is 0, so that the power of two is one addition to the exponent.
static inline vf vexp_low(vf x) {
  const vf c = larger(vset1(-86.0f), x);  // in this order NaN stays
  const vf n = vround(vmul(c, vset1(1.44269504088896341f)));
  vf r = vfnma(n, vset1(0.693359375f), c);
  r = vfnma(n, vset1(-2.12194440e-4f), r);
  vf p = vset1(1.9875691500e-4f);
  p = vfma(p, r, vset1(1.3981999507e-3f));
  p = vfma(p, r, vset1(8.3334519073e-3f));
  p = vfma(p, r, vset1(4.1665795894e-2f));
  p = vfma(p, r, vset1(1.6666665459e-1f));
  p = vfma(p, r, vset1(5.0000001201e-1f));
  p = vfma(p, vmul(r, r), vadd(r, vset1(1.0f)));
  const vf y = vi_bits(vi_add(vf_bits(p), vi_shl<23>(vf_to_vi(n))));
  return vselect(vlt(x, vset1(-86.0f)), vzero(), y);
}

// What to fetch while scores are computed, a run of keys each: the block's values
// and the next block's keys. With few rows, memory sets the pace, and neither is
// where the processor would look by itself.
struct Ahead {
  const char* v[kKeyRuns];
  const char* k[kKeyRuns];
  ptrdiff_t v_step, k_step;  // bytes for each dimension of the head
};

// Runs [0, NS) of k, R rows.
template <typename T, int R, int NS, bool Fetch>
static inline void score_tile(const float* q, ptrdiff_t ldq, const T* const* k, ptrdiff_t k_stride,
                              int depth, const Ahead* ahead, int run, float* s) {
  vf sum[R][NS * kRunVectors];
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r) {
#pragma GCC unroll 8
    for (int c = 0; c < NS * kRunVectors; ++c) sum[r][c] = vzero();
  }
  for (int d = 0; d < depth; ++d) {
    if (Fetch) {
#pragma GCC unroll 4
      for (int c = 0; c < NS; ++c) {
        __builtin_prefetch(ahead->v[run + c] + d * ahead->v_step, 0, 2);
        __builtin_prefetch(ahead->k[run + c] + d * ahead->k_step, 0, 2);
      }
    }
    vf key[NS * kRunVectors];
#pragma GCC unroll 8
    for (int c = 0; c < NS * kRunVectors; ++c) {
      key[c] = load_as_f32(k[c / kRunVectors] + d * k_stride + c % kRunVectors * kLanes);
    }
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) {
      const vf x = vset1(q[r * ldq + d]);
#pragma GCC unroll 8
      for (int c = 0; c < NS * kRunVectors; ++c) sum[r][c] = vfma(x, key[c], sum[r][c]);
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r) {
#pragma GCC unroll 8
    for (int c = 0; c < NS * kRunVectors; ++c) vstore(s + r * kKeyBlock + c * kLanes, sum[r][c]);
  }
}

// Scores of R rows against runs [first, last).
template <typename T, int R, bool Fetch>
static void score_rows(const float* q, ptrdiff_t ldq, const T* const* k, ptrdiff_t k_stride,
                       int depth, int first, int last, const Ahead* ahead, float* s) {
  constexpr int kMost = kLanes == 16 || R == 1 ? 4 : R <= 3 ? 2 : 1;
  for (int run = first; run < last;) {
    float* at = s + run * kKeyRun;
    const T* const* from = k + run;
    if (kMost >= 4 && last - run == 4) {
      score_tile<T, R, kMost >= 4 ? 4 : 1, Fetch>(q, ldq, from, k_stride, depth, ahead, run, at);
      run += 4;
    } else if (kMost >= 2 && last - run >= 2) {
      score_tile<T, R, kMost >= 2 ? 2 : 1, Fetch>(q, ldq, from, k_stride, depth, ahead, run, at);
      run += 2;
    } else {
      score_tile<T, R, 1, Fetch>(q, ldq, from, k_stride, depth, ahead, run, at);
      run += 1;
    }
  }
}

template <typename T, bool Fetch>
static void score_any(int rows, const float* q, ptrdiff_t ldq, const T* const* k, ptrdiff_t stride,
                      int depth, int first, int last, const Ahead* ahead, float* s) {
  switch (rows) {
    case 1: return score_rows<T, 1, Fetch>(q, ldq, k, stride, depth, first, last, ahead, s);
    case 2: return score_rows<T, 2, Fetch>(q, ldq, k, stride, depth, first, last, ahead, s);
    case 3: return score_rows<T, 3, Fetch>(q, ldq, k, stride, depth, first, last, ahead, s);
    case 4: return score_rows<T, 4, Fetch>(q, ldq, k, stride, depth, first, last, ahead, s);
    case 5: return score_rows<T, 5, Fetch>(q, ldq, k, stride, depth, first, last, ahead, s);
    default: return score_rows<T, 6, Fetch>(q, ldq, k, stride, depth, first, last, ahead, s);
  }
}

// y[i][C vectors] += sum over j in [j0, j1) of c[i * SI + j * SJ] * x[j].
template <typename T, int R, int C, int SI, int SJ>
static inline void sum_tile(const float* c, int j0, int j1, const T* x, ptrdiff_t ldx, float* y,
                            ptrdiff_t ldy) {
  vf sum[R][C];
#pragma GCC unroll 8
  for (int i = 0; i < R; ++i) {
#pragma GCC unroll 8
    for (int v = 0; v < C; ++v) sum[i][v] = vload(y + i * ldy + v * kLanes);
  }
  for (int j = j0; j < j1; ++j) {
    vf row[C];
#pragma GCC unroll 8
    for (int v = 0; v < C; ++v) row[v] = load_as_f32(x + j * ldx + v * kLanes);
#pragma GCC unroll 8
    for (int i = 0; i < R; ++i) {
      const vf a = vset1(c[i * SI + j * SJ]);
#pragma GCC unroll 8
      for (int v = 0; v < C; ++v) sum[i][v] = vfma(a, row[v], sum[i][v]);
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < R; ++i) {
#pragma GCC unroll 8
    for (int v = 0; v < C; ++v) vstore(y + i * ldy + v * kLanes, sum[i][v]);
  }
}

template <typename T, int R, int SI, int SJ>
static void sum_rows(const float* c, int j0, int j1, const T* x, ptrdiff_t ldx, int width, float* y,
                     ptrdiff_t ldy) {
  constexpr int kWide = R <= 2 ? 4 : kSumColumns;
  int at = 0;
  for (; width - at >= kWide * kLanes; at += kWide * kLanes) {
    sum_tile<T, R, kWide, SI, SJ>(c, j0, j1, x + at, ldx, y + at, ldy);
  }
  if (kWide > 2 && width - at >= 2 * kLanes) {
    sum_tile<T, R, 2, SI, SJ>(c, j0, j1, x + at, ldx, y + at, ldy);
    at += 2 * kLanes;
  }
  if (width - at >= kLanes) sum_tile<T, R, 1, SI, SJ>(c, j0, j1, x + at, ldx, y + at, ldy);
}

template <typename T, int SI, int SJ>
static void sum_any(int rows, const float* c, int j0, int j1, const T* x, ptrdiff_t ldx, int width,
                    float* y, ptrdiff_t ldy) {
  switch (rows) {
    case 1: return sum_rows<T, 1, SI, SJ>(c, j0, j1, x, ldx, width, y, ldy);
    case 2: return sum_rows<T, 2, SI, SJ>(c, j0, j1, x, ldx, width, y, ldy);
    case 3: return sum_rows<T, 3, SI, SJ>(c, j0, j1, x, ldx, width, y, ldy);
    case 4: return sum_rows<T, 4, SI, SJ>(c, j0, j1, x, ldx, width, y, ldy);
    case 5: return sum_rows<T, 5, SI, SJ>(c, j0, j1, x, ldx, width, y, ldy);
    default: return sum_rows<T, 6, SI, SJ>(c, j0, j1, x, ldx, width, y, ldy);
  }
}

static inline int lowest_bit(uint64_t m) { return __builtin_ctzll(m); }
static inline int highest_bit(uint64_t m) { return 63 - __builtin_clzll(m); }
static inline uint64_t bits_below(int n) { return n >= 64 ? ~0ull : (1ull << n) - 1; }
// One past the run of ones that starts at bit first of m.
static inline int end_of_ones(uint64_t m, int first) {
  const uint64_t zeros = ~(m >> first);
  const int n = zeros == 0 ? 64 : lowest_bit(zeros);
  return first + n > 64 ? 64 : first + n;
}

// One row over the bits of its mask, a run of ones at a time.
template <typename T, int SI, int SJ>
static void sum_masked_row(uint64_t mask, const float* c, const T* x, ptrdiff_t ldx, int width,
                           float* y) {
  while (mask != 0) {
    const int from = lowest_bit(mask), to = end_of_ones(mask, from);
    sum_rows<T, 1, SI, SJ>(c, from, to, x, ldx, width, y, 0);
    mask &= ~bits_below(to);
  }
}

// y[i] += sum over the bits j of mask[i], ascending, of c(i, j) * x[j], for rows i.
// What all rows of a tile share runs in the tile; the rest, before and after it,
// row by row.
template <typename T, int SI, int SJ>
static void sum_masked(int rows, const uint64_t* mask, const float* c, const T* x, ptrdiff_t ldx,
                       int width, float* y, ptrdiff_t ldy) {
  for (int i = 0; i < rows; i += kTileRows) {
    const int n = rows - i < kTileRows ? rows - i : kTileRows;
    uint64_t common = mask[i];
    for (int r = 1; r < n; ++r) common &= mask[i + r];
    const int from = common == 0 ? 64 : lowest_bit(common);
    const int to = common == 0 ? 64 : end_of_ones(common, from);
    for (int r = 0; r < n; ++r) {
      sum_masked_row<T, SI, SJ>(mask[i + r] & bits_below(from), c + (i + r) * SI, x, ldx, width,
                                y + (i + r) * ldy);
    }
    if (common == 0) continue;
    sum_any<T, SI, SJ>(n, c + i * SI, from, to, x, ldx, width, y + i * ldy, ldy);
    for (int r = 0; r < n; ++r) {
      sum_masked_row<T, SI, SJ>(mask[i + r] & ~bits_below(to), c + (i + r) * SI, x, ldx, width,
                                y + (i + r) * ldy);
    }
  }
}

// The scores of all rows against one block; rows that see nothing of it may be
// left unwritten, as may runs that no row of a tile sees. The first tile fetches.
template <typename T, bool Fetch>
static void score_block(int rows, const uint64_t* visible, const float* q, ptrdiff_t ldq,
                        const T* const* k, ptrdiff_t k_stride, int depth, const Ahead* ahead,
                        float* s) {
  for (int i = 0; i < rows; i += kTileRows) {
    const int n = rows - i < kTileRows ? rows - i : kTileRows;
    uint64_t any = 0;
    for (int r = 0; r < n; ++r) any |= visible[i + r];
    if (any == 0) continue;
    const int first = lowest_bit(any) / kKeyRun, last = highest_bit(any) / kKeyRun + 1;
    const auto score = Fetch && i == 0 ? score_any<T, Fetch> : score_any<T, false>;
    score(n, q + i * ldq, ldq, k, k_stride, depth, first, last, ahead, s + i * kKeyBlock);
  }
}

// Puts -inf on the scores that mask leaves out, within runs [first, last).
static inline void hide_scores(uint64_t mask, int first, int last, float* s) {
  uint64_t hidden = ~mask & bits_below(last * kKeyRun) & ~bits_below(first * kKeyRun);
  for (; hidden != 0; hidden &= hidden - 1) s[lowest_bit(hidden)] = -__builtin_inff();
}

}  // namespace rs::RS_ISA
