// Rows of logstore_standard_log as JSON: the body that the plugin local_log_sender posts (an array of objects
// whose columns are strings or null), the same body after body, or one object a line (NDJSON).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "config/refusal.h"
#include "node/collect/byte_source.h"
#include "node/collect/log_row_fields.h"
#include "node/collect/row_sink.h"

namespace assidu::node::collect {

// One row: the JSON object of it into named values.
class LogRowParser {
  public:
    LogRowParser();
    ~LogRowParser();
    LogRowParser(const LogRowParser&) = delete;
    LogRowParser& operator=(const LogRowParser&) = delete;

    // False if it is none that may be read, with the first reason. `json` must be UTF-8.
    [[nodiscard]] bool parse(std::string_view json, std::string& reason);
    // Of the last parse(): it was no JSON at all.
    [[nodiscard]] bool broken() const;
    // Of the last parse(), until the next.
    [[nodiscard]] const LogValues& values() const;

  private:
    struct Members;
    std::unique_ptr<Members> members_;
};

// Reads the whole source into the sink, one row at a time: memory does not grow with it. Values are
// strings, whole numbers or null; members other than the known columns (`useremail`, `username`,
// `activity_definition`) are passed over, whatever they hold. What the columns mean and what is checked
// of them stands in log_row_fields.h.
//
// A row is rejected, and reading goes on, if a column is missing or wrong, a member stands twice, the row
// is no object, is not UTF-8, is longer than limits::kRecordBytesMax or deeper than
// limits::kJsonDepthMax. Where the JSON itself is broken:
// - outside of an array, the line is rejected and reading goes on with the next one;
// - inside an array, nothing behind the break can be trusted to be a row: what was read before stays, the
//   broken piece is rejected, and the source is refused, naming the line.
// What is rejected goes to the sink as redacted() leaves it (pushed_rows.h).
[[nodiscard]] config::Result<void> read_log_json(ByteSource& source, RowSink& sink);

}  // namespace assidu::node::collect
