#include "node/demo/courses.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "node/demo/csv_text.h"

namespace assidu::node::demo {
namespace {

struct Subject {
    std::string_view fullname, shortname;
};
constexpr std::array<Subject, kCourses> kSubjects{{
    {"Français", "FRA"},
    {"Littérature", "LIT"},
    {"Histoire", "HIST"},
    {"Géographie", "GEO"},
    {"Philosophie", "PHILO"},
    {"Anglais", "ANG"},
    {"Espagnol", "ESP"},
    {"Allemand", "ALL"},
    {"Droit", "DROIT"},
    {"Économie, gestion", "ECO"},
    {"Psychologie", "PSY"},
    {"Sociologie", "SOCIO"},
    {"Mathématiques A", "MATHA"},
    {"Mathématiques B", "MATHB"},
    {"Physique", "PHYS"},
    {"Chimie", "CHIM"},
    {"Sciences de la vie et de la Terre", "SVT"},
    {"Informatique", "INFO"},
    {"Culture numérique", "NUM"},
    {"Méthodologie : « apprendre à apprendre »", "METHO"},
}};

using enum Module;
// Half a course; the second half repeats it.
constexpr std::array<Module, kActivitiesPerCourse / 2> kPlaces{
    page,   resource, url,    quiz, page,   book,     forum, h5pactivity, label,    scorm,
    assign, resource, lesson, quiz, folder, glossary, page,  url,         feedback, quiz};

struct ModuleText {
    std::string_view name, title;  // as Moodle names it; as its teacher does
};
constexpr std::array<ModuleText, 14> kModuleTexts{{
    {"page", "Cours"},
    {"resource", "Fiche à imprimer"},
    {"url", "Vidéo"},
    {"quiz", "Test"},
    {"book", "Manuel"},
    {"forum", "Forum d'entraide"},
    {"h5pactivity", "Exercice interactif"},
    {"scorm", "Module guidé"},
    {"assign", "Devoir"},
    {"lesson", "Leçon pas à pas"},
    {"folder", "Annales, corrigés"},
    {"glossary", "Glossaire"},
    {"feedback", "Votre avis"},
    {"label", "Pour aller plus loin"},
}};

}  // namespace

Module module_at(std::int64_t place) {
    return kPlaces[static_cast<std::size_t>(place) % kPlaces.size()];
}

std::string_view name_of(Module module) {
    return kModuleTexts[static_cast<std::size_t>(module)].name;
}

std::int64_t place_of(Module module) {
    return std::ranges::find(kPlaces, module) - kPlaces.begin();
}

std::string courses_csv() {
    std::string text = "id,fullname,shortname,idnumber\n1,Plateforme de démonstration,DEMO,\n";
    for (std::size_t subject = 0; subject < kSubjects.size(); ++subject) {
        const auto& [fullname, shortname] = kSubjects[subject];
        append_number(text, kFirstCourse + static_cast<std::int64_t>(subject));
        text += ',';
        append_field(text, fullname);
        text += fmt::format(",{0},{0}-2025\n", shortname);
    }
    return text;
}

std::string activities_csv() {
    std::string text = "id,course,modname,name,idnumber\n";
    for (std::int64_t course = kFirstCourse; course < kFirstCourse + kCourses; ++course) {
        const std::string_view shortname =
            kSubjects[static_cast<std::size_t>(course - kFirstCourse)].shortname;
        for (std::int64_t place = 0; place < kActivitiesPerCourse; ++place) {
            const ModuleText& module = kModuleTexts[static_cast<std::size_t>(module_at(place))];
            text += fmt::format("{},{},{},", activity_id(course, place), course, module.name);
            append_field(text, fmt::format("{} {}", module.title, place + 1));
            text += fmt::format(",{}-{:02}\n", shortname, place + 1);
        }
    }
    return text;
}

}  // namespace assidu::node::demo
