#include "node/demo/sitting.h"

#include <algorithm>

#include "node/demo/courses.h"

namespace assidu::node::demo {
namespace {

using enum Happening;

// Seconds between two events within a sitting. Counted with the pauses between sittings, about half of all
// gaps of a person are at most 10 s, three quarters 50 s, nine in ten 200 s, and one in twenty is over half
// an hour: the bursts, the reading and the pauses of a busy course.
constexpr std::array<Knot, 14> kGaps{{{0, 0},
                                      {120, 0},
                                      {220, 2},
                                      {360, 6},
                                      {500, 13},
                                      {600, 21},
                                      {720, 36},
                                      {820, 66},
                                      {900, 125},
                                      {950, 260},
                                      {980, 800},
                                      {990, 1'700},
                                      {997, 4'000},
                                      {1000, 9'000}}};
// Milliseconds are not in the log: a page and what it sets off often bear the same second.
constexpr std::array<Knot, 4> kAfterwards{{{0, 0}, {700, 0}, {900, 1}, {1000, 4}}};
// Seconds that a row waits in the buffer of a slow request, one row in fifty.
constexpr std::array<Knot, 4> kWriteDelays{{{0, 1}, {600, 5}, {950, 40}, {1000, 90}}};

class Walk {
  public:
    Walk(const Sitting& sitting, Learner& learner, Dice& dice, Rows& rows)
        : sitting_(sitting), learner_(learner), dice_(dice), rows_(rows), time_s_(sitting.begin_s) {
        course_ = learner.courses[static_cast<std::size_t>(dice.below(4))];
        // Seven times out of ten it is the course that they are on.
        if (dice.per_mille(700)) course_ = learner.courses[0];
    }

    void arrive() {
        if (sitting_.operator_id != 0) {
            LogRecord record = here(login_as);
            record.user = record.object = sitting_.operator_id;
            record.related = learner_.user;
            put(record);
        } else if (sitting_.origin == Origin::ws) {
            put(here(web_service));
        } else if (dice_.per_mille(720)) {
            LogRecord record = here(login);
            record.object = learner_.user;
            put(record);
        }
        pass(dice_.draw(kAfterwards));
        if (sitting_.origin == Origin::web && dice_.per_mille(600)) {
            LogRecord record = here(dice_.per_mille(700) ? dashboard : my_courses);
            if (record.happening == dashboard) record.related = learner_.user;
            put(record);
            pass(dice_.draw(kGaps));
        }
        put(in_course(course));
    }

    // False once the sitting is over.
    bool step() {
        pass(std::min(dice_.draw(kGaps), sitting_.gap_max_s));
        if (time_s_ >= sitting_.end_s) return false;
        if (pages_left_ > 0) {
            go_on_with_attempt();
            return true;
        }
        if (dice_.per_mille(20)) course_ = learner_.courses[static_cast<std::size_t>(dice_.below(4))];
        if (dice_.per_mille(150)) {
            put(in_course(course));
            return true;
        }
        if (dice_.per_mille(500)) go_to_next_activity();
        open_activity();
        return true;
    }

    void leave() {
        if (sitting_.origin != Origin::web || !dice_.per_mille(180)) return;
        pass(dice_.draw(kGaps));
        LogRecord record = here(logout);
        record.object = learner_.user;
        put(record);
    }

  private:
    // A row above course level.
    LogRecord here(Happening happening) const {
        LogRecord record;
        record.time_s = time_s_;
        record.user = learner_.user;
        record.happening = happening;
        record.origin = sitting_.origin;
        record.operator_id = sitting_.operator_id;
        record.address = sitting_.address;
        return record;
    }
    LogRecord in_course(Happening happening) const {
        LogRecord record = here(happening);
        record.course = course_;
        return record;
    }
    LogRecord in_activity(Happening happening, std::int64_t object = 0) const {
        LogRecord record = in_course(happening);
        record.activity = activity_id(course_, learner_.place);
        record.object = object;
        return record;
    }
    void view(Happening happening) { put(in_activity(happening, activity_id(course_, learner_.place))); }
    std::int64_t new_object() { return 1 + dice_.below(4'000'000); }

    void put(const LogRecord& record) {
        if (record.time_s < sitting_.end_s) rows_.add(record);
    }
    void pass(std::int64_t seconds) { time_s_ += seconds; }

    void go_to_next_activity() {
        do
            learner_.place = dice_.per_mille(750) ? (learner_.place + 1) % kActivitiesPerCourse
                                                  : dice_.below(kActivitiesPerCourse);
        while (module_at(learner_.place) == Module::label);  // a label has no page of its own
    }

    void open_activity() {
        switch (module_at(learner_.place)) {
            case Module::page:
                view(page);
                break;
            case Module::resource:
                view(resource);
                break;
            case Module::url:
                view(url);
                break;
            case Module::folder:
                view(folder);
                break;
            case Module::glossary:
                view(glossary);
                break;
            case Module::label:
                break;
            case Module::book:
                dice_.per_mille(300) ? view(book) : put(in_activity(chapter, new_object()));
                break;
            case Module::lesson:
                dice_.per_mille(300) ? view(lesson) : put(in_activity(lesson_page, new_object()));
                break;
            case Module::h5pactivity:
                dice_.per_mille(400) ? view(h5p)
                                     : put(in_activity(statement, activity_id(course_, learner_.place)));
                break;
            case Module::scorm:
                dice_.per_mille(500) ? view(scorm) : put(in_activity(sco, 1 + dice_.below(40)));
                break;
            case Module::forum:
                open_forum();
                break;
            case Module::assign:
                open_assignment();
                break;
            case Module::quiz:
                open_quiz();
                break;
            case Module::feedback:
                open_feedback();
                break;
        }
        if (dice_.per_mille(80)) complete();
    }

    void open_forum() {
        if (dice_.per_mille(500)) return view(forum);
        if (dice_.per_mille(850)) return put(in_activity(discussion, 1 + dice_.below(9'000)));
        const std::int64_t object = new_object();
        put(in_activity(post, object));
        put(in_activity(post_uploaded, object));
    }

    void open_assignment() {
        put(in_activity(submission_page));
        if (!dice_.per_mille(100)) return;
        pass(dice_.draw(kGaps));
        const std::int64_t object = new_object();
        put(in_activity(submission_file, object));
        pass(dice_.draw(kAfterwards));
        put(in_activity(submitted, object));
    }

    void open_quiz() {
        if (!dice_.per_mille(350)) return view(quiz);
        attempt_ = new_object();
        pages_left_ = 2 + dice_.below(6);
        put(about_attempt(attempt_started));
    }

    void go_on_with_attempt() {
        if (--pages_left_ > 1) return put(about_attempt(attempt_page));
        if (pages_left_ == 1) return put(about_attempt(attempt_summary));
        put(about_attempt(attempt_submitted));
        if (dice_.per_mille(500)) complete();
        // Moodle writes the automatic grade under the name of the learner.
        LogRecord grade = in_course(graded);
        grade.related = learner_.user;
        grade.object = new_object();
        put(grade);
        pass(dice_.draw(kAfterwards));
        put(about_attempt(attempt_reviewed));
    }

    LogRecord about_attempt(Happening happening) const {
        LogRecord record = in_activity(happening, attempt_);
        record.related = learner_.user;
        return record;
    }

    void open_feedback() {
        view(feedback);
        if (!dice_.per_mille(250)) return;
        pass(20 + dice_.draw(kGaps));
        LogRecord record = in_activity(answered, new_object());
        record.related = learner_.user;
        record.anonymous = true;
        put(record);
    }

    void complete() {
        LogRecord record = in_activity(completion, new_object());
        record.related = learner_.user;
        put(record);
    }

    const Sitting& sitting_;
    Learner& learner_;
    Dice& dice_;
    Rows& rows_;
    std::int64_t time_s_;
    std::int64_t course_ = kFirstCourse;
    std::int64_t attempt_ = 0, pages_left_ = 0;  // of the quiz they are at
};

}  // namespace

void Rows::add(const LogRecord& record) {
    add(record, dice_.per_mille(20) ? dice_.draw(kWriteDelays) : 0);
}

void Rows::add(LogRecord record, std::int64_t delay_s) {
    record.made = made_++;
    record.written_s = record.time_s + delay_s;
    waiting_.push_back(record);
}

void Rows::take_back(std::int64_t count) {
    waiting_.resize(waiting_.size() - static_cast<std::size_t>(count));
    made_ -= count;
}

void sit(const Sitting& sitting, Learner& learner, Dice& dice, Rows& rows) {
    Walk walk(sitting, learner, dice, rows);
    walk.arrive();
    for (std::int64_t step = 0; step < sitting.steps && walk.step(); ++step) {
    }
    walk.leave();
}

}  // namespace assidu::node::demo
