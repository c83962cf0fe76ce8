#include "node/collect/database/log_collector.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "config/civil_calendar.h"
#include "config/digest.h"
#include "config/limits.h"
#include "node/collect/text.h"

namespace assidu::node::collect::database {
namespace {

using archive::CollectedPage;
using archive::Fate;
using config::refuse;
using config::Result;
using Kind = SqlTrouble::Kind;

constexpr std::int64_t kDaySeconds = 86'400, kHourSeconds = 3'600;
constexpr const char* kIntakeKind = "database";
// Moodle's settings are read again after this.
constexpr std::int64_t kSettingsSeconds = 3'600;
// A row that is older than the newest before it by this may be a restored copy, and is looked at more
// closely.
constexpr std::int64_t kOutOfOrderSeconds = 3'600;
// Pages that a pass may read again below what it has; beyond, the old part waits until holes in it are due.
constexpr std::int64_t kRereadPagesMax = 20;
constexpr std::int64_t kMarkSeconds = 60;
constexpr std::size_t kRemembered = 3;
constexpr std::int64_t kRateRowsMin = 1'000, kMilliseconds = 1'000;

// A rate is for people to read: it may look at a clock of its own.
std::int64_t steady_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

std::int64_t file_day(std::int64_t utc_s) {
    return utc_s / kDaySeconds;
}

Fate fate_of(Selected selected) {
    switch (selected) {
        case Selected::yes:
            return Fate::archived;
        case Selected::nobody:
            return Fate::nobody;
        case Selected::guest:
            return Fate::guest;
        case Selected::erased:
            return Fate::erased;
        case Selected::excluded:
            return Fate::excluded;
        case Selected::not_selected:
            return Fate::not_selected;
        case Selected::unknown:
            return Fate::unknown_person;
    }
    return Fate::unknown_person;
}

bool is_of_others(Fate fate) {
    return fate >= Fate::nobody && fate <= Fate::unknown_person;
}

// A digest of what says whose rows are kept: with another one, everybody is looked at again.
std::string digest_of(const config::Settings& settings) {
    const config::StudentSelection& s = settings.students;
    std::string text = fmt::format("{}|{}", s.everyone, settings.guest_user_id);
    for (const auto* values :
         {&s.institution, &s.department, &s.cohort, &s.email_domain, &s.auth, &s.mnet_host})
        text += fmt::format("|{}", fmt::join(*values, "\x1f"));
    for (const auto& [name, values] : s.profile_field)
        text += fmt::format("|{}={}", name, fmt::join(values, "\x1f"));
    text += fmt::format("|{}", fmt::join(s.exclude_users, ","));
    return config::hex(config::sha256(text));
}

std::string describe(const SourceRow& row) {
    return fmt::format("id {} user {} time {} event {}", row.id, row.user_id.value_or(0),
                       row.time_s.value_or(0), row.row.shape.eventname);
}

}  // namespace

LogCollector::LogCollector(Node& node, const CollectEvents& events, MoodleDatabase moodle, MoodleDatabase log)
    : node_(node),
      events_(events),
      settings_(*node.settings().database),
      moodle_(std::move(moodle)),
      log_(std::move(log)),
      people_(node, moodle_, events.wants_more),
      table_(MoodleDatabase::log_table(settings_)) {}

Result<std::unique_ptr<LogCollector>> LogCollector::make(Node& node, const CollectEvents& events) {
    const config::Settings& settings = node.settings();
    if (!settings.database)
        return refuse(fmt::format("{}: there is no [database]: say there how the Moodle's database is read",
                                  node.folder().settings().string()));
    constexpr std::size_t kEveryIntake = 1'000'000;
    for (const archive::Intake& before : node.archive().intakes(kEveryIntake)) {
        const auto added = before.counts.find("added");
        if (before.kind == "log_page" && added != before.counts.end() && added->second > 0)
            return refuse(
                fmt::format("this node holds events of a download of Moodle's log page ({}): the same events "
                            "would count twice, because a log page gives no ids; make another node",
                            before.path));
    }
    const auto pause = [goes_on = events.wants_more](std::int64_t ms) {
        constexpr std::int64_t kSliceMs = 100;
        const std::int64_t until = steady_ms() + ms;
        while (steady_ms() < until) {
            if (goes_on && !goes_on()) return false;
            ::poll(nullptr, 0, static_cast<int>(std::clamp<std::int64_t>(until - steady_ms(), 1, kSliceMs)));
        }
        return !goes_on || goes_on();
    };
    auto moodle = MoodleDatabase::of(*settings.database, node.folder().path, pause);
    if (!moodle) return std::unexpected(moodle.error());
    auto log = MoodleDatabase::of_log(*settings.database, node.folder().path, pause);
    if (!log) return std::unexpected(log.error());
    return std::unique_ptr<LogCollector>(new LogCollector(node, events, std::move(*moodle), std::move(*log)));
}

SqlResult<void> LogCollector::prepare() {
    state_ = collection().state(node_.source());
    if (prepared_) return {};
    const TableNeed log_needs[] = {log_need(table_)};
    if (const auto probed = log_.probe(log_needs); !probed) return probed;
    const std::vector<TableNeed> needs{{"config", {"name", "value"}},
                                       {"config_plugins", {"plugin", "name", "value"}},
                                       {"user", {"id", "lastaccess"}}};
    if (const auto probed = moodle_.probe(needs); !probed) return probed;
    prepared_ = true;
    return {};
}

SqlResult<void> LogCollector::refresh_settings() {
    const std::int64_t now_s = node_.clock().now_utc_s();
    if (source_read_node_s_ != 0 && now_s >= source_read_node_s_ &&
        now_s - source_read_node_s_ < kSettingsSeconds)
        return {};
    auto read = read_source_settings(moodle_, settings_);
    if (!read) return std::unexpected(read.error());
    source_ = std::move(*read);
    source_read_node_s_ = now_s;
    state_.lifetime_s = source_.lifetime_s;
    if (source_.guest_user_id && *source_.guest_user_id > 0 &&
        *source_.guest_user_id != node_.settings().guest_user_id)
        events_.warning(fmt::format("Moodle's guest account is user {}, and [source] guest_user_id says {}",
                                    *source_.guest_user_id, node_.settings().guest_user_id));
    return {};
}

// Before anything is read: whether this is the source of before, and what happened to it since.
SqlResult<void> LogCollector::check_source(const LogBounds& bounds) {
    if (const auto refreshed = refresh_settings(); !refreshed) return refreshed;
    const auto found = read_remembered(log_, table_, state_);
    if (!found) return std::unexpected(found.error());
    if (const auto same =
            refuse_other_source(state_, node_.settings().site_identifier, source_, bounds, *found);
        !same)
        return std::unexpected(SqlTrouble{Kind::wrong, same.error().what});
    state_.site = source_.site;
    const std::string& id = node_.settings().node_id;
    if (const auto outage = purged_before_collection(state_, bounds)) {
        node_.ledger().add_outage(id, *outage);
        events_.warning("OUTAGE noted: " + outage->cause);
        state_.safe_id = state_.read_id = bounds.min_id - 1;
        state_.pass.reset();
    }
    const auto access = newest_access(moodle_);
    if (!access) return std::unexpected(access.error());
    if (const auto outage = watch_silence(state_, source_, bounds, *access)) {
        node_.ledger().add_outage(id, *outage);
        events_.warning("OUTAGE noted: " + outage->cause);
    }
    // With other settings, or for the first time, everybody is looked at; rows of theirs that were passed
    // over are looked for.
    if (const std::string digest = digest_of(node_.settings()); digest != state_.selection) {
        if (state_.read_id > 0) {
            if (const auto swept = people_.sweep(); !swept) return std::unexpected(swept.error());
        }
        state_.selection = digest;
    }
    return {};
}

void LogCollector::begin_pass(const LogBounds& bounds) {
    const std::int64_t now_s = bounds.server_utc_s, node_s = node_.clock().now_utc_s();
    // A clock that was set back: what it said before is as new as now.
    for (archive::IdMark& mark : state_.marks) {
        mark.utc_s = std::min(mark.utc_s, now_s);
        mark.node_utc_s = std::min(mark.node_utc_s, node_s);
    }
    const std::int64_t every_s = std::min(kMarkSeconds, settings_.hole_patience_s / 4);
    if (state_.marks.empty() || now_s - state_.marks.back().utc_s >= every_s)
        state_.marks.push_back({now_s, bounds.max_id, node_s});
    archive::CollectorPass pass{now_s, node_s, 0, bounds.max_id, true, bounds.max_time_s};
    std::int64_t lately_id = state_.safe_id;
    bool due = false;
    for (const archive::IdMark& mark : state_.marks) {
        if (now_s - mark.utc_s >= settings_.reread_s) lately_id = mark.id;
        due = due || (mark.id > state_.safe_id && now_s - mark.utc_s >= settings_.hole_patience_s);
    }
    std::int64_t from_id = std::min({state_.safe_id - settings_.reread_ids, lately_id, state_.safe_id});
    const std::int64_t much = kRereadPagesMax * settings_.page_rows;
    if (state_.read_id - from_id > much && !due && state_.read_id > 0) {
        from_id = state_.read_id - much;
        pass.from_safe = from_id <= state_.safe_id;
    }
    pass.at_id = std::max<std::int64_t>(0, from_id);
    state_.pass = pass;
    pass_rows_ = 0;
    pass_began_ms_ = steady_ms();
}

void LogCollector::end_pass() {
    const archive::CollectorPass pass = *state_.pass;
    const std::int64_t patience_s = settings_.hole_patience_s;
    if (pass.from_safe) {
        for (const archive::IdMark& mark : state_.marks) {
            const std::int64_t now_s =
                settings_.replica ? std::min(pass.begun_utc_s, pass.freshness_s) : pass.begun_utc_s;
            // By both clocks: one that was set forward makes no transaction older.
            if (now_s - mark.utc_s >= patience_s && pass.begun_node_utc_s - mark.node_utc_s >= patience_s)
                state_.safe_id = std::max(state_.safe_id, std::min(mark.id, pass.to_id));
        }
    }
    state_.safe_id = std::max(state_.safe_id,
                              collection().first_missing(node_.source(), state_.safe_id, state_.read_id) - 1);
    // Marks are kept as long as they may still say something.
    const std::int64_t useful_s = std::max(patience_s, settings_.reread_s) + kMarkSeconds;
    while (state_.marks.size() > 1 && state_.marks[1].id <= state_.safe_id &&
           pass.begun_utc_s - state_.marks[1].utc_s > useful_s)
        state_.marks.erase(state_.marks.begin());
    state_.whole_utc_s = pass.begun_utc_s;
    state_.whole_node_utc_s = pass.begun_node_utc_s;
    if (pass_rows_ >= kRateRowsMin)
        state_.rows_a_second =
            pass_rows_ * kMilliseconds / std::max<std::int64_t>(1, steady_ms() - pass_began_ms_);
    state_.pass.reset();
    collection().put_state(node_.source(), state_);
    if (intake_.key != 0) {
        intake_.ended_utc_s = node_.clock().now_utc_s();
        node_.archive().end_intake(intake_);
    }
}

SqlResult<void> LogCollector::collect(std::int64_t pages_max, Collected& collected) {
    if (const auto prepared = prepare(); !prepared) return std::unexpected(prepared.error());
    const auto bounds = read_bounds(log_, table_);
    if (!bounds) return std::unexpected(bounds.error());
    server_utc_s_ = bounds->server_utc_s;
    if (const auto checked = check_source(*bounds); !checked) return std::unexpected(checked.error());
    if (bounds->empty()) {
        collection().put_state(node_.source(), state_);
        collected.at_end = true;
        return {};
    }
    if (!state_.pass)
        begin_pass(*bounds);
    else  // one that broke off goes on to what is there now; its begin, by which holes are judged, stays
        state_.pass->to_id = std::max(state_.pass->to_id, bounds->max_id);
    for (std::int64_t pages = 0; pages < pages_max; ++pages) {
        if (!events_.wants_more()) return {};
        const auto more = one_page(collected);
        if (!more) return std::unexpected(more.error());
        if (*more) continue;
        end_pass();
        if (const auto done = reclaim_rows(collected); !done) return std::unexpected(done.error());
        collected.at_end = true;
        break;
    }
    return {};
}

// Whether the pass goes on behind it.
SqlResult<bool> LogCollector::one_page(Collected& collected) {
    archive::CollectorPass& pass = *state_.pass;
    // What is old and without a hole is not read again.
    const std::int64_t again_from_id = state_.read_id - settings_.reread_ids;
    if (pass.at_id < again_from_id) {
        const std::int64_t missing = collection().first_missing(node_.source(), pass.at_id, again_from_id);
        pass.at_id = std::max(pass.at_id, missing - 1);
    }
    std::vector<SourceRow> rows;
    const auto read = read_log_page(log_, table_, pass.at_id, pass.to_id, rows);
    if (!read) return std::unexpected(read.error());
    pass.at_id = read->more ? read->last_key : pass.to_id;
    const bool goes_on = read->more && pass.at_id < pass.to_id;
    pass_rows_ += static_cast<std::int64_t>(rows.size());
    if (const auto taken = take(rows, /*again=*/false, collected); !taken)
        return std::unexpected(taken.error());
    if (events_.progress) events_.progress(collected.rows, pass.at_id, pass.to_id);
    return goes_on;
}

SqlResult<void> LogCollector::take(std::vector<SourceRow>& rows, bool again, Collected& collected) {
    std::vector<std::int64_t> ids, users;
    for (const SourceRow& row : rows)
        ids.push_back(row.id);
    const auto before = collection().fates(node_.source(), ids);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i].user_id && (!before[i] || again)) users.push_back(*rows[i].user_id);
    }
    const auto refreshed = people_.refresh_people(users);
    if (!refreshed) return std::unexpected(refreshed.error());
    if (*refreshed || !selector_) selector_.emplace(node_);

    CollectedPage page;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        judge(rows[i], again, before[i], page);
    }
    if (!again) {
        for (auto row = rows.rbegin(); row != rows.rend() && row->id > state_.read_id; ++row) {
            if (row->time_s && row->user_id && state_.remembered.size() < 2 * kRemembered)
                state_.remembered.push_back({row->id, *row->time_s, *row->user_id});
        }
        std::ranges::sort(state_.remembered, {}, &archive::RememberedRow::id);
        if (state_.remembered.size() > kRemembered)
            state_.remembered.erase(state_.remembered.begin(), state_.remembered.end() - kRemembered);
        if (!rows.empty()) state_.read_id = std::max(state_.read_id, rows.back().id);
    }
    page.state = state_;
    if (page.rows.empty() && page.events.empty()) {
        collection().put_state(node_.source(), state_);
        return {};
    }
    learn(rows);
    if (rejects_) rejects_->sync();
    const std::int64_t intake = today_s_intake();
    std::map<std::string, std::int64_t> counts;
    const auto sealed = [&](const archive::Appended& appended) {
        counts = intake_.counts;
        std::int64_t archived = 0;
        for (const archive::CollectedRow& row : page.rows) {
            ++counts["read"];
            if (row.fate == Fate::archived)
                ++archived;
            else
                ++counts[std::string(name_of(row.fate))];
        }
        const auto conflicts = static_cast<std::int64_t>(appended.conflicts.size());
        counts["added"] += appended.added;
        counts["conflict"] += conflicts;
        counts["duplicate"] += std::max<std::int64_t>(0, archived - appended.added - conflicts);
        counts["clone"] += static_cast<std::int64_t>(page.clones.size());
        std::erase_if(counts, [](const auto& count) { return count.second == 0; });
        for (const std::size_t at : appended.conflicts) {
            SourceRow row;
            row.id = page.events[at].event.id;
            row.user_id = page.events[at].user_id;
            row.time_s = page.events[at].event.time_s;
            reject(row, fmt::format("id {} is archived already with other contents", row.id));
        }
        if (!appended.conflicts.empty()) rejects_->sync();
        return counts;
    };
    const archive::Appended appended = collection().take(node_.source(), page, intake, sealed);
    intake_.counts = counts;
    collected.events += appended.added;
    for (const archive::CollectedRow& row : page.rows) {
        ++collected.rows;
        if (row.fate == Fate::rejected) ++collected.rejected;
        if (row.fate == Fate::quarantined) ++collected.quarantined;
        if (is_of_others(row.fate)) ++collected.passed;
    }
    return {};
}

