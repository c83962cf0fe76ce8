#include <fmt/format.h>

#include <algorithm>

#include "config/utf8.h"
#include "node/collect/text.h"
#include "node/explanation.h"
#include "reports/durations.h"

namespace assidu::node {
namespace {

using attendance::ExplainedEvent;
using attendance::ExplainedPart;
using attendance::ExplainedSession;
using attendance::WorthRule;
using collect::printable;
using config::CivilDay;
using reports::text;
using reports::text_with;

constexpr std::size_t kColumns = 100;
constexpr std::size_t kIndent = 10;
constexpr std::size_t kNameColumns = 16;
constexpr std::int64_t kDaySeconds = 86'400;

std::size_t columns_of(std::string_view text) {
    std::size_t columns = 0;
    for (std::size_t at = 0; at < text.size(); ++columns)
        at += std::max<std::size_t>(config::code_point_at(text, at).bytes, 1);
    return columns;
}

// The bytes of the first `columns` characters.
std::size_t bytes_of(std::string_view text, std::size_t columns) {
    std::size_t at = 0;
    for (; columns > 0 && at < text.size(); --columns)
        at += std::max<std::size_t>(config::code_point_at(text, at).bytes, 1);
    return at;
}

// Adds `words` after `head`, broken at spaces, and where there are none anywhere; further lines begin at
// column `indent`.
void add_wrapped(std::string& out, std::string_view head, std::string_view words, std::size_t indent) {
    std::string line(head);
    const std::size_t used = columns_of(line);
    if (used < indent) line.append(indent - used, ' ');
    bool fresh = true;  // nothing but the indent on this line
    const auto flush = [&] {
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + "\n";
        line.assign(indent, ' ');
        fresh = true;
    };
    while (!words.empty()) {
        const std::size_t space = words.find(' ');
        std::string_view word = words.substr(0, space);
        words.remove_prefix(space == std::string_view::npos ? words.size() : space + 1);
        const std::size_t apart = fresh ? 0 : 1;
        if (!fresh && columns_of(line) + apart + columns_of(word) > kColumns) flush();
        if (!fresh) line.push_back(' ');
        while (columns_of(line) + columns_of(word) > kColumns) {
            const std::size_t fits = bytes_of(word, kColumns - columns_of(line));
            line += word.substr(0, fits);
            word.remove_prefix(fits);
            flush();
        }
        line += word;
        fresh = false;
    }
    flush();
}

class TextWriter {
  public:
    TextWriter(const DayDocument& document, reports::Language language)
        : document_(document), day_(document.day), language_(language) {}

    std::string write() {
        write_head();
        write_outages();
        write_exclusions();
        write_neighbours("explain.before", day_.before);
        write_events();
        if (day_.after) write_neighbours("explain.after", {*day_.after});
        write_sessions();
        write_credits();
        write_totals();
        write_check();
        return std::move(out_);
    }

  private:
    [[nodiscard]] std::string_view word(std::string_view key) const { return text(language_, key); }
    [[nodiscard]] std::string_view coded(std::string_view kind, std::string_view code) const {
        return text(language_, fmt::format("explain.{}.{}", kind, code));
    }

    // The time on the wall; with the offset from UTC on a day whose clocks change, with the date on another
    // day than the explained one.
    [[nodiscard]] std::string clock(std::int64_t utc_s, bool ends = false) const {
        const config::CivilCalendar& calendar = *document_.calendar;
        const CivilDay day = calendar.day_of(utc_s);
        std::string time = calendar.time_of_day(utc_s);
        if (calendar.end_of(day) - calendar.begin_of(day) != kDaySeconds) {
            const std::string iso = calendar.local_iso(utc_s);
            time += iso.substr(iso.size() - 6);
        }
        // What ends with the day ends at its midnight, and not on the next day.
        if (day == day_.day || (ends && utc_s == day_.end_s)) return time;
        return reports::date_text(language_, day) + " " + time;
    }
    [[nodiscard]] static std::string seconds(std::int64_t seconds) {
        return fmt::format("{} ({} s)", reports::h_mm_ss(seconds), seconds);
    }
    [[nodiscard]] std::string span(std::int64_t begin_s, std::int64_t end_s) const {
        return fmt::format("{} - {}  {}", clock(begin_s), clock(end_s, /*ends=*/true),
                           seconds(end_s - begin_s));
    }

