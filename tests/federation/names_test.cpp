// A hub asks a node for names; the documents travel through the test.

#include "federation/names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "config/limits.h"
#include "federation/ledger_tables.h"
#include "federation/reception.h"
#include "tests/temporary_folder.h"

namespace assidu::federation {
namespace {

using rpc::Value;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace limits = config::limits;

constexpr std::int64_t kNow = 1'772'700'000;
const std::string kPurpose = "report group 2026-01-01 to 2026-01-31";

std::string tls_print(char c) {
    return std::string(64, c);
}

StudentId student(std::size_t number) {
    StudentId id;
    id.bytes[14] = static_cast<std::uint8_t>(number / 256);
    id.bytes[15] = static_cast<std::uint8_t>(number % 256);
    return id;
}

class NamesAtIssue : public ::testing::Test {
  protected:
    NamesAtIssue() {
        hub = Hub{"https://pole.example", "pole", hub_key.verifying_key(), tls_print('h'), Names::issue, ""};
        member.id = "lyon";
        member.state = MemberState::active;
        member.names = Names::issue;
        member.key = key.verifying_key();
        known = {{"person", student(1), 0, 0, {{"lastname", "Roux"}}},
                 {"person", student(2), 0, 0, {{"lastname", "O'Neil \n \"Œ\""}}},
                 {"course", {}, 10, 0, {{"fullname", "Mathématiques"}}},
                 {"activity", {}, 10, 501, {{"name", "Quiz"}}}};
        reception.serve_own_hub(
            {[this] { return hub; }, [this](const NamesAsked& asked) { return names(asked); }, &audit});
    }

    std::vector<RosterRow> names(const NamesAsked& asked) {
        questions.push_back(asked);
        std::vector<RosterRow> rows;
        for (const RosterRow& row : known) {
            const bool is_asked = row.what == "person" ? std::ranges::count(asked.students, row.student) > 0
                                  : row.what == "course"
                                      ? std::ranges::count(asked.courses, row.course) > 0
                                      : std::ranges::count(asked.activities, row.activity) > 0;
            if (is_asked) rows.push_back(row);
        }
        return rows;
    }
    // Carries to the node over a connection with that certificate.
    Carry straight(const std::string& fingerprint = tls_print('h')) {
        return [this, fingerprint](std::string_view body) -> config::Result<std::string> {
            sent.emplace_back(body);
            return reception.answer(body, fingerprint);
        };
    }
    config::Result<std::vector<RosterRow>> ask(NamesAsked asked, const Carry& carry) {
        return ask_names({"pole", &hub_key, &clock, &hub_audit}, member, carry, std::move(asked), kPurpose);
    }
    std::string refusal(const NamesAsked& asked, const Carry& carry) {
        const auto rows = ask(asked, carry);
        return rows ? "told" : rows.error().what;
    }
    std::string envelope(const rpc::MessageHeader& header, const Value& params,
                         const rpc::SigningKey& signer) {
        const rpc::SignedMessage message =
            rpc::sign_message(header, rpc::encode_call("names.ask", {params}), signer);
        return rpc::encode_call("pool.message",
                                {Value::structure({{"note", Value::bytes(message.note)},
                                                   {"payload", Value::bytes(message.payload)}})});
    }
    rpc::MessageHeader header() { return {"pole", "lyon", rpc::make_message_id(), "", kNow}; }
    std::string verdict(const std::string& body, const std::string& fingerprint = tls_print('h')) {
        const auto outer = rpc::decode_response(reception.answer(body, fingerprint)).value();
        if (const auto* fault = std::get_if<rpc::Fault>(&outer)) return "outside: " + fault->text;
        const auto inside = rpc::decode_response(*std::get<Value>(outer).find("payload")->as_bytes()).value();
        if (const auto* fault = std::get_if<rpc::Fault>(&inside)) return "inside: " + fault->text;
        return "told";
    }
    std::string asked(const Value& params) { return verdict(envelope(header(), params, hub_key)); }
    static std::vector<AuditEntry> all(const AuditLog& log) { return log.entries(INT64_MIN, INT64_MAX); }
    std::int64_t refusals(const std::string& sender) const {
        std::int64_t count = 0;
        for (const auto& one : members.refusals())
            count += one.sender == sender ? one.count : 0;
        return count;
    }
    [[nodiscard]] AuditEntry entry(std::int64_t students, std::int64_t others,
                                   const std::string& outcome) const {
        return {kNow, "pole", "lyon", "names.ask", kPurpose, students, others, outcome};
    }

