// Packing weights and reading them back: sizes, rounding, codes that were made
// elsewhere, rows by id, and values that are not numbers.
#include <algorithm>
#include <limits>

#include "base/half.hpp"
#include "check.hpp"
#include "operations/weights.hpp"
#include "reference_chain.hpp"

using namespace rs;
using namespace rs::test;

namespace {

Array packed_array(const std::vector<double>& a) {
  return Array(DType::u8,
               {packed_bytes(int(a[0]), int64_t(a[1]), int64_t(a[2]), int64_t(a[3]), a[4] != 0)});
}

float rounded(int format, float x) {
  if (format == 1) return bf16_to_f32(f32_to_bf16(x));
  if (format == 2) return f16_to_f32(f32_to_f16(x));
  return x;
}

void check_floats(Random& random) {
  for (int format : {0, 1, 2}) {
    for (int64_t n : {0, 1, 31, 32, 33, 70}) {
      for (int64_t k : {0, 1, 63, 64, 65, 130}) {
        const std::vector<double> attrs = {double(format), double(n), double(k), 0, 0};
        Array w = random_f32(random, {n, k}), packed = packed_array(attrs), back = f32({n, k});
        if (n * k > 4) {
          w.f()[0] = std::numeric_limits<float>::quiet_NaN();
          w.f()[1] = -std::numeric_limits<float>::infinity();
          w.f()[2] = -0.0f;
          w.f()[3] = 1e-40f;
        }
        run("pack_weight", {w}, {packed}, attrs);
        run("unpack_weight", {packed}, {back}, attrs);
        bool same = true;
        for (int64_t i = 0; i < n * k; ++i)
          same = same && same_float(back.f()[i], rounded(format, w.f()[i]));
        check(same, "pack_weight: rounds each weight to nearest even, nothing else");

        for (DType type : {DType::bf16, DType::f16}) {
          Array half(type, {n, k}), wide = f32({n, k}), one = packed_array(attrs),
                                    other = packed_array(attrs);
          for (int64_t i = 0; i < n * k; ++i) {
            const float x = n * k > 4 && i < 2 ? 1.0f : w.f()[i];
            half.h()[i] = type == DType::bf16 ? f32_to_bf16(x) : f32_to_f16(x);
            wide.f()[i] = type == DType::bf16 ? bf16_to_f32(half.h()[i]) : f16_to_f32(half.h()[i]);
          }
          run("pack_weight", {half}, {one}, attrs);
          run("pack_weight", {wide}, {other}, attrs);
          check(one.same_bits(other), "pack_weight: a half weight packs as the f32 it stands for");
        }
      }
    }
  }
}

void check_integers(Random& random) {
  for (int format : {3, 4}) {
    for (int64_t group : {32, 64, 128}) {
      for (int zero : {0, 1}) {
        for (int64_t n : {1, 33, 64}) {
          const int64_t k = 1 + random.below(300), groups = (k + group - 1) / group;
          const std::vector<double> attrs = {double(format), double(n), double(k), double(group),
                                             double(zero)};
          const float size = std::exp2(random.uniform(-8, 8));
          Array w = random_f32(random, {n, k}, -size, size), packed = packed_array(attrs),
                back = f32({n, k});
          std::fill_n(w.f(), k, 0.0f);  // a row of zeros stays zeros
          run("pack_weight", {w}, {packed}, attrs);
          run("unpack_weight", {packed}, {back}, attrs);
          for (int64_t j = 0; j < n; ++j) {
            for (int64_t g = 0; g < groups; ++g) {
              const float* row = w.f() + j * k;
              const int64_t last = std::min(k, (g + 1) * group);
              float low = 0, high = 0;
              for (int64_t i = g * group; i < last; ++i)
                low = std::min(low, row[i]), high = std::max(high, row[i]);
              const float most = std::max(-low, high);
              const float step = zero ? (high - low) / (format == 3 ? 255.0f : 15.0f)
                                      : most / (format == 3 ? 127.0f : 8.0f);
              // Half a step; a whole one where the far end has no code of its own;
              // and the scale's rounding to f16.
              const float slack = (format == 4 && !zero) || zero ? 1.0f : 0.5f;
              for (int64_t i = g * group; i < last; ++i) {
                check(std::fabs(back.f()[j * k + i] - row[i]) <=
                          step * slack + most * 0x1p-10f + 3e-8f * 255,
                      "pack_weight: within a step of the weight");
              }
            }
          }
        }
      }
    }
  }
}

// ggml's IQ4_NL.
constexpr float kTable[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                              1,    13,   25,  38,  53,  69,  89,  113};

// The nearest of the table's values for a scale.
float nearest(float x, float scale) {
  float best = scale * kTable[0];
  for (float value : kTable)
    if (std::fabs(scale * value - x) < std::fabs(best - x)) best = scale * value;
  return best;
}

double squared_error(const float* x, int64_t count, float scale) {
  double sum = 0;
  for (int64_t i = 0; i < count; ++i) sum += std::pow(double(nearest(x[i], scale)) - x[i], 2.0);
  return sum;
}

double normal(Random& random) {
  return std::sqrt(-2 * std::log(random.uniform(1e-7f, 1))) * std::cos(6.283185307f * random.uniform(0, 1));
}

// nl4 takes the nearest value for its scale, and a scale at least as good as either end of
// the table on the largest weight gives.
void check_table(Random& random) {
  for (int64_t group : {32, 64, 128}) {
    for (int64_t n : {1, 33, 64}) {
      const int64_t k = 1 + random.below(300), groups = (k + group - 1) / group;
      const std::vector<double> attrs = {5, double(n), double(k), double(group), 0};
      Array w = f32({n, k}), packed = packed_array(attrs), back = f32({n, k});
      const float size = std::exp2(random.uniform(-8, 8));
      for (int64_t i = k; i < n * k; ++i) w.f()[i] = size * float(normal(random));
      std::fill_n(w.f(), k, 0.0f);  // a row of zeros stays zeros
      run("pack_weight", {w}, {packed}, attrs);
      run("unpack_weight", {packed}, {back}, attrs);
      for (int64_t j = 0; j < n; ++j) {
        for (int64_t g = 0; g < groups; ++g) {
          const int64_t first = j * k + g * group, count = std::min(group, k - g * group);
          const float *from = w.f() + first, *found = back.f() + first;
          float most = 0, scale = 0;
          for (int64_t i = 0; i < count; ++i)
            if (std::fabs(from[i]) > std::fabs(most)) most = from[i];
          const uint8_t* p = packed.raw() + (j / 32 * groups + g) * (64 + 16 * group) + j % 32 * 2;
          scale = f16_to_f32(uint16_t(p[0] | p[1] << 8));
          double error = 0;
          for (int64_t i = 0; i < count; ++i) {
            error += std::pow(double(found[i]) - from[i], 2.0);
            check(std::fabs(std::fabs(found[i] - from[i]) -
                            std::fabs(nearest(from[i], scale) - from[i])) <= std::fabs(most) * 1e-6f,
                  "pack_weight: nl4 takes the nearest value");
          }
          for (float end : {-127.0f, 113.0f}) {
            const double other = squared_error(from, count, rounded(2, most / end));
            check(error <= other * 1.0001 + 1e-30, "pack_weight: nl4's scale is the best of several");
          }
        }
      }
    }
  }
}

// Signal to noise of Gaussian weights in groups of 32, in dB.
double signal_to_noise(Random& random, double format) {
  const int64_t n = 256, k = 256;
  const std::vector<double> attrs = {format, double(n), double(k), 32, 0};
  Array w = f32({n, k}), packed = packed_array(attrs), back = f32({n, k});
  for (int64_t i = 0; i < n * k; ++i) w.f()[i] = float(normal(random));
  run("pack_weight", {w}, {packed}, attrs);
  run("unpack_weight", {packed}, {back}, attrs);
  double signal = 0, noise = 0;
  for (int64_t i = 0; i < n * k; ++i) {
    signal += std::pow(double(w.f()[i]), 2.0);
    noise += std::pow(double(w.f()[i]) - back.f()[i], 2.0);
  }
  return 10 * std::log10(signal / noise);
}

void check_table_noise(Random& random) {
  const double table = signal_to_noise(random, 5);
  check(table > 22.6 && table > signal_to_noise(random, 4) + 1.2,
        "pack_weight: nl4 leaves less noise than int4, as a searched scale does");
}

// What is on a grid of the table packs to itself, whatever the sign of the scale.
void check_table_again(Random& random) {
  const int64_t n = 40, k = 160;
  const std::vector<double> attrs = {5, double(n), double(k), 32, 0};
  Array codes(DType::u8, {n, k}), scales = random_f32(random, {n, 5});
  for (int64_t i = 0; i < n * k; ++i) codes.raw()[i] = uint8_t(random.below(16));
  // The end of the table in every group, so that the largest weight tells the scale.
  for (int64_t i = 0; i < n * k; i += 32) codes.raw()[i] = 0;
  Array packed = packed_array(attrs), again = packed_array(attrs), back = f32({n, k});
  run("pack_codes", {codes, scales}, {packed}, attrs);
  run("unpack_weight", {packed}, {back}, attrs);
  run("pack_weight", {back}, {again}, attrs);
  check(packed.same_bits(again), "pack_weight: nl4 packs its own values to the same bytes");
}

// All instruction sets choose the same scales and codes.
void check_same_everywhere() {
  static std::vector<uint8_t> first;
  Random random(77);
  const std::vector<double> attrs = {5, 70, 290, 64, 0};
  const Array w = random_f32(random, {70, 290});
  Array packed = packed_array(attrs);
  run("pack_weight", {w}, {packed}, attrs);
  const std::vector<uint8_t> bytes(packed.raw(), packed.raw() + packed.tensor().shape[0]);
  if (first.empty()) first = bytes;
  check(bytes == first, "pack_weight: nl4 has the same bytes on every instruction set");
}

void check_codes(Random& random) {
  for (int format : {3, 4, 5}) {
    for (int zero : {0, 1}) {
      if (format == 5 && zero) continue;
      const int64_t n = 45, k = 150, group = 64, groups = 3;
      const std::vector<double> attrs = {double(format), double(n), double(k), double(group),
                                         double(zero)};
      Array codes(DType::u8, {n, k});
      for (int64_t i = 0; i < n * k; ++i)
        codes.raw()[i] = uint8_t(random.below(format == 3 ? 256 : 16));
      const Array scales = random_f32(random, {n, groups}),
                  zeros = random_f32(random, {n, groups}, 0, 15);
      Array packed = packed_array(attrs), back = f32({n, k});
      Arrays in = {codes, scales};
      if (zero) in.push_back(zeros);
      run("pack_codes", in, {packed}, attrs);
      run("unpack_weight", {packed}, {back}, attrs);
      for (int64_t j = 0; j < n; ++j) {
        for (int64_t i = 0; i < k; ++i) {
          const float z = zero          ? rounded(2, zeros.f()[j * groups + i / group])
                          : format == 3 ? 128.0f
                                        : 8.0f;
          const int code = codes.raw()[j * k + i];
          const float want = rounded(2, scales.f()[j * groups + i / group]) *
                             (format == 5 ? kTable[code] : float(code) - z);
          check(same_float(back.f()[j * k + i], want),
                "pack_codes: value = scale * (code - zero), or what the table has for the code");
        }
      }
      Array ids = i32({5}, {0, 44, 31, 32, 44}), rows = f32({5, k});
      run("embedding_packed", {packed, ids}, {rows}, attrs);
      for (int64_t r = 0; r < 5; ++r) {
        check(std::memcmp(rows.f() + r * k, back.f() + ids.i()[r] * k, size_t(k) * 4) == 0,
              "embedding_packed: the rows of unpack_weight");
      }
      expect_refused("embedding_packed", {packed, i32({1}, {45})}, {f32({1, k})}, attrs,
                     "ERR_VALUE");
      expect_refused("embedding_packed", {packed, i32({1}, {-1})}, {f32({1, k})}, attrs,
                     "ERR_VALUE");
      if (zero) expect_refused("pack_codes", {codes, scales}, {packed}, attrs, "ERR_PROGRAM");
      if (format != 3) {
        codes.raw()[77] = 16;
        expect_refused("pack_codes", in, {packed}, attrs, "ERR_VALUE");
      }
    }
  }
}

// A weight that is not finite spoils its own group and row only.
void check_not_finite(Random& random) {
  for (int format : {3, 4, 5}) {
    for (float bad :
         {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
      const int64_t n = 34, k = 96;
      const std::vector<double> attrs = {double(format), double(n), double(k), 32, 0};
      Array w = random_f32(random, {n, k}), packed = packed_array(attrs), back = f32({n, k});
      w.f()[33 * k + 40] = bad;
      run("pack_weight", {w}, {packed}, attrs);
      run("unpack_weight", {packed}, {back}, attrs);
      for (int64_t i = 0; i < n * k; ++i) {
        check(std::isnan(back.f()[i]) == (i / k == 33 && i % k / 32 == 1),
              "pack_weight: NaN for the group that holds it");
      }
    }
  }
}

}  // namespace

int main() {
  constexpr uint64_t kSeed = 20263;
  return each_isa(kSeed, [] {
    Random random(kSeed);
    check_floats(random);
    check_integers(random);
    check_table(random);
    check_table_noise(random);
    check_table_again(random);
    check_same_everywhere();
    check_codes(random);
    check_not_finite(random);
  });
}
