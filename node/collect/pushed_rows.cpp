#include "node/collect/pushed_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "config/limits.h"
#include "config/utf8.h"
#include "node/collect/byte_source.h"
#include "node/collect/json_frames.h"
#include "node/collect/log_json.h"

namespace assidu::node::collect {
namespace {

constexpr std::array<std::string_view, 4> kNeverKept{"other", "ip", "username", "useremail"};
constexpr std::string_view kSpaces = " \t\r\n";

void append_text(std::string& line, std::string_view text) {
    const bool plain = std::ranges::all_of(text, [](char c) {
        return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\' && c != 0x7f;
    });
    if (plain) {
        line += '"';
        line += text;
        line += '"';
    } else {
        line += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    }
}

std::string line_of(const LogValues& values) {
    std::string line;
    for (std::size_t i = 0; i < kLogColumns; ++i) {
        if (values[i].state == LogValue::State::missing) continue;
        line += line.empty() ? "{\"" : ",\"";
        line += name_of(static_cast<LogColumn>(i));
        line += "\":";
        if (values[i].state == LogValue::State::null)
            line += "null";
        else
            append_text(line, values[i].text);
    }
    return line + "}\n";
}

// A row that gives no event, on one line that nothing can take for more than a line.
std::string line_of_broken(std::string_view raw) {
    std::string text = redacted(raw);
    // Behind which a row would be read as an array, or across lines.
    if (!text.starts_with('{')) {
        text = nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    } else {
        std::ranges::replace_if(text, [](char c) { return c == '\n' || c == '\r'; }, ' ');
    }
    return text + "\n";
}

// The position behind the string that begins at `at`, or the end.
std::size_t behind_string(std::string_view json, std::size_t at) {
    for (++at; at < json.size(); ++at) {
        if (json[at] == '\\')
            ++at;
        else if (json[at] == '"')
            return at + 1;
    }
    return json.size();
}

// The position behind the value that begins at `at`, as far as it is one that can hold text.
std::size_t behind_value(std::string_view json, std::size_t at) {
    std::size_t depth = 0;
    while (at < json.size()) {
        const char c = json[at];
        if (c == '"') {
            at = behind_string(json, at);
        } else if (c == '{' || c == '[') {
            ++depth;
            ++at;
        } else if (depth > 0) {
            if (c == '}' || c == ']') --depth;
            ++at;
        } else {
            return at;
        }
        if (depth == 0) return at;
    }
    return at;
}

}  // namespace

std::string redacted(std::string_view json) {
    std::string kept;
    kept.reserve(json.size());
    std::size_t at = 0;
    while (at < json.size()) {
        if (json[at] != '"') {
            kept += json[at++];
            continue;
        }
        const std::size_t end = behind_string(json, at);
        const std::string_view text = json.substr(at, end - at);
        kept += text;
        const std::size_t colon = std::min(json.find_first_not_of(kSpaces, end), json.size());
        at = end;
        if (colon == json.size() || json[colon] != ':' || text.size() < 2) continue;
        if (std::ranges::find(kNeverKept, text.substr(1, text.size() - 2)) == kNeverKept.end()) continue;
        const std::size_t value = std::min(json.find_first_not_of(kSpaces, colon + 1), json.size());
        kept += json.substr(end, value - end);
        at = behind_value(json, value);
        // Of a value that breaks off after one byte there is no shorter form than none.
        if (at - value >= 2) kept += "\"\"";
    }
    return kept;
}

std::string line_of(const LogRow& row) {
    const EventShape& shape = row.shape;
    const std::string id = fmt::format_int(row.id).str(), time = fmt::format_int(row.time_s).str(),
                      user = fmt::format_int(row.user_id).str(), course = fmt::format_int(row.course).str(),
                      instance = fmt::format_int(row.activity).str(),
                      level = fmt::format_int(shape.context_level).str(),
                      edulevel = fmt::format_int(shape.edulevel).str();
    LogValues values;
    const auto put = [&](LogColumn column, std::string_view text, bool null = false) {
        values[static_cast<std::size_t>(column)] = {null ? LogValue::State::null : LogValue::State::text,
                                                    text};
    };
    put(LogColumn::id, id);
    put(LogColumn::eventname, shape.eventname);
    put(LogColumn::component, shape.component);
    put(LogColumn::action, shape.action);
    put(LogColumn::target, shape.target);
    put(LogColumn::contextlevel, level);
    put(LogColumn::contextinstanceid, instance);
    put(LogColumn::userid, user);
    put(LogColumn::courseid, course);
    put(LogColumn::timecreated, time);
    put(LogColumn::origin, shape.origin, shape.origin.empty());
    put(LogColumn::realuserid, "1", !shape.login_as);
    put(LogColumn::anonymous, shape.anonymous ? "1" : "0");
    put(LogColumn::crud, {&shape.crud, 1}, shape.crud == ' ');
    put(LogColumn::edulevel, edulevel);
    return line_of(values);
}

PushedRows read_push(std::string_view body) {
    PushedRows pushed;
    const std::size_t begin = std::min(body.find_first_not_of(kSpaces), body.size());
    if (begin == body.size()) {
        pushed.objection = "the body is empty";
        return pushed;
    }
    if (body[begin] != '[') {
        pushed.objection = "the body is no JSON array";
        return pushed;
    }
    const auto source = ByteSource::of("push", std::string(body));
    JsonFrames frames(*source);
    JsonFrame frame;
    LogRowParser parser;
    LogRow row;
    std::string reason;
    while (frames.next(frame)) {
        if (++pushed.rows > static_cast<std::int64_t>(config::limits::kPushRowsMax)) {
            pushed = {"", 0, fmt::format("more than {} rows", config::limits::kPushRowsMax)};
            return pushed;
        }
        if (frame.broken || !frame.in_array) {
            --pushed.rows;
            pushed.objection = frame.broken ? std::string(frame.refused) : "bytes behind the array";
            return pushed;
        }
        const bool is_row = frame.refused.empty() && config::is_utf8(frame.raw) &&
                            parser.parse(frame.raw, reason) && read_log_row(parser.values(), row, reason);
        pushed.lines += is_row ? line_of(parser.values()) : line_of_broken(frame.raw);
    }
    return pushed;
}

}  // namespace assidu::node::collect
