// The list of all operations, and the sentences that check() answers with.
#include "operation.hpp"

#include <cstring>
#include <vector>

namespace rs {

const char* dtype_name(DType t) {
  switch (t) {
    case DType::f32: return "f32";
    case DType::bf16: return "bf16";
    case DType::f16: return "f16";
    case DType::i32: return "i32";
    case DType::u8: return "u8";
    default: return "i8";
  }
}

std::string describe(const Tensor& t) {
  std::string s = dtype_name(t.dtype);
  s += '[';
  for (int i = 0; i < t.rank; ++i) {
    if (i > 0) s += ',';
    s += std::to_string(t.shape[i]);
  }
  s += ']';
  return s;
}

Status expect_arity(const OperationArgs& args, size_t in, size_t out, size_t attrs) {
  const auto differ = [](const char* what, size_t want, size_t found) {
    return Status::error("ERR_PROGRAM", "expected " + std::to_string(want) + " " + what +
                                            ", found " + std::to_string(found));
  };
  if (args.in.size() != in) return differ("inputs", in, args.in.size());
  if (args.out.size() != out) return differ("outputs", out, args.out.size());
  if (args.attrs.size() != attrs) return differ("attributes", attrs, args.attrs.size());
  return Status::good();
}

Status expect_tensor(const Tensor& t, const char* what, DType dtype, int rank) {
  if (t.dtype != dtype) {
    return Status::error("ERR_DTYPE", std::string(what) + ": expected " + dtype_name(dtype) +
                                          ", found " + describe(t));
  }
  if (rank >= 0 && t.rank != rank) {
    return Status::error("ERR_SHAPE", std::string(what) + ": expected rank " +
                                          std::to_string(rank) + ", found " + describe(t));
  }
  return Status::good();
}

Status expect_dim(const Tensor& t, const char* what, int axis, int64_t want) {
  if (axis < t.rank && t.shape[axis] == want) return Status::good();
  return Status::error("ERR_SHAPE", std::string(what) + ": expected " + std::to_string(want) +
                                        " along axis " + std::to_string(axis) + ", found " +
                                        describe(t));
}

Status expect_same_shape(const Tensor& a, const char* what_a, const Tensor& b, const char* what_b) {
  bool same = a.rank == b.rank;
  for (int i = 0; same && i < a.rank; ++i) same = a.shape[i] == b.shape[i];
  if (same) return Status::good();
  return Status::error("ERR_SHAPE", std::string(what_a) + " and " + what_b +
                                        ": expected the same shape, found " + describe(a) +
                                        " and " + describe(b));
}

std::span<const Operation* const> all_operations() {
  static const std::vector<const Operation*> all = [] {
    std::vector<const Operation*> list;
    for (const auto family :
         {elementwise_operations(), layout_operations(), reduce_operations(), matmul_operations(),
          weight_operations(), norm_operations(), attention_operations(), loss_operations(),
          embedding_operations(), column_operations(), optimizer_operations()}) {
      for (const Operation& operation : family) list.push_back(&operation);
    }
    return list;
  }();
  return all;
}

const Operation* find_operation(const char* name) {
  for (const Operation* operation : all_operations()) {
    if (std::strcmp(operation->name, name) == 0) return operation;
  }
  return nullptr;
}

}  // namespace rs