void LogCollector::judge(SourceRow& row, bool again, std::optional<Fate> before, CollectedPage& page) {
    const std::int64_t time_s = row.time_s.value_or(0);
    if (before == Fate::archived) {
        // Held against what is archived: a row that changed is a conflict. Not of whom this node forgot, nor
        // of days that its own retention may have taken.
        const bool held = row.user_id && selector_->of(*row.user_id) == Selected::yes &&
                          state_.newest_s - time_s <= settings_.late_days * kDaySeconds;
        if (!again && row.reason.empty() && held)
            page.events.push_back(
                {*row.user_id,
                 {time_s, row.id, row.row.course, row.row.activity, node_.archive().intern(row.row.shape)}});
        return;
    }
    const bool anew = row.id > state_.anew_from_id && row.id <= state_.anew_to_id;
    if (before && !((again || anew) && is_of_others(*before))) return;
    const auto passes = [&](Fate fate) {
        if (before != fate) page.rows.push_back({row.id, time_s, fate});
    };
    // First whose row it is: what is wrong with a row of somebody else is not kept either.
    if (row.user_id) {
        const Selected selected = selector_->of(*row.user_id);
        if (selected != Selected::yes) {
            if (row.time_s) state_.newest_s = std::max(state_.newest_s, std::min(time_s, server_utc_s_));
            return passes(fate_of(selected));
        }
    }
    if (row.reason.empty() && time_s > server_utc_s_ + config::limits::kFutureSecondsMax)
        row.reason = fmt::format("timecreated {} lies in the future", time_s);
    if (!row.reason.empty()) {
        reject(row, row.reason);
        return passes(Fate::rejected);
    }
    keep(row, again, before, page);
}

