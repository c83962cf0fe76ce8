#include "node/web/staff_pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "config/limits.h"
#include "node/collect/text.h"
#include "node/report_document.h"
#include "node/services/student_desk.h"
#include "node/web/page_templates.h"
#include "node/web/passwords.h"
#include "node/web/report_request.h"
#include "node/web/staff_forms.h"
#include "reports/render.h"

namespace assidu::node::web {
namespace {

namespace limits = config::limits;
using reports::Language;
using services::StudentDesk;

constexpr int kOk = 200, kForbidden = 403, kNoData = 404, kUnprocessable = 422, kTooMany = 429, kAway = 503;
void put_formats(PageData& data, const char* key, Language language, bool of_student,
                 std::string_view chosen) {
    PageData list{PageData::type::list};
    for (const ReportFormat format : offered_formats(of_student)) {
        const auto* const entry = std::ranges::find(kReportFormats, format, &FormatEntry::format);
        add_option(list, std::string(entry->name), format_label(language, format), entry->name == chosen);
    }
    data.set(key, list);
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
};

StaffPages::StaffPages(const config::Settings& settings, services::NodeReaders& readers, Staff& staff,
                       StaffDoor& door, const config::Clock& clock,
                       std::function<void(std::string_view line)> log)
    : settings_(settings),
      readers_(readers),
      staff_(staff),
      door_(door),
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

// Pages
// ----------------------------------------------------------------------------------------------------

WebAnswer StaffPages::front(const WebRequest& request) {
    return render_page(door_.frame(request, "front"), kFrontMain, PageData{PageData::type::object});
}

WebAnswer StaffPages::login_page(const WebRequest& request, std::string_view alert, int status) {
    Page page = door_.frame(request, "login");
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
    return go_to("/staff", {{"Set-Cookie", door_.let_in(request, *account)}});
}

WebAnswer StaffPages::logout(const WebRequest& request) {
    const auto visitor = door_.visitor_of(request);
    if (visitor && door_.is_from_page(request, *visitor, form_of(request))) door_.let_out(request);
    return go_to("/staff");
}

WebAnswer StaffPages::choose(const WebRequest& request) {
    const auto visitor = door_.visitor_of(request);
    if (!visitor) {
        if (door_.proxy_name_of(request)) {
            Page page = door_.frame(request, "login");
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
    Page page = door_.frame(request, "staff", &visitor);
    page.status = status;
    page.alert = alert;
    PageData data{PageData::type::object};
    data.set("q", shown_text(asked.words));
    data.set("csrf", door_.csrf_of(visitor));
    PageData languages{PageData::type::list}, students{PageData::type::list}, groups{PageData::type::list};
    const std::string chosen_language =
        asked.language.empty() ? std::string(reports::tag_of(page.language)) : asked.language;
    add_option(languages, "fr", "Fran\u00e7ais", chosen_language == "fr");
    add_option(languages, "en", "English", chosen_language == "en");
    data.set("languages", languages);
    put_formats(data, "student_formats", page.language, true, asked.format);
    put_formats(data, "group_formats", page.language, false, asked.format);
    const auto read = readers_.with([&](const Node& node) {
        const federation::Period month = last_month(node);
        data.set("from", shown_text(asked.from.empty() ? config::iso_date(month.from) : asked.from));
        data.set("to", shown_text(asked.to.empty() ? config::iso_date(month.to) : asked.to));
        const StudentDesk desk(node, visitor.account.students, listed_period(node));
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
        add_groups(groups, desk, page.language, asked.group);
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
    const auto visitor = door_.visitor_of(request);
    if (!visitor) return login_page(request, "stale", kForbidden);
    const FormFields form = form_of(request);
    const Language language = language_of(request, reports::language_of(settings_.language));
    const Asked asked = Asked::of(form);
    if (!door_.is_from_page(request, *visitor, form))
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
    const auto period = period_in(asked.from, asked.to);
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
    const auto members = students_of(desk, asked.group);
    if (!members) return again("bad_choice", kUnprocessable);
    const auto report = desk.report(*members);
    return report ? file(*report, report->students) : no_data(report.error());
}

}  // namespace assidu::node::web
