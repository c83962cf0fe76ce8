#include "node/collect/csv_header.h"

#include <fmt/format.h>

#include "node/collect/text.h"

namespace assidu::node::collect {

std::string lower_name(std::string_view field) {
    return lower_ascii(trimmed(field));
}

std::string folded_name(std::string_view field) {
    std::string storage;
    return folded(decoded(field, storage));
}

config::Result<CsvHeader> read_header(CsvReader& reader, CsvRecord& record,
                                      std::string (*normal)(std::string_view)) {
    const std::string& file = reader.source().name();
    if (!reader.next(record)) return config::refuse(fmt::format("{}: is empty", file));
    if (!record.refused.empty())
        return config::refuse(fmt::format("{}:{}: the line that names the columns is broken: {}", file,
                                          record.line, record.refused));
    CsvHeader header;
    header.names.reserve(record.fields.size());
    for (const std::string_view field : record.fields)
        header.names.push_back(normal(field));
    return header;
}

bool is_record(const CsvRecord& record, std::size_t columns, std::string& reason) {
    if (!record.refused.empty()) {
        reason.assign(record.refused);
        return false;
    }
    if (record.fields.size() != columns) {
        reason = fmt::format("the record has {} fields, the header has {}", record.fields.size(), columns);
        return false;
    }
    return true;
}

}  // namespace assidu::node::collect
