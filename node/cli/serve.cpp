#include "node/cli/serve.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <memory>
#include <mutex>
#include <set>
#include <utility>

#include "config/durable_file.h"
#include "config/limits.h"
#include "federation/reception.h"
#include "node/attendance/compute.h"
#include "node/attendance/known_evidence.h"
#include "node/cli/interrupt.h"
#include "node/collect/database/side_tables.h"
#include "node/collect/text.h"
#include "node/node.h"
#include "node/privacy/retention.h"
#include "node/services/collecting.h"
#include "node/services/complaints.h"
#include "node/services/hub_contact.h"
#include "node/services/intake.h"
#include "node/services/mnet_listener.h"
#include "node/services/pool_hub.h"
#include "node/services/pool_member.h"
#include "node/services/push_import.h"
#include "node/services/push_journal.h"
#include "node/services/push_listener.h"
#include "node/services/report_desk.h"
#include "node/services/report_queue.h"
#include "node/services/schedule.h"
#include "node/services/serve_state.h"
#include "node/staff/ordered_batches.h"
#include "node/staff/schedules.h"
#include "node/web/web_services.h"
#include "rpc/secret.h"

namespace assidu::node::cli {
namespace {

using collect::printable;
using config::Result;

// How long an exchange in flight may take when the listener is asked to stop.
constexpr std::chrono::milliseconds kGrace{5000};
// How often a serving process asks whether it was interrupted, and whether something came in.
constexpr std::int64_t kWatchMilliseconds = 200;
constexpr std::int64_t kLookMilliseconds = 1000;
constexpr std::int64_t kMillisecondsASecond = 1000;
// How often the counts of what others send are put down, whatever they send.
constexpr std::int64_t kCountsMilliseconds = 10'000;
// Reports that failed in a row, as far as it makes a difference to the wait.
constexpr int kFailuresCounted = 16;
// Pages of the Moodle's log that one turn takes while it has the lock on the folder.
constexpr std::int64_t kPagesATurn = 40;

// Waiting changes no number: it may look at a clock of its own.
std::int64_t steady_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

std::uint64_t chance() {
    std::uint64_t bits = 0;
    const rpc::Secret bytes = rpc::Secret::random(sizeof bits);
    std::memcpy(&bits, bytes.reveal().data(), sizeof bits);
    return bits;
}

// Whether the hub's answer is one that asking again does not change: somebody has to do something first.
bool is_lasting(std::int32_t fault) {
    using federation::PoolFault;
    switch (static_cast<PoolFault>(fault)) {
        case PoolFault::refused:
        case PoolFault::wrong_recipient:
        case PoolFault::malformed:
        case PoolFault::bad_statement:
        case PoolFault::not_agreed:
        case PoolFault::bad_attestation:
            return true;
        case PoolFault::stale:
        case PoolFault::replay:
        // The next attempt asks first what the hub has, and goes on from there.
        case PoolFault::fork:
        case PoolFault::ahead:
        case PoolFault::broken_chain:
        case PoolFault::not_kept:
            return false;
    }
    return false;
}

// What a serving process says, from its own thread and the listener's.
class Speech {
  public:
    explicit Speech(Console& console) : console_(console), complaints_(steady_ms), listener_(steady_ms) {}

    void done(const std::string& line) {
        const std::scoped_lock guard(mutex_);
        try {
            console_.print(line + "\n");
        } catch (const config::ResourceFailure& failure) {
            // What a node does matters more than what it says of it; the next line tries again.
            console_.out().clear();
            if (const auto complaint = complaints_.raise("output", failure.what()))
                console_.complain(*complaint);
        }
    }
    void say(const std::string& line) {
        const std::scoped_lock guard(mutex_);
        console_.say(line);
    }
    void complain(std::string_view line) {
        const std::scoped_lock guard(mutex_);
        console_.complain(printable(line));
    }
    // A line that somebody on the network caused.
    void overheard(std::string_view line) {
        const std::scoped_lock guard(mutex_);
        for (const std::string& said : listener_.lines(printable(line)))
            console_.complain(said);
    }
    void problem(const std::string& subject, const std::string& text) {
        const std::scoped_lock guard(mutex_);
        if (const auto line = complaints_.raise(subject, printable(text))) console_.complain(*line);
    }
    void settle(const std::string& subject) {
        const std::scoped_lock guard(mutex_);
        complaints_.settle(subject);
    }

