// Packages from strangers: limits, each at the limit and one past it, and what no writer of ours would make.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/limits.h"
#include "tests/reports/package_sample.h"

namespace assidu::reports::test {
namespace {

using ::testing::HasSubstr;
namespace limits = config::limits;

std::string refusal_of(std::string_view bytes) {
    const auto files = read_zip(bytes);
    return files ? "accepted" : files.error().what;
}

TEST(PackageZip, IsReadBackAsItWasWritten) {
    const std::string zip =
        write_zip({{"b/c.txt", "two"}, {"a", ""}, {"b.txt", std::string("\0x", 2)}}).value();
    const auto files = read_zip(zip).value();
    ASSERT_EQ(files.size(), 3U);
    EXPECT_EQ(files[0].name, "a");
    EXPECT_EQ(files[1].name, "b.txt");
    EXPECT_EQ(files[1].bytes, std::string_view("\0x", 2));
    EXPECT_EQ(files[2].bytes, "two");
}

TEST(PackageZip, IsOpenedByOrdinaryPrograms) {
    const tests::TemporaryFolder folder;
    folder.write("p.zip", write_zip({{"a/b.txt", "hello\n"}, {"c.txt", "there\n"}}).value());
    const std::string command =
        "cd " + folder.path().string() +
        " && unzip -tq p.zip > out 2>&1 && unzip -q p.zip && cat a/b.txt c.txt > both";
    ASSERT_EQ(std::system(command.c_str()), 0) << tests::contents_of(folder / "out");
    EXPECT_EQ(tests::contents_of(folder / "both"), "hello\nthere\n");
}

TEST(PackageZip, NamesCannotLeaveTheFolder) {
    for (const char* good : {"a", "a/b", "a-b_c.1/d.txt", "0"})
        EXPECT_TRUE(is_package_name(good)) << good;
    for (const char* bad :
         {"", "/a", "a/", "a//b", "..", "a/../b", ".a", "a/.b", "A", "a b", "a\\b", "c:", "é", "a\n"})
        EXPECT_FALSE(is_package_name(bad)) << bad;
    EXPECT_TRUE(is_package_name(std::string(limits::kPackageNameBytesMax, 'a')));
    EXPECT_FALSE(is_package_name(std::string(limits::kPackageNameBytesMax + 1, 'a')));
}

TEST(PackageZip, HoldsAsManyFilesAsTheLimitAndNotOneMore) {
    std::vector<ZipFile> files;
    for (std::size_t i = 0; i < limits::kPackageFilesMax; ++i)
        files.push_back({"f" + std::to_string(i), ""});
    EXPECT_EQ(refusal_of(write_zip(files).value()), "accepted");
    files.push_back({"one-more", ""});
    EXPECT_THAT(write_zip(files).error().what, HasSubstr("more than 4096 files"));
}

TEST(PackageZip, HoldsAsManyBytesAsTheLimitAndNotOneMore) {
    constexpr std::size_t kAround = 30 + 46 + 2 + 22;
    std::string bytes(limits::kPackageBytesMax - kAround, 'x');
    const std::string zip = write_zip({{"a", bytes}}).value();
    EXPECT_EQ(zip.size(), limits::kPackageBytesMax);
    EXPECT_EQ(refusal_of(zip), "accepted");
    EXPECT_THAT(refusal_of(zip + "x"), HasSubstr("longer than"));
    bytes.push_back('x');
    EXPECT_THAT(write_zip({{"a", bytes}}).error().what, HasSubstr("longer than"));
}

TEST(PackageZip, RefusesWhatNoWriterOfOursMakes) {
    EXPECT_THAT(write_zip({{"a", ""}, {"a", ""}}).error().what, HasSubstr("order of names"));
    EXPECT_THAT(write_zip({{"../a", ""}}).error().what, HasSubstr("no name"));
    EXPECT_THAT(refusal_of(""), HasSubstr("no zip"));
    EXPECT_THAT(refusal_of("PK\x05\x06" + std::string(18, '\0')), HasSubstr("no zip"));
    // A size that goes past the end, and a directory that names another file than the headers do.
    std::string zip = write_zip({{"a", "xyz"}}).value();
    std::string huge = zip;
    huge[20] = '\x7f';
    EXPECT_THAT(refusal_of(huge), HasSubstr("no zip"));
    std::string other = zip;
    other[other.rfind("a")] = 'b';
    EXPECT_THAT(refusal_of(other), HasSubstr("not those of the one zip"));
    // As `zip` itself would write it: another version, a date, an extra field.
    std::string dated = zip;
    dated[12] = '\x22';
    EXPECT_THAT(refusal_of(dated), HasSubstr("not those of the one zip"));
}

class HostilePackages : public PackageSample {
  protected:
    static std::string keys(std::size_t count) {
        std::vector<PackageKey> made;
        const auto key = rpc::VerifyingKey::of(std::string(32, 'k')).value();
        for (std::size_t i = 0; i < count; ++i)
            made.push_back({"node-" + std::to_string(i), "", key, 0});
        return keys_document(made);
    }
    static std::string proofs(std::size_t rows, std::size_t path) {
        std::vector<federation::ProvenRow> made(
            rows, {1, 0, std::string(32, 's'), "{}", std::vector<federation::Sha256Digest>(path)});
        return proof_lines(made);
    }
};

TEST_F(HostilePackages, KeysRowsAndPathsHaveTheirLimits) {
    EXPECT_TRUE(read_keys(keys(limits::kPackageKeysMax)));
    EXPECT_THAT(read_keys(keys(limits::kPackageKeysMax + 1)).error().what, HasSubstr("not 1 to 1000 keys"));
    EXPECT_FALSE(read_keys(keys(0)));
    EXPECT_TRUE(read_proof_lines(proofs(limits::kPackageRowsMax, 0), 1));
    EXPECT_THAT(read_proof_lines(proofs(limits::kPackageRowsMax + 1, 0), 1).error().what,
                HasSubstr("more than 100000 rows"));
    EXPECT_TRUE(read_proof_lines(proofs(1, limits::kPackagePathMax), 1));
    EXPECT_THAT(read_proof_lines(proofs(1, limits::kPackagePathMax + 1), 1).error().what,
                HasSubstr("no proof of a row"));
    EXPECT_THAT(read_proof_lines("", 1).error().what, HasSubstr("no row"));
    const std::string good = proofs(1, 1);
    for (const std::string& bad : {" " + good, "0" + good, good.substr(1), good.substr(0, good.size() - 1),
                                   std::string("-1 x - {}\n"), std::string("99999999999999999999 x - {}\n")})
        EXPECT_FALSE(read_proof_lines(bad, 1)) << bad;
}

TEST_F(HostilePackages, DataLongerThanTheLimitOrTooDeepIsRefusedBeforeAnybodyWalksIt) {
    const auto with_data = [&](const std::string& data) {
        std::vector<ZipFile> files = files_of(hub_package_of(bob));
        file_in(files, kDataName) = data;
        return outcome_of(verify_package(signed_again(files, hub_key), hub_root()), Check::totals);
    };
    EXPECT_THAT(with_data("[" + std::string(limits::kPackageJsonBytesMax, ' ')), HasSubstr("longer than"));
    EXPECT_THAT(with_data("\"" + std::string(limits::kPackageJsonBytesMax - 2, 'x') + "\""),
                HasSubstr("not a student's report"));
    std::string deep = "1";
    for (std::size_t i = 0; i < limits::kJsonDepthMax + 1; ++i)
        deep = "[" + deep + "]";
    EXPECT_THAT(with_data(deep), HasSubstr("nested deeper"));
    EXPECT_THAT(with_data(std::string(1 << 20, '[')), HasSubstr("nested deeper"));
    EXPECT_THAT(with_data("{\"a\":1,\"a\":2}"), HasSubstr("twice"));
    EXPECT_THAT(with_data("[1.5]"), HasSubstr("not canonical"));
    EXPECT_THAT(with_data(""), HasSubstr("not JSON"));
}

TEST_F(HostilePackages, AMembersWordThatNoReaderWouldTakeIsRefusedByName) {
    constexpr std::int64_t kYear14645 = 400'000'000'000;
    node->ledger->add_outage(kNode, {at("2026-03-24", 2, 0), kYear14645, "panne"});
    federation::StudentLedger changed = ada_ledger();
    changed.rows[5].events += 1;  // the 24th is declared again, and with it the outage
    put({changed, bob_ledger()});
    declare(at("2026-04-02", 5, 0));
    deliver();
    EXPECT_THAT(try_hub_package_of(ada).error().what,
                HasSubstr("member 'univ-test' declared gives no package that holds"));
}

TEST_F(HostilePackages, FilesThatNobodyKnowsAreRefused) {
    for (const char* name : {"extra.txt", "proofs/1.txt", "proofs/00000009.txt", "statements/00000001.txt",
                             "proofs/x", "statements/99999999999999999999.note"}) {
        std::vector<ZipFile> files = files_of(hub_package_of(bob));
        files.push_back({name, "x"});
        EXPECT_THAT(outcome_of(verify_package(signed_again(files, hub_key), hub_root()), Check::manifest),
                    HasSubstr("is no file of a package"))
            << name;
    }
}

TEST_F(HostilePackages, AFileLessIsRefused) {
    const std::vector<ZipFile> files = files_of(hub_package_of(bob));
    for (const ZipFile& left_out : files) {
        std::vector<ZipFile> fewer = files;
        std::erase_if(fewer, [&](const ZipFile& file) { return file.name == left_out.name; });
        EXPECT_EQ(verify_package(write_zip(fewer).value(), hub_root()).verdict, Verdict::refused)
            << left_out.name;
        // Of what is not only for people, the issuer cannot leave anything out either; a receipt it may.
        const bool free = left_out.name == kManifestName || left_out.name.starts_with("documents/") ||
                          left_out.name.starts_with("method/") || left_out.name == kReceiptName;
        if (free) continue;
        EXPECT_EQ(verify_package(signed_again(fewer, hub_key), hub_root()).verdict, Verdict::refused)
            << left_out.name;
    }
}

}  // namespace
}  // namespace assidu::reports::test
