#include "reports/print/excel_csv.h"

#include "reports/render.h"

namespace assidu::reports {

std::string in_excel_flavour(std::string_view table) {
    std::string out = "\xef\xbb\xbf";
    out.reserve(table.size() + table.size() / 16);
    bool quoted = false;
    std::size_t field = out.size();  // where the field begins
    bool plain_needs_quotes = false;
    const auto end_field = [&](char separator) {
        if (plain_needs_quotes) {
            // Only a quoted field may hold a separator, and this one was not quoted for the comma's sake.
            out.insert(field, 1, '"');
            out.push_back('"');
        }
        plain_needs_quotes = false;
        out.push_back(separator);
        field = out.size();
    };
    for (const char c : table) {
        if (c == '"') quoted = !quoted;  // a doubled quote turns twice
        if (!quoted && c == ',') {
            end_field(';');
        } else if (!quoted && c == '\r') {
            end_field(c);
        } else {
            if (!quoted && c == '\n') field = out.size() + 1;
            plain_needs_quotes = plain_needs_quotes || (!quoted && c == ';');
            out.push_back(c);
        }
    }
    return out;
}

std::string render_excel_csv(const StudentReport& report) {
    return in_excel_flavour(render_csv(report));
}
std::string render_excel_csv(const GroupReport& report) {
    return in_excel_flavour(render_csv(report));
}

}  // namespace assidu::reports
