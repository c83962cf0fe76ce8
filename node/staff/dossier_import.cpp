#include "node/staff/dossier_import.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>

#include "config/limits.h"
#include "node/collect/csv_table.h"
#include "node/collect/text.h"

namespace assidu::node::staff {
namespace {

using archive::DossierRecord;
using collect::CsvRow;
using config::Result;
using federation::Dossier;

// What a column is called, without case and accents, and what it is.
struct ColumnName {
    std::string_view written, meant;
};
constexpr std::array kColumns{
    ColumnName{"student", "student"},
    ColumnName{"stagiaire", "student"},
    ColumnName{"etudiant", "student"},
    ColumnName{"identifiant", "student"},
    ColumnName{"username", "student"},
    ColumnName{"email", "student"},
    ColumnName{"funder", "funder"},
    ColumnName{"financeur", "funder"},
    ColumnName{"dossier", "dossier"},
    ColumnName{"number", "dossier"},
    ColumnName{"numero", "dossier"},
    ColumnName{"numero de dossier", "dossier"},
    ColumnName{"n° de dossier", "dossier"},
    ColumnName{"training", "training"},
    ColumnName{"programme", "training"},
    ColumnName{"formation", "training"},
    ColumnName{"intitule", "training"},
    ColumnName{"nature", "nature"},
    ColumnName{"modality", "modality"},
    ColumnName{"modalite", "modality"},
    ColumnName{"from", "from"},
    ColumnName{"debut", "from"},
    ColumnName{"date de debut", "from"},
    ColumnName{"to", "to"},
    ColumnName{"fin", "to"},
    ColumnName{"date de fin", "to"},
    ColumnName{"planned_hours", "hours"},
    ColumnName{"heures prevues", "hours"},
    ColumnName{"heures_prevues", "hours"},
    ColumnName{"duree prevue", "hours"},
    ColumnName{"status", "status"},
    ColumnName{"statut", "status"},
    ColumnName{"employeur", "status"},
    ColumnName{"employer", "status"},
    ColumnName{"groups", "groups"},
    ColumnName{"groupes", "groups"},
    ColumnName{"group", "groups"},
    ColumnName{"groupe", "groups"},
};

template <class Value>
struct ValueName {
    std::string_view written;
    Value meant;
};
constexpr std::array kNatures{
    ValueName{"training", Dossier::Nature::training},
    ValueName{"action de formation", Dossier::Nature::training},
    ValueName{"formation", Dossier::Nature::training},
    ValueName{"assessment", Dossier::Nature::assessment},
    ValueName{"bilan de competences", Dossier::Nature::assessment},
    ValueName{"bilan", Dossier::Nature::assessment},
    ValueName{"experience", Dossier::Nature::experience},
    ValueName{"vae", Dossier::Nature::experience},
    ValueName{"apprenticeship", Dossier::Nature::apprenticeship},
    ValueName{"apprentissage", Dossier::Nature::apprenticeship},
};
constexpr std::array kModalities{
    ValueName{"distance", Dossier::Modality::distance},
    ValueName{"a distance", Dossier::Modality::distance},
    ValueName{"mixed", Dossier::Modality::mixed},
    ValueName{"mixte", Dossier::Modality::mixed},
};

// The separator that the first line has most of outside quotes.
char delimiter_of(std::string_view head) {
    std::array<std::pair<char, std::size_t>, 3> counts{{{';', 0}, {',', 0}, {'\t', 0}}};
    bool quoted = false;
    for (const char c : head) {
        if (c == '"') quoted = !quoted;
        if (!quoted && (c == '\n' || c == '\r')) break;
        for (auto& [separator, count] : counts)
            if (!quoted && c == separator) ++count;
    }
    return std::ranges::max_element(counts, {}, &std::pair<char, std::size_t>::second)->first;
}

// The header, its columns called by what they mean; what nobody knows keeps its name and is passed over.
Result<CsvRow> open_table(collect::CsvReader& reader, collect::CsvRecord& record) {
    auto header = collect::read_header(reader, record, collect::folded_name);
    if (!header) return std::unexpected(header.error());
    const std::string& file = reader.source().name();
    std::set<std::string> seen;
    for (std::string& name : header->names) {
        const auto known = std::ranges::find(kColumns, name, &ColumnName::written);
        if (known == kColumns.end()) continue;
        name = known->meant;
        if (!seen.insert(name).second)
            return config::refuse(fmt::format("{}: two columns say the {}", file, name));
    }
    for (const char* needed : {"student", "funder", "dossier", "from", "to"}) {
        if (!seen.contains(needed))
            return config::refuse(fmt::format(
                "{}: dossiers need a column '{}' (docs/files.md names them in French and English)", file,
                needed));
    }
    return CsvRow(*std::move(header));
}

template <class Names, class Value>
bool read_name(CsvRow& row, const char* column, const Names& names, Value& value, std::string& reason) {
    const std::string written = row.text(column);
    if (written.empty()) return true;
    const std::string folded = collect::folded(written);
    for (const auto& name : names) {
        if (name.written != folded) continue;
        value = name.meant;
        return true;
    }
    reason = fmt::format("{} is not known: {}", column, collect::shown(written));
    return false;
}

bool read_date(CsvRow& row, const char* column, config::CivilDay& day, std::string& reason) {
    const std::string written = row.text(column);
    const auto read = parse_day(written);
    if (!read) {
        reason = written.empty() ? fmt::format("{} is empty", column)
                                 : fmt::format("{} is no date (2026-03-31 or 31/03/2026): {}", column,
                                               collect::shown(written));
        return false;
    }
    day = *read;
    return true;
}

std::vector<std::string> groups_in(std::string_view all) {
    std::set<std::string> groups;
    while (!all.empty()) {
        const std::size_t end = std::min(all.find_first_of(";|"), all.size());
        if (const std::string_view group = collect::trimmed(all.substr(0, end)); !group.empty())
            groups.emplace(group);
        all.remove_prefix(std::min(end + 1, all.size()));
    }
    return {groups.begin(), groups.end()};
}

bool fill(CsvRow& row, const StudentIndex& students, DossierRecord& record, std::string& reason) {
    Dossier& dossier = record.dossier;
    std::string who;
    if (!row.needed("student", who, reason) || !row.needed("funder", dossier.funder, reason) ||
        !row.needed("dossier", dossier.number, reason) || !read_date(row, "from", dossier.from, reason) ||
        !read_date(row, "to", dossier.to, reason) ||
        !read_name(row, "nature", kNatures, dossier.nature, reason) ||
        !read_name(row, "modality", kModalities, dossier.modality, reason))
        return false;
    dossier.training = row.text("training");
    dossier.status = row.text("status");
    dossier.groups = groups_in(row.text("groups"));
    if (const std::string hours = row.text("hours"); !hours.empty()) {
        dossier.planned_s = parse_hours(hours);
        if (!dossier.planned_s) {
            reason = fmt::format("hours are not hours (350, 350,5 or 350:30): {}", collect::shown(hours));
            return false;
        }
    }
    reason = federation::objection_to(dossier);
    if (!reason.empty()) return false;
    const auto student = students.find(who);
    if (!student) {
        reason = student.error().what;
        return false;
    }
    record.student = *student;
    return true;
}

std::optional<std::int64_t> digits(std::string_view text) {
    std::int64_t value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || stop != text.data() + text.size() || value < 0)
        return std::nullopt;
    return value;
}

// The good lines of a file, by key, each with the line it stands on.
class Lines {
  public:
    // False with a reason where an earlier line says something else of the same dossier.
    bool add(const DossierRecord& record, std::uint64_t line, DossierImport& done, std::string& reason) {
        const Key key{record.student, record.dossier.funder, record.dossier.number};
        const auto [at, is_new] = places_.try_emplace(key, records_.size());
        if (is_new) {
            records_.push_back(record);
            lines_.push_back(line);
            return true;
        }
        if (records_[at->second] == record) return ++done.repeated, true;
        reason =
            fmt::format("line {} says something else of the same dossier and student", lines_[at->second]);
        return false;
    }
    [[nodiscard]] const std::vector<DossierRecord>& records() const { return records_; }
    [[nodiscard]] std::int64_t students() const {
        std::set<federation::StudentId> all;
        for (const DossierRecord& record : records_)
            all.insert(record.student);
        return static_cast<std::int64_t>(all.size());
    }

