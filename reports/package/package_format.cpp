#include "reports/package/package_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "config/canonical_json.h"
#include "config/digest.h"
#include "config/json_object.h"
#include "config/limits.h"
#include "reports/package/zip.h"
#include "rpc/base64.h"

namespace assidu::reports {
namespace {

using config::CivilDay;
using config::ObjectReader;
using config::refuse;
using config::Result;
using nlohmann::json;
namespace limits = config::limits;

constexpr std::string_view kTitle = "assidu.package/1\n";
constexpr std::string_view kKind = "student";
constexpr std::int64_t kIntegerMax = (std::int64_t{1} << 53) - 1;
constexpr std::size_t kSaltBytes = 32;

Result<json> parse_canonical(std::string_view text, std::string_view where) {
    if (text.size() > limits::kPackageJsonBytesMax)
        return refuse(fmt::format("{}: longer than {} bytes", where, limits::kPackageJsonBytesMax));
    auto value = config::parse_strict_json(text, where);
    if (!value) return value;
    const auto again = config::canonical_json(*value);
    if (!again) return refuse(fmt::format("{}: {}", where, again.error().what));
    if (*again != text) return refuse(fmt::format("{}: not canonical JSON", where));
    return value;
}

json number_or_null(const std::optional<std::int64_t>& number) {
    return number ? json(*number) : json(nullptr);
}

json json_of(const federation::Period& period) {
    return {{"from", config::iso_date(period.from)}, {"to", config::iso_date(period.to)}};
}

// Members that this format has beyond those of ObjectReader.
CivilDay day_in(ObjectReader& object, const char* key) {
    const auto day = config::parse_iso_date(object.text(key));
    if (!day) object.object_to(key, "must be a day");
    return day.value_or(CivilDay{});
}

std::string digest_in(ObjectReader& object, const char* key) {
    std::string digest = object.text(key);
    if (!config::is_sha256_hex(digest)) object.object_to(key, "must be a SHA-256");
    return digest;
}

std::optional<std::int64_t> number_or_null_in(ObjectReader& object, const char* key) {
    const json* const member = object.find(key);
    if (member == nullptr || member->is_null()) return std::nullopt;
    return object.integer(key, 0, kIntegerMax);
}

federation::Period period_in(const json& value, const std::string& place,
                             std::vector<std::string>& objections) {
    ObjectReader object(value, place, objections);
    const federation::Period period{day_in(object, "from"), day_in(object, "to")};
    if (period.to < period.from) object.object_to("to", "is before its beginning");
    if (std::int64_t{period.to.number} - period.from.number >= limits::kPeriodDaysMax)
        object.object_to("to", fmt::format("makes it longer than {} days", limits::kPeriodDaysMax));
    object.finish();
    return period;
}

// The member as a list whose items `read` takes one by one.
template <class Read>
void each_of(ObjectReader& object, const char* key, const Read& read) {
    const json* const list = object.find(key);
    if (list == nullptr) return;
    if (!list->is_array()) return object.object_to(key, "must be a list");
    for (const json& item : *list)
        read(item, object.path(key));
}

json object_of(const PackageManifest& manifest) {
    json object = {{"complete", manifest.complete()},
                   {"files", json::array()},
                   {"issued_utc_s", manifest.issued_utc_s},
                   {"issuer", manifest.issuer},
                   {"kind", kKind},
                   {"language", manifest.language},
                   {"missing_days", json::array()},
                   {"node", manifest.node},
                   {"period", json_of(manifest.period)},
                   {"scale", manifest.scale},
                   {"student", to_string(manifest.student)},
                   {"superseded", json::array()}};
    for (const ListedFile& file : manifest.files)
        object["files"].push_back({{"name", file.name}, {"sha256", file.sha256}, {"size", file.size}});
    for (const federation::Period& run : manifest.missing_days)
        object["missing_days"].push_back(json_of(run));
    for (const SupersededDay& day : manifest.superseded)
        object["superseded"].push_back(
            {{"by", day.by}, {"day", config::iso_date(day.day)}, {"statement", day.statement}});
    object["statements"] = {{"announced", number_or_null(manifest.announced_statement)},
                            {"first", manifest.first_statement},
                            {"last", manifest.last_statement},
                            {"last_sha256", manifest.last_statement_sha256},
                            {"missing", number_or_null(manifest.statements_missing)}};
    return object;
}

void read_statements(ObjectReader& outer, PackageManifest& manifest) {
    const json* const value = outer.find("statements");
    if (value == nullptr) return;
    ObjectReader object(*value, outer.path("statements"), outer.objections());
    manifest.announced_statement = number_or_null_in(object, "announced");
    manifest.first_statement = object.integer("first", 1, kIntegerMax);
    manifest.last_statement = object.integer("last", 1, kIntegerMax);
    manifest.last_statement_sha256 = digest_in(object, "last_sha256");
    manifest.statements_missing = number_or_null_in(object, "missing");
    object.finish();
}

void read_lists(ObjectReader& object, PackageManifest& manifest) {
    each_of(object, "files", [&](const json& item, const std::string& place) {
        ObjectReader file(item, place, object.objections());
        manifest.files.push_back(
            {file.text("name"), digest_in(file, "sha256"), file.integer("size", 0, kIntegerMax)});
        file.finish();
    });
    each_of(object, "missing_days", [&](const json& item, const std::string& place) {
        manifest.missing_days.push_back(period_in(item, place, object.objections()));
    });
    each_of(object, "superseded", [&](const json& item, const std::string& place) {
        ObjectReader day(item, place, object.objections());
        manifest.superseded.push_back({day_in(day, "day"), day.integer("statement", 1, kIntegerMax),
                                       day.integer("by", 1, kIntegerMax)});
        day.finish();
    });
}

std::optional<std::uint64_t> decimal(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    if (fmt::format("{}", value) != text) return std::nullopt;  // no leading zero
    return value;
}

std::string path_text(const std::vector<federation::Sha256Digest>& path) {
    std::string text;
    for (const federation::Sha256Digest& digest : path)
        text += (text.empty() ? "" : ",") + config::hex(digest);
    return text.empty() ? "-" : text;
}

std::optional<std::vector<federation::Sha256Digest>> read_path(std::string_view text) {
    std::vector<federation::Sha256Digest> path;
    if (text == "-") return path;
    for (;;) {
        const std::size_t comma = text.find(',');
        const std::string_view digits = text.substr(0, comma);
        if (!config::is_sha256_hex(digits) || path.size() == limits::kPackagePathMax) return std::nullopt;
        const std::string bytes = config::unhex(digits).value();
        std::copy(bytes.begin(), bytes.end(), path.emplace_back().begin());
        if (comma == std::string_view::npos) return path;
        text.remove_prefix(comma + 1);
    }
}

// The words of a line but the last, which is the rest.
std::vector<std::string_view> words(std::string_view line, std::size_t count) {
    std::vector<std::string_view> found;
    while (found.size() + 1 < count) {
        const std::size_t space = line.find(' ');
        if (space == std::string_view::npos) return {};
        found.push_back(line.substr(0, space));
        line.remove_prefix(space + 1);
    }
    found.push_back(line);
    return found;
}

}  // namespace

std::string statement_name(std::int64_t number) {
    return fmt::format("statements/{:08}.note", number);
}
std::string proofs_name(std::int64_t number) {
    return fmt::format("proofs/{:08}.txt", number);
}

bool PackageManifest::operator==(const PackageManifest& other) const {
    return object_of(*this) == object_of(other);
}

std::string manifest_text(const PackageManifest& manifest) {
    return fmt::format("{}{}\n", kTitle, config::canonical_json(object_of(manifest)).value());
}

Result<PackageManifest> read_manifest(std::string_view text) {
    if (!text.starts_with(kTitle) || !text.ends_with('\n')) return refuse("not an assidu.package/1");
    text.remove_prefix(kTitle.size());
    text.remove_suffix(std::min<std::size_t>(text.size(), 1));
    const auto value = parse_canonical(text, kManifestName);
    if (!value) return std::unexpected(value.error());
    std::vector<std::string> objections;
    ObjectReader object(*value, std::string(kManifestName), objections);
    PackageManifest manifest;
    if (object.text("kind") != kKind) object.object_to("kind", "is not known");
    manifest.issuer = object.text("issuer");
    manifest.node = object.text("node");
    manifest.language = object.text("language");
    manifest.issued_utc_s = object.integer("issued_utc_s", 0, kIntegerMax);
    manifest.scale = digest_in(object, "scale");
    const auto student = federation::parse_student_id(object.text("student"));
    if (!student) object.object_to("student", "must be a pseudonym");
    manifest.student = student.value_or(federation::StudentId{});
    if (const json* const period = object.find("period"))
        manifest.period = period_in(*period, object.path("period"), objections);
    read_statements(object, manifest);
    read_lists(object, manifest);
    if (object.boolean("complete") != manifest.complete())
        object.object_to("complete", "is not what the rest of it says");
    object.finish();
    if (!objections.empty()) return refuse(objections.front());
    return manifest;
}

std::string keys_document(std::vector<PackageKey> keys) {
    std::ranges::sort(keys, {}, [](const PackageKey& key) { return std::pair(key.node, key.key.raw()); });
    json list = json::array();
    for (const PackageKey& key : keys) {
        const std::string& raw = key.key.raw();
        list.push_back(
            {{"key", config::hex(std::span(reinterpret_cast<const std::uint8_t*>(raw.data()), raw.size()))},
             {"name", key.name},
             {"node", key.node},
             {"since_utc_s", key.since_utc_s}});
    }
    return config::canonical_json({{"keys", std::move(list)}}).value();
}

Result<std::vector<PackageKey>> read_keys(std::string_view document) {
    const auto value = parse_canonical(document, kKeysName);
    if (!value) return std::unexpected(value.error());
    std::vector<std::string> objections;
    std::vector<PackageKey> keys;
    ObjectReader outer(*value, std::string(kKeysName), objections);
    each_of(outer, "keys", [&](const json& item, const std::string& place) {
        ObjectReader object(item, place, objections);
        const auto raw = config::unhex(object.text("key"));
        auto key = rpc::VerifyingKey::of(raw.value_or(""));
        if (!key) return object.object_to("key", "must be an Ed25519 key in hexadecimal");
        keys.push_back({object.text("node"), object.text("name"), *std::move(key),
                        object.integer("since_utc_s", 0, kIntegerMax)});
        object.finish();
    });
    outer.finish();
    if (!objections.empty()) return refuse(objections.front());
    if (keys.empty() || keys.size() > limits::kPackageKeysMax)
        return refuse(fmt::format("{}: not 1 to {} keys", kKeysName, limits::kPackageKeysMax));
    if (keys_document(keys) != document || std::ranges::adjacent_find(keys, [](const auto& a, const auto& b) {
                                               return a.node == b.node && a.key == b.key;
                                           }) != keys.end())
        return refuse(fmt::format("{}: not in order, or a key is there twice", kKeysName));
    return keys;
}

std::string proof_lines(const std::vector<federation::ProvenRow>& rows) {
    std::string text;
    for (const federation::ProvenRow& row : rows)
        text += fmt::format("{} {} {} {}\n", row.index, rpc::base64(row.salt), path_text(row.path), row.row);
    return text;
}

Result<std::vector<federation::ProvenRow>> read_proof_lines(std::string_view text, std::int64_t number) {
    std::vector<federation::ProvenRow> rows;
    const auto malformed = [&] {
        return refuse(fmt::format("{}: line {} is no proof of a row", proofs_name(number), rows.size() + 1));
    };
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos) return malformed();
        const auto parts = words(text.substr(0, end), 4);
        text.remove_prefix(end + 1);
        if (parts.empty()) return malformed();
        const auto index = decimal(parts[0]);
        auto salt = rpc::unbase64(parts[1]);
        auto path = read_path(parts[2]);
        if (!index || !salt || salt->size() != kSaltBytes || !path) return malformed();
        if (rows.size() == limits::kPackageRowsMax)
            return refuse(fmt::format("more than {} rows", limits::kPackageRowsMax));
        rows.push_back({number, *index, *std::move(salt), std::string(parts[3]), *std::move(path)});
    }
    if (rows.empty()) return refuse(fmt::format("{}: no row", proofs_name(number)));
    return rows;
}

LastWords last_words(const std::vector<federation::StatementHeader>& headers, const std::string& scale,
                     const federation::Period& period) {
    LastWords words;
    for (const federation::StatementHeader& header : headers) {
        if (header.kind != federation::StatementKind::daily || header.scale.sha256 != scale) continue;
        for (const federation::StatementDay& day : header.days) {
            if (day.day < period.from || day.day > period.to) continue;
            LastWord& word = words[day.day];
            if (header.number >= word.number) word = {header.number, day.supersedes};
        }
    }
    return words;
}

std::vector<SupersededDay> superseded_days(const LastWords& words) {
    std::vector<SupersededDay> days;
    for (const auto& [day, word] : words) {
        if (word.supersedes != 0) days.push_back({day, word.supersedes, word.number});
    }
    return days;
}

std::vector<federation::Period> missing_days(const LastWords& words, const federation::Period& period) {
    std::vector<federation::Period> runs;
    for (CivilDay day = period.from; day <= period.to; day = next(day)) {
        if (words.contains(day)) continue;
        if (!runs.empty() && next(runs.back().to) == day)
            runs.back().to = day;
        else
            runs.push_back({day, day});
    }
    return runs;
}

}  // namespace assidu::reports
