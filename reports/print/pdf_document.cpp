#include "reports/print/pdf_document.h"

#include <cairo-pdf.h>
#include <fmt/format.h>
#include <pango/pangocairo.h>

#include <algorithm>
#include <deque>
#include <optional>

#include "config/refusal.h"
#include "reports/print/png_surface.h"
#include "reports/print/qr_code.h"
#include "reports/safe_text.h"

namespace assidu::reports {
namespace {

constexpr const char* kFamily = "Liberation Sans";
constexpr double kLong = 841.89, kShort = 595.28;  // A4
constexpr double kMargin = 42.5;                   // 15 mm
constexpr double kFootHeight = 34;
constexpr double kCellPadding = 3.5;
constexpr double kQrSide = 74;

struct Style {
    double size = 9;
    bool bold = false;
    double grey = 0;  // 0: black
};
constexpr Style kTitle{20, true}, kUnderTitle{10.5}, kHeading{11.5, true}, kBody{9}, kSmall{7.5, false, 0.25},
    kCell{8}, kStrongCell{8, true}, kHead{7.5, true}, kLabel{7.5, false, 0.35}, kFigure{15, true},
    kFoot{7, false, 0.3};

struct FreeObject {
    void operator()(void* object) const { g_object_unref(object); }
};
struct FreeDescription {
    void operator()(PangoFontDescription* description) const { pango_font_description_free(description); }
};
struct FreeSurface {
    void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};
struct FreeCairo {
    void operator()(cairo_t* cairo) const { cairo_destroy(cairo); }
};
using Layout = std::unique_ptr<PangoLayout, FreeObject>;

// What stands on a page, in the order of reading.
struct Item {
    enum class Kind { text, fill, stroke, dots, open, close, image } kind = Kind::text;
    double x = 0, y = 0, width = 0, height = 0, grey = 0;
    Layout layout;
    std::shared_ptr<cairo_surface_t> image;
    const char* tag = nullptr;
};
using Page = std::vector<Item>;

}  // namespace

namespace {

// One a thread: to look for fonts and to read them costs more than a page.
PangoFontMap* font_map() {
    thread_local const std::unique_ptr<PangoFontMap, FreeObject> fonts = [] {
        std::unique_ptr<PangoFontMap, FreeObject> made(pango_cairo_font_map_new());
        // Sizes are of the page's points, not of a screen's dots.
        pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(made.get()), 72);
        PangoFontFamily* const family = pango_font_map_get_family(made.get(), kFamily);
        if (family == nullptr || std::string_view(pango_font_family_get_name(family)) != kFamily)
            throw config::ResourceFailure(
                fmt::format("the font '{}' is not installed (Debian: fonts-liberation2)", kFamily));
        return made;
    }();
    return fonts.get();
}

}  // namespace

struct PdfDocument::Parts {
    explicit Parts(PdfDescription about);

    PdfDescription description;
    double width, height;
    std::unique_ptr<PangoContext, FreeObject> context;
    std::deque<Page> pages;
    double y = kMargin;
    std::string foot_left, foot_below, numbering;

    [[nodiscard]] double inner_width() const { return width - 2 * kMargin; }
    [[nodiscard]] double bottom() const { return height - kMargin - kFootHeight + 8; }
    [[nodiscard]] bool fits(double needed) const { return y + needed <= bottom(); }

    void new_page() {
        pages.emplace_back();
        y = kMargin;
    }
    void need(double needed) {
        if (!fits(needed) && y > kMargin) new_page();
    }

    // `at_most` wide; negative: on one line.
    [[nodiscard]] Layout layout(std::string_view text, const Style& style, double at_most,
                                PdfAlign align = PdfAlign::left) const;
    static double height_of(const Layout& layout) {
        int made = 0;
        pango_layout_get_size(layout.get(), nullptr, &made);
        return static_cast<double>(made) / PANGO_SCALE;
    }
    static double width_of(const Layout& layout) {
        int made = 0;
        pango_layout_get_size(layout.get(), &made, nullptr);
        return static_cast<double>(made) / PANGO_SCALE;
    }

