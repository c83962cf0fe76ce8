#include "node/collect/database/side_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "config/limits.h"
#include "node/collect/database/reclaim.h"
#include "node/collect/selection.h"
#include "node/collect/text.h"

namespace assidu::node::collect::database {
namespace {

using archive::HistoryRow;
using archive::IdRange;
using archive::SideTable;

constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();
// People or activities that one statement names one by one.
constexpr std::size_t kNamedMax = 500;
constexpr const char* kRecentCompletions = "read.completion_recent";

// How a column's value is taken over: a text, a whole number (NULL is 0), or a decimal as the database wrote
// it (NULL is empty).
enum class Kind : char { text = 't', whole = 'w', decimal = 'd' };

// A side table that is its Moodle table column by column, in the order of the catalogue's.
struct Plain {
    SideTable table;
    const char* moodle_table;
    std::vector<std::string> columns;
    std::string kinds;  // a letter a column; a column behind them is an instant for the evidence alone
};
constexpr std::string_view kAssignmentKinds = "wwwww";
const std::vector<Plain>& plain_tables() {
    static const std::vector<Plain> kTables{
        {SideTable::category, "course_categories", {"name", "idnumber", "path"}, "ttt"},
        {SideTable::section, "course_sections", {"course", "section", "name"}, "wwt"},
        {SideTable::course_group, "groups", {"courseid", "name", "idnumber"}, "wtt"},
        {SideTable::group_member, "groups_members", {"groupid", "userid", "timeadded"}, "www"},
        {SideTable::grouping, "groupings", {"courseid", "name", "idnumber"}, "wtt"},
        {SideTable::grouping_group, "groupings_groups", {"groupingid", "groupid"}, "ww"},
        {SideTable::cohort, "cohort", {"name", "idnumber"}, "tt"},
        {SideTable::cohort_member, "cohort_members", {"cohortid", "userid", "timeadded"}, "www"},
        {SideTable::enrolment_method, "enrol", {"enrol", "courseid", "status"}, "tww"},
        {SideTable::enrolment,
         "user_enrolments",
         {"enrolid", "userid", "status", "timestart", "timeend", "timecreated", "timemodified"},
         "wwwwww"},
        {SideTable::role, "role", {"shortname", "archetype"}, "tt"},
        {SideTable::grade_item,
         "grade_items",
         {"courseid", "itemname", "itemtype", "itemmodule", "iteminstance", "idnumber", "grademax",
          "gradepass", "hidden"},
         "wtttwtddw"},
        {SideTable::grade,
         "grade_grades",
         {"itemid", "userid", "finalgrade", "rawgrademax", "hidden", "overridden", "excluded",
          "timemodified"},
         "wwddwwww"},
        {SideTable::mnet_host, "mnet_host", {"wwwroot", "name", "deleted"}, "ttw"},
    };
    return kTables;
}
const Plain* plain_of(SideTable table) {
    const auto found = std::ranges::find(plain_tables(), table, &Plain::table);
    return found == plain_tables().end() ? nullptr : &*found;
}

const std::vector<std::string> kUserColumns{"username",   "idnumber",    "firstname",  "lastname",
                                            "email",      "institution", "department", "auth",
                                            "mnethostid", "suspended",   "deleted"};
const std::vector<std::string> kCourseColumns{"fullname", "shortname", "idnumber",
                                              "category", "startdate", "enddate"};
const std::vector<std::string> kModuleColumns{"course", "module", "instance", "section", "idnumber"};

// Values of a row; what makes no sense is left empty and counted.
class Cells {
  public:
    Cells(const SqlRow& row, SideRead& done) : row_(row), done_(done) {}
    std::int64_t whole(std::size_t column) {
        const auto value = row_.whole_or(column, 0);
        if (!value) ++done_.broken;
        return value.value_or(0);
    }
    std::string text(std::size_t column) {
        const auto value = row_.text(column, config::limits::kSideTextBytesMax);
        if (!value) ++done_.broken;
        return std::string(value.value_or(std::string_view{}));
    }
    std::string decimal(std::size_t column) {
        std::string value = text(column);
        if (value.find_first_not_of("-0123456789.") == std::string::npos) return value;
        ++done_.broken;
        return {};
    }
    std::string value(std::size_t column, Kind kind) {
        switch (kind) {
            case Kind::text:
                return text(column);
            case Kind::decimal:
                return decimal(column);
            case Kind::whole:
                return std::to_string(whole(column));
        }
        return {};
    }

