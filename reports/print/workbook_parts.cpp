#include "reports/print/workbook_parts.h"

#include <fmt/format.h>

namespace assidu::reports::print {

void put_pairs(Workbook& book, const Pairs& pairs) {
    for (const auto& [label, value] : pairs) {
        book.text(label);
        book.text(value);
        book.end_row();
    }
}

void put_warning(Workbook& book, Language language, const Provenance& provenance) {
    for (const std::string& line : warning_of(language, provenance))
        put_pairs(book, {{"!", line}});
}

void put_provenance(Workbook& book, Language language, const config::CivilCalendar& calendar,
                    const Provenance& provenance) {
    book.sheet("Provenance", {std::string(text(language, "provenance")), ""}, {34, 90});
    put_pairs(book, provenance_of(language, calendar, provenance));
    for (const std::string& line : rule_of(language, provenance))
        put_pairs(book, {{"", line}});
    for (const federation::Outage& outage : provenance.outages)
        put_pairs(book, {{std::string(text(language, "outages_caption")),
                          fmt::format("{} – {} – {}", instant_text(language, calendar, outage.from_utc_s),
                                      instant_text(language, calendar, outage.to_utc_s), outage.cause)}});
}

}  // namespace assidu::reports::print