    void put(Layout text, double x, double at_y, const Style& style, const char* tag) {
        Item item;
        item.x = x;
        item.y = at_y;
        item.grey = style.grey;
        item.layout = std::move(text);
        item.tag = tag;
        pages.back().push_back(std::move(item));
    }
    void shape(Item::Kind kind, double x, double at_y, double w, double h, double grey) {
        Item item;
        item.kind = kind;
        item.x = x;
        item.y = at_y;
        item.width = w;
        item.height = h;
        item.grey = grey;
        pages.back().push_back(std::move(item));
    }
    void tag(Item::Kind kind, const char* name) {
        Item item;
        item.kind = kind;
        item.tag = name;
        pages.back().push_back(std::move(item));
    }
    void text_block(const std::string& text, const Style& style, const char* tag_name, double after) {
        Layout made = layout(text, style, inner_width());
        const double tall = height_of(made);
        need(tall);
        put(std::move(made), kMargin, y, style, tag_name);
        y += tall + after;
    }
    double row(const PdfTable& table, const std::vector<double>& widths, const PdfRow& row, bool head);
    void qr(std::string_view text, const std::string& caption);
    void draw(cairo_t* cairo, const Page& page) const;
    void draw_foot(cairo_t* cairo, std::size_t number) const;
};

PdfDocument::Parts::Parts(PdfDescription about)
    : description(std::move(about)),
      width(description.landscape ? kLong : kShort),
      height(description.landscape ? kShort : kLong),
      context(pango_font_map_create_context(font_map())) {
    const std::unique_ptr<cairo_font_options_t, decltype(&cairo_font_options_destroy)> options(
        cairo_font_options_create(), cairo_font_options_destroy);
    cairo_font_options_set_hint_metrics(options.get(), CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_hint_style(options.get(), CAIRO_HINT_STYLE_NONE);
    pango_cairo_context_set_font_options(context.get(), options.get());
    pages.emplace_back();
}

Layout PdfDocument::Parts::layout(std::string_view text, const Style& style, double at_most,
                                  PdfAlign align) const {
    Layout made(pango_layout_new(context.get()));
    const std::unique_ptr<PangoFontDescription, FreeDescription> font(pango_font_description_new());
    pango_font_description_set_family_static(font.get(), kFamily);
    pango_font_description_set_absolute_size(font.get(), style.size * PANGO_SCALE);
    if (style.bold) pango_font_description_set_weight(font.get(), PANGO_WEIGHT_BOLD);
    pango_layout_set_font_description(made.get(), font.get());
    pango_layout_set_width(made.get(), at_most < 0 ? -1 : static_cast<int>(at_most * PANGO_SCALE));
    pango_layout_set_wrap(made.get(), PANGO_WRAP_WORD_CHAR);
    pango_layout_set_alignment(made.get(), align == PdfAlign::right    ? PANGO_ALIGN_RIGHT
                                           : align == PdfAlign::centre ? PANGO_ALIGN_CENTER
                                                                       : PANGO_ALIGN_LEFT);
    const std::string clean = safe_text(text);
    pango_layout_set_text(made.get(), clean.data(), static_cast<int>(clean.size()));
    return made;
}

PdfDocument::PdfDocument(PdfDescription description)
    : parts_(std::make_unique<Parts>(std::move(description))) {}
PdfDocument::~PdfDocument() = default;

void PdfDocument::Parts::qr(std::string_view text, const std::string& caption) {
    const QrCode code = qr_code(text);
    constexpr double kOverlap = 1.03;  // no hairline of paper between two rows
    const double module = kQrSide / code.width, left = width - kMargin - kQrSide;
    for (int row = 0; row < code.width; ++row) {
        // A run of black is one square less seen between two others.
        for (int column = 0; column < code.width;) {
            const auto black = [&](int at) {
                return at < code.width && code.black[static_cast<std::size_t>(row * code.width + at)];
            };
            const int begin = column++;
            if (!black(begin)) continue;
            while (black(column))
                ++column;
            shape(Item::Kind::fill, left + begin * module, kMargin + row * module, (column - begin) * module,
                  module * kOverlap, 0);
        }
    }
    Layout words = layout(caption, kSmall, kQrSide + 20, PdfAlign::centre);
    put(std::move(words), left - 10, kMargin + kQrSide + 4, kSmall, "P");
}

void PdfDocument::logo(const std::string& png, std::uint32_t width, std::uint32_t height,
                       std::int64_t width_mm) {
    Parts& p = *parts_;
    constexpr double kPointsAMillimetre = 72 / 25.4, kTallest = 72, kWidest = 360;
    Item item;
    item.kind = Item::Kind::image;
    item.image = png_surface(png);
    if (item.image == nullptr)
        throw config::ResourceFailure("cairo: a logo that was read once cannot be read again");
    item.width = std::min(kWidest, static_cast<double>(width_mm) * kPointsAMillimetre);
    item.height = item.width * height / width;
    if (item.height > kTallest) {
        item.width *= kTallest / item.height;
        item.height = kTallest;
    }
    item.x = kMargin;
    item.y = p.y;
    p.y += item.height + 8;
    p.pages.back().push_back(std::move(item));
}

void PdfDocument::masthead(const std::string& title, const std::vector<std::string>& lines,
                           std::string_view qr_text, const std::string& qr_caption) {
    Parts& p = *parts_;
    const double room = p.inner_width() - (qr_text.empty() ? 0 : kQrSide + 24);
    Layout made = p.layout(title, kTitle, room);
    const double tall = Parts::height_of(made);
    p.put(std::move(made), kMargin, p.y, kTitle, "H1");
    p.y += tall + 5;
    for (const std::string& line : lines) {
        Layout text = p.layout(line, kUnderTitle, room);
        const double high = Parts::height_of(text);
        p.put(std::move(text), kMargin, p.y, kUnderTitle, "P");
        p.y += high + 3;
    }
    if (!qr_text.empty()) {
        p.qr(qr_text, qr_caption);
        p.y = std::max(p.y, kMargin + kQrSide + 24);
    }
    p.shape(Item::Kind::fill, kMargin, p.y + 4, p.inner_width(), 1.2, 0.15);
    p.y += 14;
}

void PdfDocument::room(double points) {
    parts_->need(points);
}

void PdfDocument::next_page() {
    parts_->new_page();
}

void PdfDocument::heading(const std::string& text) {
    Parts& p = *parts_;
    constexpr double kWithIt = 64;  // and at least the head and two rows of a table
    p.need(kWithIt);
    if (p.y > kMargin) p.y += 9;
    p.text_block(text, kHeading, "H2", 4);
}

void PdfDocument::paragraph(const std::string& text, bool small) {
    parts_->text_block(text, small ? kSmall : kBody, "P", 3);
}

void PdfDocument::notice(const std::string& title, const std::vector<std::string>& lines) {
    Parts& p = *parts_;
    constexpr double kInset = 7;
    std::vector<Layout> layouts;
    double tall = 2 * kInset;
    const auto add = [&](const std::string& text, const Style& style) {
        layouts.push_back(p.layout(text, style, p.inner_width() - 2 * kInset));
        tall += Parts::height_of(layouts.back()) + 2;
    };
    if (!title.empty()) add(title, kHeading);
    for (const std::string& line : lines)
        add(line, kBody);
    p.need(tall);
    p.shape(Item::Kind::fill, kMargin, p.y, p.inner_width(), tall, 0.92);
    p.shape(Item::Kind::fill, kMargin, p.y, 3, tall, 0.1);
    double at = p.y + kInset;
    for (std::size_t i = 0; i < layouts.size(); ++i) {
        const double high = Parts::height_of(layouts[i]);
        p.put(std::move(layouts[i]), kMargin + kInset + 3, at, kBody, "P");
        at += high + 2;
    }
    p.y += tall + 7;
}

void PdfDocument::fields(const std::vector<std::pair<std::string, std::string>>& pairs) {
    Parts& p = *parts_;
    constexpr double kGap = 14;
    const double column = (p.inner_width() - kGap) / 2, label_width = column * 0.36, inset = label_width + 6;
    // A value that is long by itself, such as a digest, gets the whole width.
    const auto is_long = [&](const std::string& value) {
        return Parts::width_of(p.layout(value, kBody, -1)) > 2 * (column - inset) ||
               (value.find(' ') == std::string::npos &&
                Parts::width_of(p.layout(value, kBody, -1)) > column - inset);
    };
    for (std::size_t i = 0; i < pairs.size();) {
        const bool alone = is_long(pairs[i].second) || i + 1 == pairs.size() || is_long(pairs[i + 1].second);
        const std::size_t count = alone ? 1 : 2;
        const double room = (is_long(pairs[i].second) ? p.inner_width() : column) - inset;
        double tall = 0;
        std::vector<std::pair<Layout, Layout>> made;
        for (std::size_t j = i; j < i + count; ++j) {
            made.emplace_back(p.layout(pairs[j].first, kLabel, label_width),
                              p.layout(pairs[j].second, kBody, room));
            tall =
                std::max({tall, Parts::height_of(made.back().first), Parts::height_of(made.back().second)});
        }
        p.need(tall + 3);
        for (std::size_t j = 0; j < count; ++j) {
            const double left = kMargin + static_cast<double>(j) * (column + kGap);
            p.put(std::move(made[j].first), left, p.y + 1.2, kLabel, "P");
            if (pairs[i + j].second.empty())
                p.shape(Item::Kind::dots, left + inset, p.y + tall, column - inset, 0, 0.4);
            else
                p.put(std::move(made[j].second), left + inset, p.y, kBody, "P");
        }
        p.y += tall + 4;
        i += count;
    }
    p.y += 3;
}

void PdfDocument::figures(const std::vector<Figure>& figures) {
    Parts& p = *parts_;
    if (figures.empty()) return;
    constexpr double kGap = 8, kInset = 7;
    const double box = (p.inner_width() - kGap * static_cast<double>(figures.size() - 1)) /
                       static_cast<double>(figures.size());
    std::vector<std::vector<Layout>> layouts;
    double tall = 0;
    for (const Figure& figure : figures) {
        std::vector<Layout>& texts = layouts.emplace_back();
        double high = 2 * kInset;
        for (const auto& [text, style] :
             {std::pair(&figure.label, &kLabel), std::pair(&figure.value, &kFigure),
              std::pair(&figure.note, &kSmall)}) {
            texts.push_back(p.layout(*text, *style, box - 2 * kInset));
            high += text->empty() ? 0 : Parts::height_of(texts.back()) + 1;
        }
        tall = std::max(tall, high);
    }
    p.need(tall + 6);
    for (std::size_t i = 0; i < layouts.size(); ++i) {
        const double left = kMargin + static_cast<double>(i) * (box + kGap);
        p.shape(Item::Kind::stroke, left, p.y, box, tall, 0.6);
        double at = p.y + kInset;
        const Style* const styles[] = {&kLabel, &kFigure, &kSmall};
        for (std::size_t j = 0; j < layouts[i].size(); ++j) {
            const double high = Parts::height_of(layouts[i][j]);
            p.put(std::move(layouts[i][j]), left + kInset, at, *styles[j], "P");
            at += high + 1;
        }
    }
    p.y += tall + 6;
}

// One row of a table, at y; how tall it is. Nothing is put where it does not fit: 0.
double PdfDocument::Parts::row(const PdfTable& table, const std::vector<double>& widths, const PdfRow& row,
                               bool head) {
    const bool strong = row.kind == PdfRow::Kind::strong || row.kind == PdfRow::Kind::total;
    const Style& style = head ? kHead : strong ? kStrongCell : kCell;
    const double indent = row.kind == PdfRow::Kind::inner ? 10 : 0;
    std::vector<Layout> cells;
    double tall = 0;
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
        const double room = widths[i] - 2 * kCellPadding - (i == 0 ? indent : 0);
        cells.push_back(layout(row.cells[i], style, room, table.columns[i].align));
        tall = std::max(tall, height_of(cells.back()));
    }
    tall += 2 * kCellPadding - 1;
    // A row taller than a page stands as it is: texts from outside are not that long.
    if (!fits(tall) && y > kMargin + 40) return 0;
    if (head || row.kind == PdfRow::Kind::total)
        shape(Item::Kind::fill, kMargin, y, inner_width(), tall, head ? 0.86 : 0.93);
    tag(Item::Kind::open, "TR");
    double left = kMargin;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        put(std::move(cells[i]), left + kCellPadding + (i == 0 ? indent : 0), y + kCellPadding - 0.5, style,
            head ? "TH" : "TD");
        left += widths[i];
    }
    tag(Item::Kind::close, "TR");
    shape(Item::Kind::fill, kMargin, y + tall, inner_width(), 0.4,
          row.kind == PdfRow::Kind::inner ? 0.85 : 0.65);
    return tall + 0.4;
}

