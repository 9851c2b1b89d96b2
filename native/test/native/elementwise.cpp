// Elementwise operations against double references, and their adjoints against
// finite differences of those references.
#include <algorithm>

#include "base/half.hpp"
#include "check.hpp"

namespace rs::test {
namespace {

double gelu_tanh(double x) {
  return 0.5 * x * (1 + std::tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)));
}

double unary_reference(int kind, double x) {
  switch (kind) {
    case 0: return -x;
    case 1: return std::exp(x);
    case 2: return std::log(x);
    case 3: return std::sqrt(x);
    case 4: return 1 / std::sqrt(x);
    case 5: return 1 / x;
    case 6: return std::tanh(x);
    case 7: return 1 / (1 + std::exp(-x));
    case 8: return x / (1 + std::exp(-x));
    case 9: return gelu_tanh(x);
    case 10: return 0.5 * x * (1 + std::erf(x * std::sqrt(0.5)));
    case 11: return std::isnan(x) ? x : std::max(x, 0.0);
    case 12: return x * x;
    case 13: return std::fabs(x);
    case 14: return x > 0 ? 1 : x < 0 ? -1 : x;
    case 15: return std::sin(x);
    case 16: return std::cos(x);
    case 17: return std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x)));
    default: return std::floor(x);
  }
}

double binary_reference(int kind, double a, double b) {
  const bool unordered = std::isnan(a) || std::isnan(b);
  switch (kind) {
    case 0: return a + b;
    case 1: return a - b;
    case 2: return a * b;
    case 3: return a / b;
    case 4: return unordered ? NAN : std::max(a, b);
    case 5: return unordered ? NAN : std::min(a, b);
    case 6: return std::pow(a, b);
    case 7: return a < b;
    case 8: return a <= b;
    default: return a == b;
  }
}

bool needs_positive(int kind) { return kind >= 2 && kind <= 5; }

void unary_matches_reference(Random& random) {
  for (int kind = 0; kind < 19; ++kind) {
    for (int64_t n : kOddSizes) {
      const Array x = needs_positive(kind) ? random_f32(random, {n}, 0.1f, 9.0f)
                                           : random_f32(random, {n}, -6.0f, 6.0f);
      const Array y = f32({n});
      run("unary", {x}, {y}, {double(kind)});
      std::vector<double> want;
      for (double v : doubles(x)) want.push_back(unary_reference(kind, v));
      expect_close("unary " + std::to_string(kind), y.f(), want, 1e-6, 4e-7);
    }
  }
  const Array x = random_f32(random, {3, 50021}, -6.0f, 6.0f), y = f32({3, 50021});
  run("unary", {x}, {y}, {8});
  std::vector<double> want;
  for (double v : doubles(x)) want.push_back(unary_reference(8, v));
  expect_close("unary on many tasks", y.f(), want, 1e-6, 4e-7);
}

void unary_grad_matches_differences(Random& random) {
  for (int kind = 0; kind < 18; ++kind) {
    for (int64_t n : kOddSizes) {
      const Array x = needs_positive(kind) ? random_f32(random, {n}, 0.2f, 5.0f)
                                           : random_f32(random, {n}, -5.0f, 5.0f);
      for (int64_t i = 0; i < n; ++i) {  // away from the corners of relu, abs and sign
        if (std::fabs(x.f()[i]) < 1e-3f) x.f()[i] = 0.5f;
      }
      const Array dy = random_f32(random, {n}), dx = f32({n});
      run("unary_grad", {x, dy}, {dx}, {double(kind)});
      std::vector<double> want;
      for (int64_t i = 0; i < n; ++i) {
        const double h = 1e-5, at = x.f()[i];
        want.push_back(dy.f()[i] *
                       (unary_reference(kind, at + h) - unary_reference(kind, at - h)) / (2 * h));
      }
      expect_close("unary_grad " + std::to_string(kind), dx.f(), want, 2e-6, 2e-6);
    }
  }
}

