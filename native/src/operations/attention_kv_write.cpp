// kv_write: new keys and values go to their pages, keys transposed so that
// attention reads adjacent keys as lanes.
#include <algorithm>

#include "../base/half.hpp"
#include "attention_pages.hpp"

namespace rs {
namespace {

enum Input { kKey, kValue, kSeq, kPos, kTable };

Status check(const OperationArgs& a) {
  RS_RETURN_IF(expect_arity(a, 5, 2, 1));
  RS_RETURN_IF(expect_tensor(a.in[kKey], "keys", DType::f32, 3));
  RS_RETURN_IF(expect_tensor(a.in[kValue], "values", DType::f32, 3));
  RS_RETURN_IF(expect_tensor(a.in[kSeq], "sequences", DType::i32, 1));
  RS_RETURN_IF(expect_tensor(a.in[kPos], "positions", DType::i32, 1));
  RS_RETURN_IF(check_pages(a.out[0], a.out[1], a.in[kTable], a, 0));
  const int64_t rows = a.in[kKey].shape[0];
  RS_RETURN_IF(expect_dim(a.in[kValue], "values", 0, rows));
  RS_RETURN_IF(expect_dim(a.in[kSeq], "sequences", 0, rows));
  RS_RETURN_IF(expect_dim(a.in[kPos], "positions", 0, rows));
  RS_RETURN_IF(expect_dim(a.in[kKey], "keys", 1, a.out[0].shape[1]));
  RS_RETURN_IF(expect_dim(a.in[kKey], "keys", 2, a.out[0].shape[2]));
  RS_RETURN_IF(expect_dim(a.in[kValue], "values", 1, a.out[1].shape[1]));
  return expect_dim(a.in[kValue], "values", 2, a.out[1].shape[3]);
}

template <typename T, typename Convert>
void write_row(const OperationArgs& a, const Pages& pages, int64_t row, const Convert& convert) {
  const int64_t position = a.in[kPos].as<int32_t>()[row], slot = position % pages.size;
  const int64_t page = pages.page(a.in[kSeq].as<int32_t>()[row], position);
  for (int64_t g = 0; g < pages.G; ++g) {
    const float* k = a.in[kKey].as<float>() + (row * pages.G + g) * pages.D;
    const float* v = a.in[kValue].as<float>() + (row * pages.G + g) * pages.E;
    T* to_k = a.out[0].as<T>() + (page * pages.G + g) * pages.D * pages.size + slot;
    T* to_v = a.out[1].as<T>() + ((page * pages.G + g) * pages.size + slot) * pages.E;
    for (int64_t d = 0; d < pages.D; ++d) to_k[d * pages.size] = convert(k[d]);
    for (int64_t e = 0; e < pages.E; ++e) to_v[e] = convert(v[e]);
  }
}

size_t workspace(const OperationArgs& a, int) {
  return sizeof(int64_t) * static_cast<size_t>(a.in[kKey].shape[0]);
}

// Two rows for one place would race, and their order would decide what it holds.
Status check_places(const OperationArgs& a, const Pages& pages, int64_t* places) {
  const int32_t* seq = a.in[kSeq].as<int32_t>();
  const int32_t* pos = a.in[kPos].as<int32_t>();
  const int64_t rows = a.in[kKey].shape[0];
  for (int64_t r = 0; r < rows; ++r) {
    places[r] = int64_t{pages.page(seq[r], pos[r])} * pages.size + pos[r] % pages.size;
  }
  std::sort(places, places + rows);
  const int64_t* twice = std::adjacent_find(places, places + rows);
  if (twice == places + rows) return Status::good();
  return Status::error("ERR_VALUE", "kv_write: two rows name place " + std::to_string(*twice % pages.size) +
                                        " of page " + std::to_string(*twice / pages.size) +
                                        "; expected each position once, and pages that sequences "
                                        "don't share where they write");
}

}  // namespace

Status run_kv_write(const OperationArgs& a, RunContext& context) {
  const Pages pages(a.out[0], a.out[1], a.in[kTable]);
  const int32_t* seq = a.in[kSeq].as<int32_t>();
  const int32_t* pos = a.in[kPos].as<int32_t>();
  const int64_t rows = a.in[kKey].shape[0];
  RS_RETURN_IF(check_positions("kv_write", pages, seq, pos, rows));
  for (int64_t r = 0; r < rows; ++r) {
    RS_RETURN_IF(check_page_numbers("kv_write", pages, seq[r], pos[r], int64_t{pos[r]} + 1));
  }
  RS_RETURN_IF(check_places(a, pages, static_cast<int64_t*>(context.workspace)));
  context.pool.run(rows, [&](size_t task, int) {
    const int64_t row = static_cast<int64_t>(task);
    switch (pages.k->dtype) {
      case DType::bf16: return write_row<uint16_t>(a, pages, row, f32_to_bf16);
      case DType::f16: return write_row<uint16_t>(a, pages, row, f32_to_f16);
      default: return write_row<float>(a, pages, row, [](float x) { return x; });
    }
  });
  return Status::good();
}

const Operation kv_write_operation = {"kv_write", check, workspace, run_kv_write, 0b11};

}  // namespace rs
