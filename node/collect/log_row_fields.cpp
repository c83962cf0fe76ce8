#include "node/collect/log_row_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "config/limits.h"
#include "node/collect/text.h"

namespace assidu::node::collect {
namespace {

using config::limits::kNameBytesMax;
using State = LogValue::State;

constexpr std::array<std::string_view, kLogColumns> kNames = {
    "id",           "eventname",         "component", "action",   "target",
    "contextlevel", "contextinstanceid", "userid",    "courseid", "timecreated",
    "origin",       "realuserid",        "anonymous", "crud",     "edulevel"};

constexpr std::int64_t kWholeMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kWholeMin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kSmallMax = std::numeric_limits<std::int32_t>::max();

enum class IfNull : std::uint8_t { refuse, zero };

// Reads one row; the first thing that is wrong stays in `reason`.
class RowReader {
  public:
    RowReader(const LogValues& values, std::string& reason) : values_(values), reason_(reason) {}

    bool whole(LogColumn column, std::int64_t min, std::int64_t max, std::int64_t& number,
               IfNull if_null = IfNull::refuse) {
        const LogValue& value = value_of(column);
        if (is_null(value)) {
            number = 0;
            return if_null == IfNull::zero || refuse_null(column, value);
        }
        const char* const end = value.text.data() + value.text.size();
        const auto [stop, error] = std::from_chars(value.text.data(), end, number);
        if (error == std::errc::invalid_argument || stop != end)
            return refuse(column, value, "is not a whole number");
        if (error != std::errc{} || number < min || number > max)
            return refuse(column, value, "is out of range");
        return true;
    }

    bool name(LogColumn column, std::string& text, IfNull if_null = IfNull::refuse) {
        const LogValue& value = value_of(column);
        if (is_null(value)) {
            text.clear();
            return if_null == IfNull::zero || refuse_null(column, value);
        }
        if (value.text.size() > kNameBytesMax) return refuse(column, value, "is too long");
        if (!is_plain_text(value.text))
            return refuse(column, value, "is not UTF-8 without control characters");
        text.assign(value.text);
        return true;
    }

    bool letter(LogColumn column, std::string_view of, char& c) {
        const LogValue& value = value_of(column);
        c = ' ';
        if (is_null(value)) return true;
        if (value.text.size() != 1 || !of.contains(value.text.front()))
            return refuse(column, value, "is not one of c, r, u, d");
        c = value.text.front();
        return true;
    }

  private:
    const LogValue& value_of(LogColumn column) const { return values_[static_cast<std::size_t>(column)]; }
    static bool is_null(const LogValue& value) { return value.state != State::text || value.text.empty(); }

    bool refuse(LogColumn column, const LogValue& value, std::string_view what) {
        reason_ = fmt::format("{} {}: {}", name_of(column), what, shown(value.text));
        return false;
    }
    bool refuse_null(LogColumn column, const LogValue& value) {
        reason_ =
            fmt::format("{} is {}", name_of(column), value.state == State::missing ? "missing" : "empty");
        return false;
    }

    const LogValues& values_;
    std::string& reason_;
};

}  // namespace

std::string_view name_of(LogColumn column) {
    return kNames[static_cast<std::size_t>(column)];
}

std::optional<LogColumn> log_column(std::string_view name) {
    const auto found = std::ranges::find(kNames, name);
    if (found == kNames.end()) return std::nullopt;
    return static_cast<LogColumn>(found - kNames.begin());
}

std::optional<std::int64_t> user_of(const LogValues& values) {
    std::string ignored;
    std::int64_t user_id = 0;
    if (!RowReader(values, ignored).whole(LogColumn::userid, kWholeMin, kWholeMax, user_id))
        return std::nullopt;
    return user_id;
}

bool read_log_row(const LogValues& values, LogRow& row, std::string& reason) {
    // A column that only happens to be absent from this row would otherwise read as NULL, and NULL says
    // something.
    for (std::size_t i = 0; i < kLogColumnsRequired; ++i) {
        if (values[i].state != State::missing) continue;
        reason = fmt::format("{} is missing", kNames[i]);
        return false;
    }
    RowReader reader(values, reason);
    EventShape& shape = row.shape;
    std::int64_t level = 0, instance = 0, real_user = 0, anonymous = 0, edulevel = 0;
    const bool good = reader.whole(LogColumn::id, 1, kWholeMax, row.id) &&
                      reader.whole(LogColumn::timecreated, 1, kTimeMax, row.time_s) &&
                      reader.whole(LogColumn::userid, kWholeMin, kWholeMax, row.user_id) &&
                      reader.whole(LogColumn::courseid, 0, kWholeMax, row.course, IfNull::zero) &&
                      reader.whole(LogColumn::contextlevel, 0, kSmallMax, level) &&
                      reader.whole(LogColumn::contextinstanceid, 0, kWholeMax, instance) &&
                      reader.whole(LogColumn::realuserid, kWholeMin, kWholeMax, real_user, IfNull::zero) &&
                      reader.whole(LogColumn::anonymous, 0, 1, anonymous) &&
                      reader.whole(LogColumn::edulevel, 0, kSmallMax, edulevel, IfNull::zero) &&
                      reader.name(LogColumn::eventname, shape.eventname) &&
                      reader.name(LogColumn::component, shape.component) &&
                      reader.name(LogColumn::action, shape.action) &&
                      reader.name(LogColumn::target, shape.target) &&
                      reader.name(LogColumn::origin, shape.origin, IfNull::zero) &&
                      reader.letter(LogColumn::crud, "crud", shape.crud);
    if (!good) return false;
    shape.edulevel = static_cast<std::int32_t>(edulevel);
    shape.context_level = static_cast<std::int32_t>(level);
    shape.login_as = real_user != 0;
    shape.anonymous = anonymous == 1;
    row.activity = shape.context_level == kModuleContext ? instance : 0;
    return true;
}

}  // namespace assidu::node::collect
