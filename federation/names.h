// Names at issue (design decision 12): a hub that issues a report asks the owning node for the names in it,
// by the signed call `names.ask`, and both sides audit it. The node's side of the call is Reception's.
// docs/formats/message.md has the form.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/clock.h"
#include "config/refusal.h"
#include "federation/audit_log.h"
#include "federation/correspondence.h"
#include "federation/member.h"
#include "federation/statement.h"
#include "rpc/value.h"

namespace assidu::federation {

// Whose names are asked for: pseudonyms, and Moodle's ids from 1 on.
struct NamesAsked {
    std::vector<StudentId> students;
    std::vector<std::int64_t> courses, activities;
    [[nodiscard]] std::size_t count() const { return students.size() + courses.size() + activities.size(); }
    bool operator==(const NamesAsked&) const = default;
};

// The parameter of the call, and back. Refused: not of the form, a purpose that is none, more than
// kNamesAskedMax. Writing takes what reading takes.
[[nodiscard]] rpc::Value names_asked_value(const NamesAsked& asked, const std::string& purpose);
struct NamesCall {
    NamesAsked asked;
    std::string purpose;
};
[[nodiscard]] config::Result<NamesCall> read_names_asked(const rpc::Value& value);

// 1 to kPurposeBytesMax bytes of UTF-8 without control characters: it is printed to administrators.
[[nodiscard]] bool is_purpose(std::string_view text);

// A hub that asks. All must outlive the call.
struct NamesAsker {
    std::string hub;
    const rpc::SigningKey* key = nullptr;
    const config::Clock* clock = nullptr;
    AuditLog* audit = nullptr;
};

// Asks a member, in as many calls as the limit needs; the rows are audited before they are returned, and so
// is a refusal. Whom the member does not know is left out. Refused, naming the member: it is not reached, it
// refuses, its answer is not of the form or tells what was not asked, the purpose is none.
[[nodiscard]] config::Result<std::vector<RosterRow>> ask_names(const NamesAsker& asker, const Member& member,
                                                               const Carry& carry, NamesAsked asked,
                                                               const std::string& purpose);

}  // namespace assidu::federation