  private:
    std::mutex mutex_;
    Console& console_;
    services::Complaints complaints_;
    services::Allowance listener_;
};

// What serves a Moodle that pushes: the rows on their way, and who takes them.
struct Pushes {
    std::unique_ptr<services::PushJournal> journal;
    std::unique_ptr<services::ReportQueue> reports;
    std::unique_ptr<services::PushListener> listener;  // none: what an earlier one took is still imported
};

class Serving {
  public:
    Serving(NodeFolder folder, const config::Clock& clock, Speech& speech, std::int64_t every_s,
            std::optional<services::Spool> spool, Pushes* pushes, services::MnetListener* mnet,
            std::int64_t collect_every_s, std::atomic<bool>& batch_asked)
        : folder_(std::move(folder)),
          clock_(clock),
          speech_(speech),
          spool_(std::move(spool)),
          pushes_(pushes),
          mnet_(mnet),
          schedule_(every_s, steady_ms, chance),
          collect_every_s_(collect_every_s),
          batch_asked_(batch_asked),
          hub_seen_(hub_document()) {}

    void run() {
        std::int64_t look_at_ms = 0;
        while (!interrupted()) {
            if (schedule_.round_due()) round();
            if (!interrupted() && collect_every_s_ > 0 && steady_ms() >= collect_at_ms_) collect();
            if (!interrupted() && schedule_.delivery_due()) delivery();
            if (!interrupted() && report_due()) report();
            if (steady_ms() >= look_at_ms) {
                look();
                look_at_ms = steady_ms() + kLookMilliseconds;
            }
            if (interrupted()) break;
            if (report_due()) continue;
            ::poll(nullptr, 0, static_cast<int>(std::min(schedule_.wait_ms(), kWatchMilliseconds)));
        }
        if (counts() != state_.pushes || mnet_ != nullptr) remember();
    }

  private:
    // Polled, not watched: a spool may lie where the kernel tells nothing (a network disk).
    void look() {
        if (spool_) {
            const auto names = spool_->waiting([](const std::string&, const std::string&) {});
            if (names &&
                !std::ranges::all_of(*names, [&](const auto& name) { return stuck_.contains(name); }))
                schedule_.wake();
        }
        if (pushes_ != nullptr && (pushes_->journal->waits() || pushes_->reports->kept() != reports_seen_))
            schedule_.wake();
        if (batch_asked_.exchange(false)) schedule_.wake();
        if (steady_ms() >= counts_at_ms_) {
            if (mnet_ != nullptr) mnet_->remember();
            if (counts() != state_.pushes || mnet_counts() != state_.mnet) remember();
            counts_at_ms_ = steady_ms() + kCountsMilliseconds;
        }
        if (std::string hub = hub_document(); hub != hub_seen_) {
            hub_seen_ = std::move(hub);
            schedule_.forget_failures();
            schedule_.wake();
        }
    }

    [[nodiscard]] std::optional<services::PushCounts> counts() const {
        if (pushes_ == nullptr || !pushes_->listener) return std::nullopt;
        return pushes_->listener->counts();
    }

    [[nodiscard]] std::optional<services::MnetCounts> mnet_counts() const {
        if (mnet_ == nullptr) return std::nullopt;
        return mnet_->counts();
    }

    // The bytes of hub.json: `join` beside this process changes them.
    [[nodiscard]] std::string hub_document() const {
        return config::read_file(folder_.hub(), config::limits::kDocumentBytesMax).value_or("");
    }

