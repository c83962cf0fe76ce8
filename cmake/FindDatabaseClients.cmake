# The client libraries of the two databases that a Moodle may have: MariaDB::client (libmariadb-dev, which speaks to
# MySQL, too) and PostgreSQL::client (libpq-dev). The first has a .pc file only in some versions of Debian, the
# second's is of no use without its server's headers: both are two paths.

find_path(MariaDB_INCLUDE_DIR mysql.h PATH_SUFFIXES mariadb)
find_library(MariaDB_LIBRARY mariadb)
find_path(LibPQ_INCLUDE_DIR libpq-fe.h PATH_SUFFIXES postgresql)
find_library(LibPQ_LIBRARY pq)
mark_as_advanced(MariaDB_INCLUDE_DIR MariaDB_LIBRARY LibPQ_INCLUDE_DIR LibPQ_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(DatabaseClients
  REQUIRED_VARS MariaDB_LIBRARY MariaDB_INCLUDE_DIR LibPQ_LIBRARY LibPQ_INCLUDE_DIR)

if(DatabaseClients_FOUND AND NOT TARGET MariaDB::client)
  add_library(MariaDB::client INTERFACE IMPORTED)
  target_include_directories(MariaDB::client INTERFACE ${MariaDB_INCLUDE_DIR})
  target_link_libraries(MariaDB::client INTERFACE ${MariaDB_LIBRARY})
  add_library(PostgreSQL::client INTERFACE IMPORTED)
  target_include_directories(PostgreSQL::client INTERFACE ${LibPQ_INCLUDE_DIR})
  target_link_libraries(PostgreSQL::client INTERFACE ${LibPQ_LIBRARY})
endif()
