// The elementary functions against the C library in double: the largest error in
// units of the last place over dense sweeps, and the values at the edges.
#include <algorithm>
#include <cinttypes>

#include "check.hpp"
#include "kernels/dispatch.hpp"
#include "kernels/unary.hpp"

RS_FAMILY_ACCESS(UnaryKernels, unary_kernels, unary_family)

namespace rs::test {
namespace {

// The distance in units of the last place of `want` as f32; subnormal results
// are measured in the smallest normal's.
double ulps(float got, double want) {
  const auto nearest = static_cast<float>(want);
  if (std::isnan(want)) return std::isnan(got) ? 0 : 1e30;
  if (std::isinf(nearest) || std::isinf(got)) {
    // Half a unit below infinity rounds either way.
    return got == nearest || std::fabs(want) > 3.4028e38 ? 0 : 1e30;
  }
  int exponent;
  std::frexp(want, &exponent);
  return std::fabs(got - want) / std::ldexp(1.0, std::max(exponent - 24, -149));
}

struct Sweep {
  UnaryKind kind;
  const char* name;
  double (*reference)(double);
  float low, high;
  double bound;  // ulp; the measured largest, rounded up
};

double gelu_erf(double x) { return 0.5 * x * (1 + std::erf(x * std::sqrt(0.5))); }
double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double silu(double x) { return x / (1 + std::exp(-x)); }
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x))); }
double rsqrt(double x) { return 1 / std::sqrt(x); }
double reciprocal(double x) { return 1 / x; }

const Sweep kSweeps[] = {
    {UnaryKind::exp, "exp", std::exp, -87.0f, 88.7f, 1.5},
    {UnaryKind::exp, "exp subnormal", std::exp, -104.0f, -87.0f, 1.5},
    {UnaryKind::log, "log", std::log, 0.5f, 2.0f, 1.5},
    {UnaryKind::log, "log small", std::log, 1e-45f, 0.5f, 1.5},
    {UnaryKind::log, "log large", std::log, 2.0f, 3.4e38f, 1.5},
    {UnaryKind::tanh, "tanh", std::tanh, -10.0f, 10.0f, 2.0},
    {UnaryKind::tanh, "tanh near 0", std::tanh, 1e-40f, 1.0f, 2.0},
    {UnaryKind::sigmoid, "sigmoid", sigmoid, -86.0f, 90.0f, 3.0},
    {UnaryKind::silu, "silu", silu, -80.0f, 80.0f, 3.0},
    {UnaryKind::softplus, "softplus", softplus, -80.0f, 80.0f, 2.5},
    {UnaryKind::sin, "sin", std::sin, -7.0f, 7.0f, 1.5},
    {UnaryKind::cos, "cos", std::cos, -7.0f, 7.0f, 1.5},
    {UnaryKind::sin, "sin far", std::sin, 7.0f, 1e5f, 1.5},
    {UnaryKind::cos, "cos far", std::cos, -1e5f, -7.0f, 1.5},
    {UnaryKind::sin, "sin huge", std::sin, 1e5f, 3e38f, 1.0},
    {UnaryKind::sqrt, "sqrt", std::sqrt, 0.0f, 3e38f, 0.51},
    {UnaryKind::rsqrt, "rsqrt", rsqrt, 1e-30f, 3e38f, 1.5},
    {UnaryKind::reciprocal, "reciprocal", reciprocal, 1e-30f, 1e30f, 0.51},
};

uint32_t bits_of(float f) {
  uint32_t u;
  std::memcpy(&u, &f, sizeof u);
  return u;
}
float float_of(uint32_t u) {
  float f;
  std::memcpy(&f, &u, sizeof f);
  return f;
}

// n values whose bit patterns are evenly spread between low and high (of one
// sign), or evenly spaced values where the signs differ.
std::vector<float> spread(float low, float high, int n) {
  std::vector<float> x;
  const bool one_sign = (low >= 0) == (high >= 0);
  for (int i = 0; i < n; ++i) {
    const double t = static_cast<double>(i) / (n - 1);
    if (!one_sign) {
      x.push_back(static_cast<float>(low + (static_cast<double>(high) - low) * t));
      continue;
    }
    const double a = bits_of(low), b = bits_of(high);
    x.push_back(float_of(static_cast<uint32_t>(a + (b - a) * t)));
  }
  return x;
}

void run_kind(UnaryKind kind, const std::vector<float>& x, std::vector<float>& y) {
  y.assign(x.size(), 0.0f);
  unary_family().unary(kind, x.data(), y.data(), x.size());
}

void stays_within_ulps() {
  for (const Sweep& sweep : kSweeps) {
    const std::vector<float> x = spread(sweep.low, sweep.high, 1 << 18);
    std::vector<float> y;
    run_kind(sweep.kind, x, y);
    double worst = 0;
    float at = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      const double error = ulps(y[i], sweep.reference(x[i]));
      if (error > worst) {
        worst = error;
        at = x[i];
      }
    }
    char line[120];
    std::snprintf(line, sizeof line, "%s: %.3f ulp at %.9g, bound %.2f", sweep.name, worst,
                  static_cast<double>(at), sweep.bound);
    if (std::getenv("VERBOSE") != nullptr) std::printf("%s %s\n", isa_name(active_isa()), line);
    check(worst <= sweep.bound, line);
  }
}

