// attention_grad against the analytic gradient in double precision, which is
// itself checked against finite differences of naive attention.
#include "attention_check.hpp"

using namespace rs;
using namespace rs::test;

namespace {

constexpr uint64_t kSeed = 9931;

struct Gradients {
  Doubles dq, dk, dv;
};

template <typename Real>
Gradients naive_gradient(const Problem& x, const Real* q, const Real* k, const Real* v,
                         const Real* dout) {
  Gradients g;
  g.dq.assign(x.B * x.T * x.H * x.D, 0);
  g.dk.assign(x.B * x.S * x.G * x.D, 0);
  g.dv.assign(x.B * x.S * x.G * x.E, 0);
  Doubles p, dp(x.S);
  for (int64_t b = 0; b < x.B; ++b) {
    for (int64_t t = 0; t < x.T; ++t) {
      for (int64_t h = 0; h < x.H; ++h) {
        probabilities(x, q, k, b, t, h, p);
        const Real* grad = dout + x.o(b, t, h);
        double mean = 0;
        for (int64_t s = 0; s < x.S; ++s) {
          if (!x.sees(b, t, s)) continue;
          dp[s] = 0;
          for (int64_t e = 0; e < x.E; ++e) {
            dp[s] += double(grad[e]) * v[x.v(b, s, h) + e];
            g.dv[x.v(b, s, h) + e] += p[s] * grad[e];
          }
          mean += p[s] * dp[s];
        }
        for (int64_t s = 0; s < x.S; ++s) {
          if (!x.sees(b, t, s)) continue;
          const double ds = p[s] * (dp[s] - mean) * x.scale;
          for (int64_t d = 0; d < x.D; ++d) {
            g.dq[x.q(b, t, h) + d] += ds * k[x.k(b, s, h) + d];
            g.dk[x.k(b, s, h) + d] += ds * q[x.q(b, t, h) + d];
          }
        }
      }
    }
  }
  return g;
}

struct Operands {
  Array q, k, v, segments, positions, out, lse, dout, dq, dk, dv;
  explicit Operands(const Problem& x)
      : q(DType::f32, {x.B, x.T, x.H, x.D}), k(DType::f32, {x.B, x.S, x.G, x.D}),
        v(DType::f32, {x.B, x.S, x.G, x.E}), segments(DType::i32, {x.B, x.S}),
        positions(DType::i32, {x.B, x.T}),
        out(DType::f32, {x.B, x.T, x.H, x.E}), lse(DType::f32, {x.B, x.H, x.T}), dout(out), dq(q),
        dk(k), dv(v) {}
  void fill(const Problem& x, Random& random) {
    q.fill(random, 2);
    k.fill(random, 2);
    v.fill(random);
    dout.fill(random);
    if (x.segmented) std::copy(x.segments.begin(), x.segments.end(), segments.as<int32_t>());
    std::copy(x.positions.begin(), x.positions.end(), positions.as<int32_t>());
  }
  // Forward and backward.
  Status run(const Problem& x, Isa isa, int threads) {
    std::vector<Array*> in = {&q, &k, &v}, all = {&q, &k, &v, &out, &lse, &dout};
    if (x.segmented) in.push_back(&segments), all.push_back(&segments);
    if (!x.positions.empty()) in.push_back(&positions), all.push_back(&positions);
    for (Array* a : {&dq, &dk, &dv}) a->fill(kNan);
    if (Status s = call(attention_operation, on(isa, run_attention), in, {&out, &lse}, x.attrs(), threads);
        !s.ok()) {
      return s;
    }
    return call(attention_grad_operation, on(isa, run_attention_grad), all, {&dq, &dk, &dv}, x.attrs(),
                threads);
  }
};

Problem random_problem(Random& random) {
  Problem x;
  x.B = 1 + random.below(2);
  x.T = random.pick<int64_t>({0, 1, 2, 7, 15, 16, 17, 48, 49, 63, 64, 65, 110, 200});
  x.causal = random.below(4) != 0;
  x.S = x.causal ? x.T : random.pick<int64_t>({0, 1, 15, 17, 64, 65, 130});
  x.G = random.pick<int64_t>({1, 2, 3});
  x.H = x.G * random.pick<int64_t>({1, 2, 3, 7});
  x.D = random.pick<int64_t>({1, 3, 8, 16, 17, 40, 64, 80});
  x.E = random.below(2) ? x.D : random.pick<int64_t>({1, 5, 16, 33, 64});
  x.window = x.causal && random.below(2) ? 1 + random.below(90) : 0;
  x.scale = 1.0f / std::sqrt(float(x.D));
  cut_segments(x, random);
  place_queries(x, random);
  return x;
}

// Relative to the largest entry, but not to less than what cancels in it: with one
// key the true gradient of its score is 0, and what is left is the rounding of
// `terms` numbers about 1.
double distance(Array& got, const Doubles& want, double terms = 1) {
  double most = 0.1 * std::sqrt(std::fmax(terms, 1)), worst = 0;
  for (double y : want) most = std::fmax(most, std::fabs(y));
  for (size_t i = 0; i < want.size(); ++i) {
    const double error = std::fabs(got.as()[i] - want[i]) / most;
    worst = error <= worst ? worst : error;  // NaN counts as worst
  }
  return worst;
}

void matches_double(Random& random) {
  for (int round = 0; round < 60; ++round) {
    const Problem x = random_problem(random);
    Operands a(x);
    a.fill(x, random);
    const Gradients want = naive_gradient(x, a.q.as(), a.k.as(), a.v.as(), a.dout.as());
    for (Isa isa : isas()) {
      const Status status = a.run(x, isa, 1 + round % 3);
      EXPECT(status.ok(), "%s", status.message.c_str());
      const double terms = x.positions.empty() ? 1 : double(x.T * x.H) / double(x.S * x.G);
      const double q = distance(a.dq, want.dq), k = distance(a.dk, want.dk, terms),
                   v = distance(a.dv, want.dv);
      EXPECT(q < 1e-5 && k < 1e-5 && v < 1e-5,
             "%s T%d S%d H%d G%d D%d E%d window %d segments %d: dq %g dk %g dv %g", isa_name(isa),
             int(x.T), int(x.S), int(x.H), int(x.G), int(x.D), int(x.E), int(x.window), x.segmented,
             q, k, v);
    }
  }
}

void reference_matches_finite_differences(Random& random) {
  for (int round = 0; round < 6; ++round) {
    Problem x{1, 6, 6, 4, 2, 3, 2};
    x.scale = 0.7f;
    x.window = round == 1 ? 3 : 0;
    x.segmented = round == 2;
    x.segments = {0, 0, 1, 1, 0, 1};
    Doubles q(x.T * x.H * x.D), k(x.S * x.G * x.D), v(x.S * x.G * x.E), dout(x.T * x.H * x.E);
    for (Doubles* a : {&q, &k, &v, &dout}) {
      for (double& y : *a) y = random.uniform();
    }
    const auto loss = [&] {
      Doubles out, lse;
      naive_attention(x, q.data(), k.data(), v.data(), out, lse);
      double sum = 0;
      for (size_t i = 0; i < out.size(); ++i) sum += out[i] * dout[i];
      return sum;
    };
    const Gradients g = naive_gradient(x, q.data(), k.data(), v.data(), dout.data());
    for (auto [values, grad] : {std::pair{&q, &g.dq}, {&k, &g.dk}, {&v, &g.dv}}) {
      for (size_t i = 0; i < values->size(); ++i) {
        const double at = (*values)[i], step = 1e-5;
        (*values)[i] = at + step;
        const double up = loss();
        (*values)[i] = at - step;
        const double down = loss();
        (*values)[i] = at;
        EXPECT(std::fabs((up - down) / (2 * step) - (*grad)[i]) < 1e-8, "%g, not %g", (*grad)[i],
               (up - down) / (2 * step));
      }
    }
  }
}

void thread_count_is_invisible(Random& random) {
  for (int round = 0; round < 12; ++round) {
    const Problem x = random_problem(random);
    Operands a(x), b(x);
    a.fill(x, random);
    b = a;
    for (Isa isa : isas()) {
      EXPECT(a.run(x, isa, 1).ok(), "attention_grad");
      for (int threads : {2, 3}) {
        EXPECT(b.run(x, isa, threads).ok(), "attention_grad");
        EXPECT(a.dq.same_bits(b.dq) && a.dk.same_bits(b.dk) && a.dv.same_bits(b.dv),
               "%s, %d threads", isa_name(isa), threads);
      }
    }
  }
}

// Few pairs of (batch, key head), many rows: units of work are shared out, or not,
// as the number of threads has it.
void few_pairs_are_shared_out(Random& random) {
  Problem causal{1, 800, 800, 3, 1, 8, 5}, batches{3, 400, 400, 2, 1, 3, 4};
  Problem window{1, 1200, 1200, 1, 1, 4, 4}, open{1, 1300, 100, 2, 2, 5, 3};
  Problem placed{1, 1300, 200, 2, 1, 4, 3};
  window.window = 70;
  open.causal = false;
  batches.segmented = true;
  for (int64_t i = 0; i < batches.B * batches.S; ++i) {
    batches.segments.push_back(static_cast<int32_t>(i / 150));
  }
  for (int64_t i = 0; i < placed.B * placed.T; ++i) {
    placed.positions.push_back(random.below(static_cast<int>(placed.S) + 1) - 1);
  }
  for (const Problem& x : {causal, batches, window, open, placed}) {
    Operands a(x), b(x);
    a.fill(x, random);
    b = a;
    const Gradients want = naive_gradient(x, a.q.as(), a.k.as(), a.v.as(), a.dout.as());
    for (Isa isa : isas()) {
      EXPECT(a.run(x, isa, 1).ok(), "attention_grad");
      const double q = distance(a.dq, want.dq), k = distance(a.dk, want.dk, double(x.T) / x.S),
                   v = distance(a.dv, want.dv);
      EXPECT(q < 1e-5 && k < 1e-5 && v < 1e-5, "%s T%d: dq %g dk %g dv %g", isa_name(isa),
             int(x.T), q, k, v);
      for (int threads : {2, 3, 4, 7}) {
        EXPECT(b.run(x, isa, threads).ok(), "attention_grad");
        EXPECT(a.dq.same_bits(b.dq) && a.dk.same_bits(b.dk) && a.dv.same_bits(b.dv),
               "%s T%d, %d threads", isa_name(isa), int(x.T), threads);
      }
    }
  }
}

// NaN in the gradient of one row reaches the keys it sees and its own query only.
void poison_stays_where_it_is_seen(Random& random) {
  for (int round = 0; round < 30; ++round) {
    const Problem x = random_problem(random);
    if (x.T == 0 || x.S == 0) continue;
    Operands clean(x), a(x);
    clean.fill(x, random);
    a = clean;
    const int64_t b = random.below(int(x.B)), t = random.below(int(x.T)), s = random.below(int(x.S));
    const bool in_row = round % 2 == 0;
    if (in_row) std::fill_n(a.dout.as() + x.o(b, t, 0), x.H * x.E, kNan);
    else std::fill_n(a.v.as() + x.v(b, s, 0), x.G * x.E, INFINITY);
    for (Isa isa : isas()) {
      EXPECT(clean.run(x, isa, 1).ok() && a.run(x, isa, 2).ok(), "attention_grad");
      for (int64_t i = 0; i < x.B * x.T; ++i) {
        const int64_t batch = i / x.T, row = i % x.T;
        if (batch == b && (in_row ? row == t : x.sees(b, row, s))) continue;
        EXPECT(!std::memcmp(a.dq.as() + x.q(batch, row, 0), clean.dq.as() + x.q(batch, row, 0),
                            4 * x.H * x.D),
               "%s: dq of row %d changed", isa_name(isa), int(row));
      }
      if (!in_row) continue;
      for (int64_t i = 0; i < x.B * x.S; ++i) {
        const int64_t batch = i / x.S, key = i % x.S;
        if (batch == b && x.sees(b, t, key)) continue;
        EXPECT(!std::memcmp(a.dk.as() + x.k(batch, key, 0), clean.dk.as() + x.k(batch, key, 0),
                            4 * x.G * x.D) &&
                   !std::memcmp(a.dv.as() + x.v(batch, key, 0), clean.dv.as() + x.v(batch, key, 0),
                                4 * x.G * x.E),
               "%s: gradients of key %d changed", isa_name(isa), int(key));
      }
    }
  }
}

}  // namespace

int main() {
  Random random(kSeed);
  reference_matches_finite_differences(random);
  matches_double(random);
  thread_count_is_invisible(random);
  few_pairs_are_shared_out(random);
  poison_stays_where_it_is_seen(random);
  return report("attention_grad", kSeed);
}