    void round() {
        const auto lock = failing_softly([&] { return FolderLock::take(folder_); });
        if (!lock) {
            speech_.problem("folder", "the round is put off: " + lock.error().what);
            schedule_.round_put_off();
            return;
        }
        speech_.settle("folder");
        const Result<void> done = failing_softly([&] { return work(); });
        state_.round_utc_s = clock_.now_utc_s();
        state_.round_problem = done ? "" : printable(done.error().what);
        if (done) {
            speech_.settle("round");
        } else {
            speech_.problem("round", done.error().what);
            schedule_.round_failed();
        }
        remember();
    }

    // A full disk ends a round or a delivery, not the process: the next one may find it emptied.
    template <class Work>
    static auto failing_softly(const Work& work) -> decltype(work()) {
        try {
            return work();
        } catch (const config::ResourceFailure& failure) {
            return config::refuse(failure.what());
        }
    }

    Result<void> work() {
        auto node = Node::open(folder_, clock_, Node::Access::look);  // this round has the lock
        if (!node) return std::unexpected(node.error());
        // Rows that were pushed before a report was asked for are in it.
        std::vector<std::filesystem::path> asked;
        if (pushes_ != nullptr) {
            reports_seen_ = pushes_->reports->kept();
            asked = pushes_->reports->waiting();
        }
        read_side_tables(*node);
        if (spool_) {
            if (const auto taken = take_in(*node); !taken) return taken;
        }
        if (interrupted()) return {};
        if (auto has = attendance::has_evidence_for(*node, node->scale()); !has) return has;
        if (!compute(*node)) return {};
        retain(*node);
        reports_ready_ = std::move(asked);
        const auto hub = services::read_hub(folder_);
        if (!hub) return std::unexpected(hub.error());
        if (*hub && !services::may_issue(*node)) {
            is_held_ = true;
            speech_.problem("held",
                            "statements are held back until the hub has said what it has of this node");
        } else if (*hub) {
            const auto declared = services::declare(*node, (*hub)->names == federation::Names::roster);
            if (!declared) {
                // What was declared before can still be delivered.
                schedule_.round_done(/*has_hub=*/true);
                return std::unexpected(declared.error());
            }
            if (*declared > 0) speech_.done(fmt::format("declared {} statements", *declared));
        }
        issue_reports(*node);
        const bool unfinished = run_batches(*node);
        schedule_.round_done(hub->has_value());
        // Not before what else is due was done.
        if (unfinished) batch_asked_ = true;
        return {};
    }

    // What [[report_schedule]] asks for; a batch that cannot be made ends nothing else.
    void issue_reports(Node& node) {
        if (interrupted()) return;
        staff::ScheduleEvents events;
        events.done = [&](const std::string& line) { speech_.done(printable(line)); };
        events.problem = [&](const std::string& schedule, const std::string& why) {
            speech_.problem("reports " + schedule, why);
        };
        events.settle = [&](const std::string& schedule) { speech_.settle("reports " + schedule); };
        events.goes_on = [] { return !interrupted(); };
        staff::run_due_schedules(node, events);
    }

    // What staff asked for on their pages, for a turn. True: something is left.
    bool run_batches(Node& node) {
        if (interrupted()) return false;
        const std::int64_t until_ms = steady_ms() + config::limits::kBatchTurnMilliseconds;
        staff::OrderedEvents events;
        events.done = [&](const std::string& line) { speech_.done(printable(line)); };
        events.goes_on = [&] { return !interrupted() && steady_ms() < until_ms; };
        return staff::run_ordered_batches(node, events);
    }

