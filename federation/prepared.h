// SQL that runs with every message, prepared once a connection instead of once a call: preparing costs a hub
// more than running what is prepared.
#pragma once

#include <SQLiteCpp/Statement.h>

#include <map>
#include <memory>
#include <string_view>

namespace SQLite {
class Database;
}

namespace assidu::federation {

// What was prepared on one connection, which must outlive it. For one thread at a time, as the connection is.
class Prepared {
  public:
    explicit Prepared(SQLite::Database& database) : database_(database) {}

    // A statement that is bound to nothing, for as long as this lives: then it is reset, so that it holds no
    // lock and no reference to what was bound. One SQL text is in one use at a time.
    class Use {
      public:
        explicit Use(SQLite::Statement& statement) : statement_(&statement) {}
        ~Use();
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;
        SQLite::Statement& operator*() const { return *statement_; }
        SQLite::Statement* operator->() const { return statement_; }

      private:
        SQLite::Statement* statement_;
    };
    // `sql` must outlive this, as a literal does: it is not copied. Throws SQLite::Exception.
    [[nodiscard]] Use operator()(std::string_view sql);

    [[nodiscard]] SQLite::Database& database() const { return database_; }

  private:
    SQLite::Database& database_;
    std::map<std::string_view, std::unique_ptr<SQLite::Statement>> statements_;
};

}  // namespace assidu::federation