// 1 + erf cancels below 0: measured against x, as its users see it.
void gelu_stays_within_absolute_error() {
  const std::vector<float> x = spread(-8.0f, 8.0f, 1 << 18);
  std::vector<float> y;
  run_kind(UnaryKind::gelu_erf, x, y);
  for (size_t i = 0; i < x.size(); ++i) {
    const double bound = 2.5 * 0x1p-24 * std::fabs(x[i]);
    if (std::fabs(y[i] - gelu_erf(x[i])) > bound) return fail("gelu_erf at " + std::to_string(x[i]));
  }
}

void keeps_the_edges() {
  const float inf = INFINITY, nan = NAN;
  struct Edge {
    UnaryKind kind;
    float x, y;
  };
  const Edge edges[] = {
      {UnaryKind::exp, inf, inf},        {UnaryKind::exp, -inf, 0.0f},
      {UnaryKind::exp, 89.0f, inf},      {UnaryKind::exp, -110.0f, 0.0f},
      {UnaryKind::exp, 0.0f, 1.0f},      {UnaryKind::log, 0.0f, -inf},
      {UnaryKind::log, -0.0f, -inf},     {UnaryKind::log, 1.0f, 0.0f},
      {UnaryKind::log, inf, inf},        {UnaryKind::log, -1.0f, nan},
      {UnaryKind::log, -inf, nan},       {UnaryKind::sqrt, -1.0f, nan},
      {UnaryKind::rsqrt, 0.0f, inf},     {UnaryKind::tanh, inf, 1.0f},
      {UnaryKind::tanh, -inf, -1.0f},    {UnaryKind::tanh, -0.0f, -0.0f},
      {UnaryKind::sigmoid, inf, 1.0f},   {UnaryKind::sigmoid, -inf, 0.0f},
      {UnaryKind::silu, inf, inf},       {UnaryKind::relu, -inf, 0.0f},
      {UnaryKind::sin, inf, nan},        {UnaryKind::cos, -inf, nan},
      {UnaryKind::sin, -0.0f, -0.0f},    {UnaryKind::cos, 0.0f, 1.0f},
      {UnaryKind::softplus, inf, inf},   {UnaryKind::softplus, -inf, 0.0f},
      {UnaryKind::gelu_tanh, inf, inf},  {UnaryKind::gelu_erf, inf, inf},
      {UnaryKind::sign, -0.0f, 0.0f},    {UnaryKind::sign, -inf, -1.0f},
      {UnaryKind::floor, -0.5f, -1.0f},  {UnaryKind::floor, 2.5f, 2.0f},
      {UnaryKind::floor, -inf, -inf},    {UnaryKind::floor, 3e9f, 3e9f},
      {UnaryKind::abs, -inf, inf},
  };
  for (const Edge& edge : edges) {
    // In a remainder and in whole vectors alike.
    for (size_t n : {size_t{1}, size_t{35}}) {
      std::vector<float> y;
      run_kind(edge.kind, std::vector<float>(n, edge.x), y);
      for (float v : y) {
        check(std::isnan(edge.y) ? std::isnan(v) : v == edge.y,
              "kind " + std::to_string(static_cast<int>(edge.kind)) + " of " +
                  std::to_string(edge.x) + " is " + std::to_string(v));
      }
    }
  }
  for (int kind = 0; kind < static_cast<int>(UnaryKind::count); ++kind) {
    std::vector<float> y;
    run_kind(static_cast<UnaryKind>(kind), {nan}, y);
    check(std::isnan(y[0]), "kind " + std::to_string(kind) + " of NaN is NaN");
  }
}

// A value alone, in a remainder and inside a vector has the same bits, whatever
// stands beside it.
void computes_each_lane_alone() {
  Random random(5);
  for (int kind = 0; kind < static_cast<int>(UnaryKind::count); ++kind) {
    std::vector<float> x(77), y, alone;
    for (float& v : x) v = random.uniform(-20.0f, 20.0f);
    x[3] = NAN;
    x[20] = INFINITY;
    x[40] = 7e4f;
    run_kind(static_cast<UnaryKind>(kind), x, y);
    for (size_t i = 0; i < x.size(); ++i) {
      run_kind(static_cast<UnaryKind>(kind), {x[i]}, alone);
      const bool both_nan = std::isnan(alone[0]) && std::isnan(y[i]);  // their payloads are free
      check(both_nan || bits_of(alone[0]) == bits_of(y[i]), "kind " + std::to_string(kind) + " alone");
    }
  }
}

}  // namespace
}  // namespace rs::test

int main() {
  return rs::test::each_isa(5, [] {
    rs::test::stays_within_ulps();
    rs::test::gelu_stays_within_absolute_error();
    rs::test::keeps_the_edges();
    rs::test::computes_each_lane_alone();
  });
}
