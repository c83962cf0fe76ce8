// What a document takes of a university's template (template.h): for one funder, in one language.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/template/logo.h"

namespace assidu::reports {

// Empty: as without a template.
struct Look {
    std::string provider, siret, activity_number, representative, place;
    std::vector<std::string> address;
    std::optional<Logo> logo;
    std::int64_t logo_width_mm = 0;
    std::string logo_alt;
    std::vector<std::string> header, legal, signatories;
    std::string footer;
    // Columns of the table of days, and of courses, and parts of a student's report, that are left out.
    std::vector<std::string> hidden_day_columns, hidden_course_columns, hidden_sections;

    [[nodiscard]] static bool holds(const std::vector<std::string>& list, std::string_view name) {
        return std::ranges::find(list, name) != list.end();
    }
    [[nodiscard]] bool shows_day(std::string_view column) const { return !holds(hidden_day_columns, column); }
    [[nodiscard]] bool shows_course(std::string_view column) const {
        return !holds(hidden_course_columns, column);
    }
    [[nodiscard]] bool shows_section(std::string_view section) const {
        return !holds(hidden_sections, section);
    }
};

}  // namespace assidu::reports
