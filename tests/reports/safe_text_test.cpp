#include "reports/safe_text.h"

#include <gtest/gtest.h>

namespace assidu::reports {
namespace {

TEST(SafeText, KeepsEveryCharacterOfValidUtf8) {
    const std::string text = "Éloïse 你好 🙂 a\tb\nc\r\u202f";
    EXPECT_EQ(safe_text(text), text);
}

TEST(SafeText, ReplacesWhatIsNotUtf8ByteByByte) {
    EXPECT_EQ(safe_text("M\xe9lanie"), "M\uFFFDlanie");          // Latin-1
    EXPECT_EQ(safe_text("a\xc3"), "a\uFFFD");                    // cut short
    EXPECT_EQ(safe_text("\xc0\xaf"), "\uFFFD\uFFFD");            // overlong slash
    EXPECT_EQ(safe_text("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD");  // surrogate
    EXPECT_EQ(safe_text("\xf4\x90\x80\x80").size(), 4 * 3U);     // over U+10FFFF
    EXPECT_EQ(safe_text("\xe0\x80\xbcscript"), "\uFFFD\uFFFD\uFFFDscript");
}

TEST(SafeText, ReplacesWhatXmlForbids) {
    EXPECT_EQ(safe_text(std::string_view("a\0b\x01\x1f", 5)), "a\uFFFDb\uFFFD\uFFFD");
    EXPECT_EQ(safe_text("\uFFFE\uFFFF"), "\uFFFD\uFFFD");
}

TEST(CsvField, IsQuotedWhereTheFormatAsksForIt) {
    EXPECT_EQ(csv_field("plain text"), "plain text");
    EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
    EXPECT_EQ(csv_field("say \"x\""), "\"say \"\"x\"\"\"");
    EXPECT_EQ(csv_field("two\nlines"), "\"two\nlines\"");
}

TEST(CsvField, IsNeverAFormula) {
    EXPECT_EQ(csv_field("=1+1"), "'=1+1");
    EXPECT_EQ(csv_field("+33 1"), "'+33 1");
    EXPECT_EQ(csv_field("-x"), "'-x");
    EXPECT_EQ(csv_field("@sum"), "'@sum");
    EXPECT_EQ(csv_field("\tx"), "'\tx");
    EXPECT_EQ(csv_field("=a,b"), "\"'=a,b\"");
}

TEST(CsvField, CanBeReadBackWhateverTheTextWas) {
    EXPECT_EQ(csv_field("'=x"), "''=x");  // else it would read as "=x"
    EXPECT_EQ(csv_field("'quoted'"), "'quoted'");
    EXPECT_EQ(csv_field("'"), "'");
}

TEST(SortKey, FindsNamesWhereAReaderLooksForThem) {
    EXPECT_EQ(sort_key("Élie"), sort_key("ELIE"));
    EXPECT_LT(sort_key("Élie"), sort_key("Faure"));
    EXPECT_EQ(sort_key("Œuvre"), "oeuvre");
    EXPECT_EQ(sort_key("Straße"), "strasse");
    EXPECT_EQ(sort_key("Łódź ÿ Žižka"), "lodz y zizka");
    EXPECT_EQ(sort_key("e\u0301t\u0117"), "ete");
}

}  // namespace
}  // namespace assidu::reports
