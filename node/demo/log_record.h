// One row of the demonstration's log, and its text in the 21 columns of Moodle's logstore_standard_log.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "node/demo/dice.h"
#include "node/demo/other_text.h"
#include "node/demo/people.h"

namespace assidu::node::demo {

// Moodle's events that the demonstration has. The order is that of the table in log_record.cpp.
enum class Happening : std::uint8_t {
    login,
    logout,
    login_failed,
    login_as,
    dashboard,
    my_courses,
    web_service,
    user_deleted,
    course,
    enrolment,
    page,
    resource,
    url,
    book,
    quiz,
    forum,
    h5p,
    scorm,
    lesson,
    folder,
    glossary,
    feedback,
    chapter,
    attempt_started,
    attempt_page,
    attempt_summary,
    attempt_submitted,
    attempt_reviewed,
    discussion,
    post,
    post_uploaded,
    submission_page,
    submission_file,
    submitted,
    statement,
    sco,
    lesson_page,
    answered,
    completion,
    graded,
    grading_table,
    submission_graded,
    course_restored,
    module_created,
};

enum class Origin : std::uint8_t { web, ws, cli, restore };

struct LogRecord {
    std::int64_t time_s = 0;  // timecreated
    // Rows get their ids in this order: when the row was written, in seconds UTC, then how many were made
    // before it.
    std::int64_t written_s = 0, made = 0;
    std::int64_t user = 0, related = 0, operator_id = 0;  // userid, relateduserid, realuserid; 0 for none
    std::int64_t course = 0, activity = 0;                // courseid; cmid where the context is a module
    std::int64_t object = 0;                              // objectid; 0 for none
    std::uint32_t address = 0;                            // what the ip is made from
    Happening happening = Happening::course;
    Origin origin = Origin::web;
    bool anonymous = false;
    bool late = false;   // the collector missed it at first
    bool twice = false;  // the collector sent it again
};

// Writes records as text. One Moodle's rows hold `other` serialised by PHP until its administrator switches
// to JSON, as many real ones do.
class LogText {
  public:
    // `people` must outlive the object.
    LogText(const std::vector<Person>& people, std::uint64_t seed, std::int64_t json_from_s);

    // The names of the columns, with the end of line.
    [[nodiscard]] static std::string header();
    // The row of `record` under `id`, with the end of line.
    void append(const LogRecord& record, std::int64_t id, std::string& text) const;
    // Whether the row's `other` holds a line break.
    [[nodiscard]] bool breaks_line(const LogRecord& record) const;

    // The three rows that are no events, by what is wrong with them.
    void append_without_time(const LogRecord& record, std::int64_t id, std::string& text) const;
    void append_cut_short(const LogRecord& record, std::int64_t id, std::string& text) const;
    void append_long_name(const LogRecord& record, std::int64_t id, std::string& text) const;

  private:
    void append_to_other(const LogRecord& record, std::int64_t id, std::string& text) const;
    static void append_from_origin(const LogRecord& record, std::string& text);
    // These are in log_record_other.cpp.
    void append_other(const LogRecord& record, std::int64_t id, std::string& text) const;
    void append_core_other(const LogRecord& record, Dice& dice, std::string& text) const;
    void append_module_other(const LogRecord& record, Dice& dice, std::string& text) const;
    void append_fields(const LogRecord& record, std::initializer_list<OtherField> fields,
                       std::string& text) const;
    [[nodiscard]] const Person* person(std::int64_t user) const;

    const std::vector<Person>& people_;
    std::uint64_t seed_;
    std::int64_t json_from_s_;
    std::vector<std::string> names_;  // ",eventname,component,action,target,objecttable," of each happening
};

}  // namespace assidu::node::demo
