#include "node/services/use_stats.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <stdexcept>

#include "config/limits.h"
#include "node/services/student_desk.h"
#include "node/services/use_stats_form.h"
#include "reports/render.h"

namespace assidu::node::services {
namespace {

using Status = UseStatsStatus;

// The plugin's own words. "Unkown" is how it is written there.
constexpr std::string_view kBadCaller = "Bad client user format.";
constexpr std::string_view kNoName = "Empty username.";
constexpr std::string_view kNoHost = "Calling host is not registered. Check MNET configuration";
constexpr std::string_view kNoCapability = "Local user's identity has no capability to run";
constexpr std::string_view kNoTarget = "Target user does not exist.";
constexpr std::string_view kNoCourse = "Unkown course.";

std::string_view without_last_slash(std::string_view root) {
    return root.ends_with('/') ? root.substr(0, root.size() - 1) : root;
}

// What became of a question, for the audit and the answer alike.
struct Outcome {
    Status status = Status::ok;
    std::string text;  // the document, or what is wrong
    std::string code;  // for the audit
};

class Answering {
  public:
    Answering(const Node& node, const UseStatsCaller& caller, const UseStatsQuery& query)
        : node_(node), caller_(caller), query_(query) {}

    // Whether the caller is who they say; the plugin's order of questions.
    [[nodiscard]] std::optional<Outcome> refused_caller() const {
        if (query_.username.empty()) return Outcome{Status::user, std::string(kNoName), "no_username"};
        if (without_last_slash(query_.calling_host) != without_last_slash(caller_.wwwroot))
            return Outcome{Status::failure, std::string(kNoHost), "other_host"};
        if (caller_.grant.empty()) return Outcome{Status::capability, std::string(kNoCapability), "no_grant"};
        return std::nullopt;
    }

    [[nodiscard]] Outcome answer() const {
        const auto days = days_of(node_, query_.from_s, 0);
        if (!days) return {Status::data, days.error().what, "no_data"};
        const StudentDesk desk(node_, caller_.grant, *days);
        const auto student = desk.find(StudentKey::username, query_.target);
        if (!student) return {Status::record, std::string(kNoTarget), std::string(code_of(student.error()))};
        return query_.kind == UseStatsQuery::Kind::stats ? stats(desk, *student) : scores(desk, *student);
    }

    void audit(const Outcome& outcome) const {
        const bool told = outcome.status == Status::ok;
        node_.audit().append(
            {node_.clock().now_utc_s(), caller_.wwwroot, node_.settings().node_id,
             query_.kind == UseStatsQuery::Kind::stats ? "mnet.get_stats" : "mnet.get_scores",
             audit_text(query_.username + "@" + query_.user_home), told ? 1 : 0, 0,
             told ? "told" : outcome.code});
    }

  private:
    [[nodiscard]] Outcome stats(const StudentDesk& desk, const federation::StudentId& student) const {
        const auto report = desk.report(student);
        if (!report) return {Status::data, report.error().what, "no_data"};
        const bool modules = query_.scope == UseStatsQuery::Scope::modules;
        return {Status::ok,
                reports::render_use_stats(
                    *report, {query_.scope >= UseStatsQuery::Scope::courses, modules, query_.flat}),
                ""};
    }

    [[nodiscard]] Outcome scores(const StudentDesk& desk, const federation::StudentId& student) const {
        const auto field = parse_course_key(query_.course_field);
        const auto course = field ? desk.course(*field, query_.course) : std::nullopt;
        if (!course) return {Status::record, std::string(kNoCourse), "no_course"};
        const auto language = reports::language_of(node_.settings().language);
        return {Status::ok, reports::render_scores(desk.score(student, *course), language), ""};
    }

    const Node& node_;
    const UseStatsCaller& caller_;
    const UseStatsQuery& query_;
};

rpc::Value value_of(const Outcome& outcome, bool json) {
    using Errors = rpc::Value::Array;
    if (outcome.status == Status::ok)
        return use_stats_value(outcome.status, Errors{rpc::Value::array({})}, outcome.text, json);
    return use_stats_value(outcome.status, Errors{rpc::Value::array({}), rpc::Value::text(outcome.text)},
                           std::nullopt, json);
}

// What is wrong with the caller has no empty first element.
rpc::Value caller_error(Status status, std::string_view text, bool json) {
    return use_stats_value(status, {rpc::Value::text(std::string(text))}, std::nullopt, json);
}

}  // namespace

UseStatsAnswer answer_use_stats(const Node& node, const UseStatsCaller& caller, std::string_view function,
                                std::span<const rpc::Value> params, bool wrapped,
                                std::span<const std::string> own_roots) {
    const UseStatsForm form = read_use_stats(function, params, wrapped);
    if (form.too_few) return rpc::Fault{kTooFewParameters, "Internal server error"};
    if (form.bad_caller) return caller_error(Status::user, kBadCaller, form.query.json);
    const Answering answering(node, caller, form.query);
    if (const auto refused = answering.refused_caller()) {
        answering.audit(*refused);
        return caller_error(refused->status, refused->text, form.query.json);
    }
    const std::string_view where = without_last_slash(form.query.whereroot);
    if (!where.empty() && std::ranges::find(own_roots, where) == own_roots.end())
        return UseStatsElsewhere{std::string(where), form.query};
    const Outcome outcome =
        form.problem.empty() ? answering.answer() : Outcome{Status::data, form.problem, "bad_question"};
    answering.audit(outcome);
    return value_of(outcome, form.query.json);
}

}  // namespace assidu::node::services