    void line(std::string_view name, std::string_view value) {
        add_wrapped(out_, printable(name), value, kNameColumns);
    }
    void section(std::string_view key) { out_ += fmt::format("\n{}\n", word(key)); }

    void write_head() {
        const config::CivilCalendar& calendar = *document_.calendar;
        out_ += fmt::format("{}\n", word("explain.title"));
        std::string who = reports::person_name(language_, document_.person);
        if (document_.person) {
            if (!document_.person->username.empty() && document_.person->username != who)
                who += fmt::format(" ({})", document_.person->username);
            who += fmt::format(", Moodle {}", document_.person->user_id);
        }
        line(word("explain.student"), printable(who));
        line("", to_string(document_.student));
        const std::string begin = calendar.local_iso(day_.begin_s), end = calendar.local_iso(day_.end_s);
        const std::string from = begin.substr(begin.size() - 6), to = end.substr(end.size() - 6);
        line(word("explain.day"),
             fmt::format("{}, {} h, {} (UTC{})", reports::date_text(language_, day_.day),
                         (day_.end_s - day_.begin_s + 1800) / 3600, document_.scale->timezone,
                         from == to ? from : from + " > UTC" + to));
        line(word("explain.scale"),
             printable(fmt::format("{} - {}", document_.scale->name(),
                                   document_.scale->label_in(reports::tag_of(language_)))));
        line("", "SHA-256 " + document_.scale->sha256);
        line(word("explain.engine"),
             fmt::format("{}, {}", attendance::kEngine,
                         text_with(language_, "explain.as_of", calendar.local_iso(day_.as_of_s))));
    }

    void write_outages() {
        for (const federation::Outage& outage : document_.outages)
            add_wrapped(
                out_, "",
                text_with(language_, "explain.outage", document_.calendar->local_iso(outage.from_utc_s),
                          document_.calendar->local_iso(outage.to_utc_s), printable(outage.cause)),
                0);
    }

    void write_exclusions() {
        for (const archive::Exclusion& one : document_.exclusions) {
            const config::CivilCalendar& calendar = *document_.calendar;
            add_wrapped(out_, "",
                        text_with(language_, "explain.exclusion", one.number, calendar.local_iso(one.from_s),
                                  calendar.local_iso(one.to_s), printable(one.reason), printable(one.author)),
                        0);
            if (one.revoked_s)
                add_wrapped(out_, "",
                            text_with(language_, "explain.exclusion_revoked", one.number,
                                      calendar.local_iso(*one.revoked_s), printable(one.revoked_reason),
                                      printable(one.revoked_author)),
                            0);
        }
        if (document_.forged_days > 0)
            add_wrapped(out_, "", text_with(language_, "explain.forged_days", document_.forged_days), 0);
    }

    void write_credits() {
        if (day_.credits.empty() && day_.refused.empty()) return;
        section("explain.credits");
        for (const attendance::Credit& credit : day_.credits) {
            add_wrapped(out_, clock(credit.time_s),
                        fmt::format("{:+} s  {} ({}){} {}", credit.seconds,
                                    coded("credit", attendance::code_of(credit.source)),
                                    coded("mode", attendance::code_of(credit.mode)), word("explain.colon"),
                                    place(attendance::Place{credit.course, credit.activity, kNoShape})),
                        kIndent);
        }
        for (const attendance::RefusedDeclaration& one : day_.refused)
            add_wrapped(out_, clock(one.begin_s), text_with(language_, "explain.refused", one.key), kIndent);
    }

