// One engine: for random students and periods, what a peer, an ERP, a report and an explanation say is one
// number.

#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include "node/services/use_stats.h"
#include "node/web/moodle_functions.h"
#include "tests/node/cli/node_fixture.h"
#include "tests/seed.h"

namespace assidu::tests {
namespace {

using Json = nlohmann::ordered_json;

class OneEngine : public NodeProcess {
  protected:
    static constexpr std::int64_t kDay = 86'400;
    static constexpr int kStudents = 4, kDays = 12;

    std::string random_log(Dice& dice) {
        std::string log = kHeader;
        std::int64_t id = 0;
        for (int student = 0; student < kStudents; ++student) {
            std::int64_t time = kMorning - dice.roll(0, kDay);
            while (time < kMorning + kDays * kDay) {
                log += row(++id, 42 + student, time, dice.one_in(3) ? 500 + dice.roll(0, 4) : 0,
                           dice.one_in(9) ? "loggedout" : "viewed");
                time += dice.one_in(6) ? dice.roll(0, kDay) : dice.roll(0, 2'400);
            }
        }
        return log;
    }
    // Measured seconds that somebody says; -1 where they say nothing.
    static std::int64_t of_xml(const std::string& document) {
        pugi::xml_document xml;
        EXPECT_TRUE(xml.load_string(document.c_str()));
        const auto stats = xml.child("USE_STATS");
        if (stats.child("EMPTYSET")) return 0;
        std::int64_t sum = 0;
        for (const auto course : stats.child("COURSES").children("COURSE"))
            sum += course.child("ELAPSED_SECONDS").text().as_llong();
        EXPECT_EQ(sum, stats.child("USER").child("ELAPSED_SECONDS").text().as_llong());
        return sum;
    }
};

TEST_F(OneEngine, APeerAnErpAReportAndAnExplanationSayOneNumber) {
    Dice dice(test_seed());
    init();
    ASSERT_EQ(run({"import", folder.write("log.csv", random_log(dice))}).exit_code, 0);
    for (int round = 0; round < 8; ++round) {
        const std::int64_t user = 42 + dice.roll(0, kStudents - 1);
        const auto first = config::parse_iso_date("2026-03-01").value();
        const config::CivilDay from = config::next(first, static_cast<std::int32_t>(dice.roll(0, kDays)));
        const config::CivilDay to = config::next(from, static_cast<std::int32_t>(dice.roll(0, 2)));
        const config::CivilCalendar calendar = config::CivilCalendar::of("Europe/Paris").value();
        // Any instants of those days mean the whole of them.
        const std::int64_t from_s = calendar.begin_of(from) + dice.roll(0, 3'600);
        const std::int64_t to_s = calendar.end_of(to) - dice.roll(0, 3'600);
        const config::FixedClock clock(to_s - 1);
        const auto node = node::Node::open({dir()}, clock, node::Node::Access::look).value();
        SCOPED_TRACE("user " + std::to_string(user) + ", " + config::iso_date(from) + " to " +
                     config::iso_date(to));

        const Finished report =
            run({"report", "student", "--student", std::to_string(user), "--from", config::iso_date(from),
                 "--to", config::iso_date(to), "--format", "json"});
        ASSERT_EQ(report.exit_code, 0) << report.err;
        const Json reported = Json::parse(report.out);
        const std::int64_t seconds = reported.at("totals").at("measured_s");

        std::int64_t explained = 0;
        for (config::CivilDay day = from; day <= to; day = config::next(day)) {
            const Finished one =
                run({"explain", std::to_string(user), config::iso_date(day), "--format", "json"});
            // A day before or after all events is no data, and no time.
            if (one.exit_code == 0) explained += Json::parse(one.out).at("measured_s").get<std::int64_t>();
        }
        EXPECT_EQ(explained, seconds);

        node::web::Token token;
        token.students.everyone = true;
        node::web::MoodleOutcome outcome;
        const node::web::MoodleParameters parameters{{{"uidsource", "id"},
                                                      {"uid", std::to_string(user)},
                                                      {"from", std::to_string(from_s)},
                                                      {"to", std::to_string(to_s)}},
                                                     {}};
        const auto served = node::web::call_moodle_function(
            node, token, "block_use_stats_get_user_stats", parameters,
            [](const node::web::LinkedReport&) { return std::string(); }, outcome);
        ASSERT_TRUE(served) << served.error().debug;
        std::int64_t of_service = 0;
        for (const Json& course : served->at("courses")) {
            of_service += course.at("coursetotal").get<std::int64_t>();
            EXPECT_EQ(course.at("activitytime").get<std::int64_t>() +
                          course.at("coursetime").get<std::int64_t>() +
                          course.at("othertime").get<std::int64_t>(),
                      course.at("coursetotal"));
        }
        EXPECT_EQ(of_service, seconds);
        EXPECT_EQ(served->at("sessions").at("sessions"), reported.at("totals").at("sessions"));

        // A peer names its user by name alone: the catalogue has none here, and needs some.
        node::archive::PersonRecord person;
        person.user_id = user;
        person.username = "student" + std::to_string(user);
        node.catalogue().put("moodle", std::span(&person, 1), clock.now_utc_s());
        node::services::UseStatsCaller caller{"https://peer.example", token.students};
        const auto text = [](const std::string& value) { return rpc::Value::text(value); };
        const std::vector<rpc::Value> params{
            rpc::Value::structure({{"username", text("rpc")},
                                   {"remoteuserhostroot", text("https://peer.example")},
                                   {"remotehostroot", text("https://peer.example")}}),
            text(person.username),
            text(""),
            text("3"),
            rpc::Value::integer(from_s),
            rpc::Value::boolean(false)};
        const auto answer =
            node::services::answer_use_stats(node, caller, node::services::kGetStats, params, false, {});
        const auto* const message = std::get<rpc::Value>(answer).find("message");
        ASSERT_NE(message, nullptr);
        EXPECT_EQ(of_xml(*message->as_text()), seconds);
    }
}

}  // namespace
}  // namespace assidu::tests
