#include "node/collect/evidence_csv.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/limits.h"
#include "node/collect/category_path.h"
#include "node/collect/csv_table.h"
#include "node/collect/durations.h"
#include "node/collect/text.h"

namespace assidu::node::collect {
namespace {

using archive::EnrolmentState;

constexpr std::int64_t kMinute = 60;
constexpr std::int32_t kModuleContext = 70;
constexpr std::int64_t kSecondsMax = config::limits::kScaleTotalSecondsMax;

// One row on its way to a record.
class Reader {
  public:
    Reader(CsvRow& row, std::string& reason, std::int64_t latest_s)
        : row_(row), reason_(reason), latest_s_(latest_s) {}

    bool id(std::string_view name, std::int64_t& value) { return row_.id(name, value, reason_); }
    // 0 where the field is NULL or the column absent.
    bool id_or_none(std::string_view name, std::int64_t& value) {
        std::optional<std::int64_t> number;
        if (!row_.number(name, number, reason_, 0)) return false;
        value = number.value_or(0);
        return true;
    }
    // Moodle writes "no instant" as 0.
    bool instant_or_none(std::string_view name, std::optional<std::int64_t>& value) {
        std::int64_t number = 0;
        if (!id_or_none(name, number)) return false;
        value = number == 0 ? std::nullopt : std::optional(number);
        return true;
    }
    bool instant(std::string_view name, std::int64_t& value) {
        std::optional<std::int64_t> number;
        if (!instant_or_none(name, number)) return false;
        if (!number) return refuse(fmt::format("{} is empty", name));
        value = *number;
        return value <= latest_s_ || refuse(fmt::format("{} {} lies in the future", name, value));
    }
    bool seconds(std::string_view name, std::int64_t unit, std::int64_t& value) {
        if (!id_or_none(name, value)) return false;
        if (value > kSecondsMax / unit) return refuse(fmt::format("{} is more than a total may be", name));
        value *= unit;
        return true;
    }
    bool refuse(std::string why) {
        reason_ = std::move(why);
        return false;
    }
    [[nodiscard]] CsvRow& row() { return row_; }

