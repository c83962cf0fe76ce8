// Pages of A4 with text, tables and boxes, as a tagged PDF with embedded subsets of its fonts (cairo, Pango).
// Everything is laid out from the top down; what does not fit goes to the next page, a table with its header
// again. The same calls give the same bytes.
//
// Lengths are points (1/72 inch). One object is for one thread; several threads may have one each.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace assidu::reports {

struct PdfDescription {
    std::string title, author, subject;
    std::string created;  // ISO 8601 with offset; no other instant is in the file
    bool landscape = false;
};

enum class PdfAlign { left, right, centre };

struct PdfColumn {
    std::string title;
    double width = 1;  // its share of the table's
    PdfAlign align = PdfAlign::left;
};

struct PdfRow {
    enum class Kind { plain, strong, inner, total };  // inner: part of the row above it
    std::vector<std::string> cells;
    Kind kind = Kind::plain;
};

struct PdfTable {
    std::vector<PdfColumn> columns;
    std::vector<PdfRow> rows;
};

class PdfDocument {
  public:
    // Throws ResourceFailure where the fonts are not installed.
    explicit PdfDocument(PdfDescription description);
    ~PdfDocument();
    PdfDocument(const PdfDocument&) = delete;
    PdfDocument& operator=(const PdfDocument&) = delete;

    // A PNG at the top left, over the title, `width_mm` wide and no taller than an inch; before masthead().
    void logo(const std::string& png, std::uint32_t width, std::uint32_t height, std::int64_t width_mm);
    // The title of the document, beside the room for a QR code, and lines under it.
    void masthead(const std::string& title, const std::vector<std::string>& lines, std::string_view qr_text,
                  const std::string& qr_caption);
    // Goes on on the next page unless that much of this one is left.
    void room(double points);
    void next_page();
    // A section's; stays with what follows it.
    void heading(const std::string& text);
    void paragraph(const std::string& text, bool small = false);
    // Framed: a warning.
    void notice(const std::string& title, const std::vector<std::string>& lines);
    // Labels and values in two columns of pairs. An empty value is a dotted line to write on.
    void fields(const std::vector<std::pair<std::string, std::string>>& pairs);
    // A row of figures, each with its label and a note.
    struct Figure {
        std::string label, value, note;
    };
    void figures(const std::vector<Figure>& figures);
    void table(const PdfTable& table);
    // Horizontal bars, a line each: label, value in words, share of the longest (0 to 1000).
    struct Bar {
        std::string label, value;
        std::int64_t thousandths = 0;
    };
    void bars(const std::vector<Bar>& bars);
    // Boxes side by side to sign in; stay together.
    void signatures(const std::vector<std::string>& titles, const std::string& place_and_date);
    // Two lines at the foot of every page; {0} and {1} in `numbering` are the page and the number of pages.
    void foot(std::string left, std::string below, std::string numbering);

    // The file; nothing may be added after it.
    [[nodiscard]] std::string finish();

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace assidu::reports