void LogCollector::keep(SourceRow& row, bool again, std::optional<Fate> before, CollectedPage& page) {
    const std::int64_t time_s = *row.time_s;
    archive::StudentEvent event{*row.user_id, {time_s, row.id, row.row.course, row.row.activity, 0}};
    try {
        event.event.shape = node_.archive().intern(row.row.shape);
    } catch (const config::ResourceFailure& failure) {
        // A shape too many costs its row, and not those behind it.
        reject(row, failure.what());
        page.rows.push_back({row.id, time_s, Fate::rejected});
        return;
    }
    const std::int64_t behind_s = state_.newest_s - time_s;
    const bool in_order = again || before || behind_s <= kOutOfOrderSeconds;
    const auto twin = in_order ? std::nullopt : twin_of(event, page);
    if (!in_order && behind_s > settings_.late_days * kDaySeconds) {
        page.quarantined.push_back({event, twin});
        page.rows.push_back({row.id, time_s, Fate::quarantined});
        return;
    }
    if (twin) page.clones.push_back(row.id);
    page.events.push_back(event);
    page.rows.push_back({row.id, time_s, Fate::archived});
    state_.newest_s = std::max(state_.newest_s, std::min(time_s, server_utc_s_));
}

// What the archive holds, or will with this page, of the same student, second and event in another course.
std::optional<std::int64_t> LogCollector::twin_of(const archive::StudentEvent& event,
                                                  const CollectedPage& page) {
    const auto& shapes = node_.archive().shapes();
    const auto name = [&](ShapeKey key) -> const std::string& {
        return shapes[static_cast<std::size_t>(key)].eventname;
    };
    for (const archive::StudentEvent& other : page.events) {
        if (other.user_id == event.user_id && other.event.time_s == event.event.time_s &&
            other.event.course != event.event.course && other.event.id < event.event.id &&
            name(other.event.shape) == name(event.event.shape))
            return other.event.id;
    }
    return collection().twin(node_.source(), event);
}