    // Before anything is taken in: whose rows are kept is judged on people as they are now. A database that
    // is away keeps the node from nothing else.
    void read_side_tables(Node& node) {
        if (!node.settings().database) return;
        using collect::database::MoodleDatabase;
        auto database = MoodleDatabase::of(*node.settings().database, folder_.path, [](std::int64_t wait_ms) {
            for (std::int64_t left = wait_ms; left > 0 && !interrupted(); left -= kWatchMilliseconds)
                ::poll(nullptr, 0, static_cast<int>(std::min(left, kWatchMilliseconds)));
            return !interrupted();
        });
        if (!database) return speech_.problem("side tables", database.error().what);
        collect::database::SideTables tables(node, *database, {}, [] { return !interrupted(); });
        const auto read = tables.read_due();
        if (!read)
            return speech_.problem("side tables", "the Moodle's tables are not read: " + read.error().what);
        speech_.settle("side tables");
        if (read->changed > 0)
            speech_.done(
                fmt::format("read {} rows of the Moodle's tables, {} changes", read->rows, read->changed));
    }

    Result<void> take_in(Node& node) {
        stuck_.clear();
        services::IntakeEvents events;
        events.done = [&](const std::string& line) { speech_.done(line); };
        events.problem = [&](const std::string& subject, const std::string& line) {
            speech_.problem(subject, line);
        };
        events.left_alone = [&](const std::string& name) { stuck_.insert(name); };
        events.remark = [&](const std::string& line) { speech_.complain(line); };
        events.wants_more = [] { return !interrupted(); };
        const auto taken = services::take_in(node, *spool_, events);
        if (!taken) return std::unexpected(taken.error());
        if (pushes_ == nullptr || interrupted()) return {};
        return services::take_in_pushes(node, *pushes_->journal, events);
    }

    // A turn of the Moodle's database; the next one at once while there is more, later and later while it is
    // away.
    void collect() {
        const auto turn = failing_softly([&]() -> Result<services::CollectingTurn> {
            const auto lock = FolderLock::take(folder_);
            if (!lock) return std::unexpected(lock.error());
            auto node = Node::open(folder_, clock_, Node::Access::look);  // this turn has the lock
            if (!node) return std::unexpected(node.error());
            if (!node->settings().database) return services::CollectingTurn{0, 0, 0, true, "", true};
            collect::database::CollectEvents events;
            events.warning = [&](const std::string& line) { speech_.complain(line); };
            events.wants_more = [] { return !interrupted(); };
            return services::collect_turn(*node, events, kPagesATurn);
        });
        const std::string trouble = turn ? turn->trouble : turn.error().what;
        if (turn && turn->rows + turn->found_again > 0) {
            speech_.done(
                fmt::format("collected {} rows, {} events", turn->rows + turn->found_again, turn->events));
            if (turn->at_end) schedule_.wake();
        }
        if (interrupted()) return;
        if (trouble.empty()) {
            speech_.settle("collector");
            collect_failures_ = 0;
            collect_at_ms_ = turn->at_end ? steady_ms() + collect_every_s_ * kMillisecondsASecond : 0;
            return;
        }
        const bool lasting = turn && !turn->retryable;
        collect_failures_ = std::min(collect_failures_ + 1, kFailuresCounted);
        collect_at_ms_ =
            steady_ms() + (lasting ? config::limits::kRetryMillisecondsMax
                                   : std::min(config::limits::kRetryMillisecondsMin << collect_failures_,
                                              config::limits::kRetryMillisecondsMax));
        speech_.problem("collector",
                        trouble + (lasting ? "; repeating it does not cure this, so it is tried again only "
                                             "now and then"
                                           : "; tried again, after longer and longer waits"));
    }

    // Once a day, after a round that computed everything; a refusal is said and ends nothing.
    void retain(Node& node) {
        constexpr std::int64_t kDay_s = 86'400;
        if (!node.settings().retention.any() || node.clock().now_utc_s() < retention_at_s_) return;
        const auto done = privacy::apply_retention(node, /*dry_run=*/false);
        retention_at_s_ = node.clock().now_utc_s() + kDay_s;
        if (!done) return speech_.problem("retention", done.error().what);
        speech_.settle("retention");
        if (done->any())
            speech_.done(fmt::format("retention deleted {} events, {} ledger rows, {} identities",
                                     done->events, done->rows, done->identities));
    }

