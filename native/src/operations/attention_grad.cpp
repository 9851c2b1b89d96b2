// attention_grad: a task is a (batch, kv head) pair. It packs the pair's keys and
// values, then takes the query heads that share them one after another; for each
// block of keys it walks the blocks of rows that see it. dk and dv are therefore
// summed in ascending (head, position) order and dq in ascending key order, by
// one thread, whatever the number of threads.
#include "attention_parts.hpp"
#include "attention_shapes.hpp"

namespace rs {
namespace {

enum Input { kQuery, kKey, kValue, kOut, kLse, kDout };

struct Sizes {
  int64_t key_blocks, query_blocks;
  int ldd, lde;

  explicit Sizes(const AttentionShape& x)
      : key_blocks((x.S + kKeyBlock - 1) / kKeyBlock),
        query_blocks((x.T + kQueryBlock - 1) / kQueryBlock), ldd(padded_width(x.D)),
        lde(padded_width(x.E)) {}
  size_t keys() const { return static_cast<size_t>(key_blocks) * kKeyBlock; }
  size_t rows() const { return static_cast<size_t>(query_blocks) * kQueryBlock; }
};

// A pair's packed operands and sums.
struct Panels {
  float *kt, *vt, *k, *dk, *dv;           // by key
  float *q, *dout, *dq, *lse, *delta;     // by row of one head
  float* scratch;

  Panels(const AttentionShape& x, const Sizes& n, Carver& carver) {
    kt = carver.take<float>(n.keys() * x.D);
    vt = carver.take<float>(n.keys() * x.E);
    k = carver.take<float>(n.keys() * n.ldd);
    dk = carver.take<float>(n.keys() * n.ldd);
    dv = carver.take<float>(n.keys() * n.lde);
    q = carver.take<float>(n.rows() * n.ldd);
    dout = carver.take<float>(n.rows() * n.lde);
    dq = carver.take<float>(n.rows() * n.ldd);
    lse = carver.take<float>(n.rows());
    delta = carver.take<float>(n.rows());
    scratch = carver.take<float>(size_t{2} * kQueryBlock * kKeyBlock);
  }
};

class Pair {
 public:
  Pair(Isa isa, const OperationArgs& args, const AttentionShape& x, const Sizes& n, Panels panels,
       const BlockSegments& segments, int64_t pair)
      : forward_(attention_family(isa)), kernels_(attention_grad_family(isa)), args_(args), x_(x),
        n_(n), p_(panels), segments_(segments), b_(pair / x.G), g_(pair % x.G) {}

  void run() {
    pack_keys();
    for (int64_t head = g_ * x_.group(); head < (g_ + 1) * x_.group(); ++head) {
      pack_rows(head);
      for (int64_t key = 0; key < n_.key_blocks; ++key) {
        for (int64_t row = first_row_block(key); row < n_.query_blocks; ++row) block(key, row);
      }
      store_rows(head);
    }
    store_keys();
  }

 private:
  int64_t key_index(int64_t s) const { return (b_ * x_.S + s) * x_.G + g_; }
  int64_t row_index(int64_t t, int64_t head) const { return (b_ * x_.T + t) * x_.H + head; }
  int64_t first_row_block(int64_t key) const {
    return x_.causal && !x_.positioned ? key * kKeyBlock / kQueryBlock : 0;
  }

  void pack_keys() {
    const float* k = args_.in[kKey].as<float>();
    const float* v = args_.in[kValue].as<float>();
    for (int64_t first = 0; first < x_.S; first += kKeyBlock) {
      const int n = static_cast<int>(std::min<int64_t>(kKeyBlock, x_.S - first));
      forward_.transpose(k + key_index(first) * x_.D, x_.G * x_.D, n, x_.D, p_.kt + first * x_.D);
      forward_.transpose(v + key_index(first) * x_.E, x_.G * x_.E, n, x_.E, p_.vt + first * x_.E);
    }
    for (int64_t s = 0; s < x_.S; ++s) {
      const float* soon = s + kFetchAhead < x_.S ? k + key_index(s + kFetchAhead) * x_.D : nullptr;
      forward_.load_row(k + key_index(s) * x_.D, soon, 1.0f, x_.D, n_.ldd, p_.k + s * n_.ldd);
    }
    std::fill_n(p_.dk, n_.keys() * n_.ldd, 0.0f);
    std::fill_n(p_.dv, n_.keys() * n_.lde, 0.0f);
  }

