#include "federation/prepared.h"

#include <SQLiteCpp/Database.h>

#include <string>

namespace assidu::federation {

Prepared::Use::~Use() {
    // What reset() would report is the error of the last step, which that step has thrown already.
    (void)statement_->tryReset();
    try {
        statement_->clearBindings();
    } catch (const SQLite::Exception&) {
        // sqlite3_clear_bindings() answers nothing but SQLITE_OK.
    }
}

Prepared::Use Prepared::operator()(std::string_view sql) {
    auto& statement = statements_[sql];
    if (!statement) statement = std::make_unique<SQLite::Statement>(database_, std::string(sql));
    return Use(*statement);
}

}  // namespace assidu::federation
