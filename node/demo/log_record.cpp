#include "node/demo/log_record.h"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <string_view>

#include "config/limits.h"
#include "node/demo/csv_text.h"

namespace assidu::node::demo {
namespace {

constexpr int kSystem = 10, kUser = 30, kCourse = 50, kModule = 70;  // context levels
// Contexts have ids of their own; here by level, so that they are distinct.
constexpr std::int64_t kSystemContext = 1, kCourseContexts = 1'000, kModuleContexts = 10'000,
                       kUserContexts = 1'000'000;
constexpr std::size_t kLongNameBytes = 300;
static_assert(kLongNameBytes > config::limits::kNameBytesMax, "the long name is there to be refused");

struct Definition {
    Happening happening;
    std::string_view eventname, component, action, target, objecttable;
    char crud;
    int edulevel;  // 0 other, 1 teaching, 2 participating
    int context_level;
};

using enum Happening;
constexpr std::array<Definition, 44> kDefinitions{{
    {login, "\\core\\event\\user_loggedin", "core", "loggedin", "user", "user", 'r', 0, kSystem},
    {logout, "\\core\\event\\user_loggedout", "core", "loggedout", "user", "user", 'r', 0, kSystem},
    {login_failed, "\\core\\event\\user_login_failed", "core", "failed", "user_login", "", 'r', 0, kSystem},
    {login_as, "\\core\\event\\user_loggedinas", "core", "loggedinas", "user", "user", 'r', 0, kSystem},
    {dashboard, "\\core\\event\\dashboard_viewed", "core", "viewed", "dashboard", "", 'r', 0, kUser},
    {my_courses, "\\core\\event\\mycourses_viewed", "core", "viewed", "mycourses", "", 'r', 0, kSystem},
    {web_service, "\\core\\event\\webservice_function_called", "core", "called", "webservice_function", "",
     'r', 0, kSystem},
    {user_deleted, "\\core\\event\\user_deleted", "core", "deleted", "user", "user", 'd', 0, kUser},
    {course, "\\core\\event\\course_viewed", "core", "viewed", "course", "", 'r', 2, kCourse},
    {enrolment, "\\core\\event\\user_enrolment_created", "core", "created", "user_enrolment",
     "user_enrolments", 'c', 0, kCourse},
    {page, "\\mod_page\\event\\course_module_viewed", "mod_page", "viewed", "course_module", "page", 'r', 2,
     kModule},
    {resource, "\\mod_resource\\event\\course_module_viewed", "mod_resource", "viewed", "course_module",
     "resource", 'r', 2, kModule},
    {url, "\\mod_url\\event\\course_module_viewed", "mod_url", "viewed", "course_module", "url", 'r', 2,
     kModule},
    {book, "\\mod_book\\event\\course_module_viewed", "mod_book", "viewed", "course_module", "book", 'r', 2,
     kModule},
    {quiz, "\\mod_quiz\\event\\course_module_viewed", "mod_quiz", "viewed", "course_module", "quiz", 'r', 2,
     kModule},
    {forum, "\\mod_forum\\event\\course_module_viewed", "mod_forum", "viewed", "course_module", "forum", 'r',
     2, kModule},
    {h5p, "\\mod_h5pactivity\\event\\course_module_viewed", "mod_h5pactivity", "viewed", "course_module",
     "h5pactivity", 'r', 2, kModule},
    {scorm, "\\mod_scorm\\event\\course_module_viewed", "mod_scorm", "viewed", "course_module", "scorm", 'r',
     2, kModule},
    {lesson, "\\mod_lesson\\event\\course_module_viewed", "mod_lesson", "viewed", "course_module", "lesson",
     'r', 2, kModule},
    {folder, "\\mod_folder\\event\\course_module_viewed", "mod_folder", "viewed", "course_module", "folder",
     'r', 2, kModule},
    {glossary, "\\mod_glossary\\event\\course_module_viewed", "mod_glossary", "viewed", "course_module",
     "glossary", 'r', 2, kModule},
    {feedback, "\\mod_feedback\\event\\course_module_viewed", "mod_feedback", "viewed", "course_module",
     "feedback", 'r', 2, kModule},
    {chapter, "\\mod_book\\event\\chapter_viewed", "mod_book", "viewed", "chapter", "book_chapters", 'r', 2,
     kModule},
    {attempt_started, "\\mod_quiz\\event\\attempt_started", "mod_quiz", "started", "attempt", "quiz_attempts",
     'c', 2, kModule},
    {attempt_page, "\\mod_quiz\\event\\attempt_viewed", "mod_quiz", "viewed", "attempt", "quiz_attempts", 'r',
     2, kModule},
    {attempt_summary, "\\mod_quiz\\event\\attempt_summary_viewed", "mod_quiz", "viewed", "attempt_summary",
     "quiz_attempts", 'r', 2, kModule},
    {attempt_submitted, "\\mod_quiz\\event\\attempt_submitted", "mod_quiz", "submitted", "attempt",
     "quiz_attempts", 'u', 2, kModule},
    {attempt_reviewed, "\\mod_quiz\\event\\attempt_reviewed", "mod_quiz", "reviewed", "attempt",
     "quiz_attempts", 'r', 2, kModule},
    {discussion, "\\mod_forum\\event\\discussion_viewed", "mod_forum", "viewed", "discussion",
     "forum_discussions", 'r', 2, kModule},
    {post, "\\mod_forum\\event\\post_created", "mod_forum", "created", "post", "forum_posts", 'c', 2,
     kModule},
    {post_uploaded, "\\mod_forum\\event\\assessable_uploaded", "mod_forum", "uploaded", "assessable",
     "forum_posts", 'c', 2, kModule},
    {submission_page, "\\mod_assign\\event\\submission_status_viewed", "mod_assign", "viewed",
     "submission_status", "", 'r', 0, kModule},
    {submission_file, "\\assignsubmission_file\\event\\assessable_uploaded", "assignsubmission_file",
     "uploaded", "assessable", "assign_submission", 'c', 2, kModule},
    {submitted, "\\mod_assign\\event\\assessable_submitted", "mod_assign", "submitted", "assessable",
     "assign_submission", 'u', 2, kModule},
    {statement, "\\mod_h5pactivity\\event\\statement_received", "mod_h5pactivity", "received", "statement",
     "h5pactivity", 'u', 2, kModule},
    {sco, "\\mod_scorm\\event\\sco_launched", "mod_scorm", "launched", "sco", "scorm_scoes", 'r', 2, kModule},
    {lesson_page, "\\mod_lesson\\event\\content_page_viewed", "mod_lesson", "viewed", "content_page",
     "lesson_pages", 'r', 2, kModule},
    {answered, "\\mod_feedback\\event\\response_submitted", "mod_feedback", "submitted", "response",
     "feedback_completed", 'c', 2, kModule},
    {completion, "\\core\\event\\course_module_completion_updated", "core", "updated",
     "course_module_completion", "course_modules_completion", 'u', 2, kModule},
    {graded, "\\core\\event\\user_graded", "core", "graded", "user", "grade_grades", 'u', 1, kCourse},
    {grading_table, "\\mod_assign\\event\\grading_table_viewed", "mod_assign", "viewed", "grading_table", "",
     'r', 1, kModule},
    {submission_graded, "\\mod_assign\\event\\submission_graded", "mod_assign", "graded", "submission",
     "assign_grades", 'u', 1, kModule},
    {course_restored, "\\core\\event\\course_restored", "core", "restored", "course", "course", 'c', 1,
     kCourse},
    {module_created, "\\core\\event\\course_module_created", "core", "created", "course_module",
     "course_modules", 'c', 1, kModule},
}};

constexpr bool in_order_of_happenings() {
    for (std::size_t at = 0; at < kDefinitions.size(); ++at)
        if (static_cast<std::size_t>(kDefinitions[at].happening) != at) return false;
    return static_cast<std::size_t>(module_created) + 1 == kDefinitions.size();
}
static_assert(in_order_of_happenings());

const Definition& definition_of(Happening happening) {
    return kDefinitions[static_cast<std::size_t>(happening)];
}

void append_optional(std::string& text, std::int64_t number) {
    if (number != 0) append_number(text, number);
    text += ',';
}

// Addresses of the blocks kept for documentation (RFC 5737, RFC 3849): nobody's.
void append_address(std::string& text, std::uint32_t address) {
    if (address % 11 == 0) {
        fmt::format_to(std::back_inserter(text), "2001:db8:{:x}:{:x}::1", address >> 16, address & 0xFFFFU);
        return;
    }
    constexpr std::array<std::string_view, 3> kBlocks{"192.0.2.", "198.51.100.", "203.0.113."};
    text += kBlocks[address % kBlocks.size()];
    append_number(text, address >> 8 & 0xFFU);
}

}  // namespace

LogText::LogText(const std::vector<Person>& people, std::uint64_t seed, std::int64_t json_from_s)
    : people_(people), seed_(seed), json_from_s_(json_from_s) {
    for (const Definition& definition : kDefinitions)
        names_.push_back(fmt::format(",{},{},{},{},{},", definition.eventname, definition.component,
                                     definition.action, definition.target, definition.objecttable));
}

std::string LogText::header() {
    return "id,eventname,component,action,target,objecttable,objectid,crud,edulevel,contextid,contextlevel,"
           "contextinstanceid,userid,courseid,relateduserid,anonymous,other,timecreated,origin,ip,"
           "realuserid\n";
}

void LogText::append(const LogRecord& record, std::int64_t id, std::string& text) const {
    append_number(text, id);
    text += names_[static_cast<std::size_t>(record.happening)];
    append_to_other(record, id, text);
    append_number(text, record.time_s);
    append_from_origin(record, text);
}

void LogText::append_without_time(const LogRecord& record, std::int64_t id, std::string& text) const {
    append_number(text, id);
    text += names_[static_cast<std::size_t>(record.happening)];
    append_to_other(record, id, text);
    text += "hier soir";
    append_from_origin(record, text);
}

void LogText::append_cut_short(const LogRecord& record, std::int64_t id, std::string& text) const {
    append_number(text, id);
    text += names_[static_cast<std::size_t>(record.happening)];
    text += '\n';
}

void LogText::append_long_name(const LogRecord& record, std::int64_t id, std::string& text) const {
    constexpr std::string_view kBegin = "\\mod_page\\event\\";
    append_number(text, id);
    text.append(",").append(kBegin).append(kLongNameBytes - kBegin.size(), 'x');
    // What follows the name in the row as it should be.
    const std::string& names = names_[static_cast<std::size_t>(record.happening)];
    text += std::string_view(names).substr(names.find(',', 1));
    append_to_other(record, id, text);
    append_number(text, record.time_s);
    append_from_origin(record, text);
}

void LogText::append_to_other(const LogRecord& record, std::int64_t id, std::string& text) const {
    const Definition& definition = definition_of(record.happening);
    append_optional(text, record.object);
    text += definition.crud;
    text += ',';
    append_number(text, definition.edulevel);
    text += ',';
    const bool module = definition.context_level == kModule, course = definition.context_level == kCourse;
    // A user's own page is in the context of the person it is about.
    const std::int64_t instance = module                              ? record.activity
                                  : course                            ? record.course
                                  : definition.context_level == kUser ? record.related
                                                                      : 0;
    append_number(text, module          ? kModuleContexts + instance
                        : course        ? kCourseContexts + instance
                        : instance != 0 ? kUserContexts + instance
                                        : kSystemContext);
    text += ',';
    append_number(text, definition.context_level);
    text += ',';
    append_number(text, instance);
    text += ',';
    append_number(text, record.user);
    text += ',';
    append_number(text, record.course);
    text += ',';
    append_optional(text, record.related);
    text += record.anonymous ? "1," : "0,";
    append_other(record, id, text);
    text += ',';
}

void LogText::append_from_origin(const LogRecord& record, std::string& text) {
    constexpr std::array<std::string_view, 4> kOrigins{",web,", ",ws,", ",cli,", ",restore,"};
    text += kOrigins[static_cast<std::size_t>(record.origin)];
    if (record.origin != Origin::cli) append_address(text, record.address);
    text += ',';
    if (record.operator_id != 0) append_number(text, record.operator_id);
    text += '\n';
}

}  // namespace assidu::node::demo
