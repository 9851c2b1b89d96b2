// Operations that move values without changing them; any element type.
#include <cmath>
#include <cstring>

#include "../program/operation.hpp"
#include "strided_copy.hpp"
#include "tasks.hpp"

namespace rs {
namespace {

// strides[i] in elements of a contiguous tensor.
void contiguous_strides(const Tensor& t, int64_t (&strides)[kMaxRank]) {
  int64_t stride = 1;
  for (int i = t.rank - 1; i >= 0; --i) {
    strides[i] = stride;
    stride *= t.shape[i];
  }
}

uint8_t* at(const Tensor& t, int64_t element) {
  return t.as<uint8_t>() + element * static_cast<int64_t>(dtype_bytes(t.dtype));
}

Status expect_same_dtype(const Tensor& x, const Tensor& y) {
  return expect_tensor(y, "output", x.dtype, -1);
}

Status permute_check(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, 1, 1, args.attrs.size()));
  const Tensor &x = args.in[0], &y = args.out[0];
  RS_RETURN_IF(expect_arity(args, 1, 1, static_cast<size_t>(x.rank)));
  RS_RETURN_IF(expect_tensor(y, "output", x.dtype, x.rank));
  unsigned seen = 0;
  for (int i = 0; i < x.rank; ++i) {
    if (!args.integer(i, 0, x.rank - 1)) {
      return Status::error("ERR_PROGRAM", "axes: expected integers below the rank");
    }
    seen |= 1u << args.i64(i);
    RS_RETURN_IF(expect_dim(y, "output", i, x.shape[args.i64(i)]));
  }
  if (seen == (1u << x.rank) - 1u) return Status::good();
  return Status::error("ERR_PROGRAM", "axes: expected each axis once");
}

Status permute_run(const OperationArgs& args, RunContext& context) {
  const Tensor &x = args.in[0], &y = args.out[0];
  int64_t from[kMaxRank], to[kMaxRank];
  contiguous_strides(x, from);
  contiguous_strides(y, to);
  LoopNest nest;
  for (int i = y.rank - 1; i >= 0; --i) nest.push(y.shape[i], {to[i], from[args.i64(i)], 0});
  nest.close();
  strided_copy(context.pool, nest, dtype_bytes(x.dtype), y.data, x.data);
  return Status::good();
}

// `part` is whole[starts[i] + k * steps[i]] along each axis.
Status expect_slice(const OperationArgs& args, const Tensor& whole, const Tensor& part) {
  const int rank = whole.rank;
  RS_RETURN_IF(expect_arity(args, 1, 1, 2 * static_cast<size_t>(rank)));
  RS_RETURN_IF(expect_tensor(args.out[0], "output", args.in[0].dtype, rank));
  for (int i = 0; i < rank; ++i) {
    const int64_t n = part.shape[i];
    if (n == 0) continue;
    if (!args.integer(i, 0, whole.shape[i] - 1)) {
      return Status::error("ERR_SHAPE", "starts: expected an index inside " + describe(whole) +
                                            " along axis " + std::to_string(i));
    }
    if (!args.integer(rank + i, -whole.shape[i], whole.shape[i]) || args.i64(rank + i) == 0) {
      return Status::error("ERR_SHAPE", "steps: expected a nonzero integer no larger than axis " +
                                            std::to_string(i) + " of " + describe(whole));
    }
    const int64_t step = args.i64(rank + i);
    const int64_t room = step > 0 ? whole.shape[i] - 1 - args.i64(i) : args.i64(i);
    if ((n - 1) > room / std::abs(step)) {
      return Status::error("ERR_SHAPE", "expected a slice inside " + describe(whole) + ", found " +
                                            describe(part) + " reaching past its end along axis " +
                                            std::to_string(i));
    }
  }
  return Status::good();
}

Status slice_check(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, 1, 1, args.attrs.size()));
  return expect_slice(args, args.in[0], args.out[0]);
}

Status slice_grad_check(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, 1, 1, args.attrs.size()));
  return expect_slice(args, args.out[0], args.in[0]);
}

// The slice's first element and, per axis, its strides in the whole.
int64_t slice_strides(const OperationArgs& args, const Tensor& whole, int64_t (&strides)[kMaxRank]) {
  contiguous_strides(whole, strides);
  int64_t first = 0;
  for (int i = 0; i < whole.rank; ++i) {
    first += args.i64(i) * strides[i];
    strides[i] *= args.i64(whole.rank + i);
  }
  return first;
}

Status slice_run(const OperationArgs& args, RunContext& context) {
  const Tensor &x = args.in[0], &y = args.out[0];
  if (y.elements() == 0) return Status::good();
  int64_t from[kMaxRank], to[kMaxRank];
  const int64_t first = slice_strides(args, x, from);
  contiguous_strides(y, to);
  LoopNest nest;
  for (int i = y.rank - 1; i >= 0; --i) nest.push(y.shape[i], {to[i], from[i], 0});
  nest.close();
  strided_copy(context.pool, nest, dtype_bytes(x.dtype), y.data, at(x, first));
  return Status::good();
}

void zero(ThreadPool& pool, const Tensor& t) {
  const auto bytes = static_cast<int64_t>(t.bytes());
  parallel_for(pool, bytes, 4 * kGrain, [&](int64_t begin, int64_t end) {
    std::memset(t.as<uint8_t>() + begin, 0, static_cast<size_t>(end - begin));
  });
}

