#include "reports/text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <string>

#include "federation/member.h"

namespace assidu::reports {
namespace {

std::vector<std::string> places_of(std::string_view text) {
    std::vector<std::string> places;
    for (std::size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at + 1))
        places.emplace_back(text.substr(at, 3));
    std::ranges::sort(places);
    return places;
}

TEST(Text, IsThereOnceInBothLanguagesWithTheSamePlacesForValues) {
    std::set<std::string_view> keys;
    for (const TextEntry& entry : all_texts()) {
        EXPECT_TRUE(keys.insert(entry.key).second) << entry.key;
        EXPECT_FALSE(entry.fr.empty()) << entry.key;
        EXPECT_FALSE(entry.en.empty()) << entry.key;
        EXPECT_EQ(places_of(entry.fr), places_of(entry.en)) << entry.key;
    }
}

TEST(Text, ThereIsAWordForEveryStateAndAgreementOfAMember) {
    using federation::MemberState;
    using federation::Names;
    for (const Language language : {Language::fr, Language::en}) {
        for (const MemberState state :
             {MemberState::invited, MemberState::pending, MemberState::active, MemberState::suspended}) {
            EXPECT_FALSE(text(language, "state." + std::string(name_of(state))).empty());
        }
        for (const Names names : {Names::none, Names::issue, Names::roster}) {
            EXPECT_FALSE(text(language, "names." + std::string(name_of(names))).empty());
        }
    }
}

TEST(Text, FrenchHasANarrowNoBreakSpaceBeforeHighPunctuation) {
    for (const TextEntry& entry : all_texts()) {
        for (const char mark : {';', '!', '?'}) {
            const std::size_t at = entry.fr.find(mark);
            if (at == std::string_view::npos) continue;
            EXPECT_TRUE(entry.fr.substr(0, at).ends_with("\u202f")) << entry.fr;
        }
        for (const char* wide : {" :", "« ", " »"})
            EXPECT_EQ(entry.fr.find(wide), std::string_view::npos) << entry.fr;
        EXPECT_EQ(entry.fr.find('\''), std::string_view::npos) << entry.fr;
    }
}

TEST(Text, AnUnknownKeyIsABrokenInvariant) {
    EXPECT_THROW((void)text(Language::fr, "nothing"), std::logic_error);
}

TEST(Text, WhatHasNoNameShowsItsId) {
    EXPECT_EQ(course_name(Language::fr, 12, std::nullopt), "cours 12");
    EXPECT_EQ(course_name(Language::en, 12, Course{}), "course 12");
    EXPECT_EQ(course_name(Language::fr, 12, Course{"", "ALG1", ""}), "ALG1");
    EXPECT_EQ(activity_name(Language::fr, 501, std::nullopt), "activité 501");
    EXPECT_EQ(activity_name(Language::en, 501, Activity{"", "quiz", ""}), "activity 501");
}

TEST(Text, ThePlatformIsNoCourse) {
    EXPECT_EQ(course_name(Language::fr, 0, std::nullopt), "Plateforme (hors cours)");
    EXPECT_EQ(course_name(Language::en, 0, std::nullopt), "Platform (outside courses)");
    EXPECT_EQ(course_name(Language::fr, -1, std::nullopt), "Cours non indiqué par la source");
}

TEST(Text, NamesAPersonByWhatIsKnown) {
    EXPECT_EQ(person_name(Language::fr, Person{1, "ada", "", "Ada", "Lovelace", "", "", ""}), "Lovelace Ada");
    EXPECT_EQ(person_name(Language::fr, Person{1, "ada", "", "", "", "", "", ""}), "ada");
    EXPECT_EQ(person_name(Language::en, std::nullopt), "Person not in the directory");
}

TEST(Text, WritesDatesAndWeeksAsTheLanguageDoes) {
    const config::CivilDay day = config::parse_iso_date("2026-03-06").value();
    EXPECT_EQ(date_text(Language::fr, day), "06/03/2026");
    EXPECT_EQ(date_text(Language::en, day), "2026-03-06");
    EXPECT_EQ(week_text(Language::fr, config::iso_week(day)), "2026-S10");
    EXPECT_EQ(week_text(Language::en, config::iso_week(day)), "2026-W10");
}

TEST(Text, TellsTheTwoHoursOfAnAutumnNightApart) {
    const auto calendar = config::CivilCalendar::of("Europe/Paris").value();
    const std::int64_t twice_utc_s =
        calendar.instant_of(config::parse_iso_date("2026-10-25").value(), 9'000).utc_s;
    EXPECT_EQ(time_text(calendar, twice_utc_s), "02:30:00 (UTC+02:00)");
    EXPECT_EQ(time_text(calendar, twice_utc_s + 3'600), "02:30:00 (UTC+01:00)");
    EXPECT_EQ(time_text(calendar, twice_utc_s - 86'400), "02:30:00");
    EXPECT_EQ(instant_text(Language::fr, calendar, twice_utc_s), "25/10/2026 02:30:00 (UTC+02:00)");
}

TEST(Text, ShowsACodeItDoesNotKnow) {
    EXPECT_NE(reason_text(Language::fr, "origin").find("origine"), std::string::npos);
    EXPECT_NE(reason_text(Language::fr, "from_tomorrow").find("from_tomorrow"), std::string::npos);
    EXPECT_NE(remark_text(Language::en, "from_tomorrow").find("from_tomorrow"), std::string::npos);
    EXPECT_NE(remark_text(Language::en, "minute_resolution").find("minute"), std::string::npos);
}

}  // namespace
}  // namespace assidu::reports
