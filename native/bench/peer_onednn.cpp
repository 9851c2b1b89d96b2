#include "peers.hpp"

#if defined(RS_BENCH_ONEDNN)
#include <dnnl.hpp>
#include <memory>
#include <unordered_map>

namespace bench {
namespace {

// Enough for OpenMP's threads to stop spinning (OMP_WAIT_POLICY is not read here).
constexpr double kSettle = 0.05;

using Tag = dnnl::memory::format_tag;
using Type = dnnl::memory::data_type;

// Inner product with weights in the order that the library likes best.
Peer inner_product(int64_t m, int64_t n, int64_t k, Type a_type, Type w_type, Type c_type,
                   const float* a, const float* w, float* c) {
  auto engine = std::make_shared<dnnl::engine>(dnnl::engine::kind::cpu, 0);
  auto stream = std::make_shared<dnnl::stream>(*engine);
  const dnnl::memory::desc a_desc({m, k}, a_type, Tag::ab), c_desc({m, n}, c_type, Tag::ab);
  const dnnl::memory::desc w_desc({n, k}, w_type, Tag::any);
#if DNNL_VERSION_MAJOR >= 3
  const dnnl::inner_product_forward::primitive_desc pd(
      *engine, dnnl::prop_kind::forward_inference, a_desc, w_desc, c_desc);
#else
  const dnnl::inner_product_forward::primitive_desc pd(
      {dnnl::prop_kind::forward_inference, a_desc, w_desc, c_desc}, *engine);
#endif
  auto a_memory = a ? dnnl::memory(a_desc, *engine, const_cast<float*>(a))
                    : dnnl::memory(a_desc, *engine);
  auto c_memory = c ? dnnl::memory(c_desc, *engine, c) : dnnl::memory(c_desc, *engine);
  dnnl::memory plain({{n, k}, w_type, Tag::ab}, *engine);
  const size_t w_bytes = plain.get_desc().get_size();
  auto* bytes = static_cast<unsigned char*>(plain.get_data_handle());
  for (size_t i = 0; i < w_bytes; ++i) {
    bytes[i] = w ? reinterpret_cast<const unsigned char*>(w)[i] : static_cast<unsigned char>(i * 7);
  }
  dnnl::memory packed(pd.weights_desc(), *engine);
  dnnl::reorder(plain, packed).execute(*stream, plain, packed);
  stream->wait();
  const dnnl::inner_product_forward primitive(pd);
  std::unordered_map<int, dnnl::memory> args{
      {DNNL_ARG_SRC, a_memory}, {DNNL_ARG_WEIGHTS, packed}, {DNNL_ARG_DST, c_memory}};
  return {std::string("oneDNN ") + pd.impl_info_str(),
          [=] {
            primitive.execute(*stream, args);
            stream->wait();
          },
          kSettle};
}

}  // namespace

Peer onednn_gemm(bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k, const float* a,
                 const float* b, float* c) {
  return {"oneDNN sgemm",
          [=] {
            dnnl_sgemm(trans_a ? 'T' : 'N', trans_b ? 'T' : 'N', m, n, k, 1.0f, a,
                       trans_a ? m : k, b, trans_b ? k : n, 0.0f, c, n);
          },
          kSettle};
}

Peer onednn_f32(int64_t m, int64_t n, int64_t k, const float* a, const float* w, float* c) {
  return inner_product(m, n, k, Type::f32, Type::f32, Type::f32, a, w, c);
}

Peer onednn_int8(int64_t m, int64_t n, int64_t k) {
  return inner_product(m, n, k, Type::u8, Type::s8, Type::s32, nullptr, nullptr, nullptr);
}

std::string onednn_description() {
  const dnnl_version_t* v = dnnl_version();
  return std::to_string(v->major) + "." + std::to_string(v->minor) + "." + std::to_string(v->patch);
}

}  // namespace bench
#else
namespace bench {
Peer onednn_gemm(bool, bool, int64_t, int64_t, int64_t, const float*, const float*, float*) {
  return {};
}
Peer onednn_f32(int64_t, int64_t, int64_t, const float*, const float*, float*) { return {}; }
Peer onednn_int8(int64_t, int64_t, int64_t) { return {}; }
std::string onednn_description() { return ""; }
}  // namespace bench
#endif
