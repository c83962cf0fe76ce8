#include "tests/reports/read_back_printed.h"

#include <fmt/format.h>
#include <zlib.h>

#include <cmath>
#include <cstdlib>
#include <pugixml.hpp>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace assidu::reports::test {
namespace {

void put(Numbers& numbers, const std::string& key, std::int64_t value) {
    if (!numbers.emplace(key, value).second) throw std::runtime_error("twice: " + key);
}

std::uint32_t at(std::string_view bytes, std::size_t place, int size) {
    std::uint32_t value = 0;
    for (int i = size; i-- > 0;)
        value = value << 8 | static_cast<unsigned char>(bytes.at(place + static_cast<std::size_t>(i)));
    return value;
}

std::string inflated(std::string_view packed, std::size_t size) {
    std::string bytes(size, '\0');
    z_stream stream{};
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
    stream.avail_out = static_cast<uInt>(size);
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) throw std::runtime_error("zlib");
    const int end = inflate(&stream, Z_FINISH);
    inflateEnd(&stream);
    if (end != Z_STREAM_END || stream.total_out != size) throw std::runtime_error("a damaged zip");
    return bytes;
}

// "BC12": the column, from 0.
std::size_t column_of(const std::string& reference) {
    std::size_t column = 0;
    for (const char c : reference) {
        if (c < 'A' || c > 'Z') break;
        column = column * 26 + static_cast<std::size_t>(c - 'A' + 1);
    }
    return column - 1;
}

std::int64_t whole(const std::string& cell) {
    std::size_t used = 0;
    const std::int64_t value = std::stoll(cell, &used);
    if (used != cell.size()) throw std::runtime_error("no whole number: " + cell);
    return value;
}

