// What a peer must not get done: crashes that xmlrpc-c alone has, limits, and every small damage of a
// message.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <algorithm>
#include <functional>

#include "config/limits.h"
#include "rpc/xmlrpc.h"

namespace assidu::rpc {
namespace {

namespace limits = config::limits;
using ::testing::HasSubstr;

constexpr std::string_view kBegin =
    "<?xml version=\"1.0\"?><methodCall><methodName>m</methodName><params><param><value>";
constexpr std::string_view kEnd = "</value></param></params></methodCall>";

std::string call_with(std::string_view inside) {
    return std::string(kBegin).append(inside).append(kEnd);
}

std::string repeated(std::string_view text, std::size_t times) {
    std::string all;
    all.reserve(text.size() * times);
    for (; times > 0; --times)
        all += text;
    return all;
}

std::string refusal(const std::string& xml) {
    const auto call = decode_call(xml);
    return call ? "taken" : call.error().what;
}

// On a thread with a stack of that size, as a server's may have.
void on_stack(std::size_t bytes, std::function<void()> work) {
    pthread_attr_t attributes;
    ASSERT_EQ(pthread_attr_init(&attributes), 0);
    ASSERT_EQ(pthread_attr_setstacksize(&attributes, bytes), 0);
    pthread_t thread{};
    const auto run = [](void* given) -> void* {
        (*static_cast<std::function<void()>*>(given))();
        return nullptr;
    };
    ASSERT_EQ(pthread_create(&thread, &attributes, run, &work), 0);
    ASSERT_EQ(pthread_join(thread, nullptr), 0);
    pthread_attr_destroy(&attributes);
}

constexpr std::size_t kSmallStack = 1 << 20;

TEST(Hostile, InfinityNeverReachesTheLibraryThatDiesOfIt) {
    for (const char* number : {"inf", "-inf", "nan", "1e999", "3.25"})
        EXPECT_THAT(refusal(call_with("<double>" + std::string(number) + "</double>")),
                    HasSubstr("<double> is not taken"));
}

TEST(Hostile, AnI8ThatIsNoNumberNeverReachesTheLibraryThatDiesOfIt) {
    for (const char* number : {"99999999999999999999", "-99999999999999999999", "9223372036854775808",
                               "-9223372036854775809", "12x", "", " ", "\u0661"})
        EXPECT_THAT(refusal(call_with("<i8>" + std::string(number) + "</i8>")), HasSubstr("64 bits"));
}

TEST(Hostile, DeepNestingEndsInARefusal) {
    on_stack(kSmallStack, [] {
        EXPECT_THAT(refusal(repeated("<a>", 2'000'000) + repeated("</a>", 2'000'000)), HasSubstr("tags"));
        EXPECT_THAT(refusal(repeated("<a>", 2'000'000)), HasSubstr("tags"));
        for (const bool closed : {true, false}) {
            const std::size_t elements = limits::kMessageTagsMax / 2 - 10;
            std::string deep = repeated("<a>", elements);
            if (closed) deep += repeated("</a>", elements);
            EXPECT_NE(refusal(deep), "taken");
            EXPECT_NE(refusal(call_with(deep)), "taken");
            const std::size_t values = elements / 3;
            std::string arrays = repeated("<value><array><data>", values);
            if (closed) arrays += repeated("</data></array></value>", values);
            EXPECT_NE(refusal(call_with("<array><data>" + arrays + "</data></array>")), "taken");
        }
    });
}

TEST(Hostile, ADocumentTypeIsRefusedWhereverItStands) {
    const std::string call = call_with("<string>&a;</string>");
    const std::string type = "<!DOCTYPE a [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;\">]>";
    for (const std::string& xml :
         {type + call, call + type, "<?xml version=\"1.0\"?>" + type + call.substr(21), call_with(type),
          call_with("<string>" + type + "</string>"), call_with("<!ENTITY a 'b'>"), "<!doctype a>" + call,
          "<!DOCTYPE a SYSTEM \"file:///etc/passwd\">" + call})
        EXPECT_THAT(refusal(xml), HasSubstr("a document type or entity")) << xml;
    EXPECT_THAT(refusal(call), HasSubstr("begins no reference that XML has"));
}

TEST(Hostile, ProcessingInstructionsAndOtherEncodingsAreRefused) {
    const std::string call = "<methodCall><methodName>m</methodName></methodCall>";
    for (const char* prolog :
         {"<?php x?>", "<?xml-stylesheet href='x'?>", "<?xml version='1.0'?><?pi?>",
          " <?xml version='1.0'?>?", "<?xml version='1.1'?>", "<?xml version='1.0' encoding='iso-8859-1'?>",
          "<?xml version='1.0' encoding='UTF-16'?>", "<?xml version='1.0' encoding='UTF-7'?>",
          "<?xml version='1.0' odd='1'?>", "<?XML version='1.0'?>",
          "<?xml version='1.0'?><?xml version='1.0'?>", "text", "<methodCall/>", "<a/>", "]]>",
          "<![CDATA[]]>"})
        EXPECT_NE(refusal(prolog + call), "taken") << prolog;
    for (const char* after : {"<?pi?>", "text", "<methodCall/>", "<a/>", "<![CDATA[x]]>", "</a>"})
        EXPECT_NE(refusal(call + after), "taken") << after;
    EXPECT_NE(refusal("<?xml version='1.0' encoding='us-ascii'?>" + call_with("\u00e9").substr(21)), "taken");
    std::string wide;  // UTF-16
    for (const char byte : call)
        wide += {byte, '\0'};
    EXPECT_THAT(refusal("\xFF\xFE" + wide), HasSubstr("byte 0 of the message (0xff) is not UTF-8"));
}

TEST(Hostile, BytesThatXmlDoesNotHaveAreRefusedWhereverTheyStand) {
    const std::string good = call_with("<string>a</string>");
    for (const std::string& bad : {std::string(1, '\0'), std::string("\x01"), std::string("\x1b"),
                                   std::string("\xff"), std::string("\xc0\x80"), std::string("\xed\xa0\x80"),
                                   std::string("\xef\xbf\xbf"), std::string("\xf4\x90\x80\x80")}) {
        for (std::size_t at = 0; at <= good.size(); ++at) {
            std::string xml = good;
            xml.insert(at, bad);
            EXPECT_THAT(refusal(xml), HasSubstr("byte " + std::to_string(at) + " of the message"));
        }
    }
    EXPECT_NE(refusal(good + std::string(1, '\0') + good), "taken");
}

TEST(Hostile, NothingButOneCallIsACall) {
    for (const char* xml :
         {"", " ", "<", "<?xml version=\"1.0\"?>", "{}", "methodCall", "<methodResponse/>", "<methodCall/>",
          "<methodCall><params/></methodCall>", "<methodCall><methodName/></methodCall>",
          "<methodCall><methodName>m</methodName><params/><params/></methodCall>",
          "<methodCall><methodName>m</methodName><methodName>m</methodName></methodCall>",
          "<methodCall><methodName>m</methodName><params><param/></params></methodCall>",
          "<methodCall><methodName>m</methodName><params><value/></params></methodCall>",
          "<methodCall><methodName>m</methodName><params><param><value/><value/></param></params></"
          "methodCall>",
          "<methodCall a='b'><methodName>m</methodName></methodCall>"})
        EXPECT_NE(refusal(xml), "taken") << xml;
    for (const char* method : {" m", "m ", "a-b", "a b", "caf\u00e9", "a\\b", "m?", "&#0;", "a&lt;b"})
        EXPECT_NE(refusal("<methodCall><methodName>" + std::string(method) + "</methodName></methodCall>"),
                  "taken")
            << method;
}

TEST(Hostile, NothingButOneValueOrFaultIsAResponse) {
    const auto fault = [](const std::string& members) {
        return "<methodResponse><fault><value><struct>" + members +
               "</struct></value></fault></methodResponse>";
    };
    const std::string code = "<member><name>faultCode</name><value><int>4</int></value></member>";
    const std::string text = "<member><name>faultString</name><value>x</value></member>";
    EXPECT_EQ(decode_response(fault(text + code)).value(), Response(Fault{4, "x"}));
    for (const std::string& xml :
         {fault(code), fault(text), fault(""), fault(code + code + text),
          fault(code + text + "<member><name>more</name><value/></member>"),
          fault("<member><name>faultCode</name><value>4</value></member>" + text),
          fault("<member><name>faultCode</name><value><i8>2147483648</i8></value></member>" + text),
          std::string("<methodResponse><fault><value><int>1</int></value></fault></methodResponse>"),
          std::string("<methodResponse/>"), std::string("<methodResponse><params/></methodResponse>"),
          std::string("<methodResponse><params><param><value/></param><param><value/></param></params>"
                      "</methodResponse>"),
          std::string("<methodResponse><params><param><value/></param></params><fault/></methodResponse>"),
          encode_call("m", {Value()})})
        EXPECT_FALSE(decode_response(xml)) << xml;
    EXPECT_EQ(decode_response(fault(code)).error().what, "fault.faultString is missing");
}

TEST(HostileLimits, BytesOfAMessage) {
    const std::size_t around = call_with("<string></string>").size();
    std::string xml =
        call_with("<string>" + std::string(limits::kMessageBytesMax - around, 'x') + "</string>");
    ASSERT_EQ(xml.size(), limits::kMessageBytesMax);
    EXPECT_EQ(refusal(xml), "taken");
    EXPECT_EQ(refusal(xml + "\n"),
              "the message has 16777217 bytes, more than the 16777216 that a message may have");
    const Value bytes = Value::bytes(std::string(12'582'000, '\xff'));
    EXPECT_EQ(decode_response(encode_response(bytes)).value(), Response(bytes));
    // What grows most on its way to xmlrpc-c.
    for (const char* inside : {"\U0001F600", "\uE000", "&#13;"}) {
        const std::size_t times = (limits::kMessageBytesMax - around) / std::string_view(inside).size();
        EXPECT_EQ(refusal(call_with("<string>" + repeated(inside, times) + "</string>")), "taken");
    }
    const std::size_t times = limits::kMessageBytesMax - around - 12;
    EXPECT_EQ(refusal(call_with("<string><![CDATA[" + std::string(times, '&') + "]]></string>")), "taken");
}

std::string nested(std::size_t depth, bool structs) {
    const std::string open = structs ? "<struct><member><name>a</name><value>" : "<array><data><value>";
    const std::string close = structs ? "</value></member></struct>" : "</value></data></array>";
    return call_with(repeated(open, depth - 1) + "<int>1</int>" + repeated(close, depth - 1));
}

TEST(HostileLimits, DepthOfValues) {
    for (const bool structs : {false, true}) {
        on_stack(kSmallStack,
                 [&] { EXPECT_EQ(refusal(nested(limits::kMessageDepthMax, structs)), "taken"); });
        EXPECT_THAT(refusal(nested(limits::kMessageDepthMax + 1, structs)),
                    HasSubstr("more than 64 values inside each other"));
    }
    const auto arrays = [](std::size_t depth) {
        Value value;
        for (std::size_t i = 1; i < depth; ++i)
            value = Value::array({value});
        return value;
    };
    EXPECT_TRUE(decode_response(encode_response(arrays(limits::kMessageDepthMax))));
    EXPECT_THROW((void)encode_response(arrays(limits::kMessageDepthMax + 1)), std::logic_error);
}

TEST(HostileLimits, ElementsMembersParametersAndValues) {
    const auto array = [](std::size_t size) { return Value::array(Value::Array(size)); };
    const std::size_t most = limits::kMessageElementsMax;
    const std::string xml = encode_response(array(most));
    EXPECT_EQ(std::get<Value>(decode_response(xml).value()), array(most));
    EXPECT_THROW((void)encode_response(array(most + 1)), std::logic_error);
    EXPECT_THAT(refusal(call_with("<array><data>" + repeated("<value/>", most + 1) + "</data></array>")),
                HasSubstr("params[0]: more than 16384 elements"));

    EXPECT_TRUE(decode_call(encode_call("m", std::vector<Value>(most))));
    EXPECT_THROW((void)encode_call("m", std::vector<Value>(most + 1)), std::logic_error);
    EXPECT_THAT(refusal("<methodCall><methodName>m</methodName><params>" +
                        repeated("<param><value/></param>", most + 1) + "</params></methodCall>"),
                HasSubstr("more than 16384 parameters"));

    // The array around, five arrays, and their elements.
    const auto values = [&](std::size_t count) {
        return Value::array({array(most), array(most), array(most), array(count - 3 * most - 6), array(0)});
    };
    EXPECT_TRUE(decode_response(encode_response(values(limits::kMessageValuesMax))));
    EXPECT_THROW((void)encode_response(values(limits::kMessageValuesMax + 1)), std::logic_error);
    const std::string full = "<value><array><data>" + repeated("<value/>", most) + "</data></array></value>";
    EXPECT_THAT(refusal(call_with("<array><data>" + repeated(full, 4) + "</data></array>")),
                HasSubstr("more than 65536 values"));
}

TEST(HostileLimits, MembersOfAStruct) {
    const auto members = [](std::size_t count) {
        Value::Struct all;
        for (std::size_t i = 0; i < count; ++i)
            all.emplace(std::to_string(i), Value());
        return Value::structure(std::move(all));
    };
    const std::size_t most = limits::kMessageMembersMax;
    EXPECT_EQ(std::get<Value>(decode_response(encode_response(members(most))).value()), members(most));
    EXPECT_THROW((void)encode_response(members(most + 1)), std::logic_error);
    std::string inside;
    for (std::size_t i = 0; i <= most; ++i)
        inside += "<member><name>" + std::to_string(i) + "</name><value/></member>";
    EXPECT_THAT(refusal(call_with("<struct>" + inside + "</struct>")), HasSubstr("more than 1024 members"));
}

TEST(HostileLimits, NamesAndTags) {
    const auto member = [](std::size_t size) {
        return Value::structure({{std::string(size, 'n'), Value()}});
    };
    EXPECT_TRUE(decode_response(encode_response(member(limits::kMemberNameBytesMax))));
    EXPECT_THROW((void)encode_response(member(limits::kMemberNameBytesMax + 1)), std::logic_error);
    EXPECT_THAT(refusal(call_with("<struct><member><name>" + std::string(256, 'n') +
                                  "</name><value/></member></struct>")),
                HasSubstr("more than 255 bytes"));
    const std::string method(limits::kMethodNameBytesMax, 'm');
    EXPECT_EQ(decode_call(encode_call(method, {})).value().method, method);
    EXPECT_THROW((void)encode_call(method + "m", {}), std::logic_error);
    EXPECT_THAT(refusal("<methodCall><methodName>" + method + "m</methodName></methodCall>"),
                HasSubstr("is no name of a method"));
    const std::string around = call_with("<int>1</int>");
    const auto others = static_cast<std::size_t>(std::ranges::count(around, '<'));
    const std::string comments = repeated("<!---->", limits::kMessageTagsMax - others);
    EXPECT_EQ(refusal(call_with(comments + "<int>1</int>")), "taken");
    EXPECT_EQ(refusal(call_with("<!---->" + comments + "<int>1</int>")),
              "the message has more than 655360 tags");
}

Value sample() {
    return Value::structure({{"bytes", Value::bytes(std::string("\0\x01\xfe\xff\x80", 5))},
                             {"flag", Value::boolean(true)},
                             {"rows", Value::array({Value::integer(-17), Value::integer(1LL << 40)})},
                             {"text", Value::text("caf\u00e9 \U0001F600 <&>\r\n")}});
}

TEST(Hostile, AMessageCutAnywhereIsRefused) {
    const std::string xml = encode_call("pool.push", {sample(), Value::text("end")});
    ASSERT_TRUE(decode_call(xml));
    for (std::size_t size = 0; size + 1 < xml.size(); ++size)  // the last byte is a line feed
        EXPECT_NE(refusal(xml.substr(0, size)), "taken") << size;
}

TEST(Hostile, AFlippedBitIsRefusedOrSeen) {
    const Call sent{"pool.push", {sample(), Value::text("end")}};
    const std::string xml = encode_call(sent.method, sent.params);
    // XML does not mind the case of an encoding's name.
    const std::size_t encoding = xml.find("UTF-8");
    for (std::size_t bit = 0; bit < 8 * xml.size(); ++bit) {
        std::string damaged = xml;
        damaged[bit / 8] = static_cast<char>(static_cast<unsigned char>(damaged[bit / 8]) ^ (1U << bit % 8));
        const auto call = decode_call(damaged);
        if (!call || (bit / 8 >= encoding && bit / 8 < encoding + 5)) continue;
        EXPECT_NE(*call, sent) << "bit " << bit << ": " << damaged;
    }
}

}  // namespace
}  // namespace assidu::rpc
