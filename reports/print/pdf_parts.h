// Sections that every printed report has.
#pragma once

#include <string>
#include <vector>

#include "reports/model.h"
#include "reports/print/pdf_document.h"
#include "reports/template/look.h"
#include "reports/text.h"

namespace assidu::reports::print {

void put_warning(PdfDocument& pdf, Language language, const Provenance& provenance);
void put_outages(PdfDocument& pdf, Language language, const config::CivilCalendar& calendar,
                 const Provenance& provenance);
void put_provenance(PdfDocument& pdf, Language language, const config::CivilCalendar& calendar,
                    const Provenance& provenance);
// `how`: the key of the text that says what the digest is of.
void put_verification(PdfDocument& pdf, Language language, const char* how,
                      const std::string& verification_url, const std::string& sha256);
void put_foot(PdfDocument& pdf, Language language, const std::string& about, const std::string& sha256,
              const Look& look);
// Logo, title, the provider and what the template says under it.
void put_masthead(PdfDocument& pdf, Language language, const std::string& title,
                  std::vector<std::string> lines, const std::string& qr_text, const Look& look);
// The template's legal texts, and boxes to sign in: its own, or these.
void put_end(PdfDocument& pdf, Language language, std::vector<std::string> boxes, const Look& look);

}  // namespace assidu::reports::print
