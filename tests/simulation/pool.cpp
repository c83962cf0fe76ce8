#include "tests/simulation/pool.h"

#include <SQLiteCpp/Database.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "config/digest.h"
#include "config/refusal.h"
#include "federation/ledger_tables.h"
#include "federation/sqlite_ledger.h"
#include "federation/sqlite_store.h"
#include "tests/simulation/seeded_randomness.h"

namespace assidu::simulation {
namespace {

using config::CivilDay;
using config::Result;
using federation::StatementHead;

constexpr std::int64_t kHour = 3600, kDay = 24 * kHour;
constexpr const char* kLedger = "ledger.sqlite";
constexpr const char* kHub = "hub";

std::string print_of(std::int64_t number) {
    return config::hex(config::sha256(fmt::format("certificate {}", number)));
}

}  // namespace

Pool::Pool(const PoolOptions& options)
    : options_(options),
      dice_(options.seed),
      calendar_(config::CivilCalendar::of("Europe/Paris").value()),
      scale_{"sonate", 1, config::hex(config::sha256("{}")), "{}"},
      now_utc_s_(calendar_.begin_of(config::parse_iso_date("2026-03-02").value()) + 9 * kHour),
      begin_utc_s_(now_utc_s_),
      hub_(kHub) {
    VirtualDisk::seed(options.seed);
    seed_openssl(options.seed);
    hub_.key = rpc::SigningKey::generate();
    hub_.disk.lie(options.disks_lie);
    set_clocks();
    open(hub_);
    for (std::int64_t i = 0; i < options.nodes; ++i) {
        auto node = std::make_unique<Node>(fmt::format("node-{:02}", i + 1));
        node->key = rpc::SigningKey::generate();
        node->hub_key = hub_.key->verifying_key();
        node->disk.lie(options.disks_lie);
        node->tls = print_of(i);
        node->has_roster = dice_.one_in(4);
        nodes_.push_back(std::move(node));
        Node& made = *nodes_.back();
        set_clocks();
        open(made);
        const auto token = hub_.members->invite(made.name, federation::Names::roster, now_utc_s_).value();
        const auto introduction = federation::sign_introduction(made.name, made.name, made.tls, *made.key);
        const auto joined = federation::ask_to_join(
            [&](std::string_view body) { return at_hub(std::string(body), made.tls); }, introduction, token);
        if (!joined || !hub_.members->accept(made.name, made.key->verifying_key().fingerprint(), now_utc_s_))
            throw Divergence("a node cannot join: " + (joined ? std::string() : joined.error().what));
    }
}

Pool::~Pool() {
    for (auto& node : nodes_)
        close(*node);
    close(hub_);
}

void Pool::open(Machine& machine) {
    machine.file = federation::open_ledger_file(fmt::format("/{}/{}", machine.name, kLedger));
    machine.ledger = federation::sqlite_ledger(machine.file);
    machine.log = std::make_unique<federation::StatementLog>(machine.file);
    machine.members = std::make_unique<federation::MemberList>(machine.file);
    for (const std::string& note : machine.handovers)
        machine.log->handovers().put(federation::read_handover(note).value(), note);
    if (&machine != &hub_) return;
    machine.reception = std::make_unique<federation::Reception>(
        federation::Receiver{kHub, federation::sign_introduction(kHub, "hub", print_of(-1), *hub_.key),
                             &*hub_.key},
        *machine.members, *machine.log, machine.clock, [](const std::string&) {});
}

void Pool::close(Machine& machine) {
    machine.reception.reset();
    machine.members.reset();
    machine.log.reset();
    machine.ledger.reset();
    machine.file.reset();
}

void Pool::start(Machine& machine) {
    try {
        open(machine);
        check_start(machine);
    } catch (const config::ResourceFailure& failure) {
        if (!machine.disk.is_stopped())
            throw Divergence(fmt::format("{} does not start again: {}", machine.name, failure.what()));
        crash(machine);
    }
}

// Power goes; what was not synced may go with it.
void Pool::crash(Machine& machine) {
    machine.disk.stop();
    close(machine);
    machine.disk.power_on(dice_);
    ++machine.lives;
    if (&machine != &hub_) static_cast<Node&>(machine).computed = -1;
    did("crash", machine.name);
}

// What was acknowledged or declared outlives every crash.
void Pool::check_start(Machine& machine) {
    if (&machine == &hub_) {
        for (const auto& [name, head] : acknowledged_) {
            if (head.number > 0 && hub_.log->digest_at(name, head.number) != head.digest)
                throw Divergence(fmt::format("the hub lost statement {} of {}, for which it gave a receipt",
                                             head.number, name));
        }
        return;
    }
    auto& node = static_cast<Node&>(machine);
    if (node.log->head(node.name).number < node.durable.number)
        throw Divergence(fmt::format("{} lost its statement {}", node.name, node.durable.number));
    if (node.log->last_receipted(node.name) < node.receipted)
        throw Divergence(fmt::format("{} lost its receipt {}", node.name, node.receipted));
}

void Pool::back_up(Machine& machine) {
    constexpr std::size_t kKept = 3;
    const std::string path = fmt::format("/{}/backup.sqlite", machine.name);
    try {
        federation::copy_store(*machine.file, path);
    } catch (const config::ResourceFailure&) {
        if (!machine.disk.is_stopped()) throw;
        crash(machine);
        machine.disk.remove("backup.sqlite");
        return;
    }
    std::map<std::string, StatementHead> heads;
    for (const auto& node : nodes_)
        heads[node->name] = machine.log->head(node->name);
    machine.backups.push_back({machine.disk.read("backup.sqlite"), step_, heads});
    if (machine.backups.size() > kKept) machine.backups.erase(machine.backups.begin());
    machine.disk.remove("backup.sqlite");
    did("back up", machine.name);
}

void Pool::restore(Machine& machine) {
    if (machine.backups.empty()) return;
    const auto& backup = machine.backups[static_cast<std::size_t>(
        dice_.roll(0, static_cast<std::int64_t>(machine.backups.size()) - 1))];
    close(machine);
    for (const char* name : {"ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"})
        machine.disk.remove(name);
    machine.disk.write(kLedger, backup.ledger);
    // Most restored machines know that they are; a file that was copied over the old one tells nobody.
    if (dice_.one_in(3))
        did("unnoticed restore", machine.name);
    else
        ++machine.lives;
    did("restore", machine.name);
    if (&machine == &hub_) {
        for (auto& [name, head] : acknowledged_) {
            const StatementHead kept = backup.heads.at(name);
            if (kept.number < head.number) lost_[name] = std::max(lost_[name], head.number);
            head = kept;
        }
    } else {
        auto& node = static_cast<Node&>(machine);
        node.durable = {};
        node.receipted = 0;
        node.computed = -1;
        if (backup.heads.at(node.name).number < acknowledged_[node.name].number)
            did("restore that lost", node.name);
    }
    start(machine);
}

// As node/key_rotation does it: the note first, then the key; a machine that stops between goes on with the
// new one.
void Pool::rotate(Machine& machine) {
    const bool is_hub = &machine == &hub_;
    const std::string tls = is_hub ? print_of(-1) : static_cast<Node&>(machine).tls;
    rpc::SigningKey next = rpc::SigningKey::generate();
    machine.handovers.push_back(federation::sign_handover(
        machine.name, tls, machine.log->head(machine.name).number, now_utc_s_, *machine.key, next));
    did("rotate key", machine.name);
    close(machine);
    machine.key = std::move(next);
    start(machine);
}

void Pool::set_clocks() {
    hub_.clock.set(now_utc_s_ + hub_.skew_s);
    for (const auto& node : nodes_)
        node->clock.set(now_utc_s_ + node->skew_s);
}

Pool::Node& Pool::any_node() {
    return *nodes_[static_cast<std::size_t>(dice_.roll(0, static_cast<std::int64_t>(nodes_.size()) - 1))];
}

void Pool::did(const std::string& what, const std::string& whose) {
    ++counts_.done[what];
    const std::string line = fmt::format("{:>4} {} {} {}", step_, now_utc_s_ - begin_utc_s_, what, whose);
    history_.update(line + "\n");
    if (options_.trace) std::printf("%s\n", line.c_str());
}

// Something happens at a university: today, or late, or a correction of an old day.
void Pool::happen(Node& node) {
    const CivilDay today = calendar_.day_of(now_utc_s_);
    const CivilDay first = calendar_.day_of(begin_utc_s_);
    const bool is_late = dice_.one_in(3);
    const CivilDay day{is_late ? static_cast<std::int32_t>(dice_.roll(first.number, today.number))
                               : today.number};
    const std::string student =
        config::hex(config::sha256(fmt::format("{} {}", node.name, dice_.roll(1, 4)))).substr(0, 32);
    const std::pair key{student, dice_.roll(0, 3)};
    node.truth.students.insert(student);
    node.truth.last = node.truth.has_any ? std::max(node.truth.last, day) : day;
    node.truth.has_any = true;
    ++node.truth.events;
    ++node.truth.changes;
    DayRows& rows = node.truth.rows[day];
    if (is_late && rows.contains(key) && dice_.one_in(3)) {
        rows.erase(key);
        did("correction that takes away", node.name);
        return;
    }
    did(is_late ? "late row" : "row", node.name);
    auto& value = rows[key];
    value = {dice_.roll(1, 3600), value.second + 1};
}

void Pool::compute(Node& node) {
    if (!node.truth.has_any || node.computed == node.truth.changes) return;
    node.ledger->replace(node.name, scale_, node.truth.totals(),
                         {"engine 1", node.clock.now_utc_s(), node.truth.events,
                          calendar_.begin_of(node.truth.last) + 12 * kHour, node.truth.events});
    node.computed = node.truth.changes;
}

void Pool::work(Node& node) {
    if (!node.is_up()) start(node);
    if (!node.is_up()) return;
    if (!is_calm_ && dice_.one_in(12)) node.disk.stop_after(dice_.roll(1, 40));
    try {
        work_well(node);
        // The last connection that closes moves the write-ahead log into the database: most processes end so.
        if (dice_.one_in(3)) node.file->exec("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch (const std::exception& failure) {
        if (!node.disk.is_stopped()) throw Divergence(fmt::format("{}: {}", node.name, failure.what()));
        crash(node);
    }
}

// As node/services/pool_member does it: compute, ask the hub where that is due, declare, deliver.
void Pool::work_well(Node& node) {
    did("work", node.name);
    compute(node);
    const std::string place = fmt::format("life {}", node.lives);
    federation::Delivery delivery(
        node.name, {"https://hub.example", kHub, *node.hub_key, print_of(-1), federation::Names::roster, ""},
        *node.key, node.clock, carry_of(node));
    federation::Delivered delivered;
    bool may_issue = node.log->confirmed_place() == place;
    if (!may_issue) {
        (void)delivery.deliver(*node.log, delivered, place);
        note(node, delivered);
        may_issue = delivered.agreed;
    }
    if (may_issue) {
        const federation::Declarant declarant{node.name, scale_, &calendar_, &*node.key,
                                              node.clock.now_utc_s()};
        auto declared = federation::declare_days(declarant, *node.ledger, *node.log);
        if (declared && node.has_roster)
            declared = federation::declare_roster(
                declarant,
                {{"course", {}, 1, 0, {{"fullname", fmt::format("Version {}", node.roster_version)}}}},
                *node.log);
        if (!declared)
            throw Divergence(fmt::format("{} cannot declare: {}", node.name, declared.error().what));
        node.durable = node.log->head(node.name);
    }
    if (dice_.one_in(4) && !is_calm_) return;  // and delivers another time
    federation::Delivered after;
    const auto done = delivery.deliver(*node.log, after, place);
    note(node, after);
    node.problem = done ? "" : done.error().what;
    if (!done) did("delivery that fails", node.name);
    node.durable = node.log->head(node.name);
    node.receipted = node.log->last_receipted(node.name);
}

void Pool::note(Node& node, const federation::Delivered& delivered) {
    if (delivered.hub_key) {
        node.hub_key = delivered.hub_key;
        did("follow the hub's key", node.name);
    }
    if (delivered.taken_back > 0) did("take back", node.name);
    if (delivered.set_aside > 0) did("set aside", node.name);
    if (delivered.statements > 0) did("deliver", node.name);
}

federation::Carry Pool::carry_of(Node& node) {
    return [this, &node](std::string_view view) -> Result<std::string> {
        const std::string body(view);
        if (node.is_cut_off || hub_.is_cut_off) return config::refuse("no route");
        if (!is_calm_ && dice_.one_in(15)) {
            did("drop request");
            return config::refuse("the request is lost");
        }
        if (!is_calm_ && dice_.one_in(15)) {
            did("delay request");
            letters_.push_back({now_utc_s_ + dice_.roll(1, 600), body, node.tls});
            return config::refuse("out of time");
        }
        auto answer = at_hub(body, node.tls);
        if (!is_calm_ && dice_.one_in(15)) {
            did("duplicate request");
            letters_.push_back({now_utc_s_ + dice_.roll(0, 400), body, node.tls});
        }
        if (!is_calm_ && answer && dice_.one_in(15)) {
            did("drop response");
            return config::refuse("the response is lost");
        }
        return answer;
    };
}

Result<std::string> Pool::at_hub(const std::string& body, const std::string& tls) {
    if (!hub_.is_up()) return config::refuse("nobody listens");
    if (!is_calm_ && step_ > 0 && dice_.one_in(60)) hub_.disk.stop_after(dice_.roll(1, 30));
    try {
        std::string answer = hub_.reception->answer(body, tls);
        for (const auto& node : nodes_) {
            if (node->tls == tls) acknowledged_[node->name] = hub_.log->head(node->name);
        }
        return answer;
    } catch (const config::ResourceFailure& failure) {
        if (!hub_.disk.is_stopped()) throw Divergence(fmt::format("the hub: {}", failure.what()));
        crash(hub_);
        return config::refuse("the connection broke");
    }
}

// Requests that were under way, in any order.
void Pool::deliver_letters() {
    while (true) {
        std::vector<std::size_t> due;
        for (std::size_t i = 0; i < letters_.size(); ++i) {
            if (letters_[i].at_utc_s <= now_utc_s_) due.push_back(i);
        }
        if (due.empty()) return;
        const auto which =
            due[static_cast<std::size_t>(dice_.roll(0, static_cast<std::int64_t>(due.size()) - 1))];
        const Letter letter = letters_[which];
        letters_.erase(letters_.begin() + static_cast<std::ptrdiff_t>(which));
        did("late arrival");
        (void)at_hub(letter.body, letter.tls);
    }
}

void Pool::fault(Node& node) {
    Machine& machine = dice_.one_in(4) ? hub_ : static_cast<Machine&>(node);
    switch (dice_.roll(1, 9)) {
        case 1:
            if (machine.is_up()) crash(machine);
            return;
        case 2:
            machine.is_cut_off = true;
            return did("partition", machine.name);
        case 3:
            machine.skew_s = dice_.roll(-700, 700);
            return did("skew clock", machine.name);
        case 4:
        case 5:
            if (machine.is_up()) restore(machine);
            return;
        case 7:
            if (machine.is_up() && dice_.one_in(2)) rotate(machine);
            return;
        case 6:
            return at_desk([&] {
                if (hub_.members->find(node.name)->state != federation::MemberState::active) return;
                (void)hub_.members->suspend(node.name, now_utc_s_);
                did("suspend", node.name);
            });
        default:
            if (machine.is_up()) back_up(machine);
            return;
    }
}

// Troubles pass.
void Pool::mend(Machine& machine) {
    if (machine.is_cut_off && dice_.one_in(4)) {
        machine.is_cut_off = false;
        did("end of partition", machine.name);
    }
    if (machine.skew_s != 0 && dice_.one_in(4)) machine.skew_s = 0;
    if (&machine == &hub_ || !hub_.is_up() || !dice_.one_in(4)) return;
    const auto& node = static_cast<Node&>(machine);
    at_desk([&] {
        if (hub_.members->find(node.name)->state == federation::MemberState::active) return;
        accept(node.name);
        did("accept", node.name);
    });
}

// Under the key that the hub knows: the member hands a later one over by itself.
void Pool::accept(const std::string& name) {
    const auto member = hub_.members->find(name);
    if (!member || !member->key || !hub_.members->accept(name, member->key->fingerprint(), now_utc_s_))
        throw Divergence(fmt::format("{} is no member any more", name));
}

// What the hub's administrator does; nothing where the hub is down, or stops meanwhile.
void Pool::at_desk(const std::function<void()>& work) {
    if (!hub_.is_up()) return;
    try {
        work();
    } catch (const std::exception& failure) {
        if (!hub_.disk.is_stopped()) throw Divergence(fmt::format("the hub: {}", failure.what()));
        crash(hub_);
    }
}

void Pool::step() {
    ++step_;
    now_utc_s_ += dice_.one_in(4) ? dice_.roll(kHour, 20 * kHour) : dice_.roll(1, 900);
    set_clocks();
    deliver_letters();
    if (!hub_.is_up() && dice_.one_in(2)) start(hub_);
    if (dice_.one_in(8)) at_desk([&] { hub_.file->exec("PRAGMA wal_checkpoint(TRUNCATE)"); });
    mend(hub_);
    for (const auto& node : nodes_)
        mend(*node);
    Node& node = any_node();
    for (std::int64_t i = dice_.roll(1, 3); i > 0; --i)
        happen(any_node());
    if (dice_.one_in(2)) fault(any_node());
    if (dice_.one_in(20)) ++node.roster_version;
    for (std::int64_t i = dice_.roll(1, 2); i > 0; --i)
        work(any_node());
}

void Pool::heal() {
    is_calm_ = true;
    did("calm");
    now_utc_s_ += 3 * kDay;
    hub_.is_cut_off = false;
    hub_.skew_s = 0;
    hub_.disk.go_on();
    for (const auto& node : nodes_) {
        node->disk.go_on();
        node->is_cut_off = false;
        node->skew_s = 0;
    }
    set_clocks();
    if (!hub_.is_up()) start(hub_);
    deliver_letters();
    if (!hub_.is_up()) start(hub_);
    for (const auto& node : nodes_) {
        accept(node->name);
    }
}

// Everything arrives by itself, in a few rounds.
void Pool::settle_down() {
    constexpr int kRounds = 6;
    const Node* last = nullptr;
    for (int round = 0; round < kRounds; ++round) {
        ++step_;
        now_utc_s_ += kHour;
        set_clocks();
        bool is_quiet = true;
        for (const auto& node : nodes_) {
            const StatementHead before = node->is_up() ? node->log->head(node->name) : StatementHead{-1, ""};
            work(*node);
            const StatementHead made = node->log->head(node->name);
            const bool is_done = made == before && made == hub_.log->head(node->name) &&
                                 node->log->unreceipted(node->name).empty();
            if (!is_done) last = node.get();
            is_quiet = is_quiet && is_done;
        }
        if (is_quiet) return;
    }
    throw Divergence(fmt::format("it does not settle in {} rounds: {} at {}, the hub at {}: {}", kRounds,
                                 last->name, last->log->head(last->name).number,
                                 hub_.log->head(last->name).number, last->problem));
}

void Pool::check_end() {
    for (Machine* machine : {&hub_}) {
        const std::string healthy = machine->file->execAndGet("PRAGMA integrity_check").getString();
        if (healthy != "ok") throw Divergence("the hub's ledger is damaged: " + healthy);
    }
    for (const auto& node : nodes_) {
        const std::string& name = node->name;
        const StatementHead head = node->log->head(name);
        std::vector<std::string> statements;
        for (std::int64_t number = 1; number <= head.number; ++number) {
            const auto own = node->log->find(name, number), kept = hub_.log->find(name, number);
            if (!own || !kept || own->bytes != kept->bytes)
                throw Divergence(fmt::format("statement {} of {} is not the same at the hub", number, name));
            for (const std::string& receipt : {own->receipt, kept->receipt}) {
                config::Result<federation::Receipt> read = config::refuse("no key");
                for (const auto& key : hub_.log->handovers().keys(kHub, hub_.key->verifying_key())) {
                    if (auto one = federation::read_receipt(receipt, key)) read = std::move(one);
                }
                if (!read || read->node != name || read->number != number || read->statement != own->digest)
                    throw Divergence(
                        fmt::format("statement {} of {} has a receipt of another", number, name));
            }
            statements.push_back(kept->bytes);
        }
        expect_same(node->truth.rows, rows_of(*node->ledger, name, scale_.sha256), name + "'s own ledger");
        expect_same(node->truth.rows, replayed(statements), "the statements of " + name);
        expect_same(node->truth.rows, rows_of(*hub_.ledger, name, scale_.sha256),
                    "the hub's ledger of " + name);
        if (hub_.members->find(name)->announced != head)
            throw Divergence(fmt::format("the hub does not know the head that {} announced", name));
    }
}

Counts Pool::run() {
    try {
        while (step_ < options_.steps)
            step();
        heal();
        settle_down();
        check_end();
    } catch (const Divergence& divergence) {
        throw Divergence(fmt::format("step {}: {}", step_, divergence.what()));
    }
    counts_.digest = config::hex(history_.finish());
    return counts_;
}

}  // namespace assidu::simulation
