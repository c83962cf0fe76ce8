// Moodle's table logstore_standard_log as CSV: what a database client, a "SELECT ... INTO OUTFILE" or a
// spreadsheet writes of it.
#pragma once

#include "config/refusal.h"
#include "node/collect/byte_source.h"
#include "node/collect/row_sink.h"

namespace assidu::node::collect {

// Reads the whole source into the sink. The first record names the columns (any order, any case; others than
// the known ones are passed over); NULL is an empty field, NULL or \N. What the columns mean and what is
// checked of them stands in log_row_fields.h; a row that fails is rejected and reading goes on, and so is one
// with another number of fields than the header. Refused, before any row: a source without a header, one that
// lacks a required column, one that names a column twice.
[[nodiscard]] config::Result<void> read_log_csv(ByteSource& source, char delimiter, RowSink& sink);

}  // namespace assidu::node::collect
