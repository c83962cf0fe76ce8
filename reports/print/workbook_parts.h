// Parts that every workbook has.
#pragma once

#include "reports/model.h"
#include "reports/print/parts.h"
#include "reports/print/workbook.h"
#include "reports/text.h"

namespace assidu::reports::print {

// A row each: label, value.
void put_pairs(Workbook& book, const Pairs& pairs);
// Where time may be missing from the totals; a row a line, or none.
void put_warning(Workbook& book, Language language, const Provenance& provenance);
// A sheet of its own: who issued what, when, of which data and under which scale.
void put_provenance(Workbook& book, Language language, const config::CivilCalendar& calendar,
                    const Provenance& provenance);

}  // namespace assidu::reports::print
