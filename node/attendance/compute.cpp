#include "node/attendance/compute.h"

#include <fmt/format.h>

#include <future>
#include <ranges>
#include <utility>
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
    std::int64_t user_id = 0;
    federation::StudentId student;
    StudentKnowledge known;          // its events from the restart on
    std::optional<Restart> restart;  // nothing: all of the student's
};

// What came of it.
struct Outcome {
    std::int64_t user_id = 0, events = 0;
    StudentLedger totals;
    std::optional<DirtyMark> open;  // where a later computation gives more
};

// Students who are computed together on a second core while the next are read from the archive: a few, or the
// events of one long year.
constexpr std::size_t kStudentsAPart = 32, kEventsAPart = 100'000;

// The dirty students of a node, in their order: read here, computed on a second thread, committed on a third.
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
          calendar_(node.calendar()),
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
            reading_.push_back(portion_of(mark));
            events_read_ += reading_.back().known.events.size();
            if (reading_.size() >= kStudentsAPart || events_read_ >= kEventsAPart) turn_over(progress);
        }
        turn_over(progress);
        settle(progress);
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

    // Takes what was computed, and has computed what was read.
    void turn_over(const std::function<void(std::int64_t, std::int64_t)>& progress) {
        settle(progress);
        if (reading_.empty()) return;
        in_work_ = std::exchange(reading_, {});
        events_read_ = 0;
        working_ = std::async(std::launch::async, [this] {
            std::vector<Outcome> outcomes;
            outcomes.reserve(in_work_.size());
            for (const Portion& portion : in_work_)
                outcomes.push_back(compute(portion));
            return outcomes;
        });
    }

    void settle(const std::function<void(std::int64_t, std::int64_t)>& progress) {
        if (!working_.valid()) return;
        for (Outcome& outcome : working_.get()) {
            computed_.push_back(outcome.user_id);
            if (outcome.open) open_.push_back(*outcome.open);
            ++done_.students;
            done_.events += outcome.events;
            done_.rows += static_cast<std::int64_t>(outcome.totals.rows.size());
            done_.sessions += static_cast<std::int64_t>(outcome.totals.sessions.size());
            batches_.add(std::move(outcome.totals));
            if (batches_.is_full()) hand_over();
            progress(done_.students, static_cast<std::int64_t>(dirty_.size()));
        }
    }

    // On the second thread: touches nothing but the portion, and what nobody changes.
    Outcome compute(const Portion& portion) {
        const Attendance attendance = attend(portion.known.view(), scale_, calendar_, as_of_s_);
        Outcome outcome{portion.user_id, static_cast<std::int64_t>(portion.known.events.size()), {}, {}};
        StudentLedger& totals = outcome.totals;
        totals.student = portion.student;
        totals.source = node_.settings().source_name;
        totals.rows = daily_rows(attendance, calendar_, portion.student);
        totals.sessions = session_rows(attendance, portion.student);
        totals.dropped = dropped_rows(attendance, calendar_, portion.student);
        if (portion.restart) totals.since = {portion.restart->day, portion.restart->begin_s};
        if (portion.known.reaches_beyond(as_of_s_))
            outcome.open = {portion.user_id, archive::kFromTheBegin};
        else if (is_open(attendance))
            outcome.open = {portion.user_id, attendance.events.back().begin_s + 1};
        return outcome;
    }

    Portion portion_of(const DirtyMark& mark) const {
        const federation::StudentId student = node_.student_id(mark.user_id);
        if (memory_ == Memory::ever || mark.from_s == archive::kFromTheBegin)
            return {mark.user_id, student, known_.of(mark.user_id), std::nullopt};
        RestartSearch search(scale_, node_.calendar(), mark.from_s);
        std::vector<std::vector<Event>> days;  // the latest first
        Portion portion{mark.user_id, student, known_.beside_events(mark.user_id), std::nullopt};
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
    config::CivilCalendar calendar_;  // the second thread's: it remembers where it looked last
    Computed done_;
    std::vector<std::int64_t> computed_;  // of the batch
    std::vector<DirtyMark> open_;         // of them, whose last event can still earn more
    LedgerBatches batches_;
    std::vector<Portion> reading_, in_work_;
    std::size_t events_read_ = 0;
    std::future<std::vector<Outcome>> working_;  // over in_work_; last, so that it is waited for first
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
