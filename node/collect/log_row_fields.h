// From the named values of one row of logstore_standard_log (in whatever format they came) to a LogRow: one
// place for what every format must check and mean.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "node/event.h"

namespace assidu::node::collect {

// The columns that a node reads. Each of the first kLogColumnsRequired changes the number of seconds that the
// row gives; a source without one of them gives no rows at all. The others may be missing.
enum class LogColumn : std::uint8_t {
    id,
    eventname,
    component,
    action,
    target,
    contextlevel,
    contextinstanceid,
    userid,
    courseid,
    timecreated,
    origin,
    realuserid,
    anonymous,
    crud,
    edulevel,
};
inline constexpr std::size_t kLogColumns = 15;
inline constexpr std::size_t kLogColumnsRequired = 13;

inline constexpr std::int64_t kTimeMax = 253'402'300'799;  // the last second of the year 9999

// The column's name in Moodle's table, and back (lower case only).
[[nodiscard]] std::string_view name_of(LogColumn column);
[[nodiscard]] std::optional<LogColumn> log_column(std::string_view name);

struct LogValue {
    enum class State : std::uint8_t { missing, null, text };
    State state = State::missing;
    std::string_view text;
};
using LogValues = std::array<LogValue, kLogColumns>;

// Fills `row` and returns true; or writes into `reason` what is wrong, naming the column and its value,
// and returns false (`row` is then half filled). An empty text is NULL. What the columns mean here:
// - courseid NULL is 0 (above course level); the activity is contextinstanceid at module level, else 0;
// - realuserid neither NULL nor 0: somebody else was logged in as the user (login_as);
// - origin NULL is empty; crud NULL is a space; edulevel NULL is 0;
// - nothing else may be NULL. Numbers are whole, in decimal, and in range: id and timecreated from 1,
//   timecreated before the year 10000 (milliseconds are refused by that), courseid and contextinstanceid
//   from 0, userid any (Moodle has negative ones); anonymous is 0 or 1; names are UTF-8 without control
//   characters, of no more than limits::kNameBytesMax bytes.
[[nodiscard]] bool read_log_row(const LogValues& values, LogRow& row, std::string& reason);

// The user id of a row that read_log_row() refuses, if that much can be read.
[[nodiscard]] std::optional<std::int64_t> user_of(const LogValues& values);

}  // namespace assidu::node::collect
