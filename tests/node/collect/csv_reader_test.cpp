#include "node/collect/csv_reader.h"

#include <gtest/gtest.h>

#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "config/limits.h"
#include "tests/node/collect/reading.h"
#include "tests/seed.h"

namespace assidu::node::collect {
namespace {

using config::limits::kColumnsMax;
using config::limits::kRecordBytesMax;
using testing::PiecesSource;

struct Read {
    std::uint64_t line = 0;
    std::vector<std::string> fields;
    std::string raw, refused;
    bool operator==(const Read&) const = default;
};

void PrintTo(const Read& read, std::ostream* out) {
    *out << "line " << read.line << ", " << read.fields.size() << " fields, raw \"" << read.raw << "\", "
         << read.refused;
}

std::vector<Read> read(const std::string& bytes, std::size_t piece = std::string::npos,
                       char delimiter = ',') {
    PiecesSource source(bytes, piece);
    CsvReader reader(source, delimiter);
    CsvRecord record;
    std::vector<Read> all;
    while (reader.next(record))
        all.push_back({record.line,
                       {record.fields.begin(), record.fields.end()},
                       std::string(record.raw),
                       std::string(record.refused)});
    EXPECT_FALSE(reader.next(record)) << "the end stays the end";
    return all;
}

// The same whatever the pieces in which the source gives its bytes.
std::vector<Read> read_in_pieces(const std::string& bytes) {
    const std::vector<Read> whole = read(bytes);
    for (std::size_t piece = 1; piece <= 9; ++piece)
        EXPECT_EQ(read(bytes, piece), whole) << "pieces of " << piece;
    return whole;
}

using Fields = std::vector<std::string>;

TEST(CsvReader, EveryLineEndEndsARecord) {
    for (const std::string end : {"\n", "\r\n", "\r"}) {
        const auto all = read_in_pieces("a,b" + end + "c,d" + end + end + "e,f");
        ASSERT_EQ(all.size(), 3U);
        EXPECT_EQ(all[0].fields, (Fields{"a", "b"}));
        EXPECT_EQ(all[1].fields, (Fields{"c", "d"}));
        EXPECT_EQ(all[2].fields, (Fields{"e", "f"}));
        EXPECT_EQ(all[1].line, 2U);
        EXPECT_EQ(all[2].line, 4U) << "the empty line counts";
        EXPECT_EQ(all[1].raw, "c,d");
    }
}

TEST(CsvReader, LineEndsMayBeMixed) {
    const auto all = read_in_pieces("a\rb\nc\r\nd\n\re");
    ASSERT_EQ(all.size(), 5U);
    EXPECT_EQ(all[4].fields, Fields{"e"});
    EXPECT_EQ(all[4].line, 6U);
}

TEST(CsvReader, QuotesHoldDelimitersLineBreaksAndQuotes) {
    const auto all = read_in_pieces("1,\"a,b\",\"x\ny\r\nz\r!\",\"say \"\"yes\"\"\",\"\"\"\",\"\"\n2,b\n");
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].fields, (Fields{"1", "a,b", "x\ny\r\nz\r!", "say \"yes\"", "\"", ""}));
    EXPECT_EQ(all[1].line, 5U) << "three line breaks stand inside the quotes";
}

TEST(CsvReader, AQuoteInsideAnUnquotedFieldIsACharacter) {
    const auto all = read_in_pieces("5\" disk,a \"b\" c\n");
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].fields, (Fields{"5\" disk", "a \"b\" c"}));
}

TEST(CsvReader, EmptyFieldsAreFields) {
    EXPECT_EQ(read_in_pieces(",\n")[0].fields, (Fields{"", ""}));
    EXPECT_EQ(read_in_pieces(",")[0].fields, (Fields{"", ""}));
    EXPECT_EQ(read_in_pieces("a,,\"\",")[0].fields, (Fields{"a", "", "", ""}));
    EXPECT_EQ(read_in_pieces("\"\"")[0].fields, Fields{""});
    EXPECT_TRUE(read_in_pieces("").empty());
    EXPECT_TRUE(read_in_pieces("\n\r\n\r").empty());
}

