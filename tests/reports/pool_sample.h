// A pool of sixteen universities, filled by hand: one that never declared, one whose last days are missing,
// one with a hole of a week, one suspended, one with an outage, one with more courses than a page shows.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "config/scale.h"
#include "federation/consolidation.h"
#include "reports/build_pool.h"
#include "tests/reports/sample.h"

namespace assidu::reports::test {

class PoolSample : public testing::Test {
  protected:
    static constexpr std::size_t kNever = 2, kLate = 4, kHole = 7, kSuspended = 9, kOutage = 11, kMany = 12;

    config::Scale scale = config::parse_scale(config::preset_document("sonate"), "sonate").value();
    config::CivilCalendar calendar = config::CivilCalendar::of("Europe/Paris").value();
    // A Wednesday to a Sunday: five weeks, the first of them not whole.
    const federation::Period period{day("2026-03-04"), day("2026-04-05")};
    TestDirectory directory;
    federation::Consolidated consolidated;
    PoolReportRequest request;

    void SetUp() override {
        directory.courses[{"declared", 2}] = {"Algèbre linéaire & géométrie", "ALG1", "C-ALG1"};
        directory.courses[{"declared", 3}] = {"Français langue étrangère – niveau B2, expression écrite",
                                              "FLE", ""};
        directory.courses[{"declared", 4}] = {"=1+1 <b>", "", ""};
        consolidated = pool(16);
        request.hub_id = "pool-hub";
        request.hub_name = "Hub du groupement SONATE";
        request.scale = &scale;
        request.issued_at_utc_s = at("2026-04-07", 10);
        request.language = "fr";
        request.directory_of = [this](const std::string& member) {
            return member == "univ-04" ? nullptr : &directory;
        };
    }

    std::int64_t at(const char* date, int hour) const {
        return calendar.instant_of(day(date), hour * 3600).utc_s;
    }

    PoolReport pool_report() const {
        auto report = build_pool_report(request, consolidated);
        if (!report) throw std::runtime_error(report.error().what);
        return *report;
    }

    static std::string node_name(std::size_t i) {
        return "univ-" + std::string(i < 10 ? "0" : "") + std::to_string(i);
    }

    federation::Consolidated pool(std::size_t members) const {
        federation::Consolidated made{.period = period,
                                      .scale_sha256 = scale.sha256,
                                      .members = {},
                                      .days = 33,
                                      .sums = {},
                                      .weeks = weeks()};
        for (std::size_t i = 0; i < members; ++i) {
            const federation::MemberPart part = member(i);
            add(made.sums, part.sums);
            made.sums.students += part.sums.students;
            for (std::size_t week = 0; week < part.weeks.size(); ++week) {
                add(made.weeks[week].sums, part.weeks[week].sums);
                made.weeks[week].sums.students += part.weeks[week].sums.students;
            }
            made.members.push_back(part);
        }
        return made;
    }

    static void add(federation::Sums& sums, const federation::Sums& part) {
        sums.measured_s += part.measured_s;
        sums.credited_s += part.credited_s;
        sums.events += part.events;
    }

  private:
    std::vector<federation::WeekSums> weeks() const {
        std::vector<federation::WeekSums> made;
        for (config::CivilDay monday = config::monday_of(period.from); monday <= period.to;
             monday = config::next(monday, 7))
            made.push_back({monday, {}});
        return made;
    }

    static std::vector<federation::CourseSums> split(const federation::Sums& whole, std::int64_t courses) {
        std::vector<federation::CourseSums> made;
        federation::Sums left = whole;
        for (std::int64_t i = courses; i > 0; --i) {
            const federation::Sums part{whole.students - i / 2, left.measured_s / i, left.credited_s / i,
                                        left.events / i};
            left.measured_s -= part.measured_s;
            left.credited_s -= part.credited_s;
            left.events -= part.events;
            made.push_back({"declared", i - 1, part});
        }
        return made;
    }

    federation::MemberPart member(std::size_t i) const {
        static const std::array<const char*, 16> kNames{"Université de Lorraine",
                                                        "Université d’Aix-Marseille",
                                                        "Université de Technologie de Compiègne",
                                                        "Université Côte d’Azur",
                                                        "Université de Bretagne Occidentale",
                                                        "Université Savoie Mont Blanc",
                                                        "Sorbonne Université",
                                                        "Université Clermont Auvergne",
                                                        "Université de Strasbourg",
                                                        "École nationale supérieure d’Arts et Métiers",
                                                        "Université de La Réunion",
                                                        "Université Toulouse – Jean-Jaurès",
                                                        "Université de Franche-Comté",
                                                        "Université Paul-Valéry Montpellier 3",
                                                        "Université d’Évry & <Paris-Saclay>",
                                                        "Université de Pau et des Pays de l’Adour"};
        const auto n = static_cast<std::int64_t>(i);
        federation::MemberPart part;
        part.node = node_name(i);
        part.name = kNames.at(i);
        part.names = i % 3 == 0 ? federation::Names::roster : federation::Names::none;
        part.weeks = weeks();
        if (i == kNever) {
            part.missing = {period};
            return part;
        }
        part.head = {30 + n, std::string(60, 'c') + std::to_string(1000 + n)};
        part.announced = part.head;
        part.announced_utc_s = at("2026-04-06", 4) + n;
        part.freshness = {"assidu-gap 1", at("2026-04-06", 3) + n, 120'000 + n, at("2026-04-05", 22),
                          98'765 + n};
        part.days = 30;
        if (i == kSuspended) part.state = federation::MemberState::suspended;
        if (i == kOutage) part.outages = {{at("2026-03-10", 2), at("2026-03-10", 6), "maintenance <&>"}};
        if (i == kHole) part.missing = {{day("2026-03-09"), day("2026-03-15")}};
        if (i == kLate) {
            part.missing = {{day("2026-03-12"), day("2026-03-12")}, {day("2026-04-03"), day("2026-04-05")}};
            part.announced.number += 2;
        }
        for (std::size_t week = 0; week < part.weeks.size(); ++week) {
            if (i == kHole && week == 1) continue;
            const auto w = static_cast<std::int64_t>(week);
            part.weeks[week].sums = {20 + n - w, 360'000 + 61'234 * n + 7'201 * w, i % 5 == 0 ? 1'800 * w : 0,
                                     4'000 + 13 * n + w};
            add(part.sums, part.weeks[week].sums);
        }
        part.sums.students = 24 + 7 * n;
        part.courses = split(part.sums, i == kMany ? 19 : 3 + n % 3);
        return part;
    }
};

}  // namespace assidu::reports::test
