#include "cpu.hpp"

#include <cstdlib>
#include <cstring>
#include <iterator>

namespace rs {
namespace {

constexpr Isa kAll[] = {Isa::portable, Isa::avx2, Isa::avx512};

struct Choice {
  Isa isa;
  Status status;
};

Choice choose() {
  const Isa best = detected_isa();
  const char* want = std::getenv("RYANSTREAM_ISA");
  if (want == nullptr || *want == '\0') return {best, Status::good()};
  for (Isa isa : kAll) {
    if (std::strcmp(want, isa_name(isa)) != 0) continue;
    if (isa <= best) return {isa, Status::good()};
    return {best, Status::error("ERR_ISA", std::string("RYANSTREAM_ISA=") + want +
                                               ": this CPU offers at most " + isa_name(best) +
                                               "; unset it or name " + isa_name(best))};
  }
  return {best, Status::error("ERR_ISA", std::string("RYANSTREAM_ISA=") + want +
                                             ": expected portable, avx2 or avx512; unset it "
                                             "to use the best one, " + isa_name(best))};
}

const Choice& choice() {
  static const Choice chosen = choose();
  return chosen;
}

}  // namespace

Isa detected_isa() {
#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
  // __builtin_cpu_supports also reads XGETBV: false where the operating system
  // doesn't save the wide registers.
  __builtin_cpu_init();
#if defined(RS_HAS_AVX512)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vnni")) {
    return Isa::avx512;
  }
#endif
#if defined(RS_HAS_AVX2)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
      __builtin_cpu_supports("f16c")) {
    return Isa::avx2;
  }
#endif
#endif
  return Isa::portable;
}

Isa active_isa() { return choice().isa; }
Status isa_status() { return choice().status; }

const char* isa_name(Isa isa) {
  switch (isa) {
    case Isa::avx512: return "avx512";
    case Isa::avx2: return "avx2";
    default: return "portable";
  }
}

}  // namespace rs
