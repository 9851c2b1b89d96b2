// attention: keys and values of a (batch, kv head) pair are packed once into
// panels, then blocks of its query rows run in parallel. Pairs go through in
// waves, so that scratch memory doesn't grow with the batch and a wave's panels
// are still in cache when they are used.
#include <cmath>

#include "attention_parts.hpp"
#include "attention_shapes.hpp"

namespace rs {
namespace {

struct Plan {
  AttentionShape x;
  int64_t pairs, slots, blocks, query_rows, query_blocks;
  size_t panel_floats;  // a pair's packed keys and values

  explicit Plan(const AttentionShape& shape, int threads) : x(shape) {
    pairs = x.B * x.G;
    slots = std::min<int64_t>(pairs, 2 * static_cast<int64_t>(threads));
    blocks = (x.S + kKeyBlock - 1) / kKeyBlock;
    query_rows = x.T * x.group();
    query_blocks = (query_rows + kQueryBlock - 1) / kQueryBlock;
    panel_floats = static_cast<size_t>(blocks) * kKeyBlock * (x.D + padded_width(x.E));
  }
  float* keys(float* panels, int64_t slot, int64_t block) const {
    return panels + slot * panel_floats + static_cast<size_t>(block) * kKeyBlock * x.D;
  }
  float* values(float* panels, int64_t slot, int64_t block) const {
    return keys(panels, slot, blocks) +
           static_cast<size_t>(block) * kKeyBlock * padded_width(x.E);
  }
};

struct Scratch {
  float* panels;
  BlockSegments segments;
  size_t bytes;
};

Scratch carve(const Plan& plan, void* base) {
  Carver carver(base);
  Scratch s;
  s.panels = carver.take<float>(plan.slots * plan.panel_floats);
  s.segments.bounds = carver.take<int32_t>(plan.x.segmented ? plan.x.B * plan.blocks * 2 : 0);
  s.segments.blocks = plan.blocks;
  s.bytes = carver.used();
  return s;
}

size_t thread_bytes(const Plan& plan) {
  Carver carver;
  AttentionRows rows(attention_family(), plan.x.D, plan.x.E, false, carver);
  return carver.used();
}

void pack(const AttentionKernels& kernels, const Plan& plan, const OperationArgs& args,
          float* panels, int64_t slot, int64_t pair, int64_t block) {
  const AttentionShape& x = plan.x;
  const int64_t b = pair / x.G, g = pair % x.G, first = block * kKeyBlock;
  const int n = static_cast<int>(std::min<int64_t>(kKeyBlock, x.S - first));
  const float* k = args.in[1].as<float>() + ((b * x.S + first) * x.G + g) * x.D;
  const float* v = args.in[2].as<float>() + ((b * x.S + first) * x.G + g) * x.E;
  kernels.transpose(k, x.G * x.D, n, x.D, plan.keys(panels, slot, block));
  const int width = padded_width(x.E);
  float* to = plan.values(panels, slot, block);
  for (int i = 0; i < n; ++i) {
    const float* row = v + i * x.G * x.E;
    const float* soon = i + kFetchAhead < n ? row + kFetchAhead * x.G * x.E : nullptr;
    kernels.load_row(row, soon, 1.0f, x.E, width, to + i * width);
  }
}

void attend(const AttentionKernels& kernels, const Plan& plan, const OperationArgs& args,
            const Scratch& scratch, void* memory, int64_t slot, int64_t pair, int64_t query_block) {
  const AttentionShape& x = plan.x;
  const int64_t b = pair / x.G, g = pair % x.G;
  const GroupRows group{x.group()};
  const int64_t first = query_block * kQueryBlock;
  const int n = static_cast<int>(std::min<int64_t>(kQueryBlock, plan.query_rows - first));
  Carver carver(memory);
  AttentionRows rows(kernels, x.D, x.E, false, carver);
  const auto row_of = [&](int r) {  // index of row r in [B,T,H]
    const int64_t row = first + r;
    return (b * x.T + group.position(row)) * x.H + g * group.heads + group.head(row);
  };
  KeyRange range[kQueryBlock];
  int64_t low = x.S, high = 0;
  for (int r = 0; r < n; ++r) {
    range[r] = x.range(b, group.position(first + r));
    low = std::min(low, range[r].low);
    high = std::max(high, range[r].high);
    const float* q = args.in[0].as<float>();
    const float* soon = r + kFetchAhead < n ? q + row_of(r + kFetchAhead) * x.D : nullptr;
    rows.load(r, q + row_of(r) * x.D, soon, x.scale);
  }
  rows.begin(n);
  const int width = padded_width(x.E);
  for (int64_t block = low / kKeyBlock; block * kKeyBlock < high; ++block) {
    uint64_t visible[kQueryBlock], any = 0;
    for (int r = 0; r < n; ++r) {
      visible[r] = range_mask(range[r], block * kKeyBlock);
      if (x.segmented) {
        visible[r] = scratch.segments.mask(x, args, b, group.position(first + r), block, visible[r]);
      }
      any |= visible[r];
    }
    if (any == 0) continue;
    KeyBlock keys = {};
    keys.k_stride = kKeyBlock;
    keys.v_stride = width;
    for (int i = 0; i < kKeyRuns; ++i) {
      keys.k[i] = plan.keys(scratch.panels, slot, block) + i * kKeyRun;
      keys.v[i] = plan.values(scratch.panels, slot, block) + i * kKeyRun * width;
    }
    rows.block(0, block * kKeyBlock, keys, visible);
  }
  float* out[kQueryBlock];
  float sum[kQueryBlock];
  for (int r = 0; r < n; ++r) out[r] = args.out[0].as<float>() + row_of(r) * x.E;
  rows.finish(out, sum);
  float* lse = args.out[1].as<float>();
  for (int r = 0; r < n; ++r) {
    const int64_t t = group.position(first + r), h = g * group.heads + group.head(first + r);
    lse[(b * x.H + h) * x.T + t] =
        sum[r] == 0.0f ? -INFINITY
                       : static_cast<float>(rows.maximum()[r] + std::log(static_cast<double>(sum[r])));
  }
}

Status check(const OperationArgs& a) {
  RS_RETURN_IF(check_attention_inputs(a, 3, 2));
  const AttentionShape x(a);
  RS_RETURN_IF(expect_tensor(a.out[0], "output", DType::f32, 4));
  RS_RETURN_IF(expect_dim(a.out[0], "output", 0, x.B));
  RS_RETURN_IF(expect_dim(a.out[0], "output", 1, x.T));
  RS_RETURN_IF(expect_dim(a.out[0], "output", 2, x.H));
  RS_RETURN_IF(expect_dim(a.out[0], "output", 3, x.E));
  return check_log_sums(a.out[1], x);
}

size_t workspace(const OperationArgs& a, int threads) {
  const Plan plan(AttentionShape(a), threads);
  return carve(plan, nullptr).bytes + threads * thread_bytes(plan);
}

}  // namespace

Status run_attention(Isa isa, const OperationArgs& args, RunContext& context) {
  const AttentionKernels& kernels = attention_family(isa);
  const Plan plan(AttentionShape(args), context.pool.size());
  RS_RETURN_IF(check_positions(plan.x));
  const Scratch scratch = carve(plan, context.workspace);
  char* memory = static_cast<char*>(context.workspace) + scratch.bytes;
  const size_t each = thread_bytes(plan);
  if (plan.x.segmented) scratch.segments.fill(plan.x, args);
  for (int64_t wave = 0; wave < plan.pairs; wave += plan.slots) {
    const int64_t count = std::min(plan.slots, plan.pairs - wave);
    context.pool.run(count * plan.blocks, [&](size_t task, int) {
      const int64_t slot = static_cast<int64_t>(task) / plan.blocks;
      pack(kernels, plan, args, scratch.panels, slot, wave + slot,
           static_cast<int64_t>(task) % plan.blocks);
    });
    // The last rows see the most keys under a causal mask: longest tasks first.
    context.pool.run(count * plan.query_blocks, [&](size_t task, int thread) {
      const int64_t slot = static_cast<int64_t>(task) % count;
      attend(kernels, plan, args, scratch, memory + thread * each, slot, wave + slot,
             plan.query_blocks - 1 - static_cast<int64_t>(task) / count);
    });
  }
  return Status::good();
}

const Operation attention_operation = {
    "attention", check, workspace,
    [](const OperationArgs& a, RunContext& c) { return run_attention(active_isa(), a, c); }};

}  // namespace rs
