// Operations on corresponding elements, with broadcasting as numpy has it.
#include "../kernels/elementwise.hpp"

#include "../kernels/cast.hpp"
#include "../kernels/dispatch.hpp"
#include "../kernels/unary.hpp"
#include "../program/operation.hpp"
#include "broadcast.hpp"
#include "tasks.hpp"

RS_FAMILY_ACCESS(ElementwiseKernels, elementwise_kernels, elementwise)
RS_FAMILY_ACCESS(UnaryKernels, unary_kernels, unary_family)
RS_FAMILY_ACCESS(CastKernels, cast_kernels, casts)

namespace rs {
namespace {

Status expect_kind(const OperationArgs& args, int kinds) {
  if (args.integer(0, 0, kinds - 1)) return Status::good();
  return Status::error("ERR_PROGRAM",
                       "kind: expected an integer from 0 to " + std::to_string(kinds - 1));
}

// Every tensor f32 and of the first input's shape.
Status expect_alike(const OperationArgs& args) {
  const Tensor& x = args.in[0];
  for (const Tensor& t : args.in) {
    RS_RETURN_IF(expect_tensor(t, "input", DType::f32, -1));
    RS_RETURN_IF(expect_same_shape(x, "first input", t, "input"));
  }
  for (const Tensor& t : args.out) {
    RS_RETURN_IF(expect_tensor(t, "output", DType::f32, -1));
    RS_RETURN_IF(expect_same_shape(x, "first input", t, "output"));
  }
  return Status::good();
}

Status unary_check(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, 1, 1, 1));
  RS_RETURN_IF(expect_kind(args, static_cast<int>(UnaryKind::count)));
  return expect_alike(args);
}

Status unary_run(const OperationArgs& args, RunContext& context) {
  const auto& kernels = unary_family();
  const auto kind = static_cast<UnaryKind>(args.i64(0));
  const float* x = args.in[0].as<float>();
  float* y = args.out[0].as<float>();
  parallel_for(context.pool, args.in[0].elements(), kGrain, [&](int64_t begin, int64_t end) {
    kernels.unary(kind, x + begin, y + begin, static_cast<size_t>(end - begin));
  });
  return Status::good();
}

Status unary_grad_check(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, 2, 1, 1));
  RS_RETURN_IF(expect_kind(args, static_cast<int>(UnaryKind::floor)));  // the last, has none
  return expect_alike(args);
}

Status unary_grad_run(const OperationArgs& args, RunContext& context) {
  const auto& kernels = unary_family();
  const auto kind = static_cast<UnaryKind>(args.i64(0));
  const float *x = args.in[0].as<float>(), *dy = args.in[1].as<float>();
  float* dx = args.out[0].as<float>();
  parallel_for(context.pool, args.in[0].elements(), kGrain, [&](int64_t begin, int64_t end) {
    kernels.unary_grad(kind, x + begin, dy + begin, dx + begin, static_cast<size_t>(end - begin));
  });
  return Status::good();
}

// y's shape must be what the inputs broadcast to: as large as needed, no larger.
Status expect_broadcast(const OperationArgs& args) {
  const Tensor& y = args.out[0];
  RS_RETURN_IF(expect_tensor(y, "output", DType::f32, -1));
  int64_t want[kMaxRank];
  for (int i = 0; i < y.rank; ++i) want[i] = 1;
  for (const Tensor& x : args.in) {
    RS_RETURN_IF(expect_tensor(x, "input", DType::f32, -1));
    if (!broadcasts(x, y)) {
      return Status::error("ERR_SHAPE", "input: expected a shape that broadcasts to " +
                                            describe(y) + ", found " + describe(x));
    }
    for (int i = 1; i <= x.rank; ++i) {
      if (x.shape[x.rank - i] != 1) want[y.rank - i] = x.shape[x.rank - i];
    }
  }
  for (int i = 0; i < y.rank; ++i) RS_RETURN_IF(expect_dim(y, "output", i, want[i]));
  return Status::good();
}

