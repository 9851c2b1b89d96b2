// The output projection inside a loss: logits of a chunk of rows, one tile of
// the vocabulary at a time, each tile left as exponentials of its distances to
// its own maximum. The whole row's normaliser follows from the tiles' maxima and
// sums, so every logit costs one exponential, while it is in the cache.
#pragma once
#include "../base/thread_pool.hpp"
#include "../program/operation.hpp"
#include "carver.hpp"

namespace rs {

// Columns of a tile: fixed, since a row's sum is taken tile by tile.
inline constexpr int64_t kHeadTile = 128;
// Columns that lie together in memory, row after row, where logits are kept: a
// block of rows then spans few pages, and none of its lines share a cache set.
inline constexpr int64_t kHeadBlock = 3 * kHeadTile;
inline constexpr int64_t kHeadRows = 576;  // at most, in a chunk

struct Head {
  const float* x;  // [R, k]
  const float* w;  // [v, k]
  int64_t k, v;
  int64_t tiles() const { return (v + kHeadTile - 1) / kHeadTile; }
};

// Buffers of one chunk; `capacity` rows, at most kHeadRows.
struct HeadChunk {
  int64_t capacity = 0;
  float* x = nullptr;       // [rows, k], gathered
  float* tiles = nullptr;   // the same, packed
  float* largest = nullptr; // [tiles of v][capacity]
  float* sum = nullptr;     // the same
  float* target = nullptr;  // [capacity], the target's logit
  float* scratch = nullptr; // [threads][scratch_floats]
  int64_t scratch_floats = 0;

  HeadChunk(Carver& carver, const Head& head, int64_t capacity, int64_t scratch_floats,
            int threads);
};

// Scratch of one thread that head_logits needs.
int64_t head_scratch_floats(const Head& head, int64_t capacity, bool keeps_logits);

// Fills x, tiles, largest, sum and target for rows[0..n) of the head's x, and
// kept, where not null: [blocks][n][kHeadBlock] exponentials.
void head_logits(ThreadPool& pool, const Head& head, const HeadChunk& chunk, const int32_t* rows,
                 int64_t n, const int32_t* targets, float* kept);

// ln of the sum over row r of the chunk, in double.
double head_logsumexp(const Head& head, const HeadChunk& chunk, int64_t r);

// The rows whose target is not ignored, ascending; returns their number.
int64_t kept_rows(const Tensor& targets, int64_t ignored, int32_t* rows);

}  // namespace rs
