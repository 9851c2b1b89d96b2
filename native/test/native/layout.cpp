// Operations that move values, for every element width, against index arithmetic.
#include <algorithm>
#include <numeric>

#include "check.hpp"

namespace rs::test {
namespace {

using Shape = std::vector<int64_t>;
constexpr DType kWidths[] = {DType::f32, DType::bf16, DType::u8};

Array random_bytes(Random& random, DType dtype, const Shape& shape) {
  Array a(dtype, shape);
  for (size_t i = 0; i < a.bytes(); ++i) a.raw()[i] = static_cast<uint8_t>(random.next() >> 13);
  return a;
}

bool same_element(const Array& a, int64_t i, const Array& b, int64_t j) {
  const size_t width = dtype_bytes(a.tensor().dtype);
  return std::memcmp(a.raw() + static_cast<size_t>(i) * width,
                     b.raw() + static_cast<size_t>(j) * width, width) == 0;
}
bool zero_element(const Array& a, int64_t i) {
  const size_t width = dtype_bytes(a.tensor().dtype);
  const uint8_t* p = a.raw() + static_cast<size_t>(i) * width;
  return std::all_of(p, p + width, [](uint8_t byte) { return byte == 0; });
}

// The coordinates of flat index i.
Shape coordinates(const Array& a, int64_t i) {
  Shape c(static_cast<size_t>(a.tensor().rank));
  for (size_t axis = c.size(); axis-- > 0;) {
    c[axis] = i % a.tensor().shape[axis];
    i /= a.tensor().shape[axis];
  }
  return c;
}
int64_t flat(const Array& a, const Shape& c) {
  int64_t i = 0;
  for (size_t axis = 0; axis < c.size(); ++axis) i = i * a.tensor().shape[axis] + c[axis];
  return i;
}

void permutes(Random& random) {
  const std::vector<std::pair<Shape, Shape>> cases = {
      {{}, {}},
      {{5}, {0}},
      {{33, 65}, {1, 0}},
      {{1, 65}, {1, 0}},
      {{700, 3}, {1, 0}},
      {{3, 2100}, {1, 0}},
      {{300, 257}, {1, 0}},
      {{0, 4}, {1, 0}},
      {{2, 5, 3, 16}, {0, 2, 1, 3}},
      {{4, 9, 17}, {0, 2, 1}},
      {{4, 9, 17}, {2, 0, 1}},
      {{4, 9, 17}, {2, 1, 0}},
      {{2, 1, 7, 1, 3}, {4, 3, 2, 1, 0}},
      {{2, 3, 2, 3, 2, 3, 2, 3}, {7, 1, 5, 3, 4, 0, 6, 2}},
  };
  for (const auto& [shape, axes] : cases) {
    for (DType dtype : kWidths) {
      const Array x = random_bytes(random, dtype, shape);
      Shape out;
      for (int64_t axis : axes) out.push_back(shape[static_cast<size_t>(axis)]);
      const Array y(dtype, out);
      run("permute", {x}, {y}, std::vector<double>(axes.begin(), axes.end()));
      for (int64_t i = 0; i < y.size(); ++i) {
        const Shape c = coordinates(y, i);
        Shape from(c.size());
        for (size_t k = 0; k < c.size(); ++k) from[static_cast<size_t>(axes[k])] = c[k];
        if (!same_element(y, i, x, flat(x, from))) {
          fail("permute at " + std::to_string(i));
          break;
        }
      }
    }
  }
}

void slices_and_puts_back(Random& random) {
  struct Case {
    Shape whole, starts, steps, part;
  };
  const Case cases[] = {
      {{10}, {2}, {1}, {5}},
      {{10}, {9}, {-1}, {10}},
      {{10}, {1}, {3}, {3}},
      {{6, 40}, {1, 8}, {1, 1}, {4, 16}},
      {{6, 40}, {0, 1}, {2, 2}, {3, 20}},
      {{3, 4, 5}, {0, 2, 0}, {1, 1, 1}, {3, 2, 5}},
      {{3, 4, 5}, {2, 3, 4}, {-1, -1, -2}, {3, 4, 3}},
      {{200, 300}, {0, 100}, {1, 1}, {200, 150}},
      {{4, 4}, {0, 0}, {1, 1}, {0, 4}},
      {{}, {}, {}, {}},
  };
  for (const Case& c : cases) {
    for (DType dtype : kWidths) {
      const Array x = random_bytes(random, dtype, c.whole);
      const Array y(dtype, c.part), back(dtype, c.whole);
      std::vector<double> attrs(c.starts.begin(), c.starts.end());
      attrs.insert(attrs.end(), c.steps.begin(), c.steps.end());
      run("slice", {x}, {y}, attrs);
      run("slice_grad", {y}, {back}, attrs);
      std::vector<bool> taken(static_cast<size_t>(x.size()));
      for (int64_t i = 0; i < y.size(); ++i) {
        Shape at = coordinates(y, i);
        for (size_t k = 0; k < at.size(); ++k) at[k] = c.starts[k] + at[k] * c.steps[k];
        const int64_t j = flat(x, at);
        taken[static_cast<size_t>(j)] = true;
        check(same_element(y, i, x, j), "slice");
        check(same_element(back, j, x, j), "slice_grad puts back");
      }
      for (int64_t i = 0; i < x.size(); ++i) {
        if (!taken[static_cast<size_t>(i)]) check(zero_element(back, i), "slice_grad zeros the rest");
      }
    }
  }
}

void concatenates(Random& random) {
  struct Case {
    std::vector<Shape> parts;
    Shape whole;
    size_t axis;
  };
  const Case cases[] = {
      {{{3}, {0}, {5}}, {8}, 0},
      {{{2, 3}, {4, 3}}, {6, 3}, 0},
      {{{7, 3}, {7, 1}, {7, 16}}, {7, 20}, 1},
      {{{2, 3, 4}, {2, 5, 4}}, {2, 8, 4}, 1},
      {{{0, 3}, {0, 2}}, {0, 5}, 1},
      {{{300, 128}, {300, 72}}, {300, 200}, 1},
  };
  for (const Case& c : cases) {
    for (DType dtype : kWidths) {
      Arrays parts;
      for (const Shape& shape : c.parts) parts.push_back(random_bytes(random, dtype, shape));
      const Array y(dtype, c.whole);
      run("concat", parts, {y}, {double(c.axis)});
      int64_t offset = 0;
      for (const Array& x : parts) {
        for (int64_t i = 0; i < x.size(); ++i) {
          Shape at = coordinates(x, i);
          at[c.axis] += offset;
          check(same_element(x, i, y, flat(y, at)), "concat");
        }
        offset += x.tensor().shape[c.axis];
      }
    }
  }
}

void broadcasts_fills_copies(Random& random) {
  const std::vector<std::pair<Shape, Shape>> cases = {
      {{}, {3, 4}}, {{4}, {3, 4}}, {{3, 1}, {3, 4}},  {{2, 1, 5}, {2, 7, 5}},
      {{1}, {0}},   {{5}, {5}},    {{1, 9}, {5000, 9}}, {{1, 3, 1}, {4, 3, 33}},
  };
  for (const auto& [from, to] : cases) {
    for (DType dtype : kWidths) {
      const Array x = random_bytes(random, dtype, from), y(dtype, to);
      run("broadcast_to", {x}, {y});
      for (int64_t i = 0; i < y.size(); ++i) {
        const Shape c = coordinates(y, i);
        Shape at(c.end() - static_cast<int64_t>(from.size()), c.end());
        for (size_t k = 0; k < at.size(); ++k) at[k] = from[k] == 1 ? 0 : at[k];
        check(same_element(y, i, x, flat(x, at)), "broadcast_to");
      }
    }
  }
  for (int64_t n : {int64_t{0}, int64_t{1}, int64_t{33}, int64_t{100003}}) {
    const Array x = random_bytes(random, DType::bf16, {n}), y(DType::bf16, {n});
    run("copy", {x}, {y});
    check(x.same_bits(y), "copy");
    const Array floats = f32({n}), ints = i32({n});
    run("fill", {}, {floats}, {2.5});
    run("fill", {}, {ints}, {-7});
    for (int64_t i = 0; i < n; ++i) {
      check(floats.f()[i] == 2.5f && ints.i()[i] == -7, "fill");
    }
  }
}

void refuses_what_does_not_fit() {
  const Array x = f32({3, 4});
  expect_refused("permute", {x}, {f32({4, 3})}, {0, 1}, "ERR_SHAPE");
  expect_refused("permute", {x}, {f32({3, 3})}, {0, 0}, "ERR_PROGRAM");
  expect_refused("permute", {f32({4, 4})}, {f32({4, 4})}, {0, 0}, "ERR_PROGRAM");
  expect_refused("permute", {x}, {f32({4, 3})}, {1}, "ERR_PROGRAM");
  expect_refused("slice", {x}, {f32({3, 4})}, {0, 1, 1, 1}, "ERR_SHAPE");
  expect_refused("slice", {x}, {f32({3, 2})}, {0, 0, 1, -1}, "ERR_SHAPE");
  expect_refused("slice", {x}, {f32({3, 2})}, {0, -1, 1, 1}, "ERR_SHAPE");
  expect_refused("slice", {x}, {f32({3, 2})}, {0, 0, 1, 0}, "ERR_SHAPE");
  expect_refused("slice_grad", {x}, {f32({3, 3})}, {0, 0, 1, 1}, "ERR_SHAPE");
  expect_refused("slice", {x}, {i32({3, 2})}, {0, 0, 1, 1}, "ERR_DTYPE");
  expect_refused("concat", {x, x}, {f32({3, 7})}, {1}, "ERR_SHAPE");
  expect_refused("concat", {x, f32({2, 4})}, {f32({3, 8})}, {1}, "ERR_SHAPE");
  expect_refused("concat", {x}, {x}, {2}, "ERR_PROGRAM");
  expect_refused("broadcast_to", {x}, {f32({3, 5})}, {}, "ERR_SHAPE");
  expect_refused("fill", {}, {i32({2})}, {0.5}, "ERR_PROGRAM");
  expect_refused("copy", {x}, {f32({4, 3})}, {}, "ERR_SHAPE");
}

}  // namespace
}  // namespace rs::test

int main() {
  using namespace rs::test;
  return each_isa(21, [] {
    Random random(21);
    permutes(random);
    slices_and_puts_back(random);
    concatenates(random);
    broadcasts_fills_copies(random);
    refuses_what_does_not_fit();
  });
}