void PdfDocument::table(const PdfTable& table) {
    Parts& p = *parts_;
    double shares = 0;
    for (const PdfColumn& column : table.columns)
        shares += column.width;
    std::vector<double> widths;
    PdfRow head;
    for (const PdfColumn& column : table.columns) {
        widths.push_back(p.inner_width() * column.width / shares);
        head.cells.push_back(column.title);
    }
    const auto open = [&] {
        p.tag(Item::Kind::open, "Table");
        p.y += p.row(table, widths, head, true);
    };
    p.need(48);
    open();
    for (const PdfRow& row : table.rows) {
        double tall = p.row(table, widths, row, false);
        if (tall == 0) {
            p.tag(Item::Kind::close, "Table");
            p.new_page();
            open();
            tall = p.row(table, widths, row, false);
        }
        p.y += tall;
    }
    p.tag(Item::Kind::close, "Table");
    p.y += 6;
}

void PdfDocument::bars(const std::vector<Bar>& bars) {
    Parts& p = *parts_;
    constexpr double kLine = 13, kLabelShare = 0.24, kValueShare = 0.14;
    const double label = p.inner_width() * kLabelShare, value = p.inner_width() * kValueShare;
    const double room = p.inner_width() - label - value - 8;
    for (const Bar& bar : bars) {
        p.need(kLine);
        p.put(p.layout(bar.label, kCell, label), kMargin, p.y, kCell, "P");
        p.shape(Item::Kind::fill, kMargin + label, p.y + 1.5,
                std::max(0.5, room * static_cast<double>(bar.thousandths) / 1000), kLine - 5, 0.45);
        p.put(p.layout(bar.value, kCell, value, PdfAlign::right), kMargin + p.inner_width() - value, p.y,
              kCell, "P");
        p.y += kLine;
    }
    p.y += 4;
}

