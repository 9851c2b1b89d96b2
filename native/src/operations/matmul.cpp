// C = A*B for two operands that are both in plain order. The smaller operand is
// packed whole, by all threads; the larger one is packed block by block by the
// thread that is about to use the block, while it is in that thread's cache.
// Products too small to share are given out whole, one batch entry a task.
#include <algorithm>

#include "kernels/dispatch.hpp"
#include "kernels/gemm.hpp"
#include "program/operation.hpp"
#include "tasks.hpp"

RS_FAMILY_ACCESS(GemmKernels, gemm_kernels, gemm)

namespace rs {
namespace {

constexpr int64_t kSteps = 512;       // of k, in a block packed on the way
constexpr int64_t kRowBlock = 144;    // rows of A in such a block
constexpr int64_t kColumnBlock = 128; // columns of B in such a block
constexpr int64_t kShared = 1 << 18;  // multiplications that are worth waking a thread for
constexpr int64_t kWholeFloats = 1 << 18;  // panels of a product that one thread does alone

struct Product {
  int64_t batch = 1, m = 0, n = 0, k = 0;
  bool trans_a = false, trans_b = false;
  FloatType type = FloatType::f32;

  int64_t a_row() const { return trans_a ? 1 : k; }
  int64_t a_k() const { return trans_a ? m : 1; }
  int64_t ldb() const { return trans_b ? k : n; }
  int64_t b_bytes() const { return type == FloatType::f32 ? 4 : 2; }
  // The element of B at step i, column j.
  const void* b_at(const void* b, int64_t i, int64_t j) const {
    const int64_t offset = trans_b ? j * k + i : i * n + j;
    return static_cast<const char*>(b) + offset * b_bytes();
  }
  bool packs_b_whole() const { return n <= m; }
  bool one_task() const { return panel_floats(k, n) <= kWholeFloats; }
};

int64_t floats_64(int64_t floats) { return (floats + 15) / 16 * 16; }

Product product(const OperationArgs& args) {
  const Tensor &a = args.in[0], &c = args.out[0];
  Product p;
  const int r = c.rank;
  for (int i = 0; i + 2 < r; ++i) p.batch *= c.shape[i];
  p.m = c.shape[r - 2];
  p.n = c.shape[r - 1];
  p.trans_a = args.i64(0) != 0;
  p.trans_b = args.i64(1) != 0;
  p.k = a.shape[p.trans_a ? r - 2 : r - 1];
  p.type = static_cast<FloatType>(args.in[1].dtype);
  return p;
}

Status check(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, 2, 1, 2));
  const Tensor &a = args.in[0], &b = args.in[1], &c = args.out[0];
  if (!args.integer(0, 0, 1) || !args.integer(1, 0, 1)) {
    return Status::error("ERR_OUT_OF_RANGE", "matmul: transA and transB must be 0 or 1");
  }
  if (c.rank < 2) {
    return Status::error("ERR_SHAPE", "matmul: c must have rank 2 or more, found " + describe(c));
  }
  RS_RETURN_IF(expect_tensor(a, "matmul a", DType::f32, c.rank));
  RS_RETURN_IF(expect_tensor(c, "matmul c", DType::f32, c.rank));
  if (b.dtype != DType::f32 && b.dtype != DType::bf16 && b.dtype != DType::f16) {
    return Status::error("ERR_DTYPE", "matmul: b must be f32, bf16 or f16, found " + describe(b));
  }
  RS_RETURN_IF(expect_tensor(b, "matmul b", b.dtype, c.rank));
  for (int i = 0; i + 2 < c.rank; ++i) {
    RS_RETURN_IF(expect_dim(a, "matmul a", i, c.shape[i]));
    RS_RETURN_IF(expect_dim(b, "matmul b", i, c.shape[i]));
  }
  const int row = c.rank - 2, column = c.rank - 1;
  const bool ta = args.i64(0) != 0, tb = args.i64(1) != 0;
  RS_RETURN_IF(expect_dim(a, "matmul a", ta ? column : row, c.shape[row]));
  RS_RETURN_IF(expect_dim(b, "matmul b", tb ? row : column, c.shape[column]));
  return expect_dim(b, "matmul b", tb ? column : row, a.shape[ta ? row : column]);
}

// Scratch of one thread for one block, in floats.
int64_t block_floats(const Product& p) {
  const int64_t steps = std::min(p.k, kSteps);
  const int64_t rows = static_cast<int64_t>(gemm().scratch_bytes(kRowBlock, p.k) / sizeof(float));
  return std::max(floats_64(rows), floats_64(panel_floats(steps, std::min(p.n, kColumnBlock))));
}

int64_t alone_floats(const Product& p) {
  return floats_64(std::min(panel_floats(p.k, p.n), kWholeFloats)) + block_floats(p);
}

size_t workspace(const OperationArgs& args, int threads) {
  const Product p = product(args);
  const int64_t whole = floats_64(std::max(panel_floats(p.k, std::min(p.n, p.m)),
                                           p.k * std::min(p.m, p.n)));
  return static_cast<size_t>(std::max(whole + threads * block_floats(p),
                                      threads * alone_floats(p))) * sizeof(float);
}

// Columns of B for one task: enough tasks to share, whole panels.
int64_t column_block(const Product& p, int threads) {
  int64_t columns = kColumnBlock;
  while (columns > kPanelWidth && ceil_div(p.n, columns) < 4 * threads) columns /= 2;
  return columns;
}

