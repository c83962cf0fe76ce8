#include "node/web/staff_pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "config/digest.h"
#include "config/limits.h"
#include "node/collect/text.h"
#include "node/report_document.h"
#include "node/services/student_desk.h"
#include "node/web/page_templates.h"
#include "node/web/passwords.h"
#include "node/web/report_request.h"
#include "reports/render.h"

namespace assidu::node::web {
namespace {

namespace limits = config::limits;
using reports::Language;
using services::StudentDesk;

constexpr int kOk = 200, kSeeOther = 303, kForbidden = 403, kNoData = 404, kUnprocessable = 422,
              kTooMany = 429, kAway = 503;
constexpr std::int64_t kDaySeconds = 86'400;
constexpr std::int32_t kListedDays = 1'830;
constexpr std::string_view kForm = "application/x-www-form-urlencoded";
// Groups of the form: who it is a group of, and its name.
constexpr std::string_view kCohort = "cohort:", kFunder = "funder:", kDossierGroup = "group:";

// Nothing if it is none of the form's.
std::optional<std::vector<federation::StudentId>> group_of(const StudentDesk& desk,
                                                           const std::string& group) {
    const auto name_after = [&](std::string_view kind) { return group.substr(kind.size()); };
    if (group.empty()) return desk.students();
    if (group.starts_with(kCohort)) return desk.students_of_cohort(name_after(kCohort));
    if (group.starts_with(kFunder)) return desk.students_of_funder(name_after(kFunder));
    if (group.starts_with(kDossierGroup)) return desk.students_of_dossier_group(name_after(kDossierGroup));
    return std::nullopt;
}

WebAnswer go_to(const std::string& path, std::vector<std::pair<std::string, std::string>> fields = {}) {
    fields.emplace_back("Location", path);
    return {kSeeOther, "text/plain; charset=utf-8", "", std::move(fields)};
}

FormFields form_of(const WebRequest& request) {
    FormFields form;
    if (request.content_type != kForm || !form.add(request.body)) return {};
    return form;
}

// Whether the browser itself says that another site made it send this.
bool is_cross_site(const WebRequest& request) {
    const auto site = request.raw->field("sec-fetch-site");
    return site && *site != "same-origin" && *site != "none";
}

void add_option(PageData& list, const std::string& value, const std::string& label, bool chosen) {
    PageData option{PageData::type::object};
    option.set("value", shown_text(value));
    option.set("label", shown_text(label));
    option.set("chosen", chosen);
    list.push_back(option);
}

PageData formats_of(Language language, bool of_student, std::string_view chosen) {
    PageData list{PageData::type::list};
    // What people download most comes first.
    for (const std::string_view first : {"pdf", "xlsx", "certificate", ""}) {
        for (const FormatEntry& entry : kReportFormats) {
            const bool is_first = entry.name == "pdf" || entry.name == "xlsx" || entry.name == "certificate";
            if (!(of_student ? entry.student : entry.group) ||
                (first.empty() ? is_first : entry.name != first))
                continue;
            add_option(list, std::string(entry.name),
                       std::string(page_text(language, "format." + std::string(entry.name))),
                       entry.name == chosen);
        }
    }
    return list;
}

std::string label_of(const archive::PersonRecord& person) {
    const std::string name = person.lastname + (person.lastname.empty() ? "" : " ") + person.firstname;
    const std::string& shown = person.username.empty() ? person.email : person.username;
    if (name.empty() && shown.empty()) return fmt::format("Moodle {}", person.user_id);
    return name.empty() ? shown : fmt::format("{} ({})", name, shown);
}

// A session is of an account and its password: with another one it ends.
std::string session_name(const StaffAccount& account) {
    return account.name + " " + config::hex(config::sha256(account.password));
}

}  // namespace

// What the form says.
struct StaffPages::Asked {
    bool of_student = true;
    std::string student, group, from, to, format = "pdf", language, words;

