// What is taught on the demonstration's Moodle: twenty subjects of the DAEU (the French diploma of access to
// university studies), each with the same forty activities.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace assidu::node::demo {

inline constexpr std::int64_t kSiteCourse = 1;
inline constexpr std::int64_t kFirstCourse = 2;
inline constexpr std::int64_t kCourses = 20;
inline constexpr std::int64_t kActivitiesPerCourse = 40;

enum class Module {
    page,
    resource,
    url,
    quiz,
    book,
    forum,
    h5pactivity,
    scorm,
    assign,
    lesson,
    folder,
    glossary,
    feedback,
    label
};

// The module that stands at `place` (from 0, below kActivitiesPerCourse) of every course.
[[nodiscard]] Module module_at(std::int64_t place);
// Moodle's name of it: "h5pactivity".
[[nodiscard]] std::string_view name_of(Module module);
// The first place of a module in a course.
[[nodiscard]] std::int64_t place_of(Module module);
// The course module id.
[[nodiscard]] inline std::int64_t activity_id(std::int64_t course, std::int64_t place) {
    return (course - kFirstCourse) * kActivitiesPerCourse + place + 1;
}

[[nodiscard]] std::string courses_csv();
[[nodiscard]] std::string activities_csv();

}  // namespace assidu::node::demo
