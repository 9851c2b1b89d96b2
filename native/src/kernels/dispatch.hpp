// Picks, for each kernel family, the table of function pointers that belongs to
// the instruction set in use. For operations/ and tests; kernel files include
// family.hpp only.
#pragma once
#include "../base/cpu.hpp"
#include "family.hpp"

#if defined(RS_HAS_AVX2)
#define RS_IF_AVX2(...) __VA_ARGS__
#else
#define RS_IF_AVX2(...)
#endif
#if defined(RS_HAS_AVX512)
#define RS_IF_AVX512(...) __VA_ARGS__
#else
#define RS_IF_AVX512(...)
#endif

// Defines the accessor `const Type& name()`; for operations/*.cpp and tests.
#define RS_FAMILY_ACCESS(Type, table, name)                       \
  namespace rs {                                                  \
  inline const Type& name(Isa isa = active_isa()) {               \
    switch (isa) {                                                \
      RS_IF_AVX512(case Isa::avx512: return avx512::table;)       \
      RS_IF_AVX2(case Isa::avx2: return avx2::table;)             \
      default: return portable::table;                            \
    }                                                             \
  }                                                               \
  }
