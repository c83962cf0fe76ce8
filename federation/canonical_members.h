// Documents that are signed: canonical JSON, of which every member is known. Internal to federation/; only
// its .cpp files include this, for it brings the whole JSON library.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "config/civil_calendar.h"
#include "config/refusal.h"

namespace assidu::federation {

// Reads members of one object; every one must be asked for. The first thing wrong is kept, and everything
// reads as empty from then on: callers check once, at the end. The object must outlive it.
class Members {
  public:
    Members(const nlohmann::json& object, std::string place);

    std::int64_t integer(const char* name);
    std::optional<std::int64_t> integer_or_null(const char* name);
    std::string text(const char* name);
    std::string digest(const char* name, bool may_be_empty = false);
    config::CivilDay day(const char* name);
    const nlohmann::json& array(const char* name);
    const nlohmann::json& object(const char* name);

    void fail(const std::string& what);
    // What was wrong first, or a member that nobody asked for; empty: nothing.
    [[nodiscard]] std::string finish();

  private:
    const nlohmann::json* find(const char* name);

    const nlohmann::json& object_;
    std::string place_, objection_;
    std::set<std::string, std::less<>> asked_;
};

// Canonical text of a value that we made: it cannot be refused.
[[nodiscard]] std::string canonical(const nlohmann::json& value);
[[nodiscard]] nlohmann::json json_of(const std::optional<std::int64_t>& value);

// A document that must be canonical: whoever signed other bytes of the same value signed something else.
[[nodiscard]] config::Result<nlohmann::json> parse_canonical(std::string_view text, const char* what);

}  // namespace assidu::federation
