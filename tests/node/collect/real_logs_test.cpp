// Real logs are not ours to give away: they are read where ASSIDU_REAL_LOGS names a folder of them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "node/collect/csv_reader.h"
#include "node/collect/log_csv.h"
#include "node/collect/log_json.h"
#include "node/collect/log_page.h"
#include "node/collect/recognise.h"
#include "tests/node/collect/reading.h"

namespace assidu::node::collect {
namespace {

using testing::KeepingSink;

std::unique_ptr<ByteSource> open(const std::filesystem::path& path) {
    auto source = ByteSource::open(path);
    EXPECT_TRUE(source);
    return std::move(*source);
}

std::size_t records_of(const std::filesystem::path& path, char delimiter) {
    const auto source = open(path);
    CsvReader reader(*source, delimiter);
    CsvRecord record;
    std::size_t records = 0;
    while (reader.next(record))
        ++records;
    return records;
}

TEST(RealLogs, EveryRecordIsAcceptedOrRejected) {
    const char* const folder = std::getenv("ASSIDU_REAL_LOGS");
    if (folder == nullptr) GTEST_SKIP() << "ASSIDU_REAL_LOGS names no folder of real logs";
    const auto calendar = config::CivilCalendar::of("Europe/Paris");
    ASSERT_TRUE(calendar);
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        const std::string name = entry.path().filename().string();
        if (!entry.is_regular_file() ||
            (!name.ends_with(".csv") && !name.ends_with(".csv.gz") && !name.ends_with(".json")))
            continue;
        SCOPED_TRACE(name);
        const auto kind = recognise(entry.path());
        if (!kind || kind->kind >= FileKind::people) continue;
        ++files;
        KeepingSink sink;
        if (kind->kind == FileKind::log_json) {
            const auto done = read_log_json(*open(entry.path()), sink);
            EXPECT_TRUE(done) << done.error().what;
            continue;
        }
        if (kind->kind == FileKind::log_csv) {
            EXPECT_TRUE(read_log_csv(*open(entry.path()), kind->delimiter, sink));
        } else {
            const auto order = find_date_order(*open(entry.path()), kind->delimiter);
            ASSERT_TRUE(order) << order.error().what;
            EXPECT_TRUE(read_log_page(*open(entry.path()), kind->delimiter, {&*calendar, *order, {}}, sink));
        }
        EXPECT_EQ(sink.accepted.size() + sink.rejected.size() + 1, records_of(entry.path(), kind->delimiter));
        for (const testing::Rejected& rejected : sink.rejected)
            EXPECT_FALSE(rejected.reason.empty());
        for (const testing::Accepted& accepted : sink.accepted)
            EXPECT_GT(accepted.row.id, 0);
    }
    EXPECT_GT(files, 0U) << "no logs in " << folder;
}

}  // namespace
}  // namespace assidu::node::collect
