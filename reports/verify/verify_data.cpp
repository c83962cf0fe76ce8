#include "reports/verify/verify_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "config/canonical_json.h"
#include "config/json_object.h"
#include "config/limits.h"
#include "reports/durations.h"

namespace assidu::reports {
namespace {

using config::CivilDay;
using config::refuse;
using config::Result;
using federation::LedgerRow;
using nlohmann::json;

constexpr std::int64_t kDaySeconds = 86'400;

struct Sums {
    std::int64_t measured_s = 0, credited_s = 0, events = 0;
    void add(const auto& part) {
        measured_s += part.measured_s;
        credited_s += part.credited_s;
        events += part.events;
    }
    void put_into(json& object) const {
        object["measured_s"] = measured_s;
        object["credited_s"] = credited_s;
        object["events"] = events;
    }
};

// What the rows give, in the shape of the data
// -----------------------------------------------------------------

json expected_total(const std::vector<LedgerRow>& rows) {
    Sums sums;
    std::set<CivilDay> days;
    for (const LedgerRow& row : rows) {
        sums.add(row);
        days.insert(row.day);
    }
    json total = {{"days", days.size()},
                  {"measured", h_mm_ss(sums.measured_s)},
                  {"credited", h_mm_ss(sums.credited_s)}};
    sums.put_into(total);
    return total;
}

json number_or_null(const std::optional<std::int64_t>& number) {
    return number ? json(*number) : json(nullptr);
}

json expected_day(CivilDay day, const std::vector<const LedgerRow*>& rows) {
    Sums sums;
    std::optional<std::int64_t> first, last;
    json courses = json::array();
    for (const LedgerRow* const row : rows) {
        sums.add(*row);
        if (row->first_utc_s) first = std::min(first.value_or(*row->first_utc_s), *row->first_utc_s);
        if (row->last_utc_s) last = std::max(last.value_or(*row->last_utc_s), *row->last_utc_s);
        json course = {{"course", row->course}};
        Sums of_course;
        of_course.add(*row);
        of_course.put_into(course);
        courses.push_back(std::move(course));
    }
    json object = {{"date", config::iso_date(day)},
                   {"first_utc_s", number_or_null(first)},
                   {"last_utc_s", number_or_null(last)},
                   {"courses", std::move(courses)}};
    sums.put_into(object);
    return object;
}

json expected_days(const std::vector<LedgerRow>& rows) {
    std::map<CivilDay, std::vector<const LedgerRow*>> by_day;
    for (const LedgerRow& row : rows)
        by_day[row.day].push_back(&row);
    json days = json::array();
    for (auto& [day, of_day] : by_day) {
        std::ranges::sort(of_day, {}, [](const LedgerRow* row) { return row->course; });
        days.push_back(expected_day(day, of_day));
    }
    return days;
}

// By course id: the report has them in the order of names.
json expected_courses(const std::vector<LedgerRow>& rows) {
    struct Course {
        Sums sums;
        std::map<std::int64_t, Sums> activities;
    };
    std::map<std::int64_t, Course> by_course;
    for (const LedgerRow& row : rows) {
        by_course[row.course].sums.add(row);
        for (const federation::ActivityShare& share : row.activities)
            by_course[row.course].activities[share.activity].add(share);
    }
    json courses = json::array();
    for (const auto& [id, course] : by_course) {
        Sums pages = course.sums;
        json activities = json::array();
        for (const auto& [activity, sums] : course.activities) {
            pages.add(Sums{-sums.measured_s, -sums.credited_s, -sums.events});
            json& line = activities.emplace_back(json{{"activity", activity}});
            sums.put_into(line);
        }
        json object = {{"course", id}, {"activities", std::move(activities)}, {"pages", json::object()}};
        course.sums.put_into(object);
        pages.put_into(object["pages"]);
        courses.push_back(std::move(object));
    }
    return courses;
}

// What the data say, cut to the same shape
// ---------------------------------------------------------------------

constexpr std::initializer_list<const char*> kSums{"measured_s", "credited_s", "events"};

const json& member(const json& object, const char* name) {
    static const json kNone;
    if (!object.is_object()) return kNone;
    const auto found = object.find(name);
    return found == object.end() ? kNone : *found;
}

json cut(const json& object, std::initializer_list<const char*> names) {
    json kept = json::object();
    for (const char* name : names)
        kept[name] = member(object, name);
    for (const char* name : kSums)
        kept[name] = member(object, name);
    return kept;
}

template <class Cut>
json cut_each(const json& list, const Cut& one) {
    if (!list.is_array()) return nullptr;
    json kept = json::array();
    for (const json& item : list)
        kept.push_back(one(item));
    return kept;
}

json sorted_by(json list, const char* key) {
    if (list.is_array())
        std::ranges::sort(list.get_ref<json::array_t&>(),
                          [&](const json& a, const json& b) { return member(a, key) < member(b, key); });
    return list;
}

json days_in(const json& data) {
    return cut_each(member(data, "days"), [](const json& day) {
        json kept = cut(day, {"date", "first_utc_s", "last_utc_s"});
        kept["courses"] =
            cut_each(member(day, "courses"), [](const json& course) { return cut(course, {"course"}); });
        return kept;
    });
}

json courses_in(const json& data) {
    json courses = cut_each(member(data, "courses"), [](const json& course) {
        json kept = cut(course, {"course"});
        kept["activities"] =
            sorted_by(cut_each(member(course, "activities"),
                               [](const json& activity) { return cut(activity, {"activity"}); }),
                      "activity");
        kept["pages"] = cut(member(course, "pages"), {});
        return kept;
    });
    return sorted_by(std::move(courses), "course");
}

// The first place where two lists differ.
std::string difference(const json& expected, const json& found, const char* what, const char* key) {
    if (expected == found) return {};
    if (!found.is_array()) return fmt::format("the {} are no list", what);
    for (std::size_t i = 0; i < std::max(expected.size(), found.size()); ++i) {
        if (i >= expected.size()) return fmt::format("the {} have more than the rows give", what);
        if (i >= found.size() || expected[i] != found[i])
            return fmt::format("the {}: {} is not what the rows give", what, expected[i][key].dump());
    }
    return {};
}

std::string wrong_sums(const json& data, const std::vector<LedgerRow>& rows) {
    const json total = cut(member(data, "totals"), {"days", "measured", "credited"});
    if (total != expected_total(rows)) return "the total is not what the rows give";
    std::string wrong = difference(expected_days(rows), days_in(data), "days", "date");
    if (wrong.empty()) wrong = difference(expected_courses(rows), courses_in(data), "courses", "course");
    return wrong;
}

// What else the data say that is known otherwise
// ---------------------------------------------------------------

// Seconds UTC of "2026-03-29T03:10:00+02:00".
std::optional<std::int64_t> instant_of(std::string_view text) {
    constexpr std::string_view kShape = "0000-00-00T00:00:00+00:00";
    if (text.size() != kShape.size()) return std::nullopt;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool digit = text[i] >= '0' && text[i] <= '9';
        const bool sign = kShape[i] == '+' && (text[i] == '+' || text[i] == '-');
        if (kShape[i] == '0' ? !digit : !sign && text[i] != kShape[i]) return std::nullopt;
    }
    const auto two = [&](std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); };
    const auto day = config::parse_iso_date(text.substr(0, 10));
    if (!day) return std::nullopt;
    const std::int64_t offset = (two(20) * 60 + two(23)) * 60;
    const std::int64_t local = day->number * kDaySeconds + (two(11) * 60 + two(14)) * 60 + two(17);
    return text[19] == '-' ? local + offset : local - offset;
}

