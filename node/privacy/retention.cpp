#include "node/privacy/retention.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <map>
#include <vector>

#include "federation/erasure.h"
#include "node/archive/erasure.h"
#include "node/archive/event_block.h"

namespace assidu::node::privacy {
namespace {

using config::CivilDay;
using config::Result;

constexpr std::int64_t kDay_s = 86'400;
// Days of events that are kept before the first one that is computed anew: what its first session may have
// begun with.
constexpr std::int64_t kLookBehindDays = 2;
constexpr federation::Period kAlways{CivilDay{INT32_MIN}, CivilDay{INT32_MAX}};

// The first day that is kept whole.
CivilDay first_kept(const Node& node, std::int64_t days) {
    return node.calendar().day_of(node.clock().now_utc_s() - days * kDay_s);
}

std::int64_t first_utc_day(std::int64_t day_begin_s) {
    return archive::utc_day(day_begin_s) - kLookBehindDays;
}

// Totals of a day that depend on events of long before cannot be made again without them.
Result<void> refuse_long_memory(const config::Scale& scale) {
    const bool remembers = scale.caps.week_s || !scale.caps.activity_total_s.empty() ||
                           !scale.caps.course_total_s.empty() || scale.credits.any();
    if (!remembers) return {};
    return config::refuse(fmt::format(
        "[retention] events_days: scale {} has caps or credits that look back further than a day, so that "
        "its "
        "totals cannot be kept up to date without the events; set events_days = 0, or use another scale",
        scale.name()));
}

void delete_events(Node& node, bool dry_run, RetentionDone& done) {
    const std::int64_t days = node.settings().retention.events_days;
    const CivilDay first = first_kept(node, days);
    const std::int64_t begin_s = node.calendar().begin_of(first);
    done.events_before = first;
    const std::filesystem::path path = node.folder().archive();
    const std::int64_t first_day = first_utc_day(begin_s);
    done.events = archive::erase_events_before(path, node.source(), first_day, /*dry_run=*/true);
    done.evidence = archive::erase_evidence_before(path, node.source(), first_day * kDay_s, /*dry_run=*/true);
    if (dry_run || done.events + done.evidence == 0) return;
    // First the ledger holds on to its totals, then what they were made of goes.
    federation::keep_totals_before(node.ledger_file(), node.settings().node_id, first, begin_s);
    archive::erase_events_before(path, node.source(), first_day);
    archive::erase_evidence_before(path, node.source(), first_day * kDay_s);
}

void delete_rejects(const Node& node, bool dry_run, RetentionDone& done) {
    namespace fs = std::filesystem;
    if (!fs::exists(node.folder().rejects())) return;
    const auto age_s = [&](const fs::path& path) {
        struct stat status{};
        return ::stat(path.c_str(), &status) == 0 ? node.clock().now_utc_s() - status.st_mtime : 0;
    };
    for (const auto& entry : fs::directory_iterator(node.folder().rejects())) {
        if (!entry.is_regular_file() || age_s(entry.path()) < node.settings().retention.events_days * kDay_s)
            continue;
        ++done.reject_files;
        if (!dry_run) fs::remove(entry.path());
    }
}

void delete_totals(Node& node, bool dry_run, RetentionDone& done) {
    const CivilDay first = first_kept(node, node.settings().retention.totals_days);
    done.totals_before = first;
    // Why a day's total is as it is, is told as long as the total is.
    const std::int64_t begin_s = node.calendar().begin_of(first);
    done.reasons =
        archive::erase_reasons_before(node.folder().archive(), node.source(), first_utc_day(begin_s) * kDay_s,
                                      config::next(first, -static_cast<int>(kLookBehindDays)), dry_run);
    if (dry_run) {
        node.ledger().rows(
            {node.settings().node_id, node.scale().sha256, {kAlways.from, config::next(first, -1)}, {}},
            [&](const federation::LedgerRow&) { ++done.rows; });
        return;
    }
    const auto erased =
        federation::erase_totals_before(node.ledger_file(), node.settings().node_id, first, begin_s);
    done.rows = erased.rows;
    done.sessions = erased.sessions;
    done.statements = erased.statements;
}

// What members declared of days so long ago. Their statements keep notes, numbers and roots, and a member
// that declares such a day again is taken at its word until the next run.
void delete_members_totals(Node& node, bool dry_run, RetentionDone& done) {
    const CivilDay first = first_kept(node, node.settings().retention.members_days);
    const std::int64_t begin_s = node.calendar().begin_of(first);
    done.members_before = first;
    for (const federation::Member& member : node.members().all()) {
        if (!dry_run) {
            done.member_rows +=
                federation::erase_totals_before(node.ledger_file(), member.id, first, begin_s).rows;
            continue;
        }
        node.ledger().rows({member.id, node.scale().sha256, {kAlways.from, config::next(first, -1)}, {}},
                           [&](const federation::LedgerRow&) { ++done.member_rows; });
    }
}

// People whom the source deleted so long ago, and who have had no time since.
void forget_identities(Node& node, bool dry_run, RetentionDone& done) {
    const CivilDay first = first_kept(node, node.settings().retention.identities_days);
    std::map<federation::StudentId, CivilDay> last_day;
    node.ledger().rows({node.settings().node_id, node.scale().sha256, kAlways, {}},
                       [&](const federation::LedgerRow& row) {
                           CivilDay& last = last_day.try_emplace(row.student, row.day).first->second;
                           last = std::max(last, row.day);
                       });
    const std::string& source = node.settings().source_name;
    std::vector<std::int64_t> gone;
    node.catalogue().people(source, [&](const archive::PersonRecord& person) {
        if (person.of_others) return;
        const auto history = node.catalogue().person_history(source, person.user_id);
        std::optional<std::int64_t> gone_s = history.back().to_utc_s;
        if (!gone_s && person.deleted) gone_s = history.back().from_utc_s;
        if (!gone_s || node.calendar().day_of(*gone_s) >= first) return;
        const auto last = last_day.find(node.student_id(person.user_id));
        if (last == last_day.end() || last->second < first) gone.push_back(person.user_id);
    });
    done.identities = static_cast<std::int64_t>(gone.size());
    if (dry_run) return;
    for (const std::int64_t user : gone)
        node.catalogue().forget_person(source, user);
}

}  // namespace

std::int64_t earliest_event_s(const Node& node) {
    const federation::Horizon horizon = node.ledger().horizon(node.settings().node_id);
    if (!horizon.computed_from) return std::numeric_limits<std::int64_t>::min();
    return first_utc_day(horizon.computed_from_s) * kDay_s;
}

Result<RetentionDone> apply_retention(Node& node, bool dry_run) {
    const config::Retention& retention = node.settings().retention;
    RetentionDone done;
    if (retention.events_days > 0) {
        if (auto refused = refuse_long_memory(node.scale()); !refused)
            return std::unexpected(refused.error());
        delete_events(node, dry_run, done);
        delete_rejects(node, dry_run, done);
    }
    if (retention.totals_days > 0) delete_totals(node, dry_run, done);
    if (retention.members_days > 0) delete_members_totals(node, dry_run, done);
    if (retention.identities_days > 0) forget_identities(node, dry_run, done);
    if (!dry_run && done.any())
        node.audit().append(
            {node.clock().now_utc_s(), node.settings().node_id, node.settings().node_id, "retention",
             fmt::format("{} events, {} records of evidence, {} rows, {} sessions, {} exclusions and "
                         "signed days, {} rows of members, {} identities",
                         done.events, done.evidence, done.rows, done.sessions, done.reasons, done.member_rows,
                         done.identities),
             done.identities, 0, "deleted"});
    return done;
}

}  // namespace assidu::node::privacy
