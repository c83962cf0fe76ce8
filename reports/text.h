// The words of reports in French and English, by key. All human text of the HTML comes from here; the other
// formats use it only for names that a course or activity does not have.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "config/civil_calendar.h"
#include "reports/directory.h"

namespace assidu::reports {

enum class Language { fr, en };

// "fr", "en".
[[nodiscard]] std::string_view tag_of(Language language);
// Any other tag is French: the language of the pool.
[[nodiscard]] Language language_of(std::string_view tag);

struct TextEntry {
    std::string_view key, fr, en;
};
// Every text. Places for values are {0}, {1}...
[[nodiscard]] std::span<const TextEntry> all_texts();

// A key that is not there is a broken invariant: std::logic_error.
[[nodiscard]] std::string_view text(Language language, std::string_view key);

template <class... Values>
[[nodiscard]] std::string text_with(Language language, std::string_view key, const Values&... values) {
    return fmt::format(fmt::runtime(text(language, key)), values...);
}

// A remark or a reason for dropped events in words; a code that this version does not know is shown as it is.
[[nodiscard]] std::string remark_text(Language language, std::string_view code);
[[nodiscard]] std::string reason_text(Language language, std::string_view code);

// What a course or activity is called, also where its name is not known; of what is gone from the source with
// words that say so: "(deleted) Algebra".
[[nodiscard]] std::string course_name(Language language, std::int64_t course,
                                      const std::optional<Course>& names);
[[nodiscard]] std::string activity_name(Language language, std::int64_t activity,
                                        const std::optional<Activity>& names);
// "Lovelace Ada", "(deleted account) Lovelace Ada", or the user name, or words for a person the directory
// does not know.
[[nodiscard]] std::string person_name(Language language, const std::optional<Person>& person);

// "26/03/2026" in French, "2026-03-26" in English.
[[nodiscard]] std::string date_text(Language language, config::CivilDay day);
// Local time of day, with the offset from UTC on a day on which the clocks show an hour twice.
[[nodiscard]] std::string time_text(const config::CivilCalendar& calendar, std::int64_t utc_s);
// Date and local time of day.
[[nodiscard]] std::string instant_text(Language language, const config::CivilCalendar& calendar,
                                       std::int64_t utc_s);
// "2026-S13" in French, "2026-W13" in English.
[[nodiscard]] std::string week_text(Language language, config::IsoWeek week);

}  // namespace assidu::reports
