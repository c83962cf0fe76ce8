#include "reports/print/pdf_parts.h"

#include <fmt/format.h>

#include "reports/print/parts.h"

namespace assidu::reports::print {
namespace {

std::string word(Language language, std::string_view key) {
    return std::string(text(language, key));
}

}  // namespace

void put_warning(PdfDocument& pdf, Language language, const Provenance& provenance) {
    const std::vector<std::string> lines = warning_of(language, provenance);
    if (!lines.empty()) pdf.notice(lines.front(), {lines.begin() + 1, lines.end()});
}

void put_outages(PdfDocument& pdf, Language language, const config::CivilCalendar& calendar,
                 const Provenance& provenance) {
    pdf.heading(word(language, "outages_caption"));
    if (provenance.outages.empty()) return pdf.paragraph(word(language, "outage_none"));
    PdfTable table{{{word(language, "outage_from"), 1.2},
                    {word(language, "outage_to"), 1.2},
                    {word(language, "outage_cause"), 3}},
                   {}};
    for (const federation::Outage& outage : provenance.outages)
        table.rows.push_back({{instant_text(language, calendar, outage.from_utc_s),
                               instant_text(language, calendar, outage.to_utc_s), outage.cause},
                              PdfRow::Kind::plain});
    pdf.table(table);
}

void put_provenance(PdfDocument& pdf, Language language, const config::CivilCalendar& calendar,
                    const Provenance& provenance) {
    pdf.heading(word(language, "provenance"));
    pdf.fields(provenance_of(language, calendar, provenance));
    for (const std::string& line : rule_of(language, provenance))
        pdf.paragraph(line, true);
}

void put_verification(PdfDocument& pdf, Language language, const char* how,
                      const std::string& verification_url, const std::string& sha256) {
    // Who signs under it does not sign an empty page.
    constexpr double kWithSignatures = 210;
    pdf.room(kWithSignatures);
    pdf.heading(word(language, "verification"));
    std::vector<std::string> lines{word(language, how), sha256};
    if (!verification_url.empty())
        lines.push_back(word(language, "verify_address") + word(language, "explain.colon") + " " +
                        verification_url);
    pdf.notice("", lines);
}

void put_masthead(PdfDocument& pdf, Language language, const std::string& title,
                  std::vector<std::string> lines, const std::string& qr_text, const Look& look) {
    if (look.logo) pdf.logo(look.logo->png, look.logo->width, look.logo->height, look.logo_width_mm);
    for (std::string& line : provider_lines(language, look))
        lines.push_back(std::move(line));
    lines.insert(lines.end(), look.header.begin(), look.header.end());
    pdf.masthead(title, lines, qr_text, word(language, "verification"));
}

void put_end(PdfDocument& pdf, Language language, std::vector<std::string> boxes, const Look& look) {
    for (const std::string& paragraph : look.legal)
        pdf.paragraph(paragraph, true);
    if (!look.signatories.empty()) boxes = look.signatories;
    pdf.signatures(boxes, look.place.empty() ? word(language, "sign_place")
                                             : text_with(language, "sign_place_at", look.place));
}

void put_foot(PdfDocument& pdf, Language language, const std::string& document, const std::string& sha256,
              const Look& look) {
    const std::string about = look.footer.empty() ? document : fmt::format("{} – {}", look.footer, document);
    pdf.foot(about, text_with(language, "data_sha256_foot", sha256), word(language, "page_of"));
}

}  // namespace assidu::reports::print
