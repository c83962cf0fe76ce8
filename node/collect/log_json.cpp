#include "node/collect/log_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "config/limits.h"
#include "config/utf8.h"
#include "node/collect/json_frames.h"
#include "node/collect/log_row_fields.h"
#include "node/collect/pushed_rows.h"
#include "node/collect/text.h"

namespace assidu::node::collect {
namespace {

using config::limits::kJsonDepthMax;

// Takes the members of one row from nlohmann's parser. Each handler returns false to stop it.
class RowMembers : public nlohmann::json::json_sax_t {
  public:
    // What the row says, or in `reason` why it is none. `broken` if it is not JSON at all.
    bool parse(std::string_view text, std::string& reason) {
        values_.fill({});
        seen_count_ = 0;
        depth_ = 0;
        broken_ = false;
        current_.reset();
        reason_.clear();
        nlohmann::json::sax_parse(text.begin(), text.end(), this);
        reason = reason_;
        return reason_.empty();
    }
    [[nodiscard]] bool broken() const { return broken_; }
    [[nodiscard]] const LogValues& values() const { return values_; }

    bool null() override { return scalar(LogValue::State::null, {}); }
    bool boolean(bool value) override { return scalar(LogValue::State::text, value ? "true" : "false"); }
    bool number_integer(number_integer_t value) override {
        return scalar(LogValue::State::text, fmt::format_int(value).c_str());
    }
    bool number_unsigned(number_unsigned_t value) override {
        return scalar(LogValue::State::text, fmt::format_int(value).c_str());
    }
    bool number_float(number_float_t /*value*/, const string_t& text) override {
        return scalar(LogValue::State::text, text);  // 1.5, 1e3 and what no 64 bits hold: no column takes it
    }
    bool string(string_t& text) override { return scalar(LogValue::State::text, text); }
    bool binary(binary_t& /*value*/) override { return stop("the row is no JSON"); }

    bool start_object(std::size_t /*elements*/) override {
        if (depth_ == 1 && current_) return stop_at_column("is an object");
        return open();
    }
    bool start_array(std::size_t /*elements*/) override {
        if (depth_ == 0) return stop("the row is a JSON array, not an object");
        if (depth_ == 1 && current_) return stop_at_column("is an array");
        return open();
    }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }

    bool key(string_t& name) override {
        if (depth_ != 1) return true;
        const auto end = seen_.begin() + static_cast<std::ptrdiff_t>(seen_count_);
        if (std::find(seen_.begin(), end, name) != end)
            return stop(fmt::format("the member {} stands twice", shown(name)));
        if (seen_count_ == seen_.size()) seen_.emplace_back();
        seen_[seen_count_++] = name;
        if (seen_count_ > config::limits::kColumnsMax) return stop("the row has too many members");
        current_ = log_column(name);
        return true;
    }
    bool parse_error(std::size_t position, const std::string& /*token*/,
                     const nlohmann::detail::exception& /*error*/) override {
        broken_ = true;
        return stop(fmt::format("broken JSON at byte {} of the row", position));
    }

  private:
    bool scalar(LogValue::State state, std::string_view text) {
        if (depth_ == 0) return stop("the row is no JSON object");
        if (depth_ > 1 || !current_) return true;
        const auto column = static_cast<std::size_t>(*current_);
        texts_[column].assign(text);
        values_[column] = {state, texts_[column]};
        return true;
    }
    bool open() {
        if (depth_ == kJsonDepthMax) return stop("the row is nested too deep");
        ++depth_;
        return true;
    }
    bool close() {
        --depth_;
        return true;
    }
    bool stop(std::string why) {
        reason_ = std::move(why);
        return false;
    }
    bool stop_at_column(std::string_view what) {
        return stop(fmt::format("{} {}", name_of(*current_), what));
    }

    LogValues values_;
    std::array<std::string, kLogColumns> texts_;  // what values_ point at
    std::vector<std::string> seen_;  // names of the members so far, the first seen_count_ of them
    std::size_t seen_count_ = 0, depth_ = 0;
    bool broken_ = false;
    std::optional<LogColumn> current_;
    std::string reason_;
};

}  // namespace

struct LogRowParser::Members : RowMembers {};

LogRowParser::LogRowParser() : members_(std::make_unique<Members>()) {}
LogRowParser::~LogRowParser() = default;

bool LogRowParser::parse(std::string_view json, std::string& reason) {
    return members_->parse(json, reason);
}

bool LogRowParser::broken() const {
    return members_->broken();
}

const LogValues& LogRowParser::values() const {
    return members_->values();
}

config::Result<void> read_log_json(ByteSource& source, RowSink& sink) {
    JsonFrames frames(source);
    JsonFrame frame;
    LogRowParser members;
    LogRow row;
    std::string reason;
    while (sink.wants_more() && frames.next(frame)) {
        std::optional<std::int64_t> user_id;
        bool broken = frame.broken;
        if (!frame.refused.empty()) {
            reason.assign(frame.refused);
        } else if (!config::is_utf8(frame.raw)) {
            reason = "the row is not UTF-8";
        } else if (members.parse(frame.raw, reason)) {
            if (read_log_row(members.values(), row, reason)) {
                sink.accept(row, frame.line);
                continue;
            }
            user_id = user_of(members.values());
        } else {
            broken = broken || members.broken();
        }
        sink.reject(frame.line, reason, redacted(frame.raw), user_id);
        if (broken && frame.in_array)
            return config::refuse(
                fmt::format("{}:{}: the JSON array is broken from here on ({}); the rows before were read",
                            source.name(), frame.line, reason));
    }
    return {};
}

}  // namespace assidu::node::collect