// Far out every derivative has a limit; none may become NaN on the way.
void unary_grad_reaches_its_limits() {
  const std::vector<float> far = {-3e38f, -1e20f, -200.0f, 200.0f, 1e20f, 3e38f};
  for (int kind : {6, 7, 8, 9, 10, 17}) {
    const Array x = f32({6}, far), dy = f32({6}, std::vector<float>(6, 1.0f)), dx = f32({6});
    run("unary_grad", {x, dy}, {dx}, {double(kind)});
    const double right = kind == 6 || kind == 7 ? 0 : 1;
    expect_close("limits of kind " + std::to_string(kind), dx.f(),
                 {0, 0, 0, right, right, right}, 1e-30, 0);
  }
  const Array x = f32({1}, {NAN}), dy = f32({1}, {1.0f}), dx = f32({1});
  for (int kind : {1, 6, 7, 8, 9, 10, 15}) {
    run("unary_grad", {x, dy}, {dx}, {double(kind)});
    check(std::isnan(dx.f()[0]), "unary_grad of NaN is NaN");
  }
}

// a's element for y's flat index i, by numpy's rule.
float broadcast_at(const Array& a, const Array& y, int64_t i) {
  const Tensor &s = a.tensor(), &t = y.tensor();
  int64_t at = 0, stride = 1;
  for (int axis = 1; axis <= t.rank; ++axis) {
    const int64_t n = t.shape[t.rank - axis], index = i % n;
    i /= n;
    if (axis > s.rank) continue;
    const int64_t m = s.shape[s.rank - axis];
    at += (m == 1 ? 0 : index) * stride;
    stride *= m;
  }
  return a.f()[at];
}

using Shape = std::vector<int64_t>;
struct Shapes {
  Shape a, b, y;
};
const Shapes kBroadcasts[] = {
    {{}, {}, {}},
    {{5}, {}, {5}},
    {{}, {3, 4}, {3, 4}},
    {{7, 33}, {33}, {7, 33}},
    {{7, 1}, {7, 33}, {7, 33}},
    {{7, 33}, {1, 1}, {7, 33}},
    {{1, 17}, {9, 1}, {9, 17}},
    {{2, 3, 1, 5}, {4, 1}, {2, 3, 4, 5}},
    {{2, 1, 4, 1}, {3, 1, 5}, {2, 3, 4, 5}},
    {{0, 4}, {4}, {0, 4}},
    {{3, 0}, {3, 1}, {3, 0}},
    {{300, 200}, {200}, {300, 200}},
    {{2, 40001}, {2, 1}, {2, 40001}},
    {{2, 1, 2, 1, 2, 1, 2, 1}, {1, 3, 1, 3, 1, 3, 1, 3}, {2, 3, 2, 3, 2, 3, 2, 3}},
};

void binary_broadcasts(Random& random) {
  for (int kind = 0; kind < 10; ++kind) {
    for (const Shapes& s : kBroadcasts) {
      const Array a = random_f32(random, s.a, 0.1f, 3.0f), b = random_f32(random, s.b, -2.0f, 3.0f);
      if (a.size() > 1 && b.size() > 1) a.f()[1] = b.f()[0];
      const Array y = f32(s.y);
      run("binary", {a, b}, {y}, {double(kind)});
      std::vector<double> want;
      for (int64_t i = 0; i < y.size(); ++i) {
        want.push_back(binary_reference(kind, broadcast_at(a, y, i), broadcast_at(b, y, i)));
      }
      expect_close("binary " + std::to_string(kind), y.f(), want, 0, 3e-7);
    }
  }
}