  private:
    using Key = std::tuple<federation::StudentId, std::string, std::string>;
    std::map<Key, std::size_t> places_;
    std::vector<DossierRecord> records_;
    std::vector<std::uint64_t> lines_;
};

}  // namespace

std::optional<std::int64_t> parse_hours(std::string_view text) {
    text = collect::trimmed(text);
    if (text.size() > 16) return std::nullopt;
    if (text.ends_with('h')) text = collect::trimmed(text.substr(0, text.size() - 1));
    const std::size_t mark = text.find_first_of(",.:h");
    const auto whole = digits(text.substr(0, mark));
    if (!whole || *whole > config::limits::kPlannedSecondsMax / 3600) return std::nullopt;
    std::int64_t seconds = *whole * 3600;
    if (mark != std::string_view::npos) {
        const std::string_view rest = text.substr(mark + 1);
        const auto part = digits(rest);
        if (!part || rest.size() > 4) return std::nullopt;
        if (text[mark] == ':' || text[mark] == 'h') {
            if (rest.size() != 2 || *part > 59) return std::nullopt;
            seconds += *part * 60;
        } else {
            std::int64_t unit = 1;
            for (std::size_t i = 0; i < rest.size(); ++i)
                unit *= 10;
            seconds += (*part * 3600 + unit / 2) / unit;
        }
    }
    if (seconds > config::limits::kPlannedSecondsMax) return std::nullopt;
    return seconds;
}

