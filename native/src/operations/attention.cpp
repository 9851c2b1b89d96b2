// The family's table.
#include "attention_parts.hpp"

namespace rs {

std::span<const Operation> attention_operations() {
  static const Operation operations[] = {rope_table_operation, rope_operation,
                                         attention_operation,  attention_grad_operation,
                                         kv_write_operation,   paged_attention_operation};
  return operations;
}

}  // namespace rs
