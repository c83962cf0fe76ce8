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

struct PushesImport {
    std::vector<std::filesystem::path> files;  // of lines that read_push() made (pushed_rows.h)
    // Takes a row whose person is not in the catalogue, and which therefore nobody can judge yet.
    std::function<void(const LogRow&)> set_aside;
    std::int64_t rows = 0, added = 0, rejected = 0, set_aside_rows = 0;
    std::filesystem::path rejects;
    bool complete = false;  // read to their end
};

// Imports rows that were pushed: as import_file() does their like, but that nobody's rows are refused for
// want of a catalogue, and that all pushes of a day (UTC) are one intake, of the kind "log_push", and one
// file of rejects: they come hundreds a day. Committed and synced on return, but for what was set aside.
// Refused if the node holds log pages. Throws as import_file() does.
[[nodiscard]] config::Result<void> import_pushes(Node& node, const ImportEvents& events,
                                                 PushesImport& pushes);

}  // namespace assidu::node::collect
