#include "node/collect/database/purge_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "node/collect/database/log_pages.h"
#include "node/collect/database/source_watch.h"

namespace assidu::node::collect::database {
namespace {

using Kind = SqlTrouble::Kind;

constexpr std::int64_t kDaySeconds = 86'400, kHourSeconds = 3'600;

class Planner {
  public:
    Planner(Node& node, MoodleDatabase& log, std::string table, const std::function<bool()>& wants_more,
            const std::function<void(std::int64_t)>& progress)
        : node_(node),
          log_(log),
          table_(std::move(table)),
          wants_more_(wants_more),
          progress_(progress),
          state_(node.archive().collection().state(node.source())) {}

    SqlResult<PurgePlan> plan(const LogBounds& bounds) {
        if (state_.read_id == 0) return not_at_all("nothing was collected yet: run `assidu collect`");
        if (bounds.empty()) return not_at_all("the log is empty");
        const auto first = instant("SELECT MIN(timecreated) FROM {}", {});
        const auto open = instant("SELECT MIN(timecreated) FROM {} WHERE id > ?", {state_.safe_id});
        if (!first) return std::unexpected(first.error());
        if (!open) return std::unexpected(open.error());
        plan_.oldest_utc_s = first->value_or(0);
        plan_.up_to_id = state_.safe_id;
        plan_.before_utc_s = open->value_or(std::max(state_.newest_s, bounds.max_time_s) + 1);
        if (*open) {
            const std::int64_t holes =
                node_.archive().collection().count_missing(node_.source(), state_.safe_id, state_.read_id);
            plan_.why.push_back(
                bounds.max_id > state_.read_id
                    ? fmt::format("rows behind id {} are not all collected; the log goes on to id {}",
                                  state_.safe_id, bounds.max_id)
                    : fmt::format("{} ids behind {} are missing and may still appear; they are waited for",
                                  holes, state_.safe_id));
        }
        if (const auto compared = compare(); !compared) return std::unexpected(compared.error());
        plan_.safe = plan_.before_utc_s > plan_.oldest_utc_s && wants_more_();
        if (!wants_more_()) plan_.why.emplace_back("interrupted");
        return plan_;
    }

  private:
    PurgePlan not_at_all(std::string why) {
        plan_.why.push_back(std::move(why));
        return plan_;
    }

    SqlResult<std::optional<std::int64_t>> instant(std::string_view sql,
                                                   std::vector<SqlParameter> parameters) {
        std::optional<std::int64_t> found;
        const auto read = log_.read(fmt::format(fmt::runtime(sql), log_.name_of(table_)), parameters,
                                    [&](const SqlRow& row) {
                                        if (const auto s = row.whole(0)) found = *s;
                                    });
        if (!read) return std::unexpected(read.error());
        return found;
    }

    // Hour by hour from the oldest row on; ends before the first hour in which a row is missing.
    SqlResult<void> compare() {
        for (std::int64_t from_s = plan_.oldest_utc_s; from_s < plan_.before_utc_s && wants_more_();) {
            const std::int64_t hour_end = (from_s / kHourSeconds + 1) * kHourSeconds;
            const std::int64_t to_s = std::min(hour_end, plan_.before_utc_s);
            std::vector<std::int64_t> ids;
            const SqlParameter span[] = {from_s, to_s};
            const auto read =
                log_.read(fmt::format("SELECT id FROM {} WHERE timecreated >= ? AND timecreated < ?",
                                      log_.name_of(table_)),
                          span, [&](const SqlRow& row) { ids.push_back(row.whole(0).value_or(0)); });
            if (!read) return std::unexpected(read.error());
            PurgeDay& day = plan_.days[from_s / kDaySeconds];
            const std::int64_t missing = count(ids, day);
            if (missing > 0) {
                plan_.before_utc_s = from_s;
                plan_.why.push_back(fmt::format(
                    "{} rows of the hour from {} were never collected: `assidu collect` reads them again at "
                    "its next reconciliation",
                    missing, node_.calendar().local_iso(from_s)));
                return {};
            }
            if (progress_) progress_(from_s);
            const auto next = instant("SELECT MIN(timecreated) FROM {} WHERE timecreated >= ?", {to_s});
            if (!next) return std::unexpected(next.error());
            from_s = next->value_or(std::numeric_limits<std::int64_t>::max());
        }
        return {};
    }

    std::int64_t count(std::vector<std::int64_t>& ids, PurgeDay& day) {
        std::ranges::sort(ids);
        std::int64_t missing = 0;
        for (const auto& fate : node_.archive().collection().fates(node_.source(), ids)) {
            ++day.source_rows;
            if (fate)
                ++day.fates.at(static_cast<std::size_t>(*fate));
            else
                ++missing;
        }
        day.missing += missing;
        return missing;
    }

    Node& node_;
    MoodleDatabase& log_;
    std::string table_;
    const std::function<bool()>& wants_more_;
    const std::function<void(std::int64_t)>& progress_;
    archive::CollectorState state_;
    PurgePlan plan_;
};

}  // namespace

SqlResult<PurgePlan> plan_purge(Node& node, const std::function<bool()>& wants_more,
                                const std::function<void(std::int64_t)>& progress) {
    const auto refused = [](const config::Refusal& refusal) {
        return std::unexpected(SqlTrouble{Kind::forbidden, refusal.what});
    };
    const config::Settings& settings = node.settings();
    if (!settings.database)
        return refused({fmt::format("{}: there is no [database]", node.folder().settings().string())});
    const auto pause = [&](std::int64_t) { return wants_more(); };
    auto moodle = MoodleDatabase::of(*settings.database, node.folder().path, pause);
    if (!moodle) return refused(moodle.error());
    auto log = MoodleDatabase::of_log(*settings.database, node.folder().path, pause);
    if (!log) return refused(log.error());
    const std::string table = MoodleDatabase::log_table(*settings.database);
    const TableNeed needs[] = {log_need(table)};
    if (const auto probed = log->probe(needs); !probed) return std::unexpected(probed.error());
    const auto source = read_source_settings(*moodle, *settings.database);
    if (!source) return std::unexpected(source.error());
    const auto bounds = read_bounds(*log, table);
    if (!bounds) return std::unexpected(bounds.error());
    const archive::CollectorState state = node.archive().collection().state(node.source());
    const auto remembered = read_remembered(*log, table, state);
    if (!remembered) return std::unexpected(remembered.error());
    if (const auto same = refuse_other_source(state, settings.site_identifier, *source, *bounds, *remembered);
        !same) {
        PurgePlan plan;
        plan.why.push_back(same.error().what);
        return plan;
    }
    return Planner(node, *log, table, wants_more, progress).plan(*bounds);
}

}  // namespace assidu::node::collect::database
