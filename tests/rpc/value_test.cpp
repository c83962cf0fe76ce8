#include "rpc/value.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace assidu::rpc {
namespace {

using ::testing::ElementsAre;

Value message() {
    return Value::structure(
        {{"node", Value::text("lyon-2")},
         {"number", Value::integer(7)},
         {"closed", Value::boolean(true)},
         {"payload", Value::bytes(std::string("\0\xff", 2))},
         {"rows", Value::array({Value::structure({{"seconds", Value::integer(60)}}), Value::text("x")})}});
}

TEST(Value, HasOneKindAndIsNeverConverted) {
    const Value one = Value::integer(1);
    EXPECT_EQ(one.as_integer(), 1);
    EXPECT_FALSE(one.as_boolean());
    EXPECT_EQ(one.as_text(), nullptr);
    EXPECT_EQ(Value::text("1").as_bytes(), nullptr);
    EXPECT_EQ(Value::bytes("1").as_text(), nullptr);
    EXPECT_NE(Value::text("1"), Value::bytes("1"));
    EXPECT_NE(Value::integer(1), Value::boolean(true));
    EXPECT_EQ(Value(), Value::text(""));
}

TEST(Value, EveryKindHasItsName) {
    for (const Value& value : {Value::integer(0), Value::boolean(false), Value::text(""), Value::bytes(""),
                               Value::array({}), Value::structure({})})
        EXPECT_NE(name_of(value.kind()), "of no kind");
    EXPECT_EQ(name_of(Value::bytes("").kind()), "bytes");
    EXPECT_EQ(name_of(Value::structure({}).kind()), "a struct");
}

TEST(Value, IsCopiedDeeply) {
    Value one = message();
    const Value two = one;
    one = Value::integer(0);
    EXPECT_EQ(two, message());
    EXPECT_EQ(*two.find("payload")->as_bytes(), std::string("\0\xff", 2));
    EXPECT_EQ(two.find("elsewhere"), nullptr);
    EXPECT_EQ(one.find("payload"), nullptr);
}

TEST(Field, ReadsWhatIsThere) {
    const Value value = message();
    const Field root(value, "params[0]");
    EXPECT_EQ(root.member("node").text().value(), "lyon-2");
    EXPECT_EQ(root.member("number").integer().value(), 7);
    EXPECT_TRUE(root.member("closed").boolean().value());
    EXPECT_EQ(root.member("payload").bytes().value(), std::string("\0\xff", 2));
    EXPECT_EQ(root.member("rows").element(0).member("seconds").integer().value(), 60);
    EXPECT_EQ(root.member("rows").array().value()->size(), 2U);
    EXPECT_EQ(root.structure().value()->size(), 5U);
    std::vector<std::string> paths;
    const auto rows = root.member("rows").elements();
    for (const Field& row : rows.value())
        paths.push_back(row.path());
    EXPECT_THAT(paths, ElementsAre("params[0].rows[0]", "params[0].rows[1]"));
}

TEST(Field, SaysWhatIsMissingAndWhere) {
    const Value value = message();
    const Field root(value, "params[0]");
    EXPECT_FALSE(root.member("issued").exists());
    EXPECT_EQ(root.member("issued").integer().error().what, "params[0].issued is missing");
    EXPECT_EQ(root.member("rows").element(2).member("seconds").integer().error().what,
              "params[0].rows[2] is missing");
    // The first step that failed, not the last.
    EXPECT_EQ(root.member("envelope").member("payload").bytes().error().what,
              "params[0].envelope is missing");
}

TEST(Field, SaysWhatIsOfAnotherKind) {
    const Value value = message();
    const Field root(value, "params[0]");
    EXPECT_EQ(root.member("node").integer().error().what, "params[0].node is a text, not an integer");
    EXPECT_EQ(root.member("number").boolean().error().what, "params[0].number is an integer, not a boolean");
    EXPECT_EQ(root.member("closed").text().error().what, "params[0].closed is a boolean, not a text");
    EXPECT_EQ(root.member("node").bytes().error().what, "params[0].node is a text, not bytes");
    EXPECT_EQ(root.member("payload").elements().error().what, "params[0].payload is bytes, not an array");
    EXPECT_EQ(root.member("rows").structure().error().what, "params[0].rows is an array, not a struct");
    EXPECT_EQ(root.element(0).text().error().what, "params[0] is a struct, not an array");
    EXPECT_EQ(root.member("rows").member("x").text().error().what,
              "params[0].rows is an array, not a struct");
}

TEST(XmlText, IsUtf8OfTheCharactersOfXml) {
    EXPECT_TRUE(is_xml_text(""));
    EXPECT_TRUE(is_xml_text("caf\u00e9 \U0001F600 \t\r\n"));
    EXPECT_TRUE(is_xml_text("\xEF\xBF\xBD\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF"));
    const std::vector<std::string> bad{std::string("a\0b", 3),
                                       "\x01",
                                       "\x1f",
                                       "\x80",
                                       "\xff",
                                       "caf\xe9",           // ISO 8859-1
                                       "\xc0\xaf",          // overlong
                                       "\xe0\x80\xaf",      // overlong
                                       "\xf0\x80\x80\xaf",  // overlong
                                       "\xed\xa0\x80",      // a surrogate
                                       "\xef\xbf\xbe",      // U+FFFE
                                       "\xef\xbf\xbf",      // U+FFFF
                                       "\xf4\x90\x80\x80",  // past U+10FFFF
                                       "\xe2\x82",
                                       "\xf0\x9f"};  // cut
    for (const std::string& text : bad)
        EXPECT_FALSE(is_xml_text(text)) << ::testing::PrintToString(text);
}

}  // namespace
}  // namespace assidu::rpc
