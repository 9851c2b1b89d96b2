# The addon: cmake-js passes CMAKE_JS_INC; a source build outside the workspace
# passes RS_NODE_ADDON_API.
add_library(kernels SHARED
  src/addon/addon.cpp
  src/addon/buffer.cpp
  src/addon/codec.cpp
  src/addon/environment.cpp
  src/addon/program.cpp
  $<TARGET_OBJECTS:rs_core>
  ${RS_ISA_OBJECTS}
  ${CMAKE_JS_SRC})
set_target_properties(kernels PROPERTIES PREFIX "" SUFFIX ".node")
if(NOT RS_NODE_ADDON_API)
  set(RS_NODE_ADDON_API "${CMAKE_CURRENT_SOURCE_DIR}/node_modules/node-addon-api")
endif()
target_compile_definitions(kernels PRIVATE NAPI_VERSION=8
  NODE_ADDON_API_CPP_EXCEPTIONS_ALL NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS ${RS_ISA_DEFS})
target_include_directories(kernels PRIVATE src ${CMAKE_JS_INC} ${RS_NODE_ADDON_API})
target_link_libraries(kernels PRIVATE ${CMAKE_JS_LIB} Threads::Threads)
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  # nodelete: Node unloads an addon that only workers loaded when the last of
  # them ends, and the pool's threads would run unmapped code.
  target_link_options(kernels PRIVATE -static-libstdc++ -static-libgcc
    -Wl,--exclude-libs,ALL -Wl,-z,nodelete $<$<CONFIG:Release>:-s>)
endif()
