#include "node/collect/evidence_import.h"

#include <fmt/format.h>

#include <map>
#include <string>
#include <vector>

#include "config/limits.h"
#include "node/collect/evidence_csv.h"
#include "node/collect/intake_parts.h"
#include "node/collect/selection.h"

namespace assidu::node::collect {
namespace {

using config::Result;

// Records that are put down together.
constexpr std::size_t kRecordsABatch = 50'000;
constexpr std::int64_t kRowsAProgress = 4096;

class EvidenceImport {
  public:
    EvidenceImport(Node& node, const ImportOptions& options, const ImportEvents& events, ByteSource& source,
                   Rejects& rejects)
        : node_(node),
          options_(options),
          events_(events),
          source_(source),
          rejects_(rejects),
          selector_(node) {}

    void take(EvidenceRecord& record) {
        count_read();
        const std::int64_t user = user_of(record);
        if (user != 0 && !is_ours(user)) return;
        std::visit([&](auto& one) { add(one); }, record);
        if (++waiting_ == kRecordsABatch) flush();
    }

    void reject(std::uint64_t line, std::string_view reason, std::string_view record, std::int64_t user) {
        count_read();
        if (user != 0 && !is_ours(user)) return;
        ++counts_["rejected"];
        rejects_.add(line, reason, record);
    }

    void flush() {
        const std::int64_t changed = put(completions_) + put(declarations_) + put(foreign_) +
                                     put(enrolments_) + put(roles_) + put(categories_) + put(worths_);
        const auto records = static_cast<std::int64_t>(records_);
        counts_["kept"] += changed;
        counts_["duplicate"] += records - changed;
        records_ = 0;
        waiting_ = 0;
    }

    [[nodiscard]] bool goes_on() const {
        return events_.wants_more() && !(options_.strict && rejects_.count() > 0);
    }
    [[nodiscard]] std::map<std::string, std::int64_t> counts() const {
        auto counts = counts_;
        counts["read"] = read_;
        std::erase_if(counts, [](const auto& one) { return one.first != "read" && one.second == 0; });
        return counts;
    }

  private:
    void count_read() {
        if (++read_ % kRowsAProgress == 0)
            events_.progress(source_.stored_offset(), source_.stored_size(), read_);
    }

    bool is_ours(std::int64_t user) {
        const Selected selected = selector_.of(user);
        if (selected != Selected::yes) ++counts_[std::string(code_of(selected))];
        return selected == Selected::yes;
    }

    void add(archive::CompletionRecord& record) { keep(completions_, record); }
    void add(archive::DeclarationRecord& record) { keep(declarations_, record); }
    void add(archive::ForeignRecord& record) { keep(foreign_, record); }
    void add(std::vector<archive::EnrolmentState>& states) {
        for (archive::EnrolmentState& state : states)
            keep(enrolments_, state);
    }
    void add(archive::RoleState& record) { keep(roles_, record); }
    void add(archive::CategoryPath& record) { keep(categories_, record); }
    void add(archive::ActivityWorth& record) { keep(worths_, record); }

    template <class Record>
    void keep(std::vector<Record>& records, Record& record) {
        records.push_back(std::move(record));
        ++records_;
    }

    template <class Record>
    std::int64_t put(std::vector<Record>& records) {
        if (records.empty()) return 0;
        const std::int64_t changed = node_.evidence().put(node_.source(), std::span<const Record>(records));
        records.clear();
        return changed;
    }

    Node& node_;
    const ImportOptions& options_;
    const ImportEvents& events_;
    ByteSource& source_;
    Rejects& rejects_;
    Selector selector_;
    std::map<std::string, std::int64_t> counts_;  // but for "read"
    std::int64_t read_ = 0;
    std::size_t waiting_ = 0, records_ = 0;
    std::vector<archive::CompletionRecord> completions_;
    std::vector<archive::DeclarationRecord> declarations_;
    std::vector<archive::ForeignRecord> foreign_;
    std::vector<archive::EnrolmentState> enrolments_;
    std::vector<archive::RoleState> roles_;
    std::vector<archive::CategoryPath> categories_;
    std::vector<archive::ActivityWorth> worths_;
};

}  // namespace

Result<void> import_evidence(Node& node, const std::filesystem::path& path, const Recognised& recognised,
                             const ImportOptions& options, const ImportEvents& events, FileImport& result) {
    if (node.settings().students.needs_catalogue() &&
        node.catalogue().count_people(node.settings().source_name) == 0)
        return config::refuse(fmt::format(
            "{}: the settings select students by the catalogue of people, and there is none: import it "
            "first (or with this file)",
            path.string()));
    auto opened = ByteSource::open(path);
    if (!opened) return std::unexpected(opened.error());
    archive::Intake intake = begin_intake(node, path, recognised.kind);
    Rejects rejects(node.folder(), path, intake.key, events);
    EvidenceImport sink(node, options, events, **opened, rejects);
    EvidenceCallbacks callbacks;
    callbacks.take = [&](EvidenceRecord& record, std::uint64_t) { sink.take(record); };
    callbacks.reject = [&](std::uint64_t line, std::string_view reason, std::string_view record,
                           std::int64_t user) { sink.reject(line, reason, record, user); };
    callbacks.goes_on = [&] { return sink.goes_on(); };
    const auto settle = [&] {
        sink.flush();
        rejects.finish(result);
        result.counts = sink.counts();
    };
    Result<void> read;
    try {
        read = read_evidence(**opened, recognised,
                             node.clock().now_utc_s() + config::limits::kFutureSecondsMax, callbacks);
    } catch (const config::ResourceFailure&) {
        settle();  // what was read before the file broke off is good
        throw;
    }
    settle();
    if (!read) return read;
    if (options.strict && rejects.count() > 0)
        return config::refuse(fmt::format("{} (--strict: nothing behind it was read)", rejects.last()));
    result.complete = events.wants_more();
    if (!result.complete) return {};
    end_intake(node, intake, **opened, result);
    return {};
}

}  // namespace assidu::node::collect