    // False if it was interrupted.
    bool compute(Node& node) {
        if (!attendance::has_anything_to_compute(node)) return true;
        const auto computed = attendance::compute_totals(
            node, [](std::int64_t, std::int64_t) {}, [] { return !interrupted(); });
        if (computed.students > 0) speech_.done(fmt::format("computed {} students", computed.students));
        return computed.finished;
    }

    // Without the lock: a hub that answers slowly keeps nobody from working in the folder.
    void delivery() {
        federation::Delivered delivered;
        const Result<void> done = failing_softly([&] { return deliver(delivered); });
        if (delivered.statements > 0)
            speech_.done(
                fmt::format("receipted {} statements, {} waiting", delivered.statements, delivered.waiting));
        if (!done && interrupted()) return;
        state_.delivery_utc_s = clock_.now_utc_s();
        state_.delivery_problem = done ? "" : printable(done.error().what);
        state_.retry_utc_s.reset();
        if (delivered.taken_back > 0 || delivered.set_aside > 0)
            speech_.complain(
                fmt::format("took back {} statements from the hub, set {} of this node's own aside: it "
                            "was restored from a backup",
                            delivered.taken_back, delivered.set_aside));
        if (delivered.agreed && std::exchange(is_held_, false)) {
            speech_.settle("held");
            schedule_.wake();
        }
        if (done) {
            speech_.settle("delivery");
            schedule_.delivered();
        } else {
            const bool lasting = is_lasting(delivered.fault);
            if (lasting)
                schedule_.delivery_refused();
            else
                schedule_.delivery_failed();
            state_.retry_utc_s = clock_.now_utc_s() + *schedule_.retry_in_ms() / kMillisecondsASecond;
            speech_.problem("delivery",
                            lasting ? done.error().what +
                                          "; repeating it does not cure this, so it is "
                                          "tried again only now and then"
                                    : done.error().what + "; tried again, after longer and longer waits");
        }
        remember();
    }

    Result<void> deliver(federation::Delivered& delivered) {
        const auto hub = services::read_hub(folder_);
        if (!hub) return std::unexpected(hub.error());
        if (!*hub) return {};
        const auto node = Node::open(folder_, clock_, Node::Access::look);
        if (!node) return std::unexpected(node.error());
        const auto carry = services::carry_to((*hub)->url, (*hub)->tls_fingerprint, node->tls_identity());
        if (!carry) return std::unexpected(carry.error());
        return services::deliver(
            *node, **hub,
            [&](std::string_view body) -> Result<std::string> {
                if (interrupted()) return config::refuse("interrupted");
                return (*carry)(body);
            },
            delivered);
    }

    [[nodiscard]] bool report_due() const { return !reports_ready_.empty() && steady_ms() >= report_at_ms_; }

    // One at a time, and without the lock: a Moodle that answers slowly keeps no round waiting for long. One
    // that does not answer is asked again after longer and longer waits, whatever the request.
    void report() {
        const std::filesystem::path request = reports_ready_.front();
        reports_ready_.erase(reports_ready_.begin());
        const auto answered = failing_softly([&]() -> Result<services::ReportAnswer> {
            const auto node = Node::open(folder_, clock_, Node::Access::look);
            if (!node) return std::unexpected(node.error());
            return services::answer_request(*node, *pushes_->reports, request);
        });
        using services::ReportOutcome;
        const bool again = !answered || answered->outcome == ReportOutcome::try_again;
        if (again) {
            reports_ready_.push_back(request);
            report_failures_ = std::min(report_failures_ + 1, kFailuresCounted);
            report_at_ms_ = steady_ms() + std::min(config::limits::kRetryMillisecondsMin << report_failures_,
                                                   config::limits::kRetryMillisecondsMax);
            speech_.problem("report", "a time report cannot be delivered: " +
                                          (answered ? answered->why : answered.error().what) +
                                          "; tried again, after longer and longer waits");
            return;
        }
        report_failures_ = 0;
        report_at_ms_ = 0;
        if (answered->outcome == ReportOutcome::told) {
            speech_.settle("report");
            speech_.done("answered 1 time report");
        } else {
            speech_.problem("refused report", "a time report is not given: " + answered->why);
            speech_.done("refused 1 time report");
        }
    }

