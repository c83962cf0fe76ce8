// Partners' words on each other's keys: what a hub takes and what it refuses, and how one is checked by hand.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "config/limits.h"
#include "federation/delivery.h"
#include "federation/ledger_tables.h"
#include "federation/reception.h"
#include "rpc/signed_note.h"
#include "tests/temporary_folder.h"

namespace assidu::federation {
namespace {

using tests::contents_of;
using ::testing::HasSubstr;

constexpr std::int64_t kNow = 1'772'700'000;

std::string fingerprint_of(const rpc::SigningKey& key) {
    return key.verifying_key().fingerprint();
}

// A hub with the members lyon and nantes; nantes speaks.
class Attestations : public ::testing::Test {
  protected:
    Attestations() {
        for (auto [id, key] : {std::pair{"lyon", &lyon}, std::pair{"nantes", &nantes}})
            join(id, *key);
    }
    void join(const std::string& id, const rpc::SigningKey& key) {
        const std::string token = members.invite(id, Names::none, kNow).value();
        ASSERT_TRUE(ask_to_join(carry(), sign_introduction(id, id, tls, key), token));
        ASSERT_TRUE(members.accept(id, fingerprint_of(key), kNow));
    }
    Carry carry() {
        return [this](std::string_view body) -> config::Result<std::string> { return reception.answer(body, tls); };
    }
    Delivery to_hub(const std::string& id, const rpc::SigningKey& key) {
        return {id, {"https://hub.example", "hub", hub_key.verifying_key(), tls, Names::none, ""}, key, clock, carry()};
    }
    // What the hub says to a note that a member gives it.
    std::string give(const std::string& note, const std::string& id, const rpc::SigningKey& key) {
        Delivered delivered;
        StatementLog log(open_ledger_file(folder / (id + ".sqlite")));
        const auto done = to_hub(id, key).attest(log, note, delivered);
        return done ? "taken" : done.error().what;
    }
    std::string give(const std::string& note) { return give(note, "nantes", nantes); }
    std::string note_of(const std::string& node, const std::string& fingerprint, std::int64_t now_utc_s = kNow) const {
        return sign_attestation("nantes", node, fingerprint, now_utc_s, nantes);
    }
    std::vector<AttestationLog::Kept> kept(const std::string& node) { return members.attestations().of(node); }

