# How every target of the house is built: one place for warnings and sanitizers.

set(ASSIDU_WARNINGS -Wall -Wextra -Wconversion -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Werror)

# g++ 12 takes std::string's own insert and operator+ for overlapping copies when it optimises (its bug 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  list(APPEND ASSIDU_WARNINGS -Wno-restrict)
endif()

# Under its sanitizers g++ 12 also warns of uninitialised members inside std::regex and std::function.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND ASSIDU_SANITIZE)
  list(APPEND ASSIDU_WARNINGS -Wno-maybe-uninitialized)
endif()

function(assidu_target name)
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_compile_options(${name} PRIVATE ${ASSIDU_WARNINGS})
  if(ASSIDU_SANITIZE)
    target_compile_options(${name} PUBLIC -fsanitize=${ASSIDU_SANITIZE} -fno-omit-frame-pointer
                                          -fno-sanitize-recover=all)
    target_link_options(${name} PUBLIC -fsanitize=${ASSIDU_SANITIZE})
  endif()
endfunction()

# assidu_floor(name SOURCES ... LINKS ...): the static library of one floor, target assidu_<name>.
function(assidu_floor name)
  cmake_parse_arguments(FLOOR "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  add_library(assidu_${name} STATIC ${FLOOR_SOURCES})
  assidu_target(assidu_${name})
  target_link_libraries(assidu_${name} PUBLIC ${FLOOR_LINKS} PRIVATE ${FLOOR_PRIVATE_LINKS})
endfunction()
