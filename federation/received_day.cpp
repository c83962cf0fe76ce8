#include "federation/received_day.h"

#include <algorithm>
#include <map>

#include "config/refusal.h"
#include "federation/ledger_tables.h"

namespace assidu::federation {
namespace {

constexpr std::int64_t kDay_s = 86'400;

[[noreturn]] void damaged() {
    throw config::ResourceFailure(
        "the ledger is damaged: the rows of a received day cannot be read; restore it from a backup");
}

// Instants as differences to the day's midnight in UTC, one up: 0 is none.
void put_instant(std::string& bytes, const std::optional<std::int64_t>& instant, std::int64_t midnight_s) {
    if (!instant) return put_varint(bytes, 0);
    const std::int64_t off = *instant - midnight_s;
    put_varint(bytes, 1 + ((static_cast<std::uint64_t>(off) << 1) ^ static_cast<std::uint64_t>(off >> 63)));
}

}  // namespace

ReceivedDay encode_day(std::span<const std::int64_t> students, std::span<const LedgerRow> rows) {
    std::map<std::int64_t, CourseTotals> by_course;
    for (const LedgerRow& row : rows) {
        CourseTotals& totals = by_course[row.course];
        totals.measured_s += row.measured_s;
        totals.credited_s += row.credited_s;
        totals.events += row.events;
    }
    ReceivedDay day;
    put_varint(day.cells, rows.size());
    put_varint(day.cells, by_course.size());
    std::map<std::int64_t, std::uint64_t> places;
    std::int64_t before = 0;
    for (const auto& [course, totals] : by_course) {
        places.emplace(course, places.size());
        put_signed_varint(day.cells, course - before);
        put_signed_varint(day.cells, totals.measured_s);
        put_signed_varint(day.cells, totals.credited_s);
        put_signed_varint(day.cells, totals.events);
        before = course;
    }
    before = 0;
    for (const std::int64_t student : students) {
        put_signed_varint(day.cells, student - before);
        before = student;
    }
    for (const LedgerRow& row : rows)
        put_varint(day.cells, places[row.course]);
    for (const LedgerRow& row : rows) {
        const std::int64_t midnight_s = std::int64_t{row.day.number} * kDay_s;
        put_signed_varint(day.details, row.measured_s);
        put_signed_varint(day.details, row.credited_s);
        put_signed_varint(day.details, row.events);
        put_instant(day.details, row.first_utc_s, midnight_s);
        put_instant(day.details, row.last_utc_s, midnight_s);
        day.details += encode_activities(row.activities);
    }
    return day;
}

void decode_cells(std::string_view bytes, DayCells& cells) {
    VarintReader reader(bytes);
    const std::uint64_t rows = reader.get(), courses = reader.get();
    // Each row has two bytes at least, each course four.
    if (rows > bytes.size() || courses > bytes.size()) damaged();
    cells.courses.resize(courses);
    std::int64_t before = 0;
    for (CourseTotals& totals : cells.courses) {
        totals.course = before + reader.get_signed();
        totals.measured_s = reader.get_signed();
        totals.credited_s = reader.get_signed();
        totals.events = reader.get_signed();
        before = totals.course;
    }
    cells.students.resize(rows);
    before = 0;
    for (std::int64_t& student : cells.students)
        student = before += reader.get_signed();
    cells.course_of.resize(rows);
    bool is_good = true;
    for (std::uint32_t& course : cells.course_of) {
        const std::uint64_t place = reader.get();
        is_good = is_good && place < courses;
        course = static_cast<std::uint32_t>(place);
    }
    if (!is_good || !reader.done()) damaged();
}

DayReader::DayReader(config::CivilDay day, std::string_view cells, std::string details)
    : details_(std::move(details)), reader_(details_) {
    decode_cells(cells, cells_);
    row_.day = day;
}

std::optional<std::int64_t> DayReader::instant() {
    const std::uint64_t value = reader_.get();
    if (value == 0) return std::nullopt;
    const std::uint64_t zigzag = value - 1;
    const std::int64_t off = static_cast<std::int64_t>(zigzag >> 1) ^ -static_cast<std::int64_t>(zigzag & 1);
    return std::int64_t{row_.day.number} * kDay_s + off;
}

bool DayReader::next() {
    if (at_ == cells_.students.size()) {
        if (!reader_.done()) damaged();
        return false;
    }
    row_.course = cells_.courses[cells_.course_of[at_]].course;
    row_.measured_s = reader_.get_signed();
    row_.credited_s = reader_.get_signed();
    row_.events = reader_.get_signed();
    row_.first_utc_s = instant();
    row_.last_utc_s = instant();
    read_activities(reader_, details_.size(), row_.activities);
    if (!reader_.ok()) damaged();
    ++at_;
    return true;
}

}  // namespace assidu::federation
