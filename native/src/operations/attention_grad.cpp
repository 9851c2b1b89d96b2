// attention_grad: a unit of work is kChunk query rows of one head. It walks the
// blocks of keys that its rows see and, for each, its blocks of rows: dq is complete
// after it, and its share of dk and dv is summed from nothing. Shares are added in
// ascending (head, chunk) order, so that bits are the same whether one task does all
// units of a (batch, kv head) pair, packing the pair's keys once, or, where pairs
// are too few for the threads, each unit is a task that leaves its share in memory.
#include "../kernels/reduce.hpp"
#include "attention_parts.hpp"
#include "attention_shapes.hpp"
#include "tasks.hpp"

RS_FAMILY_ACCESS(ReduceKernels, reduce_kernels, reductions)

namespace rs {
namespace {

enum Input { kQuery, kKey, kValue, kOut, kLse, kDout };

// Large, since each share costs a pass over the keys' gradients.
constexpr int64_t kChunk = 24 * kQueryBlock;

// Blocks of keys.
struct Blocks {
  int64_t first = 0, end = 0;
  bool has(int64_t block) const { return block >= first && block < end; }
};

struct Plan {
  AttentionShape x;
  int64_t key_blocks, chunks, units, pairs;  // units: of one pair
  int64_t slots;                             // pairs whose shares lie in memory at a time
  bool split;                                // units are tasks
  int ldd, lde;

  Plan(const OperationArgs& args, int threads)
      : x(args), key_blocks(ceil_div(x.S, kKeyBlock)), chunks(ceil_div(x.T, kChunk)),
        units(x.group() * chunks), pairs(x.B * x.G), ldd(padded_width(x.D)),
        lde(padded_width(x.E)) {
    split = units > 1 && pairs < 4 * threads && pairs % threads != 0;
    slots = units == 0 ? 0 : std::min(pairs, 2 * threads / units + 1);
  }
  size_t keys() const { return static_cast<size_t>(key_blocks) * kKeyBlock; }
  size_t rows() const {
    return static_cast<size_t>(std::min(kChunk, ceil_div(x.T, kQueryBlock) * kQueryBlock));
  }
  // An upper bound of slots * units that grows with either.
  int64_t most_shares(int threads) const {
    return threads == 1 ? 0 : std::min(pairs * units, 2 * threads + units);
  }
};

// One unit's dk and dv.
struct Share {
  float *dk, *dv;
  Share(const Plan& n, Carver& carver)
      : dk(carver.take<float>(n.keys() * n.ldd)), dv(carver.take<float>(n.keys() * n.lde)) {}
};

// A task's packed operands, and its unit's dq.
struct Panels {
  float *kt, *vt, *k;                 // by key
  float *q, *dout, *dq, *lse, *delta; // by row of the unit
  float* scratch;

  Panels(const Plan& n, Carver& carver)
      : kt(carver.take<float>(n.keys() * n.x.D)),
        vt(carver.take<float>(n.keys() * n.x.E)),
        k(carver.take<float>(n.keys() * n.ldd)),
        q(carver.take<float>(n.rows() * n.ldd)),
        dout(carver.take<float>(n.rows() * n.lde)),
        dq(carver.take<float>(n.rows() * n.ldd)),
        lse(carver.take<float>(n.rows())),
        delta(carver.take<float>(n.rows())),
        scratch(carver.take<float>(size_t{2} * kQueryBlock * kKeyBlock)) {}
};

// A (batch, kv head) pair.
class Pair {
 public:
  Pair(Isa isa, const OperationArgs& args, const Plan& n, const BlockSegments& segments,
       int64_t pair)
      : forward_(attention_family(isa)), kernels_(attention_grad_family(isa)),
        reduce_(reductions(isa)), args_(args), x_(n.x), n_(n), segments_(segments),
        b_(pair / n.x.G), g_(pair % n.x.G) {}

  // The blocks that the unit's rows see, as far as positions tell.
  Blocks seen(int64_t unit) const {
    int64_t low = x_.S, high = 0;
    const int64_t first = first_row(unit), end = first + rows_of(unit);
    for (int64_t t = first; t < end; ++t) {
      const KeyRange range = x_.range(b_, t);
      if (range.low >= range.high) continue;
      low = std::min(low, range.low);
      high = std::max(high, range.high);
    }
    if (low >= high) return {};
    return {low / kKeyBlock, ceil_div(high, kKeyBlock)};
  }

