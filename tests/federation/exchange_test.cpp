// A member and a hub, each with its own files and keys; the documents travel through the test, which may do
// to them what a network does.

#include <SQLiteCpp/Database.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <thread>

#include "config/digest.h"
#include "config/limits.h"
#include "federation/declaration.h"
#include "federation/delivery.h"
#include "federation/ledger_tables.h"
#include "federation/reception.h"
#include "federation/sqlite_ledger.h"
#include "rpc/signed_note.h"
#include "tests/temporary_folder.h"

namespace assidu::federation {
namespace {

using config::CivilDay;
using rpc::Value;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::int64_t kNow = 1'772'700'000;
const CivilDay kMonday = config::parse_iso_date("2026-03-02").value();

std::string tls_print(char c) {
    return std::string(64, c);
}

class Exchange : public ::testing::Test {
  protected:
    Exchange() {
        scale.sha256 = config::hex(config::sha256(scale.document));
        const std::string token = members.invite("lyon", Names::roster, kNow).value();
        const std::string introduction = sign_introduction("lyon", "Université de Lyon", tls_print('a'), key);
        EXPECT_TRUE(ask_to_join(straight(), introduction, token));
        EXPECT_TRUE(members.accept("lyon", key.verifying_key().fingerprint(), kNow));
    }