Status slice_grad_run(const OperationArgs& args, RunContext& context) {
  const Tensor &dy = args.in[0], &dx = args.out[0];
  zero(context.pool, dx);
  if (dy.elements() == 0) return Status::good();
  int64_t from[kMaxRank], to[kMaxRank];
  const int64_t first = slice_strides(args, dx, to);
  contiguous_strides(dy, from);
  LoopNest nest;
  for (int i = dy.rank - 1; i >= 0; --i) nest.push(dy.shape[i], {to[i], from[i], 0});
  nest.close();
  strided_copy(context.pool, nest, dtype_bytes(dx.dtype), at(dx, first), dy.data);
  return Status::good();
}

Status concat_check(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, args.in.size(), 1, 1));
  const Tensor& y = args.out[0];
  if (!args.integer(0, 0, y.rank - 1)) {
    return Status::error("ERR_PROGRAM", "axis: expected an integer below the rank");
  }
  const auto axis = static_cast<int>(args.i64(0));
  int64_t total = 0;
  for (const Tensor& x : args.in) {
    RS_RETURN_IF(expect_tensor(x, "input", y.dtype, y.rank));
    for (int i = 0; i < y.rank; ++i) {
      if (i != axis) RS_RETURN_IF(expect_dim(x, "input", i, y.shape[i]));
    }
    total += x.shape[axis];
  }
  return expect_dim(y, "output", axis, total);
}

Status concat_run(const OperationArgs& args, RunContext& context) {
  const Tensor& y = args.out[0];
  if (y.elements() == 0) return Status::good();
  const auto axis = static_cast<int>(args.i64(0));
  int64_t outer = 1, inner = 1, offset = 0;
  for (int i = 0; i < axis; ++i) outer *= y.shape[i];
  for (int i = axis + 1; i < y.rank; ++i) inner *= y.shape[i];
  for (const Tensor& x : args.in) {
    const int64_t block = x.shape[axis] * inner;
    LoopNest nest;
    nest.push(block, {1, 1, 0});
    nest.push(outer, {y.shape[axis] * inner, block, 0});
    nest.close();
    strided_copy(context.pool, nest, dtype_bytes(y.dtype), at(y, offset), x.data);
    offset += block;
  }
  return Status::good();
}

Status broadcast_check(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, 1, 1, 0));
  RS_RETURN_IF(expect_same_dtype(args.in[0], args.out[0]));
  if (broadcasts(args.in[0], args.out[0])) return Status::good();
  return Status::error("ERR_SHAPE", "expected a shape that broadcasts to " +
                                        describe(args.out[0]) + ", found " + describe(args.in[0]));
}

Status broadcast_run(const OperationArgs& args, RunContext& context) {
  const Tensor &x = args.in[0], &y = args.out[0];
  const Tensor* operands[] = {&y, &x};
  const LoopNest nest = broadcast_nest(operands, 2, y);
  strided_copy(context.pool, nest, dtype_bytes(y.dtype), y.data, x.data);
  return Status::good();
}

Status fill_check(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, 0, 1, 1));
  const DType dtype = args.out[0].dtype;
  if (dtype == DType::f32) return Status::good();
  if (dtype != DType::i32) {
    return Status::error("ERR_DTYPE", "output: expected f32 or i32, found " + describe(args.out[0]));
  }
  if (args.integer(0, INT32_MIN, INT32_MAX)) return Status::good();
  return Status::error("ERR_PROGRAM", "value: expected a 32-bit integer");
}

Status fill_run(const OperationArgs& args, RunContext& context) {
  const Tensor& y = args.out[0];
  uint32_t bits;
  if (y.dtype == DType::i32) {
    bits = static_cast<uint32_t>(args.i64(0));
  } else {
    const float value = args.f32(0);
    std::memcpy(&bits, &value, sizeof bits);
  }
  parallel_for(context.pool, y.elements(), kGrain, [&](int64_t begin, int64_t end) {
    std::fill(y.as<uint32_t>() + begin, y.as<uint32_t>() + end, bits);
  });
  return Status::good();
}

Status copy_check(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, 1, 1, 0));
  RS_RETURN_IF(expect_same_dtype(args.in[0], args.out[0]));
  return expect_same_shape(args.in[0], "input", args.out[0], "output");
}

Status copy_run(const OperationArgs& args, RunContext& context) {
  const Tensor &x = args.in[0], &y = args.out[0];
  parallel_for(context.pool, static_cast<int64_t>(x.bytes()), 4 * kGrain,
               [&](int64_t begin, int64_t end) {
                 std::memcpy(y.as<uint8_t>() + begin, x.as<uint8_t>() + begin,
                             static_cast<size_t>(end - begin));
               });
  return Status::good();
}

constexpr Operation kOperations[] = {
    {"permute", permute_check, nullptr, permute_run},
    {"slice", slice_check, nullptr, slice_run},
    {"slice_grad", slice_grad_check, nullptr, slice_grad_run},
    {"concat", concat_check, nullptr, concat_run},
    {"broadcast_to", broadcast_check, nullptr, broadcast_run},
    {"fill", fill_check, nullptr, fill_run},
    {"copy", copy_check, nullptr, copy_run},
};

}  // namespace

std::span<const Operation> layout_operations() { return kOperations; }

}  // namespace rs
