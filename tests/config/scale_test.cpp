#include "config/scale.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "config/digest.h"
#include "config/limits.h"

namespace assidu::config {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

std::string refusal_of(const std::function<void(json&)>& change) {
    json document = json::parse(preset_document("sonate"));
    change(document);
    const auto scale = parse_scale(document.dump(), "test.json");
    return scale ? "accepted" : scale.error().what;
}

TEST(Scale, TheSonatePresetIsThePublishedRule) {
    const Scale scale = parse_scale(preset_document("sonate"), "sonate").value();
    EXPECT_EQ(scale.name(), "sonate 1");
    EXPECT_EQ(scale.timezone, "Europe/Paris");
    EXPECT_EQ(scale.gap.idle_s, 1800);
    EXPECT_EQ(scale.gap.idle_credit_s, 900);
    EXPECT_EQ(scale.gap.last_credit_s, 900);
    EXPECT_EQ(scale.filter.origins, (std::vector<std::string>{"web", "ws"}));
    EXPECT_EQ(scale.label_in("fr"), "SONATE – financeurs");
    EXPECT_EQ(scale.label_in("en"), "SONATE – funders");
}

TEST(Scale, TheReleasedPresetNeverChanges) {
    // A changed rule is a new version with a new name here, never another digest under the old one.
    EXPECT_EQ(parse_scale(preset_document("sonate"), "sonate").value().sha256,
              "e76007b21b2b992ddaef41907957208ab77c7ac67af15b6a66e7f44382f2f84b");
}

TEST(Scale, ItsDigestIsThatOfTheValueNotOfItsLayout) {
    const json document = json::parse(preset_document("sonate"));
    const Scale scale = parse_scale(document.dump(4), "x").value();
    EXPECT_EQ(scale.sha256, parse_scale(preset_document("sonate"), "y").value().sha256);
    EXPECT_EQ(scale.sha256, hex(sha256(scale.canonical)));
}

TEST(Scale, AnUnknownKeyIsRefusedByItsPath) {
    EXPECT_THAT(refusal_of([](json& s) { s["gapp"] = 1; }), HasSubstr("test.json: key 'gapp' is not known"));
    EXPECT_THAT(refusal_of([](json& s) { s["gap"]["idel"] = 1; }), HasSubstr("key 'gap.idel' is not known"));
    EXPECT_THAT(refusal_of([](json& s) { s["filter"]["modules"]["only"] = json::array(); }),
                HasSubstr("key 'filter.modules.only' is not known"));
    EXPECT_THAT(refusal_of([](json& s) { s["caps"] = {{"month", 25200}}; }),
                HasSubstr("key 'caps.month' is not known"));
    EXPECT_THAT(refusal_of([](json& s) { s["gap"]["by_module"] = {{"quiz", {{"idel", 1}}}}; }),
                HasSubstr("key 'gap.by_module.quiz.idel' is not known"));
}

TEST(Scale, ADocumentNestedTooDeepIsRefusedAndNotWalked) {
    const auto nested = [](std::size_t levels) {
        const auto scale = parse_scale(std::string(levels, '[') + std::string(levels, ']'), "deep.json");
        return scale ? "accepted" : scale.error().what;
    };
    EXPECT_THAT(nested(limits::kJsonDepthMax), HasSubstr("must be an object"));
    EXPECT_EQ(nested(limits::kJsonDepthMax + 1), "deep.json: nested deeper than 16 levels");
    EXPECT_EQ(nested(500'000), "deep.json: nested deeper than 16 levels");
    EXPECT_THAT(refusal_of([](json& s) {
                    json deep = 1;
                    for (int i = 0; i < 40; ++i)
                        deep = {{"x", deep}};
                    s["gap"]["idle"] = deep;
                }),
                HasSubstr("nested deeper"));
}

TEST(Scale, AMissingKeyIsNamed) {
    EXPECT_THAT(refusal_of([](json& s) { s["gap"].erase("idle"); }), HasSubstr("key 'gap.idle' is missing"));
    EXPECT_THAT(refusal_of([](json& s) { s.erase("timezone"); }), HasSubstr("key 'timezone' is missing"));
}

TEST(Scale, SecondsAreTakenAtTheirLimitsAndRefusedOnePast) {
    EXPECT_EQ(refusal_of([](json& s) { s["gap"]["idle"] = 1; }), "accepted");
    EXPECT_EQ(refusal_of([](json& s) { s["gap"]["idle"] = 86400; }), "accepted");
    EXPECT_EQ(refusal_of([](json& s) { s["gap"]["idle_credit"] = 0; }), "accepted");
    EXPECT_THAT(refusal_of([](json& s) { s["gap"]["idle"] = 0; }),
                HasSubstr("'gap.idle' must be an integer from 1 to 86400"));
    EXPECT_THAT(refusal_of([](json& s) { s["gap"]["idle"] = 86401; }), HasSubstr("'gap.idle'"));
    EXPECT_THAT(refusal_of([](json& s) { s["gap"]["last_credit"] = -1; }), HasSubstr("'gap.last_credit'"));
    EXPECT_THAT(refusal_of([](json& s) { s["gap"]["idle"] = "1800"; }), HasSubstr("'gap.idle'"));
    EXPECT_THAT(refusal_of([](json& s) { s["gap"]["idle"] = 1800.5; }),
                HasSubstr("a number must be an integer"));
}

TEST(Scale, AValueOfALaterVersionIsRefusedNotIgnored) {
    EXPECT_THAT(refusal_of([](json& s) { s["gap"]["attribute"] = "both"; }),
                HasSubstr("'gap.attribute' must be one of: earlier, later"));
    EXPECT_THAT(refusal_of([](json& s) { s["filter"]["enrolment"] = "ever"; }),
                HasSubstr("'filter.enrolment' must be one of: none, active, within_dates"));
    EXPECT_THAT(refusal_of([](json& s) { s["calendar"] = {{"user_days", "list"}}; }),
                HasSubstr("'calendar.user_days' must be one of: none, signed_list"));
    EXPECT_THAT(refusal_of([](json& s) { s["gap"]["day_end_credit"] = "none"; }),
                HasSubstr("'gap.day_end_credit' must be \"clip\" or seconds"));
    EXPECT_THAT(refusal_of([](json& s) { s["display"] = {{"hour_minutes", 61}}; }),
                HasSubstr("'display.hour_minutes' must be an integer from 1 to 60"));
    EXPECT_THAT(refusal_of([](json& s) { s["credits"] = {{"on", "event_days"}}; }),
                HasSubstr("'credits.on' is not supported by this version of Assidu"));
    EXPECT_THAT(refusal_of([](json& s) { s["rounding"] = {{"at", "day"}}; }),
                HasSubstr("'rounding.at' is not supported"));
    EXPECT_THAT(refusal_of([](json& s) { s["stream"] = "user_cohort"; }), HasSubstr("'stream'"));
    EXPECT_THAT(refusal_of([](json& s) { s["schema"] = 2; }), HasSubstr("'schema'"));
    EXPECT_THAT(refusal_of([](json& s) { s["filter"]["anonymous"] = "keep"; }),
                HasSubstr("'filter.anonymous' must be one of: time_only, drop"));
}

TEST(Scale, TheWholeModelIsReadAndAbsentSectionsAreTheirDefaults) {
    json document = json::parse(preset_document("sonate"));
    document.update(json::parse(R"({
      "week_start": 7, "valid_from": "2026-09-01", "stream": "user_courseset",
      "calendar": {"weekdays": [5, 1], "windows": [["14:00", "24:00"], ["08:00", "12:30"]],
                   "exclude_dates": ["2026-12-25"], "exclude_month_days": ["05-01"], "mode": "mark"},
      "caps": {"day": 25200, "week": 126000, "activity_day": {"quiz": 7200}, "activity_total": {"scorm": 36000},
               "course_total": {"10": 36000}},
      "credits": {"completion": [
                    {"match": {"cmid": 501}, "seconds": 1800, "mode": "floor", "states": [1, 2]},
                    {"match": {"modname": "assign", "course_idnumber": "MATH"}, "seconds": "item", "mode": "add"}],
                  "declared": {"policy": "floor", "max_session": 43200, "max_age_days": 10},
                  "external": {"scorm": "floor"}, "on": "completion_day"},
      "rounding": {"unit": 60, "mode": "nearest", "at": "display"},
      "display": {"hour_minutes": 60, "format": "hh:mm"},
      "attendance": {"present_if_day_seconds": 600, "half_day": null},
      "outputs": {"daily": true, "per_course": true}})"));
    document["filter"]["courses"] = {{"include", {12, 10}}, {"categories", json::array()}};
    document["filter"]["presence_events"] = {{"events", {"ping"}}, {"policy", "extend"}, {"max_run", 1800}};
    document["gap"]["by_module"] = {{"quiz", {{"idle", 3600}}}};
    document["session"]["max_duration"] = 14400;
    const auto scale = parse_scale(document.dump(), "whole");
    ASSERT_TRUE(scale) << scale.error().what;
    EXPECT_EQ(scale->week_start, 7);
    EXPECT_EQ(scale->calendar.weekdays, (std::vector<int>{1, 5}));
    EXPECT_EQ(scale->calendar.windows[0].end_s, 45'000);
    EXPECT_EQ(scale->calendar.windows[1].end_s, 86'400);
    EXPECT_EQ(scale->caps.course_total_s.at(10), 36'000);
    EXPECT_EQ(scale->filter.include_courses, (std::vector<std::int64_t>{10, 12}));
    EXPECT_EQ(scale->gap.by_module.at("quiz").idle_s, 3600);
    EXPECT_EQ(scale->gap.by_module.at("quiz").last_credit_s, 900);
    EXPECT_EQ(scale->credits.completion[0].seconds, 1800);
    EXPECT_EQ(scale->credits.completion[1].seconds, std::nullopt);
    EXPECT_EQ(scale->credits.completion[1].states, (std::vector<int>{1, 2}));
    EXPECT_EQ(scale->display.round_to_s, 60);

    const Scale plain = parse_scale(preset_document("sonate"), "sonate").value();
    EXPECT_FALSE(plain.calendar.restricts());
    EXPECT_FALSE(plain.caps.any());
    EXPECT_FALSE(plain.credits.any());
    EXPECT_EQ(plain.stream, Scale::Stream::user);
    EXPECT_EQ(plain.gap.min_gap_s, 0);
    EXPECT_EQ(plain.display.round_to_s, 1);
}

TEST(Scale, AnImpossibleValueIsRefusedByItsKey) {
    const auto with = [](const char* section, const char* value) {
        return refusal_of([&](json& s) { s[section].update(json::parse(value)); });
    };
    EXPECT_THAT(with("calendar", R"({"windows": [["08:00", "12:30"], ["12:00", "18:00"]]})"),
                HasSubstr("'calendar.windows' has windows that overlap"));
    EXPECT_EQ(with("calendar", R"({"windows": [["08:00", "12:00"], ["12:00", "18:00"]]})"), "accepted");
    EXPECT_THAT(with("calendar", R"({"windows": [["18:00", "08:00"]]})"), HasSubstr("'calendar.windows'"));
    EXPECT_THAT(with("calendar", R"({"windows": [["08:00", "24:01"]]})"), HasSubstr("'calendar.windows'"));
    EXPECT_THAT(with("calendar", R"({"windows": []})"), HasSubstr("'calendar.windows'"));
    EXPECT_THAT(with("calendar", R"({"weekdays": [0]})"), HasSubstr("'calendar.weekdays'"));
    EXPECT_THAT(with("calendar", R"({"weekdays": [1, 1]})"), HasSubstr("names a day twice"));
    EXPECT_THAT(with("calendar", R"({"exclude_dates": ["2026-02-29"]})"),
                HasSubstr("'calendar.exclude_dates'"));
    EXPECT_EQ(with("calendar", R"({"exclude_month_days": ["02-29"]})"), "accepted");
    EXPECT_THAT(with("calendar", R"({"exclude_month_days": ["02-30"]})"),
                HasSubstr("'calendar.exclude_month_days'"));
    EXPECT_THAT(with("caps", R"({"day": -1})"), HasSubstr("'caps.day'"));
    EXPECT_THAT(with("caps", R"({"course_total": {"MATH": 1}})"), HasSubstr("'caps.course_total.MATH'"));
    EXPECT_THAT(with("credits", R"({"completion": [{"match": {}, "seconds": 1, "mode": "max"}]})"),
                HasSubstr("'credits.completion[0].mode' must be one of"));
    EXPECT_THAT(with("gap", R"({"cap_credit_by_gap": false, "idle": 300})"),
                HasSubstr("'gap.cap_credit_by_gap' may be false only where"));
    EXPECT_EQ(with("gap", R"({"cap_credit_by_gap": false, "idle": 900})"), "accepted");
    EXPECT_THAT(with("filter", R"({"presence_events": {"events": ["ping"], "policy": "extend"}})"),
                HasSubstr("'filter.presence_events.max_run' is missing"));
    EXPECT_THAT(refusal_of([](json& s) { s["stream"] = "user_courseset"; }),
                HasSubstr("filter.courses names no course and no category"));
    EXPECT_THAT(refusal_of([](json& s) { s["engine"] = "completion"; }),
                HasSubstr("key 'gap' does not belong to this engine"));
}

TEST(Scale, EveryKeyOfRolesEnrolmentsCategoriesDaysAndDisplayIsRead) {
    json document = json::parse(preset_document("sonate"));
    document.merge_patch(json::parse(R"({
      "filter": {"courses": {"categories": [5, 3]}, "roles": {"include": ["student"]}, "enrolment": "active"},
      "gap": {"attribute": "later", "day_end_credit": 900}, "calendar": {"user_days": "signed_list"},
      "display": {"hour_minutes": 45}, "attendance": {"present_if_day_seconds": 7200, "half_day": 3600},
      "outputs": {"sessions": false, "measured_and_credited_columns": false}})"));
    const auto scale = parse_scale(document.dump(), "x");
    ASSERT_TRUE(scale) << scale.error().what;
    EXPECT_EQ(scale->filter.include_categories, (std::vector<std::int64_t>{3, 5}));
    EXPECT_EQ(scale->filter.roles, (std::vector<std::string>{"student"}));
    EXPECT_EQ(scale->filter.enrolment, Scale::Enrolment::active);
    EXPECT_EQ(scale->gap.attribute, Scale::Attribute::later);
    EXPECT_EQ(scale->gap.day_end_credit_s, 900);
    EXPECT_TRUE(scale->calendar.user_days && scale->calendar.restricts());
    EXPECT_EQ(scale->display.half_from_s, 3600);
    EXPECT_TRUE(scale->display.daily && scale->display.per_course);
    EXPECT_FALSE(scale->display.sessions || scale->display.credited_columns);
    document["attendance"]["half_day"] = 7200;
    EXPECT_THAT(parse_scale(document.dump(), "x").error().what,
                HasSubstr("'attendance.half_day' must be less"));
    document["attendance"]["half_day"] = nullptr;
    document["session"]["per"] = "course";
    EXPECT_THAT(parse_scale(document.dump(), "x").error().what, HasSubstr("'gap.attribute' is \"later\""));
}

TEST(Scale, ADurationIsShownInTheScalesHoursAndRounded) {
    Scale::Display display;
    EXPECT_EQ(display.shown(8399), "02:19:59");
    EXPECT_EQ(display.shown(-60), "-00:01:00");
    display.hour_minutes = 45;
    EXPECT_EQ(display.shown(135 * 60), "03:00:00");
    EXPECT_EQ(display.shown(140 * 60 + 7), "03:05:07");
    display.round_to_s = 60;
    display.seconds = false;
    EXPECT_EQ(display.shown(140 * 60 + 59), "03:05");
    display.round = Scale::Round::ceiling;
    EXPECT_EQ(display.shown(134 * 60 + 1), "03:00");
    EXPECT_EQ(display.shown(-59 * 60), "-01:14");
}

TEST(Scale, EveryPresetReadsAndIsNamedAsItIsFound) {
    const std::vector<std::string> names = preset_names();
    EXPECT_THAT(names, ::testing::IsSupersetOf(
                           {"sonate", "sonate-legacy", "usestats", "usestats-legacy-401",
                            "usestats-legacy-405", "usestats-legacy-39", "trainingsessions-legacy",
                            "trainingsessions", "learningtimecheck-0", "learningtimecheck-3", "dedication",
                            "attendanceregister", "attendanceregister-fork", "attestoodle", "timestat"}));
    for (const std::string& name : names) {
        const auto scale = parse_scale(preset_document(name), name);
        ASSERT_TRUE(scale) << scale.error().what;
        EXPECT_EQ(scale->id, name);
        EXPECT_TRUE(scale->label.contains("fr") && scale->label.contains("en")) << name;
    }
    EXPECT_EQ(preset_document("usestats-legacy"), preset_document("usestats-legacy-405"));
    EXPECT_EQ(preset_document("none"), "");
}

TEST(Scale, AQuirkBelongsToItsLegacyPresetAlone) {
    EXPECT_THAT(refusal_of([](json& s) { s["legacy_quirks"] = {"sonate.last_day_repeat"}; }),
                HasSubstr("key 'legacy_quirks' has 'sonate.last_day_repeat', which only"));
    json legacy = json::parse(preset_document("sonate-legacy"));
    const auto read = [](const json& document) {
        const auto scale = parse_scale(document.dump(), "legacy");
        return scale ? "accepted" : scale.error().what;
    };
    legacy["gap"]["idle"] = 900;
    legacy["filter"]["targets"] = {"course"};
    EXPECT_EQ(read(legacy), "accepted");
    json other = legacy;
    other["legacy_quirks"] = {"usestats.capture_memory"};
    EXPECT_THAT(read(other), HasSubstr("'legacy_quirks' has 'usestats.capture_memory'"));
    other["legacy_quirks"] = json::array();
    EXPECT_THAT(read(other), HasSubstr("names none of its defects"));
    other = legacy;
    other["filter"]["exclude_loginas"] = true;
    EXPECT_THAT(read(other), HasSubstr("key 'filter/exclude_loginas' is not a setting of the plugin"));
}

TEST(Scale, AZoneThatDoesNotExistAndAnIdThatIsNoneAreRefused) {
    EXPECT_THAT(refusal_of([](json& s) { s["timezone"] = "Paris"; }), HasSubstr("time zone 'Paris'"));
    EXPECT_THAT(refusal_of([](json& s) { s["id"] = "Sonate 2026"; }), HasSubstr("'id'"));
}

TEST(Scale, ADocumentThatIsNoneOrSaysAThingTwiceIsRefused) {
    EXPECT_THAT(parse_scale("{", "x").error().what, HasSubstr("x: not JSON"));
    EXPECT_THAT(parse_scale("[]", "x").error().what, HasSubstr("must be an object"));
    EXPECT_THAT(parse_scale(R"({"id": "a", "id": "b"})", "x").error().what,
                HasSubstr("key 'id' stands twice"));
    EXPECT_THAT(parse_scale(R"({"gap": {"idle": 1, "idle": 2}})", "x").error().what,
                HasSubstr("key 'idle' stands twice"));
}

}  // namespace
}  // namespace assidu::config
