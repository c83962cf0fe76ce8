// Sections that every printed report has.
#pragma once

#include <string>

#include "reports/model.h"
#include "reports/print/pdf_document.h"
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
void put_foot(PdfDocument& pdf, Language language, const std::string& about, const std::string& sha256);

}  // namespace assidu::reports::print
