// paged_attention: rows of many sequences in one step. Adjacent rows of the same
// sequence (a chunk of a prompt, drafted tokens) share a task with the query
// heads that use the same keys, so a page is read once for all of them.
#include "attention_pages.hpp"

namespace rs {
namespace {

enum Input { kQuery, kKeys, kValues, kSeq, kPos, kTable };

// Rows of a task: [first, first + rows) of a run's (row, head of the group) pairs.
struct Unit {
  int64_t run;    // first query row of the run
  int64_t first;  // in the run's pairs
  int rows;
};

struct Shape {
  int64_t R, H, D, E, G, window;
  float scale;

  explicit Shape(const OperationArgs& a)
      : R(a.in[kQuery].shape[0]), H(a.in[kQuery].shape[1]), D(a.in[kQuery].shape[2]),
        E(a.in[kValues].shape[3]), G(a.in[kKeys].shape[1]), window(a.i64(1)), scale(a.f32(0)) {}
  int64_t group() const { return G == 0 ? 0 : H / G; }
  // Each row may be a run of its own, and a row may fill several units.
  size_t most_units() const {
    return static_cast<size_t>(R * ((group() + kQueryBlock - 1) / kQueryBlock));
  }
  size_t unit_bytes() const {
    Carver carver;
    carver.take<Unit>(most_units());
    return carver.used();
  }
  size_t thread_bytes() const {
    Carver carver;
    AttentionRows(attention_family(), static_cast<int>(D), static_cast<int>(E), true, carver);
    return carver.used();
  }
};

Status check(const OperationArgs& a) {
  RS_RETURN_IF(expect_arity(a, 6, 1, 3));
  const double scale = a.attrs[0];
  if (!(scale - scale == 0.0) || !a.integer(1, 0, int64_t{1} << 40)) {
    return Status::error("ERR_VALUE", "paged_attention: expected a finite scale, a window from 0");
  }
  RS_RETURN_IF(expect_tensor(a.in[kQuery], "queries", DType::f32, 3));
  RS_RETURN_IF(expect_tensor(a.in[kSeq], "sequences", DType::i32, 1));
  RS_RETURN_IF(expect_tensor(a.in[kPos], "positions", DType::i32, 1));
  RS_RETURN_IF(check_pages(a.in[kKeys], a.in[kValues], a.in[kTable], a, 2));
  const Shape x(a);
  RS_RETURN_IF(expect_dim(a.in[kSeq], "sequences", 0, x.R));
  RS_RETURN_IF(expect_dim(a.in[kPos], "positions", 0, x.R));
  RS_RETURN_IF(expect_dim(a.in[kKeys], "key pages", 2, x.D));
  if (x.D > (1 << 16) || x.E > (1 << 16)) {
    return Status::error("ERR_SHAPE", "paged_attention: a head has at most 65536 dimensions");
  }
  if (x.G == 0 ? x.H != 0 : x.H % x.G != 0) {
    return Status::error("ERR_SHAPE", "paged_attention: " + std::to_string(x.H) +
                                          " query heads can't be shared among " +
                                          std::to_string(x.G) + " key heads");
  }
  RS_RETURN_IF(expect_tensor(a.out[0], "output", DType::f32, 3));
  RS_RETURN_IF(expect_dim(a.out[0], "output", 0, x.R));
  RS_RETURN_IF(expect_dim(a.out[0], "output", 1, x.H));
  return expect_dim(a.out[0], "output", 2, x.E);
}

size_t workspace(const OperationArgs& a, int threads) {
  const Shape x(a);
  return x.unit_bytes() + threads * x.thread_bytes();
}

// Every page that some row sees. Rows of a prompt see nearly the same pages, so
// only what a row adds to the range before it is looked at.
Status check_visible_pages(const Shape& x, const Pages& pages, const int32_t* seq,
                           const int32_t* pos) {
  KeyRange checked = {0, 0};
  for (int64_t r = 0; r < x.R; ++r) {
    const KeyRange range = causal_range(pos[r], x.window);
    int64_t low = range.low;
    if (r > 0 && seq[r] == seq[r - 1] && checked.low <= low && low < checked.high) {
      low = checked.high;
      checked.high = std::max(checked.high, range.high);
    } else {
      checked = range;
    }
    if (low >= range.high) continue;
    RS_RETURN_IF(check_page_numbers("paged_attention", pages, seq[r], low, range.high));
  }
  return Status::good();
}

size_t split(const Shape& x, const int32_t* seq, Unit* units) {
  size_t n = 0;
  for (int64_t r = 0; r < x.R;) {
    int64_t end = r + 1;
    while (end < x.R && seq[end] == seq[r]) ++end;
    const int64_t pairs = (end - r) * x.group();
    for (int64_t first = 0; first < pairs; first += kQueryBlock) {
      units[n++] = {r, first, static_cast<int>(std::min<int64_t>(kQueryBlock, pairs - first))};
    }
    r = end;
  }
  return n;
}

int kernel_type(DType t) { return t == DType::f32 ? 0 : t == DType::bf16 ? 1 : 2; }

// Where the runs of a block lie. A run that no row sees may have no page: it gets
// the address of one that is seen.
void locate(const Pages& pages, int64_t sequence, int64_t g, int64_t base, uint64_t any,
            KeyBlock* block) {
  const size_t bytes = dtype_bytes(pages.k->dtype);
  int known = -1;
  for (int i = 0; i < kKeyRuns; ++i) {
    if (((any >> (i * kKeyRun)) & 0xffff) == 0) continue;
    const int64_t position = base + i * kKeyRun, slot = position % pages.size;
    const int64_t panel = pages.page(sequence, position) * pages.G + g;
    block->k[i] = pages.k->as<char>() + (panel * pages.D * pages.size + slot) * bytes;
    block->v[i] = pages.v->as<char>() + (panel * pages.size + slot) * pages.E * bytes;
    known = i;
  }
  for (int i = 0; i < kKeyRuns; ++i) {
    if (((any >> (i * kKeyRun)) & 0xffff) != 0) continue;
    block->k[i] = block->k[known];
    block->v[i] = block->v[known];
  }
  block->k_stride = pages.size;
  block->v_stride = pages.E;
}

void attend(const AttentionKernels& kernels, const Shape& x, const Pages& pages,
            const OperationArgs& a, const Unit& unit, int64_t g, void* memory) {
  Carver carver(memory);
  AttentionRows rows(kernels, static_cast<int>(x.D), static_cast<int>(x.E), true, carver);
  const GroupRows group{x.group()};
  const int32_t* pos = a.in[kPos].as<int32_t>();
  const int64_t sequence = a.in[kSeq].as<int32_t>()[unit.run];
  KeyRange range[kQueryBlock];
  float* out[kQueryBlock];
  int64_t low = INT64_MAX, high = 0;
  for (int r = 0; r < unit.rows; ++r) {
    const int64_t row = unit.run + group.position(unit.first + r);
    const int64_t at = row * x.H + g * group.heads + group.head(unit.first + r);
    range[r] = causal_range(pos[row], x.window);
    low = std::min(low, range[r].low);
    high = std::max(high, range[r].high);
    rows.load(r, a.in[kQuery].as<float>() + at * x.D, nullptr, x.scale);
    out[r] = a.out[0].as<float>() + at * x.E;
  }
  rows.begin(unit.rows);
  const int type = kernel_type(pages.k->dtype);
  const auto masks = [&](int64_t base, uint64_t* visible) {
    uint64_t any = 0;
    for (int r = 0; r < unit.rows; ++r) any |= visible[r] = range_mask(range[r], base);
    return any;
  };
  for (int64_t base = low / kKeyBlock * kKeyBlock; base < high; base += kKeyBlock) {
    uint64_t visible[kQueryBlock], later[kQueryBlock];
    const uint64_t any = masks(base, visible);
    if (any == 0) continue;
    KeyBlock block, next = {};
    locate(pages, sequence, g, base, any, &block);
    const uint64_t then = masks(base + kKeyBlock, later);
    if (then != 0) locate(pages, sequence, g, base + kKeyBlock, then, &next);
    std::copy_n(next.k, kKeyRuns, block.next_k);
    rows.block(type, base, block, visible);
  }
  float sum[kQueryBlock];
  rows.finish(out, sum);
}

}  // namespace

Status run_paged_attention(Isa isa, const OperationArgs& a, RunContext& context) {
  const Shape x(a);
  const Pages pages(a.in[kKeys], a.in[kValues], a.in[kTable]);
  const int32_t* seq = a.in[kSeq].as<int32_t>();
  const int32_t* pos = a.in[kPos].as<int32_t>();
  RS_RETURN_IF(check_positions("paged_attention", pages, seq, pos, x.R));
  RS_RETURN_IF(check_visible_pages(x, pages, seq, pos));
  const AttentionKernels& kernels = attention_family(isa);
  Carver carver(context.workspace);
  Unit* units = carver.take<Unit>(x.most_units());
  char* memory = static_cast<char*>(context.workspace) + carver.used();
  const size_t each = x.thread_bytes(), count = split(x, seq, units);
  // The last unit of a prompt sees the most keys: longest tasks first.
  context.pool.run(count * x.G, [&](size_t task, int thread) {
    attend(kernels, x, pages, a, units[count - 1 - task / x.G], task % x.G, memory + thread * each);
  });
  return Status::good();
}

const Operation paged_attention_operation = {
    "paged_attention", check, workspace,
    [](const OperationArgs& a, RunContext& c) { return run_paged_attention(active_isa(), a, c); }};

}  // namespace rs
