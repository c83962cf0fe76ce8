// `web.sqlite`: who may use the web listener. Format: docs/formats/web.md.
#pragma once

#include <filesystem>
#include <memory>

namespace SQLite {
class Database;
}

namespace assidu::node::web {

// Opens or makes the file. Throws ResourceFailure. One connection is for one thread at a time.
[[nodiscard]] std::shared_ptr<SQLite::Database> open_web_store(const std::filesystem::path& path);

}  // namespace assidu::node::web
