// A workbook that is being written, by libxlsxwriter.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/civil_calendar.h"

namespace assidu::reports::print {

struct WorkbookDescription {
    std::string title, author;
    std::int64_t created_utc_s = 0;
};

class Workbook {
  public:
    explicit Workbook(const WorkbookDescription& description);
    ~Workbook();
    Workbook(const Workbook&) = delete;
    Workbook& operator=(const Workbook&) = delete;

    // A further sheet, onto which the calls below write. `titles`: its header, which stays in sight; empty:
    // none. `widths`: of the columns, in characters.
    void sheet(const std::string& name, const std::vector<std::string>& titles,
               const std::vector<double>& widths);
    // The next cell of the row, and the next row.
    void text(std::string_view value);
    void number(std::int64_t value);
    void number(const std::optional<std::int64_t>& value) { value ? number(*value) : skip(); }
    void duration(std::int64_t seconds);
    void date(config::CivilDay day);
    // Local date and time of day, or the time alone.
    void instant(const config::CivilCalendar& calendar, const std::optional<std::int64_t>& utc_s);
    void time(const config::CivilCalendar& calendar, const std::optional<std::int64_t>& utc_s);
    // A PNG at the right of the sheet's first rows.
    void image(const std::string& png, std::uint32_t width, std::uint32_t height, std::int64_t width_mm,
               const std::string& alt);
    // At the foot of every printed page of the sheet.
    void footer(const std::string& text);
    void skip();
    void end_row();

    // The file. Throws ResourceFailure where libxlsxwriter cannot make it (no room for its temporary files).
    [[nodiscard]] std::string finish();

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace assidu::reports::print
