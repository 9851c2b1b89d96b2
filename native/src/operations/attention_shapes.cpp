#include "attention_shapes.hpp"

#include <cmath>

namespace rs {
namespace {

constexpr int64_t kMostDimensions = 1 << 16;  // of one head
constexpr int64_t kMostWindow = int64_t{1} << 40;

const Tensor& segments_input(const OperationArgs& a, bool positioned) {
  return a.in[a.in.size() - (positioned ? 2 : 1)];
}

const int32_t* segments_of(const AttentionShape& x, const OperationArgs& a, int64_t b) {
  return segments_input(a, x.positioned).as<int32_t>() + b * x.S;
}

}  // namespace

AttentionShape::AttentionShape(const OperationArgs& a)
    : B(a.in[0].shape[0]), T(a.in[0].shape[1]), H(a.in[0].shape[2]), S(a.in[1].shape[1]),
      G(a.in[1].shape[2]), D(static_cast<int>(a.in[0].shape[3])),
      E(static_cast<int>(a.in[2].shape[3])), scale(a.f32(0)), causal(a.i64(1) != 0),
      segmented(a.i64(3) != 0), positioned(a.i64(4) != 0), window(a.i64(2)),
      positions(positioned ? a.in[a.in.size() - 1].as<int32_t>() : nullptr) {}

Status check_attention_inputs(const OperationArgs& a, size_t fixed, size_t outputs) {
  const bool segmented = a.integer(3, 1, 1), positioned = a.integer(4, 1, 1);
  RS_RETURN_IF(expect_arity(a, fixed + segmented + positioned, outputs, 5));
  if (!std::isfinite(a.attrs[0])) {
    return Status::error("ERR_VALUE", "attention: the scale must be finite");
  }
  if (!a.integer(1, 0, 1) || !a.integer(2, 0, kMostWindow) || !a.integer(3, 0, 1) ||
      !a.integer(4, 0, 1)) {
    return Status::error("ERR_VALUE",
                         "attention: expected causal 0 or 1, window from 0, hasSegments and "
                         "hasPositions 0 or 1");
  }
  RS_RETURN_IF(expect_tensor(a.in[0], "queries", DType::f32, 4));
  RS_RETURN_IF(expect_tensor(a.in[1], "keys", DType::f32, 4));
  RS_RETURN_IF(expect_tensor(a.in[2], "values", DType::f32, 4));
  const int64_t B = a.in[0].shape[0], T = a.in[0].shape[1], H = a.in[0].shape[2];
  const int64_t S = a.in[1].shape[1], G = a.in[1].shape[2];
  RS_RETURN_IF(expect_dim(a.in[1], "keys", 0, B));
  RS_RETURN_IF(expect_dim(a.in[1], "keys", 3, a.in[0].shape[3]));
  RS_RETURN_IF(expect_dim(a.in[2], "values", 0, B));
  RS_RETURN_IF(expect_dim(a.in[2], "values", 1, S));
  RS_RETURN_IF(expect_dim(a.in[2], "values", 2, G));
  if (a.in[0].shape[3] > kMostDimensions || a.in[2].shape[3] > kMostDimensions) {
    return Status::error("ERR_SHAPE", "attention: a head has at most 65536 dimensions");
  }
  if (G == 0 ? H != 0 : H % G != 0) {
    return Status::error("ERR_SHAPE", "attention: " + std::to_string(H) +
                                          " query heads can't be shared among " +
                                          std::to_string(G) + " key heads");
  }
  if ((a.i64(1) != 0 || segmented) && !positioned && T != S) {
    return Status::error("ERR_SHAPE", "attention: causal and segments need as many queries as keys, "
                                      "or positions; found " +
                                          std::to_string(T) + " and " + std::to_string(S));
  }
  if ((a.i64(2) != 0 || positioned) && a.i64(1) == 0) {
    return Status::error("ERR_VALUE", "attention: a window and positions need causal");
  }
  if (segmented) {
    const Tensor& segments = segments_input(a, positioned);
    RS_RETURN_IF(expect_tensor(segments, "segments", DType::i32, 2));
    RS_RETURN_IF(expect_dim(segments, "segments", 0, B));
    RS_RETURN_IF(expect_dim(segments, "segments", 1, S));
  }
  if (positioned) {
    const Tensor& positions = a.in[a.in.size() - 1];
    RS_RETURN_IF(expect_tensor(positions, "positions", DType::i32, 2));
    RS_RETURN_IF(expect_dim(positions, "positions", 0, B));
    RS_RETURN_IF(expect_dim(positions, "positions", 1, T));
  }
  return Status::good();
}

Status check_positions(const AttentionShape& x) {
  for (int64_t i = 0; x.positioned && i < x.B * x.T; ++i) {
    if (x.positions[i] >= -1 && x.positions[i] < x.S) continue;
    return Status::error("ERR_VALUE", "positions[" + std::to_string(i / x.T) + "," +
                                          std::to_string(i % x.T) + "]: expected -1 to " +
                                          std::to_string(x.S - 1) + ", found " +
                                          std::to_string(x.positions[i]));
  }
  return Status::good();
}

Status check_log_sums(const Tensor& lse, const AttentionShape& x) {
  RS_RETURN_IF(expect_tensor(lse, "log sums", DType::f32, 3));
  RS_RETURN_IF(expect_dim(lse, "log sums", 0, x.B));
  RS_RETURN_IF(expect_dim(lse, "log sums", 1, x.H));
  return expect_dim(lse, "log sums", 2, x.T);
}

void BlockSegments::fill(const AttentionShape& x, const OperationArgs& a) const {
  for (int64_t b = 0; b < x.B; ++b) {
    const int32_t* segments = segments_of(x, a, b);
    for (int64_t block = 0; block < blocks; ++block) {
      const int64_t first = block * kKeyBlock, end = std::min<int64_t>(first + kKeyBlock, x.S);
      const auto [low, high] = std::minmax_element(segments + first, segments + end);
      bounds[(b * blocks + block) * 2] = *low;
      bounds[(b * blocks + block) * 2 + 1] = *high;
    }
  }
}

uint64_t BlockSegments::mask(const AttentionShape& x, const OperationArgs& a, int64_t b, int64_t t,
                             int64_t block, uint64_t mask) const {
  if (mask == 0) return 0;
  const int32_t* segments = segments_of(x, a, b);
  const int32_t own = segments[x.position(b, t)];
  const int32_t* bound = bounds + (b * blocks + block) * 2;
  if (own < bound[0] || own > bound[1]) return 0;
  if (bound[0] == bound[1]) return mask;
  const int64_t first = block * kKeyBlock;
  for (uint64_t left = mask; left != 0; left &= left - 1) {
    const int j = __builtin_ctzll(left);
    if (segments[first + j] != own) mask &= ~(1ull << j);
  }
  return mask;
}

}  // namespace rs
