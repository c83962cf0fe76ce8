// One exchange between a member and a hub, with the Nth write, sync or open failing, for every N until
// nothing fails any more; with a disk that fills; and with the power going at the Nth work. Whatever happens,
// the next attempt finishes it, and nothing acknowledged is lost.

#include <SQLiteCpp/Database.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <memory>
#include <optional>

#include "config/digest.h"
#include "config/refusal.h"
#include "federation/declaration.h"
#include "federation/delivery.h"
#include "federation/ledger_tables.h"
#include "federation/reception.h"
#include "federation/sqlite_ledger.h"
#include "tests/seed.h"
#include "tests/simulation/virtual_disk.h"

namespace assidu::simulation {
namespace {

using config::CivilDay;
using namespace federation;

constexpr std::int64_t kNow = 1'772'700'000;
const CivilDay kMonday = config::parse_iso_date("2026-03-02").value();

// A member and a hub, each on a disk of its own.
class Exchange {
  public:
    explicit Exchange(std::int64_t number)
        : lyon{"lyon" + std::to_string(number)}, hub{"hub" + std::to_string(number)} {
        scale.sha256 = config::hex(config::sha256(scale.document));
        open();
        const std::string token = hub.members->invite("lyon", Names::roster, kNow).value();
        EXPECT_TRUE(ask_to_join(carry(), sign_introduction("lyon", "Lyon", tls, key), token));
        EXPECT_TRUE(hub.members->accept("lyon", key.verifying_key().fingerprint(), kNow));
    }
    ~Exchange() { close(); }

    struct Side {
        explicit Side(const std::string& id) : name(id), disk(id) {}
        std::string name;
        VirtualDisk disk;
        std::shared_ptr<SQLite::Database> file;
        std::unique_ptr<Ledger> ledger;
        std::unique_ptr<StatementLog> log;
        std::unique_ptr<MemberList> members;
    };

