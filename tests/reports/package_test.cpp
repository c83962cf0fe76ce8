// Packages: what is in them, who can check them, and that nothing in them can be changed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "config/limits.h"
#include "reports/verify/verify_text.h"
#include "tests/reports/package_sample.h"

namespace assidu::reports::test {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class Packages : public PackageSample {};

TEST_F(Packages, OfANodeAloneHoldUnderItsOwnKeyAndUnderThatOfTheHubThatReceiptedIt) {
    const std::string package = package_of(ada);
    for (const std::string& root : {node_root(), hub_root()}) {
        const Verification verification = verify_package(package, root);
        EXPECT_EQ(verification.verdict, Verdict::holds) << verification_text(verification, "en");
        EXPECT_EQ(verification.subject.measured_s, 16'800);
        EXPECT_EQ(verification.subject.credited_s, 1'800);
        EXPECT_EQ(verification.subject.person, "Élie Ada");
    }
    EXPECT_EQ(verify_package(package, "").verdict, Verdict::unanchored);
    const Verification other =
        verify_package(package, rpc::SigningKey::generate().verifying_key().fingerprint());
    EXPECT_EQ(other.verdict, Verdict::refused);
    EXPECT_THAT(outcome_of(other, Check::root), HasSubstr("issued nothing in this package"));
}

TEST_F(Packages, OfAHubForAMembersStudentHoldUnderTheHubsKeyOnly) {
    const std::string package = hub_package_of(ada);
    const Verification verification = verify_package(package, hub_root());
    EXPECT_EQ(verification.verdict, Verdict::holds) << verification_text(verification, "en");
    EXPECT_EQ(verification.subject.measured_s, 16'800);
    EXPECT_EQ(verify_package(package, node_root()).verdict, Verdict::refused);
}

TEST_F(Packages, RevealNoOtherStudent) {
    const std::string package = package_of(ada), of_hub = hub_package_of(bob);
    for (const auto& [bytes, mine, other] : {std::tuple(package, ada, bob), std::tuple(of_hub, bob, ada)}) {
        EXPECT_THAT(bytes, HasSubstr(to_string(mine)));
        EXPECT_THAT(bytes, Not(HasSubstr(to_string(other))));
        const Person& person = directory.people.at(other);
        for (const std::string& name : {person.firstname, person.lastname, person.email, person.idnumber}) {
            if (name.empty()) continue;
            EXPECT_THAT(bytes, Not(HasSubstr(name)));
        }
    }
    // Nor do the salts of one tell those of another: they are under a secret of each student.
    EXPECT_THAT(package, Not(HasSubstr("\"measured_s\":119")));
}

TEST_F(Packages, HaveTheFilesThatThePageSays) {
    std::vector<std::string> names;
    for (const ZipFile& file : files_of(package_of(ada)))
        names.push_back(file.name);
    EXPECT_THAT(names, ElementsAre("data.json", "documents/report.csv", "keys.json", "manifest.note",
                                   "method/method-en.txt", "method/method-fr.txt", "proofs/00000001.txt",
                                   "proofs/00000002.txt", "receipt.note", "scale.json",
                                   "statements/00000001.note", "statements/00000002.note"));
}

TEST_F(Packages, AreTheSameBytesForTheSameReport) {
    EXPECT_EQ(package_of(ada), package_of(ada));
    EXPECT_EQ(hub_package_of(ada), hub_package_of(ada));
}

TEST_F(Packages, OfAStudentWithoutATraceSayZeroAndHold) {
    const Verification verification = verify_package(package_of(zoe), node_root());
    EXPECT_EQ(verification.verdict, Verdict::holds) << verification_text(verification, "en");
    EXPECT_EQ(verification.subject.measured_s, 0);
}

TEST_F(Packages, SayWhichDaysWereDeclaredAgain) {
    correct_a_day();
    deliver();
    for (const auto& [package, root] :
         {std::pair(package_of(ada), node_root()), std::pair(hub_package_of(ada), hub_root())}) {
        const Verification verification = verify_package(package, root);
        EXPECT_EQ(verification.verdict, Verdict::holds) << verification_text(verification, "en");
        EXPECT_EQ(verification.subject.measured_s, 16'740);
        const auto manifest =
            read_manifest(rpc::parse_note(file_in(*std::make_unique<std::vector<ZipFile>>(files_of(package)),
                                                  kManifestName))
                              .value()
                              .text)
                .value();
        EXPECT_EQ(manifest.superseded, (std::vector<SupersededDay>{{day("2026-03-23"), 1, 3}}));
    }
}

TEST_F(Packages, AreNotIssuedOfADayWhoseTotalsWereNotDeclared) {
    federation::StudentLedger changed = ada_ledger();
    changed.rows[2].measured_s -= 60;
    put({changed, bob_ledger()});
    EXPECT_THAT(try_package_of(ada).error().what, HasSubstr("no proof of 2026-03-23 yet"));
    EXPECT_TRUE(try_package_of(bob));
}

TEST_F(Packages, OfAPeriodWithoutDeclarationsAreRefusedAsNoData) {
    request.period = {day("2026-05-01"), day("2026-05-31")};
    const auto proof = federation::PeriodProof::gather(kNode, scale.sha256, request.period, node->log);
    ASSERT_FALSE(proof);
    EXPECT_THAT(proof.error().what, HasSubstr("no data"));
}

TEST_F(Packages, SayWhatIsMissingOfThePeriod) {
    request.period = {day("2026-03-15"), day("2026-03-29")};
    announced_more = 2;
    const std::string package = hub_package_of(ada);
    const Verification verification = verify_package(package, hub_root());
    EXPECT_EQ(verification.verdict, Verdict::partial) << verification_text(verification, "en");
    EXPECT_THAT(verification.subject.missing_days, ElementsAre("2026-03-15/2026-03-18"));
    EXPECT_EQ(verification.subject.statements_missing, 2);
    EXPECT_THAT(verification_text(verification, "fr"), HasSubstr("LA PÉRIODE EST INCOMPLÈTE"));
}

// A hub that lies signs what it likes; the rows are still the node's.
TEST_F(Packages, OfALyingHubAreRefused) {
    const auto lie = [&](std::string_view file, const std::string& from, const std::string& to, Check check,
                         const std::string& why) {
        std::vector<ZipFile> files = files_of(hub_package_of(ada));
        std::string& bytes = file_in(files, file);
        const std::size_t at = bytes.find(from);
        ASSERT_NE(at, std::string::npos) << from;
        bytes.replace(at, from.size(), to);
        const Verification verification = verify_package(signed_again(files, hub_key), hub_root());
        EXPECT_EQ(verification.verdict, Verdict::refused) << from;
        EXPECT_THAT(outcome_of(verification, check), HasSubstr(why)) << from;
    };
    lie(kDataName, "\"measured_s\":3900,\"name\"", "\"measured_s\":3901,\"name\"", Check::totals,
        "the courses");
    lie(kDataName, "\"measured\":\"4:40:00\"", "\"measured\":\"5:40:00\"", Check::totals, "the total");
    lie(kDataName, "2026-03-23T09:00:00+01:00", "2026-03-23T08:00:00+01:00", Check::totals, "first_local");
    lie(kDataName, "\"last_statement\":2", "\"last_statement\":3", Check::totals, "member's statements");
    lie(proofs_name(1), "\"measured_s\":5400", "\"measured_s\":6400", Check::rows,
        "does not lead to the root");
    lie(statement_name(1), "\"rows\":", "\"rows\":1", Check::statements, "statement 1");
    lie(kScaleName, "1800", "3600", Check::scale, "another SHA-256");
    lie(kReceiptName, "\"number\":2", "\"number\":1", Check::receipt, "no key that is there");
}

TEST_F(Packages, WithARowLeftOutBetweenOthersAreRefused) {
    std::vector<ZipFile> files = files_of(hub_package_of(ada));
    std::string& lines = file_in(files, proofs_name(1));
    const std::size_t second = lines.find('\n') + 1;
    lines.erase(second, lines.find('\n', second) + 1 - second);
    const Verification verification = verify_package(signed_again(files, hub_key), hub_root());
    EXPECT_THAT(outcome_of(verification, Check::rows), HasSubstr("are left out"));
}

TEST_F(Packages, WithTheRowOfADayThatWasReplacedSinceAreRefused) {
    std::vector<ZipFile> before = files_of(package_of(ada));
    correct_a_day();
    std::vector<ZipFile> files = files_of(package_of(ada));
    // The old, higher rows in the place of the new ones.
    file_in(files, proofs_name(1)) = file_in(before, proofs_name(1));
    std::erase_if(files, [](const ZipFile& file) { return file.name == proofs_name(3); });
    file_in(files, kDataName) = file_in(before, kDataName);
    const Verification verification = verify_package(signed_again(files, node_key), node_root());
    EXPECT_THAT(outcome_of(verification, Check::rows), HasSubstr("a later statement replaced it"));
    // Nor does it help to leave the later statement out: the receipt of the hub shows it, or the node's word
    // on its last statement is another.
    std::erase_if(files, [](const ZipFile& file) { return file.name == statement_name(3); });
    EXPECT_EQ(verify_package(signed_again(files, node_key), node_root()).verdict, Verdict::refused);
}

TEST_F(Packages, WithAnOutageHiddenAreRefused) {
    node->ledger->add_outage(kNode, {at("2026-03-24", 2, 0), at("2026-03-24", 6, 0), "panne"});
    federation::StudentLedger changed = ada_ledger();
    changed.rows[5].events += 1;  // the 24th is declared again, and with it the outage
    put({changed, bob_ledger()});
    declare(at("2026-04-02", 5, 0));
    std::vector<ZipFile> files = files_of(package_of(ada));
    json data = json::parse(file_in(files, kDataName));
    ASSERT_EQ(data["provenance"]["outages"].size(), 1U);
    data["provenance"]["outages"] = json::array();
    file_in(files, kDataName) = data.dump();
    const Verification verification = verify_package(signed_again(files, node_key), node_root());
    EXPECT_THAT(outcome_of(verification, Check::totals), HasSubstr("an outage that statement"));
}

TEST_F(Packages, SayNoMoreOfWhatIsMissingThanTheirStatements) {
    const auto files = files_of(hub_package_of(ada));
    const auto claim = [&](const std::function<void(PackageManifest&)>& change, Check check,
                           const std::string& why) {
        const Verification verification = verify_package(signed_again(files, hub_key, change), hub_root());
        EXPECT_THAT(outcome_of(verification, check), HasSubstr(why));
    };
    claim([](PackageManifest& m) { m.missing_days = {{m.period.from, m.period.from}}; }, Check::period,
          "days without a statement");
    claim([](PackageManifest& m) { m.superseded = {{m.period.from, 1, 2}}; }, Check::period,
          "superseded days");
    claim([](PackageManifest& m) { m.statements_missing = 4; }, Check::totals, "member's statements");
    claim([](PackageManifest& m) { m.first_statement = 2; }, Check::manifest, "no file of a package");
    claim([](PackageManifest& m) { m.last_statement = 3; }, Check::statements, "statement 3 is missing");
    claim([](PackageManifest& m) { m.student.bytes.fill(7); }, Check::rows, "another student's");
    claim([](PackageManifest& m) { m.files.pop_back(); }, Check::manifest, "are listed");
}

TEST_F(Packages, HaveRoomForCosignatures) {
    std::vector<ZipFile> files = files_of(hub_package_of(ada));
    std::string& note = file_in(files, kManifestName);
    const std::string text = rpc::parse_note(note).value().text;
    const std::string by_node = rpc::sign_note(text, kNode, node_key);
    const std::string line = by_node.substr(by_node.rfind("\n\n") + 2);
    const std::string once = note + line;
    note = once;
    const Verification both = verify_package(write_zip(files).value(), hub_root());
    EXPECT_EQ(both.verdict, Verdict::holds) << verification_text(both, "en");
    EXPECT_EQ(outcome_of(both, Check::cosignatures), "holds");
    note = once + line;
    EXPECT_THAT(failures_of(verify_package(write_zip(files).value(), hub_root())), HasSubstr("signed twice"));
    // Of somebody whose key nobody vouches for.
    const std::string stranger_note = rpc::sign_note(text, "stranger", rpc::SigningKey::generate());
    note = once + stranger_note.substr(stranger_note.rfind("\n\n") + 2);
    EXPECT_THAT(failures_of(verify_package(write_zip(files).value(), hub_root())),
                HasSubstr("of no key that is there"));
}

TEST_F(Packages, AreSaidToHoldOrNotInBothLanguages) {
    const std::string package = hub_package_of(ada);
    const std::string french = verification_text(verify_package(package, hub_root()), "fr");
    EXPECT_THAT(french, HasSubstr("TOUT EST VÉRIFIÉ."));
    EXPECT_THAT(french, HasSubstr("4:40:00 mesurées, 0:30:00 créditées"));
    EXPECT_THAT(french, HasSubstr("Élie Ada"));
    const std::string english = verification_text(verify_package(package, ""), "en");
    EXPECT_THAT(english, HasSubstr("CONSISTENT, BUT OF UNKNOWN ORIGIN"));
    std::string broken = package;
    broken[100] ^= 1;
    const std::string refused = verification_text(verify_package(broken, hub_root()), "fr");
    EXPECT_THAT(refused, HasSubstr("[ÉCHEC] Fichier"));
    EXPECT_THAT(refused, HasSubstr("Cela signifie"));
    EXPECT_THAT(refused, HasSubstr("REFUSÉ"));
    EXPECT_THAT(refused, HasSubstr("non vérifié"));
}

}  // namespace
}  // namespace assidu::reports::test
