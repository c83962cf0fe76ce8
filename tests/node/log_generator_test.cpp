// The generator is believed only as far as a reader of its files finds what it says: everything here is
// counted again from the files, by code that shares nothing with it.
#include "node/demo/log_generator.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "config/digest.h"
#include "config/refusal.h"

namespace assidu::node::demo {
namespace {

namespace fs = std::filesystem;
using Counts = std::map<std::string, std::int64_t>;

constexpr std::int64_t kClockChange_s = 1'761'440'400;  // 2025-10-26T01:00:00Z, 03:00 becoming 02:00 in Paris

// A folder of its own for each test, removed with all it holds.
class Folder {
  public:
    Folder() {
        std::string name = ::testing::TempDir() + "assidu-demo-XXXXXX";
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
        path_ = name;
    }
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] const fs::path& path() const { return path_; }
    [[nodiscard]] std::set<std::string> names() const {
        std::set<std::string> names;
        for (const auto& entry : fs::directory_iterator(path_))
            names.insert(entry.path().filename().string());
        return names;
    }

  private:
    fs::path path_;
};

DemoUniversity university(std::int64_t events_target = 6'000, int students = 40, int others = 15) {
    DemoUniversity university;
    university.seed = 7;
    university.name = "Université d'Essai-sur-Mer (démonstration)";
    university.email_domain = "univ-essai.example";
    university.students = students;
    university.others = others;
    university.events_target = events_target;
    return university;
}

std::string bytes_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string unpacked(const fs::path& path) {
    std::string text;
    char buffer[64 * 1024];
    const gzFile file = gzopen(path.c_str(), "rb");
    for (int size = 0; (size = gzread(file, buffer, sizeof buffer)) > 0;)
        text.append(buffer, static_cast<std::size_t>(size));
    EXPECT_EQ(gzclose(file), Z_OK) << path;
    return text;
}

struct Row {
    std::string raw;
    std::vector<std::string> fields;
};

// Well-formed CSV only; that is what the generator must write, broken rows included.
std::vector<Row> rows_of(const std::string& text) {
    std::vector<Row> rows(1, Row{"", {""}});
    bool quoted = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char byte = text[at];
        rows.back().raw += byte;
        std::string& field = rows.back().fields.back();
        if (byte == '"' && quoted && at + 1 < text.size() && text[at + 1] == '"') {
            field += '"';
            rows.back().raw += text[++at];
        } else if (byte == '"') {
            quoted = !quoted;
        } else if (byte == ',' && !quoted) {
            rows.back().fields.emplace_back();
        } else if (byte == '\n' && !quoted) {
            rows.push_back({"", {""}});
        } else {
            field += byte;
        }
    }
    EXPECT_FALSE(quoted);
    EXPECT_TRUE(rows.back().raw.empty()) << "no end of line after the last row";
    rows.pop_back();
    return rows;
}

enum Column {
    id,
    eventname,
    action = 3,
    userid = 12,
    related = 14,
    anonymous,
    other,
    time,
    origin,
    ip,
    real
};

