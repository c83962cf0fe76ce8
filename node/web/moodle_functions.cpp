#include "node/web/moodle_functions.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "config/limits.h"
#include "node/services/student_desk.h"
#include "node/web/moodle_parameters.h"
#include "node/web/report_request.h"

namespace assidu::node::web {
namespace {

using Json = nlohmann::ordered_json;
using Answer = std::expected<Json, MoodleError>;
using Type = ParameterRule::Type;
using services::StudentDesk;

constexpr std::int64_t kFrontPage = 1;  // Moodle's SITEID

constexpr ParameterRule kUserStats[] = {
    {"uidsource", Type::letters}, {"uid", Type::text},          {"cidsource", Type::letters, "idnumber"},
    {"cid", Type::text, "0"},     {"from", Type::integer, "0"}, {"to", Type::integer, "0"},
    {"score", Type::integer, "1"}};
constexpr ParameterRule kUsersStats[] = {
    {"uidsource", Type::letters}, {"uids", Type::list},         {"cidsource", Type::letters, "idnumber"},
    {"cid", Type::text, "0"},     {"from", Type::integer, "0"}, {"to", Type::integer, "0"},
    {"score", Type::boolean, "1"}};

std::span<const ParameterRule> rules_of(std::string_view function) {
    if (function == kMoodleFunctions[0]) return kUserStats;
    if (function == kMoodleFunctions[1] || function == kMoodleFunctions[2]) return kUsersStats;
    if (function == kMoodleFunctions[3]) return report_url_rules();
    throw std::logic_error("not a function of ours");
}

MoodleError refused(MoodleError error, MoodleOutcome& outcome, std::string code = "") {
    outcome = {0, code.empty() ? error.code : std::move(code)};
    return error;
}

// The front page and what lies outside any course.
std::int64_t site_seconds(const reports::StudentReport& report) {
    std::int64_t seconds = 0;
    for (const reports::CourseLine& line : report.courses)
        if (line.course == 0 || line.course == kFrontPage) seconds += line.measured_s;
    return seconds;
}

// What one call asks of every student.
class Asking {
  public:
    Asking(const Node& node, const CheckedParameters& parameters)
        : parameters_(parameters), language_(reports::language_of(node.settings().language)) {}

    // The key of users, and which course; refused as Moodle refuses parameters.
    [[nodiscard]] std::optional<MoodleError> prepare(const StudentDesk& desk) {
        const auto course_key = services::parse_course_key(parameters_.text("cidsource"));
        if (!course_key) return invalid_parameter("cidsource: id, idnumber or shortname is wanted");
        const std::string& name = parameters_.text("cid");
        if (name.empty() || name == "0") return std::nullopt;
        course_ = desk.course(*course_key, name);
        if (!course_)
            return MoodleError{"moodle_exception", "invalidcourseid",
                               "You are trying to use an invalid course ID", ""};
        return std::nullopt;
    }

    [[nodiscard]] Json user_of(const reports::StudentReport& report) const {
        const reports::Person person = report.person.value_or(reports::Person{});
        return {{"id", person.user_id}, {"idnumber", person.idnumber}, {"username", person.username}};
    }

    [[nodiscard]] Json stats_of(const StudentDesk& desk, const reports::StudentReport& report) const {
        Json courses = Json::array();
        for (const reports::CourseLine& line : lines_of(desk, report))
            courses.push_back(course_of(desk, report, line));
        const auto [from, to] = span_of(report);
        return {{"user", user_of(report)},
                {"query", {{"from", from}, {"to", to}}},
                {"sessions", sessions_of(report)},
                {"courses", std::move(courses)}};
    }

    void add_course_stats(const StudentDesk& desk, const reports::StudentReport& report, Json& to) const {
        for (const reports::CourseLine& line : lines_of(desk, report)) {
            Json course = course_of(desk, report, line);
            Json score = std::move(course["score"]);
            course.erase("score");
            add_sessions(report, line.course, course);
            course["score"] = std::move(score);
            to.push_back({{"user", user_of(report)}, {"coursedata", std::move(course)}});
        }
    }

  private:
    // The instants that were counted, [from, to).
    static std::pair<std::int64_t, std::int64_t> span_of(const reports::StudentReport& report) {
        return {std::max<std::int64_t>(report.calendar.begin_of(report.period.from), 0),
                report.calendar.end_of(report.period.to)};
    }

    // Of one course also where nothing was done in it.
    [[nodiscard]] std::vector<reports::CourseLine> lines_of(const StudentDesk& desk,
                                                            const reports::StudentReport& report) const {
        if (!course_) return report.courses;
        for (const reports::CourseLine& line : report.courses)
            if (line.course == *course_) return {line};
        reports::CourseLine none;
        none.course = *course_;
        none.names = desk.course_names(*course_);
        return {none};
    }

    [[nodiscard]] Json course_of(const StudentDesk& desk, const reports::StudentReport& report,
                                 const reports::CourseLine& line) const {
        const reports::Course names = line.names.value_or(reports::Course{});
        Json course = {{"id", line.course},
                       {"idnumber", names.idnumber},
                       {"shortname", names.shortname},
                       {"fullname", reports::course_name(language_, line.course, line.names)},
                       {"activitytime", line.measured_s - line.pages_measured_s},
                       {"coursetime", line.pages_measured_s},
                       {"coursetotal", line.measured_s},
                       {"othertime", 0},
                       {"sitecoursetime", site_seconds(report)},
                       {"creditedtime", line.credited_s},
                       {"score", nullptr}};
        if (parameters_.boolean("score") && line.course > 0) {
            if (const auto score = desk.score(report.student, line.course).score)
                course["score"] = reports::short_decimal(*score);
        }
        return course;
    }

