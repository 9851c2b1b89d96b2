// Products with packed weights: the same bits as the documented arithmetic done
// by naive loops, and within the bound that quantising the input allows of the
// product in double precision; any rows, any threads.
#include <algorithm>
#include <limits>

#include "base/half.hpp"
#include "check.hpp"
#include "operations/weights.hpp"
#include "reference_chain.hpp"

using namespace rs;
using namespace rs::test;

namespace {

struct Weight {
  int format;
  int64_t n, k, group;
  bool zero;
  Array packed = Array(DType::u8, {0});
  Array plain = f32({0});  // [n,k], as unpack_weight gives it

  bool integer() const { return format >= 3; }
  int64_t groups() const { return integer() ? (k + group - 1) / group : 0; }
  std::vector<double> attrs() const {
    return {double(format), double(n), double(k), double(group), double(zero)};
  }
  std::string text() const {
    static const char* names[] = {"f32", "bf16", "f16", "int8", "int4", "nl4"};
    return std::string("linear ") + names[format] + " group " + std::to_string(group) +
           (zero ? " with zeros" : "") + " N " + std::to_string(n) + " K " + std::to_string(k);
  }
};

Weight make(Random& random, int format, int64_t n, int64_t k, int64_t group, bool zero) {
  Weight w{format, n, k, group, zero};
  w.packed = Array(DType::u8, {packed_bytes(format, n, k, group, zero)});
  w.plain = f32({n, k});
  run("pack_weight", {random_f32(random, {n, k}, zero ? -0.5f : -1.0f, 1.0f)}, {w.packed},
      w.attrs());
  run("unpack_weight", {w.packed}, {w.plain}, w.attrs());
  return w;
}

Array product(const Weight& w, const Array& x, const Array* bias) {
  Array y = f32({x.tensor().shape[0], w.n});
  std::vector<double> attrs = w.attrs();
  attrs.push_back(bias != nullptr);
  Arrays in = {x, w.packed};
  if (bias != nullptr) in.push_back(*bias);
  run("linear", in, {y}, attrs);
  return y;
}

// One row's group as the product sees it.
struct Quantized {
  float scale;
  std::vector<int> codes;
};
Quantized quantize(const float* x, int64_t count) {
  float most = 0;
  for (int64_t i = 0; i < count; ++i) most = std::max(most, std::fabs(x[i]));
  Quantized q{most / 127.0f, {}};
  for (int64_t i = 0; i < count; ++i)
    q.codes.push_back(most > 0 ? int(std::nearbyint(x[i] * (127.0f / most))) : 0);
  return q;
}

// ggml's IQ4_NL.
constexpr int kTable[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                            1,    13,   25,  38,  53,  69,  89,  113};

// Scale, zero and codes of row j, group g, from the layout that packed_layout.hpp promises;
// of nl4 the values that codes stand for.
struct Stored {
  float scale, zero;
  std::vector<int> codes;
};
Stored stored(const Weight& w, int64_t j, int64_t g) {
  const int64_t header = w.zero ? 128 : 64, r = j % 32;
  const int64_t group_bytes = header + (w.format == 3 ? 32 : 16) * w.group;
  const uint8_t* p = w.packed.raw() + (j / 32 * w.groups() + g) * group_bytes;
  const auto half = [&](int64_t i) { return f16_to_f32(uint16_t(p[2 * i] | p[2 * i + 1] << 8)); };
  const float implied = w.format == 5 ? 0.0f : w.format == 3 ? 128.0f : 8.0f;
  Stored s{half(r), w.zero ? half(32 + r) : implied, {}};
  for (int64_t i = 0; i < std::min(w.group, w.k - g * w.group); ++i) {
    if (w.format == 3) {
      s.codes.push_back(p[header + (i / 4 * 32 + r) * 4 + i % 4]);
      continue;
    }
    const int code = p[header + (i / 4 * 16 + r % 16) * 4 + i % 4] >> (r < 16 ? 0 : 4) & 15;
    s.codes.push_back(w.format == 5 ? kTable[code] : code);
  }
  return s;
}

float expected(const Weight& w, const float* x, int64_t j, double* bound) {
  float y = 0;
  double size = 0;
  *bound = 0;
  if (!w.integer()) {
    for (int64_t i = 0; i < w.k; ++i) {
      y = chain_step(x[i], w.plain.f()[j * w.k + i], y);
      size += std::fabs(double(x[i]) * w.plain.f()[j * w.k + i]);
    }
    *bound = size * double(w.k + 2) * 0x1p-23;
    return y;
  }
  for (int64_t g = 0; g < w.groups(); ++g) {
    const int64_t first = g * w.group, count = std::min(w.group, w.k - first);
    const Quantized q = quantize(x + first, count);
    const Stored s = stored(w, j, g);
    int dot = 0, sum = 0;
    for (int64_t i = 0; i < count; ++i) {
      dot += q.codes[size_t(i)] * s.codes[size_t(i)];
      sum += q.codes[size_t(i)];
      const double value = w.plain.f()[j * w.k + first + i];
      *bound += std::fabs(value) * q.scale * 0.501;
      size += (std::fabs(value) + std::fabs(double(s.scale * s.zero))) * std::fabs(x[first + i]);
    }
    if (!w.zero) dot -= int(s.zero) * sum;
    const float scaled = float(dot) * q.scale;
    y = chain_step(scaled, s.scale, y);
    if (w.zero) y = chain_step(q.scale * float(sum), -(s.scale * s.zero), y);
  }
  *bound += size * double(2 * w.groups() + 4) * 0x1p-23;
  return y;
}

void check_product(Random& random, const Weight& w, int64_t m) {
  Array x = random_f32(random, {m, w.k});
  if (m > 2 && w.k > 0) std::fill_n(x.f() + w.k, w.k, 0.0f);  // a row of zeros
  const Array bias = random_f32(random, {w.n});
  const bool has_bias = random.below(2) == 1;
  const Array y = product(w, x, has_bias ? &bias : nullptr);
  const int64_t total = m * w.n, samples = std::min<int64_t>(total, 700);
  for (int64_t s = 0; s < samples; ++s) {
    const int64_t at = samples == total ? s : random.below(total), i = at / w.n, j = at % w.n;
    double bound = 0, exact = 0;
    float want = expected(w, x.f() + i * w.k, j, &bound);
    for (int64_t l = 0; l < w.k; ++l)
      exact += double(x.f()[i * w.k + l]) * w.plain.f()[j * w.k + l];
    if (std::fabs(want - exact) > bound + 1e-30) return fail(w.text() + ": beyond its error bound");
    if (has_bias) want += bias.f()[j];
    if (!same_float(y.f()[at], want)) {
      return fail(w.text() + " M " + std::to_string(m) + ": other bits than the documented sum");
    }
  }
}

// Rows 1..512 against each other, with rows of NaN and infinity among them.
void check_rows(Random& random, const Weight& w) {
  const int64_t most = 512, k = w.k, n = w.n;
  Array x = random_f32(random, {most, k});
  x.f()[3 * k + k / 2] = std::numeric_limits<float>::quiet_NaN();
  x.f()[100 * k] = -std::numeric_limits<float>::infinity();
  const Array all = product(w, x, nullptr);
  for (int64_t i = 0; i < most; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      const float y = all.f()[i * n + j];
      const bool spoilt = i == 3 || i == 100;
      check(std::isfinite(y) != spoilt, w.text() + ": NaN and infinity stay in their row");
      if (spoilt && w.integer())
        check(std::isnan(y), w.text() + ": a row that is not finite is NaN");
    }
  }
  for (int64_t m : {1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 16, 24, 25, 64, 145, 511}) {
    const int64_t first = random.below(most - m + 1);
    Array part = f32({m, k});
    std::copy_n(x.f() + first * k, m * k, part.f());
    const Array y = product(w, part, nullptr);
    check(std::memcmp(y.f(), all.f() + first * n, size_t(m * n) * 4) == 0,
          w.text() + ": " + std::to_string(m) + " rows have the bits of the same rows among 512");
  }
}

