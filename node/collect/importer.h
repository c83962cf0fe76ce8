// The import of files: recognise, read, select, archive; every row accounted for.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/refusal.h"
#include "node/collect/log_page_time.h"
#include "node/collect/recognise.h"
#include "node/node.h"

namespace assidu::node::collect {

struct ImportOptions {
    bool strict = false;                  // the first broken row ends the import
    std::string timezone;                 // of log page downloads; empty: the settings'
    std::optional<DateOrder> date_order;  // of log page downloads whose dates leave it open
};

// What an import tells while it works. Called from the importing thread.
struct ImportEvents {
    // Bytes of the stored file, of how many; rows read so far.
    std::function<void(std::uint64_t done, std::uint64_t of, std::int64_t rows)> progress;
    // One line about a row that gave no event: "FILE:LINE: reason". The first few of a file, then how many
    // more.
    std::function<void(const std::string& line)> warning;
    // False asks for a clean stop.
    std::function<bool()> wants_more;
};

struct FileImport {
    std::filesystem::path path;
    FileKind kind = FileKind::log_csv;
    // Rows by what became of them. "read" is the sum of all others: "added", "duplicate" (there already),
    // "conflict" (its id is there with other contents), "rejected", and for people who are not students of
    // this node "nobody", "guest", "excluded", "not_selected", "unknown_person". Catalogues have "read",
    // "kept" and "rejected".
    std::map<std::string, std::int64_t> counts;
    std::filesystem::path rejects;     // the file with the rejected rows; empty if there are none
    std::vector<std::string> remarks;  // what the file could not give, in words
    bool complete = false;             // read to its end
};

// Imports one file. A refusal is about the whole file (no log, no time zone, broken from a line on,
// --strict); what was read of it before stays archived, and importing it again is harmless. Throws
// ResourceFailure (disk full, damaged gzip); everything acknowledged by then is kept.
[[nodiscard]] config::Result<void> import_file(Node& node, const std::filesystem::path& path,
                                               const Recognised& recognised, const ImportOptions& options,
                                               const ImportEvents& events, FileImport& result);

}  // namespace assidu::node::collect
