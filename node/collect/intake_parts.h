// What every kind of import has: an intake of its own, and a file of rows that gave nothing. Only for the
// importers.
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "config/limits.h"
#include "node/collect/byte_source.h"
#include "node/collect/importer.h"
#include "node/collect/rejects_file.h"
#include "node/node.h"

namespace assidu::node::collect {

// What every kind of import does with rows that give nothing.
class Rejects {
  public:
    Rejects(const NodeFolder& folder, const std::filesystem::path& source, std::int64_t intake,
            const ImportEvents& events)
        : source_(source.string()),
          events_(events),
          file_(folder.rejects() / fmt::format("{}-{}.jsonl", short_name(source), intake), source,
                RejectsFile::IfThere::replace) {}
    // Of one intake in many parts.
    static Rejects in_parts(const NodeFolder& folder, const std::string& source, const ImportEvents& events) {
        return Rejects(folder.rejects() / (source + ".jsonl"), source, events);
    }

    void add(std::uint64_t line, std::string_view reason, std::string_view record) {
        file_.add(line, reason, record);
        last_ = fmt::format("{}:{}: {}", source_, line, reason);
        if (static_cast<std::size_t>(file_.count()) <= config::limits::kRejectsPrintedMax)
            events_.warning(last_);
    }
    // Says how many more there were, once all are synced.
    void finish(FileImport& result) {
        file_.sync();
        if (file_.count() == 0) return;
        result.rejects = file_.path();
        const std::int64_t more =
            file_.count() - static_cast<std::int64_t>(config::limits::kRejectsPrintedMax);
        if (more > 0) events_.warning(fmt::format("{}: and {} more rejected rows", source_, more));
    }
    [[nodiscard]] std::int64_t count() const { return file_.count(); }
    [[nodiscard]] const std::string& last() const { return last_; }

  private:
    Rejects(const std::filesystem::path& path, const std::string& source, const ImportEvents& events)
        : source_(source), events_(events), file_(path, source, RejectsFile::IfThere::append) {}

    // Of a name as long as a file system allows, what leaves room for the number and the ending.
    static std::string short_name(const std::filesystem::path& source) {
        constexpr std::size_t kNameBytesKept = 200;
        return source.filename().string().substr(0, kNameBytesKept);
    }

    std::string source_, last_;
    const ImportEvents& events_;
    RejectsFile file_;
};

[[nodiscard]] archive::Intake begin_intake(Node& node, const std::filesystem::path& path, FileKind kind);
// Of a source that was read to its end.
void end_intake(Node& node, archive::Intake& intake, ByteSource& source, const FileImport& result);

}  // namespace assidu::node::collect
