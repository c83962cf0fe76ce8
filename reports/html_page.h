// What the HTML pages are put together from: values into the data that html_templates shows, and a page from
// them. Every value is safe text, and mustache escapes it.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <kainjow/mustache.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reports/durations.h"
#include "reports/model.h"
#include "reports/text.h"

namespace assidu::reports::html {

using kainjow::mustache::data;

// Every page has the same language, texts and helpers around its own data.
struct Page {
    Language language;
    const config::CivilCalendar& calendar;
    data root;
};

void put(data& object, const std::string& key, std::string_view value);
void put(data& object, const std::string& key, std::int64_t value);
void put_flag(data& object, const std::string& key, bool value);
[[nodiscard]] data list();

void put_amount(data& object, const auto& line) {
    put(object, "m_s", line.measured_s);
    put(object, "m", h_mm_ss(line.measured_s));
    put(object, "c_s", line.credited_s);
    put(object, "c", h_mm_ss(line.credited_s));
    put(object, "ev", line.events);
}

template <class Lines, class Make>
data list_of(const Page& page, const Lines& lines, const Make& make) {
    data all = list();
    for (const auto& line : lines)
        all.push_back(make(page, line));
    return all;
}

// An instant as `key` in words and `key_iso` for machines.
void put_instant(const Page& page, data& object, const std::string& key, std::int64_t utc_s);
// An instant that may be missing, as a section; on a day, its time alone is enough.
void put_trace(const Page& page, data& object, const std::string& key,
               const std::optional<std::int64_t>& utc_s, bool time_only);
// Codes that tell things of one name apart, as a section with their text; none where there is nothing to
// tell.
void put_codes(data& object, const std::string& key, std::initializer_list<std::string_view> codes);
void put_course(const Page& page, data& object, std::int64_t course, const std::optional<Course>& names);
[[nodiscard]] data group_course_data(const Page& page, const GroupCourseLine& line);
[[nodiscard]] data outage_data(const Page& page, const federation::Outage& outage);
void put_period(Page& page, const federation::Period& period);
// The instant of issue and the rule.
void put_imprint(Page& page, const Imprint& imprint);

// What stands before a colon, and the colon.
[[nodiscard]] std::string_view colon(Language language);
// "28/03/2026", "du 28/03/2026 au 29/03/2026".
[[nodiscard]] std::string run_text(Language language, const federation::Period& run);
[[nodiscard]] std::int64_t days_of(std::span<const federation::Period> runs);
// What a member's declarations lack, a line each; none where they are complete.
[[nodiscard]] std::vector<std::string> lacks_of(const Page& page, const Declared& declared);
void put_declared(const Page& page, data& object, const Declared& declared);

// The page: its head, `main` and `end`, which are templates. `title` is a key of text.h.
[[nodiscard]] std::string render(Page& page, std::string_view title, std::string_view main,
                                 std::string_view end);

}  // namespace assidu::reports::html
