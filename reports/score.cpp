#include "reports/score.h"

#include "reports/xml_parts.h"

namespace assidu::reports {

std::string code_of(CourseScore::None why) {
    switch (why) {
        case CourseScore::None::no_grades:
            return "no_grades";
        case CourseScore::None::not_graded:
            return "not_graded";
        case CourseScore::None::hidden:
            return "hidden";
    }
    return "";
}

std::string short_decimal(const std::string& decimal) {
    if (decimal.find('.') == std::string::npos) return decimal;
    std::string text = decimal;
    text.resize(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
    return text;
}

std::string render_scores(const CourseScore& score, Language language) {
    using xml::put;
    pugi::xml_document document;
    pugi::xml_node scores = document.append_child("USER_SCORES");
    const Person person = score.person.value_or(Person{});
    const Course names = score.names.value_or(Course{});
    pugi::xml_node user = scores.append_child("USER");
    put(user, "USERNAME", person.username);
    put(user, "FIRSTNAME", person.firstname);
    put(user, "LASTNAME", person.lastname);
    put(user, "STUDENT_ID", federation::to_string(score.student));
    if (score.score) put(scores, "SCORE", short_decimal(*score.score));
    pugi::xml_node course = scores.append_child("COURSE");
    put(course, "NAME", course_name(language, score.course, score.names));
    put(course, "SHORTNAME", names.shortname);
    put(course, "IDNUMBER", names.idnumber);
    put(course, "COURSE_ID", score.course);
    if (score.score_max) put(scores, "SCORE_MAX", short_decimal(*score.score_max));
    xml::put_known(scores, "GRADED_AT", score.graded_utc_s);
    if (!score.score) put(scores, "NO_DATA", code_of(score.why_none));
    xml::put_known(scores, "ACTIVITIES_COMPLETED", score.completed);
    return xml::text_of(document);
}

}  // namespace assidu::reports
