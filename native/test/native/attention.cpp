// attention against naive double precision, and what must not change its bits.
#include "attention_check.hpp"

using namespace rs;
using namespace rs::test;

namespace {

constexpr uint64_t kSeed = 20240611;

struct Operands {
  Array q, k, v, segments, positions, out, lse;
  explicit Operands(const Problem& x)
      : q(DType::f32, {x.B, x.T, x.H, x.D}), k(DType::f32, {x.B, x.S, x.G, x.D}),
        v(DType::f32, {x.B, x.S, x.G, x.E}), segments(DType::i32, {x.B, x.S}),
        positions(DType::i32, {x.B, x.T}),
        out(DType::f32, {x.B, x.T, x.H, x.E}), lse(DType::f32, {x.B, x.H, x.T}) {}
  void fill(const Problem& x, Random& random) {
    q.fill(random, 2);
    k.fill(random, 2);
    v.fill(random);
    if (x.segmented) std::copy(x.segments.begin(), x.segments.end(), segments.as<int32_t>());
    std::copy(x.positions.begin(), x.positions.end(), positions.as<int32_t>());
  }
  Status run(const Problem& x, Isa isa, int threads) {
    std::vector<Array*> in = {&q, &k, &v};
    if (x.segmented) in.push_back(&segments);
    if (!x.positions.empty()) in.push_back(&positions);
    out.fill(kNan);
    lse.fill(kNan);
    return call(attention_operation, on(isa, run_attention), in, {&out, &lse}, x.attrs(), threads);
  }
};

Problem random_problem(Random& random) {
  Problem x;
  x.B = 1 + random.below(2);
  x.T = random.pick<int64_t>({0, 1, 2, 7, 8, 9, 15, 16, 17, 47, 48, 49, 63, 64, 65, 100, 129, 200});
  x.causal = random.below(4) != 0;
  x.S = x.causal ? x.T : random.pick<int64_t>({0, 1, 15, 16, 17, 64, 65, 130});
  x.G = random.pick<int64_t>({1, 2, 3});
  x.H = x.G * random.pick<int64_t>({1, 2, 3, 7});
  x.D = random.pick<int64_t>({1, 3, 8, 15, 16, 17, 32, 40, 64, 80, 128});
  x.E = random.below(2) ? x.D : random.pick<int64_t>({1, 5, 16, 33, 64, 96});
  x.window = x.causal && random.below(2) ? 1 + random.below(90) : 0;
  x.scale = 1.0f / std::sqrt(float(x.D));
  cut_segments(x, random);
  place_queries(x, random);
  return x;
}

void matches_double(Random& random) {
  for (int round = 0; round < 60; ++round) {
    const Problem x = random_problem(random);
    Operands a(x);
    a.fill(x, random);
    Doubles out, lse;
    naive_attention(x, a.q.as(), a.k.as(), a.v.as(), out, lse);
    for (Isa isa : isas()) {
      const Status status = a.run(x, isa, 1 + round % 3);
      EXPECT(status.ok(), "%s", status.message.c_str());
      double worst = 0, worst_lse = 0;
      for (size_t i = 0; i < out.size(); ++i) worst = std::fmax(worst, std::fabs(a.out.as()[i] - out[i]));
      for (size_t i = 0; i < lse.size(); ++i) {
        if (std::isinf(lse[i])) {
          EXPECT(a.lse.as()[i] == -INFINITY, "a row without keys has lse %g", a.lse.as()[i]);
        } else {
          worst_lse = std::fmax(worst_lse, std::fabs(a.lse.as()[i] - lse[i]));
        }
      }
      for (size_t i = 0; i < out.size(); ++i) EXPECT(!std::isnan(a.out.as()[i]), "NaN in output");
      EXPECT(worst < 4e-6 && worst_lse < 4e-6,
             "%s T%d S%d H%d G%d D%d E%d window %d segments %d: %g, lse %g", isa_name(isa), int(x.T),
             int(x.S), int(x.H), int(x.G), int(x.D), int(x.E), int(x.window), x.segmented, worst,
             worst_lse);
    }
  }
}

// Long enough that chunks of keys are merged.
void long_rows(Random& random) {
  Problem x{1, 3, 2 * kKeyChunk + 77, 2, 1, 32, 32, false};
  x.scale = 0.2f;
  Operands a(x);
  a.fill(x, random);
  Doubles out, lse;
  naive_attention(x, a.q.as(), a.k.as(), a.v.as(), out, lse);
  for (Isa isa : isas()) {
    a.run(x, isa, 2);
    for (size_t i = 0; i < out.size(); ++i) {
      EXPECT(std::fabs(a.out.as()[i] - out[i]) < 4e-6, "%s: %g, not %g", isa_name(isa),
             a.out.as()[i], out[i]);
    }
  }
}

// A query that is picked out computes the bits that it has among all.
void queries_may_be_a_part(Random& random) {
  for (int round = 0; round < 10; ++round) {
    Problem all{2, 150, 150, 6, 3, 40, 24};
    all.window = round % 2 ? 33 : 0;
    all.segmented = round % 3 == 0;
    for (int i = 0; i < 300; ++i) all.segments.push_back(i % 150 / 60);
    Operands a(all);
    a.fill(all, random);
    Problem some = all;
    some.T = 17;
    for (int i = 0; i < 34; ++i) some.positions.push_back(random.below(150));
    Operands b(some);
    b.fill(some, random);
    b.k = a.k;
    b.v = a.v;
    const auto at = [&](int64_t i) { return i / 17 * 150 + some.positions[i]; };
    for (int64_t i = 0; i < 34; ++i) {
      std::copy_n(a.q.as() + at(i) * 240, 240, b.q.as() + i * 240);
    }
    for (Isa isa : isas()) {
      a.run(all, isa, 2);
      b.run(some, isa, 1 + round % 3);
      for (int64_t i = 0; i < 34; ++i) {
        EXPECT(std::memcmp(a.out.as() + at(i) * 144, b.out.as() + i * 144, 144 * 4) == 0,
               "%s: query %d at %d", isa_name(isa), int(i), some.positions[i]);
      }
    }
  }
}

void refuses_positions_beyond_the_keys(Random& random) {
  Problem x{1, 2, 5, 1, 1, 4, 4};
  for (int bad : {5, -2, 1 << 30}) {
    x.positions = {4, bad};
    Operands a(x);
    a.fill(x, random);
    const Status status = a.run(x, Isa::portable, 1);
    EXPECT(!status.ok() && std::strcmp(status.code, "ERR_VALUE") == 0, "position %d", bad);
  }
}

void thread_count_is_invisible(Random& random) {
  for (int round = 0; round < 12; ++round) {
    const Problem x = random_problem(random);
    Operands a(x), b(x);
    a.fill(x, random);
    b = a;
    for (Isa isa : isas()) {
      a.run(x, isa, 1);
      for (int threads : {2, 3}) {
        b.run(x, isa, threads);
        EXPECT(a.out.same_bits(b.out) && a.lse.same_bits(b.lse), "%s, %d threads", isa_name(isa),
               threads);
      }
    }
  }
}

// A prefix of the sequence alone, one batch entry alone, one head alone: the same bits.
void rows_are_alone(Random& random) {
  for (int round = 0; round < 20; ++round) {
    Problem x{2, 150, 150, 6, 2, random.pick<int64_t>({16, 33, 64}), 48};
    x.scale = 0.25f;
    x.window = round % 2 ? 70 : 0;
    Problem y = x;
    y.B = 1;
    y.T = y.S = 1 + random.below(150);
    y.H = y.G = 1;
    const int64_t b = random.below(2), h = random.below(6);
    Operands a(x), c(y);
    a.fill(x, random);
    for (int64_t t = 0; t < y.T; ++t) {
      std::copy_n(a.q.as() + x.q(b, t, h), x.D, c.q.as() + y.q(0, t, 0));
      std::copy_n(a.k.as() + x.k(b, t, h), x.D, c.k.as() + y.k(0, t, 0));
      std::copy_n(a.v.as() + x.v(b, t, h), x.E, c.v.as() + y.v(0, t, 0));
    }
    for (Isa isa : isas()) {
      a.run(x, isa, 2);
      c.run(y, isa, 1);
      for (int64_t t = 0; t < y.T; ++t) {
        EXPECT(!std::memcmp(a.out.as() + x.o(b, t, h), c.out.as() + y.o(0, t, 0), 4 * x.E) &&
                   !std::memcmp(a.lse.as() + x.l(b, t, h), c.lse.as() + y.l(0, t, 0), 4),
               "%s: row %d of %d", isa_name(isa), int(t), int(y.T));
      }
    }
  }
}

// NaN and infinity in one query row, and in a key and value row, reach exactly
// the rows that see them.
void poison_stays_where_it_is_seen(Random& random) {
  for (int round = 0; round < 30; ++round) {
    Problem x = random_problem(random);
    if (x.T == 0 || x.S == 0) continue;
    Operands clean(x), a(x);
    clean.fill(x, random);
    a = clean;
    const int64_t b = random.below(int(x.B)), t = random.below(int(x.T)), s = random.below(int(x.S));
    const float poison = random.pick({kNan, INFINITY, -INFINITY});
    const bool in_query = round % 3 == 0, in_key = round % 3 == 1;
    if (in_query) std::fill_n(a.q.as() + x.q(b, t, 0), x.H * x.D, kNan);
    if (in_key) std::fill_n(a.k.as() + x.k(b, s, 0), x.G * x.D, poison);
    if (!in_query) std::fill_n(a.v.as() + x.v(b, s, 0), x.G * x.E, poison);
    for (Isa isa : isas()) {
      clean.run(x, isa, 1);
      a.run(x, isa, 2);
      for (int64_t i = 0; i < x.B * x.T; ++i) {
        const int64_t batch = i / x.T, row = i % x.T;
        const bool touched = batch == b && (in_query ? row == t : x.sees(batch, row, s));
        const float* got = a.out.as() + x.o(batch, row, 0);
        const bool same = !std::memcmp(got, clean.out.as() + x.o(batch, row, 0), 4 * x.H * x.E);
        EXPECT(touched || same, "%s: row %d changed", isa_name(isa), int(row));
        if (in_query && touched && x.sees(b, t, t) && x.causal) {
          EXPECT(std::isnan(got[0]), "%s: a NaN query gave %g", isa_name(isa), got[0]);
        }
      }
    }
  }
}

void refuses(Random&) {
  Problem x{1, 4, 4, 4, 2, 8, 8};
  const auto code = [](Problem p, int64_t S, int64_t G) {
    Operands a(p);
    a.k = Array(DType::f32, {p.B, S, G, p.D});
    a.v = Array(DType::f32, {p.B, S, G, p.E});
    const Status status = a.run(p, Isa::portable, 1);
    return std::string(status.ok() ? "" : status.code);
  };
  EXPECT(code(x, 4, 2).empty(), "a sound problem was refused");
  EXPECT(code(x, 5, 2) == "ERR_SHAPE", "causal with more keys than queries");
  EXPECT(code(x, 4, 3) == "ERR_SHAPE", "heads that can't be shared");
  EXPECT(code(x, 4, 0) == "ERR_SHAPE", "no key heads");
  x.causal = false;
  x.window = 3;
  EXPECT(code(x, 4, 2) == "ERR_VALUE", "a window without causal");
  x.window = 0;
  x.scale = INFINITY;
  EXPECT(code(x, 4, 2) == "ERR_VALUE", "an infinite scale");
}

}  // namespace

int main() {
  Random random(kSeed);
  matches_double(random);
  long_rows(random);
  thread_count_is_invisible(random);
  rows_are_alone(random);
  poison_stays_where_it_is_seen(random);
  refuses(random);
  queries_may_be_a_part(random);
  refuses_positions_beyond_the_keys(random);
  return report("attention", kSeed);
}
