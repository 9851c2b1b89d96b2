// Reductions, argmax, top-k and softmax against double references.
#include <algorithm>
#include <numeric>

#include "check.hpp"

namespace rs::test {
namespace {

using Shape = std::vector<int64_t>;

std::vector<double> reduce_reference(const Array& x, int kind, const std::vector<int>& axes) {
  const Tensor& t = x.tensor();
  int64_t results = 1;
  for (int i = 0; i < t.rank; ++i) {
    if (std::find(axes.begin(), axes.end(), i) == axes.end()) results *= t.shape[i];
  }
  const double start = kind == 1 ? -INFINITY : kind == 2 ? INFINITY : 0;
  std::vector<double> y(static_cast<size_t>(results), start);
  for (int64_t i = 0; i < x.size(); ++i) {
    int64_t rest = i, at = 0, stride = 1;
    for (int axis = t.rank - 1; axis >= 0; --axis) {
      const int64_t index = rest % t.shape[axis];
      rest /= t.shape[axis];
      if (std::find(axes.begin(), axes.end(), axis) != axes.end()) continue;
      at += index * stride;
      stride *= t.shape[axis];
    }
    double& r = y[static_cast<size_t>(at)];
    const double v = x.f()[i];
    if (kind == 0 || kind == 3) r += v;
    else if (std::isnan(r) || std::isnan(v)) r = NAN;
    else r = kind == 1 ? std::max(r, v) : std::min(r, v);
  }
  if (kind == 3) {
    for (double& v : y) v /= static_cast<double>(x.size()) / static_cast<double>(results);
  }
  return y;
}

void reduces_any_axes(Random& random) {
  const std::vector<std::pair<Shape, std::vector<int>>> cases = {
      {{}, {}},
      {{7}, {0}},
      {{1}, {0}},
      {{1000}, {0}},
      {{40000}, {0}},
      {{5, 33}, {1}},
      {{5, 33}, {0}},
      {{5, 33}, {}},
      {{5, 33}, {0, 1}},
      {{700, 3}, {0}},
      {{600, 1100}, {0}},
      {{70000, 1}, {0}},
      {{9000, 4}, {0}},
      {{40, 130, 3}, {1}},
      {{3, 1500, 2}, {1}},
      {{3, 20000}, {1}},
      {{4, 5, 6}, {1}},
      {{4, 5, 6}, {0, 2}},
      {{4, 1, 6}, {0, 2}},
      {{3, 4, 5, 6}, {1, 3}},
      {{3, 4, 5, 6}, {0, 1, 3}},
      {{2, 3, 2, 3, 2, 3, 2, 3}, {0, 2, 4, 6}},
      {{2, 3, 2, 3, 2, 3, 2, 3}, {1, 3, 5, 7}},
      {{0, 4}, {1}},
      {{0, 4}, {0}},
      {{4, 0}, {1}},
  };
  for (const auto& [shape, axes] : cases) {
    for (int kind = 0; kind < 4; ++kind) {
      for (int keep = 0; keep < 2; ++keep) {
        Shape out;
        for (int i = 0; i < static_cast<int>(shape.size()); ++i) {
          if (std::find(axes.begin(), axes.end(), i) == axes.end()) out.push_back(shape[size_t(i)]);
          else if (keep) out.push_back(1);
        }
        const Array x = random_f32(random, shape), y = f32(out);
        std::vector<double> attrs = {double(kind), double(keep)};
        attrs.insert(attrs.end(), axes.begin(), axes.end());
        run("reduce", {x}, {y}, attrs);
        // A mean's error is relative to the values, a sum's grows with their number.
        const double scale = kind == 0 ? double(x.size()) / std::max<double>(1, double(y.size())) : 1;
        expect_close("reduce " + std::to_string(kind), y.f(), reduce_reference(x, kind, axes),
                     1.5e-6 * std::max(1.0, std::sqrt(scale)), 1e-6);
      }
    }
  }
}

// The first `n` of an axis.
Array first_of(const Array& x, int axis, int64_t n) {
  const Tensor& t = x.tensor();
  Shape shape(t.shape, t.shape + t.rank);
  int64_t inner = 1;
  for (int i = axis + 1; i < t.rank; ++i) inner *= t.shape[i];
  const int64_t from = t.shape[axis] * inner, to = n * inner;
  shape[size_t(axis)] = n;
  const Array y = f32(shape);
  for (int64_t i = 0; i * to < y.size(); ++i) std::copy_n(x.f() + i * from, to, y.f() + i * to);
  return y;
}

// What a result is reduced from does not change with the lengths of kept axes.
void results_do_not_depend_on_kept_axes(Random& random) {
  struct Case {
    Shape shape;
    std::vector<int> axes;
    int kept;  // the axis whose length varies
  };
  const Case cases[] = {
      {{130, 512}, {0}, 1},          {{9, 512}, {0}, 1},         {{8, 512, 64}, {0, 2}, 1},
      {{512, 70, 3}, {1}, 0},        {{512, 70, 1}, {1}, 0},     {{5, 512, 7, 2}, {0, 2}, 1},
      {{5, 512, 7, 1}, {0, 2}, 1},   {{512, 3, 90}, {1, 2}, 0},  {{2, 100, 512, 3}, {0, 1, 3}, 2},
      {{3, 512, 65, 1, 2}, {0, 2}, 1}, {{300, 1, 512}, {0, 1}, 2}, {{1, 512, 70}, {0, 2}, 1},
  };
  for (const Case& c : cases) {
    const Array x = random_f32(random, c.shape);
    Shape out;
    int kept = 0;
    for (int i = 0; i < int(c.shape.size()); ++i) {
      if (std::find(c.axes.begin(), c.axes.end(), i) != c.axes.end()) continue;
      if (i == c.kept) kept = int(out.size());
      out.push_back(c.shape[size_t(i)]);
    }
    for (double kind : {0, 1}) {
      std::vector<double> attrs = {kind, 0};
      attrs.insert(attrs.end(), c.axes.begin(), c.axes.end());
      const Array all = f32(out);
      run("reduce", {x}, {all}, attrs);
      for (int64_t n = 1; n < c.shape[size_t(c.kept)]; ++n) {
        const Array want = first_of(all, kept, n);
        Array got = want.clone();
        got.poison();
        const Status status = run_on("reduce", {first_of(x, c.kept, n)}, {got}, attrs, 1 + n % 3);
        check(status.ok() && got.same_bits(want),
              "reduce " + describe(x.tensor()) + ": same bits with axis " + std::to_string(c.kept) +
                  " of length " + std::to_string(n));
      }
    }
  }
}

void reduces_special_values() {
  const float inf = INFINITY;
  for (int64_t n : {int64_t{1}, int64_t{5}, int64_t{17}, int64_t{100}}) {
    for (float special : {float(NAN), inf, -inf}) {
      for (int64_t at : {int64_t{0}, n / 2, n - 1}) {
        Array x = f32({2, n}, std::vector<float>(size_t(2 * n), 1.0f));
        x.f()[at] = special;
        for (int kind = 0; kind < 4; ++kind) {
          const Array rows = f32({2}), columns = f32({n});
          run("reduce", {x}, {rows}, {double(kind), 0, 1});
          run("reduce", {x}, {columns}, {double(kind), 0, 0});
          expect_close("special in row", rows.f(), reduce_reference(x, kind, {1}), 0, 1e-6);
          expect_close("special in column", columns.f(), reduce_reference(x, kind, {0}), 0, 1e-6);
        }
      }
    }
  }
}

// Equal values round the same way every time: one chain of 2^20 would be off by percents.
void long_sums_keep_their_digits() {
  const int64_t n = 1 << 20;
  const Array x = f32({n}, std::vector<float>(size_t(n), 0.1f)), y = f32({}), m = f32({1});
  run("reduce", {x}, {y}, {0, 0, 0});
  check(std::fabs(y.f()[0] / (double(0.1f) * n) - 1) < 1e-5, "a sum of 2^20 values");
  const Array tall = f32({n, 1}, std::vector<float>(size_t(n), 0.1f));
  run("reduce", {tall}, {m}, {3, 0, 0});
  check(std::fabs(m.f()[0] / double(0.1f) - 1) < 1e-5, "a mean over rows");
  const int64_t rows = 1 << 16;
  const Array wide = f32({rows, 2}, std::vector<float>(size_t(2 * rows), 0.1f)), two = f32({2});
  run("reduce", {wide}, {two}, {0, 0, 0});
  check(std::fabs(two.f()[1] / (double(0.1f) * rows) - 1) < 3e-6, "a sum of 2^16 rows");
}

bool before(float a, float b) {  // a NaN is above all
  if (std::isnan(a)) return !std::isnan(b);
  return !std::isnan(b) && a > b;
}

void finds_the_largest(Random& random) {
  for (int64_t n : {1, 2, 7, 16, 17, 255, 256, 257, 1000, 5003}) {
    const int64_t rows = 5;
    const Array x = random_f32(random, {rows, n}), y = i32({rows});
    for (int64_t i = 0; i < n; ++i) x.f()[i] = float(random.below(4));             // ties
    for (int64_t i = 0; i < n; ++i) x.f()[n + i] = i % 2 == 0 ? -0.0f : 0.0f;      // equal zeros
    if (n > 3) x.f()[2 * n + n / 2] = x.f()[2 * n + n - 1] = NAN;
    for (int64_t i = 0; i < n; ++i) x.f()[3 * n + i] = -INFINITY;
    run("argmax", {x}, {y});
    for (int64_t k : {int64_t{1}, std::min<int64_t>(n, 5), n}) {
      const Array values = f32({rows, k}), indices = i32({rows, k});
      run("top_k", {x}, {values, indices});
      for (int64_t r = 0; r < rows; ++r) {
        const float* row = x.f() + r * n;
        std::vector<int32_t> order(static_cast<size_t>(n));
        std::iota(order.begin(), order.end(), 0);
        std::stable_sort(order.begin(), order.end(),
                         [&](int32_t a, int32_t b) { return before(row[a], row[b]); });
        check(y.i()[r] == order[0], "argmax of row " + std::to_string(r));
        for (int64_t j = 0; j < k; ++j) {
          const int32_t want = order[size_t(j)];
          check(indices.i()[r * k + j] == want &&
                    std::memcmp(values.f() + r * k + j, row + want, 4) == 0,
                "top_k of row " + std::to_string(r));
        }
      }
    }
  }
  const Array none = f32({0, 9}), y = i32({0});
  run("argmax", {none}, {y});
  run("top_k", {none}, {f32({0, 2}), i32({0, 2})});
  run("top_k", {f32({2, 3}, std::vector<float>(6, 1.0f))}, {f32({2, 0}), i32({2, 0})});
}

// Ascending values: every block holds a new best.
void top_k_of_rising_values() {
  const int64_t n = 3000, k = 40;
  Array x = f32({1, n}), values = f32({1, k}), indices = i32({1, k});
  for (int64_t i = 0; i < n; ++i) x.f()[i] = float(i);
  run("top_k", {x}, {values, indices});
  for (int64_t j = 0; j < k; ++j) check(indices.i()[j] == n - 1 - j, "top_k of rising values");
}

std::vector<double> softmax_reference(const std::vector<double>& x, int64_t n, bool log) {
  std::vector<double> y;
  for (size_t row = 0; n > 0 && row < x.size(); row += size_t(n)) {
    double m = -INFINITY, sum = 0;
    for (int64_t i = 0; i < n; ++i) {
      const double v = x[row + size_t(i)];
      m = std::isnan(v) || std::isnan(m) ? NAN : std::max(m, v);
    }
    for (int64_t i = 0; i < n; ++i) sum += std::exp(x[row + size_t(i)] - m);
    for (int64_t i = 0; i < n; ++i) {
      const double d = x[row + size_t(i)] - m;
      y.push_back(log ? d - std::log(sum) : std::exp(d) / sum);
    }
  }
  return y;
}

void softmax_and_adjoint(Random& random) {
  for (int log = 0; log < 2; ++log) {
    for (int64_t n : kOddSizes) {
      const Array x = random_f32(random, {3, n}, -20.0f, 20.0f), y = f32({3, n});
      run("softmax", {x}, {y}, {double(log)});
      expect_close("softmax", y.f(), softmax_reference(doubles(x), n, log), 3e-6 * log + 1e-30, 3e-6);
    }
    for (int64_t n : {1, 5, 16, 19}) {
      const Array x = random_f32(random, {2, n}), dy = random_f32(random, {2, n});
      const Array y = f32({2, n}), dx = f32({2, n});
      run("softmax", {x}, {y}, {double(log)});
      run("softmax_grad", {y, dy}, {dx}, {double(log)});
      const std::vector<double> weights = doubles(dy);
      const auto want = differences(doubles(x), [&](const std::vector<double>& v) {
        return dot(softmax_reference(v, n, log), weights);
      });
      expect_close("softmax_grad", dx.f(), want, 5e-6, 1e-5);
    }
  }
}

void softmax_of_special_values(Random& random) {
  const int64_t n = 37;
  const Array x = random_f32(random, {6, n});
  x.f()[0 * n + 36] = NAN;
  x.f()[1 * n + 5] = INFINITY;
  for (int64_t i = 0; i < n; ++i) x.f()[2 * n + i] = -INFINITY;
  x.f()[3 * n + 4] = -INFINITY;
  x.f()[4 * n + 4] = 3e38f;
  for (int log = 0; log < 2; ++log) {
    const Array y = f32({6, n}), alone = f32({1, n});
    run("softmax", {x}, {y}, {double(log)});
    expect_close("softmax of special values", y.f(), softmax_reference(doubles(x), n, log), 1e-5,
                 1e-5);
    Array last = f32({1, n}, std::vector<float>(x.f() + 5 * n, x.f() + 6 * n));
    run("softmax", {last}, {alone}, {double(log)});
    check(std::memcmp(alone.f(), y.f() + 5 * n, alone.bytes()) == 0,
          "a row's bits are its own, beside NaN and infinity");
  }
}

void refuses_what_does_not_fit() {
  const Array x = f32({3, 4});
  expect_refused("reduce", {x}, {f32({3})}, {0, 0, 0}, "ERR_SHAPE");
  expect_refused("reduce", {x}, {f32({3})}, {0, 1, 1}, "ERR_SHAPE");
  expect_refused("reduce", {x}, {f32({3})}, {0, 0, 1, 1}, "ERR_PROGRAM");
  expect_refused("reduce", {x}, {f32({3})}, {4, 0, 1}, "ERR_PROGRAM");
  expect_refused("reduce", {x}, {f32({3})}, {0, 0, 2}, "ERR_PROGRAM");
  expect_refused("reduce", {x}, {f32({3})}, {}, "ERR_PROGRAM");
  expect_refused("argmax", {f32({3, 0})}, {i32({3})}, {}, "ERR_SHAPE");
  expect_refused("argmax", {x}, {f32({3})}, {}, "ERR_DTYPE");
  expect_refused("top_k", {x}, {f32({3, 5}), i32({3, 5})}, {}, "ERR_SHAPE");
  expect_refused("top_k", {x}, {f32({3, 2}), i32({3, 3})}, {}, "ERR_SHAPE");
  expect_refused("softmax", {f32({})}, {f32({})}, {0}, "ERR_SHAPE");
  expect_refused("softmax", {x}, {x}, {2}, "ERR_PROGRAM");
}

}  // namespace
}  // namespace rs::test

int main() {
  using namespace rs::test;
  return each_isa(31, [] {
    Random random(31);
    reduces_any_axes(random);
    results_do_not_depend_on_kept_axes(random);
    reduces_special_values();
    long_sums_keep_their_digits();
    finds_the_largest(random);
    top_k_of_rising_values();
    softmax_and_adjoint(random);
    softmax_of_special_values(random);
    refuses_what_does_not_fit();
  });
}