  void pack_keys(const Panels& p, Blocks blocks) const {
    const float* k = args_.in[kKey].as<float>();
    const float* v = args_.in[kValue].as<float>();
    for (int64_t block = blocks.first; block < blocks.end; ++block) {
      const int64_t at = block * kKeyBlock;
      const int n = keys_of(block);
      forward_.transpose(k + key_index(at) * x_.D, x_.G * x_.D, n, x_.D, p.kt + at * x_.D);
      forward_.transpose(v + key_index(at) * x_.E, x_.G * x_.E, n, x_.E, p.vt + at * x_.E);
      for (int64_t s = at; s < at + n; ++s) {
        const bool more = s + kFetchAhead < x_.S;
        const float* soon = more ? k + key_index(s + kFetchAhead) * x_.D : nullptr;
        forward_.load_row(k + key_index(s) * x_.D, soon, 1.0f, x_.D, n_.ldd, p.k + s * n_.ldd);
      }
    }
  }

  // Fills the blocks of the share that the unit sees; the keys in them are packed.
  void run(int64_t unit, Blocks blocks, const Panels& p, const Share& share) const {
    const int64_t keys = (blocks.end - blocks.first) * kKeyBlock;
    std::fill_n(share.dk + blocks.first * kKeyBlock * n_.ldd, keys * n_.ldd, 0.0f);
    std::fill_n(share.dv + blocks.first * kKeyBlock * n_.lde, keys * n_.lde, 0.0f);
    pack_rows(unit, p);
    const bool ordered = x_.causal && !x_.positioned;
    for (int64_t key = blocks.first; key < blocks.end; ++key) {
      const int64_t hidden = ordered ? key * kKeyBlock - first_row(unit) : 0;
      const int64_t rows = rows_of(unit);
      for (int64_t row = std::max<int64_t>(0, hidden) / kQueryBlock * kQueryBlock; row < rows;
           row += kQueryBlock) {
        block(unit, key, row, p, share);
      }
    }
    store_rows(unit, p);
  }

  // Adds a unit's share of a block of keys to the results, after those of the units before it.
  void add_keys(int64_t unit, int64_t block, Blocks blocks, const Share& share) const {
    const int64_t first = block * kKeyBlock;
    for (int64_t s = first; s < first + keys_of(block); ++s) {
      add(unit, blocks.has(block), share.dk + s * n_.ldd, x_.D,
          args_.out[1].as<float>() + key_index(s) * x_.D);
      add(unit, blocks.has(block), share.dv + s * n_.lde, x_.E,
          args_.out[2].as<float>() + key_index(s) * x_.E);
    }
  }

 private:
  int64_t key_index(int64_t s) const { return (b_ * x_.S + s) * x_.G + g_; }
  int keys_of(int64_t block) const {
    return static_cast<int>(std::min<int64_t>(kKeyBlock, x_.S - block * kKeyBlock));
  }
  int64_t head(int64_t unit) const { return g_ * x_.group() + unit / n_.chunks; }
  int64_t first_row(int64_t unit) const { return unit % n_.chunks * kChunk; }
  int64_t rows_of(int64_t unit) const { return std::min(kChunk, x_.T - first_row(unit)); }
  // The unit's row r in [B,T,H].
  int64_t row_index(int64_t unit, int64_t r) const {
    return (b_ * x_.T + first_row(unit) + r) * x_.H + head(unit);
  }

