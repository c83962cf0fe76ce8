#include "reports/print/parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "config/digest.h"
#include "reports/declared_text.h"
#include "reports/durations.h"
#include "reports/render.h"

namespace assidu::reports::print {
namespace {

std::string named(const std::string& name, const std::string& id) {
    return name.empty() ? id : name;
}

std::string date_span(Language language, const federation::Period& run) {
    if (run.from == run.to) return date_text(language, run.from);
    return text_with(language, "days_span", date_text(language, run.from), date_text(language, run.to));
}

void add_received(Pairs& pairs, Language language, const Received& received) {
    const Declared& declared = received.declared;
    pairs.emplace_back(text(language, "hub"), named(received.hub_name, received.hub_id));
    pairs.emplace_back(text(language, "completeness"),
                       text(language, declared.complete() ? "complete_yes" : "complete_no"));
    pairs.emplace_back(text(language, "last_statement"),
                       text_with(language, "statement_number", declared.last.number));
}

}  // namespace

std::string data_sha256(const StudentReport& report) {
    const auto data = canonical_data(report);
    if (!data) throw std::logic_error("a report without canonical data: " + data.error().what);
    return config::hex(config::sha256(*data));
}
std::string data_sha256(const GroupReport& report) {
    return config::hex(config::sha256(render_json(report)));
}

std::string qr_text(const std::string& verification_url, const std::string& sha256) {
    return verification_url.empty() ? "sha256:" + sha256 : fmt::format("{}#{}", verification_url, sha256);
}

std::string period_text(Language language, const federation::Period& period) {
    return text_with(language, "period_days", date_text(language, period.from),
                     date_text(language, period.to));
}

std::string university(const Provenance& provenance) {
    return named(provenance.node_name, provenance.node_id);
}

std::string sessions_text(const std::optional<std::int64_t>& sessions) {
    return sessions ? std::to_string(*sessions) : "–";
}

std::string short_course_name(Language language, std::int64_t course, const std::optional<Course>& names) {
    if (names && !names->shortname.empty()) return names->shortname;
    return course_name(language, course, names);
}

std::vector<std::string> warning_of(Language language, const Provenance& provenance) {
    std::vector<std::string> lines;
    if (provenance.received && !provenance.received->declared.complete()) {
        const Declared& declared = provenance.received->declared;
        lines.emplace_back(text(language, "partial"));
        lines.push_back(text_with(language, "partial_note", university(provenance)));
        std::string days;
        for (const federation::Period& run : declared.missing_days)
            days += (days.empty() ? "" : ", ") + date_span(language, run);
        if (!days.empty())
            lines.push_back(
                fmt::format("{}{} {}", text(language, "lacks_days"), text(language, "explain.colon"), days));
        if (declared.statements_missing().value_or(0) > 0)
            lines.push_back(statements_lack_text(language, declared, std::to_string(declared.last.number),
                                                 std::to_string(declared.announced)));
        return lines;
    }
    const auto remarked = [&](std::string_view code) {
        return std::ranges::find(provenance.remarks, code) != provenance.remarks.end();
    };
    if (!provenance.outages.empty() || remarked("period_not_over") || remarked("last_event_before_period")) {
        lines.emplace_back(text(language, "partial"));
        lines.emplace_back(text(language, "incomplete"));
    }
    return lines;
}

Pairs identity_of(Language language, const StudentReport& report) {
    const Person person = report.person.value_or(Person{});
    Pairs pairs{{std::string(text(language, "name")), person_name(language, report.person)}};
    const std::pair<const char*, const std::string&> fields[] = {{"username", person.username},
                                                                 {"idnumber", person.idnumber},
                                                                 {"email", person.email},
                                                                 {"institution", person.institution},
                                                                 {"department", person.department}};
    for (const auto& [key, value] : fields)
        if (!value.empty()) pairs.emplace_back(text(language, key), value);
    pairs.emplace_back(text(language, "pseudonym"), federation::to_string(report.student));
    return pairs;
}

Pairs provenance_of(Language language, const config::CivilCalendar& calendar, const Provenance& provenance) {
    Pairs pairs;
    const auto add = [&](const char* key, std::string value) {
        if (!value.empty()) pairs.emplace_back(text(language, key), std::move(value));
    };
    add(provenance.received ? "declarant" : "node", university(provenance));
    add("moodle", provenance.wwwroot);
    if (provenance.received) add_received(pairs, language, *provenance.received);
    add("issued", instant_text(language, calendar, provenance.issued_at_utc_s));
    add("as_of", instant_text(language, calendar, provenance.freshness.as_of_utc_s));
    add("last_event", provenance.freshness.last_event_utc_s
                          ? instant_text(language, calendar, *provenance.freshness.last_event_utc_s)
                          : std::string(text(language, "none")));
    add("archived_events", std::to_string(provenance.freshness.archived_events));
    add("engine", provenance.freshness.engine);
    add("timezone", provenance.timezone);
    add("scale", text_with(language, "scale_version", provenance.scale_label, provenance.scale.id,
                           provenance.scale.version));
    add("scale_sha256", provenance.scale.sha256);
    if (provenance.used_template)
        add("template", fmt::format("{} {}, SHA-256 {}", provenance.used_template->id,
                                    provenance.used_template->version, provenance.used_template->sha256));
    if (provenance.replaced) add("replaces", replaced_text(language, calendar, *provenance.replaced));
    return pairs;
}

std::string replaced_text(Language language, const config::CivilCalendar& calendar,
                          const Replaced& replaced) {
    std::string why;
    for (const std::string& code : replaced.why)
        why += (why.empty() ? "" : ", ") + std::string(text(language, code));
    return text_with(language, "replaces_report", instant_text(language, calendar, replaced.issued_at_utc_s),
                     replaced.data_sha256, why);
}

std::vector<std::string> provider_lines(Language language, const Look& look) {
    std::vector<std::string> lines;
    if (!look.provider.empty()) lines.push_back(look.provider);
    std::string numbers;
    if (!look.siret.empty()) numbers = "SIRET " + look.siret;
    if (!look.activity_number.empty())
        numbers +=
            (numbers.empty() ? "" : " – ") + text_with(language, "activity_number", look.activity_number);
    if (!numbers.empty()) lines.push_back(std::move(numbers));
    if (!look.address.empty()) lines.push_back(fmt::format("{}", fmt::join(look.address, ", ")));
    return lines;
}

std::string planned_text(Language language, const std::optional<std::int64_t>& planned_s) {
    if (!planned_s) return {};
    std::string hours = std::to_string(*planned_s / 3600);
    if (const std::int64_t hundredths = *planned_s % 3600 / 36; hundredths > 0) {
        hours += fmt::format("{}{:02}", language == Language::fr ? ',' : '.', hundredths);
        if (hours.ends_with('0')) hours.pop_back();
    }
    return text_with(language, "planned_hours", h_mm_ss(*planned_s), hours);
}

Pairs dossier_of(Language language, const federation::Dossier& dossier) {
    Pairs pairs;
    const auto add = [&](const char* key, std::string value) {
        pairs.emplace_back(text(language, key), std::move(value));
    };
    add("funder", dossier.funder);
    add("dossier_number", dossier.number);
    add("training", dossier.training);
    add("training_nature", std::string(text(language, fmt::format("nature.{}", name_of(dossier.nature)))));
    add("modality", std::string(text(language, fmt::format("modality.{}", name_of(dossier.modality)))));
    add("learner_status", dossier.status);
    add("dossier_dates", date_span(language, {dossier.from, dossier.to}));
    add("planned", planned_text(language, dossier.planned_s));
    if (!dossier.groups.empty()) add("groups", fmt::format("{}", fmt::join(dossier.groups, ", ")));
    return pairs;
}

Pairs no_dossier(Language language) {
    Pairs pairs;
    for (const char* key :
         {"funder", "dossier_number", "training", "training_nature", "learner_status", "planned"})
        pairs.emplace_back(text(language, key), "");
    pairs.emplace_back(text(language, "modality"), text(language, "modality.distance"));
    return pairs;
}

std::vector<std::string> findings_of(Language language, const StudentReport& report) {
    std::vector<std::string> lines;
    for (const LintFinding& finding : report.findings.value_or(std::vector<LintFinding>())) {
        lines.push_back(fmt::format("[{}] {}",
                                    text(language, fmt::format("severity.{}", name_of(finding.severity))),
                                    finding_text(language, finding)));
        if (finding.overridden) lines.back() += " " + override_text(language, finding);
    }
    return lines;
}

std::vector<std::string> rule_of(Language language, const Provenance& provenance) {
    std::vector<std::string> lines;
    std::string rule = text_with(language, "rule_gap", h_mm_ss(provenance.idle_s)) + " ";
    rule += provenance.idle_credit_s > 0
                ? text_with(language, "rule_idle_credit", h_mm_ss(provenance.idle_credit_s))
                : std::string(text(language, "rule_idle_nothing"));
    rule += " ";
    rule += provenance.last_credit_s > 0
                ? text_with(language, "rule_last_credit", h_mm_ss(provenance.last_credit_s))
                : std::string(text(language, "rule_last_nothing"));
    lines.push_back(std::move(rule));
    for (const std::string& code : provenance.remarks)
        lines.push_back(remark_text(language, code));
    if (!provenance.dropped) {
        lines.emplace_back(text(language, "dropped_unknown"));
    } else if (provenance.dropped->empty()) {
        lines.emplace_back(text(language, "dropped_none"));
    } else {
        std::string dropped;
        for (const auto& [reason, events] : *provenance.dropped)
            dropped +=
                fmt::format("{}{} ({})", dropped.empty() ? "" : ", ", reason_text(language, reason), events);
        lines.push_back(fmt::format("{}{} {}.", text(language, "dropped_caption"),
                                    text(language, "explain.colon"), dropped));
    }
    return lines;
}

}  // namespace assidu::reports::print
