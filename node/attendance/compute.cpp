#include "node/attendance/compute.h"

#include <fmt/format.h>

#include <vector>

#include "node/attendance/daily_totals.h"
#include "node/attendance/rules.h"

namespace assidu::node::attendance {
namespace {

// Students whose totals are committed together: few commits, and little to do again after an interruption.
constexpr std::size_t kStudentsACommit = 256;

// Whether the last event's credit was cut by the instant of the computation, so that a later one gives more.
bool is_open(const Attendance& attendance, const CompiledScale& scale, std::int64_t as_of_s) {
    if (attendance.events.empty()) return false;
    const CreditedEvent& last = attendance.events.back();
    return !last.logout && last.begin_s + scale.longest_last_credit_s() > as_of_s;
}

}  // namespace

bool has_anything_to_compute(const Node& node) {
    return node.archive().extent(node.source()).events > 0 ||
           node.ledger().freshness(node.settings().node_id, node.scale().sha256).has_value();
}

Computed compute_totals(Node& node, const std::function<void(std::int64_t, std::int64_t)>& progress,
                        const std::function<bool()>& wants_more) {
    archive::Archive& archive = node.archive();
    const std::int64_t as_of_s = node.clock().now_utc_s();
    // The dirty marks are about one ledger under one node id and one student secret (of which the pseudonym
    // of user 0, who is nobody, says only whether it is the same). A ledger that never heard of these totals,
    // or holds older ones than the marks are about, was lost, replaced or restored from a backup: what it
    // lacks must not be read as "no activity".
    const std::string totals = fmt::format("{} {} {} {}", node.scale().sha256, kEngine,
                                           node.settings().node_id, to_string(node.student_id(0)));
    const auto held = node.ledger().freshness(node.settings().node_id, node.scale().sha256);
    const auto clean_as_of_s = archive.clean_as_of(node.source());
    if (!held || (clean_as_of_s && held->as_of_utc_s < *clean_as_of_s))
        archive.computing_for(node.source(), "");
    archive.computing_for(node.source(), totals);
    const CompiledScale scale(node.scale(), archive.shapes());
    const std::vector<archive::DirtyMark> dirty = archive.dirty(node.source());
    const archive::Extent extent = archive.extent(node.source());
    // Totals that recompute() made under other scales lack what came since. A student who is dirty only
    // because their last event could still earn more has nothing new; that is known where no event came and
    // not everybody is dirty.
    const bool nothing_came =
        held && held->archived_events == extent.events && dirty.size() < archive.users(node.source()).size();
    if (!dirty.empty() && !nothing_came) node.ledger().forget_whole(node.settings().node_id);
    const federation::Freshness freshness{std::string(kEngine), as_of_s, extent.events, extent.last_utc_s,
                                          extent.last_id};

    Computed computed;
    std::vector<federation::StudentLedger> batch;
    std::vector<std::int64_t> closed;
    const auto commit = [&] {
        node.ledger().replace(node.settings().node_id, node.scale_identity(), batch, freshness);
        archive.mark_clean(node.source(), closed, as_of_s);
        batch.clear();
        closed.clear();
    };
    for (const auto& [user, from_s] : dirty) {
        if (!wants_more()) {
            computed.finished = false;
            break;
        }
        const std::vector<Event> events = archive.events(node.source(), user);
        const Attendance attendance = attend(Evidence{events, {}, {}, {}}, scale, node.calendar(), as_of_s);
        const federation::StudentId student = node.student_id(user);
        batch.push_back({student, node.settings().source_name,
                         daily_rows(attendance, node.calendar(), student), session_rows(attendance, student),
                         dropped_rows(attendance, node.calendar(), student)});
        if (!is_open(attendance, scale, as_of_s)) closed.push_back(user);
        ++computed.students;
        computed.events += static_cast<std::int64_t>(events.size());
        computed.rows += static_cast<std::int64_t>(batch.back().rows.size());
        computed.sessions += static_cast<std::int64_t>(batch.back().sessions.size());
        if (batch.size() == kStudentsACommit) commit();
        progress(computed.students, static_cast<std::int64_t>(dirty.size()));
    }
    // Even without a dirty student: the totals now hold as of a later instant.
    commit();
    return computed;
}

}  // namespace assidu::node::attendance
