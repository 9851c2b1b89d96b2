// RMSNorm over the last axis. The weight's gradient crosses rows: each block of
// kRows rows is summed alone, then the blocks in order, whatever the threads.
#include "../kernels/norm.hpp"

#include <algorithm>

#include "../kernels/dispatch.hpp"
#include "../kernels/reduce.hpp"
#include "../program/operation.hpp"
#include "tasks.hpp"

RS_FAMILY_ACCESS(NormKernels, norm_kernels, norms)
RS_FAMILY_ACCESS(ReduceKernels, reduce_kernels, reductions)

namespace rs {
namespace {

constexpr int64_t kRows = 64;

Status expect_row_values(const Tensor& t, const char* what, const Tensor& x) {
  RS_RETURN_IF(expect_tensor(t, what, DType::f32, -1));
  if (t.elements() == x.rows()) return Status::good();
  return Status::error("ERR_SHAPE", std::string(what) + ": expected one value for each row of " +
                                        describe(x) + ", found " + describe(t));
}

Status expect_like(const Tensor& x, const Tensor& t, const char* what) {
  RS_RETURN_IF(expect_tensor(t, what, DType::f32, -1));
  return expect_same_shape(x, "x", t, what);
}

Status expect_rows_and_weight(const Tensor& x, const Tensor& w) {
  RS_RETURN_IF(expect_tensor(x, "x", DType::f32, -1));
  if (x.rank == 0) {
    return Status::error("ERR_SHAPE", "x: expected at least one axis, found " + describe(x));
  }
  RS_RETURN_IF(expect_tensor(w, "w", DType::f32, 1));
  return expect_dim(w, "w", 0, x.last());
}

Status rms_norm_check(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, 2, 2, 1));
  RS_RETURN_IF(expect_rows_and_weight(args.in[0], args.in[1]));
  RS_RETURN_IF(expect_like(args.in[0], args.out[0], "y"));
  return expect_row_values(args.out[1], "rstd", args.in[0]);
}

Status rms_norm_run(const OperationArgs& args, RunContext& context) {
  const auto row = norms().rms_norm;
  const float eps = args.f32(0);
  const int64_t n = args.in[0].last();
  const float *x = args.in[0].as<float>(), *w = args.in[1].as<float>();
  float *y = args.out[0].as<float>(), *rstd = args.out[1].as<float>();
  parallel_rows(context.pool, args.in[0].rows(), n, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      rstd[r] = row(x + r * n, w, eps, y + r * n, static_cast<size_t>(n));
    }
  });
  return Status::good();
}

Status add_rms_norm_check(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, 3, 3, 1));
  RS_RETURN_IF(expect_rows_and_weight(args.in[0], args.in[2]));
  RS_RETURN_IF(expect_like(args.in[0], args.in[1], "residual"));
  RS_RETURN_IF(expect_like(args.in[0], args.out[0], "sum"));
  RS_RETURN_IF(expect_like(args.in[0], args.out[1], "y"));
  return expect_row_values(args.out[2], "rstd", args.in[0]);
}

Status add_rms_norm_run(const OperationArgs& args, RunContext& context) {
  const auto row = norms().add_rms_norm;
  const float eps = args.f32(0);
  const int64_t n = args.in[0].last();
  const float *x = args.in[0].as<float>(), *residual = args.in[1].as<float>(),
              *w = args.in[2].as<float>();
  float *sum = args.out[0].as<float>(), *y = args.out[1].as<float>(),
        *rstd = args.out[2].as<float>();
  parallel_rows(context.pool, args.in[0].rows(), n, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      rstd[r] = row(x + r * n, residual + r * n, w, eps, sum + r * n, y + r * n,
                    static_cast<size_t>(n));
    }
  });
  return Status::good();
}

Status rms_norm_grad_check(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, 4, 2, 0));
  RS_RETURN_IF(expect_rows_and_weight(args.in[0], args.in[1]));
  RS_RETURN_IF(expect_row_values(args.in[2], "rstd", args.in[0]));
  RS_RETURN_IF(expect_like(args.in[0], args.in[3], "dy"));
  RS_RETURN_IF(expect_like(args.in[0], args.out[0], "dx"));
  RS_RETURN_IF(expect_tensor(args.out[1], "dw", DType::f32, 1));
  return expect_same_shape(args.in[1], "w", args.out[1], "dw");
}

size_t rms_norm_grad_workspace(const OperationArgs& args, int) {
  const Tensor& x = args.in[0];
  return sizeof(float) * static_cast<size_t>(ceil_div(x.rows(), kRows) * x.last());
}

Status rms_norm_grad_run(const OperationArgs& args, RunContext& context) {
  const Tensor& t = args.in[0];
  const auto row = norms().rms_norm_grad;
  const int64_t n = t.last(), rows = t.rows(), blocks = ceil_div(rows, kRows);
  const float *x = t.as<float>(), *w = args.in[1].as<float>(), *rstd = args.in[2].as<float>(),
              *dy = args.in[3].as<float>();
  float *dx = args.out[0].as<float>(), *dw = args.out[1].as<float>();
  if (t.elements() == 0) {
    std::fill(dw, dw + n, 0.0f);
    return Status::good();
  }
  auto* partial = static_cast<float*>(context.workspace);
  parallel_rows(context.pool, blocks, n * kRows, [&](int64_t begin, int64_t end) {
    for (int64_t block = begin; block < end; ++block) {
      float* sums = partial + block * n;
      std::fill(sums, sums + n, 0.0f);
      for (int64_t r = block * kRows; r < std::min(rows, (block + 1) * kRows); ++r) {
        row(x + r * n, w, rstd[r], dy + r * n, dx + r * n, sums, static_cast<size_t>(n));
      }
    }
  });
  const auto fold = reductions().rows;
  parallel_for(context.pool, n, std::max<int64_t>(kGrain / blocks, 64), [&](int64_t begin, int64_t end) {
    fold(FoldKind::sum, partial + begin, static_cast<size_t>(n), static_cast<size_t>(blocks),
         dw + begin, static_cast<size_t>(end - begin));
  });
  return Status::good();
}

constexpr Operation kOperations[] = {
    {"rms_norm", rms_norm_check, nullptr, rms_norm_run},
    {"rms_norm_grad", rms_norm_grad_check, rms_norm_grad_workspace, rms_norm_grad_run},
    {"add_rms_norm", add_rms_norm_check, nullptr, add_rms_norm_run},
};

}  // namespace

std::span<const Operation> norm_operations() { return kOperations; }

}  // namespace rs
