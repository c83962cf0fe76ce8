#include "node/attendance/compute.h"

#include <fmt/format.h>

#include <ranges>
#include <vector>

#include "node/attendance/daily_totals.h"
#include "node/attendance/known_evidence.h"
#include "node/attendance/ledger_batches.h"
#include "node/attendance/restart.h"
#include "node/attendance/rules.h"

namespace assidu::node::attendance {
namespace {

using archive::DirtyMark;
using federation::StudentLedger;

// What must be computed of one student.
struct Portion {
    StudentKnowledge known;          // its events from the restart on
    std::optional<Restart> restart;  // nothing: all of the student's
};

// The dirty students of a node, one after the other.
class Computation {
  public:
    explicit Computation(Node& node)
        : node_(node),
          archive_(node.archive()),
          as_of_s_(node.clock().now_utc_s()),
          extent_(archive_.extent(node.source())),
          revision_(node.evidence().revision(node.source())),
          dirty_(say_what_is_computed()),
          known_(node, node.scale()),
          scale_(node.scale(), archive_.shapes(), known_.courses()),
          memory_(memory_of(node.scale())),
          batches_(node.ledger(), node.settings().node_id, node.scale_identity(),
                   {std::string(kEngine), as_of_s_, extent_.events, extent_.last_utc_s, extent_.last_id},
                   LedgerBatches::Work::in_background) {}

    Computed run(const std::function<void(std::int64_t, std::int64_t)>& progress,
                 const std::function<bool()>& wants_more) {
        for (const DirtyMark& mark : dirty_) {
            if (!wants_more()) {
                done_.finished = false;
                break;
            }
            compute(mark);
            if (batches_.is_full()) hand_over();
            progress(done_.students, static_cast<std::int64_t>(dirty_.size()));
        }
        // Even without a dirty student: the totals now hold as of a later instant.
        hand_over();
        batches_.finish();
        if (done_.finished) node_.evidence().mark_computed(node_.source(), revision_);
        return done_;
    }

  private:
    // Answers who is dirty, once the archive knows which totals the marks are about.
    std::vector<DirtyMark> say_what_is_computed() {
        // The dirty marks are about one ledger under one node id and one student secret (of which the
        // pseudonym of user 0, who is nobody, says only whether it is the same). A ledger that never heard of
        // these totals, or holds older ones than the marks are about, was lost, replaced or restored from a
        // backup: what it lacks must not be read as "no activity".
        const std::string totals = fmt::format("{} {} {} {}", node_.scale().sha256, kEngine,
                                               node_.settings().node_id, to_string(node_.student_id(0)));
        const auto held = node_.ledger().freshness(node_.settings().node_id, node_.scale().sha256);
        const auto clean_as_of_s = archive_.clean_as_of(node_.source());
        if (!held || (clean_as_of_s && held->as_of_utc_s < *clean_as_of_s))
            archive_.computing_for(node_.source(), "");
        archive_.computing_for(node_.source(), totals);
        std::vector<DirtyMark> dirty = archive_.dirty(node_.source());
        // Totals that recompute() made under other scales lack what came since. A student who is dirty only
        // because their last event could still earn more has nothing new; that is known where no event came
        // and not everybody is dirty.
        // Evidence that these totals do not look at changes without a mark.
        const bool evidence_changed = revision_ != node_.evidence().computed_revision(node_.source());
        const bool nothing_came = held && held->archived_events == extent_.events &&
                                  dirty.size() < archive_.users(node_.source()).size();
        if (evidence_changed || (!dirty.empty() && !nothing_came))
            node_.ledger().forget_whole(node_.settings().node_id);
        return dirty;
    }

    void compute(const DirtyMark& mark) {
        const Portion portion = portion_of(mark);
        const Attendance attendance =
            attend(portion.known.view(), scale_, node_.calendar(), as_of_s_);
        const federation::StudentId student = node_.student_id(mark.user_id);
        StudentLedger totals;
        totals.student = student;
        totals.source = node_.settings().source_name;
        totals.rows = daily_rows(attendance, node_.calendar(), student);
        totals.sessions = session_rows(attendance, student);
        totals.dropped = dropped_rows(attendance, node_.calendar(), student);
        if (portion.restart) totals.since = {portion.restart->day, portion.restart->begin_s};
        computed_.push_back(mark.user_id);
        if (portion.known.reaches_beyond(as_of_s_))
            open_.push_back({mark.user_id, archive::kFromTheBegin});
        else if (is_open(attendance))
            open_.push_back({mark.user_id, attendance.events.back().begin_s + 1});
        ++done_.students;
        done_.events += static_cast<std::int64_t>(portion.known.events.size());
        done_.rows += static_cast<std::int64_t>(totals.rows.size());
        done_.sessions += static_cast<std::int64_t>(totals.sessions.size());
        batches_.add(std::move(totals));
    }

    Portion portion_of(const DirtyMark& mark) const {
        if (memory_ == Memory::ever || mark.from_s == archive::kFromTheBegin)
            return {known_.of(mark.user_id), std::nullopt};
        RestartSearch search(scale_, node_.calendar(), mark.from_s);
        std::vector<std::vector<Event>> days;  // the latest first
        Portion portion{known_.beside_events(mark.user_id), std::nullopt};
        archive_.events_backwards(node_.source(), mark.user_id, [&](std::vector<Event>& day) {
            days.push_back(std::move(day));
            portion.restart = search.look_into(days.back());
            return !portion.restart;
        });
        for (const std::vector<Event>& day : days | std::views::reverse) {
            for (const Event& event : day) {
                if (!portion.restart || event.time_s >= portion.restart->begin_s)
                    portion.known.events.push_back(event);
            }
        }
        return portion;
    }

    // Whether the last event's credit was cut by the instant of the computation, so that a later one gives
    // more.
    [[nodiscard]] bool is_open(const Attendance& attendance) const {
        if (attendance.events.empty()) return false;
        const CreditedEvent& last = attendance.events.back();
        return !last.logout && last.begin_s + scale_.longest_last_credit_s() > as_of_s_;
    }

    // The marks go once the totals are committed: a crash in between computes them again, which changes
    // nothing.
    void hand_over() {
        batches_.hand_over([this, computed = std::move(computed_), open = std::move(open_)] {
            archive_.mark_clean(node_.source(), computed, as_of_s_, open);
        });
        computed_.clear();
        open_.clear();
    }

    Node& node_;
    archive::Archive& archive_;
    std::int64_t as_of_s_;
    archive::Extent extent_;
    std::int64_t revision_;  // of the evidence beside events
    std::vector<DirtyMark> dirty_;
    KnownEvidence known_;
    CompiledScale scale_;
    Memory memory_;
    Computed done_;
    std::vector<std::int64_t> computed_;  // of the batch
    std::vector<DirtyMark> open_;         // of them, whose last event can still earn more
    LedgerBatches batches_;
};

}  // namespace

bool has_anything_to_compute(const Node& node) {
    return node.archive().extent(node.source()).events > 0 || !node.evidence().users(node.source()).empty() ||
           node.ledger().freshness(node.settings().node_id, node.scale().sha256).has_value();
}

Computed compute_totals(Node& node, const std::function<void(std::int64_t, std::int64_t)>& progress,
                        const std::function<bool()>& wants_more) {
    return Computation(node).run(progress, wants_more);
}

}  // namespace assidu::node::attendance
