// The pages of the web listener as mustache templates, and their one style: internal to this room. {{w_key}}
// is the text of a key (page.h).
#pragma once

#include <string_view>

namespace assidu::node::web {

extern const std::string_view kPageStyle, kPageFrame, kFrontMain, kLoginMain, kStaffMain, kBatchesMain,
    kBatchMain, kVerifyMain, kMessageMain;

}  // namespace assidu::node::web
