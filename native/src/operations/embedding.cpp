// Rows of a table by number, and the table's gradient.
#include <algorithm>
#include <cstring>

#include "../kernels/cast.hpp"
#include "../kernels/dispatch.hpp"
#include "../kernels/reduce.hpp"
#include "../program/operation.hpp"
#include "tasks.hpp"

RS_FAMILY_ACCESS(CastKernels, cast_kernels, casts)
RS_FAMILY_ACCESS(ReduceKernels, reduce_kernels, reductions)

namespace rs {
namespace {

// y is [ids…, D] where the table is [V, D].
Status expect_rows_of(const Tensor& ids, const Tensor& table, const Tensor& y, const char* what) {
  RS_RETURN_IF(expect_tensor(ids, "ids", DType::i32, -1));
  RS_RETURN_IF(expect_tensor(table, "table", table.dtype, 2));
  RS_RETURN_IF(expect_tensor(y, what, DType::f32, ids.rank + 1));
  for (int i = 0; i < ids.rank; ++i) RS_RETURN_IF(expect_dim(y, what, i, ids.shape[i]));
  return expect_dim(y, what, ids.rank, table.shape[1]);
}

Status expect_ids(const Tensor& ids, int64_t vocabulary) {
  const auto* id = ids.as<int32_t>();
  const int64_t n = ids.elements();
  for (int64_t i = 0; i < n; ++i) {
    if (id[i] >= 0 && id[i] < vocabulary) continue;
    return Status::error("ERR_VALUE", "ids: expected values from 0 to " +
                                          std::to_string(vocabulary - 1) + ", found " +
                                          std::to_string(id[i]) + " at " + std::to_string(i));
  }
  return Status::good();
}

Status embedding_check(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, 2, 1, 0));
  const Tensor& table = args.in[0];
  if (table.dtype != DType::f32 && table.dtype != DType::bf16 && table.dtype != DType::f16) {
    return Status::error("ERR_DTYPE", "table: expected f32, bf16 or f16, found " + describe(table));
  }
  return expect_rows_of(args.in[1], table, args.out[0], "output");
}

Status embedding_run(const OperationArgs& args, RunContext& context) {
  const Tensor &table = args.in[0], &ids = args.in[1];
  RS_RETURN_IF(expect_ids(ids, table.shape[0]));
  const int64_t n = table.shape[1];
  const auto* id = ids.as<int32_t>();
  float* y = args.out[0].as<float>();
  const auto widen = table.dtype == DType::bf16 ? casts().bf16_to_f32 : casts().f16_to_f32;
  parallel_rows(context.pool, ids.elements(), n, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const int64_t from = id[r] * n;
      if (table.dtype == DType::f32) {
        std::memcpy(y + r * n, table.as<float>() + from, sizeof(float) * static_cast<size_t>(n));
      } else {
        widen(table.as<uint16_t>() + from, y + r * n, static_cast<size_t>(n));
      }
    }
  });
  return Status::good();
}

Status embedding_grad_check(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, 2, 1, 0));
  RS_RETURN_IF(expect_tensor(args.out[0], "dtable", DType::f32, 2));
  return expect_rows_of(args.in[0], args.out[0], args.in[1], "dy");
}

// Rows that share an id are added in ascending order: the split is by columns,
// so that how often an id occurs doesn't unbalance the threads.
Status embedding_grad_run(const OperationArgs& args, RunContext& context) {
  const Tensor &ids = args.in[0], &dtable = args.out[0];
  RS_RETURN_IF(expect_ids(ids, dtable.shape[0]));
  float* out = dtable.as<float>();
  parallel_for(context.pool, dtable.elements(), kGrain, [&](int64_t begin, int64_t end) {
    std::fill(out + begin, out + end, 0.0f);
  });
  const auto add = reductions().accumulate;
  const int64_t n = dtable.shape[1], rows = ids.elements();
  const auto* id = ids.as<int32_t>();
  const float* dy = args.in[1].as<float>();
  constexpr int64_t kLine = 16;  // floats in a cache line: no two threads write to one
  const int64_t share = ceil_div(n, 2 * context.pool.size());
  const int64_t columns = rows * n <= kGrain ? n : ceil_div(share, kLine) * kLine;
  parallel_for(context.pool, n, columns, [&](int64_t begin, int64_t end) {
    for (int64_t r = 0; r < rows; ++r) {
      add(dy + r * n + begin, out + id[r] * n + begin, static_cast<size_t>(end - begin));
    }
  });
  return Status::good();
}

constexpr Operation kOperations[] = {
    {"embedding", embedding_check, nullptr, embedding_run},
    {"embedding_grad", embedding_grad_check, nullptr, embedding_grad_run},
};

}  // namespace

std::span<const Operation> embedding_operations() { return kOperations; }

}  // namespace rs
