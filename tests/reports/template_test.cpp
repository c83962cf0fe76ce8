// Templates: strict, and a logo that is a file from outside.
#include "reports/template/template.h"

#include <cairo.h>
#include <gmock/gmock.h>
#include <zlib.h>

#include <cstdlib>
#include <functional>
#include <nlohmann/json.hpp>
#include <regex>

#include "config/limits.h"
#include "reports/print/render_pdf.h"
#include "reports/print/render_xlsx.h"
#include "reports/render.h"
#include "reports/render_look.h"
#include "tests/reports/read_back_printed.h"
#include "tests/reports/sample.h"

namespace assidu::reports::test {
namespace {

namespace limits = config::limits;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;
using tests::contents_of;

std::string png(int width, int height) {
    cairo_surface_t* const surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height);
    cairo_t* const cairo = cairo_create(surface);
    cairo_set_source_rgb(cairo, 0.1, 0.3, 0.6);
    cairo_rectangle(cairo, 0, 0, width, height / 2.0);
    cairo_fill(cairo);
    std::string bytes;
    const auto append = [](void* to, const unsigned char* data, unsigned size) {
        static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(data), size);
        return CAIRO_STATUS_SUCCESS;
    };
    cairo_surface_write_to_png_stream(surface, append, &bytes);
    cairo_destroy(cairo);
    cairo_surface_destroy(surface);
    return bytes;
}

std::string chunk(const std::string& type, const std::string& data) {
    const auto number = [](std::uint32_t value) {
        return std::string{static_cast<char>(value >> 24), static_cast<char>(value >> 16),
                           static_cast<char>(value >> 8), static_cast<char>(value)};
    };
    const std::string body = type + data;
    return number(static_cast<std::uint32_t>(data.size())) + body +
           number(static_cast<std::uint32_t>(
               ::crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()))));
}

TEST(Logo, IsLeftWithNothingButItsPixels) {
    const std::string plain = png(40, 20);
    const auto read = read_logo(plain);
    ASSERT_TRUE(read) << read.error().what;
    EXPECT_EQ(read->width, 40U);
    EXPECT_EQ(read->height, 20U);
    std::string spoken = plain;
    spoken.insert(33, chunk("tEXt", std::string("Comment\0secret", 14)) + chunk("eXIf", "camera"));
    const auto cleaned = read_logo(spoken);
    ASSERT_TRUE(cleaned) << cleaned.error().what;
    EXPECT_THAT(cleaned->png, Not(HasSubstr("secret")));
    EXPECT_EQ(cleaned->png, read->png);
}

TEST(Logo, IsRefusedWhateverIsDoneToIt) {
    const std::string good = png(30, 30);
    EXPECT_FALSE(read_logo(""));
    EXPECT_FALSE(read_logo("GIF89a"));
    EXPECT_FALSE(read_logo(good + "behind"));
    for (std::size_t size = 0; size < good.size(); ++size)
        EXPECT_FALSE(read_logo(std::string_view(good).substr(0, size))) << size;
    // Every single bit: refused, or in the end the same as without it. (Chunks have checksums.)
    for (std::size_t i = 0; i < good.size() * 8; ++i) {
        std::string flipped = good;
        flipped[i / 8] = static_cast<char>(flipped[i / 8] ^ (1 << (i % 8)));
        EXPECT_FALSE(read_logo(flipped)) << i;
    }
    // A bomb: a header of a size that the data do not have, with a good checksum.
    std::string header = good.substr(16, 13);
    const auto with_size = [&](unsigned width, unsigned height) {
        std::string changed = header;
        for (int i = 0; i < 4; ++i) {
            changed[static_cast<std::size_t>(i)] = static_cast<char>(width >> (24 - 8 * i));
            changed[static_cast<std::size_t>(4 + i)] = static_cast<char>(height >> (24 - 8 * i));
        }
        return good.substr(0, 8) + chunk("IHDR", changed) + good.substr(33);
    };
    EXPECT_TRUE(read_logo(with_size(30, 30)));
    EXPECT_FALSE(read_logo(with_size(limits::kLogoPixelsMax + 1, 30)));
    EXPECT_FALSE(read_logo(with_size(0x7fffffff, 0x7fffffff)));
    EXPECT_FALSE(read_logo(with_size(0, 30)));
    EXPECT_TRUE(read_logo(png(limits::kLogoPixelsMax, 1)));
    EXPECT_FALSE(read_logo(png(limits::kLogoPixelsMax + 1, 1)));
    std::string longest = good;
    longest.insert(33, chunk("tEXt", std::string(limits::kLogoBytesMax - good.size() - 12, 'x')));
    ASSERT_EQ(longest.size(), limits::kLogoBytesMax);
    EXPECT_TRUE(read_logo(longest));
    longest = good;
    longest.insert(33, chunk("tEXt", std::string(limits::kLogoBytesMax - good.size() - 11, 'x')));
    EXPECT_FALSE(read_logo(longest));
}

