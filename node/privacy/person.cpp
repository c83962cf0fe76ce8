#include "node/privacy/person.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "config/durable_file.h"
#include "config/limits.h"
#include "config/utf8.h"
#include "federation/erasure.h"
#include "federation/sqlite_store.h"
#include "node/archive/dossier_store.h"
#include "node/archive/erasure.h"

namespace assidu::node::privacy {
namespace {

namespace fs = std::filesystem;
using config::refuse;
using config::Result;
using Json = nlohmann::ordered_json;

constexpr federation::Period kAlways{config::CivilDay{INT32_MIN}, config::CivilDay{INT32_MAX}};

Json instant(const std::optional<std::int64_t>& utc_s) {
    return utc_s ? Json(*utc_s) : Json(nullptr);
}

Json identities(const Node& node, std::int64_t user_id) {
    Json list = Json::array();
    for (const auto& held : node.catalogue().person_history(node.settings().source_name, user_id)) {
        const archive::PersonRecord& person = held.record;
        list.push_back({{"from_utc_s", held.from_utc_s},
                        {"to_utc_s", instant(held.to_utc_s)},
                        {"username", person.username},
                        {"idnumber", person.idnumber},
                        {"firstname", person.firstname},
                        {"lastname", person.lastname},
                        {"email", person.email},
                        {"institution", person.institution},
                        {"department", person.department},
                        {"auth", person.auth},
                        {"mnet_host", person.mnet_host},
                        {"suspended", person.suspended},
                        {"deleted", person.deleted},
                        {"cohorts", person.cohorts},
                        {"profile_fields", person.profile_fields}});
    }
    return list;
}

Json side_tables(const Node& node, std::int64_t user_id) {
    Json tables = Json::object();
    for (const archive::SideTable table : archive::kSideTables) {
        if (!archive::is_about_people(table)) continue;
        const archive::HistoryShape& shape = archive::shape_of(table);
        Json& list = tables[std::string(shape.table)] = Json::array();
        node.catalogue().rows(
            node.settings().source_name, table,
            [&](const archive::HeldRow& held) {
                Json row{{"id", held.row.id},
                         {"from_utc_s", held.from_utc_s},
                         {"to_utc_s", instant(held.to_utc_s)}};
                for (std::size_t i = 0; i < shape.columns.size(); ++i)
                    row[std::string(shape.columns[i])] = held.row.values[i];
                list.push_back(std::move(row));
            },
            user_id);
    }
    return tables;
}

Json events(const Node& node, std::int64_t user_id) {
    Json list = Json::array();
    for (const Event& event : node.archive().events(node.source(), user_id)) {
        const EventShape& shape = node.archive().shapes()[static_cast<std::size_t>(event.shape)];
        list.push_back({{"utc_s", event.time_s},
                        {"id", event.id},
                        {"event", shape.eventname},
                        {"component", shape.component},
                        {"action", shape.action},
                        {"target", shape.target},
                        {"origin", shape.origin},
                        {"course", event.course},
                        {"activity", event.activity}});
    }
    return list;
}

std::string_view name_of(archive::ForeignRecord::Meter meter) {
    return meter == archive::ForeignRecord::Meter::scorm ? "scorm" : "timestat";
}

// What is known of a student's work beside events (archive/evidence_store.h).
void add_entries(const archive::StudentEvidence& known, Json& document) {
    Json& completions = document["completions"] = Json::array();
    for (const archive::CompletionRecord& one : known.completions)
        completions.push_back({{"activity", one.activity}, {"utc_s", one.time_s}, {"state", one.state}});
    Json& declarations = document["declarations"] = Json::array();
    for (const archive::DeclarationRecord& one : known.declarations)
        declarations.push_back({{"table", one.table},
                                {"id", one.row},
                                {"begin_utc_s", one.begin_s},
                                {"seconds", one.seconds},
                                {"course", one.course},
                                {"activity", one.activity},
                                {"declared_utc_s", instant(one.declared_s)},
                                {"validated", one.validated}});
    Json& foreign = document["foreign_times"] = Json::array();
    for (const archive::ForeignRecord& one : known.foreign)
        foreign.push_back({{"meter", name_of(one.meter)},
                           {"id", one.row},
                           {"utc_s", one.time_s},
                           {"seconds", one.seconds},
                           {"course", one.course},
                           {"activity", one.activity}});
}

// Where they stood, and what was decided about their time.
void add_states_and_decisions(const archive::StudentEvidence& known, Json& document) {
    Json& enrolments = document["enrolments"] = Json::array();
    for (const archive::EnrolmentState& one : known.enrolments)
        enrolments.push_back({{"id", one.enrolment},
                              {"course", one.course},
                              {"since_utc_s", one.since_s},
                              {"said_utc_s", one.said_s},
                              {"active", one.active},
                              {"begin_utc_s", instant(one.begin_s)},
                              {"end_utc_s", instant(one.end_s)}});
    Json& roles = document["roles"] = Json::array();
    for (const archive::RoleState& one : known.roles)
        roles.push_back({{"id", one.assignment},
                         {"role", one.role},
                         {"context_level", one.context_level},
                         {"instance", one.instance},
                         {"since_utc_s", one.since_s},
                         {"active", one.active}});
    Json& exclusions = document["exclusions"] = Json::array();
    for (const archive::Exclusion& one : known.exclusions)
        exclusions.push_back({{"number", one.number},
                              {"from_utc_s", one.from_s},
                              {"to_utc_s", one.to_s},
                              {"reason", one.reason},
                              {"author", one.author},
                              {"made_utc_s", one.made_s},
                              {"revoked_utc_s", instant(one.revoked_s)},
                              {"revoked_reason", one.revoked_reason},
                              {"revoked_author", one.revoked_author}});
    Json& days = document["signed_days"] = Json::array();
    for (const archive::DayRecord& one : known.days)
        days.push_back({{"day", config::iso_date(one.day)},
                        {"counts", one.counts},
                        {"author", one.author},
                        {"made_utc_s", one.made_s}});
}

Json evidence(const Node& node, std::int64_t user_id) {
    const archive::StudentEvidence known = node.evidence().of(node.source(), user_id);
    Json document = Json::object();
    add_entries(known, document);
    add_states_and_decisions(known, document);
    return document;
}

Json totals(const Node& node, const federation::StudentId& student) {
    Json rows = Json::array(), sessions = Json::array();
    const federation::LedgerQuery query{node.settings().node_id, node.scale().sha256, kAlways, student};
    node.ledger().rows(query, [&](const federation::LedgerRow& row) {
        Json activities = Json::array();
        for (const auto& share : row.activities)
            activities.push_back({{"activity", share.activity},
                                  {"measured_s", share.measured_s},
                                  {"credited_s", share.credited_s},
                                  {"events", share.events}});
        rows.push_back({{"day", config::iso_date(row.day)},
                        {"course", row.course},
                        {"measured_s", row.measured_s},
                        {"credited_s", row.credited_s},
                        {"events", row.events},
                        {"first_utc_s", instant(row.first_utc_s)},
                        {"last_utc_s", instant(row.last_utc_s)},
                        {"activities", std::move(activities)}});
    });
    node.ledger().sessions(query, INT64_MIN, INT64_MAX, [&](const federation::SessionRow& session) {
        sessions.push_back({{"begin_utc_s", session.begin_utc_s},
                            {"end_utc_s", session.end_utc_s},
                            {"events", session.events},
                            {"courses", session.courses}});
    });
    return {{"scale", node.scale().name()},
            {"rows", std::move(rows)},
            {"sessions", std::move(sessions)},
            {"dropped_events", node.ledger().dropped(query)}};
}

// Numbers of the node's statements with rows about the student.
Json statements(const Node& node, const federation::StudentId& student) {
    Json numbers = Json::array();
    const std::string& id = node.settings().node_id;
    for (std::int64_t number = 1; number <= node.statements().head(id).number; ++number) {
        const auto kept = node.statements().find(id, number);
        if (kept && federation::erase_rows_of(kept->bytes, student)) numbers.push_back(number);
    }
    return numbers;
}

Json dossiers(const Node& node, const federation::StudentId& student) {
    Json list = Json::array();
    const archive::DossierStore store(archive::DossierStore::path_in(node.folder().path));
    for (const archive::HeldDossier& held : store.history(node.settings().node_id, student)) {
        const federation::Dossier& dossier = held.record.dossier;
        list.push_back({{"from_utc_s", held.from_utc_s},
                        {"to_utc_s", instant(held.to_utc_s)},
                        {"funder", dossier.funder},
                        {"number", dossier.number},
                        {"training", dossier.training},
                        {"nature", federation::name_of(dossier.nature)},
                        {"modality", federation::name_of(dossier.modality)},
                        {"status", dossier.status},
                        {"from", config::iso_date(dossier.from)},
                        {"to", config::iso_date(dossier.to)},
                        {"planned_s", instant(dossier.planned_s)},
                        {"groups", dossier.groups}});
    }
    return list;
}

void append_audit(const Node& node, const std::string& action, const std::string& purpose,
                  const std::string& outcome) {
    node.audit().append({node.clock().now_utc_s(), node.settings().node_id, node.settings().node_id, action,
                         purpose, 1, 0, outcome});
}

// Words by which a file names a person. Short ones are found in everybody's.
std::vector<std::string> words_of(const Node& node, std::int64_t user_id) {
    constexpr std::size_t kShortest = 4;
    std::vector<std::string> words;
    const auto add = [&](const std::string& word) {
        if (word.size() >= kShortest && std::ranges::find(words, word) == words.end()) words.push_back(word);
    };
    for (const auto& held : node.catalogue().person_history(node.settings().source_name, user_id)) {
        const archive::PersonRecord& person = held.record;
        for (const std::string* word : {&person.username, &person.email, &person.idnumber, &person.lastname})
            add(*word);
    }
    return words;
}

bool names_anyone(std::string_view text, const std::vector<std::string>& words) {
    return std::ranges::any_of(
        words, [&](const std::string& word) { return text.find(word) != std::string_view::npos; });
}

Result<void> check_words(const std::string& name, const std::string& text,
                         const std::vector<std::string>& words) {
    if (text.empty()) return refuse(fmt::format("{} is missing: it stands in the audit", name));
    if (text.size() > config::limits::kReasonBytesMax || !config::is_utf8(text))
        return refuse(
            fmt::format("{} is no text of at most {} bytes", name, config::limits::kReasonBytesMax));
    if (names_anyone(text, words))
        return refuse(
            fmt::format("{} names the person who is to be forgotten: it stands in the audit for ever", name));
    return {};
}

// Rewrites a file of rejected rows without the lines that name the person; how many there were.
std::int64_t erase_lines(const fs::path& path, std::int64_t user_id, const std::vector<std::string>& words) {
    std::ifstream file(path, std::ios::binary);
    std::string kept, line;
    std::int64_t erased = 0;
    const std::string id = std::to_string(user_id);
    const std::vector<std::string> marks{fmt::format("\"userid\":{},", id),
                                         fmt::format("\"userid\":\"{}\"", id), fmt::format("user {} ", id)};
    while (std::getline(file, line)) {
        if (names_anyone(line, words) || names_anyone(line, marks))
            ++erased;
        else
            kept += line + "\n";
    }
    if (erased > 0) config::write_file_durably(path, kept, 0600);
    return erased;
}

// Whether a file has one of the words in it, whatever its size.
bool file_names(const fs::path& path, const std::vector<std::string>& words) {
    constexpr std::size_t kChunk = std::size_t{1} << 20;
    std::size_t longest = 0;
    for (const std::string& word : words)
        longest = std::max(longest, word.size());
    std::ifstream file(path, std::ios::binary);
    std::string window;
    std::string chunk(kChunk, '\0');
    while (file.read(chunk.data(), static_cast<std::streamsize>(chunk.size())) || file.gcount() > 0) {
        window.append(chunk, 0, static_cast<std::size_t>(file.gcount()));
        if (names_anyone(window, words)) return true;
        if (window.size() > longest) window.erase(0, window.size() - longest);
    }
    return false;
}

// What lies in the folder beside the stores.
void look_through_files(const Node& node, std::int64_t user_id, const std::vector<std::string>& words,
                        ErasedPerson& erased) {
    const NodeFolder& folder = node.folder();
    if (fs::exists(folder.rejects())) {
        for (const auto& entry : fs::recursive_directory_iterator(folder.rejects()))
            if (entry.is_regular_file()) erased.reject_lines += erase_lines(entry.path(), user_id, words);
    }
    for (const auto& entry : fs::recursive_directory_iterator(folder.path)) {
        const std::string name = entry.path().filename().string();
        if (!entry.is_regular_file() || name.find(".sqlite") != std::string::npos) continue;
        if (file_names(entry.path(), words)) erased.named_in.push_back(entry.path());
    }
}

}  // namespace

std::string export_person(const Node& node, std::int64_t user_id) {
    const federation::StudentId student = node.student_id(user_id);
    Json document{{"format", "assidu.person/1"},
                  {"node", node.settings().node_id},
                  {"university", node.settings().name},
                  {"exported_utc_s", node.clock().now_utc_s()},
                  {"source", node.settings().source_name},
                  {"user_id", user_id},
                  {"pseudonym", federation::to_string(student)},
                  {"identities", identities(node, user_id)},
                  {"records", side_tables(node, user_id)},
                  {"events", events(node, user_id)},
                  {"evidence", evidence(node, user_id)},
                  {"totals", totals(node, student)},
                  {"statements", statements(node, student)},
                  {"dossiers", dossiers(node, student)}};
    append_audit(node, "person.export", "", "told");
    return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<ErasedPerson> erase_person(Node& node, std::int64_t user_id, const std::string& reason,
                                  const std::string& author) {
    const std::vector<std::string> words = words_of(node, user_id);
    if (auto good = check_words("--reason", reason, words); !good) return std::unexpected(good.error());
    if (auto good = check_words("--author", author, words); !good) return std::unexpected(good.error());
    const std::string purpose = fmt::format("{}: {}", author, reason);
    append_audit(node, "person.erase", purpose, "begun");
    ErasedPerson erased;
    const auto from_ledger =
        federation::erase_student(node.ledger_file(), node.settings().node_id, node.student_id(user_id));
    erased.rows = from_ledger.rows;
    erased.sessions = from_ledger.sessions;
    erased.statements = from_ledger.statements;
    const auto from_archive = archive::erase_user(node.folder().archive(), node.source(), user_id);
    erased.events = from_archive.events;
    erased.evidence = from_archive.evidence;
    erased.dossiers = archive::DossierStore(archive::DossierStore::path_in(node.folder().path))
                          .erase(node.settings().node_id, node.student_id(user_id));
    look_through_files(node, user_id, words, erased);
    // The names last: whoever repeats this after a crash still finds the person by them.
    node.catalogue().erase_person(node.settings().source_name, user_id, node.erasure_tag(user_id),
                                  node.clock().now_utc_s());
    federation::wipe_deleted(node.ledger_file());
    archive::wipe_archive(node.folder().archive());
    node.catalogue().wipe_deleted();
    append_audit(node, "person.erase", purpose, "erased");
    return erased;
}

}  // namespace assidu::node::privacy
