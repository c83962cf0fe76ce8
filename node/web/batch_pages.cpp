#include "node/web/batch_pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>
#include <ranges>
#include <set>

#include "config/durable_file.h"
#include "config/limits.h"
#include "node/archive/dossier_store.h"
#include "node/directory.h"
#include "node/report_document.h"
#include "node/web/batch_view.h"
#include "node/web/page_templates.h"
#include "node/web/report_request.h"
#include "node/web/staff_forms.h"
#include "reports/package/zip.h"

namespace assidu::node::web {
namespace {

namespace limits = config::limits;
namespace fs = std::filesystem;
using reports::Language;
using services::StudentDesk;
using staff::OrderedBatch;

constexpr int kOk = 200, kForbidden = 403, kNotFound = 404, kConflict = 409, kTooLarge = 413,
              kUnprocessable = 422, kTooMany = 429, kAway = 503;
constexpr std::string_view kPlace = "/staff/batch/";
constexpr const char* kTicked = "students";

std::string place_of(std::int64_t number) {
    return std::string(kPlace) + std::to_string(number);
}

// Of the path; 0: none.
std::int64_t number_in(std::string_view path) {
    if (!path.starts_with(kPlace)) return 0;
    path.remove_prefix(kPlace.size());
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(path.data(), path.data() + path.size(), number);
    return error == std::errc() && end == path.data() + path.size() ? number : 0;
}

void audit(const Node& node, const Visitor& visitor, const char* action, const std::string& purpose,
           std::int64_t students, const char* outcome) {
    node.audit().append({node.clock().now_utc_s(), "staff " + visitor.account.name, node.settings().node_id,
                         action, purpose, students, 0, outcome});
}

std::string purpose_of(const OrderedBatch& batch, const std::string& more) {
    return fmt::format("batch {} {} to {} {}", batch.number, config::iso_date(batch.period.from),
                       config::iso_date(batch.period.to), more);
}

std::vector<std::string> texts_of(const FormFields& form, std::string_view name) {
    std::vector<std::string> texts;
    for (const auto& [key, value] : form.all())
        if (key == name) texts.push_back(value);
    return texts;
}

bool holds(const std::vector<std::string>& texts, const std::string& text) {
    return std::ranges::find(texts, text) != texts.end();
}

std::string type_of(const std::string& name) {
    if (name.ends_with(".zip")) return "application/zip";
    for (const FormatEntry& entry : kReportFormats)
        if (name.ends_with("." + std::string(entry.extension)))
            return std::string(content_type_of(entry.format));
    return "application/octet-stream";
}

}  // namespace

// What the form says.
struct BatchPages::Asked {
    std::string whom, from, to, language, words;
    std::vector<std::string> students, formats;
    bool package = true, groups = false;

