#include "node/collect/importer.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "config/limits.h"
#include "node/collect/byte_source.h"
#include "node/collect/catalogue_csv.h"
#include "node/collect/event_batches.h"
#include "node/collect/evidence_import.h"
#include "node/collect/intake_parts.h"
#include "node/collect/log_csv.h"
#include "node/collect/log_json.h"
#include "node/collect/log_page.h"
#include "node/collect/row_sink.h"
#include "node/collect/selection.h"
#include "node/collect/text.h"
#include "node/privacy/retention.h"

namespace assidu::node::collect {
namespace {

using config::refuse;
using config::Result;

// Records of a catalogue that are put down together.
constexpr std::size_t kRecordsABatch = 10'000;
// Rows between two looks at the progress.
constexpr std::int64_t kRowsAProgress = 4096;
// The kind of the intakes of pushes.
constexpr const char* kPushKind = "log_push";

// Rows of a log into the archive, in batches.
class LogImport final : public RowSink {
  public:
    LogImport(Node& node, const ImportOptions& options, const ImportEvents& events, const ByteSource& source,
              Rejects& rejects, std::int64_t intake)
        : node_(node),
          options_(options),
          events_(events),
          source_(source),
          rejects_(rejects),
          selector_(node),
          latest_s_(node.clock().now_utc_s() + config::limits::kFutureSecondsMax),
          earliest_s_(privacy::earliest_event_s(node)),
          // With --strict no row behind a broken one may be archived, and a conflict is one.
          batches_(
              node.archive(), node.source(), intake,
              options.strict ? EventBatches::Work::at_once : EventBatches::Work::in_background,
              [this](const archive::StudentEvent& event, std::uint64_t line) { conflict(event, line); }) {}

    void accept(LogRow& row, std::uint64_t line) override {
        if (!wants(row, row.shape, line)) return;
        if (const auto key = key_of(row, line)) take(row, row.shape, *key, line);
    }

    void accept_alike(LogRow& row, const EventShape& shape, std::size_t number, std::uint64_t line) override {
        if (!wants(row, shape, line)) return;
        if (number >= shape_keys_.size()) shape_keys_.resize(number + 1, kNoKey);
        ShapeKey& key = shape_keys_[number];
        if (key == kNoKey) key = batches_.intern(shape);
        take(row, shape, key, line);
    }

    void reject(std::uint64_t line, std::string_view reason, std::string_view record,
                std::optional<std::int64_t> user_id) override {
        count_read();
        // Nobody else's rows are kept, the broken ones neither.
        const Selected selected = user_id ? selector_.of(*user_id) : Selected::unknown;
        if (selected != Selected::yes && selected != Selected::unknown) {
            ++counts_[std::string(code_of(selected))];
            return;
        }
        ++counts_["rejected"];
        rejects_.add(line, reason, record);
    }

    bool wants_more() const override {
        return events_.wants_more() && !(options_.strict && rejects_.count() > 0);
    }

    // What else becomes of rows of people that are not in the catalogue.
    void set_aside(std::function<void(const LogRow&)> take) { set_aside_ = std::move(take); }
    // Goes on with an intake that has these counts already.
    void go_on_from(const std::map<std::string, std::int64_t>& counts) {
        counts_ = counts;
        if (const auto read = counts_.extract("read")) read_ = read.mapped();
    }

    // Returns once everything that was taken is archived.
    void flush() {
        hand_over();
        wait();
    }
    // The same of what was handed over: from here until the next row the archive is anybody's.
    void wait() { batches_.finish(); }

    [[nodiscard]] std::map<std::string, std::int64_t> counts() const {
        auto counts = counts_of_others();
        for (const auto& [what, count] : batches_.archived())
            counts[what] += count;
        return counts;
    }
    [[nodiscard]] std::size_t unknown_people() const { return unknown_people_.size(); }

  private:
    void count_read() {
        if (++read_ % kRowsAProgress == 0)
            events_.progress(source_.stored_offset(), source_.stored_size(), read_);
    }

