// Reports on paper: their pages, words, numbers and fonts, read back with poppler.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>

#include "reports/durations.h"
#include "reports/print/months.h"
#include "reports/print/parts.h"
#include "reports/print/render_pdf.h"
#include "tests/reports/sample.h"

namespace assidu::reports::test {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

class Pdf : public Sample {
  protected:
    void SetUp() override {
        Sample::SetUp();
        put({ada_ledger(), bob_ledger()});
    }

    // What a poppler tool says of the document.
    std::string told(const std::string& pdf, const std::string& command) const {
        folder.write("report.pdf", pdf);
        const std::string line = "cd " + folder.path().string() + " && " + command + " > out 2>&1";
        EXPECT_EQ(std::system(line.c_str()), 0) << line;
        return tests::contents_of(folder / "out");
    }
    std::string text_of(const std::string& pdf) const { return told(pdf, "pdftotext -layout report.pdf -"); }
    std::string page_count(const std::string& pdf) const {
        const std::string info = told(pdf, "pdfinfo report.pdf");
        const std::size_t at = info.find("Pages:");
        return info.substr(info.find_first_not_of(' ', at + 6), 3);
    }
    // The sample's student with as many days as two pages of a table need.
    void put_many_days() {
        federation::StudentLedger many{ada, "moodle", {}, {}, {}};
        for (int i = 0; i < 120; ++i) {
            federation::LedgerRow one = row(ada, "2026-03-20", 12, 600 + i, 3, {{501, 300, 0, 1}});
            one.day = config::next(day("2026-01-01"), i);
            one.first_utc_s = calendar.begin_of(one.day) + 36'000;
            one.last_utc_s = *one.first_utc_s + 599;
            many.rows.push_back(one);
        }
        put({many, bob_ledger()},
            {"assidu-gap 1", at("2026-06-01", 3, 0), 1234, at("2026-05-31", 22, 15), 98765});
        request.period = {day("2026-01-01"), day("2026-04-30")};
        request.issued_at_utc_s = at("2026-06-02", 10, 0);
    }
};

TEST_F(Pdf, OfAStudentSaysWhatTheReportSays) {
    ledger->add_outage(kNode, {at("2026-03-24", 2, 0), at("2026-03-24", 6, 0), "maintenance <&>"});
    const StudentReport report = student_report(ada);
    const std::string text = text_of(render_pdf(report, Language::fr, "https://pole.example/verifier"));
    for (const char* words :
         {"Relevé d’assiduité", "du 20/03/2026 au 29/03/2026 inclus", "Université d’essai", "Élie Ada",
          "4:40:00", "0:30:00", "Algèbre & géométrie <1>", "Quiz 1; \"vecteurs\"", "maintenance <&>",
          "Temps mesuré", "Temps crédité", "Financeur", "Signature du stagiaire", "page 1 sur ", "SONATE"})
        EXPECT_THAT(text, HasSubstr(words)) << words;
    EXPECT_THAT(text, HasSubstr(print::data_sha256(report)));
    EXPECT_THAT(text, HasSubstr("https://pole.example/verifier"));
    // 23/03: first and last trace, measured and credited apart.
    EXPECT_THAT(text, ContainsRegex("23/03/2026 +09:00:00 +11:15:00 +1 +2:30:00 +0:30:00 +28"));
    EXPECT_THAT(text, ContainsRegex("03/2026 +du 20/03/2026 au 29/03/2026 +5 +4:40:00 +0:30:00 +36"));
    EXPECT_THAT(text, Not(HasSubstr("\xef\xbf\xbd")));
}

TEST_F(Pdf, OfAGroupSaysWhatTheReportSays) {
    const std::string text = text_of(render_pdf(group_report(), Language::fr, ""));
    EXPECT_THAT(text, HasSubstr("Relevé d’assiduité d’un groupe"));
    EXPECT_THAT(text, ContainsRegex("Élie Ada +E-0031 +20/03/2026 +29/03/2026 +5 +5 +4:40:00 +0:30:00"));
    EXPECT_THAT(text, ContainsRegex("2026-S12 +du 20/03/2026 au 22/03/2026 +1 +0:20:00"));
    const std::string english = text_of(render_pdf(group_report(), Language::en, ""));
    EXPECT_THAT(english, HasSubstr("Group attendance record"));
    EXPECT_THAT(english, HasSubstr("page 1 of "));
}

TEST_F(Pdf, RepeatsATablesHeaderOnEveryPageAndCountsPages) {
    put_many_days();
    const std::string pdf = render_pdf(student_report(ada), Language::fr, "");
    const int pages = std::stoi(page_count(pdf));
    EXPECT_GE(pages, 4);
    const std::string text = text_of(pdf);
    for (int page = 1; page <= pages; ++page)
        EXPECT_THAT(text, HasSubstr("page " + std::to_string(page) + " sur " + std::to_string(pages)));
    std::size_t heads = 0;
    for (std::size_t at = text.find("Première trace"); at != std::string::npos;
         at = text.find("Première trace", at + 1))
        ++heads;
    EXPECT_GE(heads, 3U);
    EXPECT_THAT(text, ContainsRegex("01/2026 +du 01/01/2026 au 31/01/2026 +31"));
    EXPECT_THAT(text, ContainsRegex("04/2026 +du 01/04/2026 au 30/04/2026 +30"));
}

TEST_F(Pdf, EmbedsSubsetsOfItsFontsAndIsTagged) {
    const std::string fonts = told(render_pdf(student_report(ada), Language::fr, ""), "pdffonts report.pdf");
    std::istringstream lines(fonts);
    std::string line;
    int found = 0;
    while (std::getline(lines, line)) {
        if (line.find("Liberation") == std::string::npos) continue;
        ++found;
        EXPECT_THAT(line, ContainsRegex("yes yes yes")) << line;  // embedded, subset, with Unicode
    }
    EXPECT_GE(found, 2) << fonts;
    EXPECT_EQ(fonts.find("Type 3"), std::string::npos) << fonts;
    EXPECT_THAT(told(render_pdf(student_report(ada), Language::fr, ""), "pdfinfo report.pdf"),
                ContainsRegex("Tagged: +yes"));
}

TEST_F(Pdf, IsTheSameForTheSameModelAndSaysWhenItWasIssued) {
    const std::string pdf = render_pdf(student_report(ada), Language::fr, "");
    EXPECT_EQ(render_pdf(student_report(ada), Language::fr, ""), pdf);
    EXPECT_EQ(render_pdf(group_report(), Language::en, ""), render_pdf(group_report(), Language::en, ""));
    EXPECT_THAT(told(pdf, "TZ=UTC pdfinfo report.pdf"),
                ContainsRegex("CreationDate: +Thu Apr +2 08:00:00 2026"));
}

TEST_F(Pdf, TheCertificateIsFilledInAndLeavesLinesForWhatIsNotKnown) {
    const std::string text = text_of(render_certificate(student_report(ada), ""));
    for (const char* words :
         {"Certificat de réalisation", "Élie Ada", "du 20/03/2026 au 29/03/2026", "4:40:00", "0:30:00",
          "action de formation", "Je soussigné(e)", "3 ans", "Cachet et signature"})
        EXPECT_THAT(text, HasSubstr(words)) << words;
}

TEST_F(Pdf, MonthsAddUpToTheTotals) {
    put_many_days();
    const StudentReport report = student_report(ada);
    MonthLine sum;
    for (const MonthLine& month : months_of(report)) {
        sum.days += month.days;
        sum.measured_s += month.measured_s;
        sum.events += month.events;
    }
    EXPECT_EQ(months_of(report).size(), 4U);
    EXPECT_EQ(sum.days, report.totals.days);
    EXPECT_EQ(sum.measured_s, report.totals.measured_s);
    EXPECT_EQ(sum.events, report.totals.events);
}

TEST_F(Pdf, SaysPartialAndNoDataOfWhatIsNotKnown) {
    StudentReport report = student_report(ada);
    report.sessions.reset();
    report.totals.sessions.reset();
    for (DayLine& one : report.days)
        one.sessions.reset();
    report.provenance.dropped.reset();
    Declared declared;
    declared.last = {3, std::string(64, 'a')};
    declared.announced = 5;
    declared.missing_days = {{day("2026-03-26"), day("2026-03-27")}};
    report.provenance.received = Received{"pole", "Le pôle", kNode, "Université d’essai", declared};
    const std::string text = text_of(render_pdf(report, Language::fr, ""));
    EXPECT_THAT(text, HasSubstr("Données incomplètes"));
    EXPECT_THAT(text, HasSubstr("du 26/03/2026 au 27/03/2026"));
    EXPECT_THAT(text, HasSubstr("les déclarations ne portent pas les sessions"));
    EXPECT_THAT(text, HasSubstr("Le pôle"));
}

}  // namespace
}  // namespace assidu::reports::test