// B whole in panels; each task takes rows of A.
void run_rows(const Product& p, const float* a, const void* b, float* c, RunContext& context) {
  float* panels = static_cast<float*>(context.workspace);
  float* scratch = panels + floats_64(panel_floats(p.k, p.n));
  const int threads = context.pool.size();
  const GemmKernels& kernels = gemm();

  const int64_t strip = column_block(p, threads);
  context.pool.run(static_cast<size_t>(ceil_div(p.n, strip)), [&](size_t task, int) {
    const int64_t j = static_cast<int64_t>(task) * strip;
    kernels.pack_b(p.b_at(b, 0, j), p.type, p.ldb(), p.trans_b, p.k, std::min(strip, p.n - j),
                   panels + j * p.k);
  });

  const int64_t least = ceil_div(p.m, kRowBlock);
  const int64_t blocks = std::max<int64_t>(1, ceil_div(least, 2 * threads) * 2 * threads);
  const int64_t rows = ceil_div(ceil_div(p.m, blocks), kernels.mr) * kernels.mr;
  const int64_t size = block_floats(p);
  context.pool.run(static_cast<size_t>(ceil_div(p.m, rows)), [&](size_t task, int thread) {
    const int64_t i = static_cast<int64_t>(task) * rows;
    kernels.gemm_panels(std::min(rows, p.m - i), p.n, p.k, a + i * p.a_row(), p.a_row(), p.a_k(),
                        panels, c + i * p.n, p.n, false, scratch + thread * size);
  });
}

// A whole in tiles; each task takes columns of B, for some of the rows.
void run_columns(const Product& p, const float* a, const void* b, float* c, RunContext& context) {
  float* tiles = static_cast<float*>(context.workspace);
  float* scratch = tiles + floats_64(p.m * p.k);
  const int threads = context.pool.size();
  const GemmKernels& kernels = gemm();

  const int64_t rows = kernels.mr * 2;
  context.pool.run(static_cast<size_t>(ceil_div(p.m, rows)), [&](size_t task, int) {
    const int64_t i = static_cast<int64_t>(task) * rows;
    kernels.pack_a(a + i * p.a_row(), p.a_row(), p.a_k(), std::min(rows, p.m - i), p.k,
                   tiles + i * p.k);
  });

  const int64_t columns = column_block(p, threads);
  const int64_t size = block_floats(p);
  context.pool.run(static_cast<size_t>(ceil_div(p.n, columns)), [&](size_t task, int thread) {
    float* panels = scratch + thread * size;
    const int64_t j = static_cast<int64_t>(task) * columns;
    const int64_t width = std::min(columns, p.n - j);
    for (int64_t s = 0; s < p.k; s += kSteps) {
      const int64_t steps = std::min(kSteps, p.k - s);
      kernels.pack_b(p.b_at(b, s, j), p.type, p.ldb(), p.trans_b, steps, width, panels);
      for (int64_t i = 0; i < p.m; i += kRowBlock) {
        kernels.multiply(std::min(kRowBlock, p.m - i), width, steps, tiles + i * p.k, p.k, s,
                         panels, steps, c + i * p.n + j, p.n, s > 0, nullptr);
      }
    }
  });
}

void run_alone(const Product& p, const float* a, const void* b, float* c, float* scratch) {
  gemm().pack_b(b, p.type, p.ldb(), p.trans_b, p.k, p.n, scratch);
  gemm().gemm_panels(p.m, p.n, p.k, a, p.a_row(), p.a_k(), scratch, c, p.n, false,
                     scratch + floats_64(panel_floats(p.k, p.n)));
}

Status run(const OperationArgs& args, RunContext& context) {
  const Product p = product(args);
  if (p.batch == 0 || p.m == 0 || p.n == 0) return Status::good();
  const float* a = args.in[0].as<const float>();
  const char* b = args.in[1].as<const char>();
  float* c = args.out[0].as<float>();
  if (p.k == 0) {
    std::fill_n(c, p.batch * p.m * p.n, 0.0f);
    return Status::good();
  }

  const bool small = p.m * p.n * p.k <= kShared;
  if (p.one_task() && (small || p.batch >= 4 * context.pool.size())) {
    const int64_t size = alone_floats(p);
    const int64_t per_task = std::max<int64_t>(1, kShared / (p.m * p.n * p.k));
    const size_t tasks = static_cast<size_t>(ceil_div(p.batch, per_task));
    context.pool.run(tasks, [&](size_t task, int thread) {
      float* scratch = static_cast<float*>(context.workspace) + thread * size;
      const int64_t first = static_cast<int64_t>(task) * per_task;
      for (int64_t i = first; i < std::min(p.batch, first + per_task); ++i) {
        run_alone(p, a + i * p.m * p.k, b + i * p.k * p.n * p.b_bytes(), c + i * p.m * p.n,
                  scratch);
      }
    });
    return Status::good();
  }
  for (int64_t i = 0; i < p.batch; ++i) {
    const auto part = p.packs_b_whole() ? run_rows : run_columns;
    part(p, a + i * p.m * p.k, b + i * p.k * p.n * p.b_bytes(), c + i * p.m * p.n, context);
  }
  return Status::good();
}

constexpr Operation kOperations[] = {{"matmul", check, workspace, run}};

}  // namespace

std::span<const Operation> matmul_operations() { return kOperations; }

}  // namespace rs