    void write_neighbours(std::string_view key, const std::vector<ExplainedEvent>& events) {
        if (events.empty()) return;
        section(key);
        for (const ExplainedEvent& event : events)
            write_event(event);
    }

    void write_events() {
        section("explain.events");
        if (day_.events.empty()) add_wrapped(out_, "", word("explain.no_event"), 0);
        for (const ExplainedEvent& event : day_.events)
            write_event(event);
    }

    [[nodiscard]] std::string place(const ExplainedEvent& event) const {
        const std::int64_t course = event.traced.event.course;
        std::string place =
            reports::course_name(language_, course, document_.names->course(document_.source, course));
        if (event.activity != 0) {
            place += " > ";
            place += activity(event.activity);
        }
        if (event.traced.hides_activity) place += fmt::format(" > {}", word("explain.hidden"));
        return printable(place);
    }
    [[nodiscard]] std::string place(const attendance::Place& other) const {
        std::string place = reports::course_name(language_, other.course,
                                                 document_.names->course(document_.source, other.course));
        if (other.activity != 0) place += " > " + activity(other.activity);
        return printable(place);
    }
    [[nodiscard]] std::string activity(std::int64_t activity) const {
        const auto names = document_.names->activity(document_.source, activity);
        std::string name = reports::activity_name(language_, activity, names);
        if (names && !names->type.empty()) name += fmt::format(" ({})", names->type);
        return name;
    }

    void write_event(const ExplainedEvent& event) {
        const Event& row = event.traced.event;
        std::string title = fmt::format("{} {}", word("explain.number"), row.id);
        if (event.traced.session)
            title += ", " + text_with(language_, "explain.session_number", *event.traced.session + 1);
        title += fmt::format("{} {}", word("explain.colon"), place(event));
        const std::string time = clock(row.time_s);
        // A long time (another day, or with its offset) has the first line to itself.
        if (time.size() + 2 > kIndent) {
            out_ += time + "\n";
            add_wrapped(out_, "", title, kIndent);
        } else {
            add_wrapped(out_, time, title, kIndent);
        }
        const EventShape& shape = document_.shapes[static_cast<std::size_t>(row.shape)];
        std::string what = fmt::format("{} ({}, {}, {}; {})", shape.eventname, shape.component, shape.action,
                                       shape.target, shape.origin.empty() ? "-" : shape.origin);
        add_wrapped(out_, "", printable(what), kIndent);
        if (event.traced.dropped)
            write_dropped(*event.traced.dropped);
        else
            write_worth(event);
    }

    void write_dropped(attendance::DropReason reason) {
        const std::string_view code = code_of(reason);
        add_wrapped(out_, "",
                    text_with(language_, "explain.dropped", code, reports::reason_text(language_, code)),
                    kIndent);
    }

    void write_worth(const ExplainedEvent& event) {
        const attendance::TracedEvent& traced = event.traced;
        const std::string next = traced.next_s ? clock(*traced.next_s) : "";
        const std::string gap = traced.next_s ? reports::h_mm_ss(*traced.next_s - traced.event.time_s) : "";
        const std::string why = text_with(
            language_, fmt::format("explain.worth.{}", attendance::code_of(traced.worth)), next, gap);
        if (traced.worth == WorthRule::logout) return add_wrapped(out_, "", why, kIndent);
        add_wrapped(out_, "",
                    fmt::format("{}  {}{} {}", span(traced.event.time_s, traced.worth_end_s),
                                word("explain.measured"), word("explain.colon"), why),
                    kIndent);
        if (event.place)
            add_wrapped(out_, "", text_with(language_, "explain.to_later", place(*event.place)), kIndent);
        if (traced.end_s != traced.worth_end_s)
            add_wrapped(
                out_, "",
                fmt::format("{}  {}", span(traced.end_s, traced.worth_end_s),
                            coded("loss", event.in_short_session ? "session_too_short" : "session_max")),
                kIndent);
        const bool whole = event.parts.size() == 1 && !event.parts.front().lost &&
                           !event.parts.front().outside && event.parts.front().day == day_.day;
        if (whole) return;
        for (const ExplainedPart& part : event.parts)
            add_wrapped(out_, "", fmt::format("{}  {}", span(part.begin_s, part.end_s), fate(part)), kIndent);
    }

