// A kernel family is a struct of function pointers with one instance per
// instruction set: X.hpp declares `struct XKernels` and calls
// RS_FAMILY_DECLARE(XKernels, x_kernels); X.cpp, compiled once per RS_ISA,
// defines rs::RS_ISA::x_kernels.
#pragma once

#define RS_FAMILY_DECLARE(Type, table)                \
  namespace rs::portable { extern const Type table; } \
  namespace rs::avx2 { extern const Type table; }     \
  namespace rs::avx512 { extern const Type table; }
