#include "node/attendance/recompute.h"

#include <set>
#include <stdexcept>

#include "node/attendance/daily_totals.h"
#include "node/attendance/ledger_batches.h"
#include "node/attendance/rules.h"

namespace assidu::node::attendance {
namespace {

using federation::StudentId;
using federation::StudentLedger;

constexpr federation::Period kAlways{config::CivilDay{INT32_MIN}, config::CivilDay{INT32_MAX}};

class Recomputation {
  public:
    Recomputation(Node& node, const config::Scale& scale, config::CivilCalendar calendar,
                  std::int64_t as_of_s)
        : node_(node),
          scale_(scale),
          compiled_(scale, node.archive().shapes()),
          calendar_(std::move(calendar)),
          own_(scale.sha256 == node.scale().sha256),
          horizon_(node.ledger().horizon(node.settings().node_id)),
          as_of_s_(as_of_s),
          // Under the node's own scale the ledger is looked into all the while.
          batches_(node.ledger(), node.settings().node_id, identity_of(scale), freshness_of(node, as_of_s),
                   own_ ? LedgerBatches::Work::at_once : LedgerBatches::Work::in_background) {}

    Recomputed run(const std::function<void(std::int64_t, std::int64_t)>& progress,
                   const std::function<bool()>& wants_more) {
        federation::Ledger& ledger = node_.ledger();
        const std::string& id = node_.settings().node_id;
        done_.digest_before = ledger.digest(id, scale_.sha256);
        if (!own_) ledger.set_whole(id, identity_of(scale_), false);
        const std::vector<std::int64_t> users = node_.archive().users(node_.source());
        std::set<StudentId> known;
        for (const std::int64_t user : users) {
            if (!wants_more()) {
                commit_all();
                done_.finished = false;
                return done_;
            }
            const StudentId student = node_.student_id(user);
            known.insert(student);
            add(student, node_.archive().events(node_.source(), user));
            progress(done_.students, static_cast<std::int64_t>(users.size()));
        }
        batches_.finish();
        for (const auto& [student, source] : ledger.students(id, scale_.sha256)) {
            if (known.contains(student)) continue;
            ++done_.without_events;
            if (!own_) put({student, source, {}, {}, {}});
        }
        commit_all();
        if (!own_) ledger.set_whole(id, identity_of(scale_), true);
        done_.digest_after = ledger.digest(id, scale_.sha256);
        return done_;
    }

  private:
    void add(const StudentId& student, const std::vector<Event>& events) {
        const Attendance attendance =
            attend(Evidence{events, {}, {}, {}}, compiled_, calendar_, as_of_s_);
        StudentLedger totals{student, node_.settings().source_name,
                             daily_rows(attendance, calendar_, student), session_rows(attendance, student),
                             dropped_rows(attendance, calendar_, student)};
        if (horizon_.computed_from)
            std::erase_if(totals.rows, [&](const auto& row) { return row.day < *horizon_.computed_from; });
        if (own_ && rows_of(student) != totals.rows) done_.changed.push_back(student);
        ++done_.students;
        done_.events += static_cast<std::int64_t>(events.size());
        done_.rows += static_cast<std::int64_t>(totals.rows.size());
        done_.sessions += static_cast<std::int64_t>(totals.sessions.size());
        put(std::move(totals));
    }

    [[nodiscard]] std::vector<federation::LedgerRow> rows_of(const StudentId& student) const {
        std::vector<federation::LedgerRow> rows;
        const federation::Period period{horizon_.computed_from.value_or(kAlways.from), kAlways.to};
        node_.ledger().rows({node_.settings().node_id, scale_.sha256, period, student},
                            [&](const federation::LedgerRow& row) { rows.push_back(row); });
        return rows;
    }

    void put(StudentLedger totals) {
        batches_.add(std::move(totals));
        if (batches_.is_full()) batches_.hand_over();
    }
    void commit_all() {
        batches_.hand_over();
        batches_.finish();
    }
    static federation::Freshness freshness_of(const Node& node, std::int64_t as_of_s) {
        const archive::Extent extent = node.archive().extent(node.source());
        return {std::string(kEngine), as_of_s, extent.events, extent.last_utc_s, extent.last_id};
    }

    Node& node_;
    const config::Scale& scale_;
    CompiledScale compiled_;
    config::CivilCalendar calendar_;
    bool own_;
    federation::Horizon horizon_;  // before which nothing is made anew
    std::int64_t as_of_s_;
    LedgerBatches batches_;
    Recomputed done_;
};

}  // namespace

config::Result<Recomputed> recompute(Node& node, const config::Scale& scale,
                                     const std::function<void(std::int64_t, std::int64_t)>& progress,
                                     const std::function<bool()>& wants_more) {
    if (auto fits = fits_ledger(scale); !fits) return std::unexpected(fits.error());
    if (auto same = node.refuse_changed_scale(scale); !same) return std::unexpected(same.error());
    auto calendar = config::CivilCalendar::of(scale.timezone);
    if (!calendar) return std::unexpected(calendar.error());
    const auto own = node.ledger().freshness(node.settings().node_id, node.scale().sha256);
    if (!own) throw std::logic_error("recompute() before compute_totals()");
    return Recomputation(node, scale, *std::move(calendar), own->as_of_utc_s).run(progress, wants_more);
}

}  // namespace assidu::node::attendance