    // Of a push, a shape too many costs its row: the plugin would send nothing else ever after.
    std::optional<ShapeKey> key_of(const LogRow& row, std::uint64_t line) {
        try {
            return batches_.intern(row.shape);
        } catch (const config::ResourceFailure& failure) {
            if (!set_aside_) throw;
            reject(line, failure.what(), describe(row, row.shape), row.user_id);
            return std::nullopt;
        }
    }

    static std::string describe(const LogRow& row, const EventShape& shape) {
        return fmt::format("id {} user {} event {}", row.id, row.user_id, shape.eventname);
    }

    // Whether the row is a student's and may be archived; counts what becomes of it if not.
    bool wants(const LogRow& row, const EventShape& shape, std::uint64_t line) {
        // First whose row it is: what is wrong with a row of somebody else is not kept either.
        if (const Selected selected = selector_.of(row.user_id); selected != Selected::yes) {
            count_read();
            if (selected == Selected::unknown && set_aside_) set_aside_(row);
            ++counts_[std::string(code_of(selected))];
            if (selected == Selected::unknown) unknown_people_.insert(row.user_id);
            return false;
        }
        if (row.time_s < earliest_s_) {
            count_read();
            ++counts_["expired"];
            return false;
        }
        if (row.time_s > latest_s_) {
            reject(line, fmt::format("timecreated {} lies in the future", row.time_s), describe(row, shape),
                   row.user_id);
            return false;
        }
        count_read();
        return true;
    }

    void take(const LogRow& row, const EventShape& shape, ShapeKey key, std::uint64_t line) {
        learn(row, shape);
        batches_.add({row.user_id, {row.time_s, row.id, row.course, row.activity, key}}, line);
        if (batches_.is_full()) hand_over();
    }

    void hand_over() {
        std::vector<archive::ActivityFacts> facts;
        facts.reserve(activities_.size());
        for (auto& [activity, fact] : activities_)
            facts.push_back(std::move(fact));
        activities_.clear();
        batches_.hand_over(counts_of_others(), std::move(facts));
    }

    // Of the rows that gave no event; and how many rows there were.
    [[nodiscard]] std::map<std::string, std::int64_t> counts_of_others() const {
        auto counts = counts_;
        if (read_ > 0) counts["read"] = read_;
        return counts;
    }

    void conflict(const archive::StudentEvent& event, std::uint64_t line) {
        rejects_.add(
            line, fmt::format("id {} is archived already with other contents", event.event.id),
            fmt::format("user {} time {} course {} activity {} event {}", event.user_id, event.event.time_s,
                        event.event.course, event.event.activity,
                        node_.archive().shapes()[static_cast<std::size_t>(event.event.shape)].eventname));
    }

    void learn(const LogRow& row, const EventShape& shape) {
        if (row.activity == 0) return;
        const auto place = static_cast<std::size_t>(row.activity);
        if (place < settled_.size() && settled_[place] != 0) return;
        constexpr std::string_view kModule = "mod_";
        const std::string_view component = shape.component;
        const std::string_view type =
            component.starts_with(kModule) ? component.substr(kModule.size()) : std::string_view{};
        const auto [known, is_new] = learnt_.try_emplace(row.activity);
        if (!is_new && (known->second.has_course || row.course == kCourseUnknown) &&
            (known->second.has_type || type.empty()))
            return;
        known->second.has_course = known->second.has_course || row.course != kCourseUnknown;
        known->second.has_type = known->second.has_type || !type.empty();
        if (known->second.has_course && known->second.has_type) settle(place);
        archive::ActivityFacts& fact =
            activities_.try_emplace(row.activity, archive::ActivityFacts{row.activity, kCourseUnknown, ""})
                .first->second;
        if (row.course != kCourseUnknown) fact.course = row.course;
        if (!type.empty()) fact.type = type;
    }

