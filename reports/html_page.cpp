#include "reports/html_page.h"

#include <fmt/format.h>

#include <stdexcept>

#include "config/digest.h"
#include "reports/declared_text.h"
#include "reports/html_templates.h"
#include "reports/render.h"
#include "reports/render_look.h"
#include "reports/safe_text.h"

namespace assidu::reports {
namespace html {
namespace {

// The texts of a template, as `w_key`. A key that text.h does not have is refused here: mustache would show
// nothing.
void put_texts(Page& page, std::string_view page_template) {
    constexpr std::string_view kMark = "{{w_";
    for (std::size_t at = page_template.find(kMark); at != std::string_view::npos;
         at = page_template.find(kMark, at + 1)) {
        const std::string_view rest = page_template.substr(at + kMark.size());
        const std::string key(rest.substr(0, rest.find("}}")));
        put(page.root, "w_" + key, text(page.language, key));
    }
}

std::string base64(std::span<const std::uint8_t> bytes) {
    constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const auto byte = [&](std::size_t at) { return at < bytes.size() ? std::uint32_t{bytes[at]} : 0U; };
        const std::uint32_t group = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
        for (std::size_t digit = 0; digit < 4; ++digit) {
            const bool padding = i + digit > bytes.size();
            text.push_back(padding ? '=' : kDigits[group >> (18 - 6 * digit) & 63U]);
        }
    }
    return text;
}

std::string rule_text(Language language, const Imprint& imprint) {
    std::string rule = text_with(language, "rule_gap", h_mm_ss(imprint.idle_s)) + " ";
    rule += imprint.idle_credit_s > 0
                ? text_with(language, "rule_idle_credit", h_mm_ss(imprint.idle_credit_s))
                : std::string(text(language, "rule_idle_nothing"));
    rule += " ";
    rule += imprint.last_credit_s > 0
                ? text_with(language, "rule_last_credit", h_mm_ss(imprint.last_credit_s))
                : std::string(text(language, "rule_last_nothing"));
    return rule + " " + std::string(text(language, "rule_document"));
}

std::string missing_days_text(Language language, const Declared& declared) {
    std::string runs;
    for (const federation::Period& run : declared.missing_days)
        runs += (runs.empty() ? "" : ", ") + run_text(language, run);
    return text_with(language, "missing_days_runs", days_of(declared.missing_days), runs);
}

std::string last_statement_text(Language language, const Declared& declared) {
    if (declared.last.number == 0) return std::string(text(language, "statement_none"));
    return text_with(language, "statement_number", declared.last.number);
}

std::string announced_text(const Page& page, const Declared& declared) {
    if (declared.announced == 0) return std::string(text(page.language, "announced_never"));
    const std::string number = text_with(page.language, "statement_number", declared.announced);
    if (!declared.announced_utc_s) return number;
    return text_with(page.language, "announced_when", number,
                     instant_text(page.language, page.calendar, *declared.announced_utc_s));
}

std::string statements_lack_text(const Page& page, const Declared& declared) {
    return statements_lack_text(page.language, declared, last_statement_text(page.language, declared),
                                announced_text(page, declared));
}

}  // namespace

void put(data& object, const std::string& key, std::string_view value) {
    object[key] = data(safe_text(value));
}
void put(data& object, const std::string& key, std::int64_t value) {
    object[key] = data(fmt::format("{}", value));
}
void put_flag(data& object, const std::string& key, bool value) {
    object[key] = data(value);
}

data list() {
    return data(data::type::list);
}

void put_instant(const Page& page, data& object, const std::string& key, std::int64_t utc_s) {
    put(object, key, instant_text(page.language, page.calendar, utc_s));
    put(object, key + "_iso", page.calendar.local_iso(utc_s));
}

void put_trace(const Page& page, data& object, const std::string& key,
               const std::optional<std::int64_t>& utc_s, bool time_only) {
    if (!utc_s) return put_flag(object, key, false);
    data instant;
    put(instant, "text",
        time_only ? time_text(page.calendar, *utc_s) : instant_text(page.language, page.calendar, *utc_s));
    put(instant, "iso", page.calendar.local_iso(*utc_s));
    object[key] = std::move(instant);
}

void put_codes(data& object, const std::string& key, std::initializer_list<std::string_view> codes) {
    std::string joined;
    for (const std::string_view code : codes) {
        if (code.empty()) continue;
        joined += joined.empty() ? "" : ", ";
        joined += code;
    }
    if (joined.empty()) return put_flag(object, key, false);
    data section;
    put(section, "text", "(" + joined + ")");
    object[key] = std::move(section);
}

void put_course(const Page& page, data& object, std::int64_t course, const std::optional<Course>& names) {
    put(object, "course", course);
    put(object, "course_name", course_name(page.language, course, names));
    const Course known = names.value_or(Course{});
    const bool named = !known.fullname.empty();
    put_codes(object, "course_codes", {named ? std::string_view(known.shortname) : "", known.idnumber});
}

data group_course_data(const Page& page, const GroupCourseLine& line) {
    data course;
    put(course, "source", line.source);
    put_course(page, course, line.course, line.names);
    put(course, "n", line.students);
    put_amount(course, line);
    return course;
}

data outage_data(const Page& page, const federation::Outage& outage) {
    data line;
    put(line, "begin_s", outage.from_utc_s);
    put(line, "end_s", outage.to_utc_s);
    put_instant(page, line, "begin", outage.from_utc_s);
    put_instant(page, line, "end", outage.to_utc_s);
    put(line, "cause", outage.cause);
    return line;
}

void put_period(Page& page, const federation::Period& period) {
    put(page.root, "period",
        text_with(page.language, "period_days", date_text(page.language, period.from),
                  date_text(page.language, period.to)));
    put(page.root, "period_from", config::iso_date(period.from));
    put(page.root, "period_to", config::iso_date(period.to));
}

void put_imprint(Page& page, const Imprint& imprint) {
    put_instant(page, page.root, "issued", imprint.issued_at_utc_s);
    put(page.root, "scale",
        text_with(page.language, "scale_version", imprint.scale_label, imprint.scale.id,
                  imprint.scale.version));
    put(page.root, "scale_sha256", imprint.scale.sha256);
    put(page.root, "rule", rule_text(page.language, imprint));
    put(page.root, "timezone", text_with(page.language, "timezone_note", imprint.timezone));
}

std::string_view colon(Language language) {
    return language == Language::fr ? "\u202f:" : ":";
}

std::string run_text(Language language, const federation::Period& run) {
    if (run.from == run.to) return date_text(language, run.from);
    return text_with(language, "days_span", date_text(language, run.from), date_text(language, run.to));
}

std::int64_t days_of(std::span<const federation::Period> runs) {
    std::int64_t days = 0;
    for (const federation::Period& run : runs)
        days += std::int64_t{run.to.number} - run.from.number + 1;
    return days;
}

std::vector<std::string> lacks_of(const Page& page, const Declared& declared) {
    std::vector<std::string> lacks;
    if (!declared.missing_days.empty())
        lacks.push_back(fmt::format("{}{} {}", text(page.language, "lacks_days"), colon(page.language),
                                    missing_days_text(page.language, declared)));
    if (declared.statements_missing().value_or(0) > 0) lacks.push_back(statements_lack_text(page, declared));
    return lacks;
}

void put_declared(const Page& page, data& object, const Declared& declared) {
    put(object, "last_number", declared.last.number);
    put(object, "last_statement", last_statement_text(page.language, declared));
    put(object, "last_sha256", declared.last.digest);
    put_flag(object, "has_statement", declared.last.number > 0);
    put_flag(object, "has_announced", declared.announced > 0);
    put(object, "announced_number", declared.announced);
    put(object, "announced", announced_text(page, declared));
    put_flag(object, "has_announced_at", declared.announced_utc_s.has_value());
    put(object, "announced_s", declared.announced_utc_s.value_or(0));
    const std::optional<std::int64_t> statements_missing = declared.statements_missing();
    put_flag(object, "statements_missing_known", statements_missing.has_value());
    put(object, "statements_missing", statements_missing.value_or(0));
    put(object, "missing_days_count", days_of(declared.missing_days));
    put_flag(object, "has_missing_days", !declared.missing_days.empty());
    put_flag(object, "has_statements_missing", declared.statements_missing().value_or(0) > 0);
    const StatementRun missing = missing_statements(declared).value_or(StatementRun{});
    put(object, "missing_statements", missing_statements_text(page.language, declared));
    put(object, "missing_statement_from", missing.from);
    put(object, "missing_statement_to", missing.to);
    put(object, "statements_lack", missing.to > 0 ? statements_lack_text(page, declared) : "");
    data runs = list();
    for (const federation::Period& run : declared.missing_days) {
        data line;
        put(line, "from", config::iso_date(run.from));
        put(line, "to", config::iso_date(run.to));
        put(line, "text", run_text(page.language, run));
        put_flag(line, "more", &run != &declared.missing_days.back());
        runs.push_back(line);
    }
    object["runs"] = std::move(runs);
}

std::string render(Page& page, std::string_view title, std::string_view main, std::string_view end) {
    const Language language = page.language;
    put(page.root, "lang", tag_of(language));
    put(page.root, "title", text(language, title));
    put(page.root, "colon", colon(language));
    put(page.root, "style_source", html_style_source());
    // The style holds braces of its own and is nobody's template.
    std::string rendered;
    for (const auto& [part, is_template] :
         {std::pair(kHeadBegin, true), std::pair(kStyle, false), std::pair(kHeadEnd, true),
          std::pair(main, true), std::pair(end, true)}) {
        if (!is_template) {
            rendered += part;
            continue;
        }
        put_texts(page, part);
        kainjow::mustache::mustache mustache{std::string(part)};
        rendered += mustache.render(page.root);
        if (!mustache.is_valid()) throw std::logic_error("report template: " + mustache.error_message());
    }
    return rendered;
}

}  // namespace html

std::string_view html_style() {
    return kStyle;
}

std::string html_style_source() {
    return "'sha256-" + html::base64(config::sha256(kStyle)) + "'";
}

}  // namespace assidu::reports
