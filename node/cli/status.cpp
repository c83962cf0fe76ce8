#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <span>

#include "federation/peer.h"
#include "node/archive/collection.h"
#include "node/cli/commands.h"
#include "node/collect/database/source_watch.h"
#include "node/collect/text.h"
#include "node/node.h"
#include "node/services/hub_contact.h"
#include "node/services/pool_member.h"
#include "node/services/pool_standing.h"
#include "node/services/push_journal.h"
#include "node/services/serve_state.h"
#include "node/services/spool.h"
#include "rpc/key_file.h"

namespace assidu::node::cli {
namespace {

using collect::printable;
using Json = nlohmann::ordered_json;
using Instant = std::optional<std::int64_t>;

constexpr std::size_t kIntakesShown = 10;
constexpr std::size_t kIncidentsShown = 5;

// What there is to say of a node, gathered once for both ways of saying it.
struct Status {
    std::int64_t now_utc_s = 0;
    std::string fingerprint;
    archive::Extent extent;
    std::size_t users = 0, to_compute = 0;
    std::int64_t people = 0;
    archive::EvidenceExtent evidence;
    std::optional<federation::Freshness> freshness;
    std::string ledger_sha256;  // empty: never computed
    federation::StatementHead head;
    std::size_t waiting = 0;  // own statements without a receipt
    Instant oldest_waiting_utc_s;
    config::Result<std::optional<federation::Hub>> hub;
    std::vector<services::MemberStanding> members;
    std::vector<federation::AttestationLog::Kept> attested;  // this node's own key, by others
    bool is_held = false;       // no statement is issued before the hub has said what it has
    std::size_t set_aside = 0;  // own statements of which the hub has others
    std::vector<federation::Incident> incidents;
    services::Spool::Counts spool;
    services::PushJournal::Counts pushes;
    std::vector<federation::Peer> peers;
    std::optional<std::string> serving;  // the process
    config::Result<std::optional<services::ServeState>> serve;
    Instant archive_bytes;
    archive::CollectorState collector;
    std::int64_t holes = 0;  // ids that are missing and may still appear
    std::vector<std::string> warnings;
    std::vector<archive::Intake> intakes;
};

Instant issued(const Node& node, std::int64_t number) {
    const auto kept = node.statements().find(node.settings().node_id, number);
    if (!kept) return std::nullopt;
    const auto statement = federation::read_kept_statement(kept->bytes);
    return statement ? Instant(statement->header.issued_utc_s) : std::nullopt;
}

Instant size_of(const std::filesystem::path& path) {
    std::error_code error;
    const auto bytes = std::filesystem::file_size(path, error);
    return error ? std::nullopt : Instant(static_cast<std::int64_t>(bytes));
}

Status status_of(const Node& node) {
    const std::string& id = node.settings().node_id;
    const std::string& scale = node.scale().sha256;
    Status status;
    status.now_utc_s = node.clock().now_utc_s();
    const auto fingerprint = rpc::node_key_fingerprint(node.folder().node_key());
    status.fingerprint = fingerprint ? *fingerprint : fingerprint.error().what;
    status.extent = node.archive().extent(node.source());
    status.users = node.archive().users(node.source()).size();
    status.to_compute = node.archive().dirty(node.source()).size();
    status.evidence = node.evidence().extent(node.source());
    status.people = node.catalogue().count_people(node.settings().source_name);
    status.freshness = node.ledger().freshness(id, scale);
    if (status.freshness) status.ledger_sha256 = node.ledger().digest(id, scale);
    status.head = node.statements().head(id);
    const auto waiting = node.statements().unreceipted(id);
    status.waiting = waiting.size();
    if (!waiting.empty()) status.oldest_waiting_utc_s = issued(node, waiting.front());
    status.hub = services::read_hub(node.folder());
    status.members = services::standings(node);
    status.attested = federation::AttestationLog(node.statements().file()).of(id);
    status.is_held = !services::may_issue(node);
    status.set_aside = node.statements().aside(id).size();
    status.incidents = node.statements().incidents().all();
    if (!node.settings().spool.empty()) {
        const auto spool = node.folder().path / node.settings().spool;
        status.spool = services::Spool::count(spool);
        status.pushes = services::PushJournal::count(spool);
    }
    if (!node.settings().mnet.wwwroot.empty() && std::filesystem::exists(node.folder().peers()))
        status.peers = federation::PeerList(node.folder().peers()).all();
    status.serving = FolderLock::serving(node.folder());
    status.serve = services::read_serve_state(node.folder());
    status.archive_bytes = size_of(node.folder().archive());
    status.intakes = node.archive().intakes(kIntakesShown);
    if (node.settings().database) {
        status.collector = node.archive().collection().state(node.source());
        status.holes = node.archive().collection().count_missing(node.source(), status.collector.safe_id,
                                                                 status.collector.read_id);
        status.warnings = collect::database::warnings_of(status.collector, status.now_utc_s);
    }
    return status;
}

// "5 min", "3 h", "2 days": how long ago something was, for a person.
std::string age(std::int64_t seconds) {
    constexpr std::int64_t kMinute = 60, kHour = 3600, kDay = 86'400;
    if (seconds < kMinute) return fmt::format("{} s", std::max<std::int64_t>(seconds, 0));
    if (seconds < kHour) return fmt::format("{} min", seconds / kMinute);
    if (seconds < 2 * kDay) return fmt::format("{} h", seconds / kHour);
    return fmt::format("{} days", seconds / kDay);
}

// `repeated`: the same file was read to its end later.
std::int64_t count_of(const std::vector<federation::Peer>& peers, federation::PeerState state) {
    return std::ranges::count(peers, state, &federation::Peer::state);
}

std::string describe(const archive::Intake& intake, bool repeated) {
    std::string counts;
    for (const auto& [name, count] : intake.counts)
        counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", name, grouped(count));
    return fmt::format("{} ({}): {}{}", printable(intake.path), intake.kind,
                       counts.empty() ? "nothing" : counts,
                       intake.ended_utc_s ? ""
                       : repeated         ? "; not read to its end, and repeated since"
                                          : "; NOT READ TO ITS END: import it again");
}

class Lines {
  public:
    Lines(const Node& node, const Status& status) : node_(node), status_(status) {}