void LogCollector::reject(const SourceRow& row, const std::string& reason) {
    const std::string day =
        config::iso_date(config::CivilDay{static_cast<std::int32_t>(file_day(node_.clock().now_utc_s()))});
    if (!rejects_ || rejects_day_ != day) {
        if (rejects_) rejects_->sync();
        rejects_ = std::make_unique<RejectsFile>(node_.folder().rejects() / ("collected-" + day + ".jsonl"),
                                                 "collected-" + day, RejectsFile::IfThere::append);
        rejects_day_ = day;
    }
    rejects_->add(static_cast<std::uint64_t>(row.id), reason, describe(row));
    if (static_cast<std::size_t>(rejects_->count()) <= config::limits::kRejectsPrintedMax)
        events_.warning(fmt::format("row {} of the log: {}", row.id, reason));
}

// Facts about activities are true whatever becomes of the page: before it, so that none is forgotten.
void LogCollector::learn(const std::vector<SourceRow>& rows) {
    constexpr std::string_view kModule = "mod_";
    std::map<std::int64_t, archive::ActivityFacts> facts;
    for (const SourceRow& row : rows) {
        if (row.row.activity == 0 || !row.reason.empty()) continue;
        if (!row.user_id || selector_->of(*row.user_id) != Selected::yes) continue;
        archive::ActivityFacts& fact =
            facts.try_emplace(row.row.activity, archive::ActivityFacts{row.row.activity, kCourseUnknown, ""})
                .first->second;
        fact.course = row.row.course;
        const std::string_view component = row.row.shape.component;
        if (component.starts_with(kModule)) fact.type = component.substr(kModule.size());
    }
    std::vector<archive::ActivityFacts> list;
    for (auto& [activity, fact] : facts)
        list.push_back(std::move(fact));
    if (!list.empty()) node_.archive().learn(node_.source(), list, /*sure=*/false);
}

