#include "federation/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "config/limits.h"
#include "config/utf8.h"

namespace assidu::federation {
namespace {

using config::refuse;
using config::Result;
using rpc::Value;
namespace limits = config::limits;

constexpr std::size_t kStudentBytes = sizeof(StudentId::bytes);

Value integers(const std::vector<std::int64_t>& values) {
    Value::Array array;
    for (const std::int64_t value : values)
        array.push_back(Value::integer(value));
    return Value::array(std::move(array));
}

Result<std::vector<std::int64_t>> read_ids(const rpc::Field& field) {
    const auto elements = field.elements();
    if (!elements) return std::unexpected(elements.error());
    std::vector<std::int64_t> ids;
    ids.reserve(elements->size());
    for (const rpc::Field& element : *elements) {
        const auto id = element.integer();
        if (!id) return std::unexpected(id.error());
        if (*id < 1) return refuse(fmt::format("{} is no id of Moodle's", element.path()));
        ids.push_back(*id);
    }
    return ids;
}

// Marks that turn the direction of the text after them could make one purpose look like another.
bool is_hidden(char32_t c) {
    return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x200e || c == 0x200f ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

template <class T>
void sort_once(std::vector<T>& values) {
    std::ranges::sort(values);
    const auto again = std::ranges::unique(values);
    values.erase(again.begin(), again.end());
}

// Moves as many of `from` as `room` has to `to`.
template <class T>
void take(std::vector<T>& from, std::vector<T>& to, std::size_t& room) {
    const auto count = static_cast<std::ptrdiff_t>(std::min(room, from.size()));
    to.assign(from.end() - count, from.end());
    std::ranges::sort(to);
    from.erase(from.end() - count, from.end());
    room -= static_cast<std::size_t>(count);
}

bool was_asked(const NamesAsked& asked, const RosterRow& row) {
    if (row.what == "person") return std::ranges::binary_search(asked.students, row.student);
    if (row.what == "course") return std::ranges::binary_search(asked.courses, row.course);
    return std::ranges::binary_search(asked.activities, row.activity);
}

// The rows of an answer to that question, whose lists are sorted.
Result<std::vector<RosterRow>> read_rows(const Value& answer, const NamesAsked& asked) {
    auto text = rpc::Field(answer, "answer").member("rows").bytes();
    if (!text) return std::unexpected(text.error());
    if (text->size() > limits::kNamesBytesMax)
        return refuse(
            fmt::format("{} bytes of names, and {} are taken", text->size(), limits::kNamesBytesMax));
    if (!text->empty() && text->back() != '\n') return refuse("the last row has no end");
    std::vector<RosterRow> rows;
    std::set<std::string> keys;
    for (std::string_view rest = *text; !rest.empty();) {
        const std::size_t end = rest.find('\n');
        auto row = parse_roster_row(rest.substr(0, end));
        rest.remove_prefix(end + 1);
        if (!row) return refuse(fmt::format("row {}: {}", rows.size() + 1, row.error().what));
        if (!was_asked(asked, *row)) return refuse(fmt::format("row {} was not asked for", rows.size() + 1));
        if (!keys.insert(roster_row_key(*row)).second)
            return refuse(fmt::format("row {} is there twice", rows.size() + 1));
        rows.push_back(std::move(*row));
    }
    return rows;
}

}  // namespace

bool is_purpose(std::string_view text) {
    if (text.empty() || text.size() > limits::kPurposeBytesMax) return false;
    for (std::size_t at = 0; at < text.size();) {
        const config::CodePoint point = config::code_point_at(text, at);
        if (point.bytes == 0 || is_hidden(point.value)) return false;
        at += point.bytes;
    }
    return true;
}

Value names_asked_value(const NamesAsked& asked, const std::string& purpose) {
    std::string students;
    students.reserve(asked.students.size() * kStudentBytes);
    for (const StudentId& student : asked.students)
        students.append(student.bytes.begin(), student.bytes.end());
    return Value::structure({{"purpose", Value::text(purpose)},
                             {"students", Value::bytes(std::move(students))},
                             {"courses", integers(asked.courses)},
                             {"activities", integers(asked.activities)}});
}

Result<NamesCall> read_names_asked(const Value& value) {
    const rpc::Field fields(value, "names.ask");
    const auto purpose = fields.member("purpose").text();
    const auto students = fields.member("students").bytes();
    if (!purpose) return std::unexpected(purpose.error());
    if (!students) return std::unexpected(students.error());
    if (!is_purpose(*purpose))
        return refuse(fmt::format("names.ask.purpose is not 1 to {} bytes without control characters",
                                  limits::kPurposeBytesMax));
    if (students->size() % kStudentBytes != 0) return refuse("names.ask.students are not 16 bytes each");
    auto courses = read_ids(fields.member("courses"));
    auto activities = read_ids(fields.member("activities"));
    if (!courses) return std::unexpected(courses.error());
    if (!activities) return std::unexpected(activities.error());
    NamesCall call{{{}, std::move(*courses), std::move(*activities)}, std::string(*purpose)};
    call.asked.students.resize(students->size() / kStudentBytes);
    for (std::size_t i = 0; i < students->size(); ++i)
        call.asked.students[i / kStudentBytes].bytes[i % kStudentBytes] =
            static_cast<std::uint8_t>((*students)[i]);
    if (call.asked.count() > limits::kNamesAskedMax)
        return refuse(fmt::format("names.ask is for {} names, and a call has at most {}", call.asked.count(),
                                  limits::kNamesAskedMax));
    return call;
}

Result<std::vector<RosterRow>> ask_names(const NamesAsker& asker, const Member& member, const Carry& carry,
                                         NamesAsked asked, const std::string& purpose) {
    if (!is_purpose(purpose)) return refuse(fmt::format("{}: '{}' is no purpose", member.id, purpose));
    if (!member.key) return refuse(fmt::format("{}: it has not introduced itself", member.id));
    sort_once(asked.students);
    sort_once(asked.courses);
    sort_once(asked.activities);
    Correspondence correspondence(asker.hub, {member.id, *member.key, member.id}, *asker.key, *asker.clock,
                                  carry);
    std::vector<RosterRow> all;
    while (asked.count() > 0) {
        NamesAsked part;
        std::size_t room = limits::kNamesAskedMax;
        take(asked.students, part.students, room);
        take(asked.courses, part.courses, room);
        take(asked.activities, part.activities, room);
        const auto answer = correspondence.call("names.ask", {names_asked_value(part, purpose)});
        auto rows = answer ? read_rows(*answer, part) : std::unexpected(answer.error());
        AuditEntry entry{
            asker.clock->now_utc_s(), asker.hub, member.id, "names.ask", purpose, 0, 0, "refused"};
        if (rows) {
            entry.outcome = "told";
            entry.students = std::ranges::count(*rows, "person", &RosterRow::what);
            entry.others = static_cast<std::int64_t>(rows->size()) - entry.students;
        }
        asker.audit->append(entry);
        if (!rows)
            return refuse(fmt::format("the names of {} are not told: {}", member.id, rows.error().what));
        std::ranges::move(*rows, std::back_inserter(all));
    }
    return all;
}

}  // namespace assidu::federation
