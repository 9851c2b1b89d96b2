// What the attention operations share: which keys a row sees, and rows with their
// softmax state. Run functions take the
// instruction set so that tests can compare all of them in one process.
#pragma once
#include <algorithm>
#include <cstdint>

#include "../kernels/attention.hpp"
#include "../kernels/attention_grad.hpp"
#include "../kernels/attention_rope.hpp"
#include "../kernels/dispatch.hpp"
#include "../program/operation.hpp"
#include "carver.hpp"

RS_FAMILY_ACCESS(AttentionKernels, attention_kernels, attention_family)
RS_FAMILY_ACCESS(AttentionGradKernels, attention_grad_kernels, attention_grad_family)
RS_FAMILY_ACCESS(RopeKernels, rope_kernels, rope_family)

namespace rs {

Status run_rope_table(const OperationArgs&, RunContext&);
Status run_rope(Isa, const OperationArgs&, RunContext&);
Status run_attention(Isa, const OperationArgs&, RunContext&);
Status run_attention_grad(Isa, const OperationArgs&, RunContext&);
Status run_kv_write(const OperationArgs&, RunContext&);
Status run_paged_attention(Isa, const OperationArgs&, RunContext&);

extern const Operation rope_table_operation, rope_operation, attention_operation,
    attention_grad_operation, kv_write_operation, paged_attention_operation;

// Keys [low, high) of a row.
struct KeyRange {
  int64_t low, high;
};

inline KeyRange causal_range(int64_t position, int64_t window) {
  return {window > 0 ? std::max<int64_t>(0, position - window + 1) : 0, position + 1};
}

// Bit j: key base + j lies in the range.
inline uint64_t range_mask(KeyRange r, int64_t base) {
  const auto below = [base](int64_t end) {
    const int64_t n = std::clamp<int64_t>(end - base, 0, kKeyBlock);
    return n == kKeyBlock ? ~0ull : (1ull << n) - 1;
  };
  return below(r.high) & ~below(r.low);
}

constexpr int kFetchAhead = 4;  // rows

// The rows of one task. Chunks of kKeyChunk keys each start from nothing and are
// merged in ascending order, so that a row's bits are the same whether one task
// walks all chunks or several share them.
class AttentionRows {
 public:
  AttentionRows(const AttentionKernels& kernels, int d, int e, bool stage, Carver& carver);

  int rows() const { return part_.rows; }
  void load(int row, const float* q, const float* soon, float scale) {
    kernels_.load_row(q, soon, scale, part_.d, part_.ldq, part_.q + row * part_.ldq);
  }
  void begin(int rows);
  // Blocks come in ascending order of their first key.
  void block(int type, int64_t first_key, const KeyBlock& keys, const uint64_t* visible);
  // sum receives each row's sum of exp(score - maximum()[row]).
  void finish(float* const* out, float* sum);
  const float* maximum() const { return total_.m; }

 private:
  const AttentionKernels& kernels_;
  QueryRows part_, total_;
  int64_t chunk_ = -1;
};

// Query rows of the group of heads that share keys, numbered heads first.
struct GroupRows {
  int64_t heads;  // heads of the group
  int64_t position(int64_t row) const { return row / heads; }
  int64_t head(int64_t row) const { return row % heads; }
};

}  // namespace rs
