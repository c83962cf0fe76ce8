// What ends when its time is over, and what counts by the minute: the web listener in this process, with a
// clock that the test moves.

#include <nlohmann/json.hpp>

#include "config/clock.h"
#include "config/limits.h"
#include "node/node.h"
#include "node/web/staff.h"
#include "node/web/tokens.h"
#include "node/web/web_services.h"
#include "tests/node/web/web_fixture.h"

namespace assidu::tests {
namespace {

namespace limits = config::limits;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::int64_t kDay = 86'400;

class WebTime : public WebProcess {
  protected:
    // The beginning of a minute.
    static constexpr std::int64_t kNow = kMorning + 40 * kDay;

    void start() {
        listen();
        node_.emplace(node::Node::open({dir()}, clock_, node::Node::Access::look).value());
        services_ = node::web::WebServices::start(*node_, clock_, [](std::string_view) {}, [] {}).value();
        root = services_->root();
        port = static_cast<std::uint16_t>(std::stoi(root.substr(root.rfind(':') + 1)));
    }
    std::string make_token(std::int64_t seconds, std::int64_t per_minute = 60) const {
        node::web::Token token;
        token.label = "ERP";
        token.functions = {"block_use_stats_get_user_stats", "report_trainingsessions_get_report_url"};
        token.students.everyone = true;
        token.per_minute = per_minute;
        token.expires_utc_s = clock_.now_utc_s() + seconds;
        return node::web::Tokens(dir() + "/web.sqlite").create(token, clock_.now_utc_s()).value().secret;
    }
    std::string call(const std::string& secret, const std::string& function, const std::string& more) const {
        return body_of(get("/webservice/rest/server.php?moodlewsrestformat=json&wstoken=" + secret +
                           "&wsfunction=" + function + more));
    }
    std::string stats(const std::string& secret) const {
        return call(secret, "block_use_stats_get_user_stats", "&uidsource=id&uid=42");
    }

    config::FixedClock clock_{kNow};
    std::optional<node::Node> node_;
    std::unique_ptr<node::web::WebServices> services_;
};

TEST_F(WebTime, AnAddressOfAReportAndATokenEndToTheSecond) {
    init();
    import_people();
    start();
    const std::string secret = make_token(2 * kDay);
    const std::string url =
        nlohmann::json::parse(call(secret, "report_trainingsessions_get_report_url",
                                   "&reportlayout=sessionsonly&reportformat=csv&useridsource=id&userid=42&"
                                   "from=1772406000&to=1772492400"));
    const std::string path = url.substr(root.size());
    clock_.set(kNow + limits::kReportUrlSeconds - 1);
    EXPECT_THAT(get(path), StartsWith("HTTP/1.1 200 "));
    clock_.set(kNow + limits::kReportUrlSeconds);
    EXPECT_THAT(get(path), StartsWith("HTTP/1.1 410 "));
    clock_.set(kNow + 2 * kDay - 1);
    EXPECT_THAT(stats(secret), HasSubstr("\"user\""));
    clock_.set(kNow + 2 * kDay);
    EXPECT_THAT(stats(secret), HasSubstr("\"errorcode\":\"accessexception\""));
}

TEST_F(WebTime, RatesAreOfAMinuteAtTheLimitAndOnePastIt) {
    init();
    import_people();
    start();
    const std::string secret = make_token(kDay, 3);
    for (int i = 0; i < 3; ++i)
        EXPECT_THAT(stats(secret), HasSubstr("\"user\"")) << i;
    EXPECT_THAT(stats(secret), HasSubstr(R"("errorcode":"toomanyrequests")"));
    EXPECT_THAT(get("/webservice/rest/server.php?moodlewsrestformat=json&wstoken=" + secret),
                StartsWith("HTTP/1.1 429 "));
    clock_.set(kNow + 60);
    EXPECT_THAT(stats(secret), HasSubstr("\"user\""));
    for (int i = 0; i < limits::kWrongSecretsPerMinuteMax; ++i)
        EXPECT_THAT(stats("wrong"), HasSubstr("invalidtoken")) << i;
    EXPECT_THAT(stats("wrong"), HasSubstr("toomanyrequests"));
    // Not even a good one, from there, in that minute.
    EXPECT_THAT(stats(secret), HasSubstr("toomanyrequests"));
    clock_.set(kNow + 120);
    EXPECT_THAT(stats(secret), HasSubstr("\"user\""));
}

TEST_F(WebTime, APeriodWithoutTotalsIsNoDataAndNotZero) {
    init();
    import_people();
    start();
    const std::string secret = make_token(kDay);
    // The totals were made by the machine's clock, long before that year.
    EXPECT_THAT(
        call(secret, "block_use_stats_get_user_stats", "&uidsource=id&uid=42&from=7258118400&to=7258204800"),
        HasSubstr("\"errorcode\":\"nodata\""));
}

TEST_F(WebTime, TheListOfStaffSaysWhenItIsNotAllOfThem) {
    init();
    std::string people = "id,username,firstname,lastname\n";
    for (std::size_t i = 0; i <= limits::kStaffListMax; ++i)
        people +=
            std::to_string(100 + i) + ",user" + std::to_string(i) + ",First,Last" + std::to_string(i) + "\n";
    ASSERT_EQ(run({"import", folder.write("people.csv", people),
                   folder.write("log.csv", kHeader + row(1, 100, kMorning))})
                  .exit_code,
              0);
    ASSERT_EQ(run({"staff", "put", "jean", "--students", "everyone", "--no-password"}).exit_code, 0);
    listen("trusted_proxies = [\"127.0.0.1\"]\nidentity_header = \"X-Remote-User\"\n");
    node_.emplace(node::Node::open({dir()}, clock_, node::Node::Access::look).value());
    services_ = node::web::WebServices::start(*node_, clock_, [](std::string_view) {}, [] {}).value();
    root = services_->root();
    port = static_cast<std::uint16_t>(std::stoi(root.substr(root.rfind(':') + 1)));
    const std::string all = get("/staff?lang=en", "X-Remote-User: jean\r\n");
    EXPECT_THAT(all, HasSubstr("201 students, of whom the first 200 are offered"));
    EXPECT_THAT(all, Not(HasSubstr("(user99)")));
    EXPECT_THAT(get("/staff?lang=en&q=user9", "X-Remote-User: jean\r\n"), HasSubstr("(user99)"));
}

TEST_F(WebTime, TokensAndAccountsHaveALimit) {
    const std::filesystem::path path = folder / "web.sqlite";
    node::web::Tokens tokens(path);
    node::web::Staff staff(path);
    node::web::Token token;
    token.label = "ERP";
    token.functions = {"block_use_stats_get_user_stats"};
    token.students.everyone = true;
    token.per_minute = 1;
    token.expires_utc_s = kNow + kDay;
    for (std::size_t i = 0; i < limits::kTokensMax; ++i)
        ASSERT_TRUE(tokens.create(token, kNow));
    EXPECT_FALSE(tokens.create(token, kNow));
    ASSERT_TRUE(tokens.revoke(1, kNow));
    EXPECT_TRUE(tokens.create(token, kNow));
    node::web::StaffAccount account;
    account.students.everyone = true;
    for (std::size_t i = 0; i < limits::kStaffAccountsMax; ++i) {
        account.name = "user" + std::to_string(i);
        ASSERT_TRUE(staff.put(account, kNow));
    }
    EXPECT_TRUE(staff.put(account, kNow));
    account.name = "one-more";
    EXPECT_FALSE(staff.put(account, kNow));
}

}  // namespace
}  // namespace assidu::tests