std::int64_t seconds(const std::string& cell) {
    return std::llround(std::strtold(cell.c_str(), nullptr) * 86'400);
}

std::string iso_of_serial(const std::string& cell) {
    return config::iso_date(config::CivilDay{static_cast<std::int32_t>(whole(cell) - 25'569)});
}

// The five cells that end a row of a table: two durations, their seconds, events.
void put_amount(Numbers& numbers, const std::string& key, const std::vector<std::string>& row,
                std::size_t first) {
    for (std::size_t i = 0; i < 2; ++i) {
        const std::int64_t value = whole(row.at(first + 2 + i));
        if (seconds(row.at(first + i)) != value)
            throw std::runtime_error("a duration is not its seconds: " + key);
        put(numbers, key + (i == 0 ? ".measured_s" : ".credited_s"), value);
    }
    put(numbers, key + ".events", whole(row.at(first + 4)));
}

void put_known(Numbers& numbers, const std::string& key, const std::string& cell) {
    if (!cell.empty()) put(numbers, key, whole(cell));
}

using Rows = std::vector<std::vector<std::string>>;

void read_totals(Numbers& numbers, const Rows& rows) {
    const std::map<std::string, std::string> counts{{"Jours avec trace", "total.days"},
                                                    {"Sessions", "total.sessions"},
                                                    {"Traces", "total.events"},
                                                    {"Étudiants", "students"},
                                                    {"Étudiants actifs", "active"}};
    const std::map<std::string, std::string> times{{"Temps mesuré", "total.measured_s"},
                                                   {"Temps crédité", "total.credited_s"},
                                                   {"Temps médian des actifs", "median_s"}};
    for (const std::vector<std::string>& row : rows) {
        if (const auto count = counts.find(row.at(0)); count != counts.end())
            put(numbers, count->second, whole(row.at(1)));
        if (const auto time = times.find(row.at(0)); time != times.end()) {
            if (seconds(row.at(1)) != whole(row.at(2)))
                throw std::runtime_error("not its seconds: " + row[0]);
            put(numbers, time->second, whole(row.at(2)));
        }
    }
}

// A course without activities is all pages, and has no line that says so.
void read_courses(Numbers& numbers, const Rows& rows) {
    std::string course;
    for (std::size_t i = 1; i < rows.size(); ++i) {
        const std::vector<std::string>& row = rows[i];
        std::string key;
        if (row.at(2) == "course") {
            course = key = "course.." + row.at(3);
            const bool alone = i + 1 == rows.size() || rows[i + 1].at(2) == "course";
            if (alone) put_amount(numbers, course + ".pages", row, 4);
        } else if (row.at(2) == "pages") {
            key = course + ".pages";
        } else {
            key = course + ".activity." + row.at(3);
        }
        put_amount(numbers, key, row, 4);
    }
}

// Instants as cells are local times.
std::int64_t utc_of(const std::string& cell, const config::CivilCalendar& calendar) {
    const std::int64_t local = seconds(cell) - 25'569 * std::int64_t{86'400};
    const std::int64_t day = local / 86'400;
    return calendar
        .instant_of(config::CivilDay{static_cast<std::int32_t>(day)},
                    static_cast<std::int32_t>(local % 86'400))
        .utc_s;
}

void read_sessions(Numbers& numbers, const Rows& rows, const config::CivilCalendar& calendar) {
    for (std::size_t i = 1; i < rows.size(); ++i) {
        const std::vector<std::string>& row = rows[i];
        const std::string key =
            fmt::format("session.{}-{}", utc_of(row.at(0), calendar), utc_of(row.at(1), calendar));
        for (std::size_t j = 0; j < 2; ++j)
            if (seconds(row.at(2 + j)) != whole(row.at(4 + j)))
                throw std::runtime_error("not its seconds: " + key);
        put(numbers, key + ".duration_s", whole(row.at(4)));
        put(numbers, key + ".inside_s", whole(row.at(5)));
        put(numbers, key + ".events", whole(row.at(6)));
    }
}

std::int64_t clock(const std::string& text) {
    std::int64_t value = 0;
    std::istringstream parts(text);
    std::string part;
    while (std::getline(parts, part, ':'))
        value = value * 60 + whole(std::to_string(std::stoll(part)));
    return value;
}

std::string iso_of_french(const std::string& date) {
    return date.substr(6, 4) + "-" + date.substr(3, 2) + "-" + date.substr(0, 2);
}

}  // namespace

std::map<std::string, std::string> unzipped(std::string_view zip) {
    const std::size_t end = zip.rfind("PK\x05\x06");
    if (end == std::string_view::npos) throw std::runtime_error("no zip");
    std::map<std::string, std::string> files;
    std::size_t place = at(zip, end + 16, 4);
    for (std::uint32_t i = at(zip, end + 10, 2); i > 0; --i) {
        const std::size_t packed = at(zip, place + 20, 4), size = at(zip, place + 24, 4),
                          name = at(zip, place + 28, 2);
        const std::size_t local = at(zip, place + 42, 4);
        const std::size_t begin = local + 30 + at(zip, local + 26, 2) + at(zip, local + 28, 2);
        const std::string_view bytes = zip.substr(begin, packed);
        files[std::string(zip.substr(place + 46, name))] =
            at(zip, place + 10, 2) == 0 ? std::string(bytes) : inflated(bytes, size);
        place += 46 + name + at(zip, place + 30, 2) + at(zip, place + 32, 2);
    }
    return files;
}

Cells cells_of(std::string_view xlsx) {
    const auto files = unzipped(xlsx);
    const auto parse = [&](const std::string& name) {
        pugi::xml_document document;
        const auto file = files.find(name);
        if (file == files.end() ||
            !document.load_string(file->second.c_str(), pugi::parse_default | pugi::parse_ws_pcdata))
            throw std::runtime_error("no " + name);
        return document;
    };
    std::vector<std::string> texts;
    const auto shared = parse("xl/sharedStrings.xml");
    for (const pugi::xml_node text : shared.child("sst").children("si"))
        texts.emplace_back(text.child("t").text().get());
    Cells cells;
    int number = 0;
    const auto book = parse("xl/workbook.xml");
    for (const pugi::xml_node sheet : book.child("workbook").child("sheets").children("sheet")) {
        const auto page = parse(fmt::format("xl/worksheets/sheet{}.xml", ++number));
        Rows& rows = cells[sheet.attribute("name").value()];
        if (page.child("worksheet")
                .child("sheetViews")
                .child("sheetView")
                .child("pane")
                .attribute("ySplit")
                .as_int() != 1)
            throw std::runtime_error("the header is not frozen");
        for (const pugi::xml_node line : page.child("worksheet").child("sheetData").children("row")) {
            rows.resize(static_cast<std::size_t>(line.attribute("r").as_int()));
            for (const pugi::xml_node cell : line.children("c")) {
                if (cell.child("f")) throw std::runtime_error("a formula");
                const std::size_t column = column_of(cell.attribute("r").value());
                if (rows.back().size() <= column) rows.back().resize(column + 1);
                const std::string value = cell.child("v").text().get();
                rows.back()[column] = std::string_view(cell.attribute("t").value()) == "s"
                                          ? texts.at(std::stoul(value))
                                          : value;
            }
        }
    }
    return cells;
}

Numbers numbers_of_xlsx(const Cells& cells, const config::CivilCalendar& calendar) {
    Numbers numbers;
    for (const auto& [name, rows] : cells) {
        if (name == "Total") read_totals(numbers, rows);
        const bool student = cells.contains("Par jour");
        if (name == "Cours" && student) read_courses(numbers, rows);
        if (name == "Sessions" && student) read_sessions(numbers, rows, calendar);
        for (std::size_t i = 1; i < rows.size(); ++i) {
            const std::vector<std::string>& row = rows[i];
            if (name == "Par jour") {
                const std::string key = "day." + iso_of_serial(row.at(0));
                put_known(numbers, key + ".sessions", row.at(3));
                put_amount(numbers, key, row, 4);
            } else if (name == "Étudiants") {
                const std::string key = "student." + row.at(4);
                put(numbers, key + ".days", whole(row.at(7)));
                put_known(numbers, key + ".sessions", row.at(8));
                put_amount(numbers, key, row, 9);
            } else if (name == "Par semaine (ISO 8601)") {
                put(numbers, "week." + row.at(0) + ".students", whole(row.at(3)));
                put_amount(numbers, "week." + row.at(0), row, 4);
            } else if (name == "Cours" && !student) {
                const std::string key = "course." + row.at(2) + "." + row.at(1);
                put(numbers, key + ".students", whole(row.at(3)));
                put_amount(numbers, key, row, 4);
            }
        }
    }
    return numbers;
}

Numbers numbers_of_pdf(const std::string& text) {
    static const std::string kTime = R"((\d+:\d\d:\d\d))", kSpace = R"(\s+)";
    static const std::regex day(
        R"(^\s*(\d\d/\d\d/\d{4})\s+(?:\d\d:\d\d:\d\d|–)\s+(?:\d\d:\d\d:\d\d|–)\s+(\d+|–)\s+)" + kTime +
        kSpace + kTime + R"(\s+(\d+)\s*$)");
    static const std::regex total(R"(^\s*Total\s+)" + kTime + kSpace + kTime + R"(\s+(\d+)\s*$)");
    static const std::regex week(R"(^\s*(\d{4})-S(\d\d)\s+du \S+ au \S+\s+(\d+)\s+)" + kTime + kSpace +
                                 kTime + R"(\s+(\d+)\s*$)");
    Numbers numbers;
    std::istringstream lines(text);
    std::string line;
    while (std::getline(lines, line)) {
        std::smatch found;
        if (std::regex_match(line, found, day)) {
            const std::string key = "day." + iso_of_french(found[1]);
            if (found[2] != "–") put(numbers, key + ".sessions", whole(found[2]));
            put(numbers, key + ".measured_s", clock(found[3]));
            put(numbers, key + ".credited_s", clock(found[4]));
            put(numbers, key + ".events", whole(found[5]));
        } else if (std::regex_match(line, found, total)) {
            // Both tables of a student end with it: it must be the same.
            for (const auto& [key, value] :
                 {std::pair("total.measured_s", clock(found[1])),
                  std::pair("total.credited_s", clock(found[2])), std::pair("total.events", whole(found[3]))})
                if (!numbers.emplace(key, value).second && numbers.at(key) != value)
                    throw std::runtime_error("two totals");
        } else if (std::regex_match(line, found, week)) {
            const std::string key = "week." + found[1].str() + "-W" + found[2].str();
            put(numbers, key + ".students", whole(found[3]));
            put(numbers, key + ".measured_s", clock(found[4]));
            put(numbers, key + ".credited_s", clock(found[5]));
            put(numbers, key + ".events", whole(found[6]));
        }
    }
    return numbers;
}

Numbers courses_of_pdf(const std::string& text, const StudentReport& names) {
    // What must stand there: the key, and the first word of the name.
    std::vector<std::pair<std::string, std::string>> wanted;
    const auto first_word = [](const std::string& name) { return name.substr(0, name.find(' ')); };
    for (const CourseLine& course : names.courses) {
        const std::string key = fmt::format("course..{}", course.course);
        wanted.emplace_back(key, first_word(course_name(Language::fr, course.course, course.names)));
        for (const ActivityLine& activity : course.activities)
            wanted.emplace_back(fmt::format("{}.activity.{}", key, activity.activity),
                                first_word(activity_name(Language::fr, activity.activity, activity.names)));
        if (!course.activities.empty())
            wanted.emplace_back(key + ".pages",
                                first_word(std::string(reports::text(Language::fr, "pages"))));
    }
    static const std::regex row(R"(^\s*(\S+).*\s(\d+:\d\d:\d\d)\s+(\d+:\d\d:\d\d)\s+(\d+)\s*$)");
    Numbers numbers;
    const std::size_t table = text.find(std::string(reports::text(Language::fr, "courses_caption")));
    if (table == std::string::npos) throw std::runtime_error("no table of courses");
    std::istringstream lines(text.substr(table));
    std::size_t at = 0;
    for (std::string line; std::getline(lines, line);) {
        std::smatch found;
        if (!std::regex_match(line, found, row)) continue;
        if (found[1] == "Total") break;
        if (at == wanted.size()) throw std::runtime_error("a line too many: " + line);
        const auto& [key, name] = wanted[at++];
        if (found[1].str() != name) throw std::runtime_error("not " + name + ": " + line);
        put(numbers, key + ".measured_s", clock(found[2]));
        put(numbers, key + ".credited_s", clock(found[3]));
        put(numbers, key + ".events", whole(found[4]));
    }
    if (at != wanted.size()) throw std::runtime_error("a line too few in the table of courses");
    return numbers;
}

}  // namespace assidu::reports::test
