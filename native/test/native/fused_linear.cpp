// norm_linear, linear_glu and add_outliers have the bits of the operations that they stand for,
// in every format, for any rows and any threads, with rows of NaN among them.
#include <algorithm>
#include <limits>

#include "check.hpp"
#include "operations/weights.hpp"

using namespace rs;
using namespace rs::test;

namespace {

struct Kind {
  int format;
  int64_t group;
  bool zero;

  std::vector<double> attrs(int64_t n, int64_t k) const {
    return {double(format), double(n), double(k), double(group), double(zero)};
  }
  std::string text(int64_t m, int64_t n, int64_t k) const {
    static const char* names[] = {"f32", "bf16", "f16", "int8", "int4", "nl4"};
    return std::string(" ") + names[format] + " group " + std::to_string(group) +
           (zero ? " with zeros" : "") + " M " + std::to_string(m) + " N " + std::to_string(n) +
           " K " + std::to_string(k);
  }
};

Array packed_weight(const Kind& kind, const Array& w) {
  const int64_t n = w.tensor().shape[0], k = w.tensor().shape[1];
  Array packed(DType::u8, {packed_bytes(kind.format, n, k, kind.group, kind.zero)});
  run("pack_weight", {w}, {packed}, kind.attrs(n, k));
  return packed;
}

// Rows of magnitudes far apart, one of zeros, one with NaN, one with infinity.
Array rows_of(Random& random, int64_t m, int64_t k) {
  Array x = random_f32(random, {m, k});
  if (k == 0) return x;
  const float spoilt[] = {std::numeric_limits<float>::quiet_NaN(),
                          std::numeric_limits<float>::infinity()};
  for (int64_t i = 0; i < m; ++i) {
    const float size = std::ldexp(1.0f, int(random.below(40)) - 20);
    for (int64_t j = 0; j < k; ++j) x.f()[i * k + j] *= i % 11 == 5 ? 0.0f : size;
    if (i % 17 == 3) x.f()[i * k + random.below(k)] = spoilt[i / 17 % 2];
  }
  return x;
}

constexpr double kEps = 1e-3;

Array normalised(const Array& x, const Array& gain) {
  const int64_t m = x.tensor().shape[0];
  Array y = f32({m, x.tensor().shape[1]});
  run("rms_norm", {x, gain}, {y, f32({m})}, {kEps});
  return y;
}

Array linear(const Kind& kind, const Array& x, int64_t n, const Array& w, const Array* bias) {
  Array y = f32({x.tensor().shape[0], n});
  auto attrs = kind.attrs(n, x.tensor().shape[1]);
  attrs.push_back(bias != nullptr);
  if (bias != nullptr) run("linear", {x, w, *bias}, {y}, attrs);
  else run("linear", {x, w}, {y}, attrs);
  return y;
}

// Rows [first, first + count) of a matrix, or elements of a vector.
Array part(const Array& a, int64_t first, int64_t count) {
  const Tensor& t = a.tensor();
  const int64_t width = t.rank == 1 ? 1 : t.shape[1];
  Array p = t.rank == 1 ? f32({count}) : f32({count, width});
  std::copy_n(a.f() + first * width, count * width, p.f());
  return p;
}

void check_norm_linear(Random& random, const Kind& kind, int64_t m, int64_t k,
                       const std::vector<int64_t>& sizes, bool merged) {
  const std::string text = "norm_linear" + kind.text(m, sizes[0], k) + (merged ? " merged" : "");
  const Array x = rows_of(random, m, k), gain = random_f32(random, {k});
  const Array h = normalised(x, gain);
  int64_t total = 0;
  for (int64_t n : sizes) total += n;
  const Array w = random_f32(random, {total, k}), bias = random_f32(random, {total});
  std::vector<double> attrs = kind.attrs(total, k);
  attrs.insert(attrs.end(), {kEps, double(merged)});
  attrs.insert(attrs.end(), sizes.begin(), sizes.end());
  Arrays in = {x, gain}, biases, out, want;
  if (merged) in.push_back(packed_weight(kind, w));
  int64_t first = 0;
  const bool all = random.below(2) == 1;
  for (int64_t n : sizes) {
    const Array own = packed_weight(kind, part(w, first, n)), b = part(bias, first, n);
    const bool has_bias = merged ? all : random.below(2) == 1;
    attrs.push_back(has_bias);
    if (!merged) in.push_back(own);
    if (has_bias && !merged) biases.push_back(b);
    want.push_back(linear(kind, h, n, own, has_bias ? &b : nullptr));
    out.push_back(f32({m, n}));
    first += n;
  }
  if (merged && all) biases.push_back(bias);
  in.insert(in.end(), biases.begin(), biases.end());
  run("norm_linear", in, out, attrs);
  for (size_t i = 0; i < out.size(); ++i)
    check(out[i].same_bits(want[i]), text + ": part " + std::to_string(i) + " has linear's bits");
}

Array activated(int activation, const Array& gate, const Array& up) {
  const std::vector<int64_t> shape = {gate.tensor().shape[0], gate.tensor().shape[1]};
  Array y = f32(shape), half = f32(shape);
  if (activation == 0) {
    run("swiglu", {gate, up}, {y});
  } else {
    run("unary", {gate}, {half}, {activation == 1 ? 9.0 : 11.0});
    run("binary", {half, up}, {y}, {2});
  }
  return y;
}

void check_glu(Random& random, const Kind& kind, int64_t m, int64_t n, int64_t k, bool norm,
               bool merged) {
  const int activation = int(random.below(3));
  const bool gate_bias = random.below(2) == 1, up_bias = merged ? gate_bias : random.below(2) == 1;
  const std::string text = "linear_glu" + kind.text(m, n, k) + (norm ? " norm" : "") +
                           (merged ? " merged" : "") + " activation " + std::to_string(activation);
  const Array x = rows_of(random, m, k), gain = random_f32(random, {k});
  const Array both = random_f32(random, {2 * n, k}), bias = random_f32(random, {2 * n});
  const Array gate = packed_weight(kind, part(both, 0, n)), bg = part(bias, 0, n);
  const Array up = packed_weight(kind, part(both, n, n)), bu = part(bias, n, n);
  const Array h = norm ? normalised(x, gain) : x;
  const Array want = activated(activation, linear(kind, h, n, gate, gate_bias ? &bg : nullptr),
                               linear(kind, h, n, up, up_bias ? &bu : nullptr));
  Arrays in = {x};
  if (norm) in.push_back(gain);
  if (merged) {
    in.push_back(packed_weight(kind, both));
    if (gate_bias) in.push_back(bias);
  } else {
    in.insert(in.end(), {gate, up});
    if (gate_bias) in.push_back(bg);
    if (up_bias) in.push_back(bu);
  }
  auto attrs = kind.attrs(n, k);
  for (double a : {double(activation), double(norm), kEps, double(merged), double(gate_bias),
                   double(up_bias)})
    attrs.push_back(a);
  const Array y = f32({m, n});
  run("linear_glu", in, {y}, attrs);
  check(y.same_bits(want), text + ": has the bits of linear, linear and the activation");
}

Array some_columns(Random& random, int64_t k, int64_t most) {
  std::vector<int32_t> found;
  for (int64_t c = 0; c < k && int64_t(found.size()) < most; ++c) {
    if (random.below(3) == 0) found.push_back(int32_t(c));
  }
  Array columns = i32({int64_t(found.size())});
  std::copy(found.begin(), found.end(), columns.i());
  return columns;
}

void check_outliers(Random& random, const Kind& kind, int64_t m, int64_t k, int64_t width,
                    const std::vector<int64_t>& sizes) {
  const std::string text = "add_outliers" + kind.text(m, sizes[0], width);
  const Array x = rows_of(random, m, k);
  int64_t total = 0;
  for (int64_t n : sizes) total += n;
  auto attrs = kind.attrs(total, width);
  attrs.push_back(double(k));
  attrs.insert(attrs.end(), sizes.begin(), sizes.end());
  Arrays in = {x}, columns, weights, out, want;
  for (int64_t n : sizes) {
    const Array y = random_f32(random, {m, n}), taken = f32({m, width}), sum = f32({m, n});
    columns.push_back(some_columns(random, k, width));
    weights.push_back(packed_weight(kind, random_f32(random, {n, width})));
    run("take_columns", {x, columns.back()}, {taken}, {double(k), double(width)});
    run("binary", {y, linear(kind, taken, n, weights.back(), nullptr)}, {sum}, {0});
    in.push_back(y);
    out.push_back(f32({m, n}));
    want.push_back(sum);
  }
  in.insert(in.end(), columns.begin(), columns.end());
  in.insert(in.end(), weights.begin(), weights.end());
  run("add_outliers", in, out, attrs);
  for (size_t i = 0; i < out.size(); ++i) {
    check(out[i].same_bits(want[i]),
          text + ": part " + std::to_string(i) + " has the bits of columns, product and sum");
  }
}

void check_all(Random& random) {
  std::vector<Kind> kinds = {{0, 0, false}, {1, 0, false}, {2, 0, false}};
  for (int64_t group : {32, 64, 128}) {
    for (int format : {3, 4}) {
      for (bool zero : {false, true}) kinds.push_back({format, group, zero});
    }
    kinds.push_back({5, group, false});
  }
  const int64_t inner[] = {0, 1, 31, 33, 130, 517};
  for (const Kind& kind : kinds) {
    for (int64_t m : {0, 1, 2, 7, 13, 17, 24, 25, 49, 103}) {
      const auto k = [&] { return inner[random.below(6)]; };
      const auto n = [&] { return random.below(100); };
      check_norm_linear(random, kind, m, k(), {n()}, false);
      check_norm_linear(random, kind, m, k(), {n(), n(), n()}, false);
      check_norm_linear(random, kind, m, k(), {32 * random.below(4), 32, n()}, true);
      check_outliers(random, kind, m, k(), k(), {n()});
      check_outliers(random, kind, m, k(), 32, {n(), n(), n()});
      for (bool norm : {false, true}) {
        check_glu(random, kind, m, n(), k(), norm, false);
        check_glu(random, kind, m, 32 * random.below(4), k(), norm, true);
      }
    }
    // More steps and more rows than one block has, more panels than threads.
    check_norm_linear(random, kind, 50, 1600, {70, 33}, false);
    check_glu(random, kind, 3, 3001, 40, true, false);
    check_outliers(random, kind, 3, 999, 64, {3001, 70});
    check_glu(random, kind, 400, 70, kind.format < 3 ? 1600 : 200, true, false);
  }
}

void check_refusals() {
  const Array x = f32({2, 64}), gain = f32({64}), y = f32({2, 8}), b = f32({8});
  const Array w(DType::u8, {packed_bytes(4, 8, 64, 32, false)});
  const Array pair(DType::u8, {packed_bytes(4, 40, 64, 32, false)});  // two panels
  const auto norm = [&](const Arrays& in, const Arrays& out, std::vector<double> last,
                        const char* code, double n = 8) {
    std::vector<double> attrs = {4, n, 64, 32, 0, kEps};
    attrs.insert(attrs.end(), last.begin(), last.end());
    expect_refused("norm_linear", in, out, attrs, code);
  };
  norm({x, gain, w}, {y}, {0, 7, 0}, "ERR_PROGRAM");              // sizes don't sum to N
  norm({x, gain, w}, {y}, {0, 8}, "ERR_PROGRAM");                 // no hasBias
  norm({x, gain, w}, {y}, {0, 8, 1}, "ERR_PROGRAM");              // no bias
  norm({x, gain, w}, {}, {0}, "ERR_PROGRAM");                     // no output
  norm({x, gain, w, w}, {y}, {0, 8, 0}, "ERR_PROGRAM");           // a weight too many
  norm({x, gain, pair}, {y, y}, {1, 8, 32, 0, 0}, "ERR_PROGRAM", 40);  // parts of a panel
  norm({x, gain, w}, {y, y}, {0, 8, 1e300, 0, 0}, "ERR_PROGRAM");
  norm({x, f32({63}), w}, {y}, {0, 8, 0}, "ERR_SHAPE");
  norm({x, gain, w}, {f32({3, 8})}, {0, 8, 0}, "ERR_SHAPE");
  norm({x, gain, w, f32({7})}, {y}, {0, 8, 1}, "ERR_SHAPE");
  norm({x, gain, pair}, {y}, {0, 8, 0}, "ERR_SHAPE", 8);
  norm({x, gain, f32({8, 64})}, {y}, {0, 8, 0}, "ERR_DTYPE");

  const Array c = i32({2}, {3, 63}), w0(DType::u8, {0});
  const auto outliers = [&](const Arrays& in, const Arrays& out, std::vector<double> last,
                            const char* code, double width = 64) {
    std::vector<double> attrs = {4, 8, width, 32, 0};
    attrs.insert(attrs.end(), last.begin(), last.end());
    expect_refused("add_outliers", in, out, attrs, code);
  };
  outliers({x, y, c, w}, {y}, {64}, "ERR_PROGRAM");             // no size
  outliers({x, y, c, w}, {}, {64}, "ERR_PROGRAM");              // no output
  outliers({x, y, c, w}, {y}, {64, 9}, "ERR_PROGRAM");          // sizes don't sum to N
  outliers({x, f32({2, 0}), c, w0}, {f32({2, 0})}, {64, 0}, "ERR_PROGRAM");
  outliers({x, y, c}, {y}, {64, 8}, "ERR_PROGRAM");             // no weight
  outliers({x, y, c, w}, {y}, {63, 8}, "ERR_SHAPE");            // of another input
  outliers({x, f32({2, 7}), c, w}, {y}, {64, 8}, "ERR_SHAPE");
  outliers({x, y, c, w}, {f32({3, 8})}, {64, 8}, "ERR_SHAPE");
  outliers({x, y, c, pair}, {y}, {64, 8}, "ERR_SHAPE");
  outliers({x, y, i32({65}), w}, {y}, {64, 8}, "ERR_SHAPE");    // more columns than the weight has
  outliers({x, y, f32({2}), w}, {y}, {64, 8}, "ERR_DTYPE");
  for (const auto& bad : {i32({2}, {3, 3}), i32({2}, {5, 2}), i32({1}, {64}), i32({1}, {-1})})
    outliers({x, y, bad, w}, {y}, {64, 8}, "ERR_VALUE");

  const auto glu = [&](const Arrays& in, std::vector<double> last, const char* code) {
    std::vector<double> attrs = {4, 8, 64, 32, 0};
    attrs.insert(attrs.end(), last.begin(), last.end());
    expect_refused("linear_glu", in, {y}, attrs, code);
  };
  glu({x, w, w}, {3, 0, 0, 0, 0, 0}, "ERR_PROGRAM");     // no such activation
  glu({x, w, w}, {0, 1, 0, 0, 0, 0}, "ERR_PROGRAM");     // no gain
  glu({x, w, w}, {0, 0, 0, 0, 1, 0}, "ERR_PROGRAM");     // no bias
  glu({x, pair}, {0, 0, 0, 1, 0, 0}, "ERR_PROGRAM");     // parts of a panel
  glu({x, w}, {0, 0, 0, 0, 0, 0}, "ERR_PROGRAM");
  glu({x, w, w}, {0, 0, 0, 0, 0}, "ERR_PROGRAM");
  glu({x, w, pair}, {0, 0, 0, 0, 0, 0}, "ERR_SHAPE");
  glu({x, b, w, w}, {0, 1, 0, 0, 0, 0}, "ERR_SHAPE");
  glu({x, w, w, gain}, {0, 0, 0, 0, 0, 1}, "ERR_SHAPE");
  glu({x, w, x}, {0, 0, 0, 0, 0, 0}, "ERR_DTYPE");
}

}  // namespace

int main() {
  constexpr uint64_t kSeed = 20265;
  return each_isa(kSeed, [] {
    Random random(kSeed);
    check_all(random);
    check_refusals();
  });
}
