// What Moodle's log page (report_log) calls things, in English and French, and what they are called in the
// database. Sources: Moodle's report/log/classes/table_log.php for the columns; the language packs en and fr
// of Moodle 3.10 to 4.5 (report_log, moodle, auth, message, badges, grades, and the plugin names of the
// modules), whose wording changed over the versions: all of them are here. Names are compared as folded()
// makes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "node/event.h"

namespace assidu::node::collect {

// The columns of the page, in the order in which Moodle prints them: the canonical one.
enum class PageColumn : std::uint8_t {
    time,
    user,
    affected_user,
    context,
    component,
    event_name,
    description,
    origin,
    ip,
};
inline constexpr std::size_t kPageColumns = 9;

[[nodiscard]] std::string_view name_of(PageColumn column);
[[nodiscard]] std::optional<PageColumn> page_column(std::string_view folded);

// "File", "Fichier" -> "mod_resource"; "System", "Systeme" -> "core"; nothing for a name that is not known.
[[nodiscard]] std::optional<std::string_view> page_component(std::string_view folded);

// Where an event stands among the events of one second: see log_page.h.
enum class PageRank : std::uint8_t { login = 0, other = 1, logout = 2 };

struct PageEvent {
    std::string_view eventname;  // empty: the class of course_module_viewed depends on the module
    std::string_view action, target;
    PageRank rank = PageRank::other;
};
// The events that a calculation scale may name; nothing for others.
[[nodiscard]] const PageEvent* page_event(std::string_view folded);

// Splits "Anna Blanc as Jean Noir" or "Anna Blanc en tant que Jean Noir" and returns the second name, or
// nothing.
[[nodiscard]] std::optional<std::string_view> logged_in_as(std::string_view full_name);

// What a description says, which Moodle writes in English whatever the language of the page. What people
// wrote stands in it between quotes, and says nothing: reading ends there.
struct PageDescription {
    std::optional<std::int64_t> user, course, activity;
    std::string_view module_type;  // "resource"; empty if it is not said
};
[[nodiscard]] PageDescription read_description(std::string_view text);

}  // namespace assidu::node::collect