class Templates : public Sample {
  protected:
    void SetUp() override {
        Sample::SetUp();
        put({ada_ledger(), bob_ledger()});
        folder.write("logo.png", png(120, 40));
    }
    static json whole() {
        return json::parse(R"({
          "format": 1, "id": "lyon", "version": 3,
          "provider": {"name": "Université de Lyon – SFC", "siret": "12345678901234", "activity_number": "82690000001",
                       "address": ["1 rue de l’Exemple", "69000 Lyon"], "representative": "Mme Claire Martin, directrice"},
          "logo": {"file": "logo.png", "width_mm": 40, "alt": {"fr": "Logo de l’université"}},
          "header": {"fr": ["Service de la formation continue"], "en": ["Continuing education"]},
          "legal": {"fr": ["Déclaration d’activité enregistrée auprès du préfet."]},
          "footer": {"fr": "SFC – sfc@lyon.example"},
          "signatories": {"fr": ["La directrice du SFC", "Le stagiaire"]},
          "place": "Lyon",
          "columns": {"days": ["first", "last", "measured", "credited"]},
          "sections": ["months", "days", "courses", "findings"],
          "funders": [{"funder": "OPCO Atlas", "legal": {"fr": ["Selon la convention Atlas."]},
                       "columns": {"days": ["measured", "credited"]}}]
        })");
    }
    config::Result<Template> read(const json& document) const {
        folder.write("template.json", document.dump());
        return Template::read(folder.path());
    }
    std::string objection(const json& document) const {
        const auto made = read(document);
        return made ? "" : made.error().what;
    }
    std::string text_of(const std::string& pdf) const {
        folder.write("report.pdf", pdf);
        const std::string line = "cd " + folder.path().string() + " && pdftotext -layout report.pdf out";
        EXPECT_EQ(std::system(line.c_str()), 0);
        return contents_of(folder / "out");
    }
};

TEST_F(Templates, StandOnEveryDocument) {
    const auto made = read(whole());
    ASSERT_TRUE(made) << made.error().what;
    StudentReport report = student_report(ada);
    report.provenance.used_template = made->identity();
    const Look look = made->look(Language::fr, "");
    for (const std::string& text : {text_of(render_pdf(report, Language::fr, "", look)),
                                    text_of(render_certificate(report, "", look))}) {
        for (const char* said :
             {"Université de Lyon – SFC", "12345678901234", "82690000001", "Service de la formation continue",
              "Déclaration d’activité enregistrée", "SFC – sfc@lyon.example"})
            EXPECT_THAT(text, HasSubstr(said));
    }
    const std::string pdf = text_of(render_pdf(report, Language::fr, "", look));
    EXPECT_THAT(pdf, HasSubstr("La directrice du SFC"));
    EXPECT_THAT(pdf, HasSubstr("Fait à Lyon"));
    EXPECT_THAT(pdf, Not(HasSubstr("Sessions qui")));
    EXPECT_THAT(text_of(render_certificate(report, "", look)), HasSubstr("Mme Claire Martin, directrice"));
    const std::string html = render_html(report, Language::fr, look);
    EXPECT_THAT(html, HasSubstr("data:image/png;base64,"));
    EXPECT_THAT(html, HasSubstr("img-src data:"));
    EXPECT_THAT(html, HasSubstr("alt=\"Logo de l’université\""));
    EXPECT_THAT(html, HasSubstr("Déclaration d’activité enregistrée"));
    EXPECT_THAT(render_html(report, Language::fr), Not(HasSubstr("img-src")));
    const Cells cells = cells_of(render_xlsx(report, Language::fr, look));
    EXPECT_FALSE(cells.contains("Sessions"));
    EXPECT_EQ(cells.at("Par jour").at(0).size(), 7U);  // day, first, last, four of times
    const json data = json::parse(render_json(report));
    EXPECT_EQ(data["provenance"]["template"]["id"], "lyon");
    EXPECT_EQ(data["provenance"]["template"]["sha256"], made->identity().sha256);
}

TEST_F(Templates, AFunderHasItsOwnWords) {
    const auto made = read(whole());
    ASSERT_TRUE(made) << made.error().what;
    EXPECT_EQ(made->funders(), std::vector<std::string>{"OPCO Atlas"});
    const Look own = made->look(Language::fr, "opco atlas"), all = made->look(Language::fr, "Région");
    EXPECT_EQ(own.legal, std::vector<std::string>{"Selon la convention Atlas."});
    EXPECT_EQ(all.legal, std::vector<std::string>{"Déclaration d’activité enregistrée auprès du préfet."});
    EXPECT_EQ(own.header, all.header);
    EXPECT_FALSE(own.shows_day("first"));
    EXPECT_TRUE(all.shows_day("first"));
    EXPECT_FALSE(all.shows_section("sessions"));
    EXPECT_EQ(made->look(Language::en, "").header, std::vector<std::string>{"Continuing education"});
    EXPECT_EQ(made->look(Language::en, "").footer,
              "SFC – sfc@lyon.example");  // French where English is not said
}

TEST_F(Templates, TheSmallestOneChangesNothing) {
    const auto made = read(json::parse(R"({"format": 1, "id": "x", "version": 1})"));
    ASSERT_TRUE(made) << made.error().what;
    const StudentReport report = student_report(ada);
    const Look look = made->look(Language::fr, "");
    EXPECT_EQ(render_html(report, Language::fr, look), render_html(report, Language::fr));
    EXPECT_EQ(render_pdf(report, Language::fr, "", look), render_pdf(report, Language::fr, ""));
}

