# Native tests: one executable a file under test/native, linked with everything
# but the addon. They need no framework: a failed check prints and exits 1.
file(GLOB RS_TEST_SOURCES CONFIGURE_DEPENDS test/native/*.cpp)
foreach(source ${RS_TEST_SOURCES})
  get_filename_component(name ${source} NAME_WE)
  add_executable(test_${name} ${source} $<TARGET_OBJECTS:rs_core> ${RS_ISA_OBJECTS})
  target_include_directories(test_${name} PRIVATE src test/native)
  target_compile_definitions(test_${name} PRIVATE ${RS_ISA_DEFS})
  target_link_libraries(test_${name} PRIVATE Threads::Threads)
endforeach()
