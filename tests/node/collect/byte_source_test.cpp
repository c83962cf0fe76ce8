#include "node/collect/byte_source.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <memory>
#include <string>

#include "config/digest.h"
#include "tests/node/collect/reading.h"

namespace assidu::node::collect {
namespace {

using testing::Folder;

std::string gzip(std::string_view text) {
    z_stream stream{};
    EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    std::string packed(deflateBound(&stream, static_cast<uLong>(text.size())) + 64, '\0');
    std::string input(text);
    stream.next_in = reinterpret_cast<Bytef*>(input.data());
    stream.avail_in = static_cast<uInt>(input.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

std::string drain(ByteSource& source, std::size_t piece = 7) {
    std::string all, buffer(piece, '\0');
    while (const std::size_t got = source.read(buffer.data(), buffer.size()))
        all.append(buffer, 0, got);
    EXPECT_EQ(source.read(buffer.data(), buffer.size()), 0U) << "the end stays the end";
    return all;
}

std::string drain(const std::filesystem::path& path) {
    auto source = ByteSource::open(path);
    if (!source) return "refused: " + source.error().what;
    return drain(**source);
}

TEST(ByteSource, GivesThePlainBytesAndTheDigestOfTheFile) {
    const Folder folder;
    for (const std::string text : {"", "a", "ab", "abc", "id,eventname\n1,x\n"}) {
        auto source = ByteSource::open(folder.file("plain.csv", text));
        ASSERT_TRUE(source);
        EXPECT_EQ(drain(**source), text);
        EXPECT_EQ((*source)->stored_sha256(), config::hex(config::sha256(text)));
        EXPECT_EQ((*source)->stored_size(), text.size());
        EXPECT_EQ((*source)->stored_offset(), text.size());
    }
}

TEST(ByteSource, UnpacksGzipByContentNotByName) {
    const Folder folder;
    const std::string packed = gzip("hello");
    auto source = ByteSource::open(folder.file("plain.csv", packed));
    ASSERT_TRUE(source);
    EXPECT_EQ(drain(**source), "hello");
    EXPECT_EQ((*source)->stored_sha256(), config::hex(config::sha256(packed)));
}

TEST(ByteSource, ReadsAllMembersOfAGzipFileAndPassesOverItsPadding) {
    const Folder folder;
    const std::string packed = gzip("one,") + gzip("") + gzip("two") + std::string(1000, '\0');
    EXPECT_EQ(drain(folder.file("log.gz", packed)), "one,two");
    EXPECT_EQ(drain(folder.file("log.gz", gzip("one,") + std::string(3, '\0') + gzip("two"))), "one,two");
}

TEST(ByteSource, AGzipFileCutOffAnywhereIsAFailureThatNamesIt) {
    const Folder folder;
    const std::string packed = gzip("id,eventname,timecreated,userid\n1,a,2,3\n");
    for (std::size_t size = 2; size < packed.size(); ++size) {
        try {
            drain(folder.file("cut.gz", packed.substr(0, size)));
            FAIL() << "accepted a gzip file of " << size << " bytes of " << packed.size();
        } catch (const config::ResourceFailure& failure) {
            EXPECT_NE(std::string(failure.what()).find("cut.gz"), std::string::npos);
        }
    }
}

TEST(ByteSource, ADamagedGzipFileIsAFailure) {
    const Folder folder;
    const std::string packed = gzip(std::string(100'000, 'x') + "id,eventname");
    std::string damaged = packed;
    damaged[damaged.size() - 6] =
        static_cast<char>(damaged[damaged.size() - 6] ^ 0x10);  // inside the checksum
    EXPECT_THROW(drain(folder.file("damaged.gz", damaged)), config::ResourceFailure);
    EXPECT_THROW(drain(folder.file("tail.gz", packed + "rubbish")), config::ResourceFailure);
}

TEST(ByteSource, AMissingFileAndAFolderAreRefusedByName) {
    const Folder folder;
    const auto missing = ByteSource::open(folder.path() / "none.csv");
    ASSERT_FALSE(missing);
    EXPECT_NE(missing.error().what.find("none.csv: cannot open: No such file"), std::string::npos)
        << missing.error().what;
    const auto is_folder = ByteSource::open(folder.path());
    ASSERT_FALSE(is_folder);
    EXPECT_NE(is_folder.error().what.find("is a folder"), std::string::npos);
}

TEST(ByteSource, GivesBytesFromMemory) {
    const auto source = ByteSource::of("body", "\x1f\x8b not unpacked");
    EXPECT_EQ(source->name(), "body");
    EXPECT_EQ(drain(*source), "\x1f\x8b not unpacked");
    EXPECT_EQ(source->stored_sha256(), config::hex(config::sha256("\x1f\x8b not unpacked")));
}

}  // namespace
}  // namespace assidu::node::collect