// Inputs so small or so large that scales leave the normal range.
void check_extremes(Random& random, const Weight& w) {
  for (float size : {1e-45f, 1e-38f, 1e-20f, 1e30f, 3e38f}) {
    Array x = random_f32(random, {2, w.k}, -1.0f, 1.0f);
    for (int64_t i = 0; i < w.k; ++i) x.f()[i] *= size;
    const Array y = product(w, x, nullptr);
    for (int64_t j = 0; j < w.n; ++j) {
      double exact = 0, bound = 0;
      for (int64_t i = 0; i < w.k; ++i) {
        exact += double(x.f()[i]) * w.plain.f()[j * w.k + i];
        bound += std::fabs(double(size) * w.plain.f()[j * w.k + i]);
      }
      if (exact > 1e38 || exact < -1e38 || size > 1e38f) continue;
      check(std::fabs(y.f()[j] - exact) <= bound * 0.02 + 2e-36 * double(w.k),
            w.text() + ": inputs of size " + std::to_string(size));
    }
  }
}

void check_all(Random& random) {
  struct Kind {
    int format;
    int64_t group;
    bool zero;
  };
  std::vector<Kind> kinds = {{0, 0, false}, {1, 0, false}, {2, 0, false}};
  for (int64_t group : {32, 64, 128}) {
    for (int format : {3, 4}) {
      for (bool zero : {false, true}) kinds.push_back({format, group, zero});
    }
    kinds.push_back({5, group, false});
  }
  for (const Kind& kind : kinds) {
    for (int64_t k : {0, 1, 31, 32, 33, 130, 517}) {
      const int64_t sizes[] = {0, 1, 31, 32, 33, 63, 97};
      const Weight w = make(random, kind.format, sizes[random.below(7)], k, kind.group, kind.zero);
      for (int64_t m : {0, 1, 2, 7, 13, 40}) check_product(random, w, m);
    }
    const Weight w = make(random, kind.format, 161, 700, kind.group, kind.zero);
    check_product(random, w, 150);
    check_rows(random, make(random, kind.format, 70, 290, kind.group, kind.zero));
    if (w.integer()) check_extremes(random, w);
  }
}