// Where a local time is not its instant's. Descends as deep as the data, which are no deeper than
// kJsonDepthMax.
std::string wrong_local_time(const json& value) {
    constexpr std::string_view kLocal = "_local";
    if (value.is_object()) {
        for (const auto& [name, local] : value.items()) {
            if (!name.ends_with(kLocal)) continue;
            const json& utc = member(value, (name.substr(0, name.size() - kLocal.size()) + "_utc_s").c_str());
            const bool same = local.is_string() && utc.is_number_integer()
                                  ? instant_of(local.get_ref<const std::string&>()) == utc.get<std::int64_t>()
                                  : local.is_null() && utc.is_null();
            if (!same) return fmt::format("{} is not its instant", name);
        }
    }
    if (value.is_structured()) {
        for (const json& inner : value) {
            if (std::string wrong = wrong_local_time(inner); !wrong.empty()) return wrong;
        }
    }
    return {};
}

struct Span {
    std::int64_t begin_utc_s = 0, end_utc_s = 0;
};

// The period as instants; no zone's midnight is further than a day from that of Greenwich.
std::optional<Span> span_of(const json& data, const federation::Period& period) {
    const json& object = member(data, "period");
    const json& begin = member(object, "begin_utc_s");
    const json& end = member(object, "end_utc_s");
    const auto near = [](const json& instant, CivilDay day) {
        return instant.is_number_integer() &&
               std::abs(instant.get<std::int64_t>() - day.number * kDaySeconds) <= kDaySeconds;
    };
    if (member(object, "from") != config::iso_date(period.from) ||
        member(object, "to") != config::iso_date(period.to) || !near(begin, period.from) ||
        !near(end, next(period.to)))
        return std::nullopt;
    return Span{begin.get<std::int64_t>(), end.get<std::int64_t>()};
}