  void pack_rows(int64_t unit, const Panels& p) const {
    const float* q = args_.in[kQuery].as<float>();
    const float* out = args_.in[kOut].as<float>();
    const float* dout = args_.in[kDout].as<float>();
    const int64_t rows = rows_of(unit);
    const float* lse =
        args_.in[kLse].as<float>() + (b_ * x_.H + head(unit)) * x_.T + first_row(unit);
    for (int64_t r = 0; r < rows; ++r) {
      const int64_t at = row_index(unit, r);
      const bool more = r + kFetchAhead < rows;
      const int64_t later = more ? row_index(unit, r + kFetchAhead) : 0;
      forward_.load_row(q + at * x_.D, more ? q + later * x_.D : nullptr, x_.scale, x_.D, n_.ldd,
                        p.q + r * n_.ldd);
      forward_.load_row(dout + at * x_.E, more ? dout + later * x_.E : nullptr, 1.0f, x_.E, n_.lde,
                        p.dout + r * n_.lde);
      p.delta[r] = kernels_.dot(out + at * x_.E, dout + at * x_.E, x_.E);
      p.lse[r] = lse[r];
    }
    std::fill_n(p.dq, rows * n_.ldd, 0.0f);
  }

  void block(int64_t unit, int64_t key_block, int64_t first, const Panels& p,
             const Share& share) const {
    const int64_t base = key_block * kKeyBlock;
    GradRows rows;
    rows.rows = static_cast<int>(std::min<int64_t>(kQueryBlock, rows_of(unit) - first));
    uint64_t visible[kQueryBlock], any = 0;
    for (int r = 0; r < rows.rows; ++r) {
      const int64_t t = first_row(unit) + first + r;
      visible[r] = range_mask(x_.range(b_, t), base);
      if (x_.segmented) visible[r] = segments_.mask(x_, args_, b_, t, key_block, visible[r]);
      any |= visible[r];
    }
    if (any == 0) return;
    rows.d = x_.D;
    rows.e = x_.E;
    rows.ldd = n_.ldd;
    rows.lde = n_.lde;
    rows.q = p.q + first * n_.ldd;
    rows.dout = p.dout + first * n_.lde;
    rows.lse = p.lse + first;
    rows.delta = p.delta + first;
    rows.dq = p.dq + first * n_.ldd;
    const GradKeys keys = {p.kt + base * x_.D, p.vt + base * x_.E, p.k + base * n_.ldd,
                           share.dk + base * n_.ldd, share.dv + base * n_.lde};
    kernels_.block(&rows, &keys, visible, p.scratch);
  }

  void store_rows(int64_t unit, const Panels& p) const {
    float* dq = args_.out[0].as<float>();
    for (int64_t r = 0; r < rows_of(unit); ++r) {
      forward_.load_row(p.dq + r * n_.ldd, nullptr, x_.scale, x_.D, x_.D,
                        dq + row_index(unit, r) * x_.D);
    }
  }

  void add(int64_t unit, bool seen, const float* from, int n, float* to) const {
    if (unit == 0 && !seen) std::fill_n(to, n, 0.0f);
    else if (unit == 0) std::copy_n(from, n, to);
    else if (seen) reduce_.accumulate(from, to, static_cast<size_t>(n));
  }