void check_refusals() {
  const Array x = f32({2, 64}), y = f32({2, 8});
  const Array w = Array(DType::u8, {packed_bytes(4, 8, 64, 32, false)});
  const std::vector<double> attrs = {4, 8, 64, 32, 0, 0};
  expect_refused("linear", {x, w}, {y}, {6, 8, 64, 32, 0, 0}, "ERR_OUT_OF_RANGE");
  expect_refused("linear", {x, w}, {y}, {5, 8, 64, 32, 1, 0}, "ERR_OUT_OF_RANGE");
  expect_refused("linear", {x, w}, {y}, {4, 8, 64, 48, 0, 0}, "ERR_OUT_OF_RANGE");
  expect_refused("linear", {x, w}, {y}, {0, 8, 64, 32, 0, 0}, "ERR_OUT_OF_RANGE");
  expect_refused("linear", {x, w}, {y}, {4, 8, 64, 64, 0, 0}, "ERR_SHAPE");
  expect_refused("linear", {x, w}, {y}, {4, 8, 64, 32, 0, 1}, "ERR_PROGRAM");
  expect_refused("linear", {f32({2, 63}), w}, {y}, attrs, "ERR_SHAPE");
  expect_refused("linear", {x, w}, {f32({3, 8})}, attrs, "ERR_SHAPE");
  expect_refused("linear", {x, f32({8, 64})}, {y}, attrs, "ERR_DTYPE");
  expect_refused("linear", {x, w, f32({7})}, {y}, {4, 8, 64, 32, 0, 1}, "ERR_SHAPE");
  check(packed_bytes(4, 8, 64, 31, false) == -1 && packed_bytes(-1, 8, 64, 0, false) == -1 &&
            packed_bytes(0, int64_t{1} << 31, int64_t{1} << 31, 0, false) == -1 &&
            packed_bytes(0, 8, 64, 0, true) == -1 &&
            packed_bytes(5, 8, 64, 32, true) == -1 && packed_bytes(6, 8, 64, 32, false) == -1 && packed_bytes(3, -1, 64, 32, false) == -1,
        "packed_bytes: refuses what can't be packed");
}

}  // namespace

int main() {
  constexpr uint64_t kSeed = 20262;
  return each_isa(kSeed, [] {
    Random random(kSeed);
    check_all(random);
    check_refusals();
  });
}
