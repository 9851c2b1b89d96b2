#include "broadcast.hpp"

namespace rs {

void LoopNest::push(int64_t n, const int64_t (&strides)[kOperands]) {
  if (n == 1) return;
  if (rank > 0) {
    bool continues = true;
    for (int k = 0; k < kOperands; ++k) {
      continues = continues && strides[k] == stride[k][rank - 1] * extent[rank - 1];
    }
    if (continues) {
      extent[rank - 1] *= n;
      return;
    }
  }
  extent[rank] = n;
  for (int k = 0; k < kOperands; ++k) stride[k][rank] = strides[k];
  ++rank;
}

void LoopNest::close() {
  if (rank > 0) return;
  rank = 1;
  extent[0] = 1;
  for (int k = 0; k < kOperands; ++k) stride[k][0] = 1;
}

int64_t LoopNest::elements() const {
  int64_t n = 1;
  for (int i = 0; i < rank; ++i) n *= extent[i];
  return n;
}

int64_t LoopNest::offset(int which, int first, int64_t row) const {
  int64_t at = 0;
  for (int i = first; i < rank; ++i) {
    at += (row % extent[i]) * stride[which][i];
    row /= extent[i];
  }
  return at;
}

bool broadcasts(const Tensor& x, const Tensor& y) {
  if (x.rank > y.rank) return false;
  for (int i = 1; i <= x.rank; ++i) {
    const int64_t n = x.shape[x.rank - i];
    if (n != 1 && n != y.shape[y.rank - i]) return false;
  }
  return true;
}

LoopNest broadcast_nest(const Tensor* const* in, int count, const Tensor& y) {
  LoopNest nest;
  int64_t full[LoopNest::kOperands] = {1, 1, 1};
  for (int i = 1; i <= y.rank; ++i) {
    int64_t strides[LoopNest::kOperands] = {};
    for (int k = 0; k < count; ++k) {
      const int64_t n = i <= in[k]->rank ? in[k]->shape[in[k]->rank - i] : 1;
      strides[k] = n == 1 ? 0 : full[k];
      full[k] *= n;
    }
    nest.push(y.shape[y.rank - i], strides);
  }
  nest.close();
  return nest;
}

}  // namespace rs
