// add_outliers  x[..., K], y_i[..., N_i] each, columns_i[S_i] each, weight_i each ->
// y_i + x[columns_i] W_i^T each
// attributes: format, N, width, group, hasZero, K, then each N_i. N is their sum, and
// width that of every weight, at least S_i; beyond S_i their columns count for nothing.
//
// What outlier columns of weights add to products of one input: one pass over the
// threads, where taking columns, products and sums of their own would be three for each.
// The bits are those of the three.
#include <array>
#include <optional>

#include "columns.hpp"
#include "packed_product.hpp"
#include "tasks.hpp"

namespace rs {
namespace {

constexpr size_t kFixed = 6;
constexpr size_t kMostParts = 16;
constexpr int64_t kAlone = 4096;  // values that one thread prepares sooner than all

Status check_add_outliers(const OperationArgs& args) {
  const size_t parts = args.out.size();
  RS_RETURN_IF(check_packed_attrs(args, "add_outliers"));
  if (parts == 0 || parts > kMostParts || args.attrs.size() != kFixed + parts ||
      !args.integer(5, 0, int64_t{1} << 31)) {
    return Status::error("ERR_PROGRAM", "add_outliers: expected K, 1 to 16 outputs, and for each its size");
  }
  RS_RETURN_IF(expect_arity(args, 1 + 3 * parts, parts, kFixed + parts));
  PackedShape shape = packed_shape(args);
  int64_t left = shape.n;
  for (size_t i = 0; i < parts; ++i) {
    if (!args.integer(kFixed + i, 0, left)) {
      return Status::error("ERR_PROGRAM", "add_outliers: expected sizes whose sum is N");
    }
    shape.n = args.i64(kFixed + i);
    left -= shape.n;
    const Tensor& columns = args.in[1 + parts + i];
    RS_RETURN_IF(expect_projection(args.in[0], args.in[1 + i], args.i64(5), shape.n));
    RS_RETURN_IF(expect_projection(args.in[0], args.out[i], args.i64(5), shape.n));
    RS_RETURN_IF(expect_tensor(columns, "columns", DType::i32, 1));
    if (columns.shape[0] > shape.k) {
      return Status::error("ERR_SHAPE", "columns: expected at most " + std::to_string(shape.k) +
                                            ", found " + describe(columns));
    }
    RS_RETURN_IF(expect_packed(args.in[1 + 2 * parts + i], "weight", shape));
  }
  if (left == 0) return Status::good();
  return Status::error("ERR_PROGRAM", "add_outliers: expected sizes whose sum is N");
}

PackedProduct outlier_product(const OperationArgs& args, int threads) {
  return {packed_shape(args), args.in[0].rows(), true, 0, threads};
}

size_t add_outliers_workspace(const OperationArgs& args, int threads) {
  return args.out.size() * outlier_product(args, threads).workspace_bytes();
}

Status run_add_outliers(const OperationArgs& args, RunContext& context) {
  const size_t parts = args.out.size();
  const int64_t k = args.i64(5), width = args.i64(2);
  for (size_t i = 0; i < parts; ++i) RS_RETURN_IF(expect_ascending(args.in[1 + parts + i], k));
  if (args.in[0].rows() == 0) return Status::good();

  std::array<std::optional<PackedProduct>, kMostParts> products;
  std::array<Projection, kMostParts> projections;
  char* place = static_cast<char*>(context.workspace);
  for (size_t i = 0; i < parts; ++i) {
    PackedProduct& product = products[i].emplace(outlier_product(args, context.pool.size()));
    product.place(place);
    place += product.workspace_bytes();
    projections[i] = {&product,
                      {args.in[1 + 2 * parts + i].as<const uint8_t>(), nullptr, args.i64(kFixed + i)},
                      args.out[i].as<float>(),
                      args.in[1 + i].as<const float>()};
  }
  const int64_t tiles = products[0]->tiles();
  const auto prepare = [&](size_t task, int thread) {
    const size_t i = task / static_cast<size_t>(tiles);
    const Tensor& columns = args.in[1 + parts + i];
    products[i]->prepare_tile(static_cast<int64_t>(task) % tiles, args.in[0].as<const float>(),
                              {nullptr, 0}, {columns.as<const int32_t>(), columns.shape[0], k},
                              thread);
  };
  const size_t tasks = width == 0 ? 0 : parts * static_cast<size_t>(tiles);
  if (static_cast<int64_t>(parts) * args.in[0].rows() * width > kAlone) {
    context.pool.run(tasks, prepare);
  } else {
    for (size_t task = 0; task < tasks; ++task) prepare(task, 0);
  }
  multiply_all({projections.data(), parts}, context.pool);
  return Status::good();
}

}  // namespace

constexpr Operation kAddOutliers = {"add_outliers", check_add_outliers, add_outliers_workspace,
                                    run_add_outliers};

}  // namespace rs