TEST_F(Templates, EveryKeyThatIsNotKnownIsNamed) {
    for (const char* place : {"/x", "/provider/x", "/logo/x", "/header/de", "/columns/x", "/funders/0/x",
                              "/funders/0/columns/x"}) {
        json document = whole();
        document[json::json_pointer(place)] = "x";
        const std::string key = std::string(place).substr(std::string(place).rfind('/') + 1);
        EXPECT_THAT(objection(document), HasSubstr(key)) << place;
        EXPECT_NE(objection(document), "") << place;
    }
}

TEST_F(Templates, EveryWrongValueIsNamedByItsKey) {
    const std::pair<const char*, json> kWrong[] = {
        {"/format", 2},
        {"/id", "Lyon"},
        {"/version", 0},
        {"/provider/siret", "123"},
        {"/provider/activity_number", "abc"},
        {"/logo/file", "../logo.png"},
        {"/logo/file", ".logo.png"},
        {"/logo/file", "missing.png"},
        {"/logo/file", "template.json"},
        {"/logo/width_mm", 4},
        {"/logo/width_mm", 121},
        {"/header", json::object()},
        {"/header/fr", json::array({"two\nlines"})},
        {"/header/fr", json(std::vector<std::string>(limits::kTemplateLinesMax + 1, "x"))},
        {"/header/fr", json::array({std::string(limits::kTemplateTextBytesMax + 1, 'x')})},
        {"/signatories/fr", json(std::vector<std::string>(limits::kTemplateSignatoriesMax + 1, "x"))},
        {"/footer/fr", json::array({"x"})},
        {"/columns/days", json::array({"first"})},
        {"/columns/days", json::array({"measured", "credited", "measured"})},
        {"/columns/courses", json::array({"measured", "credited", "colour"})},
        {"/sections", json::array({"x"})},
        {"/funders/0/funder", ""},
        {"/place", ""},
    };
    for (const auto& [place, value] : kWrong) {
        json document = whole();
        document[json::json_pointer(place)] = value;
        const std::string said = objection(document);
        std::string key = std::string(place).substr(1);
        key = key.substr(0, key.find('/'));
        EXPECT_THAT(said, HasSubstr(key)) << place << " " << value;
    }
    json twice = whole();
    twice["funders"].push_back({{"funder", "OPCO ATLAS"}});
    EXPECT_THAT(objection(twice), HasSubstr("stands twice"));
    json most = whole();
    most["header"]["fr"] =
        std::vector<std::string>(limits::kTemplateLinesMax, std::string(limits::kTemplateTextBytesMax, 'x'));
    EXPECT_EQ(objection(most), "");
    json funders = whole();
    funders["funders"] = json::array();
    while (funders["funders"].size() < limits::kTemplateFundersMax)
        funders["funders"].push_back({{"funder", "F" + std::to_string(funders["funders"].size())}});
    EXPECT_EQ(objection(funders), "");
    funders["funders"].push_back({{"funder", "one more"}});
    EXPECT_THAT(objection(funders), HasSubstr("at most 200"));
    folder.write("template.json", std::string(limits::kTemplateBytesMax + 1, ' '));
    EXPECT_FALSE(Template::read(folder.path()));
    std::filesystem::create_symlink(folder / "logo.png", folder / "link.png");
    json link = whole();
    link["logo"]["file"] = "link.png";
    EXPECT_THAT(objection(link), HasSubstr("symbolic link"));
}

// The published schema, as far as it is used here: the good one holds, and every key of the reader is in it.
TEST_F(Templates, TheSchemaKnowsTheKeysThatTheReaderKnows) {
    const json schema =
        json::parse(contents_of(std::string(ASSIDU_SOURCE_DIR) + "/docs/formats/template.schema.json"));
    const std::string page = contents_of(std::string(ASSIDU_SOURCE_DIR) + "/docs/formats/template.md");
    const std::function<void(const json&, const json&)> walk = [&](const json& rule, const json& value) {
        if (value.is_array() && rule.contains("items"))
            for (const json& item : value)
                walk(rule["items"], item);
        if (!value.is_object()) return;
        ASSERT_TRUE(rule.contains("properties")) << value.dump();
        EXPECT_EQ(rule.value("additionalProperties", true), false) << value.dump();
        for (const auto& [key, member] : value.items()) {
            ASSERT_TRUE(rule["properties"].contains(key)) << key;
            walk(rule["properties"][key], member);
        }
    };
    walk(schema, whole());
    // Each key of the schema alone, with nothing said, is known to the reader.
    for (const auto& [key, rule] : schema["properties"].items()) {
        EXPECT_THAT(page, HasSubstr("`" + key + "`"));
        json document = whole();
        document[key] = nullptr;
        EXPECT_THAT(objection(document), Not(HasSubstr("is not known to this version"))) << key;
    }
}

}  // namespace
}  // namespace assidu::reports::test
