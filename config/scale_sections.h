// The sections of a scale document, one function each. Every function reads all of its object, and objects to
// what it does not know (ObjectReader). A section that a document does not have keeps its defaults. Only for
// scale.cpp.
#pragma once

#include "config/json_object.h"
#include "config/scale.h"

namespace assidu::config {

void read_filter(ObjectReader& filter, Scale::Filter& rules);
void read_gap(ObjectReader& gap, Scale::Gap& rules);
void read_session(ObjectReader& session, Scale::Session& rules);
void read_calendar(ObjectReader& calendar, Scale::Calendar& rules);
void read_caps(ObjectReader& caps, Scale::Caps& rules);
void read_credits(ObjectReader& credits, Scale::Credits& rules);
// Sections that say how totals are shown: rounding, display, attendance, outputs.
void read_rounding(ObjectReader& rounding, Scale::Display& rules);
void read_display(ObjectReader& display, Scale::Display& rules);
void read_attendance(ObjectReader& attendance, Scale::Display& rules);
void read_outputs(ObjectReader& outputs, Scale::Display& rules);

}  // namespace assidu::config