    tests::TemporaryFolder folder;
    config::FixedClock clock{kNow};
    rpc::SigningKey key = rpc::SigningKey::generate(), hub_key = rpc::SigningKey::generate();
    std::shared_ptr<SQLite::Database> file = open_ledger_file(folder / "member.sqlite");
    std::shared_ptr<SQLite::Database> hub_file = open_ledger_file(folder / "hub.sqlite");
    MemberList members{file};
    StatementLog statements{file};
    AuditLog audit{file}, hub_audit{hub_file};
    std::optional<Hub> hub;
    Member member;  // as the hub has it
    std::vector<RosterRow> known;
    std::vector<NamesAsked> questions;
    std::vector<std::string> logged, sent;
    Reception reception{{"lyon", "", &key}, members, statements, clock, [this](const std::string& line) {
                            logged.push_back(line);
                        }};
};

TEST_F(NamesAtIssue, AreToldToTheHubAndAuditedOnBothSides) {
    const NamesAsked asked{{student(2), student(1), student(2), student(3)}, {10, 11}, {501}};
    const auto rows = ask(asked, straight());
    ASSERT_TRUE(rows) << rows.error().what;
    EXPECT_EQ(*rows, known) << "whom it does not know is left out";
    EXPECT_THAT(questions, ElementsAre(NamesAsked{{student(1), student(2), student(3)}, {10, 11}, {501}}));
    EXPECT_THAT(all(audit), ElementsAre(entry(2, 2, "told")));
    EXPECT_THAT(all(hub_audit), ElementsAre(entry(2, 2, "told")));
    EXPECT_TRUE(logged.empty());
    // In files, and by instant: the first is inside, the last is not.
    const AuditLog again(open_ledger_file(folder / "member.sqlite"));
    EXPECT_EQ(again.entries(kNow, kNow + 1).size(), 1U);
    EXPECT_THAT(again.entries(kNow + 1, kNow + 9), IsEmpty());
    EXPECT_THAT(again.entries(kNow - 9, kNow), IsEmpty());
}

TEST_F(NamesAtIssue, NobodyIsAskedAboutNothing) {
    const auto rows = ask({}, straight());
    ASSERT_TRUE(rows);
    EXPECT_THAT(*rows, IsEmpty());
    EXPECT_THAT(sent, IsEmpty());
    EXPECT_THAT(all(hub_audit), IsEmpty());
}

TEST_F(NamesAtIssue, AreToldByTheAgreementAsItIsNow) {
    hub->names = Names::none;
    EXPECT_THAT(refusal({{student(1)}, {}, {}}, straight()),
                HasSubstr("the names of lyon are not told: lyon answers: not_agreed: the agreement"));
    EXPECT_THAT(questions, IsEmpty());
    EXPECT_THAT(all(audit), ElementsAre(entry(0, 0, "not_agreed")));
    EXPECT_THAT(all(hub_audit), ElementsAre(entry(0, 0, "refused")));
    hub->names = Names::roster;
    EXPECT_EQ(refusal({{student(1)}, {}, {}}, straight()), "told");
    hub->names = Names::issue;
    EXPECT_EQ(refusal({{student(1)}, {}, {}}, straight()), "told");
    EXPECT_EQ(all(audit).size(), 3U);
}

TEST_F(NamesAtIssue, WhoeverIsNotTheHubLearnsNothingAndIsOnlyCounted) {
    const Value params = names_asked_value({{student(1)}, {}, {}}, kPurpose);
    const std::string good = envelope(header(), params, hub_key);
    EXPECT_EQ(verdict(envelope(header(), params, rpc::SigningKey::generate())), "outside: refused");
    EXPECT_EQ(verdict(good, tls_print('x')), "outside: refused");
    rpc::MessageHeader other = header();
    other.from = "nantes";
    EXPECT_EQ(verdict(envelope(other, params, hub_key)), "outside: refused");
    EXPECT_EQ(refusals("pole"), 2);
    EXPECT_EQ(refusals("?"), 1);
    other = header();
    other.to = "nantes";
    EXPECT_THAT(verdict(envelope(other, params, hub_key)), HasSubstr("inside: wrong_recipient"));
    other = header();
    other.issued_utc_s = kNow - rpc::kClockSkewMax_s - 1;
    EXPECT_THAT(verdict(envelope(other, params, hub_key)), HasSubstr("inside: stale"));
    hub.reset();
    EXPECT_EQ(verdict(good), "outside: refused") << "it has left the hub";
    EXPECT_THAT(questions, IsEmpty());
    EXPECT_THAT(all(audit), IsEmpty());
    EXPECT_EQ(logged.size(), 6U);
}

TEST_F(NamesAtIssue, AnEnvelopeIsAnsweredOnce) {
    ASSERT_TRUE(ask({{student(1)}, {}, {}}, straight()));
    EXPECT_THAT(verdict(sent.at(0)), HasSubstr("inside: replay"));
    EXPECT_EQ(questions.size(), 1U);
    EXPECT_EQ(all(audit).size(), 1U);
}

TEST_F(NamesAtIssue, AMemberOfThisNodeIsNotItsHub) {
    const rpc::SigningKey nantes = rpc::SigningKey::generate();
    const std::string token = members.invite("nantes", Names::none, kNow).value();
    const Introduction introduction{"nantes", "N", nantes.verifying_key(), tls_print('n')};
    ASSERT_TRUE(members.introduce(introduction, token, kNow));
    ASSERT_TRUE(members.accept("nantes", nantes.verifying_key().fingerprint(), kNow));
    const rpc::MessageHeader from{"nantes", "lyon", rpc::make_message_id(), "", kNow};
    const Value params = names_asked_value({{student(1)}, {}, {}}, kPurpose);
    EXPECT_THAT(verdict(envelope(from, params, nantes), tls_print('n')), HasSubstr("inside: not_agreed"));
    EXPECT_THAT(questions, IsEmpty());
    EXPECT_THAT(all(audit), IsEmpty());
    EXPECT_EQ(refusals("nantes"), 1);
    ASSERT_TRUE(members.suspend("nantes", kNow));
    EXPECT_EQ(verdict(envelope(from, params, nantes), tls_print('n')), "outside: refused");
}

TEST_F(NamesAtIssue, TheHubDeclaresNothingHereUnlessItIsAMemberToo) {
    const auto call = [&] {
        const rpc::SignedMessage message =
            rpc::sign_message(header(), rpc::encode_call("statement.head", {}), hub_key);
        return verdict(rpc::encode_call("pool.message",
                                        {Value::structure({{"note", Value::bytes(message.note)},
                                                           {"payload", Value::bytes(message.payload)}})}));
    };
    EXPECT_THAT(call(), HasSubstr("inside: malformed: no such method"));
    const std::string token = members.invite("pole", Names::none, kNow).value();
    ASSERT_TRUE(members.introduce({"pole", "P", hub_key.verifying_key(), tls_print('h')}, token, kNow));
    ASSERT_TRUE(members.accept("pole", hub_key.verifying_key().fingerprint(), kNow));
    EXPECT_EQ(call(), "told");
    EXPECT_EQ(refusal({{student(1)}, {}, {}}, straight()), "told") << "and it still is the hub";
    ASSERT_TRUE(members.suspend("pole", kNow));
    EXPECT_THAT(call(), HasSubstr("inside: malformed"));
    EXPECT_EQ(refusal({{student(1)}, {}, {}}, straight()), "told") << "suspended as a member only";
}

TEST_F(NamesAtIssue, AQuestionHasALimitAndMoreAreSeveral) {
    NamesAsked most;
    for (std::size_t i = 0; i < limits::kNamesAskedMax - 2; ++i)
        most.students.push_back(student(i));
    most.courses = {10};
    most.activities = {501};
    EXPECT_EQ(asked(names_asked_value(most, kPurpose)), "told");
    NamesAsked more = most;
    more.courses.push_back(11);
    EXPECT_THAT(asked(names_asked_value(more, kPurpose)),
                HasSubstr("inside: malformed: names.ask is for 2001 names, and a call has at most 2000"));
    EXPECT_EQ(all(audit).size(), 1U);
    questions.clear();
    EXPECT_TRUE(ask(most, straight()));
    EXPECT_EQ(questions.size(), 1U);
    const auto rows = ask(more, straight());
    ASSERT_TRUE(rows);
    EXPECT_EQ(rows->size(), known.size());
    EXPECT_EQ(questions.size(), 3U);
    EXPECT_EQ(all(hub_audit).size(), 3U) << "an entry a call";
}

TEST_F(NamesAtIssue, APurposeIsPrintableAndNotLongerThanItsLimit) {
    const auto with = [&](const std::string& purpose) {
        return asked(names_asked_value({{student(1)}, {}, {}}, purpose));
    };
    EXPECT_EQ(with(std::string(limits::kPurposeBytesMax, 'x')), "told");
    EXPECT_EQ(with("rapport d'étudiant"), "told");
    EXPECT_EQ(all(audit).size(), 2U);
    for (const std::string& bad :
         {std::string(limits::kPurposeBytesMax + 1, 'x'), std::string(), std::string("a\nb"),
          std::string("a\tb"), std::string("a\u0085b"), std::string("a\u202eb"), std::string("a\u007fb")})
        EXPECT_THAT(with(bad), HasSubstr("inside: malformed: names.ask.purpose")) << bad;
    EXPECT_EQ(all(audit).size(), 2U);
    EXPECT_FALSE(is_purpose("\xff"));
    EXPECT_FALSE(ask_names({"pole", &hub_key, &clock, &hub_audit}, member, straight(), {{student(1)}, {}, {}},
                           "a\nb"));
}

TEST_F(NamesAtIssue, AQuestionThatIsNoneIsNamedAndNotAudited) {
    const auto question = [&](Value students, Value courses) {
        return Value::structure({{"purpose", Value::text(kPurpose)},
                                 {"students", std::move(students)},
                                 {"courses", std::move(courses)},
                                 {"activities", Value::array({})}});
    };
    EXPECT_EQ(asked(question(Value::bytes(""), Value::array({}))), "told");
    const std::size_t before = all(audit).size();
    for (const Value& bad :
         {Value::text("x"), question(Value::bytes("123"), Value::array({})),
          question(Value::text(""), Value::array({})), question(Value::bytes(""), Value::bytes("")),
          question(Value::bytes(""), Value::array({Value::integer(0)})),
          question(Value::bytes(""), Value::array({Value::text("1")}))})
        EXPECT_THAT(asked(bad), HasSubstr("inside: malformed: names.ask"));
    EXPECT_EQ(all(audit).size(), before);
}

TEST_F(NamesAtIssue, AnAnswerHasALimitInBytes) {
    known = {{"person", student(1), 0, 0, {{"lastname", ""}}}};
    const std::size_t frame = roster_row(known[0]).size() + 1;
    known[0].texts["lastname"] = std::string(limits::kNamesBytesMax - frame, 'x');
    const auto rows = ask({{student(1)}, {}, {}}, straight());
    ASSERT_TRUE(rows) << rows.error().what;
    EXPECT_EQ(*rows, known);
    known[0].texts["lastname"] += "x";
    EXPECT_THAT(refusal({{student(1)}, {}, {}}, straight()), HasSubstr("ask for fewer"));
    EXPECT_THAT(all(audit), ElementsAre(entry(1, 0, "told"), entry(0, 0, "too_large")));
}

TEST_F(NamesAtIssue, AnAnswerWithWhatWasNotAskedOrIsNoRowIsNotUsed) {
    const std::string row = roster_row(known[0]) + "\n";
    const auto answering = [&](const std::string& rows, const rpc::SigningKey& signer) {
        return [&, rows](std::string_view body) -> config::Result<std::string> {
            const rpc::Call call = rpc::decode_call(body).value();
            const auto request = rpc::read_message(*call.params[0].find("note")->as_bytes(),
                                                   *call.params[0].find("payload")->as_bytes())
                                     .value();
            const auto reply = rpc::sign_message(
                {"lyon", "pole", rpc::make_message_id(), request.header.id, kNow},
                rpc::encode_response(Value::structure({{"rows", Value::bytes(rows)}})), signer);
            return rpc::encode_response(Value::structure(
                {{"note", Value::bytes(reply.note)}, {"payload", Value::bytes(reply.payload)}}));
        };
    };
    const NamesAsked asked{{student(1)}, {}, {}};
    EXPECT_EQ(refusal(asked, answering(row, key)), "told");
    EXPECT_EQ(refusal(asked, answering("", key)), "told");
    EXPECT_THAT(refusal(asked, answering(row, hub_key)), HasSubstr("the answer is not signed by lyon"));
    EXPECT_THAT(refusal(asked, answering(row + row, key)), HasSubstr("row 2 is there twice"));
    EXPECT_THAT(refusal(asked, answering(row + roster_row(known[1]) + "\n", key)),
                HasSubstr("the names of lyon are not told: row 2 was not asked for"));
    EXPECT_THAT(refusal(asked, answering(roster_row(known[2]) + "\n", key)),
                HasSubstr("row 1 was not asked"));
    EXPECT_THAT(refusal(asked, answering(roster_row(known[3]) + "\n", key)),
                HasSubstr("row 1 was not asked"));
    EXPECT_THAT(refusal(asked, answering(roster_row(known[0]), key)), HasSubstr("the last row has no end"));
    EXPECT_THAT(refusal(asked, answering("nonsense\n", key)), HasSubstr("row 1: "));
    EXPECT_THAT(refusal(asked, answering(std::string(limits::kNamesBytesMax + 1, '\n'), key)),
                HasSubstr("bytes of names"));
    EXPECT_THAT(
        refusal(asked,
                [](std::string_view) -> config::Result<std::string> { return config::refuse("no route"); }),
        HasSubstr("the names of lyon are not told: no route"));
    EXPECT_EQ(all(hub_audit).size(), 11U);
    EXPECT_EQ(std::ranges::count(all(hub_audit), "told", &AuditEntry::outcome), 2);
}

TEST_F(NamesAtIssue, NoNameIsInAnyLogOrAudit) {
    ASSERT_TRUE(ask({{student(1), student(2)}, {10}, {501}}, straight()));
    hub->names = Names::none;
    ASSERT_FALSE(ask({{student(1), student(2)}, {10}, {501}}, straight()));
    for (const std::string& line : logged)
        EXPECT_THAT(line, ::testing::Not(HasSubstr("Roux")));
    for (const AuditLog* log : {&audit, &hub_audit}) {
        for (const AuditEntry& one : all(*log))
            EXPECT_THAT(one.actor + one.node + one.action + one.purpose + one.outcome,
                        ::testing::Not(HasSubstr("Roux")));
    }
}

}  // namespace
}  // namespace assidu::federation
