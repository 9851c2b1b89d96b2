// How work is cut for the threads. The cuts decide only who computes what, never
// the bits, except where a caller says that its blocks are fixed.
#pragma once
#include <algorithm>

#include "../base/thread_pool.hpp"

namespace rs {

// Values a task should touch: about 10 microseconds of work where memory is the
// limit, so that taking a task costs under 1% of doing it.
inline constexpr int64_t kGrain = 32 * 1024;

inline constexpr int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

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
