#include "node/collect/log_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "config/digest.h"
#include "config/limits.h"
#include "node/collect/csv_header.h"
#include "node/collect/csv_reader.h"
#include "node/collect/log_page_names.h"
#include "node/collect/text.h"

namespace assidu::node::collect {
namespace {

using config::limits::kNameBytesMax;

constexpr std::size_t kAbsent = static_cast<std::size_t>(-1);
constexpr int kRankShift = 61;
constexpr std::string_view kDisplay = "display:";

struct Columns {
    std::size_t count = 0;
    std::array<std::size_t, kPageColumns> place{};
};

config::Result<Columns> read_columns(CsvReader& reader, CsvRecord& record) {
    const config::Result<CsvHeader> header = read_header(reader, record, folded_name);
    if (!header) return std::unexpected(header.error());
    const std::string& file = reader.source().name();
    Columns columns;
    columns.count = header->names.size();
    columns.place.fill(kAbsent);
    for (std::size_t i = 0; i < columns.count; ++i) {
        const std::optional<PageColumn> column = page_column(header->names[i]);
        if (!column) continue;
        std::size_t& place = columns.place[static_cast<std::size_t>(*column)];
        if (place != kAbsent)
            return config::refuse(fmt::format("{}: the column \"{}\" stands twice", file, name_of(*column)));
        place = i;
    }
    for (const PageColumn needed :
         {PageColumn::time, PageColumn::event_name, PageColumn::description, PageColumn::origin})
        if (columns.place[static_cast<std::size_t>(needed)] == kAbsent)
            return config::refuse(
                fmt::format("{}: no column \"{}\" of Moodle's log page", file, name_of(needed)));
    return columns;
}

// The fields of one record in canonical order: UTF-8, line breaks as LF.
class PageRow {
  public:
    void take(const CsvRecord& record, const Columns& columns) {
        for (std::size_t i = 0; i < kPageColumns; ++i) {
            texts_[i] = {};
            if (columns.place[i] == kAbsent) continue;
            texts_[i] = decoded(record.fields[columns.place[i]], storage_[i]);
            if (texts_[i].contains('\r')) texts_[i] = with_lf(texts_[i], i);
        }
    }
    std::string_view operator[](PageColumn column) const { return texts_[static_cast<std::size_t>(column)]; }

    [[nodiscard]] std::int64_t id(PageRank rank) {
        canonical_.clear();
        for (const std::string_view text : texts_) {
            canonical_ += fmt::format_int(text.size()).c_str();
            canonical_ += ':';
            canonical_ += text;
            canonical_ += ',';
        }
        const config::Sha256Digest digest = config::sha256(canonical_);
        std::uint64_t bits = 0;
        for (std::size_t i = 0; i < 8; ++i)
            bits = (bits << 8) | digest[i];
        const std::uint64_t id =
            (static_cast<std::uint64_t>(rank) << kRankShift) | (bits >> (64 - kRankShift));
        return id == 0 ? 1 : static_cast<std::int64_t>(id);
    }

  private:
    std::string_view with_lf(std::string_view text, std::size_t i) {
        std::string lines;
        lines.reserve(text.size());
        for (std::size_t at = 0; at < text.size(); ++at) {
            if (text[at] != '\r')
                lines.push_back(text[at]);
            else if (at + 1 == text.size() || text[at + 1] != '\n')
                lines.push_back('\n');
        }
        storage_[i] = std::move(lines);
        return storage_[i];
    }

    std::array<std::string_view, kPageColumns> texts_;
    std::array<std::string, kPageColumns> storage_;
    std::string canonical_;
};

// What stands before the colon of a context: "Course: Algebra" gives "course".
std::string kind_of_context(std::string_view context) {
    const std::size_t colon = context.find(':');
    return colon == std::string_view::npos ? std::string{} : folded(context.substr(0, colon));
}

bool is_plugin_name(std::string_view text) {
    const auto part = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
    return text.contains('_') && text.front() >= 'a' && text.front() <= 'z' &&
           std::ranges::all_of(text, part);
}

std::string displayed(std::string_view text) {
    return std::string(kDisplay) + cleaned(text, kNameBytesMax - kDisplay.size());
}

std::string origin_of(std::string_view text) {
    std::string origin = folded(cleaned(text, kNameBytesMax));
    if (origin == "-") origin.clear();
    if (origin == "web service" || origin == "service web") origin = "ws";
    if (origin == "restaurer") origin = "restore";
    return origin;
}

class PageReader {
  public:
    PageReader(const LogPageOptions& options, LogPageNotes& notes) : options_(options), notes_(notes) {}