    tests::TemporaryFolder folder;
    config::FixedClock clock{kNow};
    std::string tls = std::string(64, 'a');
    rpc::SigningKey hub_key = rpc::SigningKey::generate(), lyon = rpc::SigningKey::generate(),
                    nantes = rpc::SigningKey::generate();
    std::shared_ptr<SQLite::Database> file = open_ledger_file(folder / "hub.sqlite");
    StatementLog statements{file};
    MemberList members{file};
    std::vector<std::string> logged;
    Reception reception{Receiver{"hub", sign_introduction("hub", "H", tls, hub_key), &hub_key}, members, statements, clock,
                        [this](const std::string& line) { logged.push_back(line); }};
};

TEST_F(Attestations, AMemberAttestsAnothersKeyAndTheHubsAndEveryMemberMayAskForThem) {
    EXPECT_EQ(give(note_of("lyon", fingerprint_of(lyon))), "taken");
    EXPECT_EQ(give(note_of("hub", fingerprint_of(hub_key))), "taken");
    StatementLog log(open_ledger_file(folder / "lyon.sqlite"));
    Delivered delivered;
    const auto told = to_hub("lyon", lyon).attestations(log, "lyon", delivered);
    ASSERT_TRUE(told) << told.error().what;
    ASSERT_EQ(told->size(), 1U);
    const Attestation& one = told->front().attestation;
    EXPECT_EQ(one.signer, "nantes");
    EXPECT_EQ(one.signer_key, nantes.verifying_key());
    EXPECT_EQ(one.fingerprint, fingerprint_of(lyon));
    EXPECT_EQ(one.issued_utc_s, kNow);
    EXPECT_EQ(told->front().note, note_of("lyon", fingerprint_of(lyon)));
    EXPECT_EQ(to_hub("lyon", lyon).attestations(log, "hub", delivered)->size(), 1U);
    EXPECT_TRUE(to_hub("lyon", lyon).attestations(log, "nantes", delivered)->empty());
    // Said again it is one, and says since when.
    EXPECT_EQ(give(note_of("lyon", fingerprint_of(lyon), kNow + 60)), "taken");
    ASSERT_EQ(kept("lyon").size(), 1U);
    EXPECT_EQ(kept("lyon")[0].attestation.issued_utc_s, kNow);
}

TEST_F(Attestations, WhatIsNoPartnersWordOnAnothersKeyIsRefusedByName) {
    const std::string other(64, 'b');
    EXPECT_THAT(give(note_of("lyon", other)), HasSubstr("bad_attestation: another fingerprint: the key of lyon has " +
                                                        fingerprint_of(lyon) + " here, and nantes says " + other));
    EXPECT_THAT(give(note_of("nantes", fingerprint_of(nantes))), HasSubstr("own key"));
    EXPECT_THAT(give(note_of("rennes", other)), HasSubstr("rennes is no node with a key here"));
    EXPECT_THAT(give(sign_attestation("lyon", "nantes", fingerprint_of(nantes), kNow, lyon)),
                HasSubstr("it is signed for lyon, and nantes gives it"));
    EXPECT_THAT(give(sign_attestation("nantes", "lyon", fingerprint_of(lyon), kNow, lyon)),
                HasSubstr("not signed by the key that nantes has now"));
    // Lyon's word under the name of nantes: the key that the note names did not sign it.
    std::string forged = sign_attestation("nantes", "lyon", fingerprint_of(lyon), kNow, nantes);
    forged.replace(forged.find(fingerprint_of(lyon)), 64, other);
    EXPECT_THAT(give(forged), HasSubstr("forged"));
    EXPECT_THAT(give("hello"), HasSubstr("bad_attestation"));
    for (const std::int64_t off : {rpc::kClockSkewMax_s + 1, -rpc::kClockSkewMax_s - 1})
        EXPECT_THAT(give(note_of("lyon", fingerprint_of(lyon), kNow + off)), HasSubstr("the clock here says"));
    EXPECT_TRUE(kept("lyon").empty());
    EXPECT_TRUE(kept("nantes").empty());
    for (const auto& refused : members.refusals()) {
        EXPECT_EQ(refused.sender, "nantes");
        EXPECT_EQ(refused.code, "bad_attestation");
        EXPECT_EQ(refused.count, 9);
    }
    EXPECT_EQ(give(note_of("lyon", fingerprint_of(lyon), kNow + rpc::kClockSkewMax_s)), "taken");
}

TEST_F(Attestations, ARevokedKeysWordCountsNoMoreAndIsNotTakenAgain) {
    ASSERT_EQ(give(note_of("lyon", fingerprint_of(lyon))), "taken");
    ASSERT_TRUE(members.revoke("nantes", "stolen", kNow));
    ASSERT_EQ(kept("lyon").size(), 1U);
    EXPECT_TRUE(kept("lyon")[0].is_revoked);
    StatementLog log(open_ledger_file(folder / "lyon.sqlite"));
    Delivered delivered;
    EXPECT_TRUE(to_hub("lyon", lyon).attestations(log, "lyon", delivered)->empty()) << "it is given to nobody";
    // The university comes back with another key, and has the old one's word.
    const rpc::SigningKey next = rpc::SigningKey::generate();
    join("nantes", next);
    const std::string old = note_of("hub", fingerprint_of(hub_key));
    EXPECT_THAT(give(old, "nantes", next), HasSubstr("signed by a key of nantes that was revoked"));
    EXPECT_TRUE(kept("hub").empty());
    // Its word under the new key takes the place of the old one's.
    EXPECT_EQ(give(sign_attestation("nantes", "lyon", fingerprint_of(lyon), kNow, next), "nantes", next), "taken");
    ASSERT_EQ(kept("lyon").size(), 1U);
    EXPECT_FALSE(kept("lyon")[0].is_revoked);
    // Of a key that was revoked nobody's word is taken.
    ASSERT_TRUE(members.revoke("lyon", "stolen", kNow));
    EXPECT_THAT(give(sign_attestation("nantes", "lyon", fingerprint_of(lyon), kNow + 1, next), "nantes", next),
                HasSubstr("the key of lyon was revoked"));
}

TEST_F(Attestations, AHubKeepsSoManyOfANodeAndNotOneMore) {
    const std::string about = fingerprint_of(lyon);
    AttestationLog log = members.attestations();
    const KeyHolder holder{"lyon", lyon.verifying_key()};
    for (std::size_t i = 1; i < config::limits::kAttestationsOfNodeMax; ++i) {
        const std::string id = "n" + std::to_string(i);
        log.put(read_attestation(sign_attestation(id, "lyon", about, kNow, nantes)).value(),
                sign_attestation(id, "lyon", about, kNow, nantes));
    }
    EXPECT_EQ(give(note_of("lyon", about)), "taken");
    EXPECT_EQ(give(note_of("lyon", about)), "taken") << "it is there already";
    const std::string more = sign_attestation("hub", "lyon", about, kNow, hub_key);
    const auto taken = log.take(more, {"hub", hub_key.verifying_key()}, holder, kNow);
    ASSERT_FALSE(taken);
    EXPECT_THAT(taken.error().what, HasSubstr("256 attestations of lyon are kept already"));
    EXPECT_EQ(kept("lyon").size(), config::limits::kAttestationsOfNodeMax);
}

TEST(AttestationNote, NoBitOfItMayBeAnotherAndItHasOneSignature) {
    const rpc::SigningKey key = rpc::SigningKey::generate();
    const std::string note = sign_attestation("nantes", "lyon", std::string(64, 'a'), kNow, key);
    EXPECT_EQ(read_attestation(note)->node, "lyon");
    for (std::size_t bit = 0; bit < note.size() * 8; ++bit) {
        std::string flipped = note;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
        ASSERT_FALSE(read_attestation(flipped)) << "bit " << bit;
    }
    EXPECT_FALSE(read_attestation(note + note.substr(note.find("\n\n") + 2)));
    for (const auto& [from, to] : {std::pair<std::string, std::string>{"\"node\":\"lyon\"", "\"node\":\"Lyon!\""},
                                   {std::string(64, 'a'), "abc"},
                                   {std::to_string(kNow), "-1"},
                                   {std::to_string(kNow), "\"x\""}}) {
        std::string text = note.substr(0, note.find("\n\n") + 1);
        text.replace(text.find(from), from.size(), to);
        EXPECT_FALSE(read_attestation(rpc::sign_note(text, "nantes", key))) << to;
    }
}

// docs/formats/attestation.md: its commands check one, and nothing else.
class AttestationPage : public ::testing::Test {
  protected:
    void SetUp() override {
        const std::string page = contents_of(std::string(ASSIDU_SOURCE_DIR) + "/docs/formats/attestation.md");
        const std::size_t begin = page.find("```sh\n") + 6;
        folder.write("check.sh", page.substr(begin, page.find("```", begin) - begin));
    }
    bool holds(const std::string& note, const std::string& signer, const std::string& node,
               const std::string& fingerprint) const {
        folder.write("attestation", note);
        const std::string command = "cd " + folder.path().string() + " && SIGNER=" + signer + " NODE=" + node +
                                    " FINGERPRINT=" + fingerprint + " sh ./check.sh > out 2>&1";
        return std::system(command.c_str()) == 0;
    }
    tests::TemporaryFolder folder;
};

TEST_F(AttestationPage, ItsCommandsCheckOneAndRefuseWhatIsForgedOrOfAnother) {
    const rpc::SigningKey key = rpc::SigningKey::generate(), thief = rpc::SigningKey::generate();
    const std::string about(64, 'c'), signer = fingerprint_of(key);
    const std::string note = sign_attestation("univ-nantes", "univ-lyon", about, kNow, key);
    EXPECT_TRUE(holds(note, signer, "univ-lyon", about)) << contents_of(folder / "out");
    EXPECT_THAT(contents_of(folder / "out"), HasSubstr("univ-nantes says since 2026-03-05T"));
    EXPECT_FALSE(holds(note, fingerprint_of(thief), "univ-lyon", about)) << "another's key";
    EXPECT_FALSE(holds(note, signer, "univ-rennes", about));
    EXPECT_FALSE(holds(note, signer, "univ-lyon", std::string(64, 'd')));
    std::string forged = note;
    forged.replace(forged.find("univ-lyon"), 9, "univ-pari");
    EXPECT_FALSE(holds(forged, signer, "univ-pari", about));
    EXPECT_FALSE(holds(sign_attestation("univ-nantes", "univ-lyon", about, kNow, thief), signer, "univ-lyon", about));
}

}  // namespace
}  // namespace assidu::federation