TEST(CsvReader, OtherDelimiters) {
    EXPECT_EQ(read("a;b,c;\"d;e\"", std::string::npos, ';')[0].fields, (Fields{"a", "b,c", "d;e"}));
    EXPECT_EQ(read("a\tb c\t\\N", std::string::npos, '\t')[0].fields, (Fields{"a", "b c", "\\N"}));
}

TEST(CsvReader, AByteOrderMarkIsPassedOver) {
    const auto all = read_in_pieces("\xef\xbb\xbfid,name\n");
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].fields, (Fields{"id", "name"}));
    EXPECT_TRUE(read_in_pieces("\xef\xbb\xbf").empty());
    EXPECT_EQ(read_in_pieces("\xef\xbb")[0].fields, Fields{"\xef\xbb"});
}

TEST(CsvReader, TextBehindAClosingQuoteCostsItsLine) {
    const auto all = read_in_pieces("1,\"a\"b,c\n2,d\n");
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].refused, "text stands behind a closing quote");
    EXPECT_EQ(all[0].raw, "1,\"a\"b,c");
    EXPECT_TRUE(all[0].fields.empty());
    EXPECT_EQ(all[1].fields, (Fields{"2", "d"}));
    EXPECT_EQ(all[1].line, 2U);
}

TEST(CsvReader, AQuoteThatNeverClosesCostsItsLine) {
    const auto all = read_in_pieces("1,a\n2,\"b\n3,c\r\n4,d");
    ASSERT_EQ(all.size(), 4U);
    EXPECT_EQ(all[1].refused, "a quote never closes");
    EXPECT_EQ(all[1].raw, "2,\"b");
    EXPECT_EQ(all[1].line, 2U);
    EXPECT_EQ(all[2].fields, (Fields{"3", "c"}));
    EXPECT_EQ(all[2].line, 3U);
    EXPECT_EQ(all[3].line, 4U);
}

TEST(CsvReader, AQuoteThatNeverClosesInALongFileCostsItsLine) {
    std::string bytes = "1,\"b\n";
    const std::size_t lines = 2 * kRecordBytesMax / 8;
    for (std::size_t i = 0; i < lines; ++i)
        bytes += "22,4567\n";
    const auto all = read(bytes);
    ASSERT_EQ(all.size(), lines + 1);
    EXPECT_FALSE(all[0].refused.empty());
    EXPECT_EQ(all[0].raw, "1,\"b");
    EXPECT_EQ(all[1].fields, (Fields{"22", "4567"}));
    EXPECT_EQ(all.back().line, lines + 1);
}

TEST(CsvReader, ARecordMayBeAsLongAsTheLimitAndNotOneByteLonger) {
    for (const bool quoted : {false, true})
        for (const std::string end : {"\n", "\r\n", ""})
            for (const std::size_t piece : {std::size_t{5000}, std::string::npos}) {
                const std::string field(kRecordBytesMax - (quoted ? 4 : 2), 'x');
                const std::string good = quoted ? "a,\"" + field + "\"" : "a," + field;
                auto all = read(good + end, piece);
                ASSERT_EQ(all.size(), 1U);
                EXPECT_EQ(all[0].refused, "");
                EXPECT_EQ(all[0].raw.size(), kRecordBytesMax);
                all = read("a" + good + (end.empty() ? "" : end + "b,c"), piece);
                EXPECT_EQ(all[0].refused.substr(0, 22), "the record is too long");
                EXPECT_EQ(all[0].raw.size(), kRecordBytesMax);
                if (end.empty()) continue;
                ASSERT_EQ(all.size(), 2U);
                EXPECT_EQ(all[1].fields, (Fields{"b", "c"}));
                EXPECT_EQ(all[1].line, 2U);
            }
}

