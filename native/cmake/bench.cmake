# The kernel benchmark, built only when it is asked for by name. Peers are
# optional: each is compared with where its header and library are installed.
file(GLOB RS_BENCH_SOURCES CONFIGURE_DEPENDS bench/*.cpp)
add_executable(ryanstream_bench EXCLUDE_FROM_ALL ${RS_BENCH_SOURCES} $<TARGET_OBJECTS:rs_core> ${RS_ISA_OBJECTS})
target_include_directories(ryanstream_bench PRIVATE src bench)
target_compile_definitions(ryanstream_bench PRIVATE ${RS_ISA_DEFS})
target_link_libraries(ryanstream_bench PRIVATE Threads::Threads)

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
