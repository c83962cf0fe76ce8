// A pool in one process: universities and a hub with clocks, disks and a network of their own, all driven by
// one seed. What they run is the real federation: ledger, declaration, delivery, reception, statement log.
// What must be true of them is tests/simulation/oracle.h's.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/clock.h"
#include "federation/declaration.h"
#include "federation/delivery.h"
#include "federation/ledger.h"
#include "federation/member.h"
#include "federation/reception.h"
#include "federation/statement_log.h"
#include "tests/seed.h"
#include "tests/simulation/oracle.h"
#include "tests/simulation/virtual_disk.h"

namespace assidu::simulation {

struct PoolOptions {
    std::uint64_t seed = 1;
    std::int64_t nodes = 16;
    std::int64_t steps = 120;
    bool trace = false;      // every step to standard output
    bool disks_lie = false;  // syncs do nothing: the run must diverge (is the simulation able to see it?)
};

// What a run did.
struct Counts {
    std::map<std::string, std::int64_t> done;  // by the name of what was done
    std::string digest;                        // over every step: equal for equal runs
};

// One machine: what is on its disk, and what it has open while it is up.
struct Machine {
    explicit Machine(const std::string& id) : name(id), disk(id) {}

    std::string name;
    VirtualDisk disk;
    std::optional<rpc::SigningKey> key;
    std::vector<std::string> handovers;  // the notes, which lie with the keys: no restore takes them away
    config::FixedClock clock{0};
    std::int64_t skew_s = 0;
    bool is_cut_off = false;
    std::int64_t lives = 0;  // a restored or restarted machine asks its hub before it issues
    struct Backup {
        std::string ledger;
        std::int64_t at_step;
        std::map<std::string, federation::StatementHead> heads;
    };
    std::vector<Backup> backups;

    std::shared_ptr<SQLite::Database> file;  // nothing: it is down
    std::unique_ptr<federation::Ledger> ledger;
    std::unique_ptr<federation::StatementLog> log;
    std::unique_ptr<federation::MemberList> members;
    std::unique_ptr<federation::Reception> reception;
    [[nodiscard]] bool is_up() const { return file != nullptr; }
};

class Pool {
  public:
    explicit Pool(const PoolOptions& options);
    ~Pool();

    // Faults and work, then no more faults, then everything must have arrived. Throws Divergence, saying in
    // which step and what.
    Counts run();

  private:
    struct Node : Machine {
        using Machine::Machine;
        Truth truth;
        std::string tls;
        std::optional<rpc::VerifyingKey> hub_key;  // as it knows it
        bool has_roster = false;
        std::int64_t roster_version = 0;
        federation::StatementHead durable;  // declared and committed, as it knows
        std::int64_t receipted = 0;
        std::string problem;         // of its last delivery
        std::int64_t computed = -1;  // the change up to which its ledger is computed
    };
    struct Letter {  // a request that is still under way
        std::int64_t at_utc_s;
        std::string body, tls;
    };

    void open(Machine& machine);
    void close(Machine& machine);
    void start(Machine& machine);
    void crash(Machine& machine);
    void back_up(Machine& machine);
    void restore(Machine& machine);
    void rotate(Machine& machine);
    void check_start(Machine& machine);

    void step();
    void fault(Node& node);
    void mend(Machine& machine);
    void accept(const std::string& name);
    void at_desk(const std::function<void()>& work);
    void happen(Node& node);
    void work(Node& node);
    void work_well(Node& node);
    void compute(Node& node);
    void note(Node& node, const federation::Delivered& delivered);
    federation::Carry carry_of(Node& node);
    config::Result<std::string> at_hub(const std::string& body, const std::string& tls);
    void deliver_letters();
    void heal();
    void settle_down();
    void check_end();
    void set_clocks();
    [[nodiscard]] Node& any_node();
    [[nodiscard]] federation::ScaleIdentity scale() const;
    void did(const std::string& what, const std::string& whose = "");

    PoolOptions options_;
    tests::Dice dice_;
    config::CivilCalendar calendar_;
    federation::ScaleIdentity scale_;
    std::int64_t now_utc_s_, begin_utc_s_;
    Machine hub_;
    std::vector<std::unique_ptr<Node>> nodes_;
    std::vector<Letter> letters_;
    // What the hub answered for with a receipt, since it was last restored; and what it lost by that.
    std::map<std::string, federation::StatementHead> acknowledged_;
    std::map<std::string, std::int64_t> lost_;
    std::int64_t step_ = 0;
    bool is_calm_ = false;
    Counts counts_;
    config::Sha256Stream history_;
};

}  // namespace assidu::simulation
