#include "federation/dossier.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "config/canonical_json.h"
#include "config/json_object.h"
#include "config/limits.h"
#include "config/utf8.h"

namespace assidu::federation {
namespace {

using nlohmann::json;

constexpr std::array<std::pair<Dossier::Nature, std::string_view>, 4> kNatures{
    {{Dossier::Nature::training, "training"},
     {Dossier::Nature::assessment, "assessment"},
     {Dossier::Nature::experience, "experience"},
     {Dossier::Nature::apprenticeship, "apprenticeship"}}};
constexpr std::array<std::pair<Dossier::Modality, std::string_view>, 2> kModalities{
    {{Dossier::Modality::distance, "distance"}, {Dossier::Modality::mixed, "mixed"}}};

template <class Names, class Value>
std::string_view name_in(const Names& names, Value value) {
    for (const auto& [known, name] : names)
        if (known == value) return name;
    return "";
}

template <class Names>
auto value_in(const Names& names, std::string_view name)
    -> std::optional<typename Names::value_type::first_type> {
    for (const auto& [value, known] : names)
        if (known == name) return value;
    return std::nullopt;
}

bool is_line(const std::string& text) {
    return config::is_utf8(text) &&
           std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

}  // namespace

std::string_view name_of(Dossier::Nature nature) {
    return name_in(kNatures, nature);
}
std::string_view name_of(Dossier::Modality modality) {
    return name_in(kModalities, modality);
}
std::optional<Dossier::Nature> parse_nature(std::string_view name) {
    return value_in(kNatures, name);
}
std::optional<Dossier::Modality> parse_modality(std::string_view name) {
    return value_in(kModalities, name);
}

std::string objection_to(const Dossier& dossier) {
    using namespace config::limits;
    if (dossier.funder.empty()) return "the funder is empty";
    if (dossier.number.empty()) return "the number is empty";
    for (const auto& [name, text] :
         {std::pair("the funder", &dossier.funder), std::pair("the number", &dossier.number),
          std::pair("the training", &dossier.training), std::pair("the status", &dossier.status)}) {
        if (text->size() > kDossierTextBytesMax)
            return fmt::format("{} is longer than {} bytes", name, kDossierTextBytesMax);
        if (!is_line(*text)) return fmt::format("{} is no text of one line", name);
    }
    if (dossier.groups.size() > kDossierGroupsMax)
        return fmt::format("more than {} groups", kDossierGroupsMax);
    for (const std::string& group : dossier.groups) {
        if (group.empty() || group.size() > kDossierTextBytesMax || !is_line(group))
            return fmt::format("a group is empty, longer than {} bytes or no text of one line",
                               kDossierTextBytesMax);
    }
    if (dossier.to < dossier.from) return "it ends before it begins";
    if (std::int64_t{dossier.to.number} - dossier.from.number >= kPeriodDaysMax)
        return fmt::format("it is longer than {} days", kPeriodDaysMax);
    if (dossier.planned_s && (*dossier.planned_s < 0 || *dossier.planned_s > kPlannedSecondsMax))
        return fmt::format("the planned hours are not from 0 to {}", kPlannedSecondsMax / 3600);
    return {};
}

std::string dossiers_text(const std::vector<Dossier>& dossiers) {
    json list = json::array();
    for (const Dossier& dossier : dossiers)
        list.push_back({{"funder", dossier.funder},
                        {"number", dossier.number},
                        {"training", dossier.training},
                        {"nature", name_of(dossier.nature)},
                        {"modality", name_of(dossier.modality)},
                        {"status", dossier.status},
                        {"from", config::iso_date(dossier.from)},
                        {"to", config::iso_date(dossier.to)},
                        {"planned_s", dossier.planned_s ? json(*dossier.planned_s) : json(nullptr)},
                        {"groups", dossier.groups}});
    auto text = config::canonical_json(list);
    if (!text) throw std::logic_error("dossiers without canonical form: " + text.error().what);
    return *std::move(text);
}

config::Result<std::vector<Dossier>> parse_dossiers(std::string_view text) {
    const auto list = config::parse_strict_json(text, "dossiers");
    if (!list) return std::unexpected(list.error());
    if (!list->is_array()) return config::refuse("dossiers: not a list");
    if (list->size() > config::limits::kDossiersOfStudentMax)
        return config::refuse(
            fmt::format("dossiers: more than {} of one student", config::limits::kDossiersOfStudentMax));
    std::vector<Dossier> dossiers;
    for (const json& object : *list) {
        if (!object.is_object()) return config::refuse("dossiers: one is no object");
        std::vector<std::string> objections;
        config::ObjectReader reader(object, "dossier", objections);
        Dossier dossier;
        dossier.funder = reader.text("funder");
        dossier.number = reader.text("number");
        for (const auto& [key, value] :
             {std::pair("training", &dossier.training), std::pair("status", &dossier.status)}) {
            const json* const member = reader.find(key);
            if (member != nullptr && !member->is_string()) reader.object_to(key, "must be a text");
            if (member != nullptr && member->is_string()) *value = member->get<std::string>();
        }
        const auto nature = parse_nature(reader.text("nature"));
        const auto modality = parse_modality(reader.text("modality"));
        const auto from = config::parse_iso_date(reader.text("from"));
        const auto to = config::parse_iso_date(reader.text("to"));
        if (const json* planned = reader.find("planned_s"); planned != nullptr && !planned->is_null())
            dossier.planned_s = reader.integer("planned_s", 0, config::limits::kPlannedSecondsMax);
        dossier.groups = reader.texts("groups");
        reader.finish();
        if (!nature || !modality || !from || !to) objections.emplace_back("dossier: a value is not known");
        dossier.nature = nature.value_or(Dossier::Nature::training);
        dossier.modality = modality.value_or(Dossier::Modality::distance);
        dossier.from = from.value_or(config::CivilDay{});
        dossier.to = to.value_or(config::CivilDay{});
        if (objections.empty())
            if (std::string objection = objection_to(dossier); !objection.empty())
                objections.push_back("dossier: " + objection);
        if (!objections.empty()) return config::refuse(objections.front());
        dossiers.push_back(std::move(dossier));
    }
    return dossiers;
}

}  // namespace assidu::federation