  private:
    const SqlRow& row_;
    SideRead& done_;
};

std::string places(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i)
        text += i == 0 ? "?" : ",?";
    return text;
}

std::vector<SqlParameter> parameters_of(std::span<const std::int64_t> ids) {
    return {ids.begin(), ids.end()};
}

// Moodle's own names of activity types: nothing else is ever put into a statement.
bool is_module_name(std::string_view name) {
    return !name.empty() && name.size() <= config::limits::kNameBytesMax &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

}  // namespace

SideRead& SideRead::operator+=(const SideRead& other) {
    rows += other.rows;
    changed += other.changed;
    evidence += other.evidence;
    broken += other.broken;
    missing.insert(missing.end(), other.missing.begin(), other.missing.end());
    return *this;
}

SideTables::SideTables(Node& node, MoodleDatabase& database, const Rhythm& rhythm,
                       std::function<bool()> goes_on)
    : node_(node),
      database_(database),
      rhythm_(rhythm),
      goes_on_(std::move(goes_on)),
      evidence_(node, database, [this](std::int64_t user) { return keeps_rows_of(user); }, goes_on_) {}

SqlResult<void> SideTables::probe() {
    if (probed_) return {};
    std::vector<TableNeed> needs{
        {"user", {"id", "username", "firstname", "lastname", "email", "deleted"}, kUserColumns, false},
        {"course", {"id", "fullname"}, kCourseColumns, false},
        {"course_modules", {"id", "course", "module", "instance"}, kModuleColumns, true},
        {"modules", {"id", "name"}, {}, true},
        {"user_info_field", {"id", "shortname"}, {}, true},
        {"user_info_data", {"userid", "fieldid", "data"}, {}, true},
        {"role_assignments", {"id", "roleid", "contextid", "userid", "timemodified"}, {}, true},
        {"context", {"id", "contextlevel", "instanceid"}, {}, true},
        MoodleEvidence::completion_need(),
    };
    for (const Plain& plain : plain_tables())
        needs.push_back({plain.moodle_table, {"id"}, plain.columns, true});
    auto done = database_.probe(needs);
    probed_ = done.has_value();
    return done;
}

// What people and activities refer to by number: few rows, read whole.
SqlResult<void> SideTables::load_names() {
    SideRead ignored;
    const auto all = [&](const char* table, std::vector<std::string> columns,
                         const std::function<void(std::int64_t, Cells&)>& take) -> SqlResult<void> {
        if (!database_.has_table(table)) return {};
        KeysetPage page{.table = table, .columns = std::move(columns)};
        for (;;) {
            const auto read = database_.page(page, [&](const SqlRow& row) {
                Cells cells(row, ignored);
                take(row.whole(0).value_or(0), cells);
            });
            if (!read) return std::unexpected(read.error());
            if (!read->more) return {};
            page.after = read->last_key;
        }
    };
    hosts_.clear(), modules_.clear(), cohorts_.clear(), fields_.clear();
    if (auto done =
            all("mnet_host", {"wwwroot"}, [&](std::int64_t id, Cells& cells) { hosts_[id] = cells.text(1); });
        !done)
        return done;
    if (auto done = all("modules", {"name"},
                        [&](std::int64_t id, Cells& cells) {
                            if (std::string name = cells.text(1); is_module_name(name))
                                modules_[id] = std::move(name);
                        });
        !done)
        return done;
    if (auto done = all("cohort", {"name", "idnumber"},
                        [&](std::int64_t id, Cells& cells) {
                            for (const std::size_t column : {std::size_t{1}, std::size_t{2}}) {
                                if (std::string name = cells.text(column); !name.empty())
                                    cohorts_[id].push_back(std::move(name));
                            }
                        });
        !done)
        return done;
    return all("user_info_field", {"shortname"}, [&](std::int64_t id, Cells& cells) {
        const std::string name = lower_ascii(cells.text(1));
        for (const auto& [wanted, values] : node_.settings().students.profile_field) {
            if (lower_ascii(wanted) == name) fields_[id] = name;
        }
    });
}

SqlResult<SideRead> SideTables::due(const std::string& name, std::int64_t every_s,
                                    const std::function<SqlResult<SideRead>()>& read) {
    const std::string& source = node_.settings().source_name;
    const std::int64_t now_s = node_.clock().now_utc_s();
    const auto last_s = node_.catalogue().mark(source, name);
    // A clock that went back reads once more.
    if (last_s && *last_s <= now_s && now_s - *last_s < every_s) return SideRead{};
    auto done = read();
    if (done && goes_on_()) node_.catalogue().set_mark(source, name, now_s);
    return done;
}

SqlResult<SideRead> SideTables::read_due() {
    if (auto probed = probe(); !probed) return std::unexpected(probed.error());
    if (auto loaded = load_names(); !loaded) return std::unexpected(loaded.error());
    kept_users_.clear();
    SideRead all;
    const auto run = [&](const std::string& name, std::int64_t every_s,
                         const std::function<SqlResult<SideRead>()>& read) -> SqlResult<void> {
        if (!goes_on_()) return {};
        const auto done = due(name, every_s, read);
        if (!done) return std::unexpected(done.error());
        all += *done;
        return {};
    };
    // People first: whose rows are kept depends on them.
    if (auto done = run("read.person", rhythm_.often_s, [&] { return read_all_people(); }); !done)
        return std::unexpected(done.error());
    kept_users_.clear();
    if (auto done = run("read.course", rhythm_.often_s, [&] { return read_all_courses(); }); !done)
        return std::unexpected(done.error());
    if (auto done = run("read.activity", rhythm_.often_s, [&] { return read_all_activities(); }); !done)
        return std::unexpected(done.error());
    for (const SideTable table : archive::kSideTables) {
        const bool seldom =
            table == SideTable::grade || table == SideTable::grade_item || table == SideTable::mnet_host;
        if (auto done = run(fmt::format("read.{}", archive::shape_of(table).table),
                            seldom ? rhythm_.seldom_s : rhythm_.often_s, [&] { return read_side(table); });
            !done)
            return std::unexpected(done.error());
    }
    // What was completed before the last reading but one was read by then.
    const std::int64_t since_s = node_.catalogue()
                                     .mark(node_.settings().source_name, kRecentCompletions)
                                     .value_or(node_.clock().now_utc_s()) -
                                 rhythm_.often_s;
    if (auto done = run("read.completion", rhythm_.seldom_s,
                        [&] { return read_completions([&] { return evidence_.read_all_completions(); }); });
        !done)
        return std::unexpected(done.error());
    if (auto done =
            run(kRecentCompletions, rhythm_.often_s,
                [&] { return read_completions([&] { return evidence_.read_recent_completions(since_s); }); });
        !done)
        return std::unexpected(done.error());
    return all;
}

SqlResult<SideRead> SideTables::read_completions(const std::function<SqlResult<CompletionsRead>()>& read) {
    SideRead done;
    if (!database_.has_table(MoodleEvidence::kCompletionTable) || !database_.has_table("course_modules")) {
        done.missing.emplace_back(MoodleEvidence::kCompletionTable);
        return done;
    }
    const auto completions = read();
    if (!completions) return std::unexpected(completions.error());
    done.rows = completions->rows;
    done.evidence = completions->changed;
    done.broken = completions->broken;
    return done;
}

namespace {

archive::PersonRecord person_of(const SqlRow& row, const std::map<std::int64_t, std::string>& hosts,
                                SideRead& done) {
    Cells cells(row, done);
    archive::PersonRecord person;
    person.user_id = row.whole(0).value_or(0);
    std::size_t at = 1;
    for (std::string* text : {&person.username, &person.idnumber, &person.firstname, &person.lastname,
                              &person.email, &person.institution, &person.department, &person.auth})
        *text = cells.text(at++);
    const std::int64_t host = cells.whole(at++);
    const auto known = hosts.find(host);
    if (known != hosts.end()) person.mnet_host = known->second;
    person.suspended = cells.whole(at++) != 0;
    person.deleted = cells.whole(at) != 0;
    return person;
}

}  // namespace

SqlResult<SideRead> SideTables::read_all_people() {
    SideRead all;
    KeysetPage page{.table = "user", .columns = kUserColumns};
    for (;;) {
        std::vector<archive::PersonRecord> people;
        const auto read =
            database_.page(page, [&](const SqlRow& row) { people.push_back(person_of(row, hosts_, all)); });
        if (!read) return std::unexpected(read.error());
        const auto done = take_people(people, IdRange{page.after, read->more ? read->last_key : kEnd});
        if (!done) return done;
        all += *done;
        if (!read->more || !goes_on_()) return all;
        page.after = read->last_key;
    }
}

SqlResult<SideRead> SideTables::refresh_people(Ids user_ids) {
    if (auto probed = probe(); !probed) return std::unexpected(probed.error());
    if (auto loaded = load_names(); !loaded) return std::unexpected(loaded.error());
    SideRead all;
    for (std::size_t begin = 0; begin < user_ids.size(); begin += kNamedMax) {
        const Ids some = user_ids.subspan(begin, std::min(kNamedMax, user_ids.size() - begin));
        KeysetPage page{.table = "user", .columns = kUserColumns};
        page.condition = fmt::format("id IN ({})", places(some.size()));
        page.parameters = parameters_of(some);
        std::vector<archive::PersonRecord> people;
        const auto read =
            database_.page(page, [&](const SqlRow& row) { people.push_back(person_of(row, hosts_, all)); });
        if (!read) return std::unexpected(read.error());
        const auto done = take_people(people, std::nullopt);
        if (!done) return done;
        all += *done;
    }
    return all;
}

// Cohorts and profile fields of people who were just read, then all of it into the catalogue.
SqlResult<SideRead> SideTables::take_people(std::vector<archive::PersonRecord>& people,
                                            const std::optional<IdRange>& all_of) {
    SideRead done;
    std::map<std::int64_t, archive::PersonRecord*> by_id;
    for (archive::PersonRecord& person : people)
        by_id[person.user_id] = &person;
    std::vector<std::int64_t> ids;
    for (const auto& [id, person] : by_id)
        ids.push_back(id);
    for (std::size_t begin = 0; begin < ids.size(); begin += kNamedMax) {
        const Ids some = Ids(ids).subspan(begin, std::min(kNamedMax, ids.size() - begin));
        const auto parameters = parameters_of(some);
        if (database_.has_table("cohort_members")) {
            const auto read = database_.read(
                fmt::format("SELECT userid, cohortid FROM {} WHERE userid IN ({}) ORDER BY userid, cohortid",
                            database_.name_of("cohort_members"), places(some.size())),
                parameters, [&](const SqlRow& row) {
                    Cells cells(row, done);
                    const auto person = by_id.find(cells.whole(0));
                    const auto cohort = cohorts_.find(cells.whole(1));
                    if (person == by_id.end() || cohort == cohorts_.end()) return;
                    auto& known = person->second->cohorts;
                    for (const std::string& name : cohort->second)
                        if (std::ranges::find(known, name) == known.end()) known.push_back(name);
                });
            if (!read) return std::unexpected(read.error());
            done.rows += static_cast<std::int64_t>(*read);
        }
        if (fields_.empty() || !database_.has_table("user_info_data")) continue;
        std::vector<std::int64_t> field_ids;
        for (const auto& [id, name] : fields_)
            field_ids.push_back(id);
        auto both = parameters;
        both.insert(both.end(), field_ids.begin(), field_ids.end());
        const auto read = database_.read(
            fmt::format("SELECT userid, fieldid, data FROM {} WHERE userid IN ({}) AND fieldid IN ({})",
                        database_.name_of("user_info_data"), places(some.size()), places(field_ids.size())),
            both, [&](const SqlRow& row) {
                Cells cells(row, done);
                const auto person = by_id.find(cells.whole(0));
                const auto field = fields_.find(cells.whole(1));
                if (person == by_id.end() || field == fields_.end()) return;
                if (std::string value = cells.text(2); !value.empty())
                    person->second->profile_fields[field->second] = std::move(value);
            });
        if (!read) return std::unexpected(read.error());
        done.rows += static_cast<std::int64_t>(*read);
    }
    const Selector selector(node_);
    std::vector<archive::PersonRecord> kept;
    kept.reserve(people.size());
    for (const archive::PersonRecord& person : people)
        kept.push_back(kept_of(node_, person, selector.is_erased(person.user_id)));
    done.rows += static_cast<std::int64_t>(people.size());
    reclaim_newly_selected(node_, kept);
    const std::string& source = node_.settings().source_name;
    const std::int64_t changed = node_.catalogue().put(source, kept, node_.clock().now_utc_s(), all_of);
    if (changed > 0)
        node_.catalogue().set_mark(
            source, archive::kPeopleGeneration,
            node_.catalogue().mark(source, archive::kPeopleGeneration).value_or(0) + 1);
    done.changed += changed;
    return done;
}

SqlResult<SideRead> SideTables::read_all_courses() {
    SideRead all;
    KeysetPage page{.table = "course", .columns = kCourseColumns};
    for (;;) {
        std::vector<archive::CourseRecord> courses;
        const auto read = database_.page(page, [&](const SqlRow& row) {
            Cells cells(row, all);
            courses.push_back({row.whole(0).value_or(0), cells.text(1), cells.text(2), cells.text(3),
                               cells.whole(4), cells.whole(5), cells.whole(6)});
        });
        if (!read) return std::unexpected(read.error());
        all.rows += static_cast<std::int64_t>(courses.size());
        all.changed += node_.catalogue().put(node_.settings().source_name, courses, node_.clock().now_utc_s(),
                                             IdRange{page.after, read->more ? read->last_key : kEnd});
        all.evidence += evidence_.put_courses(courses);
        if (!read->more || !goes_on_()) return all;
        page.after = read->last_key;
    }
}

// What a page of course_modules says, and which instances of which types it names.
struct SideTables::Page {
    std::vector<archive::ActivityRecord> activities;
    std::map<std::string, std::vector<std::int64_t>> instances;  // by activity type
    std::map<std::int64_t, std::int64_t> instance_of;            // by activity

