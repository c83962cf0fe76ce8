#include "reports/template/template.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "config/digest.h"
#include "config/durable_file.h"
#include "config/json_object.h"
#include "config/limits.h"
#include "config/settings.h"
#include "reports/safe_text.h"

namespace assidu::reports {
namespace {

using config::ObjectReader;
using config::refuse;
using config::Result;
using nlohmann::json;
namespace limits = config::limits;
namespace fs = std::filesystem;

const std::vector<std::string> kDayColumns{"first", "last", "sessions", "measured", "credited", "events"};
const std::vector<std::string> kCourseColumns{"type", "measured", "credited", "events"};
const std::vector<std::string> kSections{"months", "days", "courses", "sessions", "findings"};

// Names by which two spellings of a funder meet.
std::string folded(std::string_view name) {
    return sort_key(name);
}

class TemplateReader {
  public:
    TemplateReader(const fs::path& folder, std::vector<std::string>& objections, config::Sha256Stream& digest)
        : folder_(folder), objections_(objections), digest_(digest) {}

    void object_to(const std::string& place, const std::string& what) {
        objections_.push_back(fmt::format("{}: {}", place, what));
    }
    // One line of text.
    bool is_line(const std::string& place, const std::string& text) {
        const bool good = !text.empty() && text.size() <= limits::kTemplateTextBytesMax &&
                          safe_text(text) == text && text.find_first_of("\n\r\t") == std::string::npos;
        if (!good)
            object_to(place, fmt::format("must be one line of text, of 1 to {} bytes",
                                         limits::kTemplateTextBytesMax));
        return good;
    }
    std::string line(ObjectReader& reader, const char* key) {
        if (!reader.has(key)) return reader.find(key, /*required=*/false), "";
        std::string text = reader.text(key);
        is_line(reader.path(key), text);
        return text;
    }
    // {"fr": [...], "en": [...]}, or with one text a language; "fr" must be there.
    std::optional<Template::Lines> lines(ObjectReader& reader, const char* key, std::size_t most,
                                         bool single) {
        const json* const member = reader.find(key, /*required=*/false);
        if (member == nullptr) return std::nullopt;
        const std::string place = reader.path(key);
        Template::Lines lines;
        if (!member->is_object() || !member->contains("fr")) {
            object_to(place, "must be an object with the text in \"fr\", and if wanted in \"en\"");
            return lines;
        }
        for (const auto& [language, texts] : member->items()) {
            if (language != "fr" && language != "en") {
                object_to(place + "." + language, "is not known: languages are fr and en");
                continue;
            }
            const json list = single ? json::array({texts}) : texts;
            if (!list.is_array() || list.size() > most) {
                object_to(place + "." + language, fmt::format("must be a list of at most {} texts", most));
                continue;
            }
            for (const json& text : list) {
                if (!text.is_string())
                    object_to(place + "." + language, "must be text");
                else if (is_line(place + "." + language, text.get<std::string>()))
                    lines[language].push_back(text.get<std::string>());
            }
        }
        return lines;
    }
    // A list of some of these names, `always` among them.
    std::optional<std::vector<std::string>> choice(ObjectReader& reader, const char* key,
                                                   const std::vector<std::string>& names,
                                                   const std::vector<std::string>& always) {
        if (!reader.has(key)) return reader.find(key, /*required=*/false), std::nullopt;
        std::vector<std::string> chosen = reader.texts(key);
        for (const std::string& name : chosen) {
            if (std::ranges::find(names, name) == names.end())
                object_to(reader.path(key),
                          fmt::format("'{}' is none of {}", safe_text(name), fmt::join(names, ", ")));
            if (std::ranges::count(chosen, name) > 1)
                object_to(reader.path(key), fmt::format("'{}' stands twice", safe_text(name)));
        }
        for (const std::string& name : always)
            if (std::ranges::find(chosen, name) == chosen.end())
                object_to(reader.path(key),
                          fmt::format("must have '{}': measured and credited time stand apart on "
                                      "every document",
                                      name));
        return chosen;
    }
    void logo(ObjectReader& reader, Template::Layer& layer) {
        const json* const member = reader.find("logo", /*required=*/false);
        if (member == nullptr) return;
        const std::string place = reader.path("logo");
        if (!member->is_object()) return object_to(place, "must be an object");
        ObjectReader logo(*member, place, objections_);
        const std::string file = logo.text("file");
        layer.logo_width_mm = logo.integer_or("width_mm", 5, 120, 30);
        layer.logo_alt = lines(logo, "alt", 1, /*single=*/true).value_or(Template::Lines());
        logo.finish();
        // A name in the folder, and no way out of it.
        if (file.empty() || file.find_first_of("/\\") != std::string::npos || file.starts_with('.') ||
            file.find('\0') != std::string::npos)
            return object_to(place + ".file", "must be the name of a file in the template's folder");
        if (fs::is_symlink(folder_ / file))
            return object_to(place + ".file", fmt::format("{}: a symbolic link is not followed", file));
        const auto bytes = config::read_file(folder_ / file, limits::kLogoBytesMax);
        if (!bytes) return object_to(place + ".file", bytes.error().what);
        auto read = read_logo(*bytes);
        if (!read) return object_to(place + ".file", fmt::format("{}: {}", file, read.error().what));
        digest_.update(read->png);
        layer.logo = *std::move(read);
    }
    void layer(ObjectReader& reader, Template::Layer& layer) {
        logo(reader, layer);
        layer.header = lines(reader, "header", limits::kTemplateLinesMax, false);
        layer.footer = lines(reader, "footer", 1, true);
        layer.legal = lines(reader, "legal", limits::kTemplateLinesMax, false);
        layer.signatories = lines(reader, "signatories", limits::kTemplateSignatoriesMax, false);
        if (reader.has("place")) layer.place = line(reader, "place");
        const json* const columns = reader.find("columns", /*required=*/false);
        if (columns != nullptr && !columns->is_object()) {
            object_to(reader.path("columns"), "must be an object");
        } else if (columns != nullptr) {
            ObjectReader inner(*columns, reader.path("columns"), objections_);
            layer.day_columns = choice(inner, "days", kDayColumns, {"measured", "credited"});
            layer.course_columns = choice(inner, "courses", kCourseColumns, {"measured", "credited"});
            inner.finish();
        }
        layer.sections = choice(reader, "sections", kSections, {});
    }