  const AttentionKernels& forward_;
  const AttentionGradKernels& kernels_;
  const ReduceKernels& reduce_;
  const OperationArgs& args_;
  const AttentionShape& x_;
  const Plan& n_;
  const BlockSegments& segments_;
  const int64_t b_, g_;
};

Status check(const OperationArgs& a) {
  RS_RETURN_IF(check_attention_inputs(a, 6, 3));
  const AttentionShape x(a);
  for (const Tensor* out : {&a.in[kOut], &a.in[kDout]}) {
    RS_RETURN_IF(expect_tensor(*out, "output and its gradient", DType::f32, 4));
    const int64_t want[] = {x.B, x.T, x.H, x.E};
    for (int i = 0; i < 4; ++i) {
      RS_RETURN_IF(expect_dim(*out, "output and its gradient", i, want[i]));
    }
  }
  RS_RETURN_IF(check_log_sums(a.in[kLse], x));
  RS_RETURN_IF(expect_tensor(a.out[0], "query gradient", DType::f32, 4));
  RS_RETURN_IF(expect_tensor(a.out[1], "key gradient", DType::f32, 4));
  RS_RETURN_IF(expect_tensor(a.out[2], "value gradient", DType::f32, 4));
  RS_RETURN_IF(expect_same_shape(a.out[0], "query gradient", a.in[kQuery], "queries"));
  RS_RETURN_IF(expect_same_shape(a.out[1], "key gradient", a.in[kKey], "keys"));
  return expect_same_shape(a.out[2], "value gradient", a.in[kValue], "values");
}

size_t shared_bytes(const Plan& n, void* base, BlockSegments* segments) {
  Carver carver(base);
  segments->blocks = n.key_blocks;
  segments->bounds = carver.take<int32_t>(n.x.segmented ? n.x.B * n.key_blocks * 2 : 0);
  return carver.used();
}

size_t share_bytes(const Plan& n) {
  Carver carver;
  Share(n, carver);
  carver.take<Blocks>(1);
  return carver.used();
}

size_t thread_bytes(const Plan& n) {
  Carver carver;
  Panels(n, carver);
  Share(n, carver);
  return carver.used();
}

size_t workspace(const OperationArgs& a, int threads) {
  const Plan n(a, threads);
  BlockSegments segments;
  return shared_bytes(n, nullptr, &segments) + threads * thread_bytes(n) +
         n.most_shares(threads) * share_bytes(n);
}

}  // namespace

Status run_attention_grad(Isa isa, const OperationArgs& args, RunContext& context) {
  const Plan n(args, context.pool.size());
  RS_RETURN_IF(check_positions(n.x));
  if (n.units == 0) {  // no rows give no gradients
    for (const Tensor& out : args.out) std::fill_n(out.as<float>(), out.elements(), 0.0f);
    return Status::good();
  }
  BlockSegments segments;
  char* memory =
      static_cast<char*>(context.workspace) + shared_bytes(n, context.workspace, &segments);
  if (n.x.segmented) segments.fill(n.x, args);
  const size_t each = thread_bytes(n);
  if (!n.split) {
    context.pool.run(n.pairs, [&](size_t task, int thread) {
      Carver carver(memory + thread * each);
      const Panels panels(n, carver);
      const Share share(n, carver);
      const Pair pair(isa, args, n, segments, task);
      pair.pack_keys(panels, {0, n.key_blocks});
      for (int64_t unit = 0; unit < n.units; ++unit) {
        const Blocks blocks = pair.seen(unit);
        pair.run(unit, blocks, panels, share);
        for (int64_t b = 0; b < n.key_blocks; ++b) pair.add_keys(unit, b, blocks, share);
      }
    });
    return Status::good();
  }

  char* shares = memory + context.pool.size() * each;
  const size_t share_size = share_bytes(n);
  const auto share_at = [&](int64_t slot, int64_t unit) {
    return Carver(shares + (slot * n.units + unit) * share_size);
  };
  for (int64_t wave = 0; wave < n.pairs; wave += n.slots) {
    const int64_t count = std::min(n.slots, n.pairs - wave), heads = n.x.group();
    // The last rows see the most keys under a causal mask: longest tasks first.
    context.pool.run(count * n.units, [&](size_t task, int thread) {
      const int64_t rest = static_cast<int64_t>(task) % (count * heads);
      const int64_t chunk = n.chunks - 1 - static_cast<int64_t>(task) / (count * heads);
      const int64_t slot = rest / heads, unit = rest % heads * n.chunks + chunk;
      Carver carver(memory + thread * each), place = share_at(slot, unit);
      const Panels panels(n, carver);
      const Share share(n, place);
      const Pair pair(isa, args, n, segments, wave + slot);
      const Blocks blocks = pair.seen(unit);
      *place.take<Blocks>(1) = blocks;
      pair.pack_keys(panels, blocks);
      pair.run(unit, blocks, panels, share);
    });
    context.pool.run(count * n.key_blocks, [&](size_t task, int) {
      const int64_t slot = static_cast<int64_t>(task) / n.key_blocks;
      const int64_t block = static_cast<int64_t>(task) % n.key_blocks;
      const Pair pair(isa, args, n, segments, wave + slot);
      for (int64_t unit = 0; unit < n.units; ++unit) {
        Carver place = share_at(slot, unit);
        const Share share(n, place);
        pair.add_keys(unit, block, *place.take<Blocks>(1), share);
      }
    });
  }
  return Status::good();
}

const Operation attention_grad_operation = {
    "attention_grad", check, workspace,
    [](const OperationArgs& a, RunContext& c) { return run_attention_grad(active_isa(), a, c); }};

}  // namespace rs
