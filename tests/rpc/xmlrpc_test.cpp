// What goes round: values out into XML and back, and what other programs may send.

#include "rpc/xmlrpc.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>
#include <thread>

#include "config/limits.h"
#include "rpc/base64.h"
#include "tests/seed.h"

namespace assidu::rpc {
namespace {

namespace limits = config::limits;
using ::testing::HasSubstr;

Value there_and_back(const Value& value) {
    const auto call = decode_call(encode_call("m", {value}));
    if (!call) throw std::runtime_error(call.error().what);
    return call->params.at(0);
}

// The value of a call whose one parameter is <value>`inside`</value>.
config::Result<Value> decoded(const std::string& inside) {
    auto call =
        decode_call("<?xml version=\"1.0\"?><methodCall><methodName>m</methodName><params><param><value>" +
                    inside + "</value></param></params></methodCall>");
    if (!call) return std::unexpected(call.error());
    return std::move(call->params.at(0));
}

std::string refusal(const std::string& inside) {
    const auto value = decoded(inside);
    return value ? "taken" : value.error().what;
}

std::string utf8(char32_t point) {
    std::string out;
    const auto add = [&](char32_t byte) { out += static_cast<char>(byte); };
    if (point < 0x80) return std::string(1, static_cast<char>(point));
    if (point < 0x800) {
        add(0xC0 | point >> 6);
    } else if (point < 0x10000) {
        add(0xE0 | point >> 12), add(0x80 | (point >> 6 & 0x3F));
    } else {
        add(0xF0 | point >> 18), add(0x80 | (point >> 12 & 0x3F)), add(0x80 | (point >> 6 & 0x3F));
    }
    add(0x80 | (point & 0x3F));
    return out;
}

bool in_xml(char32_t point) {
    return point == 9 || point == 10 || point == 13 || (point >= 0x20 && point <= 0xD7FF) ||
           (point >= 0xE000 && point <= 0xFFFD) || (point >= 0x10000 && point <= 0x10FFFF);
}

TEST(XmlRpc, ACallIsWrittenAsTheSpecificationHasIt) {
    EXPECT_EQ(
        encode_call("pool.push", {Value::structure({{"n", Value::integer(1)}, {"b", Value::bytes("hi")}}),
                                  Value::array({Value::boolean(true), Value::text("<&>\r\n")}),
                                  Value::integer(1LL << 31)}),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<methodCall><methodName>pool.push</methodName><params>"
        "<param><value><struct><member><name>b</name><value><base64>aGk=</base64></value></member>"
        "<member><name>n</name><value><int>1</int></value></member></struct></value></param>"
        "<param><value><array><data><value><boolean>1</boolean></value>"
        "<value><string>&lt;&amp;&gt;&#13;\n</string></value></data></array></value></param>"
        "<param><value><i8>2147483648</i8></value></param></params></methodCall>\n");
}

TEST(XmlRpc, EveryCharacterOfXmlComesBack) {
    std::string all;
    for (char32_t point = 0; point <= 0x10FFFF; ++point)
        if (in_xml(point)) all += utf8(point);
    EXPECT_EQ(there_and_back(Value::text(all)), Value::text(all));
}

TEST(XmlRpc, TextsComeBackExactly) {
    for (const std::string& text :
         {std::string(), std::string(" "), std::string("\n"), std::string("\r"),
          std::string("a\r\nb\rc\nd\te "), std::string("]]>"), std::string("&amp;&#13;"),
          std::string("<value>"), std::string("caf\u00e9"), std::string("\U0001F600"), std::string("\uE000"),
          std::string("\uE000d;\r;"), std::string("\uE0001f600;"), std::string("\uFEFFx"),
          std::string("\x7f\u0080\u0085\u2028")}) {
        EXPECT_EQ(there_and_back(Value::text(text)), Value::text(text)) << ::testing::PrintToString(text);
        const Value as_name = Value::structure({{text, Value::text(text)}});
        EXPECT_EQ(there_and_back(as_name), as_name) << ::testing::PrintToString(text);
    }
}

TEST(XmlRpc, EveryByteComesBack) {
    std::string all;
    for (int byte = 0; byte < 256; ++byte)
        all += static_cast<char>(byte);
    for (std::size_t size = 0; size <= all.size(); ++size)
        EXPECT_EQ(there_and_back(Value::bytes(all.substr(256 - size))), Value::bytes(all.substr(256 - size)));
}

TEST(XmlRpc, IntegersComeBackToTheirLimits) {
    using Wide = std::numeric_limits<std::int64_t>;
    using Narrow = std::numeric_limits<std::int32_t>;
    const std::vector<std::int64_t> numbers{0,
                                            -1,
                                            Narrow::min(),
                                            Narrow::max(),
                                            Narrow::min() - 1LL,
                                            Narrow::max() + 1LL,
                                            Wide::min() + 1,
                                            Wide::min(),
                                            Wide::max()};
    for (const std::int64_t number : numbers)
        EXPECT_EQ(there_and_back(Value::integer(number)), Value::integer(number));
}

Value random_value(tests::Dice& dice, int depth) {
    const auto random_text = [&] {
        std::string text;
        for (std::int64_t left = dice.roll(0, 12); left > 0; --left) {
            const std::int64_t past = dice.one_in(3) ? 0x10FFFF : dice.one_in(2) ? 0xFFFF : 0x7F;
            const auto point = static_cast<char32_t>(dice.roll(0, past));
            text += in_xml(point) ? utf8(point) : "\uE000\r";
        }
        return text;
    };
    switch (dice.roll(0, depth > 0 ? 5 : 3)) {
        case 0:
            return Value::integer(dice.roll(-5'000'000'000, 5'000'000'000));
        case 1:
            return Value::boolean(dice.one_in(2));
        case 2:
            return Value::text(random_text());
        case 3: {
            std::string bytes;
            for (std::int64_t left = dice.roll(0, 40); left > 0; --left)
                bytes += static_cast<char>(dice.roll(-128, 127));
            return Value::bytes(bytes);
        }
        case 4: {
            Value::Array elements;
            for (std::int64_t left = dice.roll(0, 6); left > 0; --left)
                elements.push_back(random_value(dice, depth - 1));
            return Value::array(std::move(elements));
        }
        default: {
            Value::Struct members;
            for (std::int64_t left = dice.roll(0, 6); left > 0; --left)
                members.insert_or_assign(random_text(), random_value(dice, depth - 1));
            return Value::structure(std::move(members));
        }
    }
}

TEST(XmlRpc, RandomMessagesComeBack) {
    tests::Dice dice(tests::test_seed());
    for (int round = 0; round < 400; ++round) {
        std::vector<Value> params;
        for (std::int64_t left = dice.roll(0, 3); left > 0; --left)
            params.push_back(random_value(dice, 5));
        const std::string xml = encode_call("a/b.c:D_9", params);
        const auto call = decode_call(xml);
        ASSERT_TRUE(call) << call.error().what << "\n" << xml;
        EXPECT_EQ(*call, (Call{"a/b.c:D_9", params}));
        EXPECT_EQ(encode_call(call->method, call->params), xml);
        const Value value = random_value(dice, 5);
        const auto response = decode_response(encode_response(value));
        ASSERT_TRUE(response) << response.error().what;
        EXPECT_EQ(*response, Response(value));
    }
}

TEST(XmlRpc, AFaultComesBack) {
    for (const std::int32_t code : {0, 7, std::numeric_limits<std::int32_t>::min()})
        EXPECT_EQ(decode_response(encode_fault(code, "no\r\nsuch <member> \U0001F600")).value(),
                  Response(Fault{code, "no\r\nsuch <member> \U0001F600"}));
    // An error's text may quote anything, and is sent all the same.
    EXPECT_EQ(decode_response(encode_fault(1, std::string("a\0b\xff", 4))).value(),
              Response(Fault{1, "a?b?"}));
    const std::string at_limit(limits::kFaultTextBytesMax, 'x');
    EXPECT_EQ(decode_response(encode_fault(1, at_limit)).value(), Response(Fault{1, at_limit}));
    EXPECT_EQ(decode_response(encode_fault(1, at_limit + "y")).value(), Response(Fault{1, at_limit}));
}

TEST(XmlRpc, WhatOthersWriteIsUnderstood) {
    EXPECT_EQ(decoded("text without a type").value(), Value::text("text without a type"));
    EXPECT_EQ(decoded("").value(), Value::text(""));
    EXPECT_EQ(decoded(" \n").value(), Value::text(" \n"));
    EXPECT_EQ(decoded("<string/>").value(), Value::text(""));
    EXPECT_EQ(decoded("\n <i4>-12</i4>\n ").value(), Value::integer(-12));
    EXPECT_EQ(decoded("<int>-0</int>").value(), Value::integer(0));
    EXPECT_EQ(decoded("<int>007</int>").value(), Value::integer(7));
    EXPECT_EQ(decoded("<i8>9</i8>").value(), Value::integer(9));
    EXPECT_EQ(decoded("<struct/>").value(), Value::structure({}));
    EXPECT_EQ(decoded("<array><data/></array>").value(), Value::array({}));
    EXPECT_EQ(decoded("<base64> aG\r\nk=\t</base64>").value(), Value::bytes("hi"));
    EXPECT_EQ(decoded("<base64/>").value(), Value::bytes(""));
    EXPECT_EQ(decoded("<!-- who sent it --><int>1</int><!---->").value(), Value::integer(1));
    EXPECT_EQ(decoded("<string>a<![CDATA[<&>]]>b</string>").value(), Value::text("a<&>b"));
    EXPECT_EQ(decoded("<string>&#65;&#x42;&#x1F600;&lt;&gt;&amp;&apos;&quot;&#10;</string>").value(),
              Value::text("AB\U0001F600<>&'\"\n"));
    EXPECT_EQ(decoded("<string>a\r\nb\rc</string>").value(), Value::text("a\nb\nc"));
    EXPECT_EQ(
        decoded("<struct>\n<member>\n<name>&#97;</name>\n<value>b</value>\n</member>\n</struct>").value(),
        Value::structure({{"a", Value::text("b")}}));
}

TEST(XmlRpc, DocumentsAreUnderstoodWithTheirProlog) {
    const std::string call = "<methodCall><methodName>m</methodName></methodCall>";
    for (const char* prolog : {"", "<?xml version=\"1.0\"?>", "<?xml version='1.0' encoding='utf-8' ?>\r\n",
                               "\n<!-- x -->\n", "\xEF\xBB\xBF", "\xEF\xBB\xBF<?xml version='1.0'?>",
                               "<?xml version='1.0' encoding='US-ASCII' standalone='yes'?>"})
        EXPECT_EQ(decode_call(prolog + call + "\n").value(), (Call{"m", {}})) << prolog;
    EXPECT_EQ(decode_call("<methodCall><methodName>m</methodName><params/></methodCall>").value(),
              (Call{"m", {}}));
}

TEST(XmlRpc, TypesThatAreNotTakenAreNamed) {
    EXPECT_THAT(refusal("<double>1.5</double>"),
                HasSubstr("params[0]: <double> is not taken; send a whole number (byte "));
    EXPECT_THAT(refusal("<dateTime.iso8601>20240229T23:59:59</dateTime.iso8601>"),
                HasSubstr("<dateTime.iso8601> is not taken; send seconds since 1970"));
    EXPECT_THAT(refusal("<nil/>"), HasSubstr("<nil> is not taken; leave it out"));
    EXPECT_THAT(refusal("<ex:nil/>"), HasSubstr("<ex:nil> is not taken"));
    EXPECT_THAT(refusal("<ex:i8>1</ex:i8>"), HasSubstr("<ex:i8> is not taken"));
    EXPECT_THAT(refusal("<value><int>1</int></value>"), HasSubstr("<value> may hold text alone"));
}

TEST(XmlRpc, ScalarsAreReadStrictly) {
    for (const char* text : {"", " 5", "5 ", "+5", "5.0", "1e3", "0x10", "--5", "-", "2147483648",
                             "-2147483649", "99999999999999999999", "\u0665"}) {
        EXPECT_THAT(refusal("<int>" + std::string(text) + "</int>"),
                    HasSubstr("not a whole number of 32 bits"));
        EXPECT_THAT(refusal("<i4>" + std::string(text) + "</i4>"),
                    HasSubstr("not a whole number of 32 bits"));
    }
    for (const char* text : {"9223372036854775808", "-9223372036854775809", "", "1 "})
        EXPECT_THAT(refusal("<i8>" + std::string(text) + "</i8>"),
                    HasSubstr("not a whole number of 64 bits"));
    for (const char* text : {"", "true", "2", "00", " 1", "-1"})
        EXPECT_THAT(refusal("<boolean>" + std::string(text) + "</boolean>"), HasSubstr("not 0 or 1"));
    for (const char* text : {"@@@", "A", "AA", "AAA", "AAAAA", "AA=", "AA=A", "=AAA",
                             "AA==AA==", "AAAA====", "A===", "AB==", "AAB=", "A-_A", "AAAA=", "===="})
        EXPECT_THAT(refusal("<base64>" + std::string(text) + "</base64>"), HasSubstr("<base64> is not whole"))
            << text;
}

TEST(XmlRpc, RefusalsSayWhere) {
    EXPECT_THAT(refusal("<struct><member><name>rows</name><value><array><data><value/>"
                        "<value><struct><member><name>hours</name><value><double>1</double></value></member>"
                        "</struct></value></data></array></value></member></struct>"),
                HasSubstr("params[0].rows[1].hours: <double> is not taken"));
    EXPECT_THAT(refusal("<struct><member><name>a</name><value/></member>"
                        "<member><name>&#97;</name><value/></member></struct>"),
                HasSubstr("params[0].&#97;: a second member of this name"));
    EXPECT_THAT(
        refusal("<struct><member><name>\x7f\u0085\u202e</name><value><nil/></value></member></struct>"),
        HasSubstr("params[0].??????: <nil>"));
}

TEST(XmlRpc, StructureIsReadStrictly) {
    for (const char* inside : {"<int>1</int><int>2</int>",
                               "a<int>1</int>",
                               "<int>1</int>a",
                               "<int><int>1</int></int>",
                               "<string>a<!-- cut -->b</string>",
                               "<int>1<?pi?></int>",
                               "<?pi?><int>1</int>",
                               "<int a='b'>1</int>",
                               "<Int>1</Int>",
                               "<array/>",
                               "<array><value/></array>",
                               "<array><data/><data/></array>",
                               "<array><data><member/></data></array>",
                               "<array><data>text</data></array>",
                               "<struct><value/></struct>",
                               "<struct><member/></struct>",
                               "<struct><member><name>a</name></member></struct>",
                               "<struct><member><value/><name>a</name></member></struct>",
                               "<struct><member><name>a</name><value/><value/></member></struct>",
                               "<struct><member><name><b/></name><value/></member></struct>",
                               "<string>a]]>b</string>",
                               "<string>&nbsp;</string>",
                               "<string>&#0;</string>",
                               "<string>&#xD800;</string>",
                               "<string>&#x110000;</string>",
                               "<string>&#11;</string>",
                               "<string>&amp</string>",
                               "<string>& </string>",
                               "<string>&#;</string>",
                               "<string>&#x;</string>",
                               "<string>&#-65;</string>",
                               "<string>&#+65;</string>",
                               "<string>&#X41;</string>",
                               "<string>&#99999999999;</string>",
                               "<string>&#65</string>"})
        EXPECT_FALSE(decoded(inside)) << inside;
}

TEST(XmlRpc, WhatCouldNotBeReadIsNotWritten) {
    EXPECT_THROW((void)encode_call("", {}), std::logic_error);
    EXPECT_THROW((void)encode_call("a b", {}), std::logic_error);
    EXPECT_THROW((void)encode_response(Value::text("caf\xe9")), std::logic_error);
    EXPECT_THROW((void)encode_response(Value::structure({{std::string(1, '\0'), Value()}})),
                 std::logic_error);
    EXPECT_THROW((void)encode_response(Value::bytes(std::string(limits::kMessageBytesMax, 'x'))),
                 std::length_error);
}

TEST(XmlRpc, ThreadsMayDecodeAtOnce) {
    const std::string xml = encode_call("m", {Value::text("\U0001F600"), Value::array({Value::integer(1)})});
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread)
        threads.emplace_back([&] {
            for (int round = 0; round < 50; ++round)
                EXPECT_TRUE(decode_call(xml));
        });
    for (std::thread& thread : threads)
        thread.join();
}

}  // namespace
}  // namespace assidu::rpc
