// The forward pass: packing, one block, merging of chunks, the division at the end.
#include "attention.hpp"

#include "../base/half.hpp"
#include "attention_tile.hpp"
#include "transpose_tile.hpp"

namespace rs::RS_ISA {

// Rows that memory sets the pace of: the heads of one group, mostly.
static const int kFewRows = 2 * kTileRows;
static const float kMinusInf = -__builtin_inff();

static inline void fetch_row(const float* x, int n) {
  for (int i = 0; i < n; i += 16) __builtin_prefetch(x + i);
}

static void load_row(const float* x, const float* soon, float scale, int n, int padded, float* y) {
  const vf by = vset1(scale);
  if (soon != nullptr) fetch_row(soon, n);
  int i = 0;
  for (; i + kLanes <= n; i += kLanes) vstore(y + i, vmul(vload(x + i), by));
  for (; i < n; ++i) y[i] = x[i] * scale;
  for (; i < padded; ++i) y[i] = 0.0f;
}

static void transpose(const float* x, ptrdiff_t ld, int keys, int d, float* panel) {
  for (int k = 0; k < kKeyBlock; k += kLanes) {
    const int have = keys - k < 0 ? 0 : keys - k > kLanes ? kLanes : keys - k;
    // Rows lie too far apart for the processor to foresee them.
    for (int i = k + kLanes; i < k + 2 * kLanes && i < keys; ++i) fetch_row(x + i * ld, d);
    transpose_strip(have > 0 ? x + k * ld : x, ld, have, kLanes, d, panel + k, kKeyBlock);
  }
}

static void begin(const QueryRows* x) {
  for (int r = 0; r < x->rows; ++r) {
    x->m[r] = kMinusInf;
    for (int i = 0; i < kRowPad; ++i) x->l[r * kRowPad + i] = 0.0f;
    for (int i = 0; i < x->ldo; ++i) x->o[r * x->ldo + i] = 0.0f;
  }
}

// What scores are taken relative to: 0 while all are -inf, so that exp gives 0.
static inline vf softmax_base(vf m) { return vselect(veq(m, vset1(kMinusInf)), vzero(), m); }

// Raises the rows' maxima by the block's scores; scale[r] brings old sums to the new base.
static void raise_maxima(const QueryRows* x, const uint64_t* visible, float* scale) {
  alignas(64) float before[kQueryBlock] = {}, after[kQueryBlock] = {};
  for (int r = 0; r < x->rows; ++r) {
    before[r] = after[r] = x->m[r];
    if (visible[r] == 0) continue;
    const int first = lowest_bit(visible[r]) / kKeyRun;
    const int last = highest_bit(visible[r]) / kKeyRun + 1;
    float* s = x->s + r * kKeyBlock;
    if (visible[r] != ~0ull) hide_scores(visible[r], first, last, s);
    vf m = vset1(x->m[r]);
    for (int i = first * kKeyRun; i < last * kKeyRun; i += kLanes) m = larger(vload(s + i), m);
    x->m[r] = after[r] = largest_lane(m);
  }
  for (int r = 0; r < x->rows; r += kLanes) {
    vstore(scale + r, vexp_low(vsub(vload(before + r), softmax_base(vload(after + r)))));
  }
}

// Turns the block's scores into exp(score - m), adds them up, rescales what was there.
static void exponentiate(const QueryRows* x, const uint64_t* visible, const float* scale) {
  for (int r = 0; r < x->rows; ++r) {
    if (visible[r] == 0) continue;
    const int first = lowest_bit(visible[r]) / kKeyRun;
    const int last = highest_bit(visible[r]) / kKeyRun + 1;
    const vf base = softmax_base(vset1(x->m[r])), by = vset1(scale[r]);
    float* s = x->s + r * kKeyBlock;
    float* l = x->l + r * kRowPad;
    vf sum = vmul(vload(l), by);
    for (int i = first * kKeyRun; i < last * kKeyRun; i += kLanes) {
      const vf p = vexp_low(vsub(vload(s + i), base));
      sum = vadd(sum, p);
      vstore(s + i, p);
    }
    vstore(l, sum);
    if (scale[r] == 1.0f) continue;
    float* o = x->o + r * x->ldo;
    for (int i = 0; i < x->ldo; i += kLanes) vstore(o + i, vmul(vload(o + i), by));
  }
}

template <typename T>
static void attend(const QueryRows* x, const KeyBlock* b, const uint64_t* visible) {
  const T* k[kKeyRuns];
  const T* v[kKeyRuns];
  bool together = true;
  for (int i = 0; i < kKeyRuns; ++i) {
    k[i] = static_cast<const T*>(b->k[i]);
    v[i] = static_cast<const T*>(b->v[i]);
    together = together && v[i] == v[0] + i * kKeyRun * b->v_stride;
  }
  alignas(64) float scale[kQueryBlock];
  if (b->next_k[0] != nullptr && x->rows <= kFewRows) {
    Ahead ahead;
    for (int i = 0; i < kKeyRuns; ++i) {
      ahead.v[i] = reinterpret_cast<const char*>(v[i]);
      ahead.k[i] = static_cast<const char*>(b->next_k[i]);
    }
    ahead.k_step = b->k_stride * static_cast<ptrdiff_t>(sizeof(T));
    ahead.v_step = kKeyRun * b->v_stride * static_cast<ptrdiff_t>(sizeof(T)) / (x->d > 0 ? x->d : 1);
    score_block<T, true>(x->rows, visible, x->q, x->ldq, k, b->k_stride, x->d, &ahead, x->s);
  } else {
    score_block<T, false>(x->rows, visible, x->q, x->ldq, k, b->k_stride, x->d, nullptr, x->s);
  }
  raise_maxima(x, visible, scale);
  exponentiate(x, visible, scale);
  if (together) {
    sum_masked<T, kKeyBlock, 1>(x->rows, visible, x->s, v[0], b->v_stride, x->ldo, x->o, x->ldo);
    return;
  }
  for (int i = 0; i < kKeyRuns; ++i) {
    uint64_t part[kQueryBlock], any = 0;
    for (int r = 0; r < x->rows; ++r) {
      part[r] = (visible[r] >> (i * kKeyRun)) & bits_below(kKeyRun);
      any |= part[r];
    }
    if (any == 0) continue;
    sum_masked<T, kKeyBlock, 1>(x->rows, part, x->s + i * kKeyRun, v[i], b->v_stride, x->ldo, x->o,
                                x->ldo);
  }
}

static inline float to_f32(float x) { return x; }
static inline float to_f32(Bf16 x) { return bf16_to_f32(x.bits); }
static inline float to_f32(F16 x) { return f16_to_f32(x.bits); }

// Copies the runs that are seen into f32 scratch, values padded to whole vectors.
template <typename T>
static void stage_block(const QueryRows* x, const KeyBlock* b, uint64_t any, KeyBlock* staged) {
  float* keys = x->stage;
  float* values = x->stage + kKeyBlock * x->d;
  for (int i = 0; i < kKeyRuns; ++i) {
    staged->k[i] = keys + i * kKeyRun;
    staged->v[i] = values + i * kKeyRun * x->ldo;
    if (((any >> (i * kKeyRun)) & bits_below(kKeyRun)) == 0) continue;
    const T* k = static_cast<const T*>(b->k[i]);
    const T* v = static_cast<const T*>(b->v[i]);
    for (int j = 0; j < x->d; ++j) {
      for (int c = 0; c < kKeyRun; c += kLanes) {
        vstore(keys + j * kKeyBlock + i * kKeyRun + c, load_as_f32(k + j * b->k_stride + c));
      }
    }
    for (int j = 0; j < kKeyRun; ++j) {
      const T* from = v + j * b->v_stride;
      float* to = values + (i * kKeyRun + j) * x->ldo;
      int c = 0;
      for (; c + kLanes <= x->e; c += kLanes) vstore(to + c, load_as_f32(from + c));
      for (; c < x->e; ++c) to[c] = to_f32(from[c]);
      for (; c < x->ldo; ++c) to[c] = 0.0f;
    }
  }
  staged->k_stride = kKeyBlock;
  staged->v_stride = x->ldo;
}

// Values whose rows aren't whole vectors are staged, since a vector must not be
// read past the end of a page; so is what more than two tiles would convert again.
template <typename T>
static void block(const QueryRows* x, const KeyBlock* b, const uint64_t* visible) {
  uint64_t any = 0;
  for (int r = 0; r < x->rows; ++r) any |= visible[r];
  if (any == 0) return;
  const bool narrow = sizeof(T) < sizeof(float) && x->rows > kFewRows;
  if (!narrow && b->v_stride % kRowPad == 0) return attend<T>(x, b, visible);
  KeyBlock staged = {};  // nothing to fetch ahead: the next block is not staged yet
  stage_block<T>(x, b, any, &staged);
  attend<float>(x, &staged, visible);
}

static void merge(const QueryRows* into, const QueryRows* part) {
  for (int r = 0; r < into->rows; ++r) {
    float* l = into->l + r * kRowPad;
    const float* pl = part->l + r * kRowPad;
    float* o = into->o + r * into->ldo;
    const float* po = part->o + r * into->ldo;
    const float more = vreduce_add(vload(pl)), had = vreduce_add(vload(l));
    if (more == 0.0f) continue;
    if (had == 0.0f) {  // a row that sees one chunk only has the bits of that chunk
      into->m[r] = part->m[r];
      vstore(l, vload(pl));
      for (int i = 0; i < into->ldo; i += kLanes) vstore(o + i, vload(po + i));
      continue;
    }
    const vf m = vset1(into->m[r]), pm = vset1(part->m[r]);
    const vf both = larger(m, pm), base = softmax_base(both);
    const vf a = vexp_low(vsub(m, base)), b = vexp_low(vsub(pm, base));
    into->m[r] = largest_lane(both);
    vstore(l, vfma(vload(pl), b, vmul(vload(l), a)));
    for (int i = 0; i < into->ldo; i += kLanes) {
      vstore(o + i, vfma(vload(po + i), b, vmul(vload(o + i), a)));
    }
  }
}

static void finish(const QueryRows* x, float* const* out, float* sum) {
  for (int r = 0; r < x->rows; ++r) {
    const float l = vreduce_add(vload(x->l + r * kRowPad));
    const vf by = vset1(l == 0.0f ? 0.0f : 1.0f / l), nan = vset1(__builtin_nanf(""));
    const float* o = x->o + r * x->ldo;
    sum[r] = l;
    for (int i = 0; i < x->e; i += kLanes) {
      vf y = vmul(vload(o + i), by);
      y = vselect(visnan(y), nan, y);
      if (i + kLanes <= x->e) vstore(out[r] + i, y);
      else vstore_n(out[r] + i, y, x->e - i);
    }
  }
}

const AttentionKernels attention_kernels = {
    load_row, transpose, begin, {block<float>, block<Bf16>, block<F16>}, merge, finish};

}  // namespace rs::RS_ISA