    std::string all() {
        holdings();
        collector();
        pool();
        serving();
        line("archive",
             status_.archive_bytes ? grouped(*status_.archive_bytes) + " bytes" : std::string("missing"));
        std::set<std::string> whole;
        for (const archive::Intake& intake : status_.intakes) {
            line(&intake == &status_.intakes.front() ? "imports" : "",
                 describe(intake, whole.contains(intake.path)));
            if (intake.ended_utc_s) whole.insert(intake.path);
        }
        return text_;
    }

  private:
    void line(std::string_view name, const std::string& value) {
        text_ += fmt::format("{:<12} {}\n", name, value);
    }
    [[nodiscard]] std::string local(Instant utc_s) const {
        return utc_s ? node_.calendar().local_iso(*utc_s) : "no data";
    }
    [[nodiscard]] std::string ago(std::int64_t utc_s) const {
        return fmt::format("{} ({} ago)", local(utc_s), age(status_.now_utc_s - utc_s));
    }

    void holdings() {
        const config::Settings& settings = node_.settings();
        line("node", fmt::format("{} ({})", settings.node_id, settings.name));
        line("moodle", settings.wwwroot);
        line("fingerprint", status_.fingerprint);
        if (!status_.attested.empty()) line("", attested(status_.attested));
        line("scale", fmt::format("{}, SHA-256 {}", node_.scale().name(), node_.scale().sha256));
        line("events", fmt::format("{} of {} users, {} to {}", grouped(status_.extent.events),
                                   grouped(static_cast<std::int64_t>(status_.users)),
                                   local(status_.extent.first_utc_s), local(status_.extent.last_utc_s)));
        line("catalogue", fmt::format("{} people", grouped(status_.people)));
        evidence();
        if (!status_.freshness) return line("computed", "never: no data");
        const std::string to_compute =
            status_.to_compute == 0 ? ""
                                    : fmt::format("; {} students to compute",
                                                  grouped(static_cast<std::int64_t>(status_.to_compute)));
        line("computed", fmt::format("as of {}, by {}{}", local(status_.freshness->as_of_utc_s),
                                     status_.freshness->engine, to_compute));
        line("ledger", fmt::format("SHA-256 {}", status_.ledger_sha256));
    }

