// Keys that are handed over, at a member and at a hub, and keys that are revoked.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/digest.h"
#include "federation/declaration.h"
#include "federation/delivery.h"
#include "federation/ledger_tables.h"
#include "federation/reception.h"
#include "federation/sqlite_ledger.h"
#include "tests/temporary_folder.h"

namespace assidu::federation {
namespace {

using config::CivilDay;
using ::testing::HasSubstr;

constexpr std::int64_t kNow = 1'772'700'000;
const CivilDay kMonday = config::parse_iso_date("2026-03-02").value();

class Handovers : public ::testing::Test {
  protected:
    Handovers() {
        scale.sha256 = config::hex(config::sha256(scale.document));
        answer_under(hub_key);
        join();
    }
    void answer_under(const rpc::SigningKey& under) {
        reception = std::make_unique<Reception>(
            Receiver{"hub", sign_introduction("hub", "H", tls, under), &under}, members, hub_log, clock,
            [this](const std::string& line) { logged.push_back(line); });
    }
    void join() {
        const std::string token = members.invite("lyon", Names::roster, kNow).value();
        EXPECT_TRUE(ask_to_join(carry(), sign_introduction("lyon", "Lyon", tls, *key), token));
        EXPECT_TRUE(members.accept("lyon", key->verifying_key().fingerprint(), kNow));
    }
    Carry carry(std::string shown = std::string(64, 'a')) {
        return [this, shown = std::move(shown)](std::string_view body) -> config::Result<std::string> {
            return reception->answer(body, shown);
        };
    }
    void put(std::int64_t seconds) {
        StudentLedger totals{{}, "moodle", {}, {}, {}};
        totals.rows.push_back({{}, kMonday, 10, seconds, 0, 2, std::nullopt, std::nullopt, {}});
        ledger->replace("lyon", scale, std::vector{totals},
                        {"engine 1", kNow, 5, paris.begin_of(kMonday) + 40'000, 9});
        ASSERT_TRUE(declare_days({"lyon", scale, &paris, key.get(), kNow}, *ledger, log));
    }
    std::string deliver(const rpc::SigningKey& under) {
        Delivered delivered;
        Delivery delivery("lyon", {"https://hub.example", "hub", known_hub, tls, Names::roster, ""}, under,
                          clock, carry());
        const auto done = delivery.deliver(log, delivered);
        if (delivered.hub_key) known_hub = *delivered.hub_key;
        return done ? "delivered" : done.error().what;
    }
    // A new key, endorsed by the present one; the old one is kept for the thief.
    void rotate() {
        auto next = std::make_unique<rpc::SigningKey>(rpc::SigningKey::generate());
        const std::string note = sign_handover("lyon", tls, log.head("lyon").number, kNow, *key, *next);
        log.handovers().put(read_handover(note).value(), note);
        old_key = std::move(key);
        key = std::move(next);
    }
    std::string hand_over(const std::string& note, const std::string& shown) {
        const auto answer = rpc::decode_response(reception->answer(
            rpc::encode_call("pool.handover", {rpc::Value::array({rpc::Value::bytes(note)})}), shown));
        return std::holds_alternative<rpc::Fault>(*answer) ? "refused" : "taken";
    }

    tests::TemporaryFolder folder;
    config::FixedClock clock{kNow};
    ScaleIdentity scale{"sonate", 1, "", "{}"};
    config::CivilCalendar paris = config::CivilCalendar::of("Europe/Paris").value();
    std::unique_ptr<rpc::SigningKey> key = std::make_unique<rpc::SigningKey>(rpc::SigningKey::generate()),
                                     old_key;
    rpc::SigningKey hub_key = rpc::SigningKey::generate(), next_hub_key = rpc::SigningKey::generate();
    rpc::VerifyingKey known_hub = hub_key.verifying_key();
    std::string tls = std::string(64, 'a');
    std::shared_ptr<SQLite::Database> file = open_ledger_file(folder / "lyon.sqlite");
    std::unique_ptr<Ledger> ledger = sqlite_ledger(file);
    StatementLog log{file};
    std::shared_ptr<SQLite::Database> hub_file = open_ledger_file(folder / "hub.sqlite");
    StatementLog hub_log{hub_file};
    MemberList members{hub_file};
    std::vector<std::string> logged;
    std::unique_ptr<Reception> reception;
};

TEST_F(Handovers, AMemberGoesOnUnderItsNewKeyAndTheOldOneIsRefused) {
    put(600);
    ASSERT_EQ(deliver(*key), "delivered");
    put(700);  // signed by the old key, and not delivered yet
    rotate();
    put(800);
    EXPECT_EQ(deliver(*key), "delivered");
    EXPECT_EQ(hub_log.head("lyon").number, 3);
    EXPECT_EQ(members.find("lyon")->key, key->verifying_key());
    EXPECT_EQ(members.find("lyon")->state, MemberState::active);
    // The old key after the hand-over: neither messages, nor statements, nor another hand-over.
    EXPECT_THAT(deliver(*old_key), HasSubstr("refused (fault 1)"));
    const rpc::SigningKey thief = rpc::SigningKey::generate();
    EXPECT_EQ(hand_over(sign_handover("lyon", tls, 3, kNow, *old_key, thief), tls), "refused");
    EXPECT_EQ(members.find("lyon")->key, key->verifying_key());
    StatementHeader header = read_kept_statement(log.find("lyon", 3)->bytes)->header;
    header.number = 4;
    header.previous = log.head("lyon").digest;
    const auto forged =
        sign_statement(header, read_kept_statement(log.find("lyon", 3)->bytes)->rows, *old_key);
    const auto call = rpc::encode_call("statement.put", {rpc::Value::bytes(encode_statement(forged))});
    const auto message = rpc::sign_message({"lyon", "hub", rpc::make_message_id(), "", kNow}, call, *key);
    const std::string body = rpc::encode_call(
        "pool.message", {rpc::Value::structure({{"note", rpc::Value::bytes(message.note)},
                                                {"payload", rpc::Value::bytes(message.payload)}})});
    (void)reception->answer(body, tls);
    EXPECT_EQ(hub_log.head("lyon").number, 3) << "beyond what the old key signed";
}

TEST_F(Handovers, SeveralHandOversAreTakenInOneGoAndARestoredMemberReadsItsStatementsOfAllKeys) {
    put(600);
    rotate();
    put(700);
    rotate();
    put(800);
    EXPECT_EQ(deliver(*key), "delivered");
    EXPECT_EQ(deliver(*key), "delivered");
    log.set_aside("lyon", 1, kNow);
    Delivered delivered;
    Delivery delivery("lyon", {"https://hub.example", "hub", known_hub, tls, Names::roster, ""}, *key, clock,
                      carry());
    ASSERT_TRUE(delivery.deliver(log, delivered));
    EXPECT_EQ(delivered.taken_back, 3);
    EXPECT_EQ(log.handovers().keys_for("lyon", key->verifying_key(), 2).size(), 2U);
    EXPECT_EQ(log.handovers().keys_for("lyon", key->verifying_key(), 3).size(), 1U);
    EXPECT_EQ(log.handovers().keys("lyon", key->verifying_key()).size(), 3U);
}

TEST_F(Handovers, MembersFollowAHubThatHandedItsKeyOver) {
    put(600);
    ASSERT_EQ(deliver(*key), "delivered");
    const std::string note = sign_handover("hub", tls, 0, kNow, hub_key, next_hub_key);
    hub_log.handovers().put(read_handover(note).value(), note);
    answer_under(next_hub_key);
    put(700);
    EXPECT_EQ(deliver(*key), "delivered");
    EXPECT_EQ(known_hub, next_hub_key.verifying_key());
    EXPECT_TRUE(read_receipt(log.find("lyon", 2)->receipt, next_hub_key.verifying_key()));
    // Its receipts of before still count where they come back.
    log.set_aside("lyon", 1, kNow);
    EXPECT_EQ(deliver(*key), "delivered");
    EXPECT_TRUE(read_receipt(log.find("lyon", 1)->receipt, hub_key.verifying_key()));
}

// Seeds 11 and 12 of the simulation.
TEST_F(Handovers, AMemberWhoseLedgerIsOfBeforeTheHubsHandOverTakesItsReceiptsBackAllTheSame) {
    put(600);
    ASSERT_EQ(deliver(*key), "delivered");
    const std::string note = sign_handover("hub", tls, 0, kNow, hub_key, next_hub_key);
    hub_log.handovers().put(read_handover(note).value(), note);
    answer_under(next_hub_key);
    known_hub = next_hub_key.verifying_key();  // hub.json is of after it, the ledger of before
    log.set_aside("lyon", 1, kNow);
    EXPECT_EQ(deliver(*key), "delivered");
    EXPECT_EQ(log.head("lyon").number, 1);
    EXPECT_TRUE(read_receipt(log.find("lyon", 1)->receipt, hub_key.verifying_key()));
}

TEST_F(Handovers, AHubUnderAKeyThatNobodyEndorsedIsNotFollowed) {
    put(600);
    answer_under(next_hub_key);
    EXPECT_THAT(deliver(*key), HasSubstr("the answer is not signed by the hub"));
    const rpc::SigningKey other = rpc::SigningKey::generate();
    const std::string note = sign_handover("hub", tls, 0, kNow, other, next_hub_key);
    hub_log.handovers().put(read_handover(note).value(), note);
    EXPECT_THAT(deliver(*key), HasSubstr("the answer is not signed by the hub"));
    EXPECT_EQ(known_hub, hub_key.verifying_key());
}

TEST_F(Handovers, ARevokedKeyNeverComesBack) {
    put(600);
    ASSERT_EQ(deliver(*key), "delivered");
    ASSERT_TRUE(members.revoke("lyon", "stolen", kNow));
    EXPECT_THAT(deliver(*key), HasSubstr("refused (fault 1)"));
    EXPECT_THAT(members.accept("lyon", key->verifying_key().fingerprint(), kNow).error().what,
                HasSubstr("was revoked"));
    const std::string token = members.invite("lyon", Names::roster, kNow).value();
    EXPECT_FALSE(ask_to_join(carry(), sign_introduction("lyon", "Lyon", tls, *key), token));
    // Nor by way of another: it comes back with a key of its own, and its chain goes on.
    old_key = std::move(key);
    key = std::make_unique<rpc::SigningKey>(rpc::SigningKey::generate());
    join();
    EXPECT_EQ(hand_over(sign_handover("lyon", tls, 1, kNow, *key, *old_key), tls), "refused");
    put(700);
    EXPECT_EQ(deliver(*key), "delivered");
    EXPECT_EQ(hub_log.head("lyon").number, 2);
}

TEST_F(Handovers, AMemberThatLeavesIsHeardNoMoreAndMayComeBack) {
    put(600);
    ASSERT_EQ(deliver(*key), "delivered");
    Delivery delivery("lyon", {"https://hub.example", "hub", known_hub, tls, Names::roster, ""}, *key, clock,
                      carry());
    ASSERT_TRUE(delivery.leave());
    EXPECT_EQ(members.find("lyon")->state, MemberState::suspended);
    EXPECT_THAT(deliver(*key), HasSubstr("refused (fault 1)"));
    EXPECT_EQ(hub_log.head("lyon").number, 1) << "what was declared stays";
    join();
    put(700);
    EXPECT_EQ(deliver(*key), "delivered");
}

TEST(HandoverNote, IsSignedByBothKeysAndNoBitOfItMayBeAnother) {
    const rpc::SigningKey old_key = rpc::SigningKey::generate(), new_key = rpc::SigningKey::generate();
    const std::string note = sign_handover("lyon", std::string(64, 'a'), 7, kNow, old_key, new_key);
    EXPECT_EQ(read_handover(note)->last_number, 7);
    for (std::size_t bit = 0; bit < note.size() * 8; ++bit) {
        std::string flipped = note;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
        ASSERT_FALSE(read_handover(flipped)) << "bit " << bit;
    }
    const std::string one = note.substr(0, note.rfind("\n\xE2\x80\x94") + 1);
    EXPECT_FALSE(read_handover(one)) << "only the old key";
    EXPECT_FALSE(read_handover(sign_handover("lyon", std::string(64, 'a'), 7, kNow, old_key, old_key)));
}

TEST_F(Handovers, AHandOverOverAnotherConnectionIsRefused) {
    put(600);
    ASSERT_EQ(deliver(*key), "delivered");
    const rpc::SigningKey next = rpc::SigningKey::generate();
    const std::string note = sign_handover("lyon", tls, 1, kNow, *key, next);
    EXPECT_EQ(hand_over(note, std::string(64, 'b')), "refused");
    EXPECT_EQ(
        hand_over(sign_handover("lyon", std::string(64, 'b'), 1, kNow, *key, next), std::string(64, 'b')),
        "refused");
    ASSERT_TRUE(members.suspend("lyon", kNow));
    EXPECT_EQ(hand_over(note, tls), "refused") << "a suspended member has nothing to say";
    EXPECT_EQ(members.find("lyon")->key, key->verifying_key());
}

}  // namespace
}  // namespace assidu::federation
