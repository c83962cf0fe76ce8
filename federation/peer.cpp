#include "federation/peer.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "config/limits.h"
#include "federation/sqlite_store.h"

namespace assidu::federation {
namespace {

using config::refuse;
using config::Result;

constexpr std::int32_t kApplicationId = 0x41735065;  // "AsPe"
constexpr std::array<std::string_view, 1> kMigrations{R"sql(
CREATE TABLE peers (
  wwwroot TEXT PRIMARY KEY, application TEXT NOT NULL, state TEXT NOT NULL, certificate TEXT NOT NULL,
  since_utc_s INTEGER NOT NULL, key_since_utc_s INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE grants (
  wwwroot TEXT NOT NULL REFERENCES peers, service TEXT NOT NULL, conditions TEXT NOT NULL,
  since_utc_s INTEGER NOT NULL, PRIMARY KEY (wwwroot, service)) WITHOUT ROWID;
CREATE TABLE calls (
  wwwroot TEXT NOT NULL, method TEXT NOT NULL, outcome TEXT NOT NULL, count INTEGER NOT NULL,
  last_utc_s INTEGER NOT NULL, PRIMARY KEY (wwwroot, method, outcome)) WITHOUT ROWID;
CREATE TABLE seals (seal BLOB PRIMARY KEY, until_utc_s INTEGER NOT NULL) WITHOUT ROWID;
)sql"};
constexpr StoreFormat kFormat{"peers", kApplicationId, kMigrations};

PeerState state_of(const std::string& name) {
    for (const PeerState state : {PeerState::proposed, PeerState::accepted})
        if (name == name_of(state)) return state;
    return PeerState::revoked;
}

std::vector<std::string> conditions_of(const std::string& text) {
    const auto list = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    std::vector<std::string> conditions;
    if (!list.is_array()) return conditions;
    for (const auto& condition : list)
        if (condition.is_string()) conditions.push_back(condition.get<std::string>());
    return conditions;
}

Peer peer_of(SQLite::Statement& select) {
    return {select.getColumn(0).getString(),
            select.getColumn(1).getString(),
            state_of(select.getColumn(2).getString()),
            select.getColumn(3).getString(),
            select.getColumn(4).getInt64(),
            select.getColumn(5).getInt64(),
            {}};
}

void read_grants(SQLite::Database& database, Peer& peer) {
    SQLite::Statement select(
        database, "SELECT service, conditions, since_utc_s FROM grants WHERE wwwroot=? ORDER BY service");
    select.bind(1, peer.wwwroot);
    while (select.executeStep())
        peer.grants.push_back({select.getColumn(0).getString(),
                               conditions_of(select.getColumn(1).getString()),
                               select.getColumn(2).getInt64()});
}

constexpr const char* kColumns = "wwwroot, application, state, certificate, since_utc_s, key_since_utc_s";

std::optional<Peer> find_in(SQLite::Database& database, std::string_view wwwroot) {
    SQLite::Statement select(database, fmt::format("SELECT {} FROM peers WHERE wwwroot=?", kColumns));
    select.bind(1, std::string(wwwroot));
    if (!select.executeStep()) return std::nullopt;
    Peer peer = peer_of(select);
    read_grants(database, peer);
    return peer;
}

void put(SQLite::Database& database, const Peer& peer) {
    SQLite::Statement insert(database,
                             "INSERT INTO peers (wwwroot, application, state, certificate, since_utc_s, "
                             "key_since_utc_s) VALUES (?,?,?,?,?,?) ON CONFLICT (wwwroot) DO UPDATE SET "
                             "application=excluded.application, state=excluded.state, "
                             "certificate=excluded.certificate, since_utc_s=excluded.since_utc_s, "
                             "key_since_utc_s=excluded.key_since_utc_s");
    insert.bind(1, peer.wwwroot);
    insert.bind(2, peer.application);
    insert.bind(3, std::string(name_of(peer.state)));
    insert.bind(4, peer.certificate);
    insert.bind(5, peer.since_utc_s);
    insert.bind(6, peer.key_since_utc_s);
    insert.exec();
}

std::int64_t count_of(SQLite::Database& database, PeerState state) {
    SQLite::Statement select(database, "SELECT count(*) FROM peers WHERE state=?");
    select.bind(1, std::string(name_of(state)));
    select.executeStep();
    return select.getColumn(0).getInt64();
}

config::Refusal no_such_peer(std::string_view wwwroot) {
    return {fmt::format(
        "'{}' is no peer of this node (`assidu peer list`; the address must be written as there)", wwwroot)};
}

}  // namespace

std::string_view name_of(PeerState state) {
    switch (state) {
        case PeerState::proposed:
            return "proposed";
        case PeerState::accepted:
            return "accepted";
        case PeerState::revoked:
            return "revoked";
    }
    return "";
}

const Grant* Peer::grant_of(std::string_view service) const {
    const auto found = std::ranges::find(grants, service, &Grant::service);
    return found == grants.end() ? nullptr : &*found;
}

PeerList::PeerList(const std::filesystem::path& path)
    : database_(std::make_unique<SQLite::Database>(open_store(path, kFormat))) {}
PeerList::~PeerList() = default;
PeerList::PeerList(PeerList&&) noexcept = default;

std::vector<Peer> PeerList::all() const {
    return translating_errors(*database_, [&] {
        std::vector<Peer> peers;
        SQLite::Statement select(*database_, fmt::format("SELECT {} FROM peers ORDER BY wwwroot", kColumns));
        while (select.executeStep())
            peers.push_back(peer_of(select));
        for (Peer& peer : peers)
            read_grants(*database_, peer);
        return peers;
    });
}

std::optional<Peer> PeerList::find(std::string_view wwwroot) const {
    return translating_errors(*database_, [&] { return find_in(*database_, wwwroot); });
}

std::int64_t PeerList::version() const {
    constexpr int kHalf = 32;
    return translating_errors(*database_, [&] {
        return (database_->execAndGet("PRAGMA data_version").getInt64() << kHalf) + changes_;
    });
}

bool PeerList::propose(const std::string& wwwroot, const std::string& application,
                       const rpc::MnetCertificate& certificate, std::int64_t now_utc_s) {
    ++changes_;
    bool put_down = false;
    translating_errors(*database_, [&] {
        in_transaction(*database_, [&] {
            put_down = !find_in(*database_, wwwroot) &&
                       count_of(*database_, PeerState::proposed) <
                           static_cast<std::int64_t>(config::limits::kMnetProposedMax);
            if (put_down)
                put(*database_,
                    {wwwroot, application, PeerState::proposed, certificate.pem(), now_utc_s, now_utc_s, {}});
        });
    });
    return put_down;
}

Result<void> PeerList::accept(const std::string& wwwroot, const std::string& application,
                              const rpc::MnetCertificate& certificate, std::int64_t now_utc_s) {
    ++changes_;
    Result<void> done;
    translating_errors(*database_, [&] {
        in_transaction(*database_, [&] {
            const auto known = find_in(*database_, wwwroot);
            if (!known && count_of(*database_, PeerState::accepted) >=
                              static_cast<std::int64_t>(config::limits::kMnetPeersMax)) {
                done = refuse(fmt::format("this node has {} peers already, as many as it takes",
                                          config::limits::kMnetPeersMax));
                return;
            }
            const bool same_key = known && known->certificate == certificate.pem();
            const bool same_state = known && known->state == PeerState::accepted;
            put(*database_, {wwwroot,
                             application,
                             PeerState::accepted,
                             certificate.pem(),
                             same_state ? known->since_utc_s : now_utc_s,
                             same_key ? known->key_since_utc_s : now_utc_s,
                             {}});
        });
    });
    return done;
}

Result<void> PeerList::revoke(const std::string& wwwroot, std::int64_t now_utc_s) {
    ++changes_;
    Result<void> done;
    translating_errors(*database_, [&] {
        in_transaction(*database_, [&] {
            auto peer = find_in(*database_, wwwroot);
            if (!peer) {
                done = std::unexpected(no_such_peer(wwwroot));
                return;
            }
            SQLite::Statement erase(*database_, "DELETE FROM grants WHERE wwwroot=?");
            erase.bind(1, wwwroot);
            erase.exec();
            peer->state = PeerState::revoked;
            peer->since_utc_s = now_utc_s;
            put(*database_, *peer);
        });
    });
    return done;
}

bool PeerList::replace_certificate(const std::string& wwwroot, const rpc::MnetCertificate& former,
                                   const rpc::MnetCertificate& fresh, std::int64_t now_utc_s) {
    ++changes_;
    bool replaced = false;
    translating_errors(*database_, [&] {
        in_transaction(*database_, [&] {
            auto peer = find_in(*database_, wwwroot);
            replaced = peer && peer->state == PeerState::accepted && peer->certificate == former.pem();
            if (!replaced) return;
            peer->certificate = fresh.pem();
            peer->key_since_utc_s = now_utc_s;
            put(*database_, *peer);
        });
    });
    return replaced;
}

Result<void> PeerList::grant(const std::string& wwwroot, const Grant& grant) {
    ++changes_;
    Result<void> done;
    translating_errors(*database_, [&] {
        in_transaction(*database_, [&] {
            const auto peer = find_in(*database_, wwwroot);
            if (!peer || peer->state != PeerState::accepted) {
                done = peer ? refuse(fmt::format("{} is {}: only an accepted peer has grants", wwwroot,
                                                 name_of(peer->state)))
                            : std::unexpected(no_such_peer(wwwroot));
                return;
            }
            SQLite::Statement insert(
                *database_,
                "INSERT OR REPLACE INTO grants (wwwroot, service, conditions, since_utc_s) "
                "VALUES (?,?,?,?)");
            insert.bind(1, wwwroot);
            insert.bind(2, grant.service);
            insert.bind(3, nlohmann::json(grant.conditions).dump());
            insert.bind(4, grant.since_utc_s);
            insert.exec();
        });
    });
    return done;
}

Result<void> PeerList::withdraw(const std::string& wwwroot, const std::string& service) {
    ++changes_;
    return translating_errors(*database_, [&]() -> Result<void> {
        int gone = 0;
        in_transaction(*database_, [&] {
            SQLite::Statement erase(*database_, "DELETE FROM grants WHERE wwwroot=? AND service=?");
            erase.bind(1, wwwroot);
            erase.bind(2, service);
            gone = erase.exec();
        });
        if (gone == 0) return refuse(fmt::format("{} has no grant of '{}'", wwwroot, service));
        return {};
    });
}

void PeerList::remember(const std::vector<PeerCalls>& calls, const std::vector<Seal>& seals,
                        std::int64_t now_utc_s) {
    translating_errors(*database_, [&] {
        in_transaction(*database_, [&] {
            SQLite::Statement add(
                *database_,
                "INSERT INTO calls (wwwroot, method, outcome, count, last_utc_s) VALUES (?,?,?,?,?) "
                "ON CONFLICT (wwwroot, method, outcome) DO UPDATE SET count=count+excluded.count, "
                "last_utc_s=max(last_utc_s, excluded.last_utc_s)");
            for (const PeerCalls& call : calls) {
                add.bind(1, call.wwwroot);
                add.bind(2, call.method);
                add.bind(3, call.outcome);
                add.bind(4, call.count);
                add.bind(5, call.last_utc_s);
                add.exec();
                add.reset();
            }
            SQLite::Statement keep(*database_,
                                   "INSERT OR REPLACE INTO seals (seal, until_utc_s) VALUES (?,?)");
            for (const Seal& seal : seals) {
                keep.bind(1, seal.seal.data(), static_cast<int>(seal.seal.size()));
                keep.bind(2, seal.until_utc_s);
                keep.exec();
                keep.reset();
            }
            SQLite::Statement forget(*database_, "DELETE FROM seals WHERE until_utc_s<?");
            forget.bind(1, now_utc_s);
            forget.exec();
        });
    });
}

std::vector<PeerList::Seal> PeerList::seals() const {
    return translating_errors(*database_, [&] {
        std::vector<Seal> seals;
        SQLite::Statement select(*database_,
                                 "SELECT seal, until_utc_s FROM seals ORDER BY until_utc_s, seal");
        while (select.executeStep()) {
            const SQLite::Column bytes = select.getColumn(0);
            seals.push_back({std::string(static_cast<const char*>(bytes.getBlob()),
                                         static_cast<std::size_t>(bytes.getBytes())),
                             select.getColumn(1).getInt64()});
        }
        return seals;
    });
}

std::vector<PeerCalls> PeerList::calls() const {
    return translating_errors(*database_, [&] {
        std::vector<PeerCalls> calls;
        SQLite::Statement select(
            *database_,
            "SELECT wwwroot, method, outcome, count, last_utc_s FROM calls ORDER BY wwwroot, "
            "method, outcome");
        while (select.executeStep())
            calls.push_back({select.getColumn(0).getString(), select.getColumn(1).getString(),
                             select.getColumn(2).getString(), select.getColumn(3).getInt64(),
                             select.getColumn(4).getInt64()});
        return calls;
    });
}

}  // namespace assidu::federation
