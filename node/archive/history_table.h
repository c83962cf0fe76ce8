// A table of things with a history: what a source said of each, from when to when this node saw it said. Under
// the catalogue, over SQLite; the form of such tables is in docs/formats/catalogue.md.
//
// A thing is (source, id); its intervals [valid_from, valid_to) do not overlap, and the last one is open while
// the source still says it. Texts only: integers as decimal text, a null as the empty text.
//
// Methods throw SQLite::Exception (translating_errors() is the caller's) and open no transaction.
#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace assidu::node::archive {

// A table and its columns behind source, id, valid_from and valid_to.
struct HistoryShape {
    std::string_view table;
    std::span<const std::string_view> columns;
};

// A thing as the source says it: values in the order of the shape's columns.
struct HistoryRow {
    std::int64_t id = 0;
    std::vector<std::string> values;
    bool operator==(const HistoryRow&) const = default;
};

// The same, and when that was seen to hold: [from, to), `to` nothing while it still holds.
struct HeldRow {
    HistoryRow row;
    std::int64_t from_utc_s = 0;  // 0: not known since when (format 1 did not say)
    std::optional<std::int64_t> to_utc_s;
};

// Ids (after, upto] of a source.
struct IdRange {
    std::int64_t after = std::numeric_limits<std::int64_t>::min();
    std::int64_t upto = std::numeric_limits<std::int64_t>::max();
};

class HistoryTable {
  public:
    // Both must outlive it.
    HistoryTable(SQLite::Database& database, const HistoryShape& shape) : database_(database), shape_(shape) {}

    // What the source said at `seen_utc_s` of these things; what it said before ends then. With `all_of`
    // these are all that it has in that range: what else stood open in it ends too. Saying the same again
    // writes nothing. A clock that went back never makes an interval end before it began. The number of
    // intervals that began or ended.
    std::int64_t put(const std::string& source, std::span<const HistoryRow> rows, std::int64_t seen_utc_s,
                     const std::optional<IdRange>& all_of);

    // The latest interval, whether open or not.
    [[nodiscard]] std::optional<HeldRow> latest(const std::string& source, std::int64_t id) const;
    // All intervals of a thing, the first first.
    [[nodiscard]] std::vector<HeldRow> history(const std::string& source, std::int64_t id) const;
    // All intervals of all things, or (`latest_only`) the latest of each; by id, the first first. `where` is a
    // condition on columns, such as "user_id=?" with its one value.
    void visit(const std::string& source, bool latest_only, const std::function<void(const HeldRow&)>& take,
               std::string_view where = {}, std::int64_t value = 0) const;

  private:
    [[nodiscard]] std::string select() const;
    void end(const std::string& source, const HeldRow& held, std::int64_t seen_utc_s);
    void begin(const std::string& source, const HistoryRow& row, std::int64_t from_utc_s);

    SQLite::Database& database_;
    const HistoryShape& shape_;
};

}  // namespace assidu::node::archive