    void open() {
        for (Side* side : {&lyon, &hub}) {
            side->file = open_ledger_file("/" + side->name + "/ledger.sqlite");
            side->ledger = sqlite_ledger(side->file);
            side->log = std::make_unique<StatementLog>(side->file);
            side->members = std::make_unique<MemberList>(side->file);
        }
        reception = std::make_unique<Reception>(
            Receiver{"hub", sign_introduction("hub", "H", tls, hub_key), &hub_key}, *hub.members, *hub.log,
            clock, [](const std::string&) {});
    }
    void close() {
        reception.reset();
        for (Side* side : {&lyon, &hub}) {
            side->members.reset();
            side->log.reset();
            side->ledger.reset();
            side->file.reset();
        }
    }
    Carry carry() {
        return [this](std::string_view body) -> config::Result<std::string> {
            try {
                return reception->answer(body, tls);
            } catch (const config::ResourceFailure& failure) {
                return config::refuse(failure.what());
            }
        };
    }
    // Totals, a declaration, a delivery; again and again the same. False if something failed.
    bool work(std::int64_t seconds) {
        try {
            StudentLedger totals{{}, "moodle", {}, {}, {}};
            totals.rows.push_back({{}, kMonday, 10, seconds, 0, 2, std::nullopt, std::nullopt, {}});
            lyon.ledger->replace("lyon", scale, std::vector{totals},
                                 {"engine 1", kNow, 5, paris.begin_of(kMonday) + 40'000, 9});
            if (!declare_days({"lyon", scale, &paris, &key, kNow}, *lyon.ledger, *lyon.log)) return false;
            Delivery delivery("lyon",
                              {"https://hub.example", "hub", hub_key.verifying_key(), tls, Names::roster, ""},
                              key, clock, carry());
            Delivered delivered;
            return delivery.deliver(*lyon.log, delivered, "here").has_value();
        } catch (const std::exception&) {
            return false;
        }
    }
    [[nodiscard]] std::int64_t seconds_at(const Side& side) const {
        std::int64_t seconds = 0;
        side.ledger->rows({"lyon", scale.sha256, {CivilDay{INT32_MIN}, CivilDay{INT32_MAX}}, std::nullopt},
                          [&](const LedgerRow& row) { seconds += row.measured_s; });
        return seconds;
    }
    // What must hold after the attempt that succeeded.
    void expect_whole(std::int64_t seconds) const {
        EXPECT_EQ(seconds_at(lyon), seconds);
        EXPECT_EQ(seconds_at(hub), seconds);
        const StatementHead head = lyon.log->head("lyon");
        EXPECT_EQ(hub.log->head("lyon"), head);
        EXPECT_EQ(head.number, 2) << "nothing is declared twice";
        EXPECT_TRUE(lyon.log->unreceipted("lyon").empty());
        EXPECT_TRUE(hub.log->incidents().all().empty());
        for (const Side* side : {&lyon, &hub})
            EXPECT_EQ(side->file->execAndGet("PRAGMA integrity_check").getString(), "ok");
    }

    ScaleIdentity scale{"sonate", 1, "", "{}"};
    config::FixedClock clock{kNow};
    config::CivilCalendar paris = config::CivilCalendar::of("Europe/Paris").value();
    rpc::SigningKey key = rpc::SigningKey::generate(), hub_key = rpc::SigningKey::generate();
    std::string tls = std::string(64, 'a');
    Side lyon, hub;
    std::unique_ptr<Reception> reception;
};

class Faults : public ::testing::TestWithParam<bool> {
  protected:
    static void SetUpTestSuite() { VirtualDisk::install(); }
    Exchange::Side& faulty(Exchange& exchange) const { return GetParam() ? exchange.hub : exchange.lyon; }
    static std::int64_t next() {
        static std::int64_t number = 0;
        return ++number;
    }
    tests::Dice dice{tests::test_seed()};
};

TEST_P(Faults, TheNthWorkThatFailsCostsOneAttemptAndNothingElse) {
    for (const DiskWork work : {DiskWork::write, DiskWork::sync, DiskWork::truncate, DiskWork::remove}) {
        for (const int code : {SQLITE_IOERR, SQLITE_FULL}) {
            for (std::int64_t nth = 1;; ++nth) {
                Exchange exchange(next());
                ASSERT_TRUE(exchange.work(600));
                faulty(exchange).disk.fail(work, nth, code);
                (void)exchange.work(700);
                const bool has_failed = faulty(exchange).disk.has_failed();
                faulty(exchange).disk.forgive();
                ASSERT_TRUE(exchange.work(700)) << "the next attempt; it failed at " << nth;
                exchange.expect_whole(700);
                if (!has_failed) break;
                ASSERT_LT(nth, 500);
            }
        }
    }
}

TEST_P(Faults, AFileThatCannotBeOpenedIsAFailureAndNoLoss) {
    for (std::int64_t nth = 1; nth <= 3; ++nth) {
        Exchange exchange(next());
        ASSERT_TRUE(exchange.work(600));
        exchange.close();
        faulty(exchange).disk.fail(DiskWork::open, nth, SQLITE_CANTOPEN);
        try {
            exchange.open();
        } catch (const config::ResourceFailure& failure) {
            EXPECT_NE(std::string(failure.what()).find("ledger.sqlite"), std::string::npos) << failure.what();
        }
        exchange.close();
        faulty(exchange).disk.forgive();
        exchange.open();
        ASSERT_TRUE(exchange.work(700));
        exchange.expect_whole(700);
    }
}

TEST_P(Faults, AFullDiskStopsTheExchangeAndRoomEndsThat) {
    for (std::int64_t room = 20'000;; room += 8'192) {
        Exchange exchange(next());
        ASSERT_TRUE(exchange.work(600));
        exchange.lyon.file->exec("PRAGMA wal_checkpoint(TRUNCATE)");
        exchange.hub.file->exec("PRAGMA wal_checkpoint(TRUNCATE)");
        faulty(exchange).disk.set_room(room);
        const bool done = exchange.work(700);
        faulty(exchange).disk.set_room(0);
        ASSERT_TRUE(exchange.work(700));
        exchange.expect_whole(700);
        if (done) break;
        ASSERT_LT(room, 4'000'000);
    }
}

// The power goes at the Nth work; what was not synced is torn or gone.
TEST_P(Faults, WhereverThePowerGoesTheExchangeGoesOnFromThere) {
    for (std::int64_t nth = 1;; ++nth) {
        Exchange exchange(next());
        ASSERT_TRUE(exchange.work(600));
        faulty(exchange).disk.stop_after(nth);
        (void)exchange.work(700);
        const bool stopped = faulty(exchange).disk.is_stopped();
        exchange.close();
        exchange.lyon.disk.power_on(dice);
        exchange.hub.disk.power_on(dice);
        exchange.open();
        ASSERT_TRUE(exchange.work(700)) << nth;
        exchange.expect_whole(700);
        if (!stopped) break;
        ASSERT_LT(nth, 1000);
    }
}

INSTANTIATE_TEST_SUITE_P(OnTheDisk, Faults, ::testing::Bool(),
                         [](const auto& param) { return param.param ? "OfTheHub" : "OfTheMember"; });

}  // namespace
}  // namespace assidu::simulation
