#include "attention_parts.hpp"

namespace rs {

AttentionRows::AttentionRows(const AttentionKernels& kernels, int d, int e, bool stage,
                             Carver& carver)
    : kernels_(kernels) {
  const auto floats = [&carver](size_t n) { return carver.take<float>(n); };
  part_.rows = 0;
  part_.d = d;
  part_.e = e;
  part_.ldq = padded_width(d);
  part_.ldo = padded_width(e);
  part_.q = floats(size_t{kQueryBlock} * part_.ldq);
  part_.s = floats(size_t{kQueryBlock} * kKeyBlock);
  part_.stage = stage ? floats(size_t{kKeyBlock} * (d + part_.ldo)) : nullptr;
  total_ = part_;
  for (QueryRows* rows : {&part_, &total_}) {
    rows->m = floats(kQueryBlock);
    rows->l = floats(size_t{kQueryBlock} * kRowPad);
    rows->o = floats(size_t{kQueryBlock} * part_.ldo);
  }
}

void AttentionRows::begin(int rows) {
  part_.rows = total_.rows = rows;
  chunk_ = -1;
  kernels_.begin(&part_);
  kernels_.begin(&total_);
}

void AttentionRows::block(int type, int64_t first_key, const KeyBlock& keys,
                          const uint64_t* visible) {
  const int64_t chunk = first_key / kKeyChunk;
  if (chunk_ >= 0 && chunk != chunk_) {
    kernels_.merge(&total_, &part_);
    kernels_.begin(&part_);
  }
  chunk_ = chunk;
  kernels_.block[type](&part_, &keys, visible);
}

void AttentionRows::finish(float* const* out, float* sum) {
  kernels_.merge(&total_, &part_);
  kernels_.finish(&total_, out, sum);
}

}  // namespace rs