void binary_keeps_special_values() {
  const float inf = INFINITY, nan = NAN;
  const std::vector<float> values = {nan, inf, -inf, 0.0f, -0.0f, 1.0f, -2.0f};
  std::vector<float> a, b;
  for (float u : values) {
    for (float v : values) {
      a.push_back(u);
      b.push_back(v);
    }
  }
  const auto n = static_cast<int64_t>(a.size());
  for (int kind = 0; kind < 10; ++kind) {
    const Array y = f32({n});
    run("binary", {f32({n}, a), f32({n}, b)}, {y}, {double(kind)});
    std::vector<double> want;
    for (size_t i = 0; i < a.size(); ++i) want.push_back(binary_reference(kind, a[i], b[i]));
    expect_close("special values, binary " + std::to_string(kind), y.f(), want, 0, 0);
  }
}

void binary_scalar_swaps(Random& random) {
  for (int kind = 0; kind < 10; ++kind) {
    for (int swapped = 0; swapped < 2; ++swapped) {
      const Array x = random_f32(random, {65}, 0.1f, 3.0f), y = f32({65});
      run("binary_scalar", {x}, {y}, {double(kind), 1.5, double(swapped)});
      std::vector<double> want;
      for (double v : doubles(x)) {
        want.push_back(swapped ? binary_reference(kind, 1.5, v) : binary_reference(kind, v, 1.5));
      }
      expect_close("binary_scalar " + std::to_string(kind), y.f(), want, 0, 3e-7);
    }
  }
}

void where_selects(Random& random) {
  for (const Shapes& s : kBroadcasts) {
    const Array c = random_f32(random, s.b), a = random_f32(random, s.a), b = random_f32(random, s.y);
    for (int64_t i = 0; i < c.size(); i += 2) c.f()[i] = i % 4 == 0 ? 0.0f : -0.0f;
    if (c.size() > 1) c.f()[1] = NAN;
    const Array y = f32(s.y);
    run("where", {c, a, b}, {y});
    for (int64_t i = 0; i < y.size(); ++i) {
      const float want = broadcast_at(c, y, i) != 0 ? broadcast_at(a, y, i) : b.f()[i];
      if (y.f()[i] != want) return fail("where at " + std::to_string(i));
    }
  }
}

void cast_rounds_to_nearest(Random& random) {
  std::vector<float> values = {0.0f, -0.0f, 1.0f, 65504.0f, 65519.9f, 65520.0f, -1e30f, 3.4e38f,
                               INFINITY, -INFINITY, NAN, 1e-8f, 6e-8f, 1e-40f, 2049.0f, 1.00390625f};
  for (int i = 0; i < 5000; ++i) {
    const auto bits = static_cast<uint32_t>(random.next());
    values.push_back(bits_f32(bits));
  }
  const auto n = static_cast<int64_t>(values.size());
  const Array x = f32({n}, values);
  for (DType type : {DType::bf16, DType::f16}) {
    const Array h(type, {n}), back = f32({n});
    run("cast", {x}, {h});
    run("cast", {h}, {back});
    const bool bf16 = type == DType::bf16;
    for (int64_t i = 0; i < n; ++i) {
      const float v = values[static_cast<size_t>(i)];
      const uint16_t want = bf16 ? f32_to_bf16(v) : f32_to_f16(v);
      const float widened = bf16 ? bf16_to_f32(want) : f16_to_f32(want);
      if (std::isnan(v)) {
        check(std::isnan(back.f()[i]), "cast keeps NaN");
      } else {
        check(h.h()[i] == want && back.f()[i] == widened, "cast of " + std::to_string(v));
      }
    }
  }
}

