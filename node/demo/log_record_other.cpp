// What each event of Moodle says in its column `other`.

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "node/demo/courses.h"
#include "node/demo/log_record.h"

namespace assidu::node::demo {
namespace {

using enum Happening;
using Field = OtherField;
using Kind = OtherField::Kind;

constexpr std::array<std::string_view, 4> kPostTexts{
    "<p>Bonjour,\nje ne comprends pas la \"question 3\".</p>", "<p>Merci à tous, c'est plus clair !</p>",
    "<p>Voir https://exemple.example/cours?a=1,2\n\n-- \nEnvoyé de mon téléphone</p>", "<p>D'accord.</p>"};

std::string_view post_text(const LogRecord& record) {
    return kPostTexts[static_cast<std::size_t>(record.object) % kPostTexts.size()];
}

// What the database gives comes to PHP as text, what Moodle's code computes as a number: real rows show both.
class NumberText {
  public:
    explicit NumberText(std::int64_t number)
        : end_(std::to_chars(digits_.data(), digits_.data() + digits_.size(), number).ptr) {}
    NumberText(const NumberText&) = delete;
    NumberText& operator=(const NumberText&) = delete;
    operator std::string_view() const { return {digits_.data(), end_}; }

  private:
    std::array<char, 20> digits_;
    char* end_;
};

template <std::size_t size>
std::string_view random_word(std::array<char, size>& word, std::string_view alphabet, Dice& dice) {
    for (char& letter : word)
        letter = alphabet[static_cast<std::size_t>(dice.below(static_cast<std::int64_t>(alphabet.size())))];
    return {word.data(), word.size()};
}

}  // namespace

bool LogText::breaks_line(const LogRecord& record) const {
    return record.happening == post_uploaded && record.time_s < json_from_s_ &&
           post_text(record).find('\n') != std::string_view::npos;
}

const Person* LogText::person(std::int64_t user) const {
    return user > 0 ? &people_[static_cast<std::size_t>(user - 1)] : nullptr;
}

void LogText::append_fields(const LogRecord& record, std::initializer_list<OtherField> fields,
                            std::string& text) const {
    if (record.time_s < json_from_s_)
        append_other_php(text, fields);
    else
        append_other_json(text, fields);
}

void LogText::append_other(const LogRecord& record, std::int64_t id, std::string& text) const {
    Dice dice(seed_, static_cast<std::uint64_t>(id));
    if (record.activity == 0 || record.happening == module_created)
        append_core_other(record, dice, text);
    else
        append_module_other(record, dice, text);
}

void LogText::append_core_other(const LogRecord& record, Dice& dice, std::string& text) const {
    const Person* user = person(record.user);
    switch (record.happening) {
        case login:
            return append_fields(
                record, {Field::of_text("username", user->username), Field::of_list("extrauserinfo", "")},
                text);
        case logout: {
            std::array<char, 26> session;
            const auto word = random_word(session, "0123456789abcdefghijklmnopqrstuv", dice);
            return append_fields(record, {Field::of_text("sessionid", word)}, text);
        }
        case login_failed:
            return append_fields(record,
                                 {Field::of_text("username", user ? user->username : "inconnu"),
                                  Field::of_number("reason", user ? 3 : 1)},
                                 text);
        case login_as: {
            const Person* learner = person(record.related);
            const auto full_name = [](const Person& who) { return who.firstname + ' ' + who.lastname; };
            return append_fields(record,
                                 {Field::of_text("originalusername", full_name(*user)),
                                  Field::of_text("loggedinasusername", full_name(*learner))},
                                 text);
        }
        case web_service:
            return append_fields(record, {Field::of_text("function", "core_course_get_contents")}, text);
        case user_deleted: {
            const Person* gone = person(record.related);
            return append_fields(
                record,
                {Field::of_text("username", gone->username), Field::of_text("email", gone->email),
                 Field::of_text("idnumber", gone->idnumber), Field::of_text("picture", "0"),
                 Field::of_text("mnethostid", "1")},
                text);
        }
        case course:
            if (dice.below(4) != 0) return append_fields(record, {}, text);
            return append_fields(record, {Field::of_number("coursesectionnumber", 1 + dice.below(8))}, text);
        case enrolment:
            return append_fields(record, {Field::of_text("enrol", "manual")}, text);
        case graded:
            return append_fields(record,
                                 {Field::of_text("itemid", NumberText(1 + dice.below(800))),
                                  {"overridden", Kind::no},
                                  Field::of_number("finalgrade", dice.below(21))},
                                 text);
        case course_restored:
            return append_fields(record,
                                 {Field::of_text("type", "course"),
                                  Field::of_number("target", 1),
                                  Field::of_text("operation", "restore"),
                                  {"samesite", Kind::yes},
                                  Field::of_text("originalcourseid", NumberText(kFirstCourse))},
                                 text);
        case module_created:
            return append_fields(
                record,
                {Field::of_text("modulename", "page"), Field::of_number("instanceid", record.activity),
                 Field::of_text("name", "Pour commencer")},
                text);
        default:
            return append_fields(record, {}, text);
    }
}

void LogText::append_module_other(const LogRecord& record, Dice& dice, std::string& text) const {
    const NumberText instance(record.activity);
    switch (record.happening) {
        case attempt_page:
            return append_fields(
                record, {Field::of_text("quizid", instance), Field::of_number("page", dice.below(10))}, text);
        case attempt_summary:
        case attempt_reviewed:
            return append_fields(record, {Field::of_text("quizid", instance)}, text);
        case attempt_submitted:
            return append_fields(record,
                                 {Field::of_text("submitterid", NumberText(record.user)),
                                  Field::of_text("quizid", instance),
                                  {"studentisonline", Kind::yes}},
                                 text);
        case post:
            return append_fields(
                record,
                {Field::of_text("discussionid", NumberText(1 + dice.below(9000))),
                 Field::of_text("forumid", instance), Field::of_text("forumtype", "general")},
                text);
        case post_uploaded:
            return append_fields(
                record,
                {Field::of_text("content", post_text(record)), Field::of_list("pathnamehashes", ""),
                 Field::of_number("discussionid", 1 + dice.below(9000)),
                 Field::of_text("triggeredfrom", "forum_add_post")},
                text);
        case grading_table:
        case submission_page:
            return append_fields(record, {Field::of_text("assignid", instance)}, text);
        case submission_file: {
            std::array<char, 40> hash;
            const auto word = random_word(hash, "0123456789abcdef", dice);
            return append_fields(
                record, {Field::of_text("content", ""), Field::of_list("pathnamehashes", word)}, text);
        }
        case submitted:
            return append_fields(record, {{"submission_editable", Kind::yes}}, text);
        case sco:
            return append_fields(
                record,
                {Field::of_text("instanceid", instance), Field::of_text("loadedcontent", "index.html")},
                text);
        case answered:
            return append_fields(record,
                                 {Field::of_text("cmid", instance), Field::of_text("instanceid", instance),
                                  Field::of_number("anonymous", 1)},
                                 text);
        case completion:
            return append_fields(record,
                                 {Field::of_text("relateduserid", NumberText(record.related)),
                                  {"overrideby", Kind::null},
                                  Field::of_number("completionstate", 1)},
                                 text);
        default:
            return append_fields(record, {}, text);
    }
}

}  // namespace assidu::node::demo
