#include "node/collect/recognise.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/limits.h"
#include "node/collect/csv_header.h"
#include "node/collect/csv_reader.h"
#include "node/collect/log_page_names.h"
#include "node/collect/text.h"

namespace assidu::node::collect {
namespace {

using config::limits::kSniffBytes;

std::string head_of(ByteSource& source) {
    std::string head(kSniffBytes, '\0');
    std::size_t size = 0;
    while (size < head.size()) {
        const std::size_t got = source.read(head.data() + size, head.size() - size);
        if (got == 0) break;
        size += got;
    }
    head.resize(size);
    return head;
}

bool has(const std::vector<std::string>& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

// Of evidence that is no log. A dump with joined columns may have a log's as well, and is asked first.
std::optional<FileKind> evidence_kind_of(const std::vector<std::string>& names) {
    struct Marks {
        FileKind kind;
        std::vector<std::string_view> columns;
    };
    static const std::vector<Marks> kMarks{
        {FileKind::timestat, {"userid", "timespent", "timecreated"}},
        {FileKind::completions, {"userid", "coursemoduleid", "completionstate"}},
        {FileKind::enrolments, {"userid", "courseid", "timestart", "timeend"}},
        {FileKind::roles, {"userid", "contextlevel", "instanceid", "shortname"}},
        {FileKind::roles, {"userid", "contextlevel", "instanceid", "role"}},
        {FileKind::categories, {"id", "path", "parent"}},
        {FileKind::categories, {"id", "path", "depth"}},
        {FileKind::register_sessions, {"userid", "login", "logout", "onlinesess"}},
        {FileKind::checklist_declarations, {"userid", "declaredtime", "usertimestamp"}},
        {FileKind::scorm_tracks, {"userid", "element", "value", "timemodified"}},
        {FileKind::activity_worths, {"moduleid", "credittime"}},
        {FileKind::activity_worths, {"moduleid", "creditedtime"}},
        {FileKind::activity_worths, {"cmid", "credittime"}},
        {FileKind::activity_worths, {"cmid", "creditedtime"}},
    };
    for (const Marks& marks : kMarks) {
        if (std::ranges::all_of(marks.columns, [&](std::string_view name) { return has(names, name); }))
            return marks.kind;
    }
    return std::nullopt;
}

std::optional<FileKind> kind_of(const std::vector<std::string_view>& fields) {
    std::vector<std::string> names;
    bool page_time = false, page_event = false, page_description = false, page_origin = false;
    for (const std::string_view field : fields) {
        names.push_back(lower_name(field));
        const std::optional<PageColumn> column = page_column(folded_name(field));
        page_time |= column == PageColumn::time;
        page_event |= column == PageColumn::event_name;
        page_description |= column == PageColumn::description;
        page_origin |= column == PageColumn::origin;
    }
    const bool id = has(names, "id");
    if (const auto evidence = evidence_kind_of(names)) return evidence;
    if (id && has(names, "eventname") && has(names, "timecreated") && has(names, "userid"))
        return FileKind::log_csv;
    if (page_time && page_event && page_description && page_origin) return FileKind::log_page;
    if ((id || has(names, "cmid")) && (has(names, "course") || has(names, "courseid")) &&
        has(names, "modname"))
        return FileKind::activities;
    if (id && has(names, "shortname") && has(names, "fullname")) return FileKind::courses;
    if (id && has(names, "username") && (has(names, "firstname") || has(names, "lastname")))
        return FileKind::people;
    return std::nullopt;
}

// True if rows of the log may begin so: a name that each of them must have stands in it, or there is no row.
bool may_be_log_rows(std::string_view head) {
    const bool has_rows = head.find_first_not_of("[] \t\r\n") != std::string_view::npos;
    return !has_rows || head.contains("\"eventname\"") || head.contains("\"timecreated\"");
}

// What is wrong with bytes that are no text of ours; empty if they may be CSV.
std::string_view foreign(std::string_view head) {
    if (head.starts_with("PK\x03\x04")) return "a ZIP archive or a spreadsheet; save it as CSV";
    if (head.starts_with("\xff\xfe") || head.starts_with("\xfe\xff"))
        return "text in UTF-16; save it as UTF-8";
    if (head.starts_with("%PDF")) return "a PDF document";
    if (head.starts_with("SQLite format 3")) return "an SQLite database";
    if (head.starts_with("<")) return "a page or document in HTML or XML (a login page, saved by mistake?)";
    if (head.find('\0') != std::string_view::npos) return "not text";
    return {};
}

std::string columns_of(const std::vector<std::string_view>& fields) {
    constexpr std::size_t kShownMax = 12;
    std::string text;
    for (std::size_t i = 0; i < std::min(fields.size(), kShownMax); ++i) {
        if (i > 0) text += ", ";
        std::string storage;
        text += shown(trimmed(decoded(fields[i], storage)), 32);
    }
    if (fields.size() > kShownMax) text += fmt::format(" and {} more", fields.size() - kShownMax);
    return text;
}

config::Result<Recognised> refuse(const std::string& file, std::string_view found) {
    return config::refuse(fmt::format("{}: not a file of log events or a catalogue: {}", file, found));
}

}  // namespace

config::Result<Recognised> recognise(ByteSource& source) {
    const std::string bytes = head_of(source);
    std::string_view head = bytes;
    if (head.starts_with("\xef\xbb\xbf")) head.remove_prefix(3);
    const std::size_t begin = head.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos)
        return refuse(source.name(), bytes.empty() ? "it is empty" : "it holds nothing but spaces");
    if (head[begin] == '[' || head[begin] == '{') {
        if (may_be_log_rows(head)) return Recognised{FileKind::log_json, ','};
        return refuse(source.name(), "it is JSON without a member eventname or timecreated");
    }
    if (const std::string_view what = foreign(head); !what.empty())
        return refuse(source.name(), fmt::format("it is {}", what));

