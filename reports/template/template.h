// A university's template: what its documents say of it and how they look, as data in a folder that it edits.
// docs/formats/template.md says what each key does; template.schema.json is the same for editors. A key that
// this version does not know is an error that names it: a legal text that is silently left out is a wrong
// document.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/refusal.h"
#include "reports/model.h"
#include "reports/template/look.h"
#include "reports/text.h"

namespace assidu::reports {

class Template {
  public:
    // The folder's template.json and the files that it names, which lie in the folder itself. Refused, naming
    // the file, the key and what is wrong with it: every objection at once.
    [[nodiscard]] static config::Result<Template> read(const std::filesystem::path& folder);

    [[nodiscard]] const TemplateIdentity& identity() const { return identity_; }
    // What holds for this funder's documents; "" or one that the template does not name: what holds for all.
    [[nodiscard]] Look look(Language language, std::string_view funder) const;
    // Funders that have something of their own.
    [[nodiscard]] std::vector<std::string> funders() const;

    // One layer of the document: what holds for all, or for one funder alone. Nothing: not said.
    using Lines = std::map<std::string, std::vector<std::string>>;  // by language
    struct Layer {
        std::optional<std::string> funder;
        std::optional<Logo> logo;
        std::int64_t logo_width_mm = 0;
        Lines logo_alt;
        std::optional<Lines> header, footer, legal, signatories;
        std::optional<std::string> place;
        std::optional<std::vector<std::string>> day_columns, course_columns, sections;
    };

  private:
    TemplateIdentity identity_;
    Look provider_;
    Layer all_;
    std::vector<Layer> funders_;
};

}  // namespace assidu::reports
