# The kernel benchmark. Peers are optional: each is compared with where its
# header and library are installed.
function(rs_add_bench name)
  add_executable(${name} ${ARGN} $<TARGET_OBJECTS:rs_core> ${RS_ISA_OBJECTS})
  target_include_directories(${name} PRIVATE src bench)
  target_compile_definitions(${name} PRIVATE ${RS_ISA_DEFS})
  target_link_libraries(${name} PRIVATE Threads::Threads)
endfunction()

rs_add_bench(ryanstream_bench bench/main.cpp bench/ceilings.cpp bench/matmul.cpp bench/packed.cpp
  bench/peer_onednn.cpp bench/peer_openblas.cpp)
rs_add_bench(ryanstream_bench_attention bench/attention.cpp)

find_path(RS_OPENBLAS_INCLUDE cblas.h PATH_SUFFIXES openblas ${CMAKE_LIBRARY_ARCHITECTURE} openblas-pthread)
find_library(RS_OPENBLAS_LIBRARY openblas)
if(RS_OPENBLAS_INCLUDE AND RS_OPENBLAS_LIBRARY)
  target_compile_definitions(ryanstream_bench PRIVATE RS_BENCH_OPENBLAS=1)
  target_include_directories(ryanstream_bench SYSTEM PRIVATE ${RS_OPENBLAS_INCLUDE})
  target_link_libraries(ryanstream_bench PRIVATE ${RS_OPENBLAS_LIBRARY})
endif()

find_path(RS_ONEDNN_INCLUDE dnnl.hpp)
find_library(RS_ONEDNN_LIBRARY dnnl)
if(RS_ONEDNN_INCLUDE AND RS_ONEDNN_LIBRARY)
  target_compile_definitions(ryanstream_bench PRIVATE RS_BENCH_ONEDNN=1)
  target_include_directories(ryanstream_bench SYSTEM PRIVATE ${RS_ONEDNN_INCLUDE})
  target_link_libraries(ryanstream_bench PRIVATE ${RS_ONEDNN_LIBRARY})
endif()
