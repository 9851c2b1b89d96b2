# Every kernel source is compiled once per instruction set, each time into its
# own namespace (RS_ISA). -ftree-vectorize is -O3's; the kernels don't rely on it.
file(GLOB RS_KERNEL_SOURCES CONFIGURE_DEPENDS src/kernels/*.cpp)
# Instrumented, a register tile at -O3 takes gcc many minutes.
set(RS_KERNEL_OPTIMISATION -O3)
if(RS_SANITIZE)
  set(RS_KERNEL_OPTIMISATION -O1)
endif()
set(RS_ISA_OBJECTS "")
set(RS_ISA_DEFS "")

function(rs_add_isa name)
  set(target rs_isa_${name})
  add_library(${target} OBJECT ${RS_KERNEL_SOURCES})
  target_include_directories(${target} PRIVATE src)
  target_compile_definitions(${target} PRIVATE RS_ISA=${name})
  target_compile_options(${target} PRIVATE ${RS_KERNEL_OPTIMISATION} ${ARGN} -fno-exceptions -fno-rtti
    $<$<CXX_COMPILER_ID:GNU>:-Wno-uninitialized -Wno-maybe-uninitialized -Wno-psabi>) # gcc 12: false alarms in avx512fintrin.h
  set(RS_ISA_OBJECTS ${RS_ISA_OBJECTS} $<TARGET_OBJECTS:${target}> PARENT_SCOPE)
  string(TOUPPER ${name} upper)
  set(RS_ISA_DEFS ${RS_ISA_DEFS} RS_HAS_${upper}=1 PARENT_SCOPE)
endfunction()

rs_add_isa(portable)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64|amd64")
  rs_add_isa(avx2 -mavx2 -mfma -mf16c)
  rs_add_isa(avx512 -mavx512f -mavx512bw -mavx512vl -mavx512dq -mavx512vnni -mfma -mavx2 -mf16c -mprefer-vector-width=512)
endif()
