// The examples of docs/formats are what the program writes.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>
#include <sstream>

#include "reports/render.h"
#include "tests/reports/sample.h"

namespace assidu::reports::test {
namespace {

class FormatPages : public Sample {
  protected:
    void SetUp() override {
        Sample::SetUp();
        put({bob_ledger()});
        directory.people[bob] = {32, "bob", "", "Bob", "Martin", "", "", ""};
        directory.courses[{"moodle", 12}] = {"Algèbre", "ALG1", "C-ALG1"};
        directory.activities[{"moodle", 501}] = {"Quiz 1", "quiz", ""};
    }

    // The example of a page: its only fenced block of that kind.
    static std::string example(const char* page, const std::string& fence) {
        const std::filesystem::path path =
            std::filesystem::path(ASSIDU_SOURCE_DIR) / "docs" / "formats" / page;
        std::ifstream file(path);
        std::ostringstream text;
        text << file.rdbuf();
        const std::string whole = text.str();
        const std::size_t begin = whole.find("```" + fence + "\n");
        EXPECT_NE(begin, std::string::npos) << path;
        const std::size_t first = begin + fence.size() + 4;
        return whole.substr(first, whole.find("```", first) - first);
    }
};

TEST_F(FormatPages, TheJsonExampleIsAReport) {
    using nlohmann::json;
    json page = json::parse(example("report-json.md", "json"));
    json report = json::parse(render_json(student_report(bob)));
    for (const char* cut : {"sha256", "document"}) {
        EXPECT_EQ(page["provenance"]["scale"].erase(cut), 1U);
        EXPECT_EQ(report["provenance"]["scale"].erase(cut), 1U);
    }
    EXPECT_EQ(page, report) << json::diff(page, report);
}

TEST_F(FormatPages, TheXmlExampleIsAReport) {
    directory.people[bob].lastname = "Martin & fils";
    const auto text_without_provenance = [](const std::string& text) {
        pugi::xml_document document;
        EXPECT_TRUE(document.load_buffer(text.data(), text.size()));
        EXPECT_TRUE(document.child("USE_STATS").child("ASSIDU").remove_child("PROVENANCE"));
        std::ostringstream out;
        document.save(out);
        return out.str();
    };
    EXPECT_EQ(text_without_provenance(example("use-stats-xml.md", "xml")),
              text_without_provenance(render_xml(student_report(bob))));
}

TEST_F(FormatPages, TheCsvExampleIsOfAReport) {
    directory.people[bob].idnumber = "=1+1";
    std::string page = example("report-csv.md", "");
    for (std::size_t fold = page.find("\\\n"); fold != std::string::npos; fold = page.find("\\\n"))
        page.erase(fold, 2);
    const std::string table = render_csv(student_report(bob));
    std::istringstream lines(page);
    int checked = 0;
    for (std::string line; std::getline(lines, line); ++checked)
        EXPECT_NE(table.find(line + "\r\n"), std::string::npos) << line << "\n" << table;
    EXPECT_EQ(checked, 3);
}

}  // namespace
}  // namespace assidu::reports::test