    void remember() {
        state_.pushes = counts();
        state_.mnet = mnet_counts();
        const auto written = failing_softly([&]() -> Result<void> {
            services::write_serve_state(folder_, state_);
            return {};
        });
        if (written)
            speech_.settle("state");
        else
            speech_.problem("state", written.error().what);
    }

    NodeFolder folder_;
    const config::Clock& clock_;
    Speech& speech_;
    std::optional<services::Spool> spool_;
    Pushes* pushes_;
    services::MnetListener* mnet_;
    services::Schedule schedule_;
    services::ServeState state_;
    std::int64_t counts_at_ms_ = 0;
    std::int64_t retention_at_s_ = 0;
    std::uint64_t reports_seen_ = 0;                    // of those kept, when the last round began
    std::vector<std::filesystem::path> reports_ready_;  // a round has come since they were asked for
    std::int64_t report_at_ms_ = 0;
    int report_failures_ = 0;                           // in a row
    std::int64_t collect_every_s_, collect_at_ms_ = 0;  // 0: there is no database
    int collect_failures_ = 0;                          // in a row
    std::atomic<bool>& batch_asked_;  // by staff on their pages, or one has to be gone on with
    std::set<std::string> stuck_;     // of the spool, what the last round left alone
    std::string hub_seen_;
    bool is_held_ = false;  // the last round did not declare: the hub had not been asked
};

ExitCode refused(Speech& speech, const config::Refusal& refusal, ExitCode code) {
    speech.complain(refusal.what);
    return code;
}

// The journal and, where the settings want one, the listener that fills it.
Result<Pushes> take_pushes(const Node& node, const std::filesystem::path& spool, Speech& speech) {
    Pushes pushes;
    auto journal = services::PushJournal::open(spool, {});
    if (!journal) return std::unexpected(journal.error());
    pushes.journal = std::move(*journal);
    auto reports = services::ReportQueue::open(spool);
    if (!reports) return std::unexpected(reports.error());
    pushes.reports = std::move(*reports);
    const config::Settings& settings = node.settings();
    if (settings.intake_listen.empty()) return pushes;
    const auto secret = intake_secret(node.folder());
    if (!secret) return std::unexpected(secret.error());
    services::PushEvents events;
    events.problem = [&](const std::string& subject, const std::string& text) {
        speech.problem(subject, text);
    };
    events.settle = [&](const std::string& subject) { speech.settle(subject); };
    events.report = [queue = pushes.reports.get()](const std::string& body) { return queue->keep(body); };
    std::optional<rpc::WebCertificate> certificate;
    if (settings.intake_tls && !settings.tls_certificate.empty()) {
        auto read = rpc::WebCertificate::read(node.folder().path / settings.tls_certificate,
                                              node.folder().path / settings.tls_key);
        if (!read) return std::unexpected(read.error());
        certificate = std::move(*read);
    }
    const bool own = settings.intake_tls && !certificate;
    auto listener =
        services::PushListener::start(settings, *secret, own ? &node.tls_identity() : nullptr,
                                      certificate ? &*certificate : nullptr, *pushes.journal, events);
    if (!listener) return std::unexpected(listener.error());
    pushes.listener = std::move(*listener);
    auto endpoint = *config::parse_endpoint(settings.intake_listen);
    endpoint.port = pushes.listener->port();
    speech.done("taking pushes on " + config::url_of(endpoint, settings.intake_tls));
    return pushes;
}

}  // namespace

ExitCode serve(const ServeArguments& arguments, const config::Clock& clock, Console& console) {
    Speech speech(console);
    const NodeFolder folder{arguments.dir};
    auto opened_node = Node::open(folder, clock, Node::Access::look);
    if (!opened_node) return refused(speech, opened_node.error(), ExitCode::configuration);
    std::optional<Node> node(std::move(*opened_node));
    const config::Settings settings = node->settings();
    const std::string listen = arguments.listen.value_or(settings.listen);
    std::optional<config::Endpoint> endpoint;
    if (!listen.empty()) {
        auto parsed = config::parse_endpoint(listen);
        if (!parsed) return refused(speech, {"--listen " + parsed.error().what}, ExitCode::usage);
        endpoint = std::move(*parsed);
    }
    if (!endpoint && settings.mnet.listen.empty() && settings.web.listen.empty() && settings.spool.empty() &&
        !settings.database && !std::filesystem::exists(folder.hub()))
        return refused(
            speech,
            {fmt::format(
                "nothing to do: {} sets neither [pool] listen (a hub) nor [mnet] listen nor [web] listen nor "
                "[intake] spool nor [database], and this node joined no hub",
                folder.settings().string())},
            ExitCode::configuration);
    const auto serving = FolderLock::take_serving(folder);
    if (!serving) return refused(speech, serving.error(), ExitCode::configuration);
    std::optional<services::Spool> spool;
    if (!settings.spool.empty()) {
        auto opened = services::Spool::open(folder.path / settings.spool);
        if (!opened) return refused(speech, opened.error(), ExitCode::configuration);
        spool = std::move(*opened);
    }
    std::unique_ptr<services::PoolHub> hub;
    if (endpoint) {
        auto started = services::PoolHub::start(*node, endpoint->address, endpoint->port,
                                                [&](std::string_view line) { speech.overheard(line); });
        if (!started) return refused(speech, started.error(), ExitCode::resource);
        hub = std::move(*started);
        endpoint->port = hub->port();
        speech.done(fmt::format("listening on {}\nfingerprint  {}", config::url_of(*endpoint, /*tls=*/true),
                                node->signing_key().verifying_key().fingerprint()));
    }
    std::optional<Pushes> pushes;
    if (spool) {
        auto taking = take_pushes(*node, spool->path(), speech);
        if (!taking) return refused(speech, taking.error(), ExitCode::resource);
        pushes = std::move(*taking);
    }
    std::unique_ptr<services::MnetListener> mnet;
    if (!settings.mnet.listen.empty()) {
        auto started = services::MnetListener::start(folder, settings, clock,
                                                     [&](std::string_view line) { speech.overheard(line); });
        if (!started) return refused(speech, started.error(), ExitCode::configuration);
        mnet = std::move(*started);
        auto at = config::parse_endpoint(settings.mnet.listen);
        at->port = mnet->port();
        speech.done(fmt::format("answering Moodles as {} on {}\nMNet fingerprint  {}", settings.mnet.wwwroot,
                                config::url_of(*at, !settings.mnet.tls_certificate.empty()),
                                mnet->fingerprint()));
    }
    std::atomic<bool> batch_asked = false;
    std::unique_ptr<web::WebServices> web;
    if (!settings.web.listen.empty()) {
        auto started = web::WebServices::start(
            *node, clock, [&](std::string_view line) { speech.overheard(line); },
            [&] { batch_asked = true; });
        if (!started) return refused(speech, started.error(), ExitCode::resource);
        web = std::move(*started);
        speech.done("answering the web on " + web->root());
    }
    // Only a listener needs the node all the time; rounds open it for themselves.
    if (!hub) node.reset();
    Serving(folder, clock, speech, arguments.every_s.value_or(settings.report_every_s), std::move(spool),
            pushes ? &*pushes : nullptr, mnet.get(),
            settings.database ? settings.database->collect_every_s : 0, batch_asked)
        .run();
    if (mnet) mnet->stop(kGrace);
    if (web) web->stop(kGrace);
    if (pushes && pushes->listener) pushes->listener->stop(kGrace);
    if (hub) hub->stop(kGrace);
    speech.say("stopped");
    return ExitCode::ok;
}

}  // namespace assidu::node::cli