void cast_saturates_integers(Random& random) {
  std::vector<float> values = {0.5f,          -0.5f,        1.999f,       -1.999f, 2147483520.0f,
                               2147483648.0f, -2147483648.0f, -2147483904.0f, 1e20f, -1e20f,
                               INFINITY,      -INFINITY,    NAN,          8388609.0f, -0.0f};
  for (int i = 0; i < 2000; ++i) values.push_back(random.uniform(-3e9f, 3e9f));
  const auto n = static_cast<int64_t>(values.size());
  const Array y = i32({n}), back = f32({n});
  run("cast", {f32({n}, values)}, {y});
  run("cast", {y}, {back});
  for (int64_t i = 0; i < n; ++i) {
    const double v = values[static_cast<size_t>(i)];
    const double t = std::isnan(v) ? 0 : std::clamp(std::trunc(v), -2147483648.0, 2147483647.0);
    check(y.i()[i] == static_cast<int32_t>(t), "cast to i32 of " + std::to_string(v));
    check(back.f()[i] == static_cast<float>(y.i()[i]), "cast from i32");
  }
}

double swiglu_reference(double gate, double up) { return gate / (1 + std::exp(-gate)) * up; }

void swiglu_and_adjoint(Random& random) {
  for (int64_t n : kOddSizes) {
    const Array gate = random_f32(random, {n}, -8.0f, 8.0f), up = random_f32(random, {n});
    const Array dy = random_f32(random, {n}), y = f32({n}), dgate = f32({n}), dup = f32({n});
    run("swiglu", {gate, up}, {y});
    run("swiglu_grad", {gate, up, dy}, {dgate, dup});
    std::vector<double> want, want_gate, want_up;
    for (int64_t i = 0; i < n; ++i) {
      const double g = gate.f()[i], u = up.f()[i], d = dy.f()[i], h = 1e-5;
      want.push_back(swiglu_reference(g, u));
      want_gate.push_back(d * (swiglu_reference(g + h, u) - swiglu_reference(g - h, u)) / (2 * h));
      want_up.push_back(d * swiglu_reference(g, 1));
    }
    expect_close("swiglu", y.f(), want, 1e-7, 5e-7);
    expect_close("swiglu_grad gate", dgate.f(), want_gate, 2e-6, 2e-6);
    expect_close("swiglu_grad up", dup.f(), want_up, 1e-7, 6e-7);
  }
}

void refuses_what_does_not_fit() {
  const Array a = f32({2, 3}), b = f32({2}), y = f32({2, 3});
  expect_refused("binary", {a, b}, {y}, {0}, "ERR_SHAPE");
  expect_refused("binary", {a, f32({1, 3})}, {f32({4, 3})}, {0}, "ERR_SHAPE");
  expect_refused("binary", {f32({1}), f32({1})}, {f32({5})}, {0}, "ERR_SHAPE");
  expect_refused("binary", {a, i32({2, 3})}, {y}, {0}, "ERR_DTYPE");
  expect_refused("binary", {a, a}, {y}, {10}, "ERR_PROGRAM");
  expect_refused("binary", {a, a}, {y}, {0.5}, "ERR_PROGRAM");
  expect_refused("binary", {a}, {y}, {0}, "ERR_PROGRAM");
  expect_refused("unary", {a}, {y}, {-1}, "ERR_PROGRAM");
  expect_refused("unary", {a}, {y}, {NAN}, "ERR_PROGRAM");
  expect_refused("unary", {a}, {f32({3, 2})}, {0}, "ERR_SHAPE");
  expect_refused("unary_grad", {a, a}, {y}, {18}, "ERR_PROGRAM");
  expect_refused("cast", {Array(DType::u8, {2})}, {f32({2})}, {}, "ERR_DTYPE");
  expect_refused("cast", {f32({2})}, {f32({2})}, {}, "ERR_DTYPE");
}

}  // namespace
}  // namespace rs::test

int main() {
  using namespace rs::test;
  return each_isa(11, [] {
    Random random(11);
    unary_matches_reference(random);
    unary_grad_matches_differences(random);
    unary_grad_reaches_its_limits();
    binary_broadcasts(random);
    binary_keeps_special_values();
    binary_scalar_swaps(random);
    where_selects(random);
    cast_rounds_to_nearest(random);
    cast_saturates_integers(random);
    swiglu_and_adjoint(random);
    refuses_what_does_not_fit();
  });
}
