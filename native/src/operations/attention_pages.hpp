// Paged keys and values: where a position lies, and the checks that make a page
// table safe to follow.
#pragma once
#include "attention_parts.hpp"

namespace rs {

// kpages [P, G, D, size], vpages [P, G, size, E]; table [sequences, most].
struct Pages {
  const Tensor* k;
  const Tensor* v;
  const int32_t* table;
  int64_t count, G, D, E, size, sequences, most;

  Pages(const Tensor& kpages, const Tensor& vpages, const Tensor& table);

  int32_t page(int64_t sequence, int64_t position) const {
    return table[sequence * most + position / size];
  }
  int64_t capacity() const { return most * size; }
};

// kpages, vpages and table agree with each other and with pageSize.
Status check_pages(const Tensor& kpages, const Tensor& vpages, const Tensor& table,
                   const OperationArgs&, size_t page_size_attribute);
// seq and pos name a place in the table, for each row.
Status check_positions(const char* operation, const Pages&, const int32_t* seq, const int32_t* pos,
                       int64_t rows);
// The pages of positions [low, high) exist.
Status check_page_numbers(const char* operation, const Pages&, int64_t sequence, int64_t low,
                          int64_t high);

}  // namespace rs
