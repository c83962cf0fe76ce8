// Reports of many students at once, for their funders: only what changed since the last issue, one student's
// failure never another's, and whole again after whatever interrupted it. Callable from a command, a round of
// `serve` and a listener: nothing here prints.
//
//   OUT/index.html                      everything, for the staff
//   OUT/FUNDER/index.html               what is this funder's: the folder may be handed on as it is
//   OUT/FUNDER/PERIOD/NAME.pdf, .zip    the documents, and the package that proves them
//   OUT/FUNDER/PERIOD/group-NODE.pdf    where it is asked for, its students together
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "config/report_settings.h"
#include "node/node.h"
#include "node/report_document.h"
#include "node/staff/selection.h"
#include "reports/template/template.h"

namespace assidu::node::staff {

// The template that the settings name; nothing if they name none. Refused if it cannot be read.
[[nodiscard]] config::Result<std::optional<reports::Template>> settings_template(const Node& node);

// The template of that folder: as it is named from the working folder or, where nothing is there, from the
// node's; an empty name: the settings'.
[[nodiscard]] config::Result<std::optional<reports::Template>> named_template(
    const Node& node, const std::filesystem::path& folder);

// What became of one student's report for one funder, or of a funder's students' together.
struct BatchLine {
    enum class Outcome : std::uint8_t {
        issued,     // for the first time
        reissued,   // in the place of another, which it names
        unchanged,  // nothing is another than at the last issue
        refused,    // by the look before issue
        failed,     // no data, no package of it, or a defect
    };
    Outcome outcome = Outcome::failed;
    federation::StudentId student;  // kWholeGroup (issue_log.h): the funder's students together
    std::string name;               // as a person reads it
    std::string funder;             // empty: none
    std::string why;      // of a refusal or failure, in the batch's language; of another issue, what changed
    bool defect = false;  // `failed` for a defect of Assidu
};

struct BatchOrder {
    federation::Period period;
    Selection selection;
    std::vector<ReportFormat> formats = {ReportFormat::pdf};
    bool package = true;
    // Also a report of each funder's students together, those left out whose own was refused: in those of the
    // formats that it has, or as PDF.
    bool groups = false;
    reports::Language language = reports::Language::fr;
    std::filesystem::path out;  // made where it is missing
    const reports::Template* report_template = nullptr;
    // What became of some in a run that this one goes on from: counted, and not done again.
    std::vector<BatchLine> earlier = {};
};

// "issued", "reissued", "unchanged", "refused", "failed".
[[nodiscard]] std::string_view name_of(BatchLine::Outcome outcome);

struct BatchResult {
    std::vector<BatchLine> lines;  // refused and failed ones alone: the others are counted
    std::int64_t issued = 0, reissued = 0, unchanged = 0, refused = 0, failed = 0;
    bool finished = false;  // false: it was told to stop; the next run goes on from there
    bool defect = false;
};

struct BatchEvents {
    std::function<void(std::int64_t done, std::int64_t of, const BatchLine&)> line;
    std::function<bool()> goes_on;  // asked between two students
};

// The node's totals must be up to date, and the caller must have opened it to change. Refused, with nothing
// issued: nobody is selected, no totals, or where packages are wanted none can be made of the period. Throws
// ResourceFailure (a full disk): what was issued until then is whole, and the next run goes on.
[[nodiscard]] config::Result<BatchResult> run_batch(Node& node, const BatchOrder& order,
                                                    const BatchEvents& events);

// The last day, ISO week or month that is over, and of which every day is closed, at an instant.
[[nodiscard]] federation::Period last_period(config::ReportSchedule::Every every, std::int64_t now_utc_s,
                                             const config::CivilCalendar& calendar);
// The period of that kind that holds the day.
[[nodiscard]] federation::Period period_of(config::ReportSchedule::Every every, config::CivilDay day);

}  // namespace assidu::node::staff
