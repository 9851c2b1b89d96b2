// Attention of a block of query rows over a block of keys, with the softmax kept
// online (Milakov & Gimelshein 2018, section 3; tiled as in Dao et al. 2022).
//
// What fixes a row's bits: keys are visited in ascending blocks of kKeyBlock that
// are counted from key position 0; every score is one ascending chain over the
// head's dimensions, and every output element one ascending chain over the keys
// that the row sees. How many rows share a call, where keys lie in memory and
// which of them other rows see changes nothing. A key that a row doesn't see is
// never multiplied for it, not even by zero, so NaN there stays there.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "family.hpp"

namespace rs {

constexpr int kKeyBlock = 64;             // keys of one call, and bits of a row's mask
constexpr int kKeyRun = 16;               // keys that are adjacent in memory; no page is smaller
constexpr int kKeyRuns = kKeyBlock / kKeyRun;
constexpr int kQueryBlock = 48;           // rows of one call
constexpr int kKeyChunk = 2048;           // keys after which partial results are merged
constexpr int kRowPad = 16;               // leading dimensions in scratch are multiples of this

constexpr int padded_width(int n) { return (n + kRowPad - 1) / kRowPad * kRowPad; }

// Where a block's keys and values are, a run at a time. Runs that no row sees may
// point anywhere; they are not read beyond the runs between the first and the
// last that some row of a tile sees.
struct KeyBlock {
  const void* k[kKeyRuns];  // transposed: [d][k_stride], kKeyRun keys of each line
  const void* v[kKeyRuns];  // [kKeyRun][v_stride]
  ptrdiff_t k_stride, v_stride;  // in elements
  const void* next_k[kKeyRuns];  // the keys wanted next, to be fetched; null for none
};

// Query rows with the state of their softmax.
struct QueryRows {
  int rows;        // at most kQueryBlock
  int d, e;        // dimensions of keys and of values
  int ldq, ldo;    // padded_width(d), padded_width(e)
  float* q;        // [rows][ldq], already scaled
  float* m;        // [rows] largest score so far
  float* l;        // [rows][kRowPad] sums of exp(score - m), by lane
  float* o;        // [rows][ldo] sums of exp(score - m) * v
  float* s;        // [rows][kKeyBlock] scratch
  float* stage;    // kKeyBlock * (d + ldo) floats of scratch for half-precision blocks
};

// visible[r] has bit j set where row r sees key j of the block.
using AttentionBlock = void (*)(const QueryRows*, const KeyBlock*, const uint64_t* visible);

struct AttentionKernels {
  // y[0..padded) = x[0..n) * scale, then zeros. soon, if not null, is a row to fetch
  // meanwhile: rows of one head lie a whole row of heads apart.
  void (*load_row)(const float* x, const float* soon, float scale, int n, int padded, float* y);
  // panel[d][kKeyBlock] from keys rows x[key * ld + d]; columns from keys on are zeros.
  void (*transpose)(const float* x, ptrdiff_t ld, int keys, int d, float* panel);
  void (*begin)(const QueryRows*);
  AttentionBlock block[3];  // by the type of keys and values: f32, bf16, f16
  // Joins part, which saw later keys, into the first.
  void (*merge)(const QueryRows* into, const QueryRows* part);
  // out[r][0..e) = o / l, zeros where nothing was seen; sum[r] = l. NaN is made
  // the one quiet NaN, whose bits don't depend on operand order.
  void (*finish)(const QueryRows*, float* const* out, float* sum);
};

}  // namespace rs

RS_FAMILY_DECLARE(AttentionKernels, attention_kernels)