TEST(CsvReader, TheRestOfAVeryLongLineIsNotReadAsRecords) {
    // Delimiters and quotes all along, so that any piece of the line would look like a record.
    std::string line = "1,\"";
    while (line.size() < 3 * kRecordBytesMax)
        line += "2,\\core\\event\\course_viewed,\"\",";
    for (const std::string end : {"\n", "\r\n", "\r"}) {
        const auto all = read("0,x" + end + line + end + "9,y" + end, 100'000);
        ASSERT_EQ(all.size(), 3U);
        EXPECT_FALSE(all[1].refused.empty());
        EXPECT_EQ(all[1].raw, line.substr(0, kRecordBytesMax));
        EXPECT_EQ(all[2].fields, (Fields{"9", "y"}));
        EXPECT_EQ(all[2].line, 3U);
    }
    EXPECT_EQ(read(line).size(), 1U);
}

TEST(CsvReader, ALineRefusedBeforeItsEndIsReadIsPassedOverWhole) {
    const auto all = read_in_pieces("\"a\"b" + std::string(50, ',') + "\nc\n");
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[1].fields, Fields{"c"});
}

TEST(CsvReader, AsManyFieldsAsTheLimitAndNotOneMore) {
    const std::string most(kColumnsMax - 1, ',');
    EXPECT_EQ(read_in_pieces(most + "\nz")[0].fields.size(), kColumnsMax);
    const auto all = read_in_pieces(most + ",\nz");
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].refused, "the record has too many fields");
    EXPECT_EQ(all[1].fields, Fields{"z"});
}

TEST(CsvReader, AFileCutOffAnywhereGivesItsFirstRecordsAndNoInventedOne) {
    const std::string whole = "1,\"a,b\"\r\n2,\"x\ny\"\"z\"\n3,c\n";
    const std::vector<Read> good = read(whole);
    ASSERT_EQ(good.size(), 3U);
    const std::vector<std::size_t> ends = {7, 19, 23};
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        const std::string cut = whole.substr(0, size);
        const auto all = read_in_pieces(cut);
        for (std::size_t i = 0; i < good.size(); ++i)
            if (ends[i] <= size) {
                ASSERT_GT(all.size(), i);
                EXPECT_EQ(all[i], good[i]);
            }
        // Inside the quotes of the second record (the first of them is byte 11): refused, never given out as
        // it stands. Cut between the two quotes of a doubled one (16 bytes) nobody can tell.
        if (size > 11 && size < 19 && size != 16) {
            EXPECT_EQ(all[1].refused, "a quote never closes") << size;
        }
    }
}

TEST(CsvReader, RandomRecordsComeBackAsTheyWereWritten) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const std::string characters = "ab,;\"\n\r\t \xc3\xa9";
    for (int round = 0; round < 300; ++round) {
        const char delimiter = ",;\t"[random() % 3];
        const std::string end = std::vector<std::string>{"\n", "\r\n", "\r"}[random() % 3];
        std::vector<Fields> records;
        std::string bytes;
        for (std::size_t r = random() % 8; r > 0; --r) {
            Fields fields;
            for (std::size_t f = 1 + random() % 5; f > 0; --f) {
                std::string field;
                for (std::size_t c = random() % 7; c > 0; --c)
                    field += characters[random() % characters.size()];
                const bool must_quote =
                    field.find_first_of(std::string("\"\r\n") + delimiter) != std::string::npos;
                if (!fields.empty()) bytes += delimiter;
                if (must_quote || random() % 2 == 0 || field.empty()) {
                    bytes += '"';
                    for (const char c : field)
                        bytes += c == '"' ? std::string("\"\"") : std::string(1, c);
                    bytes += '"';
                } else {
                    bytes += field;
                }
                fields.push_back(field);
            }
            records.push_back(fields);
            bytes += end;
        }
        const auto all = read(bytes, 1 + random() % 40, delimiter);
        ASSERT_EQ(all.size(), records.size()) << bytes;
        for (std::size_t i = 0; i < all.size(); ++i)
            EXPECT_EQ(all[i].fields, records[i]);
    }
}

// What the header promises, one byte after the other, of texts far below the limits.
class Careful {
  public:
    explicit Careful(const std::string& bytes) : bytes_(bytes) {}

    std::vector<Read> all() {
        std::vector<Read> found;
        for (;;) {
            while (at_ < bytes_.size() && ends_line(at_))
                pass_line_end(at_, line_);
            if (at_ == bytes_.size()) return found;
            found.push_back(one());
        }
    }

