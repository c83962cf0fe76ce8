// A member, a hub, and backups of either: what comes back, what is sent again, what is set aside, and that it
// is named.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/digest.h"
#include "federation/declaration.h"
#include "federation/delivery.h"
#include "federation/ledger_tables.h"
#include "federation/reception.h"
#include "federation/sqlite_ledger.h"
#include "federation/sqlite_store.h"
#include "tests/temporary_folder.h"

namespace assidu::federation {
namespace {

using config::CivilDay;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::int64_t kNow = 1'772'700'000;
const CivilDay kMonday = config::parse_iso_date("2026-03-02").value();

class Restore : public ::testing::Test {
  protected:
    struct Side {
        std::shared_ptr<SQLite::Database> file;
        std::unique_ptr<Ledger> ledger;
        std::unique_ptr<StatementLog> log;
        std::unique_ptr<MemberList> members;
    };
    Restore() {
        scale.sha256 = config::hex(config::sha256(scale.document));
        open("lyon", lyon);
        open("hub", hub);
        const std::string token = hub.members->invite("lyon", Names::roster, kNow).value();
        EXPECT_TRUE(ask_to_join(carry(), sign_introduction("lyon", "Lyon", tls, key), token));
        EXPECT_TRUE(hub.members->accept("lyon", key.verifying_key().fingerprint(), kNow));
    }
    void open(const std::string& name, Side& side) {
        side.file = open_ledger_file(folder / (name + ".sqlite"));
        side.ledger = sqlite_ledger(side.file);
        side.log = std::make_unique<StatementLog>(side.file);
        side.members = std::make_unique<MemberList>(side.file);
        if (name == "hub")
            reception = std::make_unique<Reception>(
                Receiver{"hub", sign_introduction("hub", "Le pôle", tls, hub_key), &hub_key}, *side.members,
                *side.log, clock, [this](const std::string& line) { logged.push_back(line); });
    }
    void back_up(const std::string& name, Side& side) { copy_store(*side.file, folder / (name + ".backup")); }
    void restore(const std::string& name, Side& side) {
        if (name == "hub") reception.reset();
        side = {};
        for (const char* tail : {".sqlite-wal", ".sqlite-shm"})
            std::filesystem::remove(folder / (name + tail));
        std::filesystem::copy_file(folder / (name + ".backup"), folder / (name + ".sqlite"),
                                   std::filesystem::copy_options::overwrite_existing);
        open(name, side);
    }
    Carry carry() {
        return [this](std::string_view body) -> config::Result<std::string> {
            return reception->answer(body, tls);
        };
    }
    void learn(std::int64_t seconds, std::int64_t days_later = 0) {
        StudentLedger totals{{}, "moodle", {}, {}, {}};
        for (std::int64_t day = 0; day <= days_later; ++day)
            totals.rows.push_back({{},
                                   CivilDay{kMonday.number + static_cast<std::int32_t>(day)},
                                   10,
                                   seconds,
                                   0,
                                   2,
                                   std::nullopt,
                                   std::nullopt,
                                   {}});
        lyon.ledger->replace(
            "lyon", scale, std::vector{totals},
            {"engine 1", kNow, 5,
             paris.begin_of(CivilDay{kMonday.number + static_cast<std::int32_t>(days_later)}) + 40'000, 9});
    }
    void declare() {
        ASSERT_TRUE(declare_days({"lyon", scale, &paris, &key, kNow}, *lyon.ledger, *lyon.log));
    }
    void put(std::int64_t seconds, std::int64_t days_later = 0) {
        learn(seconds, days_later);
        declare();
    }
    Delivered deliver() {
        Delivered delivered;
        Delivery delivery("lyon",
                          {"https://hub.example", "hub", hub_key.verifying_key(), tls, Names::roster, ""},
                          key, clock, carry());
        const auto done = delivery.deliver(*lyon.log, delivered, "here");
        EXPECT_TRUE(done) << done.error().what;
        return delivered;
    }
    static std::vector<std::string> told(const Side& side) {
        std::vector<std::string> lines;
        for (const Incident& one : side.log->incidents().all())
            lines.push_back(one.node + " " + std::string(name_of(one.kind)) + " " +
                            std::to_string(one.from_number) + "-" + std::to_string(one.to_number));
        return lines;
    }
    std::int64_t at_hub() {
        std::int64_t seconds = 0;
        hub.ledger->rows({"lyon", scale.sha256, {CivilDay{INT32_MIN}, CivilDay{INT32_MAX}}, std::nullopt},
                         [&](const LedgerRow& row) { seconds += row.measured_s; });
        return seconds;
    }

    tests::TemporaryFolder folder;
    config::FixedClock clock{kNow};
    ScaleIdentity scale{"sonate", 1, "", "{}"};
    config::CivilCalendar paris = config::CivilCalendar::of("Europe/Paris").value();
    rpc::SigningKey key = rpc::SigningKey::generate(), hub_key = rpc::SigningKey::generate();
    std::string tls = std::string(64, 'a');
    std::vector<std::string> logged;
    std::unique_ptr<Reception> reception;
    Side lyon, hub;
};

TEST_F(Restore, AMemberTakesItsOwnStatementsBackBeforeItIssues) {
    put(600);
    deliver();
    back_up("lyon", lyon);
    put(700);
    put(800, 1);
    deliver();
    const StatementHead head = lyon.log->head("lyon");
    ASSERT_EQ(head.number, 3);
    const std::string receipt = lyon.log->find("lyon", 3)->receipt;
    restore("lyon", lyon);
    ASSERT_EQ(lyon.log->head("lyon").number, 1);
    const Delivered delivered = deliver();
    EXPECT_EQ(delivered.taken_back, 2);
    EXPECT_EQ(delivered.set_aside, 0);
    EXPECT_EQ(lyon.log->head("lyon"), head);
    EXPECT_EQ(lyon.log->find("lyon", 3)->receipt, receipt) << "the hub's receipts come along";
    EXPECT_THAT(lyon.log->unreceipted("lyon"), IsEmpty());
    EXPECT_THAT(told(lyon), ElementsAre("lyon node_behind 2-3"));
    EXPECT_THAT(told(hub), ElementsAre("lyon node_behind 2-3"));
    EXPECT_THAT(logged, ElementsAre(HasSubstr("lyon announces statement 1 after 3: was it restored")));
    // What the statements said is known again: the same rows are not declared twice, others supersede.
    learn(800, 1);
    declare();
    EXPECT_EQ(lyon.log->head("lyon"), head);
    put(900, 1);
    deliver();
    EXPECT_EQ(lyon.log->head("lyon").number, 4);
    EXPECT_EQ(at_hub(), 1800);
}

TEST_F(Restore, AHubGetsAgainWhatItHadGivenReceiptsFor) {
    put(600);
    deliver();
    back_up("hub", hub);
    put(700);
    put(800, 1);
    deliver();
    const std::string receipt = lyon.log->find("lyon", 2)->receipt;
    clock.set(kNow + 60);
    restore("hub", hub);
    EXPECT_EQ(at_hub(), 600);
    EXPECT_EQ(deliver().statements, 2);
    EXPECT_EQ(at_hub(), 1600);
    EXPECT_EQ(hub.log->head("lyon"), lyon.log->head("lyon"));
    EXPECT_EQ(lyon.log->find("lyon", 2)->receipt, receipt)
        << "the first receipt says how early the hub had it";
    EXPECT_THAT(told(lyon), ElementsAre("lyon hub_behind 2-3"));
    EXPECT_THAT(told(hub), ElementsAre("lyon hub_behind 2-3"));
    EXPECT_THAT(logged, ElementsAre(HasSubstr("was this hub restored from a backup?")));
    EXPECT_EQ(deliver().statements, 0) << "once";
}

TEST_F(Restore, OfTwoStatementsOfOneNumberTheHubsStaysAndTheOtherIsSetAside) {
    put(600);
    deliver();
    back_up("lyon", lyon);
    put(700);
    deliver();
    restore("lyon", lyon);
    // It issues although nobody asked the hub: as after a copy over the old file that was not noticed.
    put(650);
    put(651, 1);
    const std::string others = lyon.log->find("lyon", 2)->digest;
    const Delivered delivered = deliver();
    EXPECT_EQ(delivered.set_aside, 2);
    EXPECT_EQ(delivered.taken_back, 1);
    EXPECT_EQ(lyon.log->head("lyon"), hub.log->head("lyon"));
    ASSERT_EQ(lyon.log->aside("lyon").size(), 2U);
    EXPECT_EQ(lyon.log->aside("lyon")[0].digest, others);
    EXPECT_THAT(told(lyon), ElementsAre("lyon fork 2-3", "lyon node_behind 2-2"));
    // What was set aside said nothing: its days are declared anew.
    declare();
    deliver();
    EXPECT_EQ(lyon.log->head("lyon").number, 3);
    EXPECT_EQ(at_hub(), 1302);
}

TEST_F(Restore, DaysAndRosterOfWhatIsSetAsideGoBackToWhatWasSaidBefore) {
    const Declarant declarant{"lyon", scale, &paris, &key, kNow};
    const auto roster = [&](const std::string& name) {
        return declare_roster(declarant, {{"course", {}, 10, 0, {{"fullname", name}}}}, *lyon.log).value();
    };
    put(600, 1);
    roster("Latin");
    const auto stated = lyon.log->stated_days("lyon", scale.sha256);
    const auto names = lyon.log->roster("lyon");
    put(700, 2);
    roster("Grec");
    lyon.log->set_aside("lyon", 3, kNow);
    EXPECT_EQ(lyon.log->head("lyon").number, 2);
    EXPECT_EQ(lyon.log->roster("lyon"), names);
    const auto again = lyon.log->stated_days("lyon", scale.sha256);
    ASSERT_EQ(again.size(), stated.size());
    for (const auto& [day, said] : stated) {
        EXPECT_EQ(again.at(day).number, said.number);
        EXPECT_EQ(again.at(day).digest, said.digest);
    }
}

TEST_F(Restore, AStatementThatSomebodyElseSignedIsNotTakenBack) {
    put(600);
    deliver();
    back_up("lyon", lyon);
    put(700);
    deliver();
    restore("lyon", lyon);
    key = rpc::SigningKey::generate();
    ASSERT_TRUE(hub.members->suspend("lyon", kNow));
    Delivered delivered;
    Delivery delivery("lyon", {"https://hub.example", "hub", hub_key.verifying_key(), tls, Names::roster, ""},
                      key, clock, carry());
    EXPECT_FALSE(delivery.deliver(*lyon.log, delivered, "here"));
    EXPECT_FALSE(delivered.agreed);
    EXPECT_EQ(lyon.log->head("lyon").number, 1);
    EXPECT_EQ(lyon.log->confirmed_place(), "here") << "of the first delivery";
}

TEST_F(Restore, AStatementThatAnotherProcessOvertookIsNotKept) {
    put(600);
    const auto bytes = lyon.log->find("lyon", 1)->bytes;
    const auto statement = read_statement(bytes, key.verifying_key()).value();
    EXPECT_THROW(lyon.log->put_own(statement), config::ResourceFailure);
    lyon.log->put_back(statement, "receipt");
    EXPECT_EQ(lyon.log->find("lyon", 1)->receipt, "") << "nothing happens";
}

TEST_F(Restore, AnIncidentThatIsNoticedAgainIsOneIncident) {
    IncidentLog incidents = lyon.log->incidents();
    incidents.note("lyon", IncidentKind::hub_behind, 5, 9, kNow);
    incidents.note("lyon", IncidentKind::hub_behind, 7, 9, kNow + 60);
    incidents.note("nantes", IncidentKind::hub_behind, 5, 9, kNow + 61);
    incidents.note("lyon", IncidentKind::fork, 5, 9, kNow + 62);
    incidents.note("lyon", IncidentKind::hub_behind, 5, 10, kNow + 63);
    incidents.note("lyon", IncidentKind::hub_behind, 5, 10, kNow + 63 + 8 * 86'400);
    const auto all = incidents.all();
    ASSERT_EQ(all.size(), 5U);
    EXPECT_EQ(all[0], (Incident{"lyon", IncidentKind::hub_behind, 5, 9, kNow, kNow + 60, 2}));
    EXPECT_EQ(all[3].times, 1);
    EXPECT_EQ(all[4].first_utc_s, kNow + 63 + 8 * 86'400) << "long after: another one";
}

}  // namespace
}  // namespace assidu::federation