    // The Moodle's database; nothing where it is not read.
    void collector() {
        if (!node_.settings().database) return;
        const archive::CollectorState& state = status_.collector;
        if (state.read_id == 0) return line("collector", "nothing was collected yet");
        line("collector",
             fmt::format("read to id {}, safe to id {}, {} holes pending, newest row {}", state.read_id,
                         state.safe_id, grouped(status_.holes), local(state.newest_s)));
        line("",
             fmt::format(
                 "{}{}{}",
                 state.whole_node_utc_s == 0 ? std::string("never read to its end")
                                             : "last read to its end " + ago(state.whole_node_utc_s),
                 state.pass ? fmt::format("; at id {} of {}", state.pass->at_id, state.pass->to_id) : "",
                 state.rows_a_second == 0 ? ""
                                          : fmt::format("; {} rows a second", grouped(state.rows_a_second))));
        for (const std::string& warning : status_.warnings)
            line("WARNING", printable(warning));
    }

    void pool() {
        line("statements", status_.head.number == 0
                               ? "none declared"
                               : fmt::format("{} declared, {} without a receipt, head {}",
                                             status_.head.number, status_.waiting, status_.head.digest));
        if (status_.oldest_waiting_utc_s)
            line("waiting", "the oldest was declared " + ago(*status_.oldest_waiting_utc_s));
        if (!status_.hub)
            line("hub", printable(status_.hub.error().what));
        else if (*status_.hub)
            line("hub", printable(fmt::format("{} at {}", (*status_.hub)->id, (*status_.hub)->url)));
        if (status_.is_held)
            line("HELD BACK",
                 "no statement is issued until the hub has said what it has of this node: its ledger was "
                 "restored or moved, or the machine started anew");
        if (status_.set_aside > 0)
            line("set aside", fmt::format("{} own statements, because the hub has others of their numbers",
                                          status_.set_aside));
        for (const federation::Incident& one : last(status_.incidents))
            line("incident", incident(one));
        members();
    }

    // A hub's members: how many stand how, then each.
    void members() {
        if (status_.members.empty()) return;
        using services::Standing;
        std::string counts;
        for (const Standing standing : {Standing::complete, Standing::behind, Standing::forked,
                                        Standing::silent, Standing::suspended, Standing::expected}) {
            const auto count =
                std::ranges::count(status_.members, standing, &services::MemberStanding::standing);
            if (count > 0)
                counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", count, name_of(standing));
        }
        line("members", counts);
        for (const services::MemberStanding& one : status_.members) {
            const federation::Member& member = one.member;
            line("member",
                 fmt::format("{}{}: {}", member.id,
                             member.name.empty() ? "" : " (" + printable(member.name) + ")", standing(one)));
            if (!one.attested.empty()) line("", attested(one.attested));
        }
    }