  void pack_rows(int64_t head) {
    const float* out = args_.in[kOut].as<float>();
    const float* dout = args_.in[kDout].as<float>();
    const float* lse = args_.in[kLse].as<float>() + (b_ * x_.H + head) * x_.T;
    for (int64_t t = 0; t < x_.T; ++t) {
      const int64_t at = row_index(t, head);
      const bool more = t + kFetchAhead < x_.T;
      const int64_t later = more ? row_index(t + kFetchAhead, head) : 0;
      const float* q = args_.in[kQuery].as<float>();
      forward_.load_row(q + at * x_.D, more ? q + later * x_.D : nullptr, x_.scale, x_.D, n_.ldd,
                        p_.q + t * n_.ldd);
      forward_.load_row(dout + at * x_.E, more ? dout + later * x_.E : nullptr, 1.0f, x_.E, n_.lde, p_.dout + t * n_.lde);
      p_.delta[t] = kernels_.dot(out + at * x_.E, dout + at * x_.E, x_.E);
      p_.lse[t] = lse[t];
    }
    std::fill_n(p_.dq, n_.rows() * n_.ldd, 0.0f);
  }

  void block(int64_t key_block, int64_t row_block) {
    const int64_t first = row_block * kQueryBlock, base = key_block * kKeyBlock;
    GradRows rows;
    rows.rows = static_cast<int>(std::min<int64_t>(kQueryBlock, x_.T - first));
    uint64_t visible[kQueryBlock], any = 0;
    for (int r = 0; r < rows.rows; ++r) {
      visible[r] = range_mask(x_.range(b_, first + r), base);
      if (x_.segmented) {
        visible[r] = segments_.mask(x_, args_, b_, first + r, key_block, visible[r]);
      }
      any |= visible[r];
    }
    if (any == 0) return;
    rows.d = x_.D;
    rows.e = x_.E;
    rows.ldd = n_.ldd;
    rows.lde = n_.lde;
    rows.q = p_.q + first * n_.ldd;
    rows.dout = p_.dout + first * n_.lde;
    rows.lse = p_.lse + first;
    rows.delta = p_.delta + first;
    rows.dq = p_.dq + first * n_.ldd;
    const GradKeys keys = {p_.kt + base * x_.D, p_.vt + base * x_.E, p_.k + base * n_.ldd,
                           p_.dk + base * n_.ldd, p_.dv + base * n_.lde};
    kernels_.block(&rows, &keys, visible, p_.scratch);
  }

  void store_rows(int64_t head) {
    float* dq = args_.out[0].as<float>();
    for (int64_t t = 0; t < x_.T; ++t) {
      forward_.load_row(p_.dq + t * n_.ldd, nullptr, x_.scale, x_.D, x_.D, dq + row_index(t, head) * x_.D);
    }
  }

  void store_keys() {
    for (int64_t s = 0; s < x_.S; ++s) {
      std::copy_n(p_.dk + s * n_.ldd, x_.D, args_.out[1].as<float>() + key_index(s) * x_.D);
      std::copy_n(p_.dv + s * n_.lde, x_.E, args_.out[2].as<float>() + key_index(s) * x_.E);
    }
  }

  const AttentionKernels& forward_;
  const AttentionGradKernels& kernels_;
  const OperationArgs& args_;
  const AttentionShape& x_;
  const Sizes& n_;
  const Panels p_;
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

size_t shared_bytes(const AttentionShape& x, const Sizes& n, void* base, BlockSegments* segments) {
  Carver carver(base);
  segments->blocks = n.key_blocks;
  segments->bounds = carver.take<int32_t>(x.segmented ? x.B * n.key_blocks * 2 : 0);
  return carver.used();
}

size_t thread_bytes(const AttentionShape& x, const Sizes& n) {
  Carver carver;
  Panels(x, n, carver);
  return carver.used();
}

size_t workspace(const OperationArgs& a, int threads) {
  const AttentionShape x(a);
  const Sizes n(x);
  BlockSegments segments;
  return shared_bytes(x, n, nullptr, &segments) + threads * thread_bytes(x, n);
}

}  // namespace

Status run_attention_grad(Isa isa, const OperationArgs& args, RunContext& context) {
  const AttentionShape x(args);
  RS_RETURN_IF(check_positions(x));
  const Sizes n(x);
  BlockSegments segments;
  char* memory =
      static_cast<char*>(context.workspace) + shared_bytes(x, n, context.workspace, &segments);
  if (x.segmented) segments.fill(x, args);
  const size_t each = thread_bytes(x, n);
  context.pool.run(x.B * x.G, [&](size_t task, int thread) {
    Carver carver(memory + thread * each);
    Pair(isa, args, x, n, Panels(x, n, carver), segments, task).run();
  });
  return Status::good();
}

const Operation attention_grad_operation = {
    "attention_grad", check, workspace,
    [](const OperationArgs& a, RunContext& c) { return run_attention_grad(active_isa(), a, c); }};

}  // namespace rs