  private:
    [[nodiscard]] bool ends_line(std::size_t at) const { return bytes_[at] == '\n' || bytes_[at] == '\r'; }
    void pass_line_end(std::size_t& at, std::uint64_t& line) const {
        if (bytes_[at] == '\r' && at + 1 < bytes_.size() && bytes_[at + 1] == '\n') ++at;
        ++at;
        ++line;
    }
    Read refused(const char* why) {
        std::size_t end = at_;
        while (end < bytes_.size() && !ends_line(end))
            ++end;
        Read read{line_, {}, bytes_.substr(at_, end - at_), why};
        at_ = end;
        return read;
    }
    Read one() {
        Read read{line_, {}, {}, {}};
        std::uint64_t line = line_;
        for (std::size_t at = at_;; ++at) {
            std::string field;
            if (at < bytes_.size() && bytes_[at] == '"') {
                for (++at;; ++at) {
                    if (at == bytes_.size()) return refused("a quote never closes");
                    if (bytes_[at] == '"') {
                        if (at + 1 == bytes_.size() || bytes_[at + 1] != '"') break;
                        ++at;
                    } else if (bytes_[at] == '\n' || (bytes_[at] == '\r' && bytes_[at + 1] != '\n')) {
                        ++line;
                    }
                    field += bytes_[at];
                }
                ++at;
                if (at < bytes_.size() && bytes_[at] != ',' && !ends_line(at))
                    return refused("text stands behind a closing quote");
            } else {
                for (; at < bytes_.size() && bytes_[at] != ',' && !ends_line(at); ++at)
                    field += bytes_[at];
            }
            read.fields.push_back(field);
            if (at < bytes_.size() && bytes_[at] == ',') continue;
            read.raw = bytes_.substr(at_, at - at_);
            at_ = at;
            line_ = line;
            return read;
        }
    }

    const std::string& bytes_;
    std::size_t at_ = 0;
    std::uint64_t line_ = 1;
};

TEST(CsvReader, TextsOfMarksAreReadAsOneByteAfterTheOtherWouldBe) {
    tests::Dice dice(tests::test_seed());
    int refused = 0;
    for (int round = 0; round < 6'000 && !::testing::Test::HasFailure(); ++round) {
        // From nearly none to nearly all out of the ordinary.
        const std::int64_t odd = dice.roll(2, 60);
        std::string bytes;
        for (std::int64_t records = dice.roll(1, 12); records > 0; --records) {
            for (std::int64_t fields = dice.roll(1, 9); fields > 0; --fields) {
                const bool quoted = dice.one_in(2);
                std::string field(static_cast<std::size_t>(dice.roll(0, dice.one_in(6) ? 70 : 8)), 'x');
                if (quoted && dice.one_in(3)) field += "\"\"y,";
                if (quoted) field = '"' + field + '"';
                if (dice.one_in(odd)) field.insert(field.begin(), "\"\n\r,z"[dice.roll(0, 4)]);
                if (dice.one_in(odd)) field.push_back("\"\n\r,z"[dice.roll(0, 4)]);
                bytes += field + (fields > 1 ? "," : dice.one_in(3) ? "\r\n" : "\n");
            }
        }
        if (dice.one_in(4))
            bytes.resize(bytes.size() - std::min(bytes.size(), static_cast<std::size_t>(dice.roll(1, 3))));
        const std::vector<Read> expected = Careful(bytes).all();
        for (const Read& read : expected)
            refused += read.refused.empty() ? 0 : 1;
        EXPECT_EQ(read(bytes), expected) << bytes;
        const auto piece = static_cast<std::size_t>(dice.roll(1, 80));
        EXPECT_EQ(read(bytes, piece), expected) << bytes << "\nin pieces of " << piece;
    }
    EXPECT_GT(refused, 100);
}

TEST(CsvReader, RandomBytesNeverCrashItAndEveryLineIsAccountedFor) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const std::string characters = "a,\"\n\r";
    for (int round = 0; round < 2000; ++round) {
        std::string bytes;
        for (std::size_t c = random() % 60; c > 0; --c)
            bytes += characters[random() % characters.size()];
        const auto whole = read(bytes);
        EXPECT_EQ(read(bytes, 1 + random() % 5), whole) << bytes;
        std::uint64_t line = 0;
        for (const Read& record : whole) {
            EXPECT_GT(record.line, line) << bytes;
            line = record.line;
        }
    }
}

}  // namespace
}  // namespace assidu::node::collect
