#include "reports/print/workbook.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include <algorithm>
#include <ranges>

#include "config/refusal.h"
#include "reports/safe_text.h"

namespace assidu::reports::print {
namespace {

constexpr double kDaySeconds = 86'400;
// Days from 1899-12-30, the beginning of a spreadsheet's time, to 1970-01-01.
constexpr std::int64_t kEpoch = 25'569;
// The longest text of a cell, in characters.
constexpr std::size_t kTextMax = 32'767;

// Points, of the default font.
constexpr double kLineHeight = 15;

// Lines that a bold title takes in a column of so many characters.
int lines_of(std::string_view title, double width) {
    constexpr double kBold = 1.15;
    int lines = 1;
    double used = 0;
    for (const auto word : std::views::split(title, ' ')) {
        // Bytes that begin a character.
        const auto characters = static_cast<double>(std::ranges::count_if(
            word, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
        const double wide = kBold * characters;
        if (used > 0 && used + 1 + wide > width) {
            ++lines;
            used = 0;
        }
        used += (used > 0 ? 1 : 0) + wide;
    }
    return lines;
}

}  // namespace

// The library writes to a path: that of a file which is in memory alone, since a workbook names people.
struct Workbook::Parts {
    Parts() : file(::memfd_create("assidu-workbook", MFD_CLOEXEC)) {
        if (file < 0) throw config::ResourceFailure("no memory for a workbook");
    }
    ~Parts() { ::close(file); }
    Parts(const Parts&) = delete;
    Parts& operator=(const Parts&) = delete;

    int file;
    lxw_workbook* book = nullptr;
    lxw_worksheet* sheet = nullptr;
    lxw_format *head = nullptr, *head_centred = nullptr, *duration = nullptr, *date = nullptr,
               *instant = nullptr, *time = nullptr;
    lxw_row_t row = 0;
    lxw_col_t column = 0;

    void check(lxw_error error) const {
        if (error != LXW_NO_ERROR)
            throw config::ResourceFailure(fmt::format("libxlsxwriter: {}", lxw_strerror(error)));
    }
    lxw_format* format(const char* number) {
        lxw_format* const made = workbook_add_format(book);
        if (number != nullptr) format_set_num_format(made, number);
        return made;
    }
    void value(double number, lxw_format* as) {
        check(worksheet_write_number(sheet, row, column++, number, as));
    }
};

Workbook::Workbook(const WorkbookDescription& description) : parts_(std::make_unique<Parts>()) {
    Parts& p = *parts_;
    p.book = workbook_new(fmt::format("/proc/self/fd/{}", p.file).c_str());
    if (p.book == nullptr) throw config::ResourceFailure("libxlsxwriter: no workbook");
    std::string title = safe_text(description.title), author = safe_text(description.author);
    lxw_doc_properties properties{};
    properties.title = title.data();
    properties.author = author.data();
    properties.created = static_cast<time_t>(description.created_utc_s);
    p.check(workbook_set_properties(p.book, &properties));
    p.head = p.format(nullptr);
    p.head_centred = p.format(nullptr);
    for (lxw_format* const head : {p.head, p.head_centred}) {
        format_set_bold(head);
        format_set_bg_color(head, 0xDDDDDD);
        format_set_bottom(head, LXW_BORDER_THIN);
        format_set_text_wrap(head);
        format_set_align(head, LXW_ALIGN_VERTICAL_CENTER);
    }
    // Texts begin at the left of a column and numbers end at its right.
    format_set_align(p.head_centred, LXW_ALIGN_CENTER);
    p.duration = p.format("[h]:mm:ss");
    p.date = p.format("dd/mm/yyyy");
    p.instant = p.format("dd/mm/yyyy hh:mm:ss");
    p.time = p.format("hh:mm:ss");
}

Workbook::~Workbook() {
    // Closing is the one way to free it.
    if (parts_->book != nullptr) (void)workbook_close(parts_->book);
}

void Workbook::sheet(const std::string& name, const std::vector<std::string>& titles,
                     const std::vector<double>& widths) {
    Parts& p = *parts_;
    p.sheet = workbook_add_worksheet(p.book, name.c_str());
    if (p.sheet == nullptr) throw config::ResourceFailure("libxlsxwriter: no sheet " + name);
    p.row = 0;
    p.column = 0;
    for (std::size_t i = 0; i < widths.size(); ++i)
        p.check(worksheet_set_column(p.sheet, static_cast<lxw_col_t>(i), static_cast<lxw_col_t>(i), widths[i],
                                     nullptr));
    if (titles.empty()) return;
    int lines = 1;
    for (const std::string& title : titles) {
        if (p.column < widths.size()) lines = std::max(lines, lines_of(title, widths[p.column]));
        p.check(worksheet_write_string(p.sheet, 0, p.column, title.c_str(),
                                       p.column == 0 ? p.head : p.head_centred));
        ++p.column;
    }
    // No spreadsheet makes the row of a wrapped header higher by itself.
    p.check(worksheet_set_row(p.sheet, 0, kLineHeight * lines, nullptr));
    worksheet_freeze_panes(p.sheet, 1, 0);
    p.check(worksheet_repeat_rows(p.sheet, 0, 0));
    worksheet_set_landscape(p.sheet);
    worksheet_set_paper(p.sheet, 9);  // A4
    worksheet_fit_to_pages(p.sheet, 1, 0);
    p.row = 1;
    p.column = 0;
}

void Workbook::text(std::string_view value) {
    Parts& p = *parts_;
    std::string clean = safe_text(value);
    // Bytes are at least as many as characters.
    if (clean.size() > kTextMax) clean = safe_text(std::string_view(clean).substr(0, kTextMax));
    p.check(worksheet_write_string(p.sheet, p.row, p.column++, clean.c_str(), nullptr));
}

void Workbook::number(std::int64_t value) {
    parts_->value(static_cast<double>(value), nullptr);
}

// A spreadsheet's duration is a part of a day, as a double: for whole seconds of a century it rounds back.
void Workbook::duration(std::int64_t seconds) {
    parts_->value(static_cast<double>(seconds) / kDaySeconds, parts_->duration);
}

void Workbook::date(config::CivilDay day) {
    parts_->value(static_cast<double>(day.number + kEpoch), parts_->date);
}

void Workbook::instant(const config::CivilCalendar& calendar, const std::optional<std::int64_t>& utc_s) {
    if (!utc_s) return skip();
    const std::int64_t local = *utc_s + calendar.offset_s(*utc_s);
    parts_->value(static_cast<double>(local) / kDaySeconds + kEpoch, parts_->instant);
}

void Workbook::time(const config::CivilCalendar& calendar, const std::optional<std::int64_t>& utc_s) {
    if (!utc_s) return skip();
    const std::int64_t local = *utc_s + calendar.offset_s(*utc_s);
    const auto day = static_cast<std::int64_t>(kDaySeconds);
    parts_->value(static_cast<double>((local % day + day) % day) / kDaySeconds, parts_->time);
}

void Workbook::image(const std::string& png, std::uint32_t width, std::uint32_t /*height*/,
                     std::int64_t width_mm, const std::string& alt) {
    Parts& p = *parts_;
    constexpr double kPixelsAMillimetre = 96 / 25.4;
    constexpr lxw_col_t kColumn = 3;
    std::string words = safe_text(alt);
    lxw_image_options options{};
    options.x_scale = options.y_scale = static_cast<double>(width_mm) * kPixelsAMillimetre / width;
    options.description = words.data();
    p.check(worksheet_insert_image_buffer_opt(
        p.sheet, 0, kColumn, reinterpret_cast<const unsigned char*>(png.data()), png.size(), &options));
}

void Workbook::footer(const std::string& text) {
    std::string line = "&L";
    for (const char c : safe_text(text)) {
        if (c == '&') line += '&';  // a single one begins a code
        line += c;
    }
    // A footer has at most 255 characters.
    constexpr std::size_t kFooterBytes = 240;
    if (line.size() <= kFooterBytes) parts_->check(worksheet_set_footer(parts_->sheet, line.c_str()));
}

void Workbook::skip() {
    ++parts_->column;
}

void Workbook::end_row() {
    ++parts_->row;
    parts_->column = 0;
}

std::string Workbook::finish() {
    Parts& p = *parts_;
    const lxw_error error = workbook_close(p.book);
    p.book = nullptr;
    p.check(error);
    std::string bytes;
    char piece[1 << 14];
    for (;;) {
        const ssize_t size = ::pread(p.file, piece, sizeof piece, static_cast<off_t>(bytes.size()));
        if (size < 0) throw config::ResourceFailure("a workbook cannot be read back");
        if (size == 0) return bytes;
        bytes.append(piece, static_cast<std::size_t>(size));
    }
}

}  // namespace assidu::reports::print