// body(row, rows, begin, n): columns [begin, begin + n) of rows that share the
// dimensions of the nest from 2 on.
template <typename Body>
void each_patch(ThreadPool& pool, const LoopNest& nest, const Body& body) {
  const int64_t n = nest.extent[0], total = nest.elements();
  if (total == 0) return;
  const int64_t rows = total / n;
  if (n >= kGrain) {
    const int64_t pieces = ceil_div(n, kGrain);
    pool.run(static_cast<size_t>(rows * pieces), [&](size_t task, int) {
      const int64_t begin = static_cast<int64_t>(task) % pieces * kGrain;
      body(static_cast<int64_t>(task) / pieces, 1, begin, std::min(kGrain, n - begin));
    });
    return;
  }
  const int64_t group = nest.rank > 1 ? nest.extent[1] : 1;
  parallel_rows(pool, rows, n, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end;) {
      const int64_t count = std::min(end - row, group - row % group);
      body(row, count, 0, n);
      row += count;
    }
  });
}

Operand operand_at(const LoopNest& nest, int which, const Tensor& x, int64_t row, int64_t begin) {
  const auto step = static_cast<int>(nest.stride[which][0]);
  return {x.as<float>() + nest.offset(which, 1, row) + begin * step,
          nest.rank > 1 ? static_cast<ptrdiff_t>(nest.stride[which][1]) : 0, step};
}

Status binary_check(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, 2, 1, 1));
  RS_RETURN_IF(expect_kind(args, static_cast<int>(BinaryKind::count)));
  return expect_broadcast(args);
}

Status binary_run(const OperationArgs& args, RunContext& context) {
  const auto& kernels = elementwise();
  const auto kind = static_cast<BinaryKind>(args.i64(0));
  const Tensor &a = args.in[0], &b = args.in[1], &y = args.out[0];
  const Tensor* in[] = {&a, &b};
  const LoopNest nest = broadcast_nest(in, 2, y);
  each_patch(context.pool, nest, [&](int64_t row, int64_t rows, int64_t begin, int64_t n) {
    kernels.binary(kind, operand_at(nest, 0, a, row, begin), operand_at(nest, 1, b, row, begin),
                   y.as<float>() + row * nest.extent[0] + begin, static_cast<size_t>(rows),
                   static_cast<size_t>(n));
  });
  return Status::good();
}

Status binary_scalar_check(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, 1, 1, 3));
  RS_RETURN_IF(expect_kind(args, static_cast<int>(BinaryKind::count)));
  if (!args.integer(2, 0, 1)) return Status::error("ERR_PROGRAM", "swapped: expected 0 or 1");
  return expect_alike(args);
}

Status binary_scalar_run(const OperationArgs& args, RunContext& context) {
  const auto& kernels = elementwise();
  const auto kind = static_cast<BinaryKind>(args.i64(0));
  const float c = args.f32(1);
  const bool swapped = args.i64(2) != 0;
  const float* x = args.in[0].as<float>();
  float* y = args.out[0].as<float>();
  parallel_for(context.pool, args.in[0].elements(), kGrain, [&](int64_t begin, int64_t end) {
    const Operand value{x + begin, 0, 1}, scalar{&c, 0, 0};
    kernels.binary(kind, swapped ? scalar : value, swapped ? value : scalar, y + begin, 1,
                   static_cast<size_t>(end - begin));
  });
  return Status::good();
}

Status where_check(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, 3, 1, 0));
  return expect_broadcast(args);
}

Status where_run(const OperationArgs& args, RunContext& context) {
  const auto& kernels = elementwise();
  const Tensor &c = args.in[0], &a = args.in[1], &b = args.in[2], &y = args.out[0];
  const Tensor* in[] = {&c, &a, &b};
  const LoopNest nest = broadcast_nest(in, 3, y);
  each_patch(context.pool, nest, [&](int64_t row, int64_t rows, int64_t begin, int64_t n) {
    kernels.select(operand_at(nest, 0, c, row, begin), operand_at(nest, 1, a, row, begin),
                   operand_at(nest, 2, b, row, begin),
                   y.as<float>() + row * nest.extent[0] + begin, static_cast<size_t>(rows),
                   static_cast<size_t>(n));
  });
  return Status::good();
}

