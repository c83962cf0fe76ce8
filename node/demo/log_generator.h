// The demonstration's university: a month of the standard log of one Moodle, with its people and courses,
// invented from a seed. It lets everything else be shown and timed without anybody's real data, and holds on
// purpose every kind of row that has made some attendance tool wrong.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/civil_calendar.h"

namespace assidu::node::demo {

struct DemoUniversity {
    std::uint64_t seed = 1;
    int index = 0;             // among the universities of one demonstration; another index is another month
    std::string name;          // "Université de Lyon-Est (démonstration)": the institution of its students
    std::string email_domain;  // "univ-lyon-est.example"
    int students = 60;         // of this university, at least 4: enough to hold every kind of row
    int others = 20;           // people of other universities on the same Moodle
    // Civil days in Europe/Paris; at least 2 of them. The clocks go back on the 26th of the month given here.
    config::CivilDay first_day = {20'362};  // 2025-10-01
    int days = 31;
    // How many distinct events the month has: exactly so many, unless what it must hold is more, which is
    // about 1,300 and 16 a day.
    std::int64_t events_target = 60'000;
};

struct DemoFiles {
    std::vector<std::filesystem::path> catalogues;  // people.csv, courses.csv, activities.csv
    std::vector<std::filesystem::path> logs;        // log.csv.gz, log-late.csv.gz: to be read in this order
    std::int64_t rows = 0;  // of both logs: the distinct events, the duplicates and the broken rows
    std::int64_t distinct_events = 0;  // by id, broken rows left out
    // How many there are of each special kind of demo_kinds(), 0 included.
    std::map<std::string, std::int64_t> kinds;
};

// The kinds that DemoFiles counts, by name, and what each counts, so that anybody can count again from the
// files.
[[nodiscard]] const std::map<std::string, std::string>& demo_kinds();

// Writes the five files into `folder`, which is created if it is not there, and replaces files of the same
// names. The same university gives the same text on every machine, and the same packed bytes with the same
// zlib.
//
// `progress` is told now and then how many rows are written, and `wants_more` is asked whether to go on;
// either may be empty. Nothing is returned if `wants_more` said no: then no file in `folder` has changed.
//
// Throws ResourceFailure naming the path if something cannot be written, or if there is no tz database; a
// file has its name only once it is whole, the logs last. Throws std::invalid_argument if the university is
// outside the bounds named above, has over 50,000 people, over 366 days or over a thousand million events.
// Memory: the rows of about one day, and 8 bytes for each person and day. May be called from several threads,
// for different folders.
[[nodiscard]] std::optional<DemoFiles> write_demo_files(
    const DemoUniversity& university, const std::filesystem::path& folder,
    const std::function<void(std::int64_t rows)>& progress = {},
    const std::function<bool()>& wants_more = {});

}  // namespace assidu::node::demo
