// What the executor knows of an operation: how to check it, how much scratch
// memory it wants, how to run it. Families register tables of these
// (operations/*.cpp); programs name them by their place in all_operations().
#pragma once
#include <stddef.h>
#include <stdint.h>

#include <atomic>
#include <span>
#include <string>

#include "../base/status.hpp"
#include "../base/thread_pool.hpp"
#include "value.hpp"

namespace rs {

struct OperationArgs {
  std::span<const Tensor> in;
  std::span<const Tensor> out;  // an operation may write to out only
  std::span<const double> attrs;

  // Attributes are checked with integer() before they are read as such.
  bool integer(size_t i, int64_t low, int64_t high) const {
    if (i >= attrs.size()) return false;
    const double x = attrs[i];
    return x >= static_cast<double>(low) && x <= static_cast<double>(high) &&
           x == static_cast<double>(static_cast<int64_t>(x));
  }
  int64_t i64(size_t i) const { return static_cast<int64_t>(attrs[i]); }
  float f32(size_t i) const { return static_cast<float>(attrs[i]); }
};

struct RunContext {
  ThreadPool& pool;
  void* workspace;  // 64-byte aligned, at least workspace(args, pool.size()) bytes
};

struct Operation {
  const char* name;
  // Checks arity, dtypes, ranks, concrete shapes and attributes; data pointers
  // are null. Everything run() relies on for memory safety is checked here.
  Status (*check)(const OperationArgs&);
  // Bytes of scratch for these shapes; null for none. Never less for larger shapes.
  size_t (*workspace)(const OperationArgs&, int threads);
  // Computes. Values inside tensors (token ids, page numbers) are checked here,
  // before anything is read or written with them. An empty tensor is legal.
  Status (*run)(const OperationArgs&, RunContext&);
  // Bit i set: output i is also read (an update in place of state).
  uint32_t updates = 0;
};

std::span<const Operation* const> all_operations();
const Operation* find_operation(const char* name);

// The families; each file in operations/ defines one.
std::span<const Operation> elementwise_operations();
std::span<const Operation> layout_operations();
std::span<const Operation> reduce_operations();
std::span<const Operation> matmul_operations();
std::span<const Operation> weight_operations();
std::span<const Operation> norm_operations();
std::span<const Operation> attention_operations();
std::span<const Operation> loss_operations();
std::span<const Operation> embedding_operations();
std::span<const Operation> column_operations();
std::span<const Operation> optimizer_operations();

// Helpers for check(): each returns a message that names what was expected and found.
Status expect_arity(const OperationArgs&, size_t in, size_t out, size_t attrs);
Status expect_tensor(const Tensor&, const char* what, DType, int rank);
Status expect_dim(const Tensor&, const char* what, int axis, int64_t want);
Status expect_same_shape(const Tensor& a, const char* what_a, const Tensor& b, const char* what_b);
std::string describe(const Tensor&);  // "f32[2,3]"

#define RS_RETURN_IF(expression)                            \
  do {                                                      \
    if (::rs::Status status_ = (expression); !status_.ok()) \
      return status_;                                       \
  } while (0)

}  // namespace rs