std::optional<config::CivilDay> parse_day(std::string_view text) {
    text = collect::trimmed(text);
    if (const auto iso = config::parse_iso_date(text)) return iso;
    if (text.size() != 10 || text[2] != '/' || text[5] != '/') return std::nullopt;
    const auto day = digits(text.substr(0, 2)), month = digits(text.substr(3, 2)),
               year = digits(text.substr(6));
    if (!day || !month || !year) return std::nullopt;
    return config::civil_day(static_cast<int>(*year), static_cast<int>(*month), static_cast<int>(*day));
}

Result<DossierImport> import_dossiers(
    const std::function<Result<std::unique_ptr<collect::ByteSource>>()>& open, const StudentIndex& students,
    archive::DossierStore& store, const std::string& node, std::int64_t now_utc_s,
    const DossierImportOptions& options, const DossierReject& reject) {
    auto head_source = open();
    if (!head_source) return std::unexpected(head_source.error());
    std::string head(config::limits::kSniffBytes, '\0');
    std::size_t size = 0;
    while (const std::size_t got =
               size < head.size() ? (*head_source)->read(head.data() + size, head.size() - size) : 0)
        size += got;
    head.resize(size);
    auto source = open();
    if (!source) return std::unexpected(source.error());
    collect::CsvReader reader(**source, delimiter_of(head));
    collect::CsvRecord record;
    auto row = open_table(reader, record);
    if (!row) return std::unexpected(row.error());
    DossierImport done;
    Lines lines;
    std::string reason;
    while (reader.next(record)) {
        if (++done.lines > static_cast<std::int64_t>(config::limits::kDossierLinesMax))
            return config::refuse(fmt::format("{}: more than {} lines; nothing was taken in",
                                              (*source)->name(), config::limits::kDossierLinesMax));
        DossierRecord read;
        if (row->take(record, reason) && fill(*row, students, read, reason) &&
            lines.add(read, record.line, done, reason))
            continue;
        ++done.rejected;
        reject(record.line, reason);
    }
    done.students = lines.students();
    const bool dry = options.dry_run || (options.strict && done.rejected > 0);
    done.changes = store.put(node, lines.records(), now_utc_s, dry);
    done.written = !dry;
    return done;
}

}  // namespace assidu::node::staff
