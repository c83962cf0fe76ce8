#include "node/staff/batch_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "config/durable_file.h"
#include "reports/render.h"
#include "reports/render_look.h"
#include "reports/safe_text.h"

namespace assidu::node::staff {
namespace {

using reports::Language;
namespace fs = std::filesystem;

constexpr mode_t kOwnerOnly = 0600;

std::string escaped(std::string_view text) {
    std::string html;
    for (const char c : reports::safe_text(text)) {
        switch (c) {
            case '&':
                html += "&amp;";
                break;
            case '<':
                html += "&lt;";
                break;
            case '>':
                html += "&gt;";
                break;
            case '"':
                html += "&quot;";
                break;
            default:
                html += c;
        }
    }
    return html;
}

class IndexPage {
  public:
    IndexPage(const Node& node, const NodeDirectory& directory, Language language)
        : node_(node), directory_(directory), language_(language) {}

    // `root`: the page's folder as the issues' folders begin; empty: the batch's own.
    [[nodiscard]] std::string page(const std::vector<const Issue*>& issues, const std::string& root,
                                   const BatchResult* result) const;

  private:
    [[nodiscard]] std::string word(std::string_view key) const {
        return escaped(reports::text(language_, key));
    }
    [[nodiscard]] std::string funder_text(const std::string& funder) const {
        return funder.empty() ? word("batch.no_funder") : escaped(funder);
    }
    [[nodiscard]] std::string name_of(const federation::StudentId& student) const {
        return student == kWholeGroup ? std::string(reports::text(language_, "batch.group"))
                                      : reports::person_name(language_, directory_.person(student));
    }
    void table(std::string& html, const std::vector<const Issue*>& issues, const std::string& root) const;
    void missing(std::string& html, const BatchResult& result) const;

    const Node& node_;
    const NodeDirectory& directory_;
    Language language_;
};

void IndexPage::table(std::string& html, const std::vector<const Issue*>& issues,
                      const std::string& root) const {
    html += fmt::format(
        "<table>\n<thead><tr><th scope=\"col\">{}</th><th scope=\"col\">{}</th><th scope=\"col\">{}</th>"
        "<th scope=\"col\">{}</th><th scope=\"col\">{}</th></tr></thead>\n<tbody>\n",
        word("student"), word("period"), word("batch.files"), word("batch.issued_at"),
        word("batch.replaces"));
    for (const Issue* const issue : issues) {
        std::string files;
        for (const std::string& file : issue->files) {
            const std::string path = (fs::path(issue->folder) / file).string();
            const std::size_t dot = file.find('.', file.rfind('_'));
            files += fmt::format("<a href=\"{}\">{}</a> ",
                                 escaped(path.substr(root.empty() ? 0 : root.size() + 1)),
                                 escaped(dot == std::string::npos ? file : file.substr(dot + 1)));
        }
        std::string replaces;
        if (!issue->replaced_sha256.empty()) {
            for (const std::string& code : issue->why)
                replaces += (replaces.empty() ? "" : ", ") + word(code);
            replaces += fmt::format("<br><code>{}</code>", escaped(issue->replaced_sha256.substr(0, 16)));
        }
        html += fmt::format(
            "<tr data-student=\"{}\"><th "
            "scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
            to_string(issue->student), escaped(name_of(issue->student)),
            escaped(reports::text_with(language_, "days_span",
                                       reports::date_text(language_, issue->period.from),
                                       reports::date_text(language_, issue->period.to))),
            files, escaped(reports::instant_text(language_, node_.calendar(), issue->issued_utc_s)),
            replaces);
    }
    html += "</tbody>\n</table>\n";
}

void IndexPage::missing(std::string& html, const BatchResult& result) const {
    html += fmt::format("<p>{}</p>\n",
                        escaped(reports::text_with(language_, "batch.counts", result.issued, result.reissued,
                                                   result.unchanged, result.refused, result.failed)));
    if (!result.finished) html += fmt::format("<p class=\"notice\">{}</p>\n", word("batch.stopped"));
    if (result.lines.empty()) return;
    html += fmt::format("<h2>{}</h2>\n<ul>\n", word("batch.not_issued"));
    for (const BatchLine& line : result.lines)
        html += fmt::format("<li><strong>{}</strong> – {}: {}</li>\n", escaped(line.name),
                            funder_text(line.funder), escaped(line.why));
    html += "</ul>\n";
}

std::string IndexPage::page(const std::vector<const Issue*>& issues, const std::string& root,
                            const BatchResult* result) const {
    const std::string title =
        root.empty() ? word("batch.title")
                     : fmt::format("{} – {}", word("batch.title"), funder_text(issues.front()->funder));
    std::string html = fmt::format(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src {}; base-uri "
        "'none'; form-action 'none'\">\n<meta name=\"viewport\" content=\"width=device-width, "
        "initial-scale=1\">\n<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n<header>\n<p "
        "class=\"node\">{}</p>\n<h1>{}</h1>\n</header>\n<main>\n",
        reports::tag_of(language_), reports::html_style_source(), title, reports::html_style(),
        escaped(node_.settings().name), title);
    if (result != nullptr) missing(html, *result);
    std::vector<const Issue*> of_funder;
    for (std::size_t i = 0; i < issues.size(); ++i) {
        of_funder.push_back(issues[i]);
        if (i + 1 < issues.size() && issues[i + 1]->funder == issues[i]->funder) continue;
        if (root.empty()) html += fmt::format("<h2>{}</h2>\n", funder_text(issues[i]->funder));
        table(html, of_funder, root);
        of_funder.clear();
    }
    html += fmt::format("<p class=\"note\">{}</p>\n</main>\n</body>\n</html>\n", word("batch.note"));
    return html;
}

}  // namespace

void write_index(const Node& node, const NodeDirectory& directory, const fs::path& out,
                 const std::vector<Issue>& issues, const BatchResult& result, Language language) {
    const IndexPage page(node, directory, language);
    std::vector<const Issue*> all;
    std::map<std::string, std::vector<const Issue*>> by_folder;
    std::map<const Issue*, std::string> names;
    for (const Issue& issue : issues) {
        all.push_back(&issue);
        // The group's before everybody's.
        if (issue.student != kWholeGroup)
            names[&issue] =
                reports::sort_key(reports::person_name(language, directory.person(issue.student)));
    }
    std::ranges::stable_sort(all, {}, [&](const Issue* issue) {
        return std::tuple(issue->funder, -issue->period.to.number, -issue->period.from.number, names[issue]);
    });
    for (const Issue* const issue : all)
        by_folder[issue->folder.substr(0, issue->folder.find('/'))].push_back(issue);
    config::replace_file(out / "index.html", page.page(all, "", &result), kOwnerOnly);
    for (const auto& [folder, of_funder] : by_folder)
        if (fs::exists(out / folder))
            config::replace_file(out / folder / "index.html", page.page(of_funder, folder, nullptr),
                                 kOwnerOnly);
}

}  // namespace assidu::node::staff
