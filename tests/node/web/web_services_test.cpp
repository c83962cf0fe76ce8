// The web services as an ERP calls them: HTTP over a socket, whole documents.

#include <atomic>
#include <nlohmann/json.hpp>
#include <thread>

#include "config/limits.h"
#include "tests/node/web/web_fixture.h"

namespace assidu::tests {
namespace {

namespace limits = config::limits;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kRest = "/webservice/rest/server.php";
// Of 2026-03-02 in Paris.
constexpr const char* kDay = "&from=1772406000&to=1772492400";
constexpr const char* kElodie =
    R"({"user":{"id":42,"idnumber":"E-42","username":"elodie"},"query":{"from":1772406000,"to":1772492400},)"
    R"("sessions":{"sessions":1,"firstsession":1772438400,"lastsession":1772438400,"sessionmin":719,"sessionmax":719,)"
    R"("meansession":719},"courses":[{"id":10,"idnumber":"C-ART","shortname":"ART","fullname":"Arts & Crafts <beta>",)"
    R"("activitytime":659,"coursetime":60,"coursetotal":719,"othertime":0,"sitecoursetime":0,"creditedtime":0},)"
    // A logout is a trace outside any course, and worth nothing.
    R"x({"id":0,"idnumber":"","shortname":"","fullname":"Plateforme (hors cours)","activitytime":0,"coursetime":0,)x"
    R"("coursetotal":0,"othertime":0,"sitecoursetime":0,"creditedtime":0}]})";
constexpr const char* kInvalidToken =
    R"({"exception":"moodle_exception","errorcode":"invalidtoken","message":"Invalid token - token not found"})";

std::string member(const std::string& name, const std::string& value) {
    return "<member><name>" + name + "</name><value><string>" + value + "</string></value></member>";
}
std::string param(const std::string& value) {
    return "<param><value><string>" + value + "</string></value></param>";
}
std::string rpc_call(const std::string& method, const std::string& params) {
    return "<?xml version=\"1.0\"?><methodCall><methodName>" + method + "</methodName><params>" + params +
           "</params></methodCall>";
}

class WebServicesTest : public WebProcess {
  protected:
    void SetUp() override {
        init();
        import_people();
        listen();
        serve();
    }
    std::string rest(const std::string& secret, const std::string& function, const std::string& more) const {
        return body_of(get(std::string(kRest) + "?wstoken=" + secret + "&wsfunction=" + function +
                           "&moodlewsrestformat=json" + more));
    }
    std::string user_stats(const std::string& secret, const std::string& more) const {
        return rest(secret, "block_use_stats_get_user_stats", more);
    }
};

TEST_F(WebServicesTest, AUsersTimeIsAnsweredInEveryFormat) {
    const std::string secret = token();
    const std::string response = get(std::string(kRest) + "?wstoken=" + secret +
                                     "&wsfunction=block_use_stats_get_user_stats&moodlewsrestformat=json"
                                     "&uidsource=username&uid=elodie" +
                                     kDay);
    EXPECT_THAT(response, StartsWith("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"));
    EXPECT_EQ(body_of(response), kElodie);
    const std::string form =
        std::string("wstoken=") + secret +
        "&wsfunction=block_use_stats_get_user_stats&moodlewsrestformat=json&uidsource=idnumber"
        "&uid=e-42&moodlewssettingfilter=true" +
        kDay;
    EXPECT_EQ(body_of(post(kRest, "application/x-www-form-urlencoded", form)), kElodie);

    const std::string xml = body_of(get(std::string(kRest) + "?wstoken=" + secret +
                                        "&wsfunction=block_use_stats_get_user_stats&uidsource=email&uid="
                                        "elodie%40lyon.example" +
                                        kDay));
    EXPECT_THAT(xml, StartsWith("<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<RESPONSE>\n<SINGLE>\n"
                                "<KEY name=\"user\"><SINGLE>\n<KEY name=\"id\"><VALUE>42</VALUE>\n</KEY>\n"));
    EXPECT_THAT(xml,
                HasSubstr("<KEY name=\"fullname\"><VALUE>Arts &amp; Crafts &lt;beta&gt;</VALUE>\n</KEY>\n"));
    EXPECT_THAT(xml, HasSubstr("<KEY name=\"coursetotal\"><VALUE>719</VALUE>\n</KEY>\n"));
    EXPECT_THAT(xml, HasSubstr("<KEY name=\"score\"><VALUE null=\"null\"/>\n</KEY>\n</SINGLE>\n"));

    const std::string call =
        rpc_call("block_use_stats_get_user_stats",
                 "<param><value><struct>" + member("uidsource", "id") + member("uid", "42") +
                     member("from", "1772406000") + member("to", "1772492400") + "</struct></value></param>");
    const std::string positional = rpc_call("block_use_stats_get_user_stats",
                                            param("id") + param("42") + param("idnumber") + param("0") +
                                                param("1772406000") + param("1772492400"));
    const std::string target = "/webservice/xmlrpc/server.php?wstoken=" + secret;
    const std::string answer = body_of(post(target, "text/xml", call));
    EXPECT_THAT(answer, HasSubstr("<name>coursetotal</name>"));
    EXPECT_THAT(answer, HasSubstr("719"));
    EXPECT_EQ(body_of(post(target, "text/xml", positional)), answer);
}

TEST_F(WebServicesTest, ManyUsersAreAListAndWhoIsNobodyHasNoElement) {
    const std::string secret = token();
    const std::string uids = "&uidsource=idnumber&uids[0]=E-42&uids[1]=nobody&uids[2]=E-43";
    const auto list = nlohmann::json::parse(rest(secret, "block_use_stats_get_users_stats", uids + kDay));
    ASSERT_EQ(list.size(), 2U);
    EXPECT_EQ(list.at(0), nlohmann::json::parse(kElodie));
    EXPECT_EQ(list.at(1).at("courses").at(0).at("coursetotal"), 100);
    const auto by_course = nlohmann::json::parse(rest(secret, "block_use_stats_get_users_course_stats",
                                                      uids + "&cidsource=shortname&cid=HIST" + kDay));
    ASSERT_EQ(by_course.size(), 2U);
    EXPECT_EQ(by_course.at(0).at("user").at("username"), "elodie");
    EXPECT_EQ(by_course.at(0).at("coursedata").at("fullname"), "History");
    EXPECT_EQ(by_course.at(0).at("coursedata").at("coursetotal"), 0);
    EXPECT_FALSE(by_course.at(0).at("coursedata").contains("firstsession"));
    const auto of_art = nlohmann::json::parse(
        rest(secret, "block_use_stats_get_users_course_stats", uids + "&cid=C-ART" + kDay));
    EXPECT_EQ(of_art.at(0).at("coursedata").at("firstsession"), 1'772'438'400);
    EXPECT_EQ(of_art.at(0).at("coursedata").at("coursetotal"), 719);
}

TEST_F(WebServicesTest, ErrorsAreMoodlesDocuments) {
    const std::string secret =
        token({"--students", "institution=Lyon", "--function", "block_use_stats_get_user_stats"});
    EXPECT_EQ(user_stats("0123456789abcdef0123456789abcdef", "&uidsource=id&uid=42"), kInvalidToken);
    EXPECT_EQ(body_of(get(std::string(kRest) + "?moodlewsrestformat=json")), kInvalidToken);
    EXPECT_EQ(rest(secret, "core_user_get_users", ""),
              R"({"exception":"dml_missing_record_exception","errorcode":"invalidrecord",)"
              R"("message":"Can't find data record in database table external_functions."})");
    EXPECT_EQ(
        rest(secret, "block_use_stats_get_users_stats", "&uidsource=id&uids[0]=42"),
        R"({"exception":"webservice_access_exception","errorcode":"accessexception",)"
        R"("message":"Access control exception","debuginfo":"the token does not allow this function"})");
    EXPECT_EQ(user_stats(secret, "&uidsource=id"),
              R"({"exception":"invalid_parameter_exception","errorcode":"invalidparameter",)"
              R"("message":"Invalid parameter value detected","debuginfo":"uid is missing"})");
    EXPECT_THAT(user_stats(secret, "&uidsource=phone&uid=1"),
                HasSubstr("uidsource: id, idnumber, username or email"));
    EXPECT_THAT(user_stats(secret, "&uidsource=id&uid=42&cidsource=fullname&cid=x"),
                HasSubstr("cidsource: id,"));
    EXPECT_THAT(user_stats(secret, "&uidsource=id&uid=42&cid=NOPE"),
                HasSubstr(R"("errorcode":"invalidcourseid")"));
    EXPECT_THAT(user_stats(secret, "&uidsource=id&uid=42&from=5&to=5"),
                HasSubstr("the period ends before it begins"));
    EXPECT_THAT(user_stats(secret, "&uidsource=id&uid=42&from=-1"), HasSubstr("invalidparameter"));
    const std::string nobody = user_stats(secret, "&uidsource=username&uid=nobody");
    EXPECT_EQ(nobody,
              R"({"exception":"moodle_exception","errorcode":"invaliduser","message":"Invalid user"})");
    // Who is outside the token's students is nobody.
    EXPECT_EQ(user_stats(secret, "&uidsource=username&uid=paul"), nobody);
    EXPECT_THAT(body_of(post(kRest, "application/json", R"({"wstoken":"x"})")), HasSubstr("invalidtoken"));
    EXPECT_THAT(
        body_of(post("/webservice/xmlrpc/server.php?wstoken=" + secret, "text/xml", "<!DOCTYPE a><a/>")),
        HasSubstr("| ERRORCODE: invalidparameter"));
    const std::string audit = run({"audit"}).out;
    EXPECT_THAT(
        audit,
        HasSubstr("token 1 web.block_use_stats_get_user_stats of universite-de-lyon  outside_scope: 0"));
    EXPECT_THAT(audit, HasSubstr("web.unknown_function"));
    EXPECT_THAT(audit, HasSubstr("token.create"));
}

TEST_F(WebServicesTest, ATokenIsListedWithoutItsSecretRevokedAndThenNoToken) {
    const std::string secret = token();
    EXPECT_EQ(user_stats(secret, std::string("&uidsource=id&uid=42") + kDay), kElodie);
    const Finished list = run({"token", "list"});
    EXPECT_THAT(list.out, HasSubstr("   1  ERP  holds until "));
    EXPECT_THAT(list.out, HasSubstr("students: everyone"));
    EXPECT_THAT(list.out, Not(HasSubstr(secret)));
    EXPECT_EQ(run({"token", "revoke", "1"}).exit_code, 0);
    EXPECT_EQ(user_stats(secret, "&uidsource=id&uid=42"), kInvalidToken);
    EXPECT_EQ(run({"token", "revoke", "1"}).exit_code, 6);
    EXPECT_EQ(
        run({"token", "create", "--label", "x", "--function", "all", "--students", "planet=Mars"}).exit_code,
        2);
    EXPECT_EQ(run({"token", "create", "--label", "x", "--function", "all", "--students", "student=ghost"})
                  .exit_code,
              2);
    const std::string one = token({"--students", "student=lea"});
    EXPECT_THAT(user_stats(one, "&uidsource=id&uid=42"), HasSubstr("invaliduser"));
    EXPECT_THAT(user_stats(one, "&uidsource=id&uid=43"), HasSubstr(R"("username":"lea")"));
}

TEST_F(WebServicesTest, TheAddressOfAReportDeliversItAndNobodyElses) {
    const std::string secret = token({"--students", "institution=Lyon"});
    const auto address = [&](const std::string& more) {
        return rest(secret, "report_trainingsessions_get_report_url", more + kDay);
    };
    const std::string of_student =
        address("&reportlayout=onefulluserpersheet&reportformat=json&useridsource=username&userid=elodie");
    const std::string url = nlohmann::json::parse(of_student);
    ASSERT_THAT(url, StartsWith(root + "/report/"));
    const std::string response = get(url.substr(root.size()));
    EXPECT_THAT(response, StartsWith("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"));
    EXPECT_THAT(response, HasSubstr("Content-Disposition: attachment; filename=\"student-roux-fils-elodie-"));
    EXPECT_EQ(nlohmann::json::parse(body_of(response)).at("totals").at("measured_s"), 719);
    const std::string group = nlohmann::json::parse(address("&reportlayout=oneuserperrow&reportformat=json"));
    const auto group_report = nlohmann::json::parse(body_of(get(group.substr(root.size()))));
    EXPECT_EQ(group_report.at("students"), 2);
    EXPECT_EQ(group_report.at("totals").at("measured_s"), 819);
    const std::string pdf = nlohmann::json::parse(
        address("&reportlayout=onefulluserperfile&reportformat=pdf&useridsource=id&userid=42"));
    EXPECT_THAT(body_of(get(pdf.substr(root.size()))), StartsWith("%PDF-"));
    EXPECT_THAT(address("&reportlayout=onefulluserperfile&reportformat=pdf&useridsource=id&userid=44"),
                HasSubstr("invaliduser"));
    EXPECT_THAT(address("&reportlayout=allusersessionssinglefile&reportformat=csv"),
                HasSubstr("reportlayout: not made here"));
    EXPECT_THAT(address("&reportlayout=oneuserperrow&reportformat=json&reportscope=currentcourse"),
                HasSubstr("reportscope"));
    EXPECT_THAT(address("&reportlayout=oneuserperrow&reportformat=json&groupidsource=id&groupid=7"),
                HasSubstr("no group"));
    std::string forged = url.substr(root.size());
    forged.back() = forged.back() == '0' ? '1' : '0';
    EXPECT_THAT(get(forged), StartsWith("HTTP/1.1 404 "));
    EXPECT_THAT(get("/report"), StartsWith("HTTP/1.1 404 "));
    EXPECT_THAT(run({"audit"}).out, HasSubstr("token 1 web.report of universite-de-lyon  told: 1 students"));
    ASSERT_EQ(run({"token", "revoke", "1"}).exit_code, 0);
    EXPECT_THAT(get(url.substr(root.size())), StartsWith("HTTP/1.1 403 "));
}

TEST_F(WebServicesTest, AnswersAreTheSameOverOneConnectionAndManyAtOnce) {
    const std::string secret = token({"--students", "everyone", "--per-minute", "6000"});
    const std::string target =
        std::string(kRest) + "?wstoken=" + secret +
        "&wsfunction=block_use_stats_get_user_stats&moodlewsrestformat=json&uidsource=id&uid=42" + kDay;
    std::vector<std::thread> erps;
    std::atomic<int> same = 0;
    for (int i = 0; i < 8; ++i)
        erps.emplace_back([&] {
            for (int call = 0; call < 5; ++call)
                same += body_of(get(target)) == kElodie ? 1 : 0;
        });
    for (std::thread& erp : erps)
        erp.join();
    EXPECT_EQ(same, 40);
}

TEST(WebSettings, ANetworkIsNotListenedOnInClear) {
    TemporaryFolder folder;
    const std::string dir = folder / "node";
    ASSERT_EQ(assidu({"init", "--dir", dir, "--name", "Lyon", "--wwwroot", "https://m.example"}).exit_code,
              0);
    std::string settings = contents_of(dir + "/assidu.toml");
    settings.replace(settings.find("listen = \"\"", settings.find("[web]")), 11, "listen = \"0.0.0.0:0\"");
    std::ofstream(dir + "/assidu.toml") << settings;
    const Finished refused = assidu({"--dir", dir, "serve"});
    EXPECT_EQ(refused.exit_code, 3);
    EXPECT_THAT(refused.err, HasSubstr("[web] listen would show tokens and students' hours to the network"));
}

}  // namespace
}  // namespace assidu::tests
