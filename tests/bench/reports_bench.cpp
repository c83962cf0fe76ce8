// assidu-bench-reports: how fast reports are made, against the PDF library's own bare rate for the same page
// in the same run; CPU seconds, since the machine is shared. tests/bench/README.md says how.
//
//   assidu-bench-reports students 1000     a month's PDF, XLSX and package of that many students
//   assidu-bench-reports group 16000       one group report of that many
#include <cairo-pdf.h>
#include <fmt/format.h>
#include <pango/pangocairo.h>
#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <utility>

#include "config/scale.h"
#include "federation/declaration.h"
#include "federation/ledger_tables.h"
#include "federation/period_proof.h"
#include "federation/sqlite_ledger.h"
#include "federation/statement_log.h"
#include "reports/build.h"
#include "reports/package/package.h"
#include "reports/print/render_pdf.h"
#include "reports/print/render_xlsx.h"
#include "reports/render.h"

namespace {

using namespace assidu;
namespace fs = std::filesystem;

constexpr const char* kNode = "bench";
constexpr int kDays = 31;

double cpu_s() {
    timespec spent{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
    return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) / 1e9;
}

std::int64_t peak_kb() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

class Names final : public reports::Directory {
  public:
    std::optional<reports::Person> person(const federation::StudentId& student) const override {
        const std::string code = to_string(student).substr(0, 8);
        return reports::Person{1,
                               "user" + code,
                               "E" + code,
                               "Élodie",
                               "Nom-" + code,
                               code + "@lyon.example",
                               "Université de Lyon",
                               "DAEU"};
    }
    std::optional<reports::Course> course(const std::string&, std::int64_t id) const override {
        return reports::Course{fmt::format("Mathématiques, module {}", id), fmt::format("MATH{}", id), ""};
    }
    std::optional<reports::Activity> activity(const std::string&, std::int64_t id) const override {
        return reports::Activity{fmt::format("Exercice {} : équations et inéquations", id), "quiz", ""};
    }
};

federation::StudentId student_id(std::size_t number) {
    federation::StudentId id;
    for (std::size_t i = 0; i < id.bytes.size(); ++i)
        id.bytes[i] = static_cast<std::uint8_t>((number * 2654435761U >> (i % 4 * 8)) + i * 37);
    id.bytes[14] = static_cast<std::uint8_t>(number >> 8);
    id.bytes[15] = static_cast<std::uint8_t>(number);
    return id;
}

// A month of a student: 22 days, two courses a day of four, three activities each, a session a day.
struct World {
    config::Scale scale = config::parse_scale(config::preset_document("sonate"), "sonate").value();
    config::CivilCalendar calendar = config::CivilCalendar::of("Europe/Paris").value();
    federation::Period period{*config::parse_iso_date("2026-03-01"), *config::parse_iso_date("2026-03-31")};
    fs::path folder;
    std::shared_ptr<SQLite::Database> file;
    std::unique_ptr<federation::Ledger> ledger;
    Names names;
    reports::ReportRequest request;

    World(const fs::path& where, std::size_t students) : folder(where) {
        file = federation::open_ledger_file(folder / "ledger.sqlite");
        ledger = federation::sqlite_ledger(file);
        request.node_id = kNode;
        request.node_name = "Université de Lyon";
        request.wwwroot = "https://moodle.univ-lyon.example";
        request.scale = &scale;
        request.period = period;
        request.issued_at_utc_s = calendar.end_of(period.to) + 36'000;
        request.language = "fr";
        constexpr std::size_t kAtOnce = 500;
        std::vector<federation::StudentLedger> batch;
        for (std::size_t i = 0; i < students; ++i) {
            batch.push_back(month_of(i));
            if (batch.size() == kAtOnce || i + 1 == students) {
                ledger->replace(kNode, {scale.id, scale.version, scale.sha256, scale.canonical}, batch,
                                {"assidu-gap 1", request.issued_at_utc_s, 1, request.issued_at_utc_s, 1});
                batch.clear();
            }
        }
    }