    static Json sessions_of(const reports::StudentReport& report) {
        const std::vector<reports::SessionLine> sessions =
            report.sessions.value_or(std::vector<reports::SessionLine>{});
        Json json = {{"sessions", sessions.size()}, {"firstsession", nullptr}, {"lastsession", nullptr},
                     {"sessionmin", nullptr},       {"sessionmax", nullptr},   {"meansession", nullptr}};
        if (sessions.empty()) return json;
        std::int64_t least = INT64_MAX, most = 0, sum = 0;
        for (const reports::SessionLine& session : sessions) {
            const std::int64_t seconds = session.end_utc_s - session.begin_utc_s;
            least = std::min(least, seconds);
            most = std::max(most, seconds);
            sum += seconds;
        }
        json["firstsession"] = sessions.front().begin_utc_s;
        json["lastsession"] = sessions.back().begin_utc_s;
        json["sessionmin"] = least;
        json["sessionmax"] = most;
        json["meansession"] = sum / static_cast<std::int64_t>(sessions.size());
        return json;
    }

    static void add_sessions(const reports::StudentReport& report, std::int64_t course, Json& to) {
        to["firstsession"] = nullptr;
        to["lastsession"] = nullptr;
        for (const reports::SessionLine& session :
             report.sessions.value_or(std::vector<reports::SessionLine>{})) {
            if (!std::ranges::any_of(session.courses, [&](const auto& one) { return one.first == course; }))
                continue;
            if (to["firstsession"].is_null()) to["firstsession"] = session.begin_utc_s;
            to["lastsession"] = session.begin_utc_s;
        }
    }

    const CheckedParameters& parameters_;
    const reports::Language language_;
    std::optional<std::int64_t> course_;
};

Answer one_user(const StudentDesk& desk, const Asking& asking, services::StudentKey key,
                const std::string& uid, MoodleOutcome& outcome) {
    const auto student = desk.find(key, uid);
    if (!student)
        return std::unexpected(refused({"moodle_exception", "invaliduser", "Invalid user", ""}, outcome,
                                       std::string(services::code_of(student.error()))));
    const auto report = desk.report(*student);
    if (!report) return std::unexpected(refused(no_data(report.error().what), outcome));
    outcome = {1, "told"};
    return asking.stats_of(desk, *report);
}

// Whoever is nobody here has no element.
Answer many_users(const StudentDesk& desk, const Asking& asking, services::StudentKey key,
                  const std::vector<std::string>& uids, bool by_course, MoodleOutcome& outcome) {
    Json list = Json::array();
    outcome = {0, "told"};
    for (const std::string& uid : uids) {
        const auto student = desk.find(key, uid);
        if (!student) continue;
        const auto report = desk.report(*student);
        if (!report) return std::unexpected(refused(no_data(report.error().what), outcome));
        ++outcome.students;
        if (by_course)
            asking.add_course_stats(desk, *report, list);
        else
            list.push_back(asking.stats_of(desk, *report));
    }
    return list;
}

Answer stats(const Node& node, const Token& token, std::string_view function,
             const CheckedParameters& parameters, MoodleOutcome& outcome) {
    const auto key = services::parse_student_key(parameters.text("uidsource"));
    if (!key)
        return std::unexpected(
            refused(invalid_parameter("uidsource: id, idnumber, username or email is wanted"), outcome));
    const auto days = services::days_of(node, parameters.integer("from"), parameters.integer("to"));
    if (!days)
        return std::unexpected(refused(days.error().what.starts_with("no data")
                                           ? no_data(days.error().what)
                                           : invalid_parameter(days.error().what),
                                       outcome));
    const StudentDesk desk(node, token.students, *days);
    Asking asking(node, parameters);
    if (auto error = asking.prepare(desk)) return std::unexpected(refused(*std::move(error), outcome));
    if (function == kMoodleFunctions[0]) return one_user(desk, asking, *key, parameters.text("uid"), outcome);
    return many_users(desk, asking, *key, parameters.list("uids"), function == kMoodleFunctions[2], outcome);
}

}  // namespace

bool is_moodle_function(std::string_view name) {
    return std::ranges::find(kMoodleFunctions, name) != std::end(kMoodleFunctions);
}

std::vector<std::string_view> parameter_names(std::string_view function) {
    std::vector<std::string_view> names;
    for (const ParameterRule& rule : rules_of(function))
        names.push_back(rule.name);
    return names;
}

std::expected<Json, MoodleError> call_moodle_function(
    const Node& node, const Token& token, std::string_view function, const MoodleParameters& parameters,
    const std::function<std::string(const LinkedReport&)>& address_of, MoodleOutcome& outcome) {
    const auto checked = CheckedParameters::of(parameters, rules_of(function));
    if (!checked) return std::unexpected(refused(checked.error(), outcome));
    if (function != kMoodleFunctions[3]) return stats(node, token, function, *checked, outcome);
    const auto linked = read_report_request(node, token, *checked);
    if (!linked) return std::unexpected(refused(linked.error(), outcome));
    outcome = {0, "address_given"};
    return Json(address_of(*linked));
}

}  // namespace assidu::node::web
