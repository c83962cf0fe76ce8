#include "tests/bench/totals.h"

#include <algorithm>
#include <map>
#include <thread>
#include <vector>

#include "config/civil_calendar.h"
#include "node/attendance/daily_totals.h"
#include "node/attendance/engine.h"
#include "node/attendance/rules.h"
#include "node/collect/byte_source.h"
#include "node/collect/log_csv.h"
#include "node/collect/row_sink.h"
#include "tests/bench/cells.h"
#include "tests/bench/event_chunks.h"

namespace assidu::bench {
namespace {

constexpr std::int64_t kGuest = 1;

// Events by student.
class EventSink final : public node::collect::RowSink {
  public:
    void accept(node::LogRow& row, std::uint64_t /*line*/) override { add(row, key_of(row.shape)); }
    void accept_alike(node::LogRow& row, const node::EventShape& shape, std::size_t number,
                      std::uint64_t /*line*/) override {
        if (number == by_number_.size()) by_number_.push_back(key_of(shape));
        add(row, by_number_[number]);
    }
    void reject(std::uint64_t /*line*/, std::string_view /*reason*/, std::string_view /*record*/,
                std::optional<std::int64_t> /*user_id*/) override {
        ++rejected_;
    }
    [[nodiscard]] bool wants_more() const override { return true; }

    [[nodiscard]] const std::vector<node::EventShape>& shapes() const { return shapes_; }
    [[nodiscard]] std::int64_t rejected() const { return rejected_; }
    [[nodiscard]] const EventChunks& students() const { return students_; }

  private:
    node::ShapeKey key_of(const node::EventShape& shape) {
        const auto [at, is_new] = keys_.try_emplace(shape, static_cast<node::ShapeKey>(shapes_.size()));
        if (is_new) shapes_.push_back(shape);
        return at->second;
    }
    void add(const node::LogRow& row, node::ShapeKey shape) {
        if (row.user_id <= kGuest) return;
        students_.add(row.user_id, {row.time_s, row.id, row.course, row.activity, shape});
    }

    std::map<node::EventShape, node::ShapeKey> keys_;
    std::vector<node::ShapeKey> by_number_;
    std::vector<node::EventShape> shapes_;
    EventChunks students_;
    std::int64_t rejected_ = 0;
};

Tuple totals_of(std::span<const std::int64_t> users, const EventChunks& students,
                const node::attendance::CompiledScale& scale, const config::CivilCalendar& calendar) {
    Tuple tuple;
    std::vector<node::Event> events;
    for (const std::int64_t user : users) {
        students.copy(user, events);
        node::attendance::order_events(events);
        const auto attendance = node::attendance::attend({events, {}, {}, {}}, scale, calendar, kAsOf);
        for (const federation::LedgerRow& row : node::attendance::daily_rows(attendance, calendar, {}))
            add_cells(row, user, tuple);
    }
    return tuple;
}

}  // namespace

config::Result<Tuple> totals_of_csv(const std::filesystem::path& csv, const config::Scale& scale,
                                    int threads) {
    const auto source = node::collect::ByteSource::open(csv, node::collect::ByteSource::Digest::none);
    if (!source) return std::unexpected(source.error());
    EventSink sink;
    if (const auto read = node::collect::read_log_csv(**source, ',', sink); !read)
        return std::unexpected(read.error());
    if (sink.rejected() > 0) return config::refuse("the benchmark's data must have no broken row");
    const auto calendar = config::CivilCalendar::of(scale.timezone);
    if (!calendar) return std::unexpected(calendar.error());
    const node::attendance::CompiledScale compiled(scale, sink.shapes());

    const std::vector<std::int64_t> users = sink.students().users();
    const std::span<const std::int64_t> all(users);
    if (threads == 1) return totals_of(all, sink.students(), compiled, *calendar);

    const auto calendar2 = config::CivilCalendar::of(scale.timezone);
    Tuple first, second;
    std::thread other(
        [&] { second = totals_of(all.subspan(all.size() / 2), sink.students(), compiled, *calendar2); });
    first = totals_of(all.subspan(0, all.size() / 2), sink.students(), compiled, *calendar);
    other.join();
    return Tuple{first.groups + second.groups, first.seconds + second.seconds, first.events + second.events,
                 first.checksum + second.checksum};
}

}  // namespace assidu::bench
