#include "tests/simulation/oracle.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "config/digest.h"

namespace assidu::simulation {

using config::CivilDay;

std::vector<federation::StudentLedger> Truth::totals() const {
    std::map<std::string, federation::StudentLedger> by_student;
    for (const std::string& student : students)
        by_student[student] = {federation::parse_student_id(student).value(), "moodle", {}, {}, {}};
    for (const auto& [day, of_day] : rows) {
        for (const auto& [key, value] : of_day) {
            auto& totals = by_student.at(key.first);
            totals.rows.push_back({totals.student,
                                   day,
                                   key.second,
                                   value.first,
                                   0,
                                   value.second,
                                   std::nullopt,
                                   std::nullopt,
                                   {}});
        }
    }
    std::vector<federation::StudentLedger> all;
    for (auto& [student, totals] : by_student)
        all.push_back(std::move(totals));
    return all;
}

Rows replayed(const std::vector<std::string>& statements) {
    Rows rows;
    std::string previous;
    for (std::size_t i = 0; i < statements.size(); ++i) {
        const std::string& bytes = statements[i];
        const std::size_t first = bytes.find('\n') + 1, second = bytes.find('\n', first);
        const std::size_t end = bytes.find("\n\n", second + 2);
        const auto header = nlohmann::json::parse(bytes.substr(first, second - first));
        if (header.at("number") != i + 1)
            throw Divergence(
                fmt::format("statement {} stands in the place of {}", header.at("number").dump(), i + 1));
        if (header.at("previous") != previous)
            throw Divergence(fmt::format("statement {} does not name the one before", i + 1));
        previous = config::hex(config::sha256(std::string_view(bytes).substr(0, end + 1)));
        if (header.at("kind") != "daily") continue;
        for (const auto& day : header.at("days"))
            rows.erase(config::parse_iso_date(day.at("day").get<std::string>()).value());
        for (std::size_t at = end + 2; at < bytes.size();) {
            const std::size_t line_end = bytes.find('\n', at), space = bytes.find(' ', at);
            const auto row = nlohmann::json::parse(bytes.substr(space + 1, line_end - space - 1));
            rows[config::parse_iso_date(row.at("day").get<std::string>()).value()]
                [{row.at("student"), row.at("course")}] = {row.at("measured_s"), row.at("events")};
            at = line_end + 1;
        }
    }
    return rows;
}

void expect_same(const Rows& expected, const Rows& found, const std::string& what) {
    std::set<CivilDay> days;
    for (const Rows* rows : {&expected, &found}) {
        for (const auto& [day, of_day] : *rows)
            days.insert(day);
    }
    const auto at = [](const Rows& rows, CivilDay day) {
        const auto one = rows.find(day);
        return one == rows.end() ? DayRows{} : one->second;
    };
    const auto seconds = [](const DayRows& rows) {
        std::int64_t sum = 0;
        for (const auto& [key, value] : rows)
            sum += value.first;
        return sum;
    };
    for (const CivilDay day : days) {
        const DayRows wanted = at(expected, day), is = at(found, day);
        if (wanted == is) continue;
        throw Divergence(fmt::format("{}: {} has {} rows, {} s, and should have {} rows, {} s", what,
                                     config::iso_date(day), is.size(), seconds(is), wanted.size(),
                                     seconds(wanted)));
    }
}

Rows rows_of(const federation::Ledger& ledger, const std::string& node, const std::string& scale_sha256) {
    Rows rows;
    ledger.rows({node, scale_sha256, {CivilDay{INT32_MIN}, CivilDay{INT32_MAX}}, std::nullopt},
                [&](const federation::LedgerRow& row) {
                    rows[row.day][{to_string(row.student), row.course}] = {row.measured_s, row.events};
                });
    return rows;
}

}  // namespace assidu::simulation