    // Fills `row`, or says in `reason` why the record gives no event.
    bool read(PageRow& fields, LogRow& row, std::string& reason) {
        row.shape = {};
        if (trimmed(fields[PageColumn::event_name]).empty()) {
            reason = fmt::format("the column \"{}\" is empty", name_of(PageColumn::event_name));
            return false;
        }
        config::CivilCalendar::Instant instant;
        PageTime time;
        if (!read_time(fields, time, instant, reason)) return false;
        row.time_s = instant.utc_s;
        const PageDescription said = read_description(fields[PageColumn::description]);
        if (!read_user(fields, said, row)) {
            reason = "no user can be told from this row";
            return false;
        }
        const PageRank rank = read_event(fields, said, row.shape);
        read_place(fields, said, row);
        row.shape.origin = origin_of(fields[PageColumn::origin]);
        row.id = fields.id(rank);
        notes_.ambiguous_times += instant.ambiguous ? 1 : 0;
        notes_.skipped_times += instant.skipped ? 1 : 0;
        notes_.unknown_courses += row.course == kCourseUnknown ? 1 : 0;
        notes_.dates_in_figures += time.in_figures ? 1 : 0;
        return true;
    }

  private:
    bool read_time(const PageRow& fields, PageTime& time, config::CivilCalendar::Instant& instant,
                   std::string& reason) {
        bool no_year = false;
        const std::string_view text = fields[PageColumn::time];
        const config::Result<PageTime> read = parse_page_time(text, no_year);
        if (!read) {
            reason = read.error().what;
            return false;
        }
        time = *read;
        if (time.in_figures && !options_.date_order) {
            reason = fmt::format("the date {} can be read in two orders: pass --date-order dmy or mdy",
                                 shown(text));
            return false;
        }
        const std::optional<config::CivilDay> day = day_of(time, options_.date_order);
        if (day) instant = options_.calendar->instant_of(*day, time.second_of_day);
        if (!day || instant.utc_s < 1) {
            reason = fmt::format("there is no such date: {}", shown(text));
            return false;
        }
        return true;
    }

    std::optional<std::int64_t> look_up(std::string_view name) const {
        if (!options_.user_by_name || name.empty() || name == "-") return std::nullopt;
        return options_.user_by_name(name);
    }

    bool read_user(const PageRow& fields, const PageDescription& said, LogRow& row) const {
        const std::string_view name = trimmed(fields[PageColumn::user]);
        std::optional<std::int64_t> user = said.user;
        if (const std::optional<std::string_view> second = logged_in_as(name)) {
            const std::optional<std::int64_t> whole = look_up(name);
            row.shape.login_as = !whole || (user && *user != *whole);
            if (!user) user = whole ? whole : look_up(*second);
        } else if (!user) {
            user = look_up(name);
        }
        row.user_id = user.value_or(0);
        return user.has_value();
    }

    static PageRank read_event(const PageRow& fields, const PageDescription& said, EventShape& shape) {
        const std::string_view component = trimmed(fields[PageColumn::component]);
        const std::optional<std::string_view> known = page_component(folded(component));
        if (known && *known == "core")
            shape.component = "core";
        else if (!said.module_type.empty())
            shape.component = fmt::format("mod_{}", said.module_type);
        else if (known)
            shape.component = *known;
        else if (is_plugin_name(component))
            shape.component = cleaned(component, kNameBytesMax);
        else
            shape.component = displayed(component);

        const std::string_view name = fields[PageColumn::event_name];
        const PageEvent* const event = page_event(folded(name));
        const bool of_module = event != nullptr && event->eventname.empty();
        if (event == nullptr || (of_module && !shape.component.starts_with("mod_"))) {
            shape.eventname = displayed(name);
            return PageRank::other;
        }
        shape.eventname = of_module ? fmt::format("\\{}\\event\\course_module_viewed", shape.component)
                                    : std::string(event->eventname);
        shape.action = event->action;
        shape.target = event->target;
        return event->rank;
    }

