// Rows of logstore_standard_log as JSON: the body that the plugin local_log_sender posts (an array of objects
// whose columns are strings or null), the same body after body, or one object a line (NDJSON).
#pragma once

#include "config/refusal.h"
#include "node/collect/byte_source.h"
#include "node/collect/row_sink.h"

namespace assidu::node::collect {

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
[[nodiscard]] config::Result<void> read_log_json(ByteSource& source, RowSink& sink);

}  // namespace assidu::node::collect