    // Who is missing, since when, and how many statements behind.
    [[nodiscard]] std::string standing(const services::MemberStanding& one) const {
        using services::Standing;
        if (one.standing == Standing::expected)
            return fmt::format("{} since {}", name_of(one.member.state), ago(one.member.since_utc_s));
        std::string said;
        const auto add = [&](const std::string& what) { said += (said.empty() ? "" : ", ") + what; };
        if (one.standing == Standing::complete) add("complete");
        if (one.standing == Standing::suspended) add("suspended since " + ago(one.member.since_utc_s));
        if (one.standing == Standing::silent)
            add(one.heard_utc_s
                    ? "SILENT, not heard of since " + ago(*one.heard_utc_s)
                    : "SILENT, not heard of since it was accepted, " + ago(one.member.since_utc_s));
        if (one.missing > 0 && one.missing_to <= one.statements)
            add(fmt::format("FORKED, announces another statement {} than the one here", one.missing_to));
        else if (one.missing > 0)
            add(fmt::format("BEHIND by {}, {} not here", one.missing,
                            one.missing == 1
                                ? fmt::format("statement {} is", one.missing_to)
                                : fmt::format("statements {} to {} are", one.missing_from, one.missing_to)));
        said += one.statements == 0
                    ? "; no statement is here"
                    : fmt::format("; {} {} here", one.statements, one.statements == 1 ? "is" : "are");
        if (one.received_utc_s) said += ", the last received " + ago(*one.received_utc_s);
        if (one.heard_utc_s && one.standing != Standing::silent)
            said += "; heard of " + ago(*one.heard_utc_s);
        return said;
    }

    static std::string attested(const std::vector<federation::AttestationLog::Kept>& kept) {
        std::string signers;
        for (const auto& one : kept) {
            if (!one.is_revoked) signers += (signers.empty() ? "" : ", ") + one.attestation.signer;
        }
        return signers.empty() ? "key attested by nobody whose word still counts"
                               : "key attested by " + signers;
    }

    static std::span<const federation::Incident> last(const std::vector<federation::Incident>& incidents) {
        return std::span(incidents).last(std::min(incidents.size(), kIncidentsShown));
    }
    [[nodiscard]] std::string incident(const federation::Incident& one) const {
        const std::string numbers = one.from_number == one.to_number
                                        ? fmt::format("statement {}", one.to_number)
                                        : fmt::format("statements {} to {}", one.from_number, one.to_number);
        std::string what;
        switch (one.kind) {
            case federation::IncidentKind::node_behind:
                what = fmt::format("{} had lost its {} (restored from a backup?) and takes them back",
                                   one.node, numbers);
                break;
            case federation::IncidentKind::hub_behind:
                what = fmt::format(
                    "the hub had lost {} of {}, for which it gave receipts (restored from a backup?), and "
                    "gets them again",
                    numbers, one.node);
                break;
            case federation::IncidentKind::fork:
                what = fmt::format("{} signed {} twice, and otherwise; the hub's stay", one.node, numbers);
                break;
        }
        return fmt::format("{}: {}{}", local(one.last_utc_s), what,
                           one.times > 1 ? fmt::format("; noticed {} times", one.times) : "");
    }

    // What is known beside the log, where there is any.
    void evidence() {
        const archive::EvidenceExtent& known = status_.evidence;
        std::string said;
        for (const auto& [count, what] :
             {std::pair(known.completions, "completions"), std::pair(known.declarations, "declarations"),
              std::pair(known.foreign, "records of other meters"),
              std::pair(known.enrolments, "states of enrolments"), std::pair(known.roles, "states of roles"),
              std::pair(known.exclusions, "exclusions"), std::pair(known.days, "records of signed days")}) {
            if (count > 0) said += fmt::format("{}{} {}", said.empty() ? "" : ", ", grouped(count), what);
        }
        if (!said.empty()) line("evidence", said);
    }

    void serving() {
        if (!node_.settings().spool.empty())
            line("spool", fmt::format("{}: {} files wait, {} being imported, {} refused",
                                      printable(node_.settings().spool), status_.spool.waiting,
                                      status_.spool.importing, status_.spool.refused));
        intake();
        mnet();
        const std::string running = status_.serving
                                        ? fmt::format("running (process {})", printable(*status_.serving))
                                        : "not running";
        if (!status_.serve) return line("serve", running + "; " + printable(status_.serve.error().what));
        if (!*status_.serve || !(*status_.serve)->round_utc_s) return line("serve", running);
        const services::ServeState& state = **status_.serve;
        line("serve", fmt::format("{}; last round {}: {}", running, ago(*state.round_utc_s),
                                  state.round_problem.empty() ? "well" : printable(state.round_problem)));
        if (!state.delivery_utc_s) return;
        line("delivery",
             fmt::format("last {}: {}{}", ago(*state.delivery_utc_s),
                         state.delivery_problem.empty() ? "well" : printable(state.delivery_problem),
                         state.retry_utc_s ? "; next attempt " + local(state.retry_utc_s) : ""));
    }

