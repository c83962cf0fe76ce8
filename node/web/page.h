// A page of the web listener: one frame, one style, no script and nothing from outside. Texts in French and
// English by key; what others wrote is escaped.
#pragma once

#include <cstdint>
#include <kainjow/mustache.hpp>
#include <string>
#include <string_view>

#include "node/web/web_listener.h"
#include "reports/text.h"

namespace assidu::node::web {

using PageData = kainjow::mustache::data;

// The text of a key; one that is not there is a std::logic_error. Places for values are {0}, {1}...
[[nodiscard]] std::string_view page_text(reports::Language language, std::string_view key);

// In which language a request wants its page: `lang` of its query, its cookie, what its browser prefers, or
// `otherwise`.
[[nodiscard]] reports::Language language_of(const WebRequest& request, reports::Language otherwise);

struct Page {
    reports::Language language = reports::Language::fr;
    std::string node_name;  // of whom the page is
    std::string path;       // of the page: where the other language is
    std::string title;      // a key
    std::string alert;      // what went wrong, in words; stands first, and is read out
    std::string user;       // who is logged in; empty: nobody
    std::string csrf;       // of the form that logs out; empty: there is none
    int status = 200;
    int refresh_s = 0;  // the page loads itself again after so long; 0: it does not
};

// The page with `main`, a mustache template; in it {{w_key}} is the text of a key. `data` is its data.
[[nodiscard]] WebAnswer render_page(const Page& page, std::string_view main, PageData data);

// Text on its way into data: without what no document may hold.
[[nodiscard]] std::string shown_text(std::string_view text);

}  // namespace assidu::node::web
