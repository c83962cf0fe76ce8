// Dumps of what Moodle and its plugins know of students beside the log, as CSV: columns as csv_table.h has
// them. Which columns each needs, and with which queries they are dumped, stands in docs/files.md. Whose rows
// they are is not asked here.
//
// Each function reads the whole source. Refused, naming the file, if a needed column is missing or a column
// stands twice. A row with a broken number or instant is rejected, and reading goes on; a row that says
// nothing (an element of SCORM other than a session's time, a declaration of nothing) is passed over.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <variant>
#include <vector>

#include "config/refusal.h"
#include "node/archive/evidence_store.h"
#include "node/collect/byte_source.h"
#include "node/collect/recognise.h"

namespace assidu::node::collect {

// What one row says. An enrolment's row may tell of two states.
using EvidenceRecord = std::variant<archive::CompletionRecord, archive::DeclarationRecord,
                                    archive::ForeignRecord, std::vector<archive::EnrolmentState>,
                                    archive::RoleState, archive::CategoryPath, archive::ActivityWorth>;

struct EvidenceCallbacks {
    std::function<void(EvidenceRecord&, std::uint64_t line)> take;
    // Of a row that is broken: whose it is, where that can be read.
    std::function<void(std::uint64_t line, std::string_view reason, std::string_view record,
                       std::int64_t user_id)>
        reject;
    std::function<bool()> goes_on;
};

// Whether a file of this kind is one of these.
[[nodiscard]] bool is_evidence(FileKind kind);

// Rows later than `latest_s` are broken.
[[nodiscard]] config::Result<void> read_evidence(ByteSource& source, const Recognised& recognised,
                                                 std::int64_t latest_s, const EvidenceCallbacks& callbacks);

// Whose record it is; 0: nobody's.
[[nodiscard]] std::int64_t user_of(const EvidenceRecord& record);

}  // namespace assidu::node::collect
