#include "node/collect/text.h"

#include <gtest/gtest.h>

namespace assidu::node::collect {
namespace {

TEST(Text, PlainTextHasNoControlCharacters) {
    EXPECT_FALSE(is_plain_text("a\nb"));
    EXPECT_FALSE(is_plain_text("a\x7f"));
    EXPECT_FALSE(is_plain_text("\xc2\x85"));
    EXPECT_TRUE(is_plain_text("\xc3\x89t\xc3\xa9"));
}

TEST(Text, ReadsWindows1252WhereItIsNotUtf8) {
    std::string storage;
    EXPECT_EQ(decoded("\xc9t\xe9 \x80 \x85 l\x92", storage),
              "\xc3\x89t\xc3\xa9 \xe2\x82\xac \xe2\x80\xa6 l\xe2\x80\x99");
    EXPECT_EQ(decoded("\xc3\xa9", storage), "\xc3\xa9") << "UTF-8 stays";
}

TEST(Text, FoldsCaseAccentsSpacesAndApostrophes) {
    EXPECT_EQ(folded(" Nom  de l\xe2\x80\x99\xc3\x89v\xc3\xa9nement\xc2\xa0"), "nom de l'evenement");
    EXPECT_EQ(folded("LE\xc3\x87ON \xc5\x93uvre"), "lecon oeuvre");
}

TEST(Text, CutsBetweenCharacters) {
    EXPECT_EQ(cleaned("  a\n\tb  ", 10), "a b");
    EXPECT_EQ(cleaned("\xc3\xa9\xc3\xa9", 3), "\xc3\xa9");
}

TEST(Text, AnyBytesAreOnePrintableLine) {
    EXPECT_EQ(printable("journal d'été.csv"), "journal d'été.csv");
    EXPECT_EQ(printable("a\x1b[2J\n\r\t\x7f"), "a\\x1B[2J\\x0A\\x0D\\x09\\x7F");
    EXPECT_EQ(printable("\xff\xc2\x9b"), "\\xFF\\xC2\\x9B") << "no UTF-8; C1, which terminals obey too";
    EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
    EXPECT_EQ(printable(""), "");
}

TEST(Text, ShowsBytesSafely) {
    EXPECT_EQ(shown("a\x1b[31m\xff\n"), "'a\\x1B[31m\\xFF\\x0A'");
    EXPECT_EQ(shown("abcdef", 3), "'abc...'");
}

}  // namespace
}  // namespace assidu::node::collect
