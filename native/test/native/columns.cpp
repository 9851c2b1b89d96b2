// Columns taken out and put in their place: every value where it should be, any rows and
// threads, and columns that can't be are refused before anything is written.
#include <algorithm>

#include "check.hpp"

using namespace rs;
using namespace rs::test;

namespace {

Array ascending(Random& random, int64_t count, int64_t k) {
  std::vector<int32_t> all;
  for (int64_t i = 0; i < k; ++i) all.push_back(int32_t(i));
  for (int64_t i = 0; i < count; ++i) std::swap(all[size_t(i)], all[size_t(i + random.below(k - i))]);
  std::sort(all.begin(), all.begin() + count);
  Array columns = i32({count});
  std::copy_n(all.data(), count, columns.i());
  return columns;
}

void check_columns(Random& random, int64_t rows, int64_t k, int64_t count, int64_t width) {
  const Array x = random_f32(random, {rows, k}), columns = ascending(random, count, k);
  const std::vector<double> attrs = {double(k), double(width)};
  Array taken = f32({rows, width}), back = f32({rows, k});
  run("take_columns", {x, columns}, {taken}, attrs);
  run("put_columns", {taken, columns}, {back}, attrs);
  bool same = true;
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t i = 0; i < width; ++i) {
      same = same && taken.f()[r * width + i] ==
                         (i < count ? x.f()[r * k + columns.i()[i]] : 0.0f);
    }
    for (int64_t j = 0; j < k; ++j) {
      const bool there = std::binary_search(columns.i(), columns.i() + count, int32_t(j));
      same = same && back.f()[r * k + j] == (there ? x.f()[r * k + j] : 0.0f);
    }
  }
  check(same, "take_columns, put_columns: each value where it belongs, zeros elsewhere");
}

void check_refusals() {
  const Array x = f32({3, 8}), taken = f32({3, 4});
  const auto refused = [&](const Array& columns, const char* code) {
    expect_refused("take_columns", {x, columns}, {taken}, {8, 4}, code);
    expect_refused("put_columns", {taken, columns}, {x}, {8, 4}, code);
  };
  refused(i32({2}, {3, 3}), "ERR_VALUE");
  refused(i32({2}, {5, 2}), "ERR_VALUE");
  refused(i32({1}, {8}), "ERR_VALUE");
  refused(i32({1}, {-1}), "ERR_VALUE");
  refused(i32({5}, {0, 1, 2, 3, 4}), "ERR_SHAPE");
  refused(f32({2}), "ERR_DTYPE");
  const Array two = i32({2}, {1, 2});
  expect_refused("take_columns", {x, two}, {f32({2, 4})}, {8, 4}, "ERR_SHAPE");
  expect_refused("take_columns", {x, two}, {taken}, {8, 5}, "ERR_PROGRAM");
  expect_refused("put_columns", {taken, two}, {x}, {9, 4}, "ERR_PROGRAM");
}

}  // namespace

int main() {
  constexpr uint64_t kSeed = 20266;
  return each_isa(kSeed, [] {
    Random random(kSeed);
    for (int64_t rows : {0, 1, 2, 37, 5000}) {
      for (int64_t k : {1, 31, 100}) {
        for (int64_t count : {int64_t{0}, int64_t{1}, k / 3, k}) {
          if (count > k) continue;
          check_columns(random, rows, k, count, count + random.below(5));
        }
      }
    }
    check_refusals();
  });
}
