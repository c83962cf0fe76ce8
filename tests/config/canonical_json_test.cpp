#include "config/canonical_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "config/limits.h"

namespace assidu::config {
namespace {

using nlohmann::json;

TEST(CanonicalJson, SortsMembersAndWritesNoSpaceAndTheEscapesOfRfc8785) {
    EXPECT_EQ(canonical_json(json::parse(R"({"b": [1, -2, true, null], "a": "€\u000f\n\"\\/é"})")).value(),
              "{\"a\":\"€\\u000f\\n\\\"\\\\/é\",\"b\":[1,-2,true,null]}");
}

TEST(CanonicalJson, TakesIntegersThatEveryReaderAgreesOnAndNothingElse) {
    EXPECT_EQ(canonical_json(json::parse("[9007199254740991, -9007199254740991]")).value(),
              "[9007199254740991,-9007199254740991]");
    EXPECT_EQ(canonical_json(json::parse("[9007199254740992]")).error().what,
              "/0: the integer is out of range");
    EXPECT_EQ(canonical_json(json::parse("[-9007199254740992]")).error().what,
              "/0: the integer is out of range");
    EXPECT_EQ(canonical_json(json::parse(R"({"a": {"b": 1.5}})")).error().what,
              "/a/b: a number must be an integer");
}

TEST(CanonicalJson, RefusesWhatIsNestedTooDeepForAnyStack) {
    const auto nested = [](std::size_t levels) {
        std::string text = std::string(levels, '[') + std::string(levels, ']');
        return nlohmann::json::parse(text);
    };
    EXPECT_TRUE(canonical_json(nested(limits::kJsonDepthMax)));
    EXPECT_EQ(canonical_json(nested(limits::kJsonDepthMax + 1)).error().what, "nested deeper than 16 levels");
    EXPECT_FALSE(canonical_json(nested(500'000)));
}

TEST(CanonicalJson, RefusesMemberNamesOutsideAsciiAndTextThatIsNotUtf8) {
    EXPECT_FALSE(canonical_json(json{{"é", 1}}));
    EXPECT_EQ(canonical_json(json{{"a", "\xff"}}).error().what, "a string is not UTF-8");
}

}  // namespace
}  // namespace assidu::config
