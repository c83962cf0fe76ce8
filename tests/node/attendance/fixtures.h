// Events and shapes that the engine's tests share.
#pragma once

#include <string>
#include <vector>

#include "config/scale.h"
#include "node/attendance/engine.h"
#include "node/event.h"

namespace assidu::node::attendance {

enum Kind : ShapeKey {
    kPage,
    kQuiz,
    kLogin,
    kLogout,
    kFailed,
    kCli,
    kWs,
    kLoginAs,
    kGraded,
    kAnonymousQuiz,
    kKinds
};

inline std::vector<EventShape> shapes() {
    std::vector<EventShape> all(kKinds);
    for (EventShape& shape : all) {
        shape.eventname = "\\core\\event\\course_viewed";
        shape.component = "core";
        shape.action = "viewed";
        shape.target = "course";
        shape.origin = "web";
        shape.context_level = 50;
    }
    all[kQuiz].component = all[kAnonymousQuiz].component = "mod_quiz";
    all[kQuiz].context_level = all[kAnonymousQuiz].context_level = kModuleContext;
    all[kLogin].action = "loggedin";
    all[kLogin].target = "user";
    all[kLogout].action = "loggedout";
    all[kLogout].target = "user";
    all[kFailed].action = "failed";
    all[kCli].origin = "cli";
    all[kWs].origin = "ws";
    all[kLoginAs].login_as = true;
    all[kGraded].eventname = "\\core\\event\\user_graded";
    all[kAnonymousQuiz].anonymous = true;
    return all;
}

inline config::Scale sonate() {
    return config::parse_scale(config::preset_document("sonate"), "sonate").value();
}

inline Attendance attend_all(std::vector<Event> events, const config::Scale& scale, std::int64_t as_of_s) {
    order_events(events);
    const std::vector<EventShape> all = shapes();
    return attend(events, CompiledScale(scale, all), as_of_s);
}

}  // namespace assidu::node::attendance