    // What a Moodle pushes; nothing where none ever did.
    void intake() {
        const std::string& listen = node_.settings().intake_listen;
        const services::PushJournal::Counts& on_disk = status_.pushes;
        if (listen.empty() && on_disk.waiting_bytes + on_disk.undecided_bytes == 0) return;
        const auto bytes = [](std::uint64_t count) { return grouped(static_cast<std::int64_t>(count)); };
        line("intake",
             fmt::format("{}; {} bytes of pushes wait, {} of people whom the catalogue does not "
                         "know; {} bodies refused",
                         listen.empty() ? "listens nowhere" : "listens on " + printable(listen),
                         bytes(on_disk.waiting_bytes), bytes(on_disk.undecided_bytes), on_disk.refused));
        if (!status_.serve || !*status_.serve || !(*status_.serve)->pushes) return;
        const services::PushCounts& since = *(*status_.serve)->pushes;
        line("", fmt::format("since serve began: {} pushes, {} rows, {} refused, {} put off, {} of unknown "
                             "senders, {} reports asked for{}",
                             bytes(since.pushes), bytes(since.rows), bytes(since.refused),
                             bytes(since.put_off), bytes(since.unknown), bytes(since.reports),
                             since.problem.empty() ? "" : "; PUT OFF: " + printable(since.problem)));
    }

    // Moodle Networking; nothing where the settings have none.
    void mnet() {
        const config::MnetSettings& settings = node_.settings().mnet;
        if (settings.wwwroot.empty()) return;
        line("peers", fmt::format("{} accepted, {} proposed, {} revoked; known to Moodles as {}, {}",
                                  count_of(status_.peers, federation::PeerState::accepted),
                                  count_of(status_.peers, federation::PeerState::proposed),
                                  count_of(status_.peers, federation::PeerState::revoked), settings.wwwroot,
                                  settings.listen.empty() ? "listens nowhere"
                                                          : "listens on " + printable(settings.listen)));
        if (!status_.serve || !*status_.serve || !(*status_.serve)->mnet) return;
        const services::MnetCounts& since = *(*status_.serve)->mnet;
        line("",
             fmt::format(
                 "since serve began: {} calls, {} refused, {} of them repeats, {} keyswaps, {} strangers put "
                 "down, {} new keys learnt{}",
                 since.calls, since.refused, since.replayed, since.keyswaps, since.proposed, since.refreshed,
                 since.problem.empty() ? "" : "; NOT PUT DOWN: " + printable(since.problem)));
    }

