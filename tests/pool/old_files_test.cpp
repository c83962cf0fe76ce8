// Files of every format that there was, in tests/data/formats: each is taken by the program of today with
// what stood in it, alone and as the folder of a node. Whoever makes a new format of a store adds the file of
// the one before.

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "federation/attestation.h"
#include "federation/ledger_tables.h"
#include "federation/member.h"
#include "federation/peer.h"
#include "federation/sqlite_ledger.h"
#include "node/archive/catalogue.h"
#include "node/archive/dossier_store.h"
#include "node/archive/evidence_store.h"
#include "node/archive/sqlite_archive.h"
#include "node/web/staff.h"
#include "node/web/tokens.h"
#include "tests/node/cli/node_fixture.h"

namespace assidu::tests {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr const char* kNode = "universite-de-lyon";

fs::path formats() {
    return fs::path(ASSIDU_SOURCE_DIR) / "tests/data/formats";
}

// The formats of a store whose files are here, by name of the store.
std::map<std::string, std::set<int>> kept_formats() {
    std::map<std::string, std::set<int>> kept;
    for (const auto& entry : fs::directory_iterator(formats())) {
        const std::string name = entry.path().stem().string();
        const std::size_t dash = name.find('-');
        kept[name.substr(0, dash)].insert(std::stoi(name.substr(dash + 1)));
    }
    return kept;
}

void make(const std::string& store, int format, const fs::path& path) {
    SQLite::Database file(path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    file.exec(contents_of(formats() / (store + "-" + std::to_string(format) + ".sql")));
    ASSERT_EQ(file.execAndGet("PRAGMA user_version").getInt(), format);
}

federation::StudentId student() {
    federation::StudentId id;
    id.bytes.fill(1);
    return id;
}

// What must be in a file of each store, whatever its format. Opening it makes it one of today's format.
void look_at_archive(const fs::path& path, int format) {
    const auto archive = node::archive::open_sqlite_archive(path);
    const auto evidence = node::archive::open_sqlite_evidence(path);
    const auto source = archive->source("moodle", "").value();
    const auto events = archive->events(source, 7);
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(events[0].time_s, 1'772'438'400);
    EXPECT_EQ(archive->extent(source).events, 2);
    ASSERT_EQ(archive->dirty(source).size(), 1U) << "it is still to be computed";
    EXPECT_EQ(archive->intakes(5).at(0).path, "log.csv");
    EXPECT_EQ(evidence->extent(source).completions, format < 4 ? 0 : 1);
    EXPECT_EQ(evidence->extent(source).exclusions, format < 4 ? 0 : 1);
}
void look_at_catalogue(const fs::path& path, int /*format*/) {
    const auto catalogue = node::archive::open_sqlite_catalogue(path);
    EXPECT_EQ(catalogue->person("moodle", 42)->lastname, "Roux");
    EXPECT_EQ(catalogue->course("moodle", 10)->shortname, "MATH");
    EXPECT_EQ(catalogue->activity("moodle", 501)->name, "Test 1");
}
void look_at_dossiers(const fs::path& path, int /*format*/) {
    const node::archive::DossierStore store(path);
    const auto all = store.all(kNode);
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].student, student());
    EXPECT_EQ(all[0].dossier.funder, "Région");
    EXPECT_EQ(all[0].dossier.planned_s, 36'000);
}
void look_at_peers(const fs::path& path, int /*format*/) {
    const federation::PeerList peers(path);
    const auto peer = peers.find("https://moodle.example");
    ASSERT_TRUE(peer);
    EXPECT_EQ(peer->state, federation::PeerState::accepted);
    ASSERT_NE(peer->grant_of("use_stats"), nullptr);
    EXPECT_EQ(peers.calls().at(0).count, 3);
}
void look_at_web(const fs::path& path, int /*format*/) {
    node::web::Tokens tokens(path);
    ASSERT_EQ(tokens.all().size(), 1U);
    EXPECT_EQ(tokens.all()[0].label, "ERP");
    node::web::Staff staff(path);
    ASSERT_EQ(staff.all().size(), 1U);
    EXPECT_EQ(staff.all()[0].name, "anne");
}
void look_at_ledger(const fs::path& path, int format) {
    const auto file = federation::open_ledger_file(path);
    const auto ledger = federation::sqlite_ledger(file);
    std::int64_t seconds = 0;
    ledger->rows({kNode,
                  std::string(64, 'a'),
                  {config::CivilDay{INT32_MIN}, config::CivilDay{INT32_MAX}},
                  std::nullopt},
                 [&](const federation::LedgerRow& row) { seconds += row.measured_s; });
    EXPECT_EQ(seconds, 600);
    EXPECT_EQ(ledger->outages(kNode, 0, INT32_MAX).size(), 1U);
    const federation::MemberList members(file);
    EXPECT_EQ(members.all().size(), format < 2 ? 0U : 1U);
    EXPECT_TRUE(federation::AttestationLog(file).of("nantes").empty());
}

struct Store {
    std::string name;
    std::function<void(const fs::path&, int)> look;
};
const Store kStores[] = {{"archive", look_at_archive},   {"catalogue", look_at_catalogue},
                         {"dossiers", look_at_dossiers}, {"ledger", look_at_ledger},
                         {"peers", look_at_peers},       {"web", look_at_web}};

class OldFiles : public NodeProcess {};

TEST_F(OldFiles, EveryFormatThatEachStoreEverHadIsTakenWithWhatStoodInIt) {
    const auto kept = kept_formats();
    for (const Store& store : kStores) {
        ASSERT_TRUE(kept.contains(store.name)) << store.name;
        int newest = 0;
        for (const int format : kept.at(store.name)) {
            SCOPED_TRACE(store.name + " " + std::to_string(format));
            const fs::path path = folder / (store.name + std::to_string(format) + ".sqlite");
            make(store.name, format, path);
            store.look(path, format);
            store.look(path, format);  // and again, now that it is of today's
            SQLite::Database now(path.string(), SQLite::OPEN_READONLY);
            EXPECT_EQ(now.execAndGet("PRAGMA integrity_check").getString(), "ok");
            newest = now.execAndGet("PRAGMA user_version").getInt();
        }
        for (int format = 1; format < newest; ++format)
            EXPECT_TRUE(kept.at(store.name).contains(format))
                << "tests/data/formats lacks " << store.name << "-" << format << ".sql";
    }
}

// Nothing was upgraded since the first format of everything: one command does it, and a second changes
// nothing.
TEST_F(OldFiles, ANodesFolderOfTheFirstFormatsGoesOnAsANodeOfToday) {
    init();
    const std::string init_settings = contents_of(dir() + "/assidu.toml");
    ASSERT_THAT(init_settings, HasSubstr("universite-de-lyon"));
    for (const Store& store : kStores) {
        for (const char* end : {"", "-wal", "-shm"})
            fs::remove(dir() + "/" + store.name + ".sqlite" + end);
        make(store.name, 1, dir() + "/" + store.name + ".sqlite");
    }
    for (int times = 0; times < 2; ++times) {
        const Finished status = run({"status", "--json"});
        ASSERT_EQ(status.exit_code, 0) << status.err;
        const auto said = nlohmann::json::parse(status.out);
        EXPECT_EQ(said.at("events").at("count"), 2);
        EXPECT_EQ(said.at("imports").at(0).at("path"), "log.csv");
    }
    // What is there is computed, declared and issued, and what comes is taken in.
    const Finished imported =
        run({"import", folder.write("more.csv", kHeader + row(5, 42, kMorning) + row(6, 42, kMorning + 60))});
    ASSERT_EQ(imported.exit_code, 0) << imported.err;
    const Finished report =
        run({"report", "group", "--from", "2026-03-01", "--to", "2026-03-31", "--format", "json"});
    ASSERT_EQ(report.exit_code, 0) << report.err;
    EXPECT_EQ(nlohmann::json::parse(report.out).at("active"), 2)
        << "the one of the old file, and the new one";
    EXPECT_THAT(run({"token", "list"}).out, HasSubstr("ERP"));
    EXPECT_THAT(run({"staff", "list"}).out, HasSubstr("anne"));
    EXPECT_THAT(run({"dossier", "list", "--format", "json"}).out, HasSubstr("R-1"));
    for (const Store& store : kStores) {
        SQLite::Database file(dir() + "/" + store.name + ".sqlite", SQLite::OPEN_READONLY);
        EXPECT_EQ(file.execAndGet("PRAGMA integrity_check").getString(), "ok") << store.name;
    }
}

}  // namespace
}  // namespace assidu::tests