// Rows of those who became selected after theirs were passed over, by the index on userid.
SqlResult<void> LogCollector::reclaim_rows(Collected& collected) {
    for (const auto& [user, up_to_id] : collection().reclaims(node_.source())) {
        for (std::int64_t after = up_to_id;;) {
            if (!events_.wants_more()) return {};
            std::vector<SourceRow> rows;
            const auto read = read_log_page(log_, table_, after, state_.read_id, rows, "userid = ?", {user});
            if (!read) return std::unexpected(read.error());
            if (const auto taken = take(rows, /*again=*/true, collected); !taken) return taken;
            after = read->last_key;
            if (!read->more) break;
            collection().reclaimed(node_.source(), user, after);
        }
        collection().reclaimed(node_.source(), user, std::nullopt);
    }
    return {};
}

SqlResult<void> LogCollector::accept_source() {
    if (const auto prepared = prepare(); !prepared) return prepared;
    source_read_node_s_ = 0;
    if (const auto refreshed = refresh_settings(); !refreshed) return refreshed;
    const auto bounds = read_bounds(log_, table_);
    if (!bounds) return std::unexpected(bounds.error());
    state_.site = source_.site;
    if (bounds->max_id < state_.read_id) {
        state_.anew_from_id = bounds->max_id;
        state_.anew_to_id = std::max(state_.anew_to_id, state_.read_id);
        state_.read_id = bounds->max_id;
        state_.safe_id = std::min(state_.safe_id, bounds->max_id);
    }
    state_.pass.reset();
    state_.marks.clear();
    state_.remembered.clear();
    const auto read =
        log_.read(fmt::format("SELECT id, timecreated, userid FROM {} ORDER BY id DESC LIMIT {}",
                              log_.name_of(table_), kRemembered),
                  {}, [&](const SqlRow& row) {
                      if (row.whole(0).value_or(0) <= state_.read_id)
                          state_.remembered.insert(
                              state_.remembered.begin(),
                              {row.whole(0).value_or(0), row.whole(1).value_or(0), row.whole(2).value_or(0)});
                  });
    if (!read) return std::unexpected(read.error());
    collection().put_state(node_.source(), state_);
    return {};
}

