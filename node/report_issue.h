// A report on its way out: rendered as files, noted before anybody can have it, written whole. What commands
// and batches share.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "federation/report_register.h"
#include "node/packages.h"
#include "node/report_document.h"
#include "reports/template/template.h"

namespace assidu::node {

// How documents are made.
struct IssueWay {
    std::vector<ReportFormat> formats;
    reports::Language language = reports::Language::fr;
    std::filesystem::path
        out;  // the folder, which must be there when they are written; empty: standard output
    std::string verification_url = {};   // of printed reports
    const Packages* packages = nullptr;  // each student's documents also as a package; nothing: none
    // How they look: by the funder of the report's first dossier. Nothing: as they come.
    const reports::Template* report_template = nullptr;
    std::string group_funder = {};  // by whose look a report of a group is made; empty: everybody's
    // Where every report is noted before it is given out; nothing: nowhere (a demonstration).
    federation::ReportRegister* noted_in = nullptr;
};

struct RenderedFile {
    std::filesystem::path path;  // empty: standard output
    std::string text;
};

// The report in every one of the formats that it has. Refused where there can be no package of it.
[[nodiscard]] config::Result<std::vector<RenderedFile>> rendered(const reports::StudentReport& report,
                                                                 const IssueWay& way);
[[nodiscard]] std::vector<RenderedFile> rendered(const reports::GroupReport& report, const IssueWay& way);
[[nodiscard]] std::vector<RenderedFile> rendered(const reports::PoolReport& report, const IssueWay& way);

// Notes the report, if it is to be noted. Before anybody can have it: a report that is out and not noted
// could never be called superseded.
void note(const reports::StudentReport& report, const std::vector<RenderedFile>& files, const IssueWay& way);
void note(const reports::GroupReport& report, const std::vector<RenderedFile>& files, const IssueWay& way);
void note(const reports::PoolReport& report, const std::vector<RenderedFile>& files, const IssueWay& way);

// Reports name people: nobody but their owner reads the files. Throws ResourceFailure.
void write_file(const RenderedFile& file);

}  // namespace assidu::node
