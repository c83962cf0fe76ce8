// How things go wrong, in two kinds that are never mixed.
//
// - A *refusal* is expected: a key of the configuration that does not exist, a file that is no log, a row
// with a
//   broken time. It is a value (`Result<T>`) that the caller cannot overlook, and its text is ready for a
//   person: what, where (file:line or key), and what to do when that is known.
// - A *failure* is a resource that let us down: disk full, unreadable file, damaged database. It is an
// exception
//   (`ResourceFailure`), caught once at the door of the program, where it becomes one line and an exit code.
#pragma once

#include <expected>
#include <stdexcept>
#include <string>
#include <utility>

namespace assidu::config {

struct Refusal {
    std::string what;
};

template <class T>
using Result = std::expected<T, Refusal>;

[[nodiscard]] inline std::unexpected<Refusal> refuse(std::string what) {
    return std::unexpected<Refusal>(Refusal{std::move(what)});
}

class ResourceFailure : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

}  // namespace assidu::config