    void add(const SqlRow& row, const std::map<std::int64_t, std::string>& modules, SideRead& done) {
        Cells cells(row, done);
        archive::ActivityRecord activity;
        activity.activity = row.whole(0).value_or(0);
        activity.course = cells.whole(1);
        const auto module = modules.find(cells.whole(2));
        const std::int64_t instance = cells.whole(3);
        activity.section = cells.whole(4);
        activity.idnumber = cells.text(5);
        if (module != modules.end()) {
            activity.type = module->second;
            instances[module->second].push_back(instance);
            instance_of[activity.activity] = instance;
        }
        activities.push_back(std::move(activity));
    }
};

SqlResult<SideRead> SideTables::read_all_activities() {
    SideRead all;
    if (!database_.has_table("course_modules")) {
        all.missing.emplace_back("course_modules");
        return all;
    }
    KeysetPage page{.table = "course_modules", .columns = kModuleColumns};
    for (;;) {
        Page found;
        const auto read = database_.page(page, [&](const SqlRow& row) { found.add(row, modules_, all); });
        if (!read) return std::unexpected(read.error());
        const auto done = take_activities(found.activities, found.instances, found.instance_of,
                                          IdRange{page.after, read->more ? read->last_key : kEnd});
        if (!done) return done;
        all += *done;
        if (!read->more || !goes_on_()) return all;
        page.after = read->last_key;
    }
}

SqlResult<SideRead> SideTables::refresh_activities(Ids activities) {
    if (auto probed = probe(); !probed) return std::unexpected(probed.error());
    if (modules_.empty()) {
        if (auto loaded = load_names(); !loaded) return std::unexpected(loaded.error());
    }
    SideRead all;
    if (!database_.has_table("course_modules")) return all;
    for (std::size_t begin = 0; begin < activities.size(); begin += kNamedMax) {
        const Ids some = activities.subspan(begin, std::min(kNamedMax, activities.size() - begin));
        KeysetPage page{.table = "course_modules", .columns = kModuleColumns};
        page.condition = fmt::format("id IN ({})", places(some.size()));
        page.parameters = parameters_of(some);
        Page found;
        const auto read = database_.page(page, [&](const SqlRow& row) { found.add(row, modules_, all); });
        if (!read) return std::unexpected(read.error());
        const auto done = take_activities(found.activities, found.instances, found.instance_of, std::nullopt);
        if (!done) return done;
        all += *done;
    }
    return all;
}

// An activity's name stands in the table of its type: one statement a type.
SqlResult<SideRead> SideTables::take_activities(
    std::vector<archive::ActivityRecord>& activities,
    const std::map<std::string, std::vector<std::int64_t>>& instances,
    const std::map<std::int64_t, std::int64_t>& instance_of, const std::optional<IdRange>& all_of) {
    SideRead done;
    std::map<std::pair<std::string, std::int64_t>, std::string> names;
    for (const auto& [type, ids] : instances) {
        const TableNeed need[] = {{type, {"id", "name"}, {}, true}};
        if (auto probed = database_.probe(need); !probed) return std::unexpected(probed.error());
        if (!database_.has_table(type)) {
            done.missing.push_back(type);
            continue;
        }
        for (std::size_t begin = 0; begin < ids.size(); begin += kNamedMax) {
            const Ids some = Ids(ids).subspan(begin, std::min(kNamedMax, ids.size() - begin));
            const auto read = database_.read(fmt::format("SELECT id, name FROM {} WHERE id IN ({})",
                                                         database_.name_of(type), places(some.size())),
                                             parameters_of(some), [&](const SqlRow& row) {
                                                 Cells cells(row, done);
                                                 names[{type, cells.whole(0)}] = cells.text(1);
                                             });
            if (!read) return std::unexpected(read.error());
            done.rows += static_cast<std::int64_t>(*read);
        }
    }
    std::vector<archive::ActivityFacts> facts;
    for (archive::ActivityRecord& activity : activities) {
        const auto instance = instance_of.find(activity.activity);
        if (instance != instance_of.end()) {
            const auto name = names.find({activity.type, instance->second});
            if (name != names.end()) activity.name = name->second;
        }
        facts.push_back({activity.activity, activity.course, activity.type});
    }
    done.rows += static_cast<std::int64_t>(activities.size());
    done.changed +=
        node_.catalogue().put(node_.settings().source_name, activities, node_.clock().now_utc_s(), all_of);
    node_.archive().learn(node_.source(), facts, /*sure=*/true);
    return done;
}

bool SideTables::keeps_rows_of(std::int64_t user_id) {
    const auto [known, is_new] = kept_users_.try_emplace(user_id, false);
    if (is_new) known->second = Selector(node_).of(user_id) == Selected::yes;
    return known->second;
}

SqlResult<SideRead> SideTables::read_side(SideTable table) {
    SideRead all;
    const Plain* const plain = plain_of(table);
    const char* const moodle_table = plain != nullptr ? plain->moodle_table : "role_assignments";
    if (!database_.has_table(moodle_table) || (plain == nullptr && !database_.has_table("context"))) {
        all.missing.emplace_back(moodle_table);
        return all;
    }
    const bool about_people = archive::is_about_people(table);
    const std::string_view kinds = plain != nullptr ? std::string_view(plain->kinds) : kAssignmentKinds;
    std::int64_t after = 0;
    for (;;) {
        std::vector<HistoryRow> rows;
        std::vector<std::int64_t> changed_s, ids;  // of `rows`, where it is read; of everybody's
        const auto take = [&](const SqlRow& row) {
            Cells cells(row, all);
            HistoryRow taken{row.whole(0).value_or(0), {}};
            for (std::size_t i = 0; i < kinds.size(); ++i)
                taken.values.push_back(cells.value(i + 1, static_cast<Kind>(kinds[i])));
            ++all.rows;
            ids.push_back(taken.id);
            if (about_people) {
                std::int64_t user = 0;
                const std::string& text = taken.values[archive::user_column_of(table)];
                std::from_chars(text.data(), text.data() + text.size(), user);
                if (!keeps_rows_of(user)) return;
            }
            if (row.size() > kinds.size() + 1) changed_s.push_back(cells.whole(kinds.size() + 1));
            rows.push_back(std::move(taken));
        };
        PageRead page{0, after, false};
        if (plain != nullptr) {
            const auto read =
                database_.page({.table = moodle_table, .columns = plain->columns, .after = after}, take);
            if (!read) return std::unexpected(read.error());
            page = *read;
        } else {
            constexpr std::int64_t kPageRows = 5'000;
            const SqlParameter parameters[] = {after, kPageRows};
            const auto read = database_.read(
                fmt::format(
                    "SELECT a.id, a.roleid, c.contextlevel, c.instanceid, a.userid, a.timemodified FROM {} "
                    "a JOIN {} c ON c.id = a.contextid WHERE a.id > ? AND c.contextlevel IN (10,40,50) "
                    "ORDER BY a.id LIMIT ?",
                    database_.name_of("role_assignments"), database_.name_of("context")),
                parameters, [&](const SqlRow& row) {
                    page.last_key = row.whole(0).value_or(page.last_key);
                    take(row);
                });
            if (!read) return std::unexpected(read.error());
            page.more = static_cast<std::int64_t>(*read) >= kPageRows;
        }
        all.changed +=
            node_.catalogue().put(node_.settings().source_name, table, rows, node_.clock().now_utc_s(),
                                  IdRange{after, page.more ? page.last_key : kEnd});
        all.evidence +=
            evidence_.put_page(table, rows, changed_s, {after, page.more ? page.last_key : kEnd, ids});
        if (!page.more || !goes_on_()) return all;
        after = page.last_key;
    }
}

}  // namespace assidu::node::collect::database
