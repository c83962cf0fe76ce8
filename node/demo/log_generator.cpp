#include "node/demo/log_generator.h"

#include <fmt/format.h>

#include <stdexcept>
#include <system_error>
#include <utility>

#include "config/durable_file.h"
#include "node/demo/courses.h"
#include "node/demo/log_record.h"
#include "node/demo/month.h"
#include "node/demo/packed_file.h"
#include "node/demo/people.h"
#include "node/demo/tally.h"

namespace assidu::node::demo {
namespace {

constexpr std::size_t kTextBytes = 256 * 1024;
constexpr std::int64_t kFirstId = 100'001;
constexpr std::uint64_t kIdPurpose = 0x696473;

constexpr std::size_t kBrokenRows = 3;
constexpr std::int64_t kRowsBetweenQuestions = 20'000;

void check(const DemoUniversity& university) {
    constexpr std::int64_t kPeopleMax = 50'000, kEventsMax = 1'000'000'000;
    const auto object = [](const char* what) { throw std::invalid_argument(what); };
    if (university.students < 4) object("a demonstration has at least 4 students");
    if (university.others < 0 || std::int64_t{university.students} + university.others > kPeopleMax)
        object("a demonstration has at most 50000 people");
    if (university.days < 2 || university.days > 366) object("a demonstration lasts 2 to 366 days");
    if (university.events_target < 0 || university.events_target > kEventsMax)
        object("a demonstration has at most 1000000000 events");
}

void make_folder(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error)
        throw config::ResourceFailure(
            fmt::format("{}: cannot create the folder: {}", folder.string(), error.message()));
}

// The two logs as they grow.
class Logs {
  public:
    Logs(const std::filesystem::path& folder, const LogText& text, Tally& tally, std::uint64_t seed)
        : text_(text),
          tally_(tally),
          dice_(seed, kIdPurpose),
          first_(folder / "log.csv.gz"),
          later_(folder / "log-late.csv.gz") {
        first_.text = later_.text = LogText::header();
    }

    void add(const LogRecord& record) {
        const std::int64_t id = next_id();
        tally_.count_event(record, text_.breaks_line(record));
        if (record.late) {
            text_.append(record, id, later_.text);
            tally_.count("late");
        } else {
            const std::size_t begin = first_.text.size();
            text_.append(record, id, first_.text);
            if (record.twice) {
                later_.text.append(first_.text, begin);
                tally_.count("duplicate");
                ++rows_;
            }
            if (record.time_s < last_time_s_) tally_.count("out_of_order");
            last_time_s_ = record.time_s;
        }
        ++rows_;
        pack_full();
    }

    // What a program that failed half-way, or a site with a strange plugin, leaves in a table.
    void add_broken(const LogRecord& like, std::size_t which) {
        const std::int64_t id = next_id();
        switch (which) {
            case 0:
                text_.append_without_time(like, id, first_.text);
                tally_.count("broken_time");
                break;
            case 1:
                text_.append_cut_short(like, id, first_.text);
                tally_.count("broken_columns");
                break;
            default:
                text_.append_long_name(like, id, first_.text);
                tally_.count("broken_name");
                break;
        }
        ++rows_;
    }

    void finish() {
        for (Log* log : {&first_, &later_}) {
            log->file.write(log->text);
            log->file.finish();
        }
    }
    std::vector<std::filesystem::path> put_in_place() {
        first_.file.put_in_place();
        later_.file.put_in_place();
        return {first_.file.path(), later_.file.path()};
    }

    [[nodiscard]] std::int64_t rows() const { return rows_; }

  private:
    struct Log {
        explicit Log(std::filesystem::path path) : file(std::move(path)) {}
        PackedFile file;
        std::string text;  // not yet packed
    };

    // Databases skip an id where an insert was rolled back.
    std::int64_t next_id() {
        id_ += dice_.below(400) == 0 ? 2 + dice_.below(5) : 1;
        return id_;
    }
    void pack_full() {
        for (Log* log : {&first_, &later_}) {
            if (log->text.size() < kTextBytes) continue;
            log->file.write(log->text);
            log->text.clear();
        }
    }

    const LogText& text_;
    Tally& tally_;
    Dice dice_;
    Log first_, later_;
    std::int64_t id_ = kFirstId - 1, rows_ = 0, last_time_s_ = 0;
};

}  // namespace

std::optional<DemoFiles> write_demo_files(const DemoUniversity& asked, const std::filesystem::path& folder,
                                          const std::function<void(std::int64_t rows)>& progress,
                                          const std::function<bool()>& wants_more) {
    check(asked);
    make_folder(folder);
    // From here on the seed is this university's own.
    DemoUniversity university = asked;
    university.seed = Dice(asked.seed, static_cast<std::uint64_t>(asked.index)).bits();
    const std::vector<Person> people = people_of(university);
    Month month(university, people);
    Tally tally(month.midnights_s(), month.clock_changes_s(), people);
    const LogText text(people, university.seed, month.json_from_s());
    Logs logs(folder, text, tally, university.seed);
    std::vector<LogRecord> rows;
    for (int day = 0; day < university.days; ++day) {
        month.next_day(rows);
        std::int64_t until_asked = kRowsBetweenQuestions;
        for (const LogRecord& record : rows) {
            if (--until_asked == 0) {
                if (wants_more && !wants_more()) return std::nullopt;
                if (progress) progress(logs.rows());
                until_asked = kRowsBetweenQuestions;
            }
            logs.add(record);
        }
        // One broken row after each quarter of the month but the last.
        for (std::size_t broken = 0; broken < kBrokenRows; ++broken)
            if (day == university.days * static_cast<int>(broken + 1) / static_cast<int>(kBrokenRows + 1))
                logs.add_broken(rows.back(), broken);
        if (wants_more && !wants_more()) return std::nullopt;
        if (progress) progress(logs.rows());
    }
    logs.finish();

    DemoFiles files;
    const auto catalogue = [&](const char* name, const std::string& csv) {
        files.catalogues.push_back(folder / name);
        config::write_file_durably(files.catalogues.back(), csv);
    };
    catalogue("people.csv", people_csv(people, month.deleted_at_s()));
    catalogue("courses.csv", courses_csv());
    catalogue("activities.csv", activities_csv());
    files.logs = logs.put_in_place();
    files.rows = logs.rows();
    files.distinct_events = tally.events();
    files.kinds = tally.finish();
    return files;
}

}  // namespace assidu::node::demo
