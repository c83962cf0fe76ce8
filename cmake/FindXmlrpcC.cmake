# xmlrpc-c (libxmlrpc-core-c3-dev): the imported target XmlrpcC::xmlrpc, its codec in C.
#
# The package brings neither a CMake configuration nor a .pc file, and `xmlrpc-c-config --libs` wants the HTTP client
# and server too, with their libraries. We need the values and their XML alone.

find_path(XmlrpcC_INCLUDE_DIR xmlrpc-c/base.h)
find_library(XmlrpcC_LIBRARY xmlrpc)
# Where memory is freed and errors are kept. The parsers (xmlrpc_xmlparse, xmlrpc_xmltok) are found through xmlrpc.
find_library(XmlrpcC_UTIL_LIBRARY xmlrpc_util)
find_program(XmlrpcC_CONFIG xmlrpc-c-config)
if(XmlrpcC_CONFIG)
  execute_process(COMMAND ${XmlrpcC_CONFIG} --version
                  OUTPUT_VARIABLE XmlrpcC_VERSION OUTPUT_STRIP_TRAILING_WHITESPACE)
endif()
mark_as_advanced(XmlrpcC_INCLUDE_DIR XmlrpcC_LIBRARY XmlrpcC_UTIL_LIBRARY XmlrpcC_CONFIG)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(XmlrpcC
  REQUIRED_VARS XmlrpcC_LIBRARY XmlrpcC_UTIL_LIBRARY XmlrpcC_INCLUDE_DIR
  VERSION_VAR XmlrpcC_VERSION)

if(XmlrpcC_FOUND AND NOT TARGET XmlrpcC::xmlrpc)
  add_library(XmlrpcC::xmlrpc INTERFACE IMPORTED)
  target_include_directories(XmlrpcC::xmlrpc INTERFACE ${XmlrpcC_INCLUDE_DIR})
  target_link_libraries(XmlrpcC::xmlrpc INTERFACE ${XmlrpcC_LIBRARY} ${XmlrpcC_UTIL_LIBRARY})
endif()