    [[nodiscard]] static Asked of(const FormFields& form) {
        return {form.text("whom"),
                form.text("from"),
                form.text("to"),
                form.text("language"),
                form.text("q"),
                texts_of(form, "student"),
                texts_of(form, "format"),
                form.find("package").has_value(),
                form.find("groups").has_value()};
    }
    // Nothing: none, or one that no student's report has.
    [[nodiscard]] std::optional<std::vector<ReportFormat>> report_formats() const {
        std::vector<ReportFormat> chosen;
        for (const std::string& name : formats) {
            const auto* const entry = std::ranges::find(kReportFormats, name, &FormatEntry::name);
            if (entry == std::end(kReportFormats) || !entry->student) return std::nullopt;
            chosen.push_back(entry->format);
        }
        return chosen.empty() ? std::nullopt : std::optional(chosen);
    }
};

// A batch that the visitor may see.
struct BatchPages::Looked {
    const Node& node;
    const Visitor& visitor;
    const OrderedBatch& batch;
    std::vector<staff::Issue> issues;
    fs::path folder;
};

BatchPages::BatchPages(services::NodeReaders& readers, StaffDoor& door, staff::BatchOrders& orders,
                       std::function<void()> asked, std::function<void(std::string_view line)> log)
    : readers_(readers), door_(door), orders_(orders), asked_(std::move(asked)), log_(std::move(log)) {}

std::vector<WebRoute> BatchPages::routes() {
    const auto to = [this](WebAnswer (BatchPages::*page)(const WebRequest&)) {
        return [this, page](const WebRequest& request) { return (this->*page)(request); };
    };
    return {{"GET", "/staff/batches", false, 0, to(&BatchPages::list)},
            {"POST", "/staff/batches", false, limits::kFormBytesMax, to(&BatchPages::start)},
            {"GET", "/staff/batch", true, 0, to(&BatchPages::show)},
            {"POST", "/staff/batch", true, limits::kFormBytesMax, to(&BatchPages::act)}};
}

WebAnswer BatchPages::message(const WebRequest& request, const Visitor* visitor, std::string_view alert,
                              int status) const {
    Page page = door_.frame(request, "batches", visitor);
    page.status = status;
    page.alert = page_text(page.language, alert);
    return render_page(page, kMessageMain, PageData{PageData::type::object});
}

// Choosing
// ----------------------------------------------------------------------------------------------------

WebAnswer BatchPages::list(const WebRequest& request) {
    const auto visitor = door_.visitor_of(request);
    if (!visitor) return go_to("/staff");
    Asked asked;
    asked.words = request.query.text("q");
    asked.whom = asked.words.empty() ? "" : kTicked;
    asked.formats = {"pdf"};
    return choice(request, *visitor, asked, "", kOk);
}

WebAnswer BatchPages::choice(const WebRequest& request, const Visitor& visitor, const Asked& asked,
                             std::string_view alert, int status) {
    Page page = door_.frame(request, "batches", &visitor);
    page.path = "/staff/batches";
    page.status = status;
    if (!alert.empty()) page.alert = page_text(page.language, alert);
    const Language language = page.language;
    PageData data{PageData::type::object};
    data.set("q", shown_text(asked.words));
    data.set("csrf", door_.csrf_of(visitor));
    data.set("package", asked.package);
    data.set("with_groups", asked.groups);
    PageData languages{PageData::type::list}, formats{PageData::type::list};
    const std::string chosen =
        asked.language.empty() ? std::string(reports::tag_of(language)) : asked.language;
    add_option(languages, "fr", "Fran\u00e7ais", chosen == "fr");
    add_option(languages, "en", "English", chosen == "en");
    data.set("languages", languages);
    for (const ReportFormat format : offered_formats(/*of_student=*/true)) {
        const auto* const entry = std::ranges::find(kReportFormats, format, &FormatEntry::format);
        add_option(formats, std::string(entry->name), format_label(language, format),
                   holds(asked.formats, std::string(entry->name)));
    }
    data.set("formats", formats);
    const auto read = readers_.with([&](const Node& node) {
        const federation::Period month = last_month(node);
        data.set("from", shown_text(asked.from.empty() ? config::iso_date(month.from) : asked.from));
        data.set("to", shown_text(asked.to.empty() ? config::iso_date(month.to) : asked.to));
        const StudentDesk desk(node, visitor.account.students, listed_period(node));
        PageData students{PageData::type::list}, groups{PageData::type::list};
        const auto found = desk.search(asked.words);
        for (const auto& one : found | std::views::take(limits::kStaffListMax)) {
            const std::string id = federation::to_string(one.student);
            const bool alone = found.size() == 1 && !asked.words.empty();
            add_option(students, id, label_of(one.person), alone || holds(asked.students, id));
        }
        const std::string key = found.empty()                          ? "found_none"
                                : found.size() > limits::kStaffListMax ? "found_some"
                                                                       : "found";
        data.set("found",
                 fmt::format(fmt::runtime(page_text(language, key)), found.size(), limits::kStaffListMax));
        add_groups(groups, desk, language, asked.whom);
        add_option(groups, kTicked, std::string(page_text(language, "whom_ticked")), asked.whom == kTicked);
        data.set("students", students);
        data.set("groups", groups);
        put_batches(node, orders_, visitor, language, data);
    });
    if (!read) {
        log_("the pages of batches cannot answer: " + read.error().what);
        return message(request, &visitor, "away", kAway);
    }
    return render_page(page, kBatchesMain, std::move(data));
}

WebAnswer BatchPages::start(const WebRequest& request) {
    const auto visitor = door_.visitor_of(request);
    if (!visitor) return message(request, nullptr, "stale", kForbidden);
    const FormFields form = form_of(request);
    const Asked asked = Asked::of(form);
    if (!door_.is_from_page(request, *visitor, form))
        return choice(request, *visitor, asked, is_cross_site(request) ? "refused" : "stale", kForbidden);
    WebAnswer answer;
    const auto read = readers_.with([&](const Node& node) { answer = take(request, *visitor, node, asked); });
    if (read) return answer;
    log_("a batch cannot be taken: " + read.error().what);
    return message(request, &*visitor, "away", kAway);
}

WebAnswer BatchPages::take(const WebRequest& request, const Visitor& visitor, const Node& node,
                           const Asked& asked) {
    const auto again = [&](std::string_view key, int status) {
        return choice(request, visitor, asked, key, status);
    };
    const auto period = period_in(asked.from, asked.to);
    if (!period) return again("bad_period", kUnprocessable);
    const auto formats = asked.report_formats();
    if (!formats) return again("bad_formats", kUnprocessable);
    if (asked.language != "fr" && asked.language != "en") return again("bad_choice", kUnprocessable);
    const StudentDesk desk(node, visitor.account.students, *period);
    std::optional<std::vector<federation::StudentId>> students;
    if (asked.whom == kTicked) {
        std::set<federation::StudentId> ticked;
        for (const std::string& id : asked.students) {
            const auto student = federation::parse_student_id(id);
            if (!student || !desk.covers(*student)) {
                audit(node, visitor, "web.batch.start", "", 0, student ? "outside_scope" : "no_student");
                return again("not_yours", kUnprocessable);
            }
            ticked.insert(*student);
        }
        students.emplace(ticked.begin(), ticked.end());
    } else {
        students = students_of(desk, asked.whom);
    }
    if (!students) return again("bad_choice", kUnprocessable);
    if (students->empty()) return again(asked.whom == kTicked ? "nobody_ticked" : "nobody", kUnprocessable);
    OrderedBatch batch;
    batch.account = visitor.account.name;
    batch.conditions = services::conditions_of(visitor.account.students);
    batch.whom = asked.whom;
    batch.period = *period;
    batch.formats = *formats;
    batch.package = asked.package;
    batch.groups = asked.groups;
    batch.language = reports::language_of(asked.language);
    batch.asked_utc_s = node.clock().now_utc_s();
    const auto number = orders_.put(node.settings().node_id, batch, *students);
    if (!number) return again(number.error().what == "full" ? "batches_full" : "batches_open", kTooMany);
    batch.number = *number;
    audit(node, visitor, "web.batch.start",
          purpose_of(batch, fmt::format("{}", fmt::join(asked.formats, ","))),
          static_cast<std::int64_t>(students->size()), "taken");
    asked_();
    return go_to(place_of(*number));
}

// One batch
// ----------------------------------------------------------------------------------------------------

WebAnswer BatchPages::with_batch(const WebRequest& request, const Visitor& visitor,
                                 const std::function<WebAnswer(const Looked&)>& work) {
    WebAnswer answer;
    const auto read = readers_.with([&](const Node& node) {
        const auto batch = orders_.find(node.settings().node_id, number_in(request.path));
        if (!batch || !BatchSight(node, orders_, visitor.account).sees(*batch)) {
            if (batch) audit(node, visitor, "web.batch.look", purpose_of(*batch, ""), 0, "outside_scope");
            answer = message(request, &visitor, "no_batch", kNotFound);
            return;
        }
        const fs::path folder = staff::folder_of(node.folder().path, batch->number);
        std::error_code ignored;
        const std::string whole = fs::weakly_canonical(fs::absolute(folder, ignored), ignored).string();
        const staff::IssueLog log(archive::DossierStore::path_in(node.folder().path));
        answer = work({node, visitor, *batch, log.all(node.settings().node_id, whole), folder});
    });
    if (read) return answer;
    log_("the page of a batch cannot answer: " + read.error().what);
    return message(request, &visitor, "away", kAway);
}

WebAnswer BatchPages::show(const WebRequest& request) {
    const auto visitor = door_.visitor_of(request);
    if (!visitor) return go_to("/staff");
    return with_batch(request, *visitor,
                      [&](const Looked& looked) { return page_of(request, looked, "", kOk); });
}

WebAnswer BatchPages::page_of(const WebRequest& request, const Looked& looked, std::string_view alert,
                              int status) {
    Page page = door_.frame(request, "batch", &looked.visitor);
    page.path = place_of(looked.batch.number);
    page.status = status;
    if (!alert.empty()) page.alert = page_text(page.language, alert);
    PageData data = batch_data(looked.node, looked.batch, looked.issues,
                               orders_.lines(looked.node.settings().node_id, looked.batch.number),
                               page.language, request.query.text("page"));
    data.set("csrf", door_.csrf_of(looked.visitor));
    data.set("place", page.path);
    const bool still = request.query.text("still") == "1";
    constexpr int kSecondsBetweenLooks = 5;
    if (looked.batch.is_open() && !still) page.refresh_s = kSecondsBetweenLooks;
    data.set("follows", looked.batch.is_open() && !still);
    data.set("still", looked.batch.is_open() && still);
    return render_page(page, kBatchMain, std::move(data));
}

WebAnswer BatchPages::act(const WebRequest& request) {
    const auto visitor = door_.visitor_of(request);
    if (!visitor) return message(request, nullptr, "stale", kForbidden);
    const FormFields form = form_of(request);
    return with_batch(request, *visitor, [&](const Looked& looked) {
        if (!door_.is_from_page(request, *visitor, form))
            return page_of(request, looked, is_cross_site(request) ? "refused" : "stale", kForbidden);
        return do_one(request, looked, form);
    });
}

WebAnswer BatchPages::do_one(const WebRequest& request, const Looked& looked, const FormFields& form) {
    if (const auto path = form.find("file")) return file(request, looked, *path);
    if (const auto folder = form.find("zip")) return zip(request, looked, *folder);
    return change(request, looked, form.text("do"));
}

WebAnswer BatchPages::change(const WebRequest& request, const Looked& looked, const std::string& what) {
    const std::string& node = looked.node.settings().node_id;
    const std::int64_t number = looked.batch.number;
    bool done = false;
    if (what == "stop") {
        done = orders_.stop(node, number, looked.node.clock().now_utc_s());
    } else if (what == "again") {
        done = orders_.again(node, number);
    } else if (what == "forget") {
        done = orders_.forget(node, number);
        std::error_code ignored;
        if (done) fs::remove_all(looked.folder, ignored);
    } else {
        return page_of(request, looked, "bad_choice", kUnprocessable);
    }
    if (!done) return page_of(request, looked, "batch_moved_on", kConflict);
    audit(looked.node, looked.visitor, ("web.batch." + what).c_str(), purpose_of(looked.batch, ""),
          looked.batch.students, "done");
    if (what == "again") asked_();
    return go_to(what == "forget" ? "/staff/batches" : place_of(number));
}

// Only what the log says was issued is given: no path of a request is followed.
WebAnswer BatchPages::file(const WebRequest& request, const Looked& looked, const std::string& path) {
    for (const staff::Issue& issue : looked.issues) {
        for (const std::string& name : issue.files) {
            if (issue.folder + "/" + name != path) continue;
            auto bytes = config::read_file(looked.folder / issue.folder / name, limits::kBatchZipBytesMax);
            if (!bytes) return page_of(request, looked, "file_gone", kNotFound);
            audit(looked.node, looked.visitor, "web.batch.file", purpose_of(looked.batch, type_of(name)),
                  issue.student == staff::kWholeGroup ? looked.batch.students : 1, "told");
            WebAnswer answer{kOk, type_of(name), *std::move(bytes)};
            answer.fields.emplace_back("Content-Disposition",
                                       fmt::format("attachment; filename=\"{}\"", name));
            return answer;
        }
    }
    audit(looked.node, looked.visitor, "web.batch.file", purpose_of(looked.batch, ""), 0, "no_file");
    return page_of(request, looked, "file_gone", kNotFound);
}

WebAnswer BatchPages::zip(const WebRequest& request, const Looked& looked, const std::string& folder) {
    const std::unique_lock lock(zip_mutex_, std::try_to_lock);
    if (!lock.owns_lock()) return page_of(request, looked, "zip_busy", kAway);
    std::set<std::string> paths;
    std::set<federation::StudentId> students;
    for (const staff::Issue& issue : looked.issues) {
        const std::string root = issue.folder.substr(0, issue.folder.find('/'));
        if (!folder.empty() && root != folder) continue;
        students.insert(issue.student);
        paths.insert(root + "/index.html");
        for (const std::string& name : issue.files)
            paths.insert(issue.folder + "/" + name);
    }
    if (paths.empty()) return page_of(request, looked, "file_gone", kNotFound);
    if (folder.empty()) paths.insert("index.html");
    std::vector<reports::ZipFile> files;
    std::uintmax_t bytes = 0;
    for (const std::string& path : paths) {
        std::error_code error;
        const std::uintmax_t size = fs::file_size(looked.folder / path, error);
        if (error) continue;  // deleted by hand: the page says how to have it made again
        bytes += size;
        if (bytes > limits::kBatchZipBytesMax) return page_of(request, looked, "zip_large", kTooLarge);
        auto read = config::read_file(looked.folder / path, limits::kBatchZipBytesMax);
        if (!read) return page_of(request, looked, "file_gone", kNotFound);
        files.push_back({path, *std::move(read)});
    }
    auto zip = reports::write_zip(std::move(files), {limits::kBatchZipFilesMax, limits::kBatchZipBytesMax,
                                                     limits::kBatchZipNameBytesMax});
    if (!zip) return page_of(request, looked, "zip_large", kTooLarge);
    audit(looked.node, looked.visitor, "web.batch.zip", purpose_of(looked.batch, "zip"),
          static_cast<std::int64_t>(students.size()), "told");
    WebAnswer answer{kOk, "application/zip", *std::move(zip)};
    answer.fields.emplace_back("Content-Disposition",
                               fmt::format("attachment; filename=\"batch-{}{}{}.zip\"", looked.batch.number,
                                           folder.empty() ? "" : "-", folder));
    return answer;
}

}  // namespace assidu::node::web
