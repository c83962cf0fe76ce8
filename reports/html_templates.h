// The pages of the HTML reports as mustache templates, in the parts that render_html puts together. Markup is
// written so that it is well-formed XML too: a funder's tool may read it. `{{w_key}}` is the text `key` of
// text.h; no value is ever put in unescaped.
#pragma once

#include <string_view>

namespace assidu::reports {

// The one style of every page: what its hash in the page's policy covers, byte for byte.
extern const std::string_view kStyle;

// Up to and with <style>, the style itself being put between kHeadBegin and kHeadEnd.
extern const std::string_view kHeadBegin, kHeadEnd;
extern const std::string_view kStudentMain, kGroupMain;
extern const std::string_view kProvenanceAndEnd;
// Of the pool report.
extern const std::string_view kPoolMain, kPoolEnd;

}  // namespace assidu::reports
