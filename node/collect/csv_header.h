// The first record of a CSV file, which names the columns.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "config/refusal.h"
#include "node/collect/csv_reader.h"

namespace assidu::node::collect {

struct CsvHeader {
    std::vector<std::string> names;  // as `normal` made them
};

// The name of a column of a database: trimmed, ASCII letters in lower case.
[[nodiscard]] std::string lower_name(std::string_view field);
// The name of a column that a person reads: decoded (UTF-8 or Windows-1252), without case, accents and
// typography.
[[nodiscard]] std::string folded_name(std::string_view field);

// Reads the header with `reader`, which must be at the beginning; `record` is scratch. Refused, naming the
// file, if there is none or it is broken.
[[nodiscard]] config::Result<CsvHeader> read_header(CsvReader& reader, CsvRecord& record,
                                                    std::string (*normal)(std::string_view));

// True if the record can be read under a header of `columns` names; otherwise `reason` says why not.
[[nodiscard]] bool is_record(const CsvRecord& record, std::size_t columns, std::string& reason);

}  // namespace assidu::node::collect