    std::string columns;
    std::size_t most = 0;
    for (const char delimiter : {',', ';', '\t'}) {
        const std::unique_ptr<ByteSource> again = ByteSource::of(source.name(), bytes);
        CsvReader reader(*again, delimiter);
        CsvRecord record;
        if (!reader.next(record) || !record.refused.empty()) continue;
        if (const std::optional<FileKind> kind = kind_of(record.fields)) return Recognised{*kind, delimiter};
        if (record.fields.size() <= most) continue;
        most = record.fields.size();
        columns = columns_of(record.fields);
    }
    if (columns.empty()) return refuse(source.name(), "its first line is no line of CSV");
    return refuse(source.name(), fmt::format("the first line has the columns {}", columns));
}

config::Result<Recognised> recognise(const std::filesystem::path& path) {
    const config::Result<std::unique_ptr<ByteSource>> source =
        ByteSource::open(path, ByteSource::Digest::none);
    if (!source) return std::unexpected(source.error());
    return recognise(**source);
}

std::string_view name_of(FileKind kind) {
    switch (kind) {
        case FileKind::log_csv:
            return "log_csv";
        case FileKind::log_json:
            return "log_json";
        case FileKind::log_page:
            return "log_page";
        case FileKind::people:
            return "people";
        case FileKind::courses:
            return "courses";
        case FileKind::activities:
            return "activities";
        case FileKind::completions:
            return "completions";
        case FileKind::enrolments:
            return "enrolments";
        case FileKind::roles:
            return "roles";
        case FileKind::categories:
            return "categories";
        case FileKind::register_sessions:
            return "register_sessions";
        case FileKind::checklist_declarations:
            return "checklist_declarations";
        case FileKind::timestat:
            return "timestat";
        case FileKind::scorm_tracks:
            return "scorm_tracks";
        case FileKind::activity_worths:
            return "activity_worths";
    }
    return "";
}

std::string_view words_of(FileKind kind) {
    switch (kind) {
        case FileKind::log_csv:
            return "dump of logstore_standard_log";
        case FileKind::log_json:
            return "rows of logstore_standard_log as JSON";
        case FileKind::log_page:
            return "download of Moodle's log page";
        case FileKind::people:
            return "catalogue of people";
        case FileKind::courses:
            return "catalogue of courses";
        case FileKind::activities:
            return "catalogue of activities";
        case FileKind::completions:
            return "dump of course_modules_completion";
        case FileKind::enrolments:
            return "dump of user_enrolments";
        case FileKind::roles:
            return "dump of role_assignments";
        case FileKind::categories:
            return "dump of course_categories";
        case FileKind::register_sessions:
            return "dump of attendanceregister_session";
        case FileKind::checklist_declarations:
            return "dump of learningtimecheck_check";
        case FileKind::timestat:
            return "dump of block_timestat";
        case FileKind::scorm_tracks:
            return "dump of the tracks of SCORM";
        case FileKind::activity_worths:
            return "dump of items with a credit";
    }
    return "";
}

}  // namespace assidu::node::collect
