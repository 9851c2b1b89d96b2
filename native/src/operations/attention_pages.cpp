#include "attention_pages.hpp"

#include <cstdint>

namespace rs {

Pages::Pages(const Tensor& kpages, const Tensor& vpages, const Tensor& pages)
    : k(&kpages), v(&vpages), table(pages.as<int32_t>()), count(kpages.shape[0]),
      G(kpages.shape[1]), D(kpages.shape[2]), E(vpages.shape[3]), size(kpages.shape[3]),
      sequences(pages.shape[0]), most(pages.shape[1]) {}

Status check_pages(const Tensor& kpages, const Tensor& vpages, const Tensor& table,
                   const OperationArgs& a, size_t page_size_attribute) {
  if (!a.integer(page_size_attribute, kKeyRun, 1 << 20) || a.i64(page_size_attribute) % kKeyRun) {
    return Status::error("ERR_VALUE", "pages: expected a page size that is a multiple of " +
                                          std::to_string(kKeyRun));
  }
  const DType type = kpages.dtype;
  if (type != DType::f32 && type != DType::bf16 && type != DType::f16) {
    return Status::error("ERR_DTYPE", "pages: expected f32, bf16 or f16, found " + describe(kpages));
  }
  RS_RETURN_IF(expect_tensor(kpages, "key pages", type, 4));
  RS_RETURN_IF(expect_tensor(vpages, "value pages", type, 4));
  RS_RETURN_IF(expect_tensor(table, "page table", DType::i32, 2));
  RS_RETURN_IF(expect_dim(kpages, "key pages", 3, a.i64(page_size_attribute)));
  if (table.shape[1] > INT32_MAX / a.i64(page_size_attribute)) {
    return Status::error("ERR_SHAPE", "page table: expected room for at most 2147483647 positions, since "
                                      "positions are i32; found " + describe(table));
  }
  RS_RETURN_IF(expect_dim(vpages, "value pages", 0, kpages.shape[0]));
  RS_RETURN_IF(expect_dim(vpages, "value pages", 1, kpages.shape[1]));
  return expect_dim(vpages, "value pages", 2, kpages.shape[3]);
}

Status check_positions(const char* operation, const Pages& pages, const int32_t* seq,
                       const int32_t* pos, int64_t rows) {
  for (int64_t r = 0; r < rows; ++r) {
    const bool known = seq[r] >= 0 && seq[r] < pages.sequences;
    if (known && pos[r] >= 0 && pos[r] < pages.capacity()) continue;
    return Status::error("ERR_VALUE", std::string(operation) + ": row " + std::to_string(r) +
                                          " has sequence " + std::to_string(seq[r]) +
                                          ", position " + std::to_string(pos[r]) + "; there are " +
                                          std::to_string(pages.sequences) + " sequences of at most " +
                                          std::to_string(pages.capacity()) + " positions");
  }
  return Status::good();
}

Status check_page_numbers(const char* operation, const Pages& pages, int64_t sequence, int64_t low,
                          int64_t high) {
  for (int64_t i = low / pages.size; i * pages.size < high; ++i) {
    const int32_t page = pages.table[sequence * pages.most + i];
    if (page >= 0 && page < pages.count) continue;
    return Status::error("ERR_VALUE", std::string(operation) + ": entry " + std::to_string(i) +
                                          " of sequence " + std::to_string(sequence) +
                                          " names page " + std::to_string(page) + " of " +
                                          std::to_string(pages.count));
  }
  return Status::good();
}

}  // namespace rs