Status cast_check(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, 1, 1, 0));
  const Tensor &x = args.in[0], &y = args.out[0];
  RS_RETURN_IF(expect_same_shape(x, "input", y, "output"));
  const auto castable = [](DType t) { return t != DType::u8 && t != DType::i8; };
  if ((x.dtype == DType::f32) != (y.dtype == DType::f32) && castable(x.dtype) &&
      castable(y.dtype)) {
    return Status::good();
  }
  return Status::error("ERR_DTYPE", "expected f32 to bf16, f16 or i32, or the reverse, found " +
                                        describe(x) + " to " + describe(y));
}

Status cast_run(const OperationArgs& args, RunContext& context) {
  const auto& kernels = casts();
  const Tensor &x = args.in[0], &y = args.out[0];
  const bool from_f32 = x.dtype == DType::f32;
  const DType other = from_f32 ? y.dtype : x.dtype;
  parallel_for(context.pool, x.elements(), kGrain, [&](int64_t begin, int64_t end) {
    const auto n = static_cast<size_t>(end - begin);
    if (other == DType::i32) {
      if (from_f32) kernels.f32_to_i32(x.as<float>() + begin, y.as<int32_t>() + begin, n);
      else kernels.i32_to_f32(x.as<int32_t>() + begin, y.as<float>() + begin, n);
    } else if (from_f32) {
      const auto narrow = other == DType::bf16 ? kernels.f32_to_bf16 : kernels.f32_to_f16;
      narrow(x.as<float>() + begin, y.as<uint16_t>() + begin, n);
    } else {
      const auto widen = other == DType::bf16 ? kernels.bf16_to_f32 : kernels.f16_to_f32;
      widen(x.as<uint16_t>() + begin, y.as<float>() + begin, n);
    }
  });
  return Status::good();
}

Status swiglu_check(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, 2, 1, 0));
  return expect_alike(args);
}

Status swiglu_run(const OperationArgs& args, RunContext& context) {
  const auto& kernels = elementwise();
  const float *gate = args.in[0].as<float>(), *up = args.in[1].as<float>();
  float* y = args.out[0].as<float>();
  parallel_for(context.pool, args.in[0].elements(), kGrain, [&](int64_t begin, int64_t end) {
    kernels.swiglu(gate + begin, up + begin, y + begin, static_cast<size_t>(end - begin));
  });
  return Status::good();
}

Status swiglu_grad_check(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, 3, 2, 0));
  return expect_alike(args);
}

Status swiglu_grad_run(const OperationArgs& args, RunContext& context) {
  const auto& kernels = elementwise();
  const float *gate = args.in[0].as<float>(), *up = args.in[1].as<float>(),
              *dy = args.in[2].as<float>();
  float *dgate = args.out[0].as<float>(), *dup = args.out[1].as<float>();
  parallel_for(context.pool, args.in[0].elements(), kGrain, [&](int64_t begin, int64_t end) {
    kernels.swiglu_grad(gate + begin, up + begin, dy + begin, dgate + begin, dup + begin,
                        static_cast<size_t>(end - begin));
  });
  return Status::good();
}

constexpr Operation kOperations[] = {
    {"unary", unary_check, nullptr, unary_run},
    {"unary_grad", unary_grad_check, nullptr, unary_grad_run},
    {"binary", binary_check, nullptr, binary_run},
    {"binary_scalar", binary_scalar_check, nullptr, binary_scalar_run},
    {"where", where_check, nullptr, where_run},
    {"cast", cast_check, nullptr, cast_run},
    {"swiglu", swiglu_check, nullptr, swiglu_run},
    {"swiglu_grad", swiglu_grad_check, nullptr, swiglu_grad_run},
};

}  // namespace

std::span<const Operation> elementwise_operations() { return kOperations; }

}  // namespace rs
