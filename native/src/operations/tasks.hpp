// How work is cut for the threads. The cuts decide only who computes what, never
// the bits, except where a caller says that its blocks are fixed.
#pragma once
#include <algorithm>
#include <vector>

#include "../base/thread_pool.hpp"

namespace rs {

// Values a task should touch: about 10 microseconds of work where memory is the
// limit, so that taking a task costs under 1% of doing it.
inline constexpr int64_t kGrain = 32 * 1024;

inline constexpr int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

// Where [0, n) is cut for large tasks: pieces of `most` at first, smaller towards
// the end (guided self-scheduling, Polychronopoulos & Kuck 1987), so that threads
// that begin together end together. n_pieces + 1 bounds.
inline std::vector<int64_t> guided_cuts(int64_t n, int64_t least, int64_t most, int threads) {
  std::vector<int64_t> cuts = {0};
  while (cuts.back() < n) {
    const int64_t left = n - cuts.back();
    const int64_t piece = std::clamp(left / (2 * static_cast<int64_t>(threads)), least, most);
    cuts.push_back(cuts.back() + std::min(piece, left));
  }
  return cuts;
}

// body(begin, end) over [0, n) in pieces of `piece`, the last one shorter.
template <typename Body>
void parallel_for(ThreadPool& pool, int64_t n, int64_t piece, const Body& body) {
  if (n <= 0) return;
  piece = std::max<int64_t>(piece, 1);
  if (n <= piece) return body(int64_t{0}, n);
  pool.run(static_cast<size_t>(ceil_div(n, piece)), [&](size_t task, int) {
    const int64_t begin = static_cast<int64_t>(task) * piece;
    body(begin, std::min(begin + piece, n));
  });
}

// The same over rows of `row` values each.
template <typename Body>
void parallel_rows(ThreadPool& pool, int64_t rows, int64_t row, const Body& body) {
  parallel_for(pool, rows, kGrain / std::max<int64_t>(row, 1), body);
}

}  // namespace rs
