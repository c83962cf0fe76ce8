#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "config/digest.h"
#include "reports/render.h"
#include "tests/reports/sample.h"

namespace assidu::reports::test {
namespace {

using nlohmann::json;

class RenderJson : public Sample {
  protected:
    void SetUp() override {
        Sample::SetUp();
        put({ada_ledger(), bob_ledger()});
    }
};

bool all_numbers_are_integers(const json& value) {
    if (value.is_number()) return value.is_number_integer();
    if (!value.is_structured()) return true;
    return std::all_of(value.begin(), value.end(), all_numbers_are_integers);
}

TEST_F(RenderJson, HasOnlyIntegers) {
    EXPECT_TRUE(all_numbers_are_integers(json::parse(render_json(student_report(ada)))));
    EXPECT_TRUE(all_numbers_are_integers(json::parse(render_json(group_report()))));
}

TEST_F(RenderJson, BeginsWithWhatItIs) {
    EXPECT_EQ(render_json(student_report(ada))
                  .find("{\n  \"format\": \"assidu-student-report\",\n  \"version\": 1,"),
              0U);
    EXPECT_EQ(json::parse(render_json(group_report())).at("format"), "assidu-group-report");
}

TEST_F(RenderJson, InstantsAreSecondsAndLocalTimeWithItsOffset) {
    const json document = json::parse(render_json(student_report(ada)));
    EXPECT_EQ(document.at("period").at("end_utc_s"), at("2026-03-30", 0, 0));
    EXPECT_EQ(document.at("sessions").at(0).at("begin_local"), "2026-03-19T23:30:00+01:00");
    EXPECT_EQ(document.at("sessions").at(4).at("end_local"), "2026-03-30T00:10:00+02:00");
    EXPECT_EQ(document.at("sessions").at(0).at("clipped"), true);
}

TEST_F(RenderJson, WhatIsNotKnownIsNull) {
    const json document = json::parse(render_json(student_report(ada)));
    EXPECT_TRUE(document.at("courses").at(1).at("fullname").is_null());
    EXPECT_TRUE(document.at("days").at(4).at("first_utc_s").is_number());
    const json nobody = json::parse(render_json(student_report(stranger))).at("student");
    EXPECT_EQ(nobody.at("in_directory"), false);
    EXPECT_TRUE(nobody.at("lastname").is_null());
    EXPECT_TRUE(nobody.at("user_id").is_null());
}

TEST_F(RenderJson, CarriesTheScaleItselfUnderItsDigest) {
    const json carried = json::parse(render_json(student_report(ada))).at("provenance").at("scale");
    EXPECT_EQ(config::hex(config::sha256(carried.at("document").get<std::string>())),
              carried.at("sha256").get<std::string>());
    EXPECT_EQ(carried.at("label"), "SONATE – financeurs");
}

TEST_F(RenderJson, AnAbsenceIsAnEmptyListAndNeverAMissingMember) {
    const json document = json::parse(render_json(student_report(zoe)));
    EXPECT_EQ(document.at("days"), json::array());
    EXPECT_EQ(document.at("courses"), json::array());
    EXPECT_EQ(document.at("sessions"), json::array());
    EXPECT_EQ(document.at("provenance").at("outages"), json::array());
    EXPECT_EQ(document.at("provenance").at("dropped"), json::object());
    EXPECT_EQ(document.at("totals").at("measured_s"), 0);
}

TEST_F(RenderJson, ANameThatIsNotUtf8IsRepaired) {
    directory.people[bob].lastname =
        "M\xe9"
        "bius\x02";
    EXPECT_EQ(json::parse(render_json(student_report(bob))).at("student").at("lastname"),
              "M\uFFFDbius\uFFFD");
}

}  // namespace
}  // namespace assidu::reports::test