    [[nodiscard]] static Asked of(const FormFields& form) {
        Asked asked;
        asked.of_student = form.text("kind") != "group";
        asked.student = form.text("student");
        asked.group = form.text("group");
        asked.from = form.text("from");
        asked.to = form.text("to");
        asked.format = form.text("format");
        asked.language = form.text("language");
        asked.words = form.text("q");
        return asked;
    }
    [[nodiscard]] std::optional<federation::Period> period() const {
        const auto first = config::parse_iso_date(from), last = config::parse_iso_date(to);
        if (!first || !last || *last < *first ||
            std::int64_t{last->number} - first->number >= limits::kPeriodDaysMax)
            return std::nullopt;
        return federation::Period{*first, *last};
    }
};

StaffPages::StaffPages(const config::Settings& settings, services::NodeReaders& readers, Staff& staff,
                       rpc::Secret secret, const config::Clock& clock,
                       std::function<void(std::string_view line)> log)
    : settings_(settings),
      readers_(readers),
      staff_(staff),
      secret_(std::move(secret)),
      clock_(clock),
      log_(std::move(log)) {}

std::vector<WebRoute> StaffPages::routes() {
    const auto to = [this](WebAnswer (StaffPages::*page)(const WebRequest&)) {
        return [this, page](const WebRequest& request) { return (this->*page)(request); };
    };
    return {{"GET", "/", false, 0, to(&StaffPages::front)},
            {"GET", "/staff", false, 0, to(&StaffPages::choose)},
            {"POST", "/staff/login", false, limits::kFormBytesMax, to(&StaffPages::login)},
            {"POST", "/staff/logout", false, limits::kFormBytesMax, to(&StaffPages::logout)},
            {"POST", "/staff/report", false, limits::kFormBytesMax, to(&StaffPages::report)}};
}

// Who asks
// ----------------------------------------------------------------------------------------------------

// A browser keeps __Host- to this host and to TLS.
std::string StaffPages::cookie_name(const WebRequest& request) const {
    return request.secure ? "__Host-assidu" : "assidu";
}

std::optional<std::string> StaffPages::proxy_name_of(const WebRequest& request) const {
    if (!request.by_proxy || settings_.web.identity_header.empty()) return std::nullopt;
    const auto name = request.raw->field(collect::lower_ascii(settings_.web.identity_header));
    if (!name || !is_staff_name(*name)) return std::nullopt;
    return std::string(*name);
}

std::optional<StaffPages::Visitor> StaffPages::visitor_of(const WebRequest& request) {
    if (const auto name = proxy_name_of(request)) {
        auto account = staff_.find(*name);
        if (!account) return std::nullopt;
        return Visitor{*std::move(account), "proxy|" + *name, false};
    }
    const std::string secret = request.cookie(cookie_name(request));
    if (secret.empty()) return std::nullopt;
    const auto name = sessions_.name_of(secret, clock_.now_utc_s());
    auto account = name ? staff_.find(name->substr(0, name->find(' '))) : std::nullopt;
    if (!account || account->password.empty() || session_name(*account) != *name) return std::nullopt;
    return Visitor{*std::move(account), "session|" + secret, true};
}

std::string StaffPages::csrf_of(const Visitor& visitor, std::int64_t day) const {
    return config::hex(rpc::hmac_sha256(secret_, fmt::format("csrf|{}|{}", day, visitor.subject)));
}

bool StaffPages::is_from_page(const WebRequest& request, const Visitor& visitor,
                              const FormFields& form) const {
    const std::int64_t today = clock_.now_utc_s() / kDaySeconds;
    const std::string given = form.text("csrf");
    const auto is_of = [&](std::int64_t day) {
        return rpc::Secret::copy_of(csrf_of(visitor, day)).equals(given);
    };
    return !is_cross_site(request) && (is_of(today) || is_of(today - 1));
}

Page StaffPages::frame(const WebRequest& request, std::string title, const Visitor* visitor) const {
    Page page;
    page.language = language_of(request, reports::language_of(settings_.language));
    page.node_name = settings_.name;
    page.path = request.path.starts_with("/staff") ? "/staff" : "/";
    page.title = std::move(title);
    if (visitor != nullptr) {
        page.user = visitor->account.name;
        if (visitor->by_session) page.csrf = csrf_of(*visitor, clock_.now_utc_s() / kDaySeconds);
    }
    return page;
}

// Pages
// ----------------------------------------------------------------------------------------------------

WebAnswer StaffPages::front(const WebRequest& request) {
    return render_page(frame(request, "front"), kFrontMain, PageData{PageData::type::object});
}

WebAnswer StaffPages::login_page(const WebRequest& request, std::string_view alert, int status) {
    Page page = frame(request, "login");
    page.status = status;
    if (!alert.empty()) page.alert = page_text(page.language, alert);
    PageData data{PageData::type::object};
    data.set("name", shown_text(form_of(request).text("name")));
    return render_page(page, kLoginMain, std::move(data));
}

WebAnswer StaffPages::login(const WebRequest& request) {
    const FormFields form = form_of(request);
    const std::string name = form.text("name"), password = form.text("password");
    const std::int64_t now_s = clock_.now_utc_s();
    if (is_cross_site(request)) return login_page(request, "refused", kForbidden);
    const std::string of_address = "address " + request.client,
                      of_name = "name " + name.substr(0, limits::kLabelBytesMax);
    // Counted before it is tried: many at once must not all come through.
    if (!wrong_.take(of_address, limits::kWrongSecretsPerMinuteMax, now_s) ||
        !wrong_.take(of_name, limits::kWrongSecretsPerMinuteMax, now_s))
        return login_page(request, "login_wait", kTooMany);
    const auto account = is_staff_name(name) ? staff_.find(name) : std::nullopt;
    if (password.size() > limits::kPasswordBytesMax ||
        !is_password(account ? account->password : "", password)) {
        log_(fmt::format("{} tries to log in as {}, and does not know the password", request.client,
                         collect::shown(name)));
        return login_page(request, "login_wrong", kForbidden);
    }
    staff_.note_login(name, now_s);
    const auto audited = readers_.with([&](const Node& node) {
        node.audit().append(
            {now_s, "staff " + name, settings_.node_id, "web.login", request.client, 0, 0, "done"});
    });
    if (!audited) return login_page(request, "away", kAway);
    const std::string cookie =
        fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict{}", cookie_name(request),
                    sessions_.begin(session_name(*account), now_s), request.secure ? "; Secure" : "");
    return go_to("/staff", {{"Set-Cookie", cookie}});
}