    // What became of a part.
    [[nodiscard]] std::string fate(const ExplainedPart& part) const {
        std::string fate;
        if (part.day != day_.day)
            fate = text_with(language_, "explain.other_day", reports::date_text(language_, part.day));
        else
            fate = word(part.lost ? "explain.not_counted" : "explain.counted");
        if (part.lost) fate += fmt::format(" ({})", coded("loss", attendance::code_of(*part.lost)));
        if (part.outside) fate += fmt::format(" ({})", word("explain.outside"));
        return fate;
    }

    void write_sessions() {
        if (day_.sessions.empty()) return;
        section("explain.sessions");
        for (const ExplainedSession& session : day_.sessions) {
            const attendance::Session& whole = session.traced.session;
            std::string said = fmt::format("{}  {}", span(whole.begin_s, whole.end_s),
                                           coded("opening", code_of(session.traced.opening)));
            if (session.traced.too_short) said += fmt::format(" - {}", coded("loss", "session_too_short"));
            add_wrapped(out_, fmt::format("{:>8}", session.number), said, kIndent);
        }
    }

    void total(std::string_view name, std::size_t indent, std::int64_t measured_s, std::int64_t credited_s) {
        constexpr std::size_t kNameEnd = 70;
        std::string label(indent, ' ');
        label += name;
        const std::size_t columns = columns_of(label);
        if (columns > kNameEnd) {
            label.resize(bytes_of(label, kNameEnd - 3));
            label += "...";
        } else {
            label.append(kNameEnd - columns, ' ');
        }
        out_ += fmt::format("{}  {:>8}  {:>7} s", label, reports::h_mm_ss(measured_s), measured_s);
        if (credited_s != 0) out_ += fmt::format("  {:+}", credited_s);
        out_ += "\n";
    }

    void write_totals() {
        section("explain.totals");
        for (const federation::LedgerRow& row : day_.rows) {
            total(printable(reports::course_name(language_, row.course,
                                                 document_.names->course(document_.source, row.course))),
                  2, row.measured_s, row.credited_s);
            std::int64_t pages_s = row.measured_s;
            for (const federation::ActivityShare& share : row.activities) {
                total(printable(activity(share.activity)), 4, share.measured_s, share.credited_s);
                pages_s -= share.measured_s;
            }
            if (!row.activities.empty() && pages_s != 0) total(word("explain.pages"), 4, pages_s, 0);
        }
        total(word("explain.total"), 0, day_.measured_s, day_.credited_s);
    }

    void write_check() {
        out_ += "\n";
        std::int64_t ledger_s = 0;
        if (document_.ledger) {
            for (const federation::LedgerRow& row : *document_.ledger)
                ledger_s += row.measured_s;
        }
        const std::string said =
            !document_.ledger ? std::string(word("explain.check.none"))
            : document_.agrees()
                ? text_with(language_, "explain.check.same", ledger_s, document_.ledger->size())
                : text_with(language_, "explain.check.differs", ledger_s, document_.ledger->size(),
                            day_.measured_s, day_.rows.size());
        add_wrapped(out_, "", said, 0);
    }

    const DayDocument& document_;
    const attendance::DayExplanation& day_;
    reports::Language language_;
    std::string out_;
};

}  // namespace

std::string explanation_text(const DayDocument& document, reports::Language language) {
    return TextWriter(document, language).write();
}

}  // namespace assidu::node