    const Node& node_;
    const Status& status_;
    std::string text_;
};

Json json_of(const Instant& value) {
    return value ? Json(*value) : Json(nullptr);
}

Json attestations_json(const std::vector<federation::AttestationLog::Kept>& kept) {
    Json array = Json::array();
    for (const auto& one : kept)
        array.push_back({{"signer", one.attestation.signer},
                         {"fingerprint", one.attestation.fingerprint},
                         {"issued_utc_s", one.attestation.issued_utc_s},
                         {"revoked", one.is_revoked}});
    return array;
}

Json member_json(const Status& status, const services::MemberStanding& one) {
    const auto age_s = [&](const Instant& since) {
        return since ? Instant(status.now_utc_s - *since) : std::nullopt;
    };
    const auto known = [&](std::int64_t number) { return one.missing > 0 ? Json(number) : Json(nullptr); };
    return {{"id", one.member.id},
            {"name", one.member.name},
            {"state", name_of(one.member.state)},
            {"names", name_of(one.member.names)},
            {"since_utc_s", one.member.since_utc_s},
            {"standing", name_of(one.standing)},
            {"statements", one.statements},
            {"announced", one.member.announced.number},
            {"announced_utc_s", json_of(one.member.announced_utc_s)},
            {"missing", one.missing},
            {"missing_from", known(one.missing_from)},
            {"missing_to", known(one.missing_to)},
            {"last_received_utc_s", json_of(one.received_utc_s)},
            {"last_received_age_s", json_of(age_s(one.received_utc_s))},
            {"heard_utc_s", json_of(one.heard_utc_s)},
            {"heard_age_s", json_of(age_s(one.heard_utc_s))},
            {"attested", attestations_json(one.attested)}};
}

Json pool_json(const Status& status) {
    Json hub = nullptr;
    if (!status.hub)
        hub = {{"problem", status.hub.error().what}};
    else if (*status.hub)
        hub = {{"id", (*status.hub)->id}, {"url", (*status.hub)->url}};
    Json members = Json::array();
    for (const services::MemberStanding& one : status.members)
        members.push_back(member_json(status, one));
    Json incidents = Json::array();
    for (const federation::Incident& one : status.incidents)
        incidents.push_back({{"node", one.node},
                             {"kind", name_of(one.kind)},
                             {"from_number", one.from_number},
                             {"to_number", one.to_number},
                             {"first_utc_s", one.first_utc_s},
                             {"last_utc_s", one.last_utc_s},
                             {"times", one.times}});
    return {{"statements",
             {{"declared", status.head.number},
              {"receipted", status.head.number - static_cast<std::int64_t>(status.waiting)},
              {"waiting", status.waiting},
              {"oldest_waiting_utc_s", json_of(status.oldest_waiting_utc_s)},
              {"held_back", status.is_held},
              {"set_aside", status.set_aside},
              {"head", status.head.digest}}},
            {"incidents", incidents},
            {"hub", hub},
            {"members", members}};
}

Json serve_json(const Node& node, const Status& status) {
    Json spool = nullptr;
    if (!node.settings().spool.empty())
        spool = {{"path", node.settings().spool},
                 {"waiting", status.spool.waiting},
                 {"importing", status.spool.importing},
                 {"refused", status.spool.refused}};
    const Json pushes = {{"listen", node.settings().intake_listen},
                         {"waiting_bytes", status.pushes.waiting_bytes},
                         {"undecided_bytes", status.pushes.undecided_bytes},
                         {"refused", status.pushes.refused}};
    services::ServeState state;
    if (!status.serve)
        state.round_problem = status.serve.error().what;
    else if (*status.serve)
        state = **status.serve;
    Json since = nullptr;
    if (state.pushes)
        since = {{"pushes", state.pushes->pushes},   {"rows", state.pushes->rows},
                 {"refused", state.pushes->refused}, {"unknown", state.pushes->unknown},
                 {"put_off", state.pushes->put_off}, {"reports", state.pushes->reports},
                 {"problem", state.pushes->problem}};
    Json intake = pushes;
    intake["since_start"] = since;
    Json mnet = {{"wwwroot", node.settings().mnet.wwwroot},
                 {"listen", node.settings().mnet.listen},
                 {"accepted", count_of(status.peers, federation::PeerState::accepted)},
                 {"proposed", count_of(status.peers, federation::PeerState::proposed)},
                 {"revoked", count_of(status.peers, federation::PeerState::revoked)},
                 {"since_start", nullptr}};
    if (state.mnet)
        mnet["since_start"] = {{"calls", state.mnet->calls},       {"refused", state.mnet->refused},
                               {"replayed", state.mnet->replayed}, {"keyswaps", state.mnet->keyswaps},
                               {"proposed", state.mnet->proposed}, {"refreshed", state.mnet->refreshed},
                               {"problem", state.mnet->problem}};
    return {{"spool", spool},
            {"intake", intake},
            {"mnet", mnet},
            {"serve",
             {{"running", status.serving.has_value()},
              {"round_utc_s", json_of(state.round_utc_s)},
              {"round_problem", state.round_problem},
              {"delivery_utc_s", json_of(state.delivery_utc_s)},
              {"delivery_problem", state.delivery_problem},
              {"retry_utc_s", json_of(state.retry_utc_s)}}}};
}

Json collector_json(const Node& node, const Status& status) {
    if (!node.settings().database) return nullptr;
    const archive::CollectorState& state = status.collector;
    const auto instant = [](std::int64_t utc_s) { return utc_s == 0 ? Json(nullptr) : Json(utc_s); };
    return {{"read_id", state.read_id},
            {"safe_id", state.safe_id},
            {"holes_pending", status.holes},
            {"newest_utc_s", instant(state.newest_s)},
            {"lag_s", state.newest_s == 0 ? Json(nullptr) : Json(status.now_utc_s - state.newest_s)},
            {"last_whole_utc_s", instant(state.whole_node_utc_s)},
            {"last_whole_age_s",
             state.whole_node_utc_s == 0 ? Json(nullptr) : Json(status.now_utc_s - state.whole_node_utc_s)},
            {"in_pass", state.pass.has_value()},
            {"rows_a_second", state.rows_a_second},
            {"log_lifetime_s", state.lifetime_s},
            {"warnings", status.warnings}};
}

Json json_of(const Node& node, const Status& status) {
    Json object = {{"now_utc_s", status.now_utc_s},
                   {"node",
                    {{"id", node.settings().node_id},
                     {"name", node.settings().name},
                     {"wwwroot", node.settings().wwwroot},
                     {"fingerprint", status.fingerprint},
                     {"attested", attestations_json(status.attested)}}},
                   {"scale", {{"name", node.scale().name()}, {"sha256", node.scale().sha256}}},
                   {"events",
                    {{"count", status.extent.events},
                     {"users", status.users},
                     {"first_utc_s", json_of(status.extent.first_utc_s)},
                     {"last_utc_s", json_of(status.extent.last_utc_s)}}},
                   {"catalogue", {{"people", status.people}}},
                   {"evidence",
                    {{"completions", status.evidence.completions},
                     {"declarations", status.evidence.declarations},
                     {"foreign", status.evidence.foreign},
                     {"enrolments", status.evidence.enrolments},
                     {"roles", status.evidence.roles},
                     {"exclusions", status.evidence.exclusions},
                     {"signed_days", status.evidence.days}}},
                   {"computed", nullptr}};
    if (status.freshness)
        object["computed"] = {{"as_of_utc_s", status.freshness->as_of_utc_s},
                              {"engine", status.freshness->engine},
                              {"students_to_compute", status.to_compute},
                              {"ledger_sha256", status.ledger_sha256}};
    object["collector"] = collector_json(node, status);
    object.update(pool_json(status));
    object.update(serve_json(node, status));
    object["archive_bytes"] = json_of(status.archive_bytes);
    object["imports"] = Json::array();
    for (const archive::Intake& intake : status.intakes)
        object["imports"].push_back({{"path", intake.path},
                                     {"kind", intake.kind},
                                     {"begun_utc_s", intake.begun_utc_s},
                                     {"ended_utc_s", json_of(intake.ended_utc_s)},
                                     {"counts", intake.counts}});
    return object;
}

}  // namespace

ExitCode status(const StatusArguments& arguments, const config::Clock& clock, Console& console) {
    const auto node = Node::open(NodeFolder{arguments.dir}, clock, Node::Access::look);
    if (!node) {
        console.complain(node.error().what);
        return ExitCode::configuration;
    }
    const Status status = status_of(*node);
    // Names from outside may be any bytes; what is no UTF-8 is replaced.
    console.print(
        arguments.json
            ? json_of(*node, status).dump(2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) +
                  "\n"
            : Lines(*node, status).all());
    return ExitCode::ok;
}

}  // namespace assidu::node::cli
