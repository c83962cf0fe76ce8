// `scale` and `compute` as a person runs them: no node anywhere.

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/node/cli/node_fixture.h"

namespace assidu::tests {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class ScaleCommands : public NodeProcess {
  protected:
    [[nodiscard]] static std::string golden() {
        return std::string(ASSIDU_SOURCE_DIR) + "/tests/data/golden_attendance.json";
    }
    [[nodiscard]] static json golden_case(const std::string& id) {
        std::ifstream file(golden());
        const json document = json::parse(file);
        for (const json& one : document.at("cases")) {
            if (one.at("id") == id) return one;
        }
        return {};
    }
    [[nodiscard]] std::string two_students() const {
        return folder.write("log.csv", kHeader + row(1, 42, kMorning) + row(2, 42, kMorning + 600, 501) +
                                           row(3, 42, kMorning + 900, 0, "loggedout") +
                                           row(4, 43, kMorning + 100) +
                                           row(5, 43, kMorning + 400, 0, "loggedout") + "broken,row\n");
    }
};

TEST_F(ScaleCommands, ListNamesThePresetsAndShowGivesADocumentThatCheckFindsGood) {
    const Finished list = assidu({"scale", "list"});
    EXPECT_EQ(list.exit_code, 0);
    EXPECT_THAT(list.out, HasSubstr("sonate-legacy"));
    EXPECT_THAT(list.out, HasSubstr("e76007b21b2b"));
    const Finished show = assidu({"scale", "show", "sonate"});
    const std::string file = folder.write("scale.json", show.out);
    const Finished check = assidu({"scale", "check", file});
    EXPECT_EQ(check.exit_code, 0);
    EXPECT_THAT(check.out, HasSubstr("e76007b21b2b992ddaef41907957208ab77c7ac67af15b6a66e7f44382f2f84b"));
    EXPECT_THAT(assidu({"scale", "check", "dedication"}).err, HasSubstr("A node cannot use it"));
}

TEST_F(ScaleCommands, CheckNamesTheKeyThatIsWrong) {
    json scale = json::parse(assidu({"scale", "show", "sonate"}).out);
    scale["gap"]["idel"] = 1;
    const Finished check = assidu({"scale", "check", folder.write("scale.json", scale.dump())});
    EXPECT_EQ(check.exit_code, 3);
    EXPECT_THAT(check.err, HasSubstr("key 'gap.idel' is not known"));
    EXPECT_EQ(assidu({"scale", "show", "sonata"}).exit_code, 3);
}

TEST_F(ScaleCommands, CasesAreAnsweredByAListOfIdsAndResults) {
    const Finished computed = assidu({"compute", "--cases", golden(), "--format", "json"});
    ASSERT_EQ(computed.exit_code, 0) << computed.err;
    const json answers = json::parse(computed.out);
    EXPECT_EQ(answers.at(0).at("id"), "US01");
    EXPECT_EQ(answers.at(0).at("result"), golden_case("US01").at("expected"));
}

TEST_F(ScaleCommands, ACaseThatIsRefusedIsNamedAndTheOthersAreAnswered) {
    json odd = golden_case("REC01");
    odd["id"] = "odd";
    odd["weather"] = "fine";
    const std::string file = folder.write("cases.json", json{{"cases", {odd, golden_case("REC02")}}}.dump());
    const Finished computed = assidu({"compute", "--cases", file});
    EXPECT_EQ(computed.exit_code, 4);
    EXPECT_THAT(computed.err, HasSubstr("case odd: key 'weather' is not known"));
    EXPECT_EQ(json::parse(computed.out).at(1).at("result"), golden_case("REC02").at("expected"));
}

TEST_F(ScaleCommands, AScaleIsTriedOnADumpWithoutANode) {
    const std::string log = two_students();
    const Finished computed = assidu({"compute", "--scale", "sonate", "--events", log, "--format", "json"});
    ASSERT_EQ(computed.exit_code, 0) << computed.err;
    EXPECT_THAT(computed.err, HasSubstr("1 rows give no event"));
    const json all = json::parse(computed.out);
    EXPECT_EQ(all.at("total"), 1200);
    EXPECT_EQ(all.at("by_day"), (json{{"2026-03-02", 1200}}));
    EXPECT_EQ(all.at("students").size(), 2U);
    const json one = json::parse(
        assidu({"compute", "--scale", "sonate", "--events", log, "--student", "42", "--format", "json"}).out);
    EXPECT_EQ(one.at("total"), 900);
    EXPECT_EQ(one.at("by_cm"), (json{{"501", 300}}));
    EXPECT_EQ(one.at("sessions").at(0).at("elapsed"), 900);
    EXPECT_THAT(assidu({"compute", "--scale", "sonate", "--events", log}).out, HasSubstr("00:15:00"));
    EXPECT_EQ(assidu({"compute", "--scale", "sonate", "--events", log, "--student", "7"}).exit_code, 6);
}

TEST_F(ScaleCommands, ThePeriodIsCutAndItsPartsAddUp) {
    const std::string log = two_students();
    const auto total = [&](const std::string& from, const std::string& to) {
        return json::parse(assidu({"compute", "--scale", "sonate", "--events", log, "--student", "42",
                                   "--from", from, "--to", to, "--format", "json"})
                               .out)
            .at("total")
            .get<std::int64_t>();
    };
    EXPECT_EQ(total("2026-03-02", "2026-03-02"), 900);
    EXPECT_EQ(total("2026-03-02", "2026-03-02T09:05"), 300);
    EXPECT_EQ(total(std::to_string(kMorning + 300), "2026-03-02"), 600);
}

TEST_F(ScaleCommands, ACaseIsAFileOfEventsToo) {
    const std::string file = folder.write("case.json", golden_case("REC14").dump());
    const json scale = {{"match", {{"cmid", 501}}}, {"seconds", 1800}, {"mode", "floor"}};
    json document = json::parse(assidu({"scale", "show", "sonate"}).out);
    document["credits"]["completion"] = {scale};
    const std::string scale_file = folder.write("scale.json", document.dump());
    const Finished computed =
        assidu({"compute", "--scale", scale_file, "--events", file, "--format", "json"});
    ASSERT_EQ(computed.exit_code, 0) << computed.err;
    for (const auto& [key, value] : golden_case("REC14").at("expected").items())
        EXPECT_EQ(json::parse(computed.out).at(key), value) << key;
}

TEST_F(ScaleCommands, AnEarlierPluginsFigureIsFoundAgain) {
    const std::string file = folder.write("case.json", golden_case("TR06").dump());
    const auto total = [&](const char* scale) {
        const Finished computed = assidu({"compute", "--scale", scale, "--events", file, "--format", "json"});
        return json::parse(computed.out).at("total").get<std::int64_t>();
    };
    EXPECT_EQ(total("sonate-legacy"), 630);
    EXPECT_EQ(total("sonate"), 688 + 900);
}

TEST_F(ScaleCommands, WhatAFileCannotAnswerIsRefused) {
    json document = json::parse(assidu({"scale", "show", "sonate"}).out);
    document["filter"]["exclude_ips"] = {"192.0.2.7"};
    const std::string scale = folder.write("scale.json", document.dump());
    const Finished dump = assidu({"compute", "--scale", scale, "--events", two_students()});
    EXPECT_EQ(dump.exit_code, 4);
    EXPECT_THAT(dump.err, HasSubstr("'filter.exclude_ips'"));
    const std::string file = folder.write("case.json", golden_case("REC01").dump());
    EXPECT_EQ(json::parse(assidu({"compute", "--scale", scale, "--events", file, "--format", "json"}).out)
                  .at("total"),
              0);
    EXPECT_EQ(assidu({"compute", "--scale", "sonate", "--events", golden()}).exit_code, 4);
    EXPECT_EQ(assidu({"compute", "--scale", "sonate"}).exit_code, 2);
    EXPECT_EQ(assidu({"compute"}).exit_code, 2);
}

TEST_F(ScaleCommands, ANodeRefusesAScaleThatItsLedgerCannotHold) {
    init();
    std::string settings = contents_of(folder / "node/assidu.toml");
    settings.replace(settings.find("use = \"sonate\""), 14, "use = \"dedication\"");
    folder.write("node/assidu.toml", settings);
    const Finished status = run({"status"});
    EXPECT_EQ(status.exit_code, 3);
    EXPECT_THAT(status.err, HasSubstr("key 'stream': a stream a course counts one hour twice"));
}

}  // namespace
}  // namespace assidu::tests