  private:
    const fs::path& folder_;
    std::vector<std::string>& objections_;
    config::Sha256Stream& digest_;
};

void read_provider(TemplateReader& texts, ObjectReader& reader, Look& look,
                   std::vector<std::string>& objections) {
    const json* const member = reader.find("provider", /*required=*/false);
    if (member == nullptr) return;
    if (!member->is_object()) return texts.object_to("provider", "must be an object");
    ObjectReader provider(*member, "provider", objections);
    look.provider = texts.line(provider, "name");
    look.siret = texts.line(provider, "siret");
    look.activity_number = texts.line(provider, "activity_number");
    look.representative = texts.line(provider, "representative");
    look.address = provider.texts_or_none("address");
    if (look.address.size() > 6) texts.object_to("provider.address", "has more than 6 lines");
    for (const std::string& line : look.address)
        texts.is_line("provider.address", line);
    const auto digits = [](const std::string& text, std::size_t count) {
        return text.size() == count && text.find_first_not_of("0123456789") == std::string::npos;
    };
    if (!look.siret.empty() && !digits(look.siret, 14))
        texts.object_to("provider.siret", "must be 14 digits");
    if (!look.activity_number.empty() && !digits(look.activity_number, 11))
        texts.object_to("provider.activity_number", "must be 11 digits");
    provider.finish();
}

std::vector<std::string> in_language(const std::optional<Template::Lines>& own,
                                     const std::optional<Template::Lines>& all, Language language) {
    const Template::Lines lines = own ? *own : all.value_or(Template::Lines());
    auto found = lines.find(std::string(tag_of(language)));
    if (found == lines.end()) found = lines.find("fr");
    return found == lines.end() ? std::vector<std::string>() : found->second;
}

std::vector<std::string> hidden(const std::optional<std::vector<std::string>>& own,
                                const std::optional<std::vector<std::string>>& all,
                                const std::vector<std::string>& names) {
    const auto& shown = own ? own : all;
    std::vector<std::string> left;
    if (shown)
        std::ranges::copy_if(names, std::back_inserter(left), [&](const std::string& name) {
            return std::ranges::find(*shown, name) == shown->end();
        });
    return left;
}

std::string first_of(const std::vector<std::string>& lines) {
    return lines.empty() ? "" : lines.front();
}

}  // namespace

Result<Template> Template::read(const fs::path& folder) {
    const fs::path path = folder / "template.json";
    const auto text = config::read_file(path, limits::kTemplateBytesMax);
    if (!text) return std::unexpected(text.error());
    const auto document = config::parse_strict_json(*text, path.string());
    if (!document) return std::unexpected(document.error());
    if (!document->is_object()) return refuse(path.string() + ": not an object");
    config::Sha256Stream digest;
    digest.update(*text);
    std::vector<std::string> objections;
    Template made;
    TemplateReader texts(folder, objections, digest);
    ObjectReader reader(*document, "", objections);
    if (reader.integer("format", 0, INT32_MAX) != 1)
        objections.emplace_back("format: must be 1, which this version reads");
    made.identity_.id = reader.text("id");
    if (!config::is_node_id(made.identity_.id))
        objections.emplace_back("id: must be 1 to 48 of a-z, 0-9 and inner hyphens");
    made.identity_.version = reader.integer("version", 1, INT32_MAX);
    read_provider(texts, reader, made.provider_, objections);
    texts.layer(reader, made.all_);
    if (const json* const funders = reader.find("funders", /*required=*/false); funders != nullptr) {
        if (!funders->is_array() || funders->size() > limits::kTemplateFundersMax)
            objections.push_back(
                fmt::format("funders: must be a list of at most {}", limits::kTemplateFundersMax));
        std::set<std::string> seen;
        for (std::size_t i = 0; funders->is_array() && i < funders->size() && i < limits::kTemplateFundersMax;
             ++i) {
            const std::string place = fmt::format("funders[{}]", i);
            if (!(*funders)[i].is_object()) {
                texts.object_to(place, "must be an object");
                continue;
            }
            ObjectReader inner((*funders)[i], place, objections);
            Layer layer;
            layer.funder = inner.text("funder");
            if (texts.is_line(place + ".funder", *layer.funder) && !seen.insert(folded(*layer.funder)).second)
                texts.object_to(place + ".funder", "stands twice");
            texts.layer(inner, layer);
            inner.finish();
            made.funders_.push_back(std::move(layer));
        }
    }
    reader.finish();
    if (!objections.empty()) return refuse(fmt::format("{}: {}", path.string(), fmt::join(objections, "; ")));
    made.identity_.sha256 = config::hex(digest.finish());
    return made;
}

Look Template::look(Language language, std::string_view funder) const {
    static const Layer kNone;
    const std::string wanted = folded(funder);
    const auto found = std::ranges::find_if(
        funders_, [&](const Layer& layer) { return !funder.empty() && folded(*layer.funder) == wanted; });
    const Layer& own = found == funders_.end() ? kNone : *found;
    Look look = provider_;
    const Layer& of_logo = own.logo ? own : all_;
    look.logo = of_logo.logo;
    look.logo_width_mm = of_logo.logo_width_mm;
    look.logo_alt = first_of(in_language(std::nullopt, of_logo.logo_alt, language));
    look.header = in_language(own.header, all_.header, language);
    look.footer = first_of(in_language(own.footer, all_.footer, language));
    look.legal = in_language(own.legal, all_.legal, language);
    look.signatories = in_language(own.signatories, all_.signatories, language);
    look.place = own.place.value_or(all_.place.value_or(""));
    look.hidden_day_columns = hidden(own.day_columns, all_.day_columns, kDayColumns);
    look.hidden_course_columns = hidden(own.course_columns, all_.course_columns, kCourseColumns);
    look.hidden_sections = hidden(own.sections, all_.sections, kSections);
    return look;
}

std::vector<std::string> Template::funders() const {
    std::vector<std::string> names;
    for (const Layer& layer : funders_)
        names.push_back(*layer.funder);
    return names;
}

}  // namespace assidu::reports