void PdfDocument::signatures(const std::vector<std::string>& titles, const std::string& place_and_date) {
    Parts& p = *parts_;
    if (titles.empty()) return;
    constexpr double kBox = 82, kGap = 8, kInset = 5;
    Layout place = p.layout(place_and_date, kBody, p.inner_width());
    const double line = Parts::height_of(place) + 6;
    p.need(kBox + line + 10);
    p.y += 6;
    p.put(std::move(place), kMargin, p.y, kBody, "P");
    p.y += line;
    const double box = (p.inner_width() - kGap * static_cast<double>(titles.size() - 1)) /
                       static_cast<double>(titles.size());
    for (std::size_t i = 0; i < titles.size(); ++i) {
        const double left = kMargin + static_cast<double>(i) * (box + kGap);
        p.shape(Item::Kind::stroke, left, p.y, box, kBox, 0.5);
        p.put(p.layout(titles[i], kLabel, box - 2 * kInset), left + kInset, p.y + kInset, kLabel, "P");
    }
    p.y += kBox + 8;
}

void PdfDocument::foot(std::string left, std::string below, std::string numbering) {
    parts_->foot_left = std::move(left);
    parts_->foot_below = std::move(below);
    parts_->numbering = std::move(numbering);
}

void PdfDocument::Parts::draw(cairo_t* cairo, const Page& page) const {
    for (const Item& item : page) {
        cairo_set_source_rgb(cairo, item.grey, item.grey, item.grey);
        switch (item.kind) {
            case Item::Kind::open:
                cairo_tag_begin(cairo, item.tag, nullptr);
                break;
            case Item::Kind::close:
                cairo_tag_end(cairo, item.tag);
                break;
            case Item::Kind::text:
                cairo_tag_begin(cairo, item.tag, nullptr);
                cairo_move_to(cairo, item.x, item.y);
                pango_cairo_show_layout(cairo, item.layout.get());
                cairo_tag_end(cairo, item.tag);
                break;
            case Item::Kind::fill:
                cairo_rectangle(cairo, item.x, item.y, item.width, item.height);
                cairo_fill(cairo);
                break;
            case Item::Kind::image:
                cairo_tag_begin(cairo, "Figure", nullptr);
                cairo_save(cairo);
                cairo_translate(cairo, item.x, item.y);
                cairo_scale(cairo, item.width / cairo_image_surface_get_width(item.image.get()),
                            item.height / cairo_image_surface_get_height(item.image.get()));
                cairo_set_source_surface(cairo, item.image.get(), 0, 0);
                // Filled, not painted: cairo 1.16 calls a picture that is painted inside a tag wrongly
                // nested.
                cairo_rectangle(cairo, 0, 0, cairo_image_surface_get_width(item.image.get()),
                                cairo_image_surface_get_height(item.image.get()));
                cairo_fill(cairo);
                cairo_restore(cairo);
                cairo_tag_end(cairo, "Figure");
                break;
            case Item::Kind::stroke:
                cairo_set_line_width(cairo, 0.6);
                cairo_rectangle(cairo, item.x, item.y, item.width, item.height);
                cairo_stroke(cairo);
                break;
            case Item::Kind::dots: {
                const double dash[] = {0.8, 2};
                cairo_set_line_width(cairo, 0.8);
                cairo_set_dash(cairo, dash, 2, 0);
                cairo_move_to(cairo, item.x, item.y);
                cairo_line_to(cairo, item.x + item.width, item.y);
                cairo_stroke(cairo);
                cairo_set_dash(cairo, nullptr, 0, 0);
                break;
            }
        }
    }
}

