// docs/receipts.md: the commands that the page gives check a statement and its receipt, and nothing else.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "config/digest.h"
#include "federation/statement.h"
#include "tests/temporary_folder.h"

namespace assidu::federation {
namespace {

using ::testing::HasSubstr;
using tests::contents_of;

class ReceiptsPage : public ::testing::Test {
  protected:
    // All its blocks of commands.
    static std::string commands() {
        const std::string page = contents_of(std::string(ASSIDU_SOURCE_DIR) + "/docs/receipts.md");
        std::string all;
        for (std::size_t at = page.find("```sh\n"); at != std::string::npos; at = page.find("```sh\n", at)) {
            at += 6;
            all += page.substr(at, page.find("```", at) - at);
        }
        return all;
    }
    void write(std::size_t rows) {
        StatementHeader header;
        header.node = "univ-lyon";
        header.kind = StatementKind::roster;
        header.number = 7;
        header.previous = std::string(64, 'a');
        header.issued_utc_s = 1'772'600'000;
        std::vector<SaltedRow> salted;
        for (std::size_t i = 0; i < rows; ++i) {
            const RosterRow row{
                "course", {}, static_cast<std::int64_t>(i) + 10, 0, {{"fullname", "L'été, \\ \"x\""}}};
            salted.push_back({std::string(32, static_cast<char>('a' + i)), roster_row(row)});
        }
        const Statement statement = sign_statement(header, salted, key);
        bytes = encode_statement(statement);
        folder.write("statement", bytes);
        folder.write("receipt",
                     sign_receipt({"pole", "univ-lyon", 7, statement.digest(), 1'772'600'060}, hub));
        folder.write("node.hex", hex_of(key));
        folder.write("hub.hex", hex_of(hub));
        folder.write("check.sh", commands());
    }
    static std::string hex_of(const rpc::SigningKey& one) {
        const std::string& raw = one.verifying_key().raw();
        return config::hex({reinterpret_cast<const std::uint8_t*>(raw.data()), raw.size()}) + "\n";
    }
    bool holds() const {
        const std::string command = "cd " + folder.path().string() +
                                    " && NODE=" + key.verifying_key().fingerprint() +
                                    " HUB=" + hub.verifying_key().fingerprint() + " sh ./check.sh > out 2>&1";
        return std::system(command.c_str()) == 0;
    }

    tests::TemporaryFolder folder;
    rpc::SigningKey key = rpc::SigningKey::generate(), hub = rpc::SigningKey::generate();
    std::string bytes;
};

TEST_F(ReceiptsPage, ItsCommandsCheckAStatementOfAnyNumberOfRowsAndItsReceipt) {
    for (const std::size_t rows : {0U, 1U, 2U, 5U, 8U}) {
        write(rows);
        EXPECT_TRUE(holds()) << rows << contents_of(folder / "out");
        EXPECT_THAT(contents_of(folder / "out"), HasSubstr("statement 7 of univ-lyon holds"));
        EXPECT_THAT(contents_of(folder / "out"), HasSubstr("the hub had it 2026-03-04T"));
    }
}

TEST_F(ReceiptsPage, ItsCommandsRefuseWhatWasChangedOrSignedByOthers) {
    write(5);
    std::string tampered = bytes;
    tampered.replace(tampered.find("L'été"), 2, "D'");
    folder.write("statement", tampered);
    EXPECT_FALSE(holds()) << "a row";
    tampered = bytes;
    tampered.replace(tampered.find("\"number\":7"), 10, "\"number\":8");
    folder.write("statement", tampered);
    EXPECT_FALSE(holds()) << "the header";
    write(5);
    folder.write("receipt", sign_receipt({"pole", "univ-lyon", 7, std::string(64, 'b'), 1'772'600'060}, hub));
    EXPECT_FALSE(holds()) << "a receipt for another";
    folder.write("receipt", sign_receipt({"pole", "univ-lyon", 7, std::string(64, 'b'), 1'772'600'060}, key));
    EXPECT_FALSE(holds()) << "a forged receipt";
    write(5);
    folder.write("hub.hex", hex_of(key));
    EXPECT_FALSE(holds()) << "another hub";
}

}  // namespace
}  // namespace assidu::federation