    // Of this activity no row can say more. Ids of a site are small numbers; of others the map will do.
    void settle(std::size_t activity) {
        constexpr std::size_t kTableMax = 1 << 24;
        if (activity >= kTableMax) return;
        if (activity >= settled_.size()) settled_.resize(std::min(kTableMax, activity * 2));
        settled_[activity] = 1;
    }

    struct Learnt {
        bool has_course = false, has_type = false;
    };

    static constexpr ShapeKey kNoKey = -1;

    Node& node_;
    const ImportOptions& options_;
    const ImportEvents& events_;
    const ByteSource& source_;
    Rejects& rejects_;
    std::vector<ShapeKey> shape_keys_;  // the archive's, by the reader's number
    Selector selector_;
    std::int64_t latest_s_;
    std::int64_t earliest_s_;  // before which events were deleted: they are not taken in again
    std::int64_t read_ = 0;
    std::map<std::string, std::int64_t> counts_;  // but for "read"
    std::set<std::int64_t> unknown_people_;
    std::function<void(const LogRow&)> set_aside_;
    std::vector<std::uint8_t> settled_;                          // by activity
    std::unordered_map<std::int64_t, Learnt> learnt_;            // activities that the archive was told of
    std::map<std::int64_t, archive::ActivityFacts> activities_;  // and those it will be with the next batch
    EventBatches batches_;
};

// The one user of the catalogue with a full name, as Moodle's log page shows it.
class UsersByName {
  public:
    explicit UsersByName(const Node& node) : node_(node) {
        node.catalogue().people(node.settings().source_name, [&](const archive::PersonRecord& person) {
            const auto [at, is_new] = users_.try_emplace(person.name_tag, person.user_id);
            if (!is_new && at->second != person.user_id) at->second = kSeveral;
        });
    }
    [[nodiscard]] std::optional<std::int64_t> find(std::string_view full_name) const {
        const auto found = users_.find(node_.name_tag(full_name));
        if (found == users_.end() || found->second == kSeveral) return std::nullopt;
        return found->second;
    }

