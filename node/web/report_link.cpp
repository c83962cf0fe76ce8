#include "node/web/report_link.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <ranges>

#include "config/digest.h"

namespace assidu::node::web {
namespace {

constexpr char kBetween = '~';
constexpr std::size_t kFields = 8;
constexpr std::string_view kVersion = "1";

std::string_view name_of(ReportFormat format) {
    for (const FormatEntry& entry : kReportFormats)
        if (entry.format == format) return entry.name;
    return "";
}

std::optional<std::int64_t> number_of(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

}  // namespace

// "1~TOKEN~FORMAT~FROM~TO~KIND~WHO~EXPIRES.MAC": days as numbers.
std::string ReportLinks::ticket_of(const LinkedReport& report) const {
    const std::string payload = fmt::format(
        "{}~{}~{}~{}~{}~{}~{}~{}", kVersion, report.token, name_of(report.format), report.period.from.number,
        report.period.to.number, report.of_student ? "s" : "g",
        report.of_student ? federation::to_string(report.student) : fmt::format("{}", report.group),
        report.expires_utc_s);
    return payload + "." + mac_of(payload);
}

config::Result<LinkedReport> ReportLinks::read(std::string_view ticket) const {
    const auto refusal = [] { return config::refuse("not an address of a report"); };
    const std::size_t point = ticket.find('.');
    if (point == std::string_view::npos) return refusal();
    const std::string payload(ticket.substr(0, point));
    if (!rpc::Secret::copy_of(mac_of(payload)).equals(ticket.substr(point + 1))) return refusal();
    std::vector<std::string> fields;
    for (const auto& part : std::views::split(payload, kBetween))
        fields.emplace_back(part.begin(), part.end());
    if (fields.size() != kFields || fields[0] != kVersion) return refusal();
    const auto* const format = std::ranges::find(kReportFormats, fields[2], &FormatEntry::name);
    const auto token = number_of(fields[1]), from = number_of(fields[3]), to = number_of(fields[4]),
               expires = number_of(fields[7]);
    if (format == std::end(kReportFormats) || !token || !from || !to || !expires) return refusal();
    LinkedReport report;
    report.token = *token;
    report.format = format->format;
    report.period = {{static_cast<std::int32_t>(*from)}, {static_cast<std::int32_t>(*to)}};
    report.of_student = fields[5] == "s";
    report.expires_utc_s = *expires;
    if (report.of_student) {
        const auto student = federation::parse_student_id(fields[6]);
        if (!student) return refusal();
        report.student = *student;
    } else {
        const auto group = number_of(fields[6]);
        if (!group) return refusal();
        report.group = *group;
    }
    return report;
}

std::string ReportLinks::mac_of(const std::string& payload) const {
    return config::hex(rpc::hmac_sha256(secret_, "report|" + payload));
}

}  // namespace assidu::node::web