WebAnswer StaffPages::logout(const WebRequest& request) {
    const auto visitor = visitor_of(request);
    if (visitor && is_from_page(request, *visitor, form_of(request)))
        sessions_.end(request.cookie(cookie_name(request)));
    return go_to("/staff");
}

WebAnswer StaffPages::choose(const WebRequest& request) {
    const auto visitor = visitor_of(request);
    if (!visitor) {
        if (proxy_name_of(request)) {
            Page page = frame(request, "login");
            page.status = kForbidden;
            page.alert = page_text(page.language, "login_unknown");
            return render_page(page, kMessageMain, PageData{PageData::type::object});
        }
        return login_page(request, "", kOk);
    }
    Asked asked;
    asked.words = request.query.text("q");
    return choice(request, *visitor, asked, "", kOk);
}

WebAnswer StaffPages::choice(const WebRequest& request, const Visitor& visitor, const Asked& asked,
                             const std::string& alert, int status) {
    Page page = frame(request, "staff", &visitor);
    page.status = status;
    page.alert = alert;
    PageData data{PageData::type::object};
    data.set("q", shown_text(asked.words));
    data.set("csrf", csrf_of(visitor, clock_.now_utc_s() / kDaySeconds));
    PageData languages{PageData::type::list}, students{PageData::type::list}, groups{PageData::type::list};
    const std::string chosen_language =
        asked.language.empty() ? std::string(reports::tag_of(page.language)) : asked.language;
    add_option(languages, "fr", "Fran\u00e7ais", chosen_language == "fr");
    add_option(languages, "en", "English", chosen_language == "en");
    data.set("languages", languages);
    data.set("student_formats", formats_of(page.language, true, asked.format));
    data.set("group_formats", formats_of(page.language, false, asked.format));
    const auto read = readers_.with([&](const Node& node) {
        const config::CivilDay today = node.calendar().day_of(clock_.now_utc_s());
        const config::Date date = config::date_of(today);
        const config::CivilDay last = {today.number - date.day};  // of the month before
        const config::CivilDay first = {last.number - config::date_of(last).day + 1};
        data.set("from", shown_text(asked.from.empty() ? config::iso_date(first) : asked.from));
        data.set("to", shown_text(asked.to.empty() ? config::iso_date(last) : asked.to));
        // Dossiers of the last years, and of those that begin soon: which period is wanted is not known yet.
        const StudentDesk desk(node, visitor.account.students,
                               {{today.number - kListedDays}, {today.number + kListedDays}});
        const auto found = desk.search(asked.words);
        for (const auto& one : found | std::views::take(limits::kStaffListMax)) {
            const std::string id = federation::to_string(one.student);
            PageData option{PageData::type::object};
            option.set("id", id);
            option.set("label", shown_text(label_of(one.person)));
            option.set("chosen", id == asked.student || found.size() == 1);
            students.push_back(option);
        }
        const std::string key = found.empty()                          ? "found_none"
                                : found.size() > limits::kStaffListMax ? "found_some"
                                                                       : "found";
        data.set("found", fmt::format(fmt::runtime(page_text(page.language, key)), found.size(),
                                      limits::kStaffListMax));
        add_option(groups, "",
                   fmt::format(fmt::runtime(page_text(page.language, "group_all")), desk.students().size()),
                   asked.group.empty());
        const auto add_groups = [&](std::string_view kind, std::string_view text,
                                    const std::vector<std::string>& names) {
            for (const std::string& name : names)
                add_option(groups, std::string(kind) + name,
                           fmt::format(fmt::runtime(page_text(page.language, text)), name),
                           asked.group == std::string(kind) + name);
        };
        add_groups(kFunder, "group_funder", desk.funders());
        add_groups(kDossierGroup, "group_dossier", desk.dossier_groups());
        add_groups(kCohort, "group_cohort", desk.cohorts());
    });
    data.set("students", students);
    data.set("groups", groups);
    if (!read) {
        log_("the pages of staff cannot answer: " + read.error().what);
        page.alert = page_text(page.language, "away");
        page.status = kAway;
        return render_page(page, kMessageMain, PageData{PageData::type::object});
    }
    return render_page(page, kStaffMain, std::move(data));
}