  private:
    static constexpr std::int64_t kSeveral = INT64_MIN;
    const Node& node_;
    std::unordered_map<std::string, std::int64_t> users_;  // by the tag of the name
};

// Columns without which a catalogue of people would turn students into people of others.
std::vector<std::string> columns_of_selection(const config::StudentSelection& students) {
    std::vector<std::string> columns;
    if (!students.institution.empty()) columns.emplace_back("institution");
    if (!students.department.empty()) columns.emplace_back("department");
    if (!students.email_domain.empty()) columns.emplace_back("email");
    if (!students.auth.empty()) columns.emplace_back("auth");
    for (const auto& [name, values] : students.profile_field)
        columns.push_back("profile_field_" + lower_ascii(name));
    return columns;
}

Result<std::optional<DateOrder>> date_order_of(const std::filesystem::path& path, char delimiter,
                                               const ImportOptions& options) {
    if (options.date_order) return options.date_order;
    const auto source = ByteSource::open(path);
    if (!source) return std::unexpected(source.error());
    return find_date_order(**source, delimiter);
}

// A page whose descriptions name one course is that course's page: its activities are the course's. Of a page
// that was not read to its end nobody knows which courses the rest names.
void learn_from_page(Node& node, const LogPageNotes& notes, bool whole) {
    const std::int64_t course = whole && notes.courses.size() == 1 ? *notes.courses.begin() : kCourseUnknown;
    std::vector<archive::ActivityFacts> facts;
    for (const std::int64_t activity : notes.activities) {
        const auto type = notes.module_types.find(activity);
        facts.push_back({activity, course, type == notes.module_types.end() ? "" : type->second});
    }
    node.archive().learn(node.source(), facts, /*sure=*/false);
}

Result<void> read_page(Node& node, const std::filesystem::path& path, ByteSource& source, char delimiter,
                       const ImportOptions& options, LogImport& sink, FileImport& result) {
    const std::string& zone = options.timezone.empty() ? node.settings().timezone : options.timezone;
    if (zone.empty())
        return refuse(fmt::format(
            "{}: a download of Moodle's log page shows local times: name their zone with --timezone, "
            "such as --timezone Europe/Paris",
            path.string()));
    const auto calendar = config::CivilCalendar::of(zone);
    if (!calendar) return std::unexpected(calendar.error());
    const auto order = date_order_of(path, delimiter, options);
    if (!order) return std::unexpected(order.error());
    const UsersByName users(node);
    LogPageOptions page;
    page.calendar = &*calendar;
    page.date_order = *order;
    page.user_by_name = [&](std::string_view name) { return users.find(name); };
    const auto notes = read_log_page(source, delimiter, page, sink);
    if (!notes) return std::unexpected(notes.error());
    sink.wait();
    learn_from_page(node, *notes, sink.wants_more());
    result.remarks.push_back(
        fmt::format("log page: ids are derived from the rows' content, times were read in {}", zone));
    if (notes->ambiguous_times > 0)
        result.remarks.push_back(
            fmt::format("{} rows have a time that the clocks showed twice; the earlier was taken",
                        notes->ambiguous_times));
    if (notes->skipped_times > 0)
        result.remarks.push_back(
            fmt::format("{} rows have a time that the clocks never showed", notes->skipped_times));
    if (notes->unknown_courses > 0 && notes->courses.size() != 1)
        result.remarks.push_back(fmt::format(
            "{} rows do not say their course; a catalogue of activities would", notes->unknown_courses));
    return {};
}

Result<void> read_log(Node& node, const std::filesystem::path& path, ByteSource& source,
                      const Recognised& recognised, const ImportOptions& options, LogImport& sink,
                      FileImport& result) {
    switch (recognised.kind) {
        case FileKind::log_csv:
            return read_log_csv(source, recognised.delimiter, sink);
        case FileKind::log_json:
            return read_log_json(source, sink);
        default:
            return read_page(node, path, source, recognised.delimiter, options, sink, result);
    }
}

// A log page's ids are derived, a dump's are Moodle's: the same events under both would count twice.
Result<void> refuse_mixture(const Node& node, const std::filesystem::path& path, FileKind kind) {
    constexpr std::size_t kEveryIntake = 1'000'000;
    const std::string page(name_of(FileKind::log_page));
    for (const archive::Intake& before : node.archive().intakes(kEveryIntake)) {
        const auto added = before.counts.find("added");
        if (added == before.counts.end() || added->second == 0) continue;
        if ((before.kind == page) == (kind == FileKind::log_page)) continue;
        return refuse(fmt::format(
            "{}: is a {}, and this node holds events of a {} ({}): the same events would count twice, "
            "because a log page gives no ids; make another node for one of them",
            path.string(), words_of(kind),
            before.kind == page ? words_of(FileKind::log_page) : "dump of the table", before.path));
    }
    return {};
}

Result<void> import_log(Node& node, const std::filesystem::path& path, const Recognised& recognised,
                        const ImportOptions& options, const ImportEvents& events, FileImport& result) {
    auto opened = ByteSource::open(path);
    if (!opened) return std::unexpected(opened.error());
    ByteSource& source = **opened;
    if (node.settings().students.needs_catalogue() &&
        node.catalogue().count_people(node.settings().source_name) == 0)
        return refuse(fmt::format(
            "{}: the settings select students by the catalogue of people, and there is none: import it "
            "first (or with this file)",
            path.string()));

    if (const auto mixed = refuse_mixture(node, path, recognised.kind); !mixed) return mixed;
    archive::Intake intake = begin_intake(node, path, recognised.kind);
    Rejects rejects(node.folder(), path, intake.key, events);
    LogImport sink(node, options, events, source, rejects, intake.key);
    Result<void> read;
    const auto settle = [&] {
        sink.flush();
        rejects.finish(result);
        result.counts = sink.counts();
    };
    try {
        read = read_log(node, path, source, recognised, options, sink, result);
    } catch (const config::ResourceFailure&) {
        settle();  // what was read before the file broke off is good
        throw;
    }
    settle();
    if (sink.unknown_people() > 0)
        result.remarks.push_back(
            fmt::format("{} people are not in the catalogue: their rows were not kept; with a newer "
                        "catalogue, import this file again",
                        sink.unknown_people()));
    if (!read) return read;
    if (options.strict && rejects.count() > 0)
        return refuse(fmt::format("{} (--strict: nothing behind it was read)", rejects.last()));
    result.complete = events.wants_more();
    if (!result.complete) return {};
    end_intake(node, intake, source, result);
    return {};
}

// The intake of today's pushes, made with the first of them.
archive::Intake today_s_pushes(Node& node) {
    constexpr std::size_t kLookedAt = 100;
    const std::int64_t now_s = node.clock().now_utc_s();
    constexpr std::int64_t kDaySeconds = 86'400;
    const config::CivilDay today{static_cast<std::int32_t>(now_s / kDaySeconds)};
    archive::Intake intake;
    intake.source = node.settings().source_name;
    intake.path = "pushes-" + config::iso_date(today);
    intake.kind = kPushKind;
    intake.begun_utc_s = now_s;
    for (archive::Intake& before : node.archive().intakes(kLookedAt)) {
        if (before.kind == intake.kind && before.path == intake.path && before.source == intake.source)
            return std::move(before);
    }
    intake.key = node.archive().begin_intake(intake);
    return intake;
}

// Reads one kind of catalogue and puts it down in batches: whatever its size, it is not held in memory. With
// --strict a first reading finds out whether all of it is good.
template <class Record, class Read>
Result<void> import_catalogue(Node& node, const std::filesystem::path& path, const Recognised& recognised,
                              const ImportOptions& options, const ImportEvents& events, FileImport& result,
                              Read read_all, const std::function<void(const std::vector<Record>&)>& keep) {
    archive::Intake intake = begin_intake(node, path, recognised.kind);
    Rejects rejects(node.folder(), path, intake.key, events);
    const auto reject = [&](std::uint64_t line, std::string_view reason, std::string_view record) {
        rejects.add(line, reason, record);
    };
    if (options.strict) {
        auto opened = ByteSource::open(path);
        if (!opened) return std::unexpected(opened.error());
        const auto read = read_all(
            **opened, recognised.delimiter, [](Record&, std::uint64_t) {}, reject, events.wants_more);
        if (!read) return read;
        if (!events.wants_more()) return {};
        if (rejects.count() > 0) {
            rejects.finish(result);
            return refuse(fmt::format("{} (--strict: nothing of this file was kept)", rejects.last()));
        }
    }
    auto opened = ByteSource::open(path);
    if (!opened) return std::unexpected(opened.error());
    std::vector<Record> records;
    std::int64_t kept = 0;
    const auto flush = [&] {
        if (!records.empty()) keep(records);
        kept += static_cast<std::int64_t>(records.size());
        records.clear();
    };
    const auto read = read_all(
        **opened, recognised.delimiter,
        [&](Record& record, std::uint64_t) {
            records.push_back(std::move(record));
            if (records.size() == kRecordsABatch) flush();
        },
        reject, events.wants_more);
    rejects.finish(result);
    if (!read) return read;
    flush();
    result.counts = {{"read", kept + rejects.count()}, {"kept", kept}, {"rejected", rejects.count()}};
    result.complete = events.wants_more();
    if (!result.complete) return {};
    end_intake(node, intake, **opened, result);
    return {};
}

}  // namespace

Result<void> import_file(Node& node, const std::filesystem::path& path, const Recognised& recognised,
                         const ImportOptions& options, const ImportEvents& events, FileImport& result) {
    result.path = path;
    result.kind = recognised.kind;
    const std::string& source = node.settings().source_name;
    switch (recognised.kind) {
        case FileKind::log_csv:
        case FileKind::log_json:
        case FileKind::log_page:
            return import_log(node, path, recognised, options, events, result);
        case FileKind::people:
            return import_catalogue<archive::PersonRecord>(
                node, path, recognised, options, events, result,
                [&](ByteSource& bytes, char delimiter, const CatalogueTake<archive::PersonRecord>& take,
                    const CatalogueReject& reject, const CatalogueGoesOn& goes_on) {
                    return read_people(bytes, delimiter, columns_of_selection(node.settings().students), take,
                                       reject, goes_on);
                },
                [&](const std::vector<archive::PersonRecord>& people) {
                    std::vector<archive::PersonRecord> kept;
                    kept.reserve(people.size());
                    const Selector selector(node);
                    for (const archive::PersonRecord& person : people)
                        kept.push_back(kept_of(node, person, selector.is_erased(person.user_id)));
                    node.catalogue().put(source, kept, node.clock().now_utc_s());
                });
        case FileKind::courses:
            return import_catalogue<archive::CourseRecord>(
                node, path, recognised, options, events, result, read_courses,
                [&](const std::vector<archive::CourseRecord>& courses) {
                    node.catalogue().put(source, courses, node.clock().now_utc_s());
                    std::vector<archive::CoursePlace> places;
                    for (const archive::CourseRecord& course : courses) {
                        archive::CoursePlace place{course.course, {}, {}};
                        if (course.category > 0) place.categories = {{course.category}};
                        if (!course.idnumber.empty()) place.idnumber = course.idnumber;
                        if (place.categories || place.idnumber) places.push_back(std::move(place));
                    }
                    node.evidence().put(node.source(), places);
                });
        case FileKind::activities:
            return import_catalogue<archive::ActivityRecord>(
                node, path, recognised, options, events, result, read_activities,
                [&](const std::vector<archive::ActivityRecord>& activities) {
                    node.catalogue().put(source, activities, node.clock().now_utc_s());
                    std::vector<archive::ActivityFacts> facts;
                    facts.reserve(activities.size());
                    for (const auto& activity : activities)
                        facts.push_back({activity.activity, activity.course, activity.type});
                    node.archive().learn(node.source(), facts, /*sure=*/true);
                });
        default:
            return import_evidence(node, path, recognised, options, events, result);
    }
    return {};
}

Result<void> import_pushes(Node& node, const ImportEvents& events, PushesImport& pushes) {
    if (const auto mixed = refuse_mixture(node, "pushes", FileKind::log_json); !mixed) return mixed;
    archive::Intake intake = today_s_pushes(node);
    const auto before = intake.counts;
    Rejects rejects = Rejects::in_parts(node.folder(), intake.path, events);
    const ImportOptions options;
    const auto nothing = ByteSource::of(intake.path, "");
    LogImport sink(node, options, events, *nothing, rejects, intake.key);
    sink.go_on_from(before);
    sink.set_aside(pushes.set_aside);
    for (const std::filesystem::path& path : pushes.files) {
        auto opened = ByteSource::open(path);
        if (!opened) return std::unexpected(opened.error());
        if (const auto read = read_log_json(**opened, sink); !read) return read;
    }
    sink.flush();
    FileImport result;
    rejects.finish(result);
    const auto since = [&, now = sink.counts()](const char* name) {
        const auto of = [&](const auto& counts) {
            const auto found = counts.find(name);
            return found == counts.end() ? 0 : found->second;
        };
        return of(now) - of(before);
    };
    pushes.rows = since("read");
    pushes.added = since("added");
    pushes.rejected = rejects.count();
    pushes.set_aside_rows = since("unknown_person");
    pushes.rejects = result.rejects;
    pushes.complete = events.wants_more();
    if (!pushes.complete) return {};
    intake.ended_utc_s = node.clock().now_utc_s();
    intake.counts = sink.counts();
    node.archive().end_intake(intake);
    return {};
}

}  // namespace assidu::node::collect