std::optional<std::int64_t> number(const std::string& text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

// The files of one month as a reader sees them.
struct Read {
    std::vector<Row> people, first, later;  // without the headers
    std::map<std::int64_t, Row> events;     // by id, without the broken rows
    Counts kinds;
    std::int64_t rows = 0;
};

void count_kinds_of_event(const Row& row, Counts& kinds) {
    const std::vector<std::string>& fields = row.fields;
    kinds["cli"] += fields[origin] == "cli";
    kinds["restore"] += fields[origin] == "restore";
    kinds["mobile"] += fields[origin] == "ws";
    kinds["login_as"] += !fields[real].empty();
    kinds["anonymous"] += fields[anonymous] == "1";
    kinds["guest"] += fields[userid] == "1";
    kinds["user_zero"] += fields[userid] == "0";
    kinds["failed_login"] += fields[action] == "failed";
    kinds["graded_by_learner"] +=
        fields[eventname] == "\\core\\event\\user_graded" && fields[userid] == fields[related];
    kinds["line_break_in_other"] += fields[other].find('\n') != std::string::npos;
}

// Events that are time on the platform, by person, in order.
std::map<std::string, std::vector<std::int64_t>> times_by_person(const Read& read) {
    std::map<std::string, std::vector<std::int64_t>> times;
    for (const auto& [key, row] : read.events)
        if ((row.fields[origin] == "web" || row.fields[origin] == "ws") && row.fields[real].empty() &&
            row.fields[action] != "failed" && *number(row.fields[userid]) > 1)
            times[row.fields[userid]].push_back(*number(row.fields[time]));
    for (auto& [user, of_person] : times)
        std::ranges::sort(of_person);
    return times;
}

void count_sessions(Read& read) {
    const auto calendar = config::CivilCalendar::of("Europe/Paris").value();
    for (const auto& [user, times] : times_by_person(read))
        for (std::size_t at = 1; at < times.size(); ++at) {
            const std::int64_t before_s = times[at - 1], after_s = times[at];
            if (after_s - before_s > 1'800) continue;
            read.kinds["session_over_midnight"] += calendar.day_of(before_s) != calendar.day_of(after_s);
            read.kinds["session_over_clock_change"] += before_s < kClockChange_s && after_s >= kClockChange_s;
        }
}

void count_people(const DemoUniversity& university, Read& read) {
    enum { person, username, email = 5, institution };
    std::set<std::string> came;
    for (const auto& [key, row] : read.events)
        came.insert(row.fields[userid]);
    for (const Row& row : read.people) {
        if (row.fields[institution] != university.name) continue;
        read.kinds["student_without_events"] += !came.contains(row.fields[person]);
        const std::string& name = row.fields[username];
        read.kinds["deleted_user"] += number(name.substr(name.rfind('.') + 1)).has_value() &&
                                      row.fields[email].find('@') == std::string::npos;
    }
}

void count_first(Read& read) {
    std::int64_t last_time_s = 0;
    for (const Row& row : read.first) {
        if (row.fields.size() != 21) {
            ++read.kinds["broken_columns"];
        } else if (row.fields[eventname].size() > 255) {
            EXPECT_EQ(row.fields[eventname].size(), 300U);
            ++read.kinds["broken_name"];
        } else if (!number(row.fields[time])) {
            ++read.kinds["broken_time"];
        } else {
            read.kinds["out_of_order"] += *number(row.fields[time]) < last_time_s;
            last_time_s = *number(row.fields[time]);
            EXPECT_TRUE(read.events.emplace(*number(row.fields[id]), row).second) << row.raw;
        }
    }
}

Read read_back(const DemoUniversity& university, const fs::path& folder) {
    Read read;
    const auto without_header = [](std::vector<Row> rows) {
        rows.erase(rows.begin());
        return rows;
    };
    read.people = without_header(rows_of(bytes_of(folder / "people.csv")));
    read.first = without_header(rows_of(unpacked(folder / "log.csv.gz")));
    read.later = without_header(rows_of(unpacked(folder / "log-late.csv.gz")));
    read.rows = static_cast<std::int64_t>(read.first.size() + read.later.size());
    for (const auto& [kind, meaning] : demo_kinds())
        read.kinds[kind] = 0;
    count_first(read);
    std::set<std::int64_t> later_ids;
    for (const Row& row : read.later) {
        const std::int64_t key = *number(row.fields[id]);
        EXPECT_TRUE(later_ids.insert(key).second) << "twice in the late file: " << row.raw;
        const auto known = read.events.find(key);
        ++read.kinds[known == read.events.end() ? "late" : "duplicate"];
        if (known != read.events.end()) {
            EXPECT_EQ(known->second.raw, row.raw);
        }
    }
    for (const Row& row : read.later)
        read.events.emplace(*number(row.fields[id]), row);
    for (const auto& [key, row] : read.events)
        count_kinds_of_event(row, read.kinds);
    count_sessions(read);
    count_people(university, read);
    return read;
}

TEST(LogGenerator, SameSeedGivesTheSameBytesAndAnotherSeedOrIndexOthers) {
    const Folder one, same, other_seed, other_index;
    DemoUniversity demo = university();
    const DemoFiles files = write_demo_files(demo, one.path()).value();
    (void)write_demo_files(demo, same.path()).value();
    demo.seed = 8;
    (void)write_demo_files(demo, other_seed.path()).value();
    demo.seed = 7;
    demo.index = 1;
    (void)write_demo_files(demo, other_index.path()).value();

    EXPECT_EQ(one.names(), (std::set<std::string>{"people.csv", "courses.csv", "activities.csv", "log.csv.gz",
                                                  "log-late.csv.gz"}));
    for (const std::string& name : one.names())
        EXPECT_TRUE(bytes_of(one.path() / name) == bytes_of(same.path() / name)) << name;
    for (const char* name : {"people.csv", "log.csv.gz", "log-late.csv.gz"}) {
        EXPECT_FALSE(bytes_of(one.path() / name) == bytes_of(other_seed.path() / name)) << name;
        EXPECT_FALSE(bytes_of(one.path() / name) == bytes_of(other_index.path() / name)) << name;
    }
    EXPECT_EQ(files.catalogues.size(), 3U);
    EXPECT_EQ(files.logs, (std::vector<fs::path>{one.path() / "log.csv.gz", one.path() / "log-late.csv.gz"}));
}

// What one machine wrote, every machine and compiler must write. A change of the generator on purpose changes
// these.
TEST(LogGenerator, TextIsTheSameOnEveryMachine) {
    const Folder folder;
    (void)write_demo_files(university(), folder.path()).value();
    const auto digest = [](const std::string& text) { return config::hex(config::sha256(text)); };
    EXPECT_EQ(digest(bytes_of(folder.path() / "people.csv")),
              "f15e92a801d97f4a7c323bfa95d5e301826d437ddec50d9fad9a2bc1e66f2203");
    EXPECT_EQ(digest(unpacked(folder.path() / "log.csv.gz")),
              "afd165dcb7880231a3b680677bfa90b9797256e19bdc5b9111fc8b4964990b78");
    EXPECT_EQ(digest(unpacked(folder.path() / "log-late.csv.gz")),
              "fe2d511d12b7f629bf3e91961044553061897148646bb2032b9b09cc24c4ccc3");
}

TEST(LogGenerator, CountsWhatAReaderCounts) {
    struct Size {
        int students, others, days;
        std::int64_t events_target;
    };
    for (const Size& size : {Size{4, 0, 2, 0}, Size{4, 0, 31, 1'500}, Size{40, 15, 31, 6'000},
                             Size{120, 30, 31, 30'000}, Size{30, 10, 200, 8'000}}) {
        SCOPED_TRACE(
            fmt::format("{} students, {} days, {} events", size.students, size.days, size.events_target));
        const Folder folder;
        DemoUniversity demo = university(size.events_target, size.students, size.others);
        demo.days = size.days;
        const DemoFiles files = write_demo_files(demo, folder.path()).value();
        const Read read = read_back(demo, folder.path());
        Counts counted = read.kinds;
        // The reader knows of one change of the clocks; 200 days have two.
        if (size.days > 31)
            counted["session_over_clock_change"] = files.kinds.at("session_over_clock_change");
        EXPECT_EQ(files.kinds, counted);
        EXPECT_EQ(files.rows, read.rows);
        EXPECT_EQ(files.distinct_events, static_cast<std::int64_t>(read.events.size()));
    }
}

TEST(LogGenerator, HoldsEveryKindOfRowEvenInTheSmallestMonth) {
    for (const std::int64_t events_target : {std::int64_t{0}, std::int64_t{20'000}}) {
        const Folder folder;
        const DemoUniversity demo = university(events_target, 4, 0);
        const DemoFiles files = write_demo_files(demo, folder.path()).value();
        for (const auto& [kind, meaning] : demo_kinds())
            EXPECT_GE(files.kinds.at(kind), 1) << kind << ", " << events_target << " events";
        for (const char* kind : {"broken_time", "broken_columns", "broken_name", "deleted_user"})
            EXPECT_EQ(files.kinds.at(kind), 1) << kind;
        EXPECT_EQ(files.rows, files.distinct_events + files.kinds.at("duplicate") + 3);
    }
}

TEST(LogGenerator, MonthHasTheEventsAskedForAndNoneOutsideIt) {
    const Folder folder;
    const DemoUniversity demo = university(10'000);
    const DemoFiles files = write_demo_files(demo, folder.path()).value();
    EXPECT_EQ(files.distinct_events, 10'000);
    const auto calendar = config::CivilCalendar::of("Europe/Paris").value();
    const std::int64_t begin_s = calendar.begin_of(demo.first_day),
                       end_s = calendar.begin_of(next(demo.first_day, 31));
    for (const auto& [key, row] : read_back(demo, folder.path()).events) {
        EXPECT_GE(*number(row.fields[time]), begin_s);
        EXPECT_LT(*number(row.fields[time]), end_s);
    }
}

TEST(LogGenerator, FewerThanTheMonthMustHoldIsWhatTheHeaderSays) {
    const Folder folder;
    const DemoFiles files = write_demo_files(university(0), folder.path()).value();
    EXPECT_LE(files.distinct_events, 1'300 + 16 * 31);
}

TEST(LogGenerator, PeopleAreThoseAskedFor) {
    const Folder folder;
    const DemoUniversity demo = university();
    (void)write_demo_files(demo, folder.path()).value();
    const std::vector<Row> people = rows_of(bytes_of(folder.path() / "people.csv"));
    EXPECT_EQ(people.front().raw,
              "id,username,idnumber,firstname,lastname,email,institution,department,auth,cohorts\n");
    std::int64_t students = 0, others = 0;
    std::set<std::string> usernames, firstnames;
    for (std::size_t at = 1; at < people.size(); ++at) {
        const std::vector<std::string>& fields = people[at].fields;
        ASSERT_EQ(fields.size(), 10U);
        EXPECT_EQ(*number(fields[0]), static_cast<std::int64_t>(at));
        EXPECT_TRUE(usernames.insert(fields[1]).second) << fields[1];
        firstnames.insert(fields[3]);
        students += fields[6] == demo.name;
        others += fields[6].ends_with("(invitée)");
    }
    EXPECT_EQ(students, demo.students);
    EXPECT_EQ(others, demo.others);
    EXPECT_EQ(people[1].fields[1], "guest");
    EXPECT_EQ(people[2].fields[1], "admin");
    for (const char* nasty : {"=1+1", "<b>Inès</b>", "Zoé \"Zozo\""})
        EXPECT_TRUE(firstnames.contains(nasty)) << nasty;
    EXPECT_EQ(rows_of(bytes_of(folder.path() / "courses.csv")).size(), 1U + 21);
    EXPECT_EQ(rows_of(bytes_of(folder.path() / "activities.csv")).size(), 1U + 20 * 40);
}

// Every event of a module names a module of its course, and nobody acts who is not in the catalogue.
TEST(LogGenerator, LogAndCataloguesAgree) {
    const Folder folder;
    const DemoUniversity demo = university();
    (void)write_demo_files(demo, folder.path()).value();
    const Read read = read_back(demo, folder.path());
    std::set<std::pair<std::string, std::string>> activities;
    for (const Row& row : rows_of(bytes_of(folder.path() / "activities.csv")))
        activities.emplace(row.fields[0], row.fields[1]);
    for (const auto& [key, row] : read.events) {
        enum { level = 10, instance, course = 13 };
        if (row.fields[level] == "70") {
            EXPECT_TRUE(activities.contains({row.fields[instance], row.fields[course]})) << row.raw;
        }
        if (row.fields[level] == "50") {
            EXPECT_EQ(row.fields[instance], row.fields[course]) << row.raw;
        }
        EXPECT_LE(*number(row.fields[userid]), static_cast<std::int64_t>(read.people.size()));
    }
}

// Where one value that PHP's serialize() wrote ends, or npos if it is none.
std::size_t end_of_php(const std::string& text, std::size_t at) {
    if (text.compare(at, 2, "N;") == 0) return at + 2;
    const std::size_t colon = text.find(':', at);
    if (colon != at + 1) return std::string::npos;
    const std::size_t stop = text.find_first_of(":;", colon + 1);
    if (stop == std::string::npos) return stop;
    const auto value = number(text.substr(colon + 1, stop - colon - 1));
    if (!value) return std::string::npos;
    if (text[at] == 'i' || text[at] == 'b') return stop + 1;
    if (text[at] == 's') {
        const std::size_t end = stop + 2 + static_cast<std::size_t>(*value);
        return text.compare(end, 2, "\";") == 0 ? end + 2 : std::string::npos;
    }
    if (text[at] != 'a') return std::string::npos;
    std::size_t end = stop + 2;
    for (std::int64_t half = 0; half < 2 * *value && end != std::string::npos; ++half)
        end = end_of_php(text, end);
    return end != std::string::npos && end < text.size() && text[end] == '}' ? end + 1 : std::string::npos;
}

TEST(LogGenerator, OtherIsSerialisedByPhpAndThenJson) {
    const Folder folder;
    const DemoUniversity demo = university();
    (void)write_demo_files(demo, folder.path()).value();
    std::int64_t php = 0, json = 0, last_php_s = 0, first_json_s = INT64_MAX;
    for (const auto& [key, row] : read_back(demo, folder.path()).events) {
        const std::string& text = row.fields[other];
        const std::int64_t time_s = *number(row.fields[time]);
        if (text == "N;" || text.find(':') == 1) {
            ++php;
            last_php_s = std::max(last_php_s, time_s);
            EXPECT_EQ(end_of_php(text, 0), text.size()) << text;
        } else {
            ++json;
            first_json_s = std::min(first_json_s, time_s);
            EXPECT_TRUE(nlohmann::json::accept(text)) << text;
        }
    }
    EXPECT_GT(php, 200);
    EXPECT_GT(json, 1'000);
    EXPECT_LT(last_php_s, first_json_s);
}

TEST(LogGenerator, GapsAreLikeThoseOfABusyPlatform) {
    const Folder folder;
    const DemoUniversity demo = university(60'000, 60, 20);
    (void)write_demo_files(demo, folder.path()).value();
    std::vector<std::int64_t> gaps;
    for (const auto& [user, times] : times_by_person(read_back(demo, folder.path())))
        for (std::size_t at = 1; at < times.size(); ++at)
            gaps.push_back(times[at] - times[at - 1]);
    std::ranges::sort(gaps);
    const auto quantile = [&](std::size_t percent) { return gaps[gaps.size() * percent / 100]; };
    EXPECT_NEAR(static_cast<double>(quantile(50)), 10, 3);
    EXPECT_NEAR(static_cast<double>(quantile(75)), 50, 15);
    EXPECT_NEAR(static_cast<double>(quantile(90)), 200, 70);
    const auto long_gaps = gaps.end() - std::ranges::upper_bound(gaps, 1'800);
    EXPECT_NEAR(static_cast<double>(long_gaps) / static_cast<double>(gaps.size()), 0.05, 0.015);
}

TEST(LogGenerator, UnwritableFolderIsNamed) {
    const Folder folder;
    const fs::path file = folder.path() / "a-file";
    std::ofstream(file) << "in the way";
    try {
        (void)write_demo_files(university(), file / "inside");
        FAIL() << "written into a file";
    } catch (const config::ResourceFailure& failure) {
        EXPECT_NE(std::string(failure.what()).find(file.string()), std::string::npos) << failure.what();
    }
}

TEST(LogGenerator, FullDiskNamesTheFileAndLeavesNothing) {
    const Folder folder;
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{20'000, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    std::string what;
    try {
        (void)write_demo_files(university(), folder.path());
    } catch (const config::ResourceFailure& failure) {
        what = failure.what();
    }
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    EXPECT_NE(what.find((folder.path() / "log.csv.gz").string()), std::string::npos) << what;
    EXPECT_TRUE(folder.names().empty());
}

TEST(LogGenerator, StoppingLeavesTheFolderAsItWas) {
    const Folder folder;
    std::ofstream(folder.path() / "log.csv.gz") << "an older one";
    int questions = 0;
    std::int64_t told = 0;
    const auto files = write_demo_files(
        university(), folder.path(),
        [&](std::int64_t rows) {
            EXPECT_GE(rows, told);
            told = rows;
        },
        [&] { return ++questions < 20; });
    EXPECT_FALSE(files.has_value());
    EXPECT_EQ(questions, 20);
    EXPECT_GT(told, 0);
    EXPECT_EQ(folder.names(), std::set<std::string>{"log.csv.gz"});
    EXPECT_EQ(bytes_of(folder.path() / "log.csv.gz"), "an older one");
}

TEST(LogGenerator, ImpossibleUniversitiesAreRefusedAtTheBounds) {
    const Folder folder;
    const auto refused = [&](auto change) {
        DemoUniversity demo = university(0, 4, 0);
        demo.days = 2;
        change(demo);
        EXPECT_THROW((void)write_demo_files(demo, folder.path()), std::invalid_argument);
    };
    refused([](DemoUniversity& demo) { demo.students = 3; });
    refused([](DemoUniversity& demo) { demo.others = -1; });
    refused([](DemoUniversity& demo) { demo.others = 50'000 - 3; });
    refused([](DemoUniversity& demo) { demo.days = 1; });
    refused([](DemoUniversity& demo) { demo.days = 367; });
    refused([](DemoUniversity& demo) { demo.events_target = -1; });
    refused([](DemoUniversity& demo) { demo.events_target = 1'000'000'001; });
    EXPECT_TRUE(folder.names().empty());
    EXPECT_TRUE(write_demo_files(university(0, 4, 0), folder.path()).has_value());
}

}  // namespace
}  // namespace assidu::node::demo