// The download
// ----------------------------------------------------------------------------------------------------

WebAnswer StaffPages::report(const WebRequest& request) {
    const auto visitor = visitor_of(request);
    if (!visitor) return login_page(request, "stale", kForbidden);
    const FormFields form = form_of(request);
    const Language language = language_of(request, reports::language_of(settings_.language));
    const Asked asked = Asked::of(form);
    if (!is_from_page(request, *visitor, form))
        return choice(request, *visitor, asked,
                      std::string(page_text(language, is_cross_site(request) ? "refused" : "stale")),
                      kForbidden);
    WebAnswer answer;
    const auto read =
        readers_.with([&](const Node& node) { answer = deliver(request, *visitor, node, asked); });
    if (read) return answer;
    log_("a report cannot be delivered: " + read.error().what);
    return choice(request, *visitor, asked, std::string(page_text(language, "away")), kAway);
}

WebAnswer StaffPages::deliver(const WebRequest& request, const Visitor& visitor, const Node& node,
                              const Asked& asked) {
    const Language language = language_of(request, reports::language_of(settings_.language));
    const auto again = [&](std::string_view key, int status, const std::string& more = "") {
        return choice(request, visitor, asked, std::string(page_text(language, key)) + more, status);
    };
    const auto period = asked.period();
    if (!period) return again("bad_period", kUnprocessable);
    const auto* const format = std::ranges::find(kReportFormats, asked.format, &FormatEntry::name);
    if (format == std::end(kReportFormats) || !(asked.of_student ? format->student : format->group) ||
        (asked.language != "fr" && asked.language != "en"))
        return again("bad_choice", kUnprocessable);
    const StudentDesk desk(node, visitor.account.students, *period);
    const Language report_language = reports::language_of(asked.language);
    const auto audit = [&](std::int64_t students, const char* outcome) {
        node.audit().append({clock_.now_utc_s(), "staff " + visitor.account.name, settings_.node_id,
                             asked.of_student ? "web.report.student" : "web.report.group",
                             fmt::format("{} {} {}", asked.format, asked.from, asked.to), students, 0,
                             outcome});
    };
    const auto no_data = [&](const config::Refusal& refusal) {
        audit(0, "no_data");
        return again("no_data", kNoData, refusal.what);
    };
    const auto file = [&](const auto& report, std::int64_t students) {
        audit(students, "told");
        WebAnswer answer{kOk, std::string(content_type_of(format->format)),
                         render(report, format->format, report_language, settings_.verification_url)};
        answer.fields.emplace_back(
            "Content-Disposition",
            fmt::format("attachment; filename=\"{}.{}\"", file_name(report), extension_of(format->format)));
        if (format->format == ReportFormat::html)
            answer.content_policy =
                "default-src 'none'; style-src " + reports::html_style_source() + "; img-src data:";
        return answer;
    };
    if (asked.of_student) {
        const auto student = federation::parse_student_id(asked.student);
        if (!student || !desk.covers(*student)) {
            audit(0, student ? "outside_scope" : "no_student");
            return again("no_student", kUnprocessable);
        }
        const auto report = desk.report(*student);
        return report ? file(*report, 1) : no_data(report.error());
    }
    const auto members = group_of(desk, asked.group);
    if (!members) return again("bad_choice", kUnprocessable);
    const auto report = desk.report(*members);
    return report ? file(*report, report->students) : no_data(report.error());
}

}  // namespace assidu::node::web