  private:
    CsvRow& row_;
    std::string& reason_;
    std::int64_t latest_s_;
};

struct Entry {
    std::optional<EvidenceRecord> record;  // nothing: the row says nothing
};

bool fill_completion(Reader& reader, Entry& entry) {
    archive::CompletionRecord record;
    std::int64_t state = 0;
    if (!reader.id("userid", record.user_id) || !reader.id("coursemoduleid", record.activity) ||
        !reader.id_or_none("completionstate", state))
        return false;
    // What was never completed has no instant.
    const bool has_instant = state == 0 ? reader.id_or_none("timemodified", record.time_s)
                                        : reader.instant("timemodified", record.time_s);
    if (!has_instant) return false;
    if (state > 3) return reader.refuse(fmt::format("completionstate is none of 0 to 3: {}", state));
    record.state = static_cast<int>(state);
    entry.record = record;
    return true;
}

// What a row says of an enrolment: since it was made, that it was active; and, where it is not, that it no
// longer was since it was last changed.
bool fill_enrolment(Reader& reader, Entry& entry) {
    EnrolmentState state;
    std::int64_t status = 0, method_status = 0, made_s = 0, changed_s = 0;
    if (!reader.id("id", state.enrolment) || !reader.id("userid", state.user_id) ||
        !reader.id("courseid", state.course) || !reader.id_or_none("status", status) ||
        !reader.id_or_none("enrolstatus", method_status) ||
        !reader.instant_or_none("timestart", state.begin_s) ||
        !reader.instant_or_none("timeend", state.end_s) || !reader.id_or_none("timecreated", made_s) ||
        !reader.id_or_none("timemodified", changed_s))
        return false;
    state.since_s = made_s;
    state.said_s = std::max(changed_s, made_s);
    state.active = true;
    std::vector<EnrolmentState> states{state};
    if (status != 0 || method_status != 0) {
        state.since_s = state.said_s;
        state.active = false;
        if (state.since_s == made_s)
            states = {state};
        else
            states.push_back(state);
    }
    entry.record = std::move(states);
    return true;
}

bool fill_role(Reader& reader, Entry& entry) {
    archive::RoleState state;
    std::int64_t level = 0;
    if (!reader.id("id", state.assignment) || !reader.id("userid", state.user_id) ||
        !reader.id_or_none("contextlevel", level) || !reader.id_or_none("instanceid", state.instance) ||
        !reader.id_or_none("timemodified", state.since_s))
        return false;
    state.role = reader.row().text("shortname");
    if (state.role.empty()) return reader.refuse("shortname is empty");
    if (state.role.size() > config::limits::kNameBytesMax) return reader.refuse("shortname is too long");
    if (level > kModuleContext + 10) return reader.refuse(fmt::format("contextlevel is none: {}", level));
    state.context_level = static_cast<std::int32_t>(level);
    state.active = true;
    entry.record = std::move(state);
    return true;
}

bool fill_category(Reader& reader, Entry& entry) {
    archive::CategoryPath record;
    if (!reader.id("id", record.category)) return false;
    const std::string path = reader.row().text("path");
    auto categories = parse_category_path(path);
    if (!categories) return reader.refuse("path is no path of categories: " + shown(path));
    if (categories->back() != record.category)
        return reader.refuse("path does not end with the category itself: " + shown(path));
    record.path = *std::move(categories);
    entry.record = std::move(record);
    return true;
}

// Sessions away from the platform; those on it are events.
bool fill_register_session(Reader& reader, Entry& entry) {
    archive::DeclarationRecord record;
    std::int64_t online = 0, end_s = 0, author = 0;
    if (!reader.id("id", record.row) || !reader.id("userid", record.user_id) ||
        !reader.id_or_none("onlinesess", online) || !reader.instant("login", record.begin_s) ||
        !reader.instant("logout", end_s) || !reader.id_or_none("refcourse", record.course) ||
        !reader.id_or_none("addedbyuserid", author) ||
        !reader.instant_or_none("timedeclared", record.declared_s))
        return false;
    if (online != 0) return true;
    if (end_s < record.begin_s) return reader.refuse("logout is before login");
    record.table = "attendanceregister_session";
    record.seconds = end_s - record.begin_s;
    if (record.seconds > kSecondsMax) return reader.refuse("the session is longer than a total may be");
    record.validated = author != 0 && author != record.user_id;
    entry.record = std::move(record);
    return true;
}

bool fill_checklist_declaration(Reader& reader, Entry& entry) {
    archive::DeclarationRecord record;
    std::int64_t mark = 0;
    std::optional<std::int64_t> by_user, by_teacher;
    if (!reader.id("id", record.row) || !reader.id("userid", record.user_id) ||
        !reader.id_or_none("moduleid", record.activity) ||
        !reader.seconds("declaredtime", kMinute, record.seconds) ||
        !reader.instant_or_none("usertimestamp", by_user) ||
        !reader.instant_or_none("teachertimestamp", by_teacher) || !reader.id_or_none("teachermark", mark))
        return false;
    const auto when = by_user ? by_user : by_teacher;
    if (record.seconds == 0 || record.activity == 0 || !when) return true;
    record.table = "learningtimecheck_check";
    record.begin_s = *when - record.seconds;
    record.declared_s = when;
    record.validated = mark == 1;
    entry.record = std::move(record);
    return true;
}

bool fill_timestat(Reader& reader, Entry& entry) {
    archive::ForeignRecord record;
    std::int64_t level = 0;
    record.meter = archive::ForeignRecord::Meter::timestat;
    if (!reader.id("id", record.row) || !reader.id("userid", record.user_id) ||
        !reader.instant("timecreated", record.time_s) || !reader.seconds("timespent", 1, record.seconds) ||
        !reader.id_or_none("courseid", record.course) || !reader.id_or_none("contextlevel", level) ||
        !reader.id_or_none("contextinstanceid", record.activity))
        return false;
    if (level != kModuleContext) record.activity = 0;
    if (record.seconds > 0) entry.record = record;
    return true;
}

bool fill_scorm(Reader& reader, Entry& entry) {
    archive::ForeignRecord record;
    record.meter = archive::ForeignRecord::Meter::scorm;
    const std::string element = reader.row().text("element");
    if (element != "cmi.session_time" && element != "cmi.core.session_time") return true;
    if (!reader.id("id", record.row) || !reader.id("userid", record.user_id) ||
        !reader.id("cmid", record.activity) || !reader.instant("timemodified", record.time_s) ||
        !reader.id_or_none("courseid", record.course))
        return false;
    const std::string value = reader.row().text("value");
    const auto seconds = parse_scorm_duration(value);
    if (!seconds) return reader.refuse("value is no duration: " + shown(value));
    record.seconds = *seconds;
    if (record.seconds > 0) entry.record = record;
    return true;
}

bool fill_worth(Reader& reader, Entry& entry) {
    archive::ActivityWorth record;
    std::int64_t enabled = 1;
    if (!reader.id_or_none("moduleid", record.activity)) return false;
    if (reader.row().has("enablecredit") && !reader.id_or_none("enablecredit", enabled)) return false;
    const char* const column = reader.row().has("creditedtime") ? "creditedtime" : "credittime";
    if (!reader.seconds(column, kMinute, record.seconds)) return false;
    if (enabled != 0 && record.activity != 0 && record.seconds > 0) entry.record = record;
    return true;
}

struct Kind {
    FileKind kind;
    CsvTable table;
    bool (*fill)(Reader& reader, Entry& entry);
};

const std::vector<Kind>& kinds() {
    static const std::vector<Kind> kKinds{
        {FileKind::completions,
         {"completions", {}, {"userid", "coursemoduleid", "completionstate", "timemodified"}},
         fill_completion},
        {FileKind::enrolments,
         {"enrolments",
          {},
          {"id", "userid", "courseid", "status", "timestart", "timeend", "timecreated", "timemodified"}},
         fill_enrolment},
        {FileKind::roles,
         {"role assignments",
          {{"role", "shortname"}},
          {"id", "userid", "shortname", "contextlevel", "instanceid", "timemodified"}},
         fill_role},
        {FileKind::categories, {"categories", {}, {"id", "path"}}, fill_category},
        {FileKind::register_sessions,
         {"sessions of a register",
          {},
          {"id", "userid", "login", "logout", "onlinesess", "refcourse", "addedbyuserid"}},
         fill_register_session},
        {FileKind::checklist_declarations,
         {"checks of a checklist",
          {{"cmid", "moduleid"}},
          {"id", "userid", "moduleid", "declaredtime", "usertimestamp", "teachertimestamp", "teachermark"}},
         fill_checklist_declaration},
        {FileKind::timestat,
         {"records of timestat",
          {},
          {"id", "userid", "timespent", "timecreated", "courseid", "contextlevel", "contextinstanceid"}},
         fill_timestat},
        {FileKind::scorm_tracks,
         {"tracks of SCORM",
          {{"coursemoduleid", "cmid"}},
          {"id", "userid", "cmid", "element", "value", "timemodified"}},
         fill_scorm},
        {FileKind::activity_worths,
         {"items with a credit", {{"cmid", "moduleid"}}, {"moduleid"}, {"credittime", "creditedtime"}},
         fill_worth},
    };
    return kKinds;
}

const Kind* kind_of(FileKind kind) {
    const auto found = std::ranges::find(kinds(), kind, &Kind::kind);
    return found == kinds().end() ? nullptr : &*found;
}

}  // namespace

bool is_evidence(FileKind kind) {
    return kind_of(kind) != nullptr;
}

config::Result<void> read_evidence(ByteSource& source, const Recognised& recognised, std::int64_t latest_s,
                                   const EvidenceCallbacks& callbacks) {
    const Kind& kind = *kind_of(recognised.kind);
    std::int64_t user_id = 0;
    return read_csv_table<Entry>(
        source, recognised.delimiter, kind.table,
        [&](Entry& entry, std::uint64_t line) {
            if (entry.record) callbacks.take(*entry.record, line);
        },
        [&](std::uint64_t line, std::string_view reason, std::string_view record) {
            callbacks.reject(line, reason, record, user_id);
            user_id = 0;
        },
        callbacks.goes_on,
        [&](CsvRow& row, Entry& entry, std::string& reason) {
            std::optional<std::int64_t> user;
            std::string ignored;
            user_id = row.has("userid") && row.number("userid", user, ignored) ? user.value_or(0) : 0;
            Reader reader(row, reason, latest_s);
            if (!kind.fill(reader, entry)) return false;
            user_id = 0;
            return true;
        });
}

std::int64_t user_of(const EvidenceRecord& record) {
    return std::visit(
        [](const auto& one) -> std::int64_t {
            if constexpr (requires { one.user_id; }) {
                return one.user_id;
            } else if constexpr (requires { one.front().user_id; }) {
                return one.empty() ? 0 : one.front().user_id;
            } else {
                return 0;
            }
        },
        record);
}

}  // namespace assidu::node::collect