    void read_place(const PageRow& fields, const PageDescription& said, LogRow& row) {
        const std::string context = kind_of_context(fields[PageColumn::context]);
        const std::optional<std::string_view> module = page_component(context);
        const bool in_module = said.activity || row.shape.component.starts_with("mod_") ||
                               (module && module->starts_with("mod_"));
        const bool in_course = in_module || context == "course" || context == "cours";
        row.activity = said.activity.value_or(0);
        row.course = said.course.value_or(in_course ? kCourseUnknown : 0);
        row.shape.context_level = said.activity ? kModuleContext : said.course ? 50 : 10;
        if (said.course) notes_.courses.insert(*said.course);
        if (!said.activity) return;
        notes_.activities.insert(*said.activity);
        if (!said.module_type.empty())
            notes_.module_types[*said.activity] = said.module_type;
        else if (row.shape.component.starts_with("mod_"))
            notes_.module_types.try_emplace(*said.activity, row.shape.component.substr(4));
        else if (module && module->starts_with("mod_"))
            notes_.module_types.try_emplace(*said.activity, module->substr(4));
    }

    const LogPageOptions& options_;
    LogPageNotes& notes_;
};

// A date in figures that fits one order only, and where it stands.
struct Witness {
    std::uint64_t line = 0;
    std::string text;
};

std::string cited(const Witness& witness) {
    return fmt::format("{} in line {}", shown(witness.text), witness.line);
}

}  // namespace

config::Result<std::optional<DateOrder>> find_date_order(ByteSource& source, char delimiter) {
    CsvReader reader(source, delimiter);
    CsvRecord record;
    const config::Result<Columns> columns = read_columns(reader, record);
    if (!columns) return std::unexpected(columns.error());
    const std::size_t place = columns->place[static_cast<std::size_t>(PageColumn::time)];

    std::optional<Witness> dmy, mdy, open, yearless;
    std::uint64_t read = 0;
    bool figures = false;
    std::string storage;
    while (reader.next(record)) {
        if (!record.refused.empty() || record.fields.size() != columns->count) continue;
        const std::string_view text = decoded(record.fields[place], storage);
        bool no_year = false;
        const config::Result<PageTime> time = parse_page_time(text, no_year);
        const Witness here{record.line, std::string(text.substr(0, 64))};
        if (!time) {
            if (no_year && !yearless) yearless = here;
            continue;
        }
        ++read;
        figures = figures || time->in_figures;
        if (!time->in_figures || time->first == time->second) continue;
        const bool fits_dmy = day_of(*time, DateOrder::dmy).has_value();
        const bool fits_mdy = day_of(*time, DateOrder::mdy).has_value();
        if (!fits_dmy && !fits_mdy) continue;
        std::optional<Witness>& witness = !fits_mdy ? dmy : !fits_dmy ? mdy : open;
        if (!witness) witness = here;
    }
    const std::string& file = source.name();
    if (read == 0 && yearless)
        return config::refuse(
            fmt::format("{}: its dates have no year ({}); export the log again in a form that has it", file,
                        cited(*yearless)));
    if (dmy && mdy)
        return config::refuse(
            fmt::format("{}: its dates contradict each other: {} begins with the day, {} with the month",
                        file, cited(*dmy), cited(*mdy)));
    if (open && !dmy && !mdy)
        return config::refuse(
            fmt::format("{}: its dates can be read in two orders ({}): pass --date-order dmy or mdy", file,
                        cited(*open)));
    if (mdy) return DateOrder::mdy;
    // Dates like 7/7/21 alone read the same in either order.
    return figures ? std::optional(DateOrder::dmy) : std::nullopt;
}

config::Result<LogPageNotes> read_log_page(ByteSource& source, char delimiter, const LogPageOptions& options,
                                           RowSink& sink) {
    CsvReader reader(source, delimiter);
    CsvRecord record;
    const config::Result<Columns> columns = read_columns(reader, record);
    if (!columns) return std::unexpected(columns.error());
    LogPageNotes notes;
    notes.date_order = options.date_order;
    PageReader page(options, notes);
    PageRow fields;
    LogRow row;
    std::string reason;
    while (sink.wants_more() && reader.next(record)) {
        bool good = is_record(record, columns->count, reason);
        if (good) {
            fields.take(record, *columns);
            good = page.read(fields, row, reason);
        }
        if (good)
            sink.accept(row, record.line);
        else
            sink.reject(record.line, reason, record.raw, std::nullopt);
    }
    return notes;
}

}  // namespace assidu::node::collect
