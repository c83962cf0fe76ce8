// Pages as a university's template has them, and their one style for pages that others make.
#pragma once

#include <string>
#include <string_view>

#include "reports/model.h"
#include "reports/template/look.h"
#include "reports/text.h"

namespace assidu::reports {

// As render_html() of render.h, which has no template.
[[nodiscard]] std::string render_html(const StudentReport& report, Language language, const Look& look);
[[nodiscard]] std::string render_html(const GroupReport& report, Language language, const Look& look);

// The one style of all pages; its digest for a policy is html_style_source().
[[nodiscard]] std::string_view html_style();

}  // namespace assidu::reports