void PdfDocument::Parts::draw_foot(cairo_t* cairo, std::size_t number) const {
    cairo_set_source_rgb(cairo, 0.6, 0.6, 0.6);
    cairo_rectangle(cairo, kMargin, height - kMargin - kFootHeight + 14, inner_width(), 0.4);
    cairo_fill(cairo);
    cairo_set_source_rgb(cairo, kFoot.grey, kFoot.grey, kFoot.grey);
    const auto put_text = [&](const std::string& text, double at, double room, double left, PdfAlign align) {
        const Layout made = layout(text, kFoot, room, align);
        pango_layout_set_ellipsize(made.get(), PANGO_ELLIPSIZE_END);
        pango_layout_set_height(made.get(), -1);
        cairo_move_to(cairo, left, at);
        pango_cairo_show_layout(cairo, made.get());
    };
    const double top = height - kMargin - kFootHeight + 18, room = inner_width() - 90;
    put_text(foot_left, top, room, kMargin, PdfAlign::left);
    put_text(foot_below, top + 10, inner_width(), kMargin, PdfAlign::left);
    put_text(fmt::format(fmt::runtime(numbering), number, pages.size()), top, 90, kMargin + room,
             PdfAlign::right);
}

std::string PdfDocument::finish() {
    Parts& p = *parts_;
    std::string bytes;
    const auto append = [](void* to, const unsigned char* data, unsigned size) {
        static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(data), size);
        return CAIRO_STATUS_SUCCESS;
    };
    const std::unique_ptr<cairo_surface_t, FreeSurface> surface(
        cairo_pdf_surface_create_for_stream(append, &bytes, p.width, p.height));
    const auto describe = [&](cairo_pdf_metadata_t what, const std::string& text) {
        cairo_pdf_surface_set_metadata(surface.get(), what, safe_text(text).c_str());
    };
    describe(CAIRO_PDF_METADATA_TITLE, p.description.title);
    describe(CAIRO_PDF_METADATA_AUTHOR, p.description.author);
    describe(CAIRO_PDF_METADATA_SUBJECT, p.description.subject);
    describe(CAIRO_PDF_METADATA_CREATOR, "Assidu");
    describe(CAIRO_PDF_METADATA_CREATE_DATE, p.description.created);
    const std::unique_ptr<cairo_t, FreeCairo> cairo(cairo_create(surface.get()));
    // Only what stands in a document's tag makes the file a tagged one.
    cairo_tag_begin(cairo.get(), "Document", nullptr);
    for (std::size_t i = 0; i < p.pages.size(); ++i) {
        p.draw(cairo.get(), p.pages[i]);
        p.draw_foot(cairo.get(), i + 1);
        p.pages[i].clear();
        if (i + 1 == p.pages.size()) cairo_tag_end(cairo.get(), "Document");
        cairo_show_page(cairo.get());
    }
    cairo_surface_finish(surface.get());
    for (const cairo_status_t status : {cairo_status(cairo.get()), cairo_surface_status(surface.get())}) {
        if (status != CAIRO_STATUS_SUCCESS)
            throw config::ResourceFailure(fmt::format("cairo: {}", cairo_status_to_string(status)));
    }
    return bytes;
}

}  // namespace assidu::reports