    [[nodiscard]] federation::StudentLedger month_of(std::size_t number) const {
        federation::StudentLedger student;
        student.student = student_id(number);
        student.source = "moodle";
        for (int d = 0; d < kDays; ++d) {
            const config::CivilDay day = next(period.from, d);
            if ((d + static_cast<int>(number)) % 7 >= 5) continue;
            const std::int64_t morning =
                calendar.begin_of(day) + 8 * 3600 + static_cast<std::int64_t>(number % 600);
            federation::SessionRow session{student.student, morning, morning, 0, {}};
            for (std::int64_t c = 0; c < 2; ++c) {
                federation::LedgerRow row;
                row.student = student.student;
                row.day = day;
                row.course = 10 + (d + c * 2) % 4;
                row.first_utc_s = session.end_utc_s;
                for (std::int64_t a = 0; a < 3; ++a) {
                    row.activities.push_back({row.course * 100 + a, 700 + a * 60, 0, 9});
                    row.measured_s += 700 + a * 60;
                    row.events += 9;
                }
                row.measured_s += 120;
                row.events += 4;
                session.end_utc_s += row.measured_s;
                session.events += row.events;
                session.courses.push_back(row.course);
                row.last_utc_s = session.end_utc_s - 30;
                student.rows.push_back(std::move(row));
            }
            std::ranges::sort(student.rows, {},
                              [](const auto& row) { return std::tuple(row.day, row.course); });
            std::ranges::sort(session.courses);
            student.sessions.push_back(std::move(session));
        }
        return student;
    }
};

std::size_t pages_of(const std::string& pdf) {
    std::size_t pages = 0;
    for (std::size_t at = pdf.find("/Type /Page"); at != std::string::npos;
         at = pdf.find("/Type /Page", at + 1))
        if (pdf[at + 11] != 's') ++pages;
    return pages;
}

// Texts of a PDF: the elements of its structure that are no containers.
std::size_t texts_of(const std::string& pdf) {
    std::size_t texts = 0;
    for (const char* tag : {"/S /TD", "/S /TH", "/S /P", "/S /H1", "/S /H2"})
        for (std::size_t at = pdf.find(tag); at != std::string::npos; at = pdf.find(tag, at + 1))
            ++texts;
    return texts;
}

// The library alone: as many documents, pages, texts and tags as ours, laid out and drawn, and nothing else:
// no ledger, no model, no words to choose, no QR code.
double bare_cpu_s(std::size_t pages, std::size_t documents, std::size_t texts) {
    const double begin = cpu_s();
    constexpr int kColumns = 7;
    const int kRows = static_cast<int>(texts / pages / kColumns);
    std::size_t left = pages;
    std::unique_ptr<PangoFontMap, decltype(&g_object_unref)> fonts(pango_cairo_font_map_new(),
                                                                   g_object_unref);
    pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(fonts.get()), 72);
    for (std::size_t d = 0; d < documents; ++d) {
        std::string bytes;
        const auto append = [](void* to, const unsigned char* data, unsigned size) {
            static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(data), size);
            return CAIRO_STATUS_SUCCESS;
        };
        cairo_surface_t* const surface = cairo_pdf_surface_create_for_stream(append, &bytes, 595.28, 841.89);
        cairo_t* const cairo = cairo_create(surface);
        std::unique_ptr<PangoContext, decltype(&g_object_unref)> context(
            pango_font_map_create_context(fonts.get()), g_object_unref);
        cairo_tag_begin(cairo, "Document", nullptr);
        const std::size_t here = std::min(left, (pages + documents - 1) / documents);
        left -= here;
        for (std::size_t page = 0; page < here; ++page) {
            for (int row = 0; row < kRows; ++row) {
                cairo_tag_begin(cairo, "TR", nullptr);
                for (int column = 0; column < kColumns; ++column) {
                    PangoLayout* const layout = pango_layout_new(context.get());
                    PangoFontDescription* const font = pango_font_description_new();
                    pango_font_description_set_family_static(font, "Liberation Sans");
                    pango_font_description_set_absolute_size(font, 8 * PANGO_SCALE);
                    pango_layout_set_font_description(layout, font);
                    pango_layout_set_width(layout, 70 * PANGO_SCALE);
                    const std::string text =
                        fmt::format("{:02}/{:02}/2026", row % 31, column + static_cast<int>(page) % 12);
                    pango_layout_set_text(layout, text.data(), static_cast<int>(text.size()));
                    cairo_tag_begin(cairo, "TD", nullptr);
                    cairo_move_to(cairo, 42 + column * 73, 50 + row * 16);
                    pango_cairo_show_layout(cairo, layout);
                    cairo_tag_end(cairo, "TD");
                    pango_font_description_free(font);
                    g_object_unref(layout);
                }
                cairo_tag_end(cairo, "TR");
                cairo_rectangle(cairo, 42, 50 + row * 16 + 14, 510, 0.4);
                cairo_fill(cairo);
            }
            if (page + 1 == here) cairo_tag_end(cairo, "Document");
            cairo_show_page(cairo);
        }
        cairo_surface_finish(surface);
        cairo_destroy(cairo);
        cairo_surface_destroy(surface);
    }
    return cpu_s() - begin;
}

