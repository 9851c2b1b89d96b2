#include "ceilings.hpp"

#include <cstring>
#include <new>

#include "base/cpu.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#define RS_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")))
#define RS_AVX2 __attribute__((target("avx2,fma")))
#endif

namespace bench {
namespace {

constexpr size_t kChunk = 4 << 20;
constexpr int kLoops = 200000;

#if defined(__x86_64__)
RS_AVX512 void read_avx512(const char* p, size_t bytes) {
  __m512i a = _mm512_setzero_si512(), b = a, c = a, d = a;
  for (size_t i = 0; i < bytes; i += 256) {
    for (int line = 0; line < 256; line += 64) _mm_prefetch(p + i + 4096 + line, _MM_HINT_T0);
    a = _mm512_or_si512(a, _mm512_load_si512(p + i));
    b = _mm512_or_si512(b, _mm512_load_si512(p + i + 64));
    c = _mm512_or_si512(c, _mm512_load_si512(p + i + 128));
    d = _mm512_or_si512(d, _mm512_load_si512(p + i + 192));
  }
  a = _mm512_or_si512(_mm512_or_si512(a, b), _mm512_or_si512(c, d));
  asm volatile("" : : "x"(a));
}

// Twelve chains: more than latency times throughput of any core so far. The asm
// keeps the compiler from folding the loop; it emits nothing.
RS_AVX512 void fma_avx512() {
  __m512 sum[12];
  for (auto& s : sum) s = _mm512_set1_ps(1.0f);
  __m512 x = _mm512_set1_ps(0.5f);
  for (int i = 0; i < kLoops; ++i) {
    asm volatile("" : "+v"(x));
#pragma GCC unroll 12
    for (int j = 0; j < 12; ++j) sum[j] = _mm512_fmadd_ps(sum[j], x, x);
  }
  for (auto& s : sum) asm volatile("" : : "v"(s));
}
RS_AVX512 void dot_avx512() {
  __m512i sum[12];
  for (auto& s : sum) s = _mm512_setzero_si512();
  __m512i x = _mm512_set1_epi8(1);
  for (int i = 0; i < kLoops; ++i) {
    asm volatile("" : "+v"(x));
#pragma GCC unroll 12
    for (int j = 0; j < 12; ++j) sum[j] = _mm512_dpbusd_epi32(sum[j], x, x);
  }
  for (auto& s : sum) asm volatile("" : : "v"(s));
}
RS_AVX2 void fma_avx2() {
  __m256 sum[12];
  for (auto& s : sum) s = _mm256_set1_ps(1.0f);
  __m256 x = _mm256_set1_ps(0.5f);
  for (int i = 0; i < kLoops; ++i) {
    asm volatile("" : "+x"(x));
#pragma GCC unroll 12
    for (int j = 0; j < 12; ++j) sum[j] = _mm256_fmadd_ps(sum[j], x, x);
  }
  for (auto& s : sum) asm volatile("" : : "x"(s));
}
#endif

void read_plain(const char* p, size_t bytes) {
  uint64_t sum = 0;
  for (size_t i = 0; i < bytes; i += 8) {
    uint64_t word;
    std::memcpy(&word, p + i, 8);
    sum |= word;
  }
  asm volatile("" : : "r"(sum));
}

double on_all(rs::ThreadPool& pool, void (*loop)(), double operations) {
  pool.run(static_cast<size_t>(pool.size()), [&](size_t, int) { loop(); });
  return operations * kLoops * pool.size();
}

}  // namespace

MemoryRead::MemoryRead(size_t bytes)
    : bytes_((bytes + kChunk - 1) / kChunk * kChunk),
      data_(static_cast<char*>(::operator new(bytes_ + 8192, std::align_val_t{4096}))) {
  std::memset(data_, 1, bytes_);
}
MemoryRead::~MemoryRead() { ::operator delete(data_, std::align_val_t{4096}); }

void MemoryRead::pass(rs::ThreadPool& pool) const {
  pool.run(bytes_ / kChunk, [&](size_t task, int) {
    const char* p = data_ + task * kChunk;
#if defined(__x86_64__)
    if (rs::detected_isa() == rs::Isa::avx512) return read_avx512(p, kChunk);
#endif
    read_plain(p, kChunk);
  });
}

double f32_peak_pass(rs::ThreadPool& pool) {
#if defined(__x86_64__)
  if (rs::detected_isa() == rs::Isa::avx512) return on_all(pool, fma_avx512, 12 * 16 * 2);
  if (rs::detected_isa() == rs::Isa::avx2) return on_all(pool, fma_avx2, 12 * 8 * 2);
#endif
  (void)pool;
  return 0;
}

double int8_peak_pass(rs::ThreadPool& pool) {
#if defined(__x86_64__)
  if (rs::detected_isa() == rs::Isa::avx512) return on_all(pool, dot_avx512, 12 * 64 * 2);
#endif
  (void)pool;
  return 0;
}

}  // namespace bench