    // Carries to the hub over a connection with that certificate.
    Carry straight(const std::string& fingerprint = tls_print('a')) {
        return [this, fingerprint](std::string_view body) -> config::Result<std::string> {
            sent.emplace_back(body);
            return reception.answer(body, fingerprint);
        };
    }
    Delivery delivery(Carry carry) {
        return Delivery(
            "lyon",
            {"https://hub.example", "hub", hub_key.verifying_key(), tls_print('c'), Names::none, own_url},
            key, clock, std::move(carry));
    }
    void put(std::int64_t seconds) {
        StudentLedger totals{{}, "moodle", {}, {}, {}};
        totals.rows.push_back({{}, kMonday, 10, seconds, 0, 2, kNow - 300'000, kNow - 299'000, {}});
        ledger->replace("lyon", scale, std::vector{totals},
                        {"engine 1", kNow, 5, paris.begin_of(kMonday) + 40'000, 9});
        ASSERT_TRUE(declare_days({"lyon", scale, &paris, &key, kNow}, *ledger, log));
    }
    std::string deliver(const Carry& carry) {
        Delivered delivered;
        const auto done = delivery(carry).deliver(log, delivered);
        return done ? "delivered" : done.error().what;
    }
    // A call inside an envelope, made by hand.
    std::string envelope(const rpc::MessageHeader& header, const std::string& payload,
                         const rpc::SigningKey& signer) {
        const rpc::SignedMessage message = rpc::sign_message(header, payload, signer);
        return rpc::encode_call("pool.message",
                                {Value::structure({{"note", Value::bytes(message.note)},
                                                   {"payload", Value::bytes(message.payload)}})});
    }
    std::string put_call(std::int64_t number) {
        return rpc::encode_call("statement.put", {Value::bytes(log.find("lyon", number)->bytes)});
    }
    // What the hub answers: a fault outside, a fault inside, or "taken".
    std::string verdict(const std::string& body, const std::string& fingerprint = tls_print('a')) {
        const auto outer = rpc::decode_response(reception.answer(body, fingerprint)).value();
        if (const auto* fault = std::get_if<rpc::Fault>(&outer)) return "outside: " + fault->text;
        const auto inside = rpc::decode_response(*std::get<Value>(outer).find("payload")->as_bytes()).value();
        if (const auto* fault = std::get_if<rpc::Fault>(&inside)) return "inside: " + fault->text;
        return "taken";
    }
    std::int64_t at_hub() {
        std::int64_t seconds = 0;
        hub_ledger->rows({"lyon", scale.sha256, {CivilDay{INT32_MIN}, CivilDay{INT32_MAX}}, std::nullopt},
                         [&](const LedgerRow& row) { seconds += row.measured_s; });
        return seconds;
    }

    // Carries only announcements over; statements as `carry` does.
    Carry announcing_first(Carry carry) {
        return [this, carry = std::move(carry)](std::string_view body) {
            const rpc::Call call = rpc::decode_call(body).value();
            if (call.method != "pool.message") return straight()(body);
            const rpc::Call inside = rpc::decode_call(*call.params[0].find("payload")->as_bytes()).value();
            return inside.method == "statement.announce" ? straight()(body) : carry(body);
        };
    }
    // The hub's verdict on an announcement made by hand.
    std::string announced(Value params) {
        return verdict(envelope({"lyon", "hub", rpc::make_message_id(), "", clock.now_utc_s()},
                                rpc::encode_call("statement.announce", {std::move(params)}), key));
    }
    static Value head(std::int64_t number, std::string digest, std::string url = "") {
        return Value::structure({{"number", Value::integer(number)},
                                 {"digest", Value::text(std::move(digest))},
                                 {"url", Value::text(std::move(url))}});
    }

    tests::TemporaryFolder folder;
    std::string own_url;
    config::FixedClock clock{kNow};
    ScaleIdentity scale{"sonate", 1, "", "{}"};
    config::CivilCalendar paris = config::CivilCalendar::of("Europe/Paris").value();
    rpc::SigningKey key = rpc::SigningKey::generate(), hub_key = rpc::SigningKey::generate();
    std::shared_ptr<SQLite::Database> file = open_ledger_file(folder / "member.sqlite");
    std::unique_ptr<Ledger> ledger = sqlite_ledger(file);
    StatementLog log{file};
    std::shared_ptr<SQLite::Database> hub_file = open_ledger_file(folder / "hub.sqlite");
    std::unique_ptr<Ledger> hub_ledger = sqlite_ledger(hub_file);
    StatementLog hub_log{hub_file};
    MemberList members{hub_file};
    std::vector<std::string> logged, sent;
    Reception reception{{"hub", sign_introduction("hub", "Le pôle", tls_print('c'), hub_key), &hub_key},
                        members,
                        hub_log,
                        clock,
                        [this](const std::string& line) { logged.push_back(line); }};
};

TEST_F(Exchange, AStatementArrivesAndItsReceiptComesBack) {
    put(600);
    EXPECT_EQ(deliver(straight()), "delivered");
    EXPECT_EQ(at_hub(), 600);
    const auto receipt = read_receipt(log.find("lyon", 1)->receipt, hub_key.verifying_key());
    ASSERT_TRUE(receipt);
    EXPECT_EQ(receipt->number, 1);
    EXPECT_EQ(delivery(straight()).head().value(), log.head("lyon"));
    EXPECT_TRUE(logged.empty());
}

TEST_F(Exchange, AnAnswerThatIsLostIsASecondSendingWithTheSameReceipt) {
    put(600);
    const Carry loses = announcing_first([&](std::string_view body) -> config::Result<std::string> {
        (void)straight()(body);
        return config::refuse("connection reset");
    });
    EXPECT_THAT(deliver(loses), HasSubstr("connection reset"));
    EXPECT_EQ(log.unreceipted("lyon"), std::vector<std::int64_t>{1});
    const std::string first = hub_log.find("lyon", 1)->receipt;
    clock.set(kNow + 60);
    EXPECT_EQ(deliver(straight()), "delivered");
    EXPECT_EQ(log.find("lyon", 1)->receipt, first);
    EXPECT_EQ(at_hub(), 600);
}

TEST_F(Exchange, ADeliverySaysWithWhichFaultTheHubAnsweredIfItDid) {
    put(600);
    Delivered delivered;
    const Carry away = [](std::string_view) -> config::Result<std::string> {
        return config::refuse("nobody listens there");
    };
    EXPECT_FALSE(delivery(away).deliver(log, delivered));
    EXPECT_EQ(delivered.fault, 0);
    EXPECT_FALSE(delivery(straight(tls_print('b'))).deliver(log, delivered));
    EXPECT_EQ(delivered.fault, static_cast<std::int32_t>(PoolFault::refused)) << "outside the envelope";
    clock.set(kNow - 3600);  // of both; the statement is of the future now, which is no matter to the hub
    EXPECT_TRUE(delivery(straight()).deliver(log, delivered));
    EXPECT_EQ(delivered.fault, 0);
}

TEST_F(Exchange, TheBytesThatADeliverySaysAreAllThatWentOverTheWire) {
    for (const std::int64_t seconds : {0, 600}) {
        if (seconds > 0) put(seconds);
        std::int64_t carried = 0;
        const Carry counts = [&](std::string_view body) {
            auto answer = straight()(body);
            carried += static_cast<std::int64_t>(body.size() + answer->size());
            return answer;
        };
        Delivered delivered;
        ASSERT_TRUE(delivery(counts).deliver(log, delivered));
        EXPECT_EQ(delivered.bytes, carried) << seconds;
    }
}

TEST_F(Exchange, AMemberAnnouncesItsHeadAlsoWhereNothingIsToBeDelivered) {
    own_url = "https://lyon.example:8443";
    EXPECT_EQ(members.find("lyon")->announced_utc_s, std::nullopt);
    EXPECT_EQ(deliver(straight()), "delivered");
    EXPECT_EQ(members.find("lyon")->announced, StatementHead{});
    EXPECT_EQ(members.find("lyon")->announced_utc_s, kNow);
    EXPECT_EQ(members.find("lyon")->url, own_url);
    // What is announced is known, though the statement never arrives.
    put(600);
    const Carry refuses = announcing_first(
        [](std::string_view) -> config::Result<std::string> { return config::refuse("no route"); });
    clock.set(kNow + 60);
    EXPECT_EQ(deliver(refuses), "no route");
    EXPECT_EQ(MemberList(hub_file).find("lyon")->announced, log.head("lyon"));
    EXPECT_EQ(members.find("lyon")->announced_utc_s, kNow + 60);
    EXPECT_EQ(hub_log.head("lyon").number, 0);
    EXPECT_EQ(delivery(straight()).announce(log.head("lyon")).value(), StatementHead{});
    ASSERT_EQ(deliver(straight()), "delivered");
    EXPECT_EQ(delivery(straight()).announce(log.head("lyon")).value(), log.head("lyon"));
    EXPECT_TRUE(logged.empty());
}

TEST_F(Exchange, NothingIsDeliveredWhereTheAnnouncementIsNotTaken) {
    put(600);
    int carried = 0;
    const Carry refuses = [&](std::string_view) -> config::Result<std::string> {
        ++carried;
        return config::refuse("no route");
    };
    EXPECT_EQ(deliver(refuses), "no route");
    EXPECT_EQ(carried, 1);
    own_url = "http://lyon.example";
    EXPECT_THAT(deliver(straight()), HasSubstr("statement.announce wants an https:// address"));
    EXPECT_EQ(log.unreceipted("lyon"), std::vector<std::int64_t>{1});
}

TEST_F(Exchange, AnAnnouncementThatIsNoneIsNamedAndChangesNothing) {
    const std::string digest(64, 'a'), origin = "https://";
    const std::string longest = origin + std::string(config::limits::kUrlBytesMax - origin.size(), 'x');
    const std::vector<Value> bad{
        head(-1, ""),
        head(-1, digest),
        head(0, digest),
        head(1, ""),
        head(1, std::string(63, 'a')),
        head(1, std::string(64, 'A')),
        head(1, std::string(64, 'g')),
        head(1, digest, "http://lyon.example"),
        head(1, digest, "https://lyon.example/\n"),
        head(1, digest, "https://lyon.example/é"),
        head(1, digest, longest + "x"),
        Value::text("1"),
        Value::structure({{"number", Value::integer(1)}, {"digest", Value::text(digest)}}),
        Value::structure(
            {{"number", Value::text("1")}, {"digest", Value::text(digest)}, {"url", Value::text("")}}),
    };
    for (std::size_t i = 0; i < bad.size(); ++i) {
        EXPECT_THAT(announced(bad[i]), HasSubstr("inside: malformed: statement.announce")) << i;
    }
    EXPECT_EQ(members.find("lyon")->announced_utc_s, std::nullopt);
    EXPECT_EQ(logged.size(), bad.size());
    EXPECT_EQ(announced(head(INT64_MAX, digest, longest)), "taken");
    EXPECT_EQ(members.find("lyon")->announced, (StatementHead{INT64_MAX, digest}));
    EXPECT_EQ(members.find("lyon")->url, longest);
}

TEST_F(Exchange, AnAnnouncementThatGoesBackwardsIsTakenAndLogged) {
    ASSERT_EQ(announced(head(7, std::string(64, 'a'))), "taken");
    ASSERT_EQ(announced(head(7, std::string(64, 'b'))), "taken");
    EXPECT_TRUE(logged.empty());
    ASSERT_EQ(announced(head(6, std::string(64, 'c'))), "taken");
    EXPECT_THAT(logged, ElementsAre("lyon announces statement 6 after 7: was it restored from a backup?"));
    EXPECT_EQ(members.find("lyon")->announced, (StatementHead{6, std::string(64, 'c')}));
}

TEST_F(Exchange, ASuspendedMembersAnnouncementIsNotTaken) {
    ASSERT_EQ(announced(head(7, std::string(64, 'a'))), "taken");
    ASSERT_TRUE(members.suspend("lyon", kNow));
    EXPECT_EQ(announced(head(8, std::string(64, 'a'))), "outside: refused");
    EXPECT_EQ(members.find("lyon")->announced.number, 7);
}

TEST_F(Exchange, AProxyThatWritesTheDocumentAnewChangesNothing) {
    put(600);
    const Carry proxy = [&](std::string_view body) -> config::Result<std::string> {
        const rpc::Call call = rpc::decode_call(body).value();
        std::string other = rpc::encode_call(call.method, call.params);
        const std::size_t at = other.find("<params>");
        other.replace(at, 8, "\n  <params>\n");
        EXPECT_NE(other, body);
        return straight()(other);
    };
    EXPECT_EQ(deliver(proxy), "delivered");
    EXPECT_EQ(at_hub(), 600);
}

TEST_F(Exchange, AReplayedEnvelopeIsNamedAndChangesNothing) {
    put(600);
    ASSERT_EQ(deliver(straight()), "delivered");
    EXPECT_THAT(verdict(sent.back()), HasSubstr("inside: replay"));
    // The id is remembered over a restart, and as long as the clock lets the envelope pass.
    MemberList again(hub_file);
    Reception restarted({"hub", "", &hub_key}, again, hub_log, clock, [](const std::string&) {});
    clock.set(kNow + rpc::kClockSkewMax_s);
    EXPECT_THAT(
        rpc::decode_response(
            *std::get<Value>(rpc::decode_response(restarted.answer(sent.back(), tls_print('a'))).value())
                 .find("payload")
                 ->as_bytes())
            .value(),
        ::testing::VariantWith<rpc::Fault>(::testing::Field(&rpc::Fault::text, HasSubstr("replay"))));
    EXPECT_EQ(at_hub(), 600);
}

TEST_F(Exchange, MessagesThatComeAtOnceAreEachAnsweredAsIfAlone) {
    put(600);
    const auto fresh = [&](const rpc::SigningKey& signer) {
        return envelope({"lyon", "hub", rpc::make_message_id(), "", kNow}, put_call(1), signer);
    };
    const std::string replayed = fresh(key);
    std::vector<std::string> bodies, verdicts(24);
    for (std::size_t i = 0; i < verdicts.size(); ++i)
        bodies.push_back(i % 3 == 0 ? replayed : fresh(i % 3 == 1 ? key : hub_key));
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < bodies.size(); ++i)
            threads.emplace_back([&, i] { verdicts[i] = verdict(bodies[i]); });
    }
    std::map<std::string, int> by_verdict;
    for (std::size_t i = 0; i < verdicts.size(); ++i)
        ++by_verdict[fmt::format("{} {}", i % 3, verdicts[i].substr(0, verdicts[i].find(": message")))];
    EXPECT_EQ(by_verdict,
              (std::map<std::string, int>{
                  {"0 taken", 1}, {"0 inside: replay", 7}, {"1 taken", 8}, {"2 outside: refused", 8}}));
    EXPECT_EQ(at_hub(), 600);
    EXPECT_EQ(members.refusals().size(), 2U);
}

TEST_F(Exchange, ACorrectedDayIsTheCorrectionAlone) {
    for (const std::int64_t seconds : {600, 700, 0, 800}) {
        put(seconds);
        EXPECT_EQ(deliver(straight()), "delivered");
        EXPECT_EQ(at_hub(), seconds);
    }
}

// Before format 9 received rows lay by student. They stay there until their day is stated again, also where
// they are not what the statement before says.
TEST_F(Exchange, ADayThatWasReceivedByAnEarlierVersionIsReadAndReplaced) {
    const auto as_before = [&] {
        hub_file->exec(
            "DELETE FROM received_cells; DELETE FROM received_details; "
            "INSERT INTO ledger_row SELECT n.key, c.key, s.key, 20514, 10, 650, 0, 2, NULL, NULL, x'00' "
            "FROM node n, scale c, student s WHERE n.id='lyon' AND s.node=n.key");
    };
    put(650);
    EXPECT_EQ(deliver(straight()), "delivered");
    as_before();
    EXPECT_EQ(at_hub(), 650);
    put(700);
    EXPECT_EQ(deliver(straight()), "delivered");
    EXPECT_EQ(at_hub(), 700);
    as_before();
    hub_file->exec("UPDATE ledger_row SET course=11");
    put(800);
    EXPECT_EQ(deliver(straight()), "delivered");
    EXPECT_EQ(at_hub(), 800);
    as_before();
    hub_file->exec("UPDATE statement SET bytes='damaged' WHERE number=3");
    put(900);
    EXPECT_EQ(deliver(straight()), "delivered");
    EXPECT_EQ(at_hub(), 900);
}

TEST_F(Exchange, AStaleEnvelopeIsRefusedAtTheLimitPlusOneOnBothSides) {
    put(600);
    const auto issued = [&](std::int64_t seconds) {
        return verdict(
            envelope({"lyon", "hub", rpc::make_message_id(), "", kNow + seconds}, put_call(1), key));
    };
    EXPECT_THAT(issued(-rpc::kClockSkewMax_s - 1), HasSubstr("inside: stale"));
    EXPECT_THAT(issued(rpc::kClockSkewMax_s + 1), HasSubstr("inside: stale"));
    EXPECT_EQ(at_hub(), 0);
    EXPECT_EQ(issued(-rpc::kClockSkewMax_s), "taken");
    EXPECT_EQ(issued(rpc::kClockSkewMax_s), "taken");
}

TEST_F(Exchange, AnEnvelopeForAnotherIsNamed) {
    put(600);
    EXPECT_THAT(verdict(envelope({"lyon", "other-hub", rpc::make_message_id(), "", kNow}, put_call(1), key)),
                HasSubstr("inside: wrong_recipient: it is for other-hub"));
    EXPECT_EQ(at_hub(), 0);
}

TEST_F(Exchange, WhoIsNotAuthenticatedLearnsOneUniformFaultAndTheReasonStaysInside) {
    put(600);
    const rpc::MessageHeader header{"lyon", "hub", rpc::make_message_id(), "", kNow};
    const std::string good = envelope(header, put_call(1), key);
    std::string tampered = good;
    const std::size_t at = tampered.find("<base64>") + 400;
    tampered[at] = tampered[at] == 'A' ? 'B' : 'A';
    const std::vector<std::string> bodies{
        envelope(header, put_call(1), rpc::SigningKey::generate()),
        envelope({"nantes", "hub", rpc::make_message_id(), "", kNow}, put_call(1), key),
        tampered,
        "",
        "<methodCall/>",
        rpc::encode_call("pool.message", {}),
        rpc::encode_call("system.listMethods", {}),
        "<!DOCTYPE x [<!ENTITY a \"b\">]><methodCall><methodName>pool.introduce</methodName></methodCall>"};
    for (const std::string& body : bodies)
        EXPECT_EQ(verdict(body), "outside: refused") << body.substr(0, 200);
    EXPECT_EQ(verdict(good, tls_print('b')), "outside: refused")
        << "a signature does not excuse another certificate";
    ASSERT_TRUE(members.suspend("lyon", kNow));
    EXPECT_EQ(verdict(good), "outside: refused");
    EXPECT_EQ(logged.size(), bodies.size() + 2);
    EXPECT_THAT(logged[0], HasSubstr("refused a message of lyon: refused: the signature does not hold"));
    EXPECT_THAT(logged.back(), HasSubstr("it is suspended"));
    EXPECT_EQ(at_hub(), 0);
    std::int64_t counted = 0;
    for (const auto& refusals : members.refusals())
        counted += refusals.count;
    EXPECT_EQ(counted, static_cast<std::int64_t>(logged.size()));
}

TEST_F(Exchange, ATamperedRowASwappedStatementAndAnothersStatementAreNamedAndChangeNothing) {
    put(600);
    std::string bytes = log.find("lyon", 1)->bytes;
    const auto try_statement = [&](const std::string& statement) {
        return verdict(envelope({"lyon", "hub", rpc::make_message_id(), "", kNow},
                                rpc::encode_call("statement.put", {Value::bytes(statement)}), key));
    };
    std::string tampered = bytes;
    tampered.replace(tampered.find("\"measured_s\":600"), 16, "\"measured_s\":601");
    EXPECT_THAT(try_statement(tampered), HasSubstr("inside: bad_statement: the rows do not give the root"));
    put(700);
    EXPECT_THAT(try_statement(log.find("lyon", 2)->bytes),
                HasSubstr("inside: ahead: statement 2 after the head 0"));
    const rpc::SigningKey other = rpc::SigningKey::generate();
    StatementHeader header = read_statement(bytes, key.verifying_key())->header;
    std::vector<SaltedRow> rows = read_statement(bytes, key.verifying_key())->rows;
    header.node = "nantes";
    EXPECT_THAT(try_statement(encode_statement(sign_statement(header, rows, key))),
                HasSubstr("inside: bad_statement: it is of nantes"));
    EXPECT_THAT(try_statement(encode_statement(sign_statement(header, rows, other))),
                HasSubstr("not signed by the key"));
    EXPECT_THAT(try_statement("nonsense"), HasSubstr("inside: bad_statement"));
    EXPECT_EQ(at_hub(), 0);
    EXPECT_EQ(hub_log.head("lyon").number, 0);
}

TEST_F(Exchange, AForkOfTheChainIsNamed) {
    put(600);
    ASSERT_EQ(deliver(straight()), "delivered");
    StatementHeader header = read_statement(log.find("lyon", 1)->bytes, key.verifying_key())->header;
    std::vector<SaltedRow> rows = read_statement(log.find("lyon", 1)->bytes, key.verifying_key())->rows;
    header.issued_utc_s += 1;
    const auto call = rpc::encode_call("statement.put",
                                       {Value::bytes(encode_statement(sign_statement(header, rows, key)))});
    EXPECT_THAT(verdict(envelope({"lyon", "hub", rpc::make_message_id(), "", kNow}, call, key)),
                HasSubstr("inside: fork"));
}

TEST_F(Exchange, ARosterIsTakenOnlyWhereTheAgreementHasIt) {
    const RosterRow person{"person", {}, 0, 0, {{"lastname", "Roux"}}};
    ASSERT_TRUE(declare_roster({"lyon", scale, &paris, &key, kNow}, {person}, log));
    EXPECT_EQ(deliver(straight()), "delivered");
    EXPECT_EQ(hub_log.roster("lyon").size(), 1U);
    const rpc::SigningKey nantes = rpc::SigningKey::generate();
    const std::string token = members.invite("nantes", Names::none, kNow).value();
    ASSERT_TRUE(ask_to_join(straight(tls_print('d')),
                            sign_introduction("nantes", "N", tls_print('d'), nantes), token));
    ASSERT_TRUE(members.accept("nantes", nantes.verifying_key().fingerprint(), kNow));
    StatementHeader header;
    header.kind = StatementKind::roster;
    header.node = "nantes";
    header.number = 1;
    const std::string bytes =
        encode_statement(sign_statement(header, {{std::string(32, 's'), roster_row(person)}}, nantes));
    EXPECT_THAT(verdict(envelope({"nantes", "hub", rpc::make_message_id(), "", kNow},
                                 rpc::encode_call("statement.put", {Value::bytes(bytes)}), nantes),
                        tls_print('d')),
                HasSubstr("the agreement with this member leaves names out"));
}

TEST_F(Exchange, AReceiptThatIsNotTheHubsOrOfAnotherStatementIsNotKept) {
    put(600);
    const auto answering = [&](const rpc::SigningKey& envelope_key, const rpc::SigningKey& receipt_key,
                               const std::string& digest) {
        return announcing_first([&, digest](std::string_view body) -> config::Result<std::string> {
            const rpc::Call call = rpc::decode_call(body).value();
            const auto request = rpc::read_message(*call.params[0].find("note")->as_bytes(),
                                                   *call.params[0].find("payload")->as_bytes())
                                     .value();
            const std::string receipt = sign_receipt({"hub", "lyon", 1, digest, kNow}, receipt_key);
            const auto reply = rpc::sign_message(
                {"hub", "lyon", rpc::make_message_id(), request.header.id, kNow},
                rpc::encode_response(Value::structure({{"receipt", Value::bytes(receipt)}})), envelope_key);
            return rpc::encode_response(Value::structure(
                {{"note", Value::bytes(reply.note)}, {"payload", Value::bytes(reply.payload)}}));
        });
    };
    const rpc::SigningKey forger = rpc::SigningKey::generate();
    const std::string digest = log.find("lyon", 1)->digest;
    EXPECT_THAT(deliver(answering(forger, forger, digest)), HasSubstr("the answer is not signed by the hub"));
    EXPECT_THAT(deliver(answering(hub_key, forger, digest)),
                HasSubstr("the receipt is not signed by the key of hub"));
    EXPECT_THAT(deliver(answering(hub_key, hub_key, std::string(64, '0'))),
                HasSubstr("the receipt for statement 1 is of another one"));
    EXPECT_EQ(log.unreceipted("lyon"), std::vector<std::int64_t>{1});
    // An earlier answer of the hub, played again, is not an answer to this message.
    std::string old_answer;
    const Carry keeps = [&](std::string_view body) -> config::Result<std::string> {
        return old_answer = *straight()(body);
    };
    EXPECT_EQ(deliver(keeps), "delivered");
    put(700);
    EXPECT_THAT(deliver([&](std::string_view) -> config::Result<std::string> { return old_answer; }),
                HasSubstr("not to this message"));
}

TEST_F(Exchange, AMemberJoinsByInvitationIntroductionAndAcceptedFingerprint) {
    const rpc::SigningKey nantes = rpc::SigningKey::generate();
    const std::string introduction =
        sign_introduction("nantes", "Université de Nantes", tls_print('d'), nantes);
    EXPECT_FALSE(ask_to_join(straight(tls_print('d')), introduction, "0123")) << "nobody invited it";
    const std::string token = members.invite("nantes", Names::none, kNow).value();
    EXPECT_FALSE(ask_to_join(straight(tls_print('d')), introduction, "0123")) << "not with that token";
    EXPECT_FALSE(ask_to_join(straight(tls_print('e')), introduction, token))
        << "not over another certificate";
    EXPECT_FALSE(members.accept("nantes", nantes.verifying_key().fingerprint(), kNow))
        << "it has not introduced itself";
    EXPECT_TRUE(ask_to_join(straight(tls_print('d')), introduction, token));
    EXPECT_TRUE(ask_to_join(straight(tls_print('d')), introduction, token)) << "twice is harmless";
    const std::string other = sign_introduction("nantes", "X", tls_print('d'), rpc::SigningKey::generate());
    EXPECT_FALSE(ask_to_join(straight(tls_print('d')), other, token)) << "the invitation is used";
    EXPECT_EQ(members.find("nantes")->state, MemberState::pending);
    EXPECT_THAT(members.accept("nantes", std::string(64, '0'), kNow).error().what,
                HasSubstr("not with the one given"));
    EXPECT_TRUE(members.accept("nantes", nantes.verifying_key().fingerprint(), kNow));
    EXPECT_EQ(members.find("nantes")->state, MemberState::active);
    EXPECT_FALSE(members.invite("nantes", Names::none, kNow)) << "it is a member";
    EXPECT_EQ(ask_introduction(straight())->key, hub_key.verifying_key());
}

// Anybody may send one: it is read before the token of an invitation is looked at.
TEST(IntroductionTest, NestedDeeperThanAnyStackIsRefused) {
    const rpc::SigningKey key = rpc::SigningKey::generate();
    constexpr std::size_t kLevels = 300'000;
    const std::string text =
        "assidu.node/1\n{\"id\":" + std::string(kLevels, '[') + std::string(kLevels, ']') + "}\n";
    const auto read = read_introduction(rpc::sign_note(text, "lyon", key));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().what, "the introduction is not canonical");
}

TEST(IntroductionTest, IsSignedByTheKeyItNames) {
    const rpc::SigningKey key = rpc::SigningKey::generate();
    const std::string note = sign_introduction("lyon", "Lyon", tls_print('a'), key);
    EXPECT_EQ(read_introduction(note)->key, key.verifying_key());
    for (std::size_t bit = 0; bit < note.size() * 8; ++bit) {
        std::string flipped = note;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
        EXPECT_FALSE(read_introduction(flipped)) << "bit " << bit;
    }
}

}  // namespace
}  // namespace assidu::federation
