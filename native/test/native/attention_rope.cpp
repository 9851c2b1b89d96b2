// rope_table and rope against double precision; the inverse; odd shapes.
#include "attention_check.hpp"

using namespace rs;
using namespace rs::test;

namespace {

constexpr uint64_t kSeed = 4101;

struct Table {
  Array positions, inv_freq, cos, sin;
  Table(int rows, int pairs, Random& random)
      : positions(DType::i32, {rows}), inv_freq(DType::f32, {pairs}), cos(DType::f32, {rows, pairs}),
        sin(DType::f32, {rows, pairs}) {
    for (int i = 0; i < rows; ++i) positions.as<int32_t>()[i] = random.below(1 << 17);
    for (int i = 0; i < pairs; ++i) inv_freq.as()[i] = std::pow(10000.0f, -float(i) / float(pairs));
  }
  Status run(double scale, int threads) {
    return call(rope_table_operation, run_rope_table, {&positions, &inv_freq}, {&cos, &sin}, {scale},
                threads);
  }
};

void table_matches(Random& random) {
  for (int rows : {0, 1, 5, 16, 33}) {
    for (int pairs : {0, 1, 8, 31, 64}) {
      Table table(rows, pairs, random);
      EXPECT(table.run(1.25, 1 + rows % 3).ok(), "rope_table");
      for (int i = 0; i < rows * pairs; ++i) {
        const float angle = float(table.positions.as<int32_t>()[i / pairs]) * table.inv_freq.as()[i % pairs];
        EXPECT(table.cos.as()[i] == float(std::cos(double(angle)) * 1.25) &&
                   table.sin.as()[i] == float(std::sin(double(angle)) * 1.25),
               "rows %d pairs %d at %d", rows, pairs, i);
      }
    }
  }
}

void rotates(Random& random) {
  for (int round = 0; round < 60; ++round) {
    const int rows = random.pick({0, 1, 3, 17, 40}), heads = random.pick({1, 2, 5});
    const int d = random.pick({1, 2, 7, 16, 33, 64, 80, 128});
    const int pairs = random.below(2) ? d / 2 : random.below(d / 2 + 1);
    const bool interleaved = random.below(2), inverse = random.below(2);
    Table table(rows, pairs, random);
    EXPECT(table.run(1.0, 2).ok(), "rope_table");
    Array x(DType::f32, {rows, heads, d}), y(x), back(x);
    x.fill(random);
    for (Isa isa : isas()) {
      const auto rope = [&](Array& from, Array& to, bool inverted, int threads) {
        return call(rope_operation, on(isa, run_rope), {&from, &table.cos, &table.sin}, {&to},
                    {double(interleaved), double(inverted)}, threads);
      };
      EXPECT(rope(x, y, inverse, 1 + round % 3).ok() && rope(y, back, !inverse, 1).ok(), "rope");
      double worst = 0, restored = 0;
      for (int64_t i = 0; i < x.size(); ++i) {
        const int64_t head = i / d * d, row = i / (d * heads);
        const int at = int(i % d);
        double want = x.as()[i];
        if (at < 2 * pairs) {
          const int pair = interleaved ? at / 2 : at % pairs;
          const bool second = interleaved ? at % 2 : at >= pairs;
          const double c = table.cos.as()[row * pairs + pair];
          const double s = table.sin.as()[row * pairs + pair] * (inverse ? -1.0 : 1.0);
          const double a = x.as()[head + (interleaved ? 2 * pair : pair)];
          const double b = x.as()[head + (interleaved ? 2 * pair + 1 : pair + pairs)];
          want = second ? b * c + a * s : a * c - b * s;
        } else {
          EXPECT(y.as()[i] == x.as()[i], "what isn't rotated changed");
        }
        worst = std::fmax(worst, std::fabs(y.as()[i] - want));
        restored = std::fmax(restored, std::fabs(back.as()[i] - x.as()[i]));
      }
      EXPECT(worst < 3e-7 && restored < 5e-7, "%s d %d pairs %d interleaved %d: %g, back %g",
             isa_name(isa), d, pairs, interleaved, worst, restored);
    }
  }
}

void refuses(Random& random) {
  Table table(3, 5, random);
  Array x(DType::f32, {3, 2, 9}), y(x);
  const Status status = call(rope_operation, on(Isa::portable, run_rope),
                             {&x, &table.cos, &table.sin}, {&y}, {0, 0}, 1);
  EXPECT(!status.ok() && !std::strcmp(status.code, "ERR_SHAPE"), "ten of nine dimensions");
}

}  // namespace

int main() {
  Random random(kSeed);
  table_matches(random);
  rotates(random);
  refuses(random);
  return report("attention_rope", kSeed);
}