std::string hidden_outage(const json& provenance, const Span& span,
                          const std::vector<federation::StatementHeader>& statements) {
    std::set<std::pair<json, json>> told;
    if (const json& outages = member(provenance, "outages"); outages.is_array()) {
        for (const json& outage : outages)
            told.emplace(member(outage, "from_utc_s"), member(outage, "to_utc_s"));
    }
    for (const federation::StatementHeader& statement : statements) {
        for (const federation::Outage& outage : statement.outages) {
            const bool touches = outage.from_utc_s < span.end_utc_s && outage.to_utc_s > span.begin_utc_s;
            if (touches && !told.contains({outage.from_utc_s, outage.to_utc_s}))
                return fmt::format("an outage that statement {} tells of is left out", statement.number);
        }
    }
    return {};
}

std::string wrong_received(const json& received, const PackageManifest& manifest) {
    json missing = json::array();
    for (const federation::Period& run : manifest.missing_days)
        missing.push_back({{"from", config::iso_date(run.from)}, {"to", config::iso_date(run.to)}});
    // Which of the announced ones are missing follows from the numbers; a hub of before did not write it.
    json numbers = json::array();
    const std::int64_t lacks = manifest.statements_missing.value_or(0),
                       announced = manifest.announced_statement.value_or(0);
    if (lacks > 0) numbers.push_back({{"from", announced - lacks + 1}, {"to", announced}});
    const bool numbers_are_same =
        !received.contains("missing_statements") || member(received, "missing_statements") == numbers;
    const bool same =
        numbers_are_same && member(received, "hub") == manifest.issuer &&
        member(received, "member") == manifest.node && member(received, "complete") == manifest.complete() &&
        member(received, "last_statement") == manifest.last_statement &&
        member(received, "last_statement_sha256") == manifest.last_statement_sha256 &&
        member(received, "announced_statement") == number_or_null(manifest.announced_statement) &&
        member(received, "statements_missing") == number_or_null(manifest.statements_missing) &&
        member(received, "missing_days") == missing;
    return same ? "" : "what the data say of the member's statements is not what the manifest says";
}

std::string wrong_provenance(const json& data, const std::vector<federation::StatementHeader>& statements,
                             const PackageManifest& manifest, std::string_view scale_document) {
    const json& provenance = member(data, "provenance");
    const json& scale = member(provenance, "scale");
    if (member(scale, "sha256") != manifest.scale || member(scale, "document") != std::string(scale_document))
        return "the data name another scale";
    for (const federation::StatementHeader& statement : statements) {
        if (statement.scale.sha256 != manifest.scale) continue;
        if (member(scale, "id") != statement.scale.id || member(scale, "version") != statement.scale.version)
            return "the data give the scale another name";
    }
    if (member(provenance, "node") != manifest.node) return "the data are another node's";
    if (member(data, "language") != manifest.language) return "the data are of another language";
    if (member(provenance, "issued_at_utc_s") != manifest.issued_utc_s) return "issued at another instant";
    const bool received = provenance.is_object() && provenance.contains("received");
    if (received != (manifest.issuer != manifest.node))
        return "the data are not of the kind that this issuer issues";
    return received ? wrong_received(member(provenance, "received"), manifest) : "";
}

std::string text_in(const json& object, const char* name) {
    const json& value = member(object, name);
    return value.is_string() ? value.get<std::string>() : "";
}

void describe(const json& data, const std::vector<LedgerRow>& rows, PackageSubject& subject) {
    const json& student = member(data, "student");
    subject.person = text_in(student, "lastname");
    if (const std::string first = text_in(student, "firstname"); !first.empty())
        subject.person += (subject.person.empty() ? "" : " ") + first;
    if (subject.person.empty()) subject.person = text_in(student, "username");
    for (const LedgerRow& row : rows) {
        subject.measured_s += row.measured_s;
        subject.credited_s += row.credited_s;
    }
}

}  // namespace

Result<void> check_data(std::string_view data, const std::vector<LedgerRow>& rows,
                        const std::vector<federation::StatementHeader>& statements,
                        const PackageManifest& manifest, std::string_view scale, PackageSubject& subject) {
    if (data.size() > config::limits::kPackageJsonBytesMax)
        return refuse(
            fmt::format("{}: longer than {} bytes", kDataName, config::limits::kPackageJsonBytesMax));
    const auto value = config::parse_strict_json(data, kDataName);
    if (!value) return std::unexpected(value.error());
    const auto again = config::canonical_json(*value);
    if (!again || *again != data) return refuse(fmt::format("{}: not canonical JSON", kDataName));
    if (member(*value, "format") != "assidu-student-report" || member(*value, "version") != 1)
        return refuse(fmt::format("{}: not a student's report of version 1", kDataName));
    if (member(member(*value, "student"), "student") != to_string(manifest.student))
        return refuse("the data are another student's");
    const auto span = span_of(*value, manifest.period);
    if (!span) return refuse("the data are of another period");
    for (std::string wrong :
         {wrong_sums(*value, rows), wrong_provenance(*value, statements, manifest, scale),
          hidden_outage(member(*value, "provenance"), *span, statements), wrong_local_time(*value)}) {
        if (!wrong.empty()) return refuse(std::move(wrong));
    }
    describe(*value, rows, subject);
    return {};
}

}  // namespace assidu::reports