std::int64_t LogCollector::release_quarantine(bool clones) {
    constexpr std::size_t kAtOnce = 5'000;
    state_ = collection().state(node_.source());
    std::int64_t released = 0, after = 0;
    for (;;) {
        const auto rows = collection().quarantine(node_.source(), after, kAtOnce);
        if (rows.empty()) return released;
        CollectedPage page;
        page.state = state_;
        for (const archive::QuarantinedRow& row : rows) {
            after = row.event.event.id;
            if (row.twin && !clones) continue;
            page.events.push_back(row.event);
            page.rows.push_back({row.event.event.id, row.event.event.time_s, Fate::archived});
            if (row.twin) page.clones.push_back(row.event.event.id);
        }
        const std::int64_t intake = today_s_intake();
        (void)collection().take(node_.source(), page, intake, [&](const archive::Appended& appended) {
            intake_.counts["released"] += appended.added;
            return intake_.counts;
        });
        released += static_cast<std::int64_t>(page.rows.size());
    }
}

// The intake of today's rows, made with the first of them.
std::int64_t LogCollector::today_s_intake() {
    constexpr std::size_t kLookedAt = 100;
    const std::int64_t now_s = node_.clock().now_utc_s();
    const std::string path =
        "collected-" + config::iso_date(config::CivilDay{static_cast<std::int32_t>(file_day(now_s))});
    if (intake_.key != 0 && intake_.path == path) return intake_.key;
    for (archive::Intake& before : node_.archive().intakes(kLookedAt)) {
        if (before.kind != kIntakeKind || before.path != path ||
            before.source != node_.settings().source_name)
            continue;
        intake_ = std::move(before);
        return intake_.key;
    }
    intake_ = {};
    intake_.source = node_.settings().source_name;
    intake_.path = path;
    intake_.kind = kIntakeKind;
    intake_.begun_utc_s = now_s;
    intake_.key = node_.archive().begin_intake(intake_);
    return intake_.key;
}

}  // namespace assidu::node::collect::database
