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
    EXPECT_THAT(refusal_of([](json& s) { s["filter"]["modules"]["include"] = json::array(); }),
                HasSubstr("key 'filter.modules.include' is not known"));
    EXPECT_THAT(refusal_of([](json& s) { s["caps"] = {{"day", 25200}}; }),
                HasSubstr("key 'caps' is not known"));
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
    EXPECT_THAT(refusal_of([](json& s) { s["gap"]["compare"] = "ge"; }),
                HasSubstr("'gap.compare' must be \"gt\""));
    EXPECT_THAT(refusal_of([](json& s) { s["stream"] = "user_course"; }), HasSubstr("'stream'"));
    EXPECT_THAT(refusal_of([](json& s) { s["schema"] = 2; }), HasSubstr("'schema'"));
    EXPECT_THAT(refusal_of([](json& s) { s["filter"]["anonymous"] = "keep"; }),
                HasSubstr("'filter.anonymous' must be one of: time_only, drop"));
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
