// kv_write and paged_attention: against double precision on the stored values,
// and the equalities that serving stands on.
#include "attention_check.hpp"
#include "base/half.hpp"
#include "operations/attention_pages.hpp"

using namespace rs;
using namespace rs::test;

namespace {

constexpr uint64_t kSeed = 77002;
constexpr DType kTypes[] = {DType::f32, DType::bf16, DType::f16};

struct Shape {
  int H, G, D, E, page;
  DType type;
  int64_t window = 0;
  float scale = 0.25f;
};

// Sequences of given lengths whose pages lie in random order; what is not
// written is NaN.
struct Cache {
  Shape x;
  std::vector<int> lengths;
  int most;
  Array k, v, table;

  Cache(const Shape& shape, std::vector<int> of, Random& random)
      : x(shape), lengths(of), most(pages_of(*std::max_element(of.begin(), of.end())) + 1),
        k(x.type, {total() + 2, x.G, x.D, x.page}), v(x.type, {total() + 2, x.G, x.page, x.E}),
        table(DType::i32, {int64_t(of.size()), most}) {
    std::memset(k.as<char>(), 0xff, k.tensor().bytes());
    std::memset(v.as<char>(), 0xff, v.tensor().bytes());
    std::vector<int32_t> free;
    for (int i = 0; i < total() + 2; ++i) free.push_back(i);
    for (size_t i = free.size(); i > 1; --i) std::swap(free[i - 1], free[random.below(int(i))]);
    std::fill_n(table.as<int32_t>(), table.size(), -1);  // no page may be looked up beyond a row's
    for (size_t s = 0; s < of.size(); ++s) {
      for (int i = 0; i < pages_of(of[s]); ++i) {
        table.as<int32_t>()[s * most + i] = free.back();
        free.pop_back();
      }
    }
  }
  int pages_of(int length) const { return (length + x.page - 1) / x.page; }
  int total() const {
    int n = 0;
    for (int length : lengths) n += pages_of(length);
    return n;
  }
  Status write(Array& keys, Array& values, Array& seq, Array& pos, int threads) {
    return call(kv_write_operation, run_kv_write, {&keys, &values, &seq, &pos, &table}, {&k, &v},
                {double(x.page)}, threads);
  }
  Status attend(Isa isa, Array& q, Array& seq, Array& pos, Array& out, int threads) {
    out.fill(kNan);
    return call(paged_attention_operation, on(isa, run_paged_attention),
                {&q, &k, &v, &seq, &pos, &table}, {&out},
                {x.scale, double(x.window), double(x.page)}, threads);
  }
};

// A row for every position of every sequence: one whole prefill of each.
struct Rows {
  int n;
  Array q, k, v, seq, pos, out;
  Rows(const Shape& x, const std::vector<int>& lengths, Random& random)
      : n(count(lengths)), q(DType::f32, {n, x.H, x.D}), k(DType::f32, {n, x.G, x.D}),
        v(DType::f32, {n, x.G, x.E}), seq(DType::i32, {n}), pos(DType::i32, {n}),
        out(DType::f32, {n, x.H, x.E}) {
    q.fill(random, 2);
    k.fill(random, 2);
    v.fill(random);
    int row = 0;
    for (size_t s = 0; s < lengths.size(); ++s) {
      for (int t = 0; t < lengths[s]; ++t, ++row) {
        seq.as<int32_t>()[row] = int32_t(s);
        pos.as<int32_t>()[row] = t;
      }
    }
  }
  static int count(const std::vector<int>& lengths) {
    int n = 0;
    for (int length : lengths) n += length;
    return n;
  }
};

// The rows named by pick, taken from all rows.
void gather(Array& from, Array& to, const std::vector<int>& pick) {
  const size_t row = from.tensor().bytes() / from.dim(0);
  for (size_t i = 0; i < pick.size(); ++i) {
    std::memcpy(to.as<char>() + i * row, from.as<char>() + pick[i] * row, row);
  }
}

float stored(float x, DType type) {
  if (type == DType::bf16) return bf16_to_f32(f32_to_bf16(x));
  if (type == DType::f16) return f16_to_f32(f32_to_f16(x));
  return x;
}

Shape random_shape(Random& random) {
  Shape x;
  x.G = random.pick({1, 2, 3});
  x.H = x.G * random.pick({1, 2, 3, 7});
  x.D = random.pick({1, 7, 16, 33, 64, 128});
  x.E = random.below(2) ? x.D : random.pick({3, 16, 20, 96});
  x.page = random.pick({16, 32, 48, 64, 80, 128});
  x.type = kTypes[random.below(3)];
  x.window = random.below(2) ? 1 + random.below(100) : 0;
  return x;
}

void matches_double(Random& random) {
  for (int round = 0; round < 40; ++round) {
    const Shape x = random_shape(random);
    const std::vector<int> lengths = {1 + random.below(150), random.pick({1, 15, 16, 17, 64, 65}), 80};
    Cache cache(x, lengths, random);
    Rows rows(x, lengths, random);
    EXPECT(cache.write(rows.k, rows.v, rows.seq, rows.pos, 1 + round % 3).ok(), "kv_write");
    for (Array* a : {&rows.k, &rows.v}) {
      for (int64_t i = 0; i < a->size(); ++i) a->as()[i] = stored(a->as()[i], x.type);
    }
    for (Isa isa : isas()) {
      const Status status = cache.attend(isa, rows.q, rows.seq, rows.pos, rows.out, 1 + round % 3);
      EXPECT(status.ok(), "%s", status.message.c_str());
      int first = 0;
      double worst = 0;
      for (int length : lengths) {
        Problem p{1, length, length, x.H, x.G, x.D, x.E};
        p.window = x.window;
        p.scale = x.scale;
        Doubles out, lse;
        naive_attention(p, rows.q.as() + first * x.H * x.D, rows.k.as() + first * x.G * x.D,
                        rows.v.as() + first * x.G * x.E, out, lse);
        for (size_t i = 0; i < out.size(); ++i) {
          const double error = std::fabs(rows.out.as()[first * x.H * x.E + i] - out[i]);
          worst = error <= worst ? worst : error;  // NaN counts as worst
        }
        first += length;
      }
      EXPECT(worst < 4e-6, "%s H%d G%d D%d E%d page %d type %d window %d: %g", isa_name(isa), x.H,
             x.G, x.D, x.E, x.page, int(x.type), int(x.window), worst);
    }
  }
}

// Whatever rows share a step, in whatever order, with whatever pages and threads.
void steps_do_not_show(Random& random) {
  for (int round = 0; round < 30; ++round) {
    const Shape x = random_shape(random);
    const std::vector<int> lengths = {200, 70, 1, 129};
    Shape other = x;
    other.page = random.pick({16, 48, 64, 96, 256});
    Rows rows(x, lengths, random);
    Cache cache(x, lengths, random), moved(other, lengths, random);
    EXPECT(cache.write(rows.k, rows.v, rows.seq, rows.pos, 1).ok(), "kv_write");
    EXPECT(moved.write(rows.k, rows.v, rows.seq, rows.pos, 3).ok(), "kv_write");
    std::vector<int> pick;
    if (round % 2) {  // a chunk of a prompt with decoding rows around it
      const int from = random.below(190), n = 1 + random.below(200 - from);
      pick.push_back(random.below(rows.n));
      for (int i = 0; i < n; ++i) pick.push_back(from + i);
      pick.push_back(random.below(rows.n));
    } else {
      for (int i = 0; i < 1 + random.below(40); ++i) pick.push_back(random.below(rows.n));
    }
    const int n = int(pick.size());
    Array q(DType::f32, {n, x.H, x.D}), seq(DType::i32, {n}), pos(DType::i32, {n});
    Array out(DType::f32, {n, x.H, x.E}), want(DType::f32, {n, x.H, x.E});
    gather(rows.q, q, pick);
    gather(rows.seq, seq, pick);
    gather(rows.pos, pos, pick);
    for (Isa isa : isas()) {
      EXPECT(cache.attend(isa, rows.q, rows.seq, rows.pos, rows.out, 1).ok(), "paged_attention");
      gather(rows.out, want, pick);
      for (int threads : {1, 2, 3}) {
        EXPECT(moved.attend(isa, q, seq, pos, out, threads).ok(), "paged_attention");
        EXPECT(out.same_bits(want), "%s: pages %d and %d, %d rows, %d threads", isa_name(isa), x.page,
               other.page, n, threads);
      }
    }
  }
}

// Rows whose keys fill more than one chunk: each alone as in a step of several.
void chunks_do_not_show(Random& random) {
  const Shape x{3, 1, 16, 16, 32, DType::f32};
  const int length = 2 * kKeyChunk + 40, n = 4;
  Cache cache(x, {length}, random);
  Rows rows(x, {length}, random);
  EXPECT(cache.write(rows.k, rows.v, rows.seq, rows.pos, 2).ok(), "kv_write");
  const std::vector<int> pick = {length - 1, kKeyChunk - 1, kKeyChunk, length - 30};
  Array q(DType::f32, {n, x.H, x.D}), seq(DType::i32, {n}), pos(DType::i32, {n});
  Array out(DType::f32, {n, x.H, x.E}), one(DType::f32, {1, x.H, x.E}), alone(out);
  gather(rows.q, q, pick);
  gather(rows.seq, seq, pick);
  gather(rows.pos, pos, pick);
  for (Isa isa : isas()) {
    EXPECT(cache.attend(isa, q, seq, pos, out, 1).ok(), "paged_attention");
    for (int i = 0; i < n; ++i) {
      Array q1(DType::f32, {1, x.H, x.D}), seq1(DType::i32, {1}), pos1(DType::i32, {1});
      gather(q, q1, {i});
      gather(seq, seq1, {i});
      gather(pos, pos1, {i});
      EXPECT(cache.attend(isa, q1, seq1, pos1, one, 1).ok(), "paged_attention");
      std::copy_n(one.as(), one.size(), alone.as() + i * one.size());
    }
    EXPECT(out.same_bits(alone), "%s: rows of several chunks", isa_name(isa));
  }
}

// The same history through the op that training uses.
void same_bits_as_attention(Random& random) {
  for (int round = 0; round < 20; ++round) {
    Shape x = random_shape(random);
    x.type = DType::f32;
    const int length = random.pick({1, 16, 63, 64, 65, 150, 200, kKeyChunk + 100});
    if (length > 1000) x.window = 0;
    Cache cache(x, {length}, random);
    Rows rows(x, {length}, random);
    EXPECT(cache.write(rows.k, rows.v, rows.seq, rows.pos, 1).ok(), "kv_write");
    Problem p{1, length, length, x.H, x.G, x.D, x.E};
    p.window = x.window;
    p.scale = x.scale;
    Array q(DType::f32, {1, length, x.H, x.D}), k(DType::f32, {1, length, x.G, x.D});
    Array v(DType::f32, {1, length, x.G, x.E}), out(DType::f32, {1, length, x.H, x.E});
    Array lse(DType::f32, {1, x.H, length});
    std::copy_n(rows.q.as(), q.size(), q.as());
    std::copy_n(rows.k.as(), k.size(), k.as());
    std::copy_n(rows.v.as(), v.size(), v.as());
    for (Isa isa : isas()) {
      EXPECT(call(attention_operation, on(isa, run_attention), {&q, &k, &v}, {&out, &lse}, p.attrs(), 2)
                 .ok(), "attention");
      EXPECT(cache.attend(isa, rows.q, rows.seq, rows.pos, rows.out, 1).ok(), "paged_attention");
      EXPECT(!std::memcmp(out.as(), rows.out.as(), 4 * out.size()), "%s: length %d window %d page %d",
             isa_name(isa), length, int(x.window), x.page);
    }
  }
}

void refuses(Random& random) {
  Shape x{2, 1, 16, 16, 32, DType::bf16};
  Cache cache(x, {40}, random);
  Rows rows(x, {40}, random);
  const auto write = [&] {
    const Status status = cache.write(rows.k, rows.v, rows.seq, rows.pos, 1);
    return std::string(status.ok() ? "" : status.code);
  };
  const auto attend = [&] {
    const Status status = cache.attend(Isa::portable, rows.q, rows.seq, rows.pos, rows.out, 1);
    return std::string(status.ok() ? "" : status.code);
  };
  EXPECT(write().empty() && attend().empty(), "a sound step was refused");
  const Array before = cache.k;
  for (auto [array, value] : {std::pair{&rows.seq, 1}, {&rows.seq, -1}, {&rows.pos, -1},
                              {&rows.pos, 96}, {&rows.pos, 64}}) {
    const int32_t old = array->as<int32_t>()[39];
    array->as<int32_t>()[39] = value;
    rows.k.fill(random);
    EXPECT(write() == "ERR_VALUE" && attend() == "ERR_VALUE", "%d was accepted", value);
    EXPECT(cache.k.same_bits(before), "refused, yet something was written");
    array->as<int32_t>()[39] = old;
  }
  rows.pos.as<int32_t>()[39] = 12;
  EXPECT(write() == "ERR_VALUE", "two rows for one place");
  rows.pos.as<int32_t>()[39] = 39;
  cache.table.as<int32_t>()[0] = 4;
  EXPECT(attend() == "ERR_VALUE" && write() == "ERR_VALUE", "a page beyond the last");
  cache.table.as<int32_t>()[0] = -7;
  cache.x.window = 3;
  for (int i = 0; i < rows.n; ++i) rows.pos.as<int32_t>()[i] = 36;
  EXPECT(attend().empty(), "a page that has left the window was asked for");
}

// Sequences that share a page may read it, and only one row may write a place.
void refuses_shared_places(Random& random) {
  Shape x{2, 1, 16, 16, 32, DType::f32};
  Cache cache(x, {20, 20}, random);
  Rows rows(x, {20, 20}, random);
  EXPECT(cache.write(rows.k, rows.v, rows.seq, rows.pos, 2).ok(), "pages of their own");
  cache.table.as<int32_t>()[cache.most] = cache.table.as<int32_t>()[0];
  const Status status = cache.write(rows.k, rows.v, rows.seq, rows.pos, 2);
  EXPECT(!status.ok() && !std::strcmp(status.code, "ERR_VALUE"), "two rows for one place of a shared page");
}

// Positions are i32: the last one, 2147483647, must not slip past the page check.
void checks_the_last_position() {
  const int page = 16, most = 134217727;  // most * page is the largest multiple below 2^31
  Tensor k{DType::f32, 4, {1, 1, 1, page}}, v{DType::f32, 4, {1, 1, page, 1}};
  Tensor table{DType::i32, 2, {1, most}};
  const double attrs[] = {double(page)};
  const OperationArgs args{{}, {}, attrs};
  EXPECT(check_pages(k, v, table, args, 0).ok(), "the most positions that i32 can name");
  table.shape[1] = most + 1;
  const Status status = check_pages(k, v, table, args, 0);
  EXPECT(!status.ok() && !std::strcmp(status.code, "ERR_SHAPE"), "a table of 2^31 positions");
}

}  // namespace

int main() {
  Random random(kSeed);
  refuses_shared_places(random);
  checks_the_last_position();
  matches_double(random);
  steps_do_not_show(random);
  chunks_do_not_show(random);
  same_bits_as_attention(random);
  refuses(random);
  return report("attention_paged", kSeed);
}
