#include "node/attendance/trial/event_file.h"

#include <fmt/format.h>

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "config/limits.h"
#include "node/collect/byte_source.h"
#include "node/collect/log_csv.h"
#include "node/collect/log_json.h"
#include "node/collect/recognise.h"
#include "node/collect/row_sink.h"

namespace assidu::node::attendance::trial {
namespace {

using config::Result;

class Collecting : public collect::RowSink {
  public:
    Collecting(EventFile& file, std::string name, std::optional<std::int64_t> only,
               const std::function<bool()>& wants_more)
        : file_(file), name_(std::move(name)), only_(only), wants_more_(wants_more) {}

    void accept(LogRow& row, std::uint64_t) override {
        if (only_ && row.user_id != *only_) return;
        if (!ids_.insert(row.id).second) return;
        TrialRow trial{row.id,
                       row.time_s,
                       row.user_id,
                       row.course,
                       row.activity,
                       nullptr,
                       row.activity,
                       false,
                       row.shape.origin.empty(),
                       ""};
        std::shared_ptr<const EventShape>& shape = shapes_[row.shape];
        if (!shape) shape = std::make_shared<const EventShape>(row.shape);
        trial.shape = shape;
        file_.students[row.user_id].rows.push_back(std::move(trial));
    }
    void reject(std::uint64_t line, std::string_view reason, std::string_view,
                std::optional<std::int64_t>) override {
        ++file_.rejected;
        if (file_.rejections.size() < config::limits::kRejectsPrintedMax)
            file_.rejections.push_back(fmt::format("{}:{}: {}", name_, line, reason));
    }
    [[nodiscard]] bool wants_more() const override { return wants_more_(); }

  private:
    EventFile& file_;
    std::string name_;
    std::optional<std::int64_t> only_;
    const std::function<bool()>& wants_more_;
    std::unordered_set<std::int64_t> ids_;
    std::map<EventShape, std::shared_ptr<const EventShape>> shapes_;
};

// Up to `max` bytes, or one more where there are more.
std::string head_of(collect::ByteSource& source, std::size_t max) {
    std::string bytes;
    std::string piece(std::size_t{64} * 1024, '\0');
    while (bytes.size() <= max) {
        const std::size_t got = source.read(piece.data(), std::min(piece.size(), max + 1 - bytes.size()));
        if (got == 0) break;
        bytes.append(piece, 0, got);
    }
    return bytes;
}

// One object whose rows stand in its member `logs`; a row itself begins with a brace too.
bool has_form_of_case(std::string_view head) {
    const std::size_t brace = head.find_first_not_of(" \t\r\n");
    const std::size_t logs = head.find("\"logs\"");
    return brace != std::string_view::npos && head[brace] == '{' && logs != std::string_view::npos &&
           logs < head.find("\"timecreated\"");
}

Result<EventFile> read_case_form(const std::filesystem::path& path) {
    auto source = collect::ByteSource::open(path, collect::ByteSource::Digest::none);
    if (!source) return std::unexpected(source.error());
    const std::string text = head_of(**source, config::limits::kCasesBytesMax);
    if (text.size() > config::limits::kCasesBytesMax)
        return config::refuse(
            fmt::format("{}: longer than {} bytes", path.string(), config::limits::kCasesBytesMax));
    const auto document = config::parse_strict_json(text, path.string());
    if (!document) return std::unexpected(document.error());
    if (document->contains("cases"))
        return config::refuse(fmt::format("{}: a file of cases: try it with --cases", path.string()));
    EventFile file;
    std::vector<std::string> objections;
    try {
        config::ObjectReader reader(*document, "", objections);
        file.catalogue = read_catalogue(reader);
        read_students(reader, file.catalogue, file.students);
        // The rest of a case is its question, which a trial asks in words of its own.
        for (const char* key :
             {"id",     "title",         "notes",       "engine",          "timezone",
              "userid", "currentcourse", "now",         "as_of",           "from",
              "to",     "config",        "scale",       "expected",        "verified",
              "ltc",    "ltc_expect",    "credit_rule", "tracked_courses", "dedication_courses"})
            (void)reader.find(key, /*required=*/false);
        reader.finish();
    } catch (const nlohmann::json::exception& error) {
        objections.emplace_back(error.what());
    }
    if (!objections.empty())
        return config::refuse(fmt::format("{}: {}", path.string(), fmt::join(objections, "; ")));
    return file;
}

}  // namespace

Result<EventFile> read_event_file(const std::filesystem::path& path, std::optional<std::int64_t> only,
                                  const std::function<bool()>& wants_more) {
    auto first = collect::ByteSource::open(path, collect::ByteSource::Digest::none);
    if (!first) return std::unexpected(first.error());
    if (has_form_of_case(head_of(**first, config::limits::kSniffBytes))) return read_case_form(path);
    const auto recognised = collect::recognise(path);
    if (!recognised) return std::unexpected(recognised.error());
    if (recognised->kind != collect::FileKind::log_csv && recognised->kind != collect::FileKind::log_json)
        return config::refuse(
            fmt::format("{}: {}; a trial takes dumps of logstore_standard_log (CSV or JSON)", path.string(),
                        collect::words_of(recognised->kind)));
    auto source = collect::ByteSource::open(path, collect::ByteSource::Digest::none);
    if (!source) return std::unexpected(source.error());
    EventFile file;
    Collecting sink(file, path.string(), only, wants_more);
    const Result<void> read = recognised->kind == collect::FileKind::log_csv
                                  ? collect::read_log_csv(**source, recognised->delimiter, sink)
                                  : collect::read_log_json(**source, sink);
    if (!read) return std::unexpected(read.error());
    return file;
}

}  // namespace assidu::node::attendance::trial
