// A day explained, as a document: for a person at a terminal, and as JSON (docs/formats/explain-json.md).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/civil_calendar.h"
#include "config/scale.h"
#include "federation/ledger.h"
#include "node/archive/evidence_store.h"
#include "node/attendance/explain.h"
#include "node/event.h"
#include "reports/directory.h"
#include "reports/text.h"

namespace assidu::node {

// Whatever it points to must outlive it.
struct DayDocument {
    attendance::DayExplanation day;
    const config::Scale* scale = nullptr;
    const config::CivilCalendar* calendar = nullptr;  // of the scale's zone
    std::span<const EventShape> shapes;               // of the events
    std::string node_id, source;
    federation::StudentId student;
    std::optional<reports::Person> person;
    const reports::Directory* names = nullptr;
    std::vector<federation::Outage> outages;     // that touch the day
    std::vector<archive::Exclusion> exclusions;  // of the student that touch the day, revoked ones too
    std::int64_t forged_days = 0;                // signed days whose signature is not the node's
    // The ledger's rows of the day under the scale. Nothing: it keeps no totals under it, and was not asked.
    std::optional<std::vector<federation::LedgerRow>> ledger;

    // Whether the ledger's rows are what was explained, where it was asked. Anything else is a defect, or a
    // ledger that somebody changed.
    [[nodiscard]] bool agrees() const { return !ledger || *ledger == day.rows; }
};

// At most 100 columns, whatever names are in it; control characters of names are shown, not sent.
[[nodiscard]] std::string explanation_text(const DayDocument& document, reports::Language language);
[[nodiscard]] std::string explanation_json(const DayDocument& document, reports::Language language);

}  // namespace assidu::node