void students(const fs::path& folder, std::size_t count) {
    World world(folder, count);
    federation::StatementLog log(world.file);
    const rpc::SigningKey key = rpc::SigningKey::generate();
    if (!federation::declare_days(
            {kNode,
             {world.scale.id, world.scale.version, world.scale.sha256, world.scale.canonical},
             &world.calendar,
             &key,
             world.request.issued_at_utc_s},
            *world.ledger, log))
        throw std::runtime_error("nothing was declared");
    const auto proof = federation::PeriodProof::gather(kNode, world.scale.sha256, world.period, log).value();
    const auto writer =
        reports::PackageWriter::of(proof, kNode, {kNode, &key, {{kNode, "bench", key.verifying_key(), 0}}})
            .value();
    double build = 0, pdf = 0, xlsx = 0, package = 0;
    std::size_t pages = 0, texts = 0, pdf_bytes = 0, xlsx_bytes = 0, package_bytes = 0;
    std::int64_t early_kb = 0;
    for (std::size_t i = 0; i < count; ++i) {
        double at = cpu_s();
        const auto took = [&](double& sum) {
            const double now = cpu_s();
            sum += now - at;
            at = now;
        };
        const auto report =
            reports::build_student_report(world.request, student_id(i), *world.ledger, world.names, "moodle")
                .value();
        took(build);
        const std::string document =
            reports::render_pdf(report, reports::Language::fr, "https://pole.example/verifier");
        took(pdf);
        const std::string workbook = reports::render_xlsx(report, reports::Language::fr);
        took(xlsx);
        const std::string packed =
            writer.package(report, {{"report.pdf", document}, {"report.xlsx", workbook}}).value();
        took(package);
        pages += pages_of(document);
        texts += texts_of(document);
        pdf_bytes += document.size();
        xlsx_bytes += workbook.size();
        package_bytes += packed.size();
        if (i == std::min<std::size_t>(count / 10, 100)) early_kb = peak_kb();
    }
    const double bare = bare_cpu_s(pages, count, texts);
    const auto mb = [](std::size_t bytes) { return static_cast<double>(bytes) / 1e6; };
    fmt::print("students {}  pages {}  texts {}\n", count, pages, texts);
    fmt::print("model    {:.2f} CPU s\n", build);
    fmt::print("pdf      {:.2f} CPU s  {:.1f} pages/s  {:.2f} MB/s\n", pdf, static_cast<double>(pages) / pdf,
               mb(pdf_bytes) / pdf);
    fmt::print("bare     {:.2f} CPU s  {:.1f} pages/s  (the library alone, the same pages)\n", bare,
               static_cast<double>(pages) / bare);
    fmt::print("ratio    {:.0f} % of the library's own rate\n", bare / pdf * 100);
    fmt::print("xlsx     {:.2f} CPU s  {:.1f} workbooks/s  {:.2f} MB/s\n", xlsx,
               static_cast<double>(count) / xlsx, mb(xlsx_bytes) / xlsx);
    fmt::print("package  {:.2f} CPU s  {:.1f} packages/s  {:.2f} MB/s\n", package,
               static_cast<double>(count) / package, mb(package_bytes) / package);
    fmt::print("all      {:.2f} CPU s  {:.1f} pages/s a core, packages included\n",
               build + pdf + xlsx + package, static_cast<double>(pages) / (build + pdf + xlsx + package));
    fmt::print("memory   {} MB at a tenth, {} MB at the end\n", early_kb / 1024, peak_kb() / 1024);
}

void group(const fs::path& folder, std::size_t count) {
    const World world(folder, count);
    std::vector<std::pair<federation::StudentId, std::string>> all;
    for (std::size_t i = 0; i < count; ++i)
        all.emplace_back(student_id(i), "moodle");
    double at = cpu_s();
    const auto took = [&] {
        const double now = cpu_s();
        return now - std::exchange(at, now);
    };
    const auto report = reports::build_group_report(world.request, all, *world.ledger, world.names).value();
    fmt::print("students {}\nmodel    {:.2f} CPU s\n", count, took());
    const std::string pdf = reports::render_pdf(report, reports::Language::fr, "");
    fmt::print("pdf      {:.2f} CPU s  {} pages  {:.2f} MB\n", took(), pages_of(pdf),
               static_cast<double>(pdf.size()) / 1e6);
    const std::string xlsx = reports::render_xlsx(report, reports::Language::fr);
    fmt::print("xlsx     {:.2f} CPU s  {:.2f} MB\n", took(), static_cast<double>(xlsx.size()) / 1e6);
    const std::string html = reports::render_html(report, reports::Language::fr);
    fmt::print("html     {:.2f} CPU s  {:.2f} MB\n", took(), static_cast<double>(html.size()) / 1e6);
    fmt::print("memory   {} MB\n", peak_kb() / 1024);
}

}  // namespace

int main(int count, char** words) try {
    if (count != 3) {
        fmt::print(stderr, "assidu-bench-reports students|group N\n");
        return 2;
    }
    std::string where = (fs::temp_directory_path() / "assidu-bench-XXXXXX").string();
    if (::mkdtemp(where.data()) == nullptr) return 1;
    const std::size_t number = std::stoul(words[2]);
    std::string_view(words[1]) == "group" ? group(where, number) : students(where, number);
    fs::remove_all(where);
    return 0;
} catch (const std::exception& error) {
    fmt::print(stderr, "assidu-bench-reports: {}\n", error.what());
    return 1;
}
