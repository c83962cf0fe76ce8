#include "rpc/http_head.h"

#include <gtest/gtest.h>

#include "config/limits.h"

namespace assidu::rpc {
namespace {

namespace limits = config::limits;

constexpr std::uint64_t kBodyMax = 1000;

// The status that `head` is refused with, or 0.
int status_of(const std::string& head) {
    const auto read = read_request_head(head, kBodyMax);
    return read ? 0 : read.error();
}

// A request with these further fields, each with its CRLF.
std::string with(const std::string& fields) {
    return "POST /rpc HTTP/1.1\r\nHost: hub\r\n" + fields + "\r\n";
}

TEST(RequestHead, IsReadWhole) {
    const auto head = read_request_head(
        "POST /a?b=c HTTP/1.1\r\nHOST: hub\r\ncontent-TYPE: \t text/xml; charset=utf-8 \r\n"
        "X-Other: =?utf-8?q?=41?=\r\nContent-Length:12\r\nExpect: 100-Continue\r\n\r\n",
        kBodyMax);
    ASSERT_TRUE(head);
    EXPECT_EQ(head->method, "POST");
    EXPECT_EQ(head->path, "/a?b=c");
    EXPECT_EQ(head->content_type, "text/xml; charset=utf-8");
    EXPECT_EQ(head->content_length, 12U);
    EXPECT_TRUE(head->keep_alive && head->expects_continue && !head->chunked);
}

TEST(RequestHead, SaysWhetherTheConnectionStays) {
    const auto stays = [](const std::string& head) {
        return read_request_head(head, kBodyMax).value().keep_alive;
    };
    EXPECT_TRUE(stays(with("")));
    EXPECT_TRUE(stays(with("Connection: keep-alive\r\n")));
    EXPECT_FALSE(stays(with("Connection: upgrade , Close\r\n")));
    EXPECT_FALSE(stays("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
}

TEST(RequestHead, TwoWaysToTellALengthAreRefused) {
    EXPECT_EQ(status_of(with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")), 400);
    EXPECT_EQ(status_of(with("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n")), 400);
    EXPECT_EQ(status_of(with("Content-Length: 5\r\nContent-Length: 5\r\n")), 400);
    EXPECT_EQ(status_of(with("Content-Length: 5, 5\r\n")), 400);
    EXPECT_EQ(status_of(with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")), 400);
    EXPECT_EQ(status_of(with("Transfer-Encoding: gzip, chunked\r\n")), 501);
    EXPECT_EQ(status_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
    EXPECT_EQ(status_of(with("Content-Length : 5\r\n")), 400);
    EXPECT_EQ(status_of(with("Content-Length:\r\nContent-Length: 5\r\n")), 400);
    EXPECT_EQ(status_of(with("Content-Length: =?us-ascii?q?5?=\r\n")), 400);
}

TEST(RequestHead, LengthsAreHeldToTheLimit) {
    EXPECT_EQ(status_of(with("Content-Length: 1000\r\n")), 0);
    EXPECT_EQ(status_of(with("Content-Length: 1001\r\n")), 413);
    EXPECT_EQ(status_of(with("Content-Length: -1\r\n")), 413);
    EXPECT_EQ(status_of(with("Content-Length: 99999999999999999999999999\r\n")), 413);
    for (const char* wrong : {"+5", "0x5", "5 5", "five", "-", "5.0"})
        EXPECT_EQ(status_of(with("Content-Length: " + std::string(wrong) + "\r\n")), 400) << wrong;
}

TEST(RequestHead, MalformedOnesAreRefused) {
    for (const char* wrong :
         {"GET /\r\n\r\n", "GET  / HTTP/1.1 \r\nHost: h\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "\r\n\r\n",
          "GET http://hub/ HTTP/1.1\r\nHost: h\r\n\r\n", "GET /\x01 HTTP/1.1\r\nHost: h\r\n\r\n",
          "G(T / HTTP/1.1\r\nHost: h\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\r\nno colon\r\n\r\n",
          "GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n folded\r\n\r\n", "GET / HTTP/1.1\nHost: h\n\n\r\n\r\n",
          "GET / HTTP/1.1\r\nHost: h\r\nA: b\rc\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n"})
        EXPECT_EQ(status_of(wrong), 400) << wrong;
    EXPECT_EQ(status_of(std::string("GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n", 30)), 400);
    EXPECT_EQ(status_of("GET / HTTP/2.0\r\nHost: h\r\n\r\n"), 505);
    EXPECT_EQ(status_of(with("Expect: miracles\r\n")), 417);
}

TEST(RequestHead, SizesAreHeldToTheirLimits) {
    const auto target = [](std::size_t size) {
        return "GET /" + std::string(size - 1, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n";
    };
    EXPECT_EQ(status_of(target(limits::kTargetBytesMax)), 0);
    EXPECT_EQ(status_of(target(limits::kTargetBytesMax + 1)), 414);

    const auto fields = [](std::size_t count) {
        std::string all;
        for (std::size_t i = 1; i < count; ++i)  // and the Host
            all += "A: b\r\n";
        return with(all);
    };
    EXPECT_EQ(status_of(fields(limits::kHeadFieldsMax)), 0);
    EXPECT_EQ(status_of(fields(limits::kHeadFieldsMax + 1)), 431);

    const auto head = [](std::size_t size) {
        return with("A: " + std::string(size - with("A: \r\n").size(), 'a') + "\r\n");
    };
    EXPECT_EQ(status_of(head(limits::kHeadBytesMax)), 0);
    EXPECT_EQ(status_of(head(limits::kHeadBytesMax + 1)), 431);
}

TEST(RequestHead, FieldsAreGivenInTheirOrderNamesInSmallLetters) {
    const auto head = read_request_head(with("X-A: 1 \r\nCookie: b=c\r\nx-a:\t2\r\n"), limits::kBodyBytesMax);
    ASSERT_TRUE(head);
    std::string all;
    for (const auto& [name, value] : head->fields)
        if (name != "host") all += name + "=" + value + ";";
    EXPECT_EQ(all, "x-a=1;cookie=b=c;x-a=2;");
}

TEST(RequestHead, EveryCutIsRefused) {
    const std::string whole = with("Content-Length: 5\r\nContent-Type: text/xml\r\n");
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_EQ(status_of(whole.substr(0, size)), 400) << size;
}

TEST(ChunkSize, IsHexadecimalAndNothingElse) {
    EXPECT_EQ(chunk_size("0"), 0);
    EXPECT_EQ(chunk_size("1aF"), 0x1af);
    EXPECT_EQ(chunk_size("10;name=value"), 16);
    for (const char* wrong :
         {"", ";x", "-1", "+1", "0x10", "1 ", " 1", "g", "ffffffffffffffff1", "1\r", "1;\x01"})
        EXPECT_EQ(chunk_size(wrong), -1) << wrong;
}

}  // namespace
}  // namespace assidu::rpc
