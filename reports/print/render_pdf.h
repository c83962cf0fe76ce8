// Reports as PDF: what a funder gets on paper. The same model gives the same bytes; the fonts (Liberation
// Sans, subsets) are inside. docs/reports.md says where every field comes from.
#pragma once

#include <string>

#include "reports/model.h"
#include "reports/template/look.h"
#include "reports/text.h"

namespace assidu::reports {

// `verification_url`: where a reader may have the package checked, for the QR code; empty: the code has the
// digest of the data alone. `look`: of a template. Throws ResourceFailure where the font is not installed.
[[nodiscard]] std::string render_pdf(const StudentReport& report, Language language,
                                     const std::string& verification_url, const Look& look = {});
[[nodiscard]] std::string render_pdf(const GroupReport& report, Language language,
                                     const std::string& verification_url, const Look& look = {});
// The "certificat de réalisation" after the model of the French ministry of labour (order of 21 December
// 2018), in French. What the node does not know is a line to write on.
[[nodiscard]] std::string render_certificate(const StudentReport& report, const std::string& verification_url,
                                             const Look& look = {});

}  // namespace assidu::reports
