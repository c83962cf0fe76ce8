// What the forms of staff have in common: whom they may choose, of which period, and how choices are listed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "node/report_document.h"
#include "node/services/student_desk.h"
#include "node/web/page.h"

namespace assidu::node::web {

// {value, label, chosen} at the end of the list.
void add_option(PageData& list, const std::string& value, const std::string& label, bool chosen);

// The days of a form; nothing if they are no period, or one of more than limits::kPeriodDaysMax days.
[[nodiscard]] std::optional<federation::Period> period_in(const std::string& from, const std::string& to);
// What a form offers: the month before.
[[nodiscard]] federation::Period last_month(const Node& node);
// Dossiers of the last years, and of those that begin soon: for a page on which no period is chosen yet.
[[nodiscard]] federation::Period listed_period(const Node& node);

// Everybody ("") and the funders, dossiers' groups and cohorts of the desk, as options. And whom one of these
// values means; nothing if it is none.
void add_groups(PageData& list, const services::StudentDesk& desk, reports::Language language,
                const std::string& chosen);
[[nodiscard]] std::optional<std::vector<federation::StudentId>> students_of(const services::StudentDesk& desk,
                                                                            const std::string& group);
// The value in words: "Financeur : OPCO". `students`: how many everybody is.
[[nodiscard]] std::string group_in_words(reports::Language language, const std::string& group,
                                         std::size_t students);

// "Roux Élodie (elodie)"
[[nodiscard]] std::string label_of(const archive::PersonRecord& person);
// Formats of a student's report, or a group's; what people download most comes first.
[[nodiscard]] std::vector<ReportFormat> offered_formats(bool of_student);
[[nodiscard]] std::string format_label(reports::Language language, ReportFormat format);

}  // namespace assidu::node::web
