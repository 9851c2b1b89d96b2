// The output projection fused with its cross-entropy, beside the multiply-add
// peak, in turns. Only the products count as operations: 2 R K V for the loss,
// three times that with both gradients; the exponentials of R V logits are extra
// and are what is missing from the share where K is small.
#include "bench.hpp"
#include "report.hpp"
#include "timing.hpp"

namespace bench {
namespace {

using rs::DType;
using rs::Tensor;

void measure(const Options& options, rs::ThreadPool& pool, int64_t R, int64_t K, int64_t V) {
  const std::string shape =
      " R=" + std::to_string(R) + " K=" + std::to_string(K) + " V=" + std::to_string(V);
  const std::string loss = "linear_cross_entropy" + shape, grad = "linear_cross_entropy_grad" + shape;
  if (!wanted(options, loss) && !wanted(options, grad)) return;
  const Floats x(R * K), w(V * K), out(R), lse(R), dloss(R), dx(R * K), dw(V * K);
  std::vector<int32_t> targets(static_cast<size_t>(R));
  for (int64_t i = 0; i < R; ++i) targets[i] = static_cast<int32_t>(i * 7919 % V);
  const Tensor tx{DType::f32, 2, {R, K}, x.data}, tw{DType::f32, 2, {V, K}, w.data};
  const Tensor tt{DType::i32, 1, {R}, targets.data()};
  const auto row = [&](const Floats& f) { return Tensor{DType::f32, 1, {R}, f.data}; };
  const double operations = 2.0 * double(R) * double(K) * double(V);
  if (wanted(options, loss)) {
    Call call("linear_cross_entropy", {tx, tw, tt}, {row(out), row(lse)}, {-100}, pool);
    against_peak(options, pool, loss, call, operations);
  }
  if (wanted(options, grad)) {
    Call call("linear_cross_entropy_grad", {tx, tw, tt, row(dloss)},
              {row(out), row(lse), {DType::f32, 2, {R, K}, dx.data}, {DType::f32, 2, {V, K}, dw.data}},
              {-100}, pool);
    against_peak(options, pool, grad, call, 3 * operations);
  }
}

}  // namespace

void measure_loss(const Options& options, rs::ThreadPool& pool) {
  measure(options, pool, 2048, 320, 4096);
  measure(options, pool, 2048, 64, 512);
  measure(options, pool, 512, 1536, 32000);
}

}  // namespace bench
