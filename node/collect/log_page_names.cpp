#include "node/collect/log_page_names.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <utility>

namespace assidu::node::collect {
namespace {

struct ColumnName {
    std::string_view folded;
    PageColumn column;
};
constexpr auto kColumnNames = std::to_array<ColumnName>({
    {"time", PageColumn::time},
    {"date", PageColumn::time},
    {"heure", PageColumn::time},
    {"date et heure", PageColumn::time},
    {"user full name", PageColumn::user},
    {"full name", PageColumn::user},
    {"nom complet", PageColumn::user},
    {"nom complet de l'utilisateur", PageColumn::user},
    {"affected user", PageColumn::affected_user},
    {"utilisateur touche", PageColumn::affected_user},
    {"utilisateur concerne", PageColumn::affected_user},
    {"utilisateur affecte", PageColumn::affected_user},
    {"event context", PageColumn::context},
    {"contexte de l'evenement", PageColumn::context},
    {"component", PageColumn::component},
    {"composant", PageColumn::component},
    {"event name", PageColumn::event_name},
    {"nom de l'evenement", PageColumn::event_name},
    {"description", PageColumn::description},
    {"origin", PageColumn::origin},
    {"origine", PageColumn::origin},
    {"ip address", PageColumn::ip},
    {"adresse ip", PageColumn::ip},
});

struct ComponentName {
    std::string_view folded, component;
};
constexpr auto kComponentNames = std::to_array<ComponentName>({
    {"system", "core"},
    {"systeme", "core"},
    {"logs", "report_log"},
    {"journaux", "report_log"},
    {"assignment", "mod_assign"},
    {"devoir", "mod_assign"},
    {"attendance", "mod_attendance"},
    {"presence", "mod_attendance"},
    {"bigbluebutton", "mod_bigbluebuttonbn"},
    {"bigbluebuttonbn", "mod_bigbluebuttonbn"},
    {"book", "mod_book"},
    {"livre", "mod_book"},
    {"certificate", "mod_certificate"},
    {"certificat", "mod_certificate"},
    {"chat", "mod_chat"},
    {"checklist", "mod_checklist"},
    {"liste des taches", "mod_checklist"},
    {"choice", "mod_choice"},
    {"sondage", "mod_choice"},
    {"group choice", "mod_choicegroup"},
    {"choix de groupe", "mod_choicegroup"},
    {"custom certificate", "mod_customcert"},
    {"certificat personnalise", "mod_customcert"},
    {"database", "mod_data"},
    {"base de donnees", "mod_data"},
    {"feedback", "mod_feedback"},
    {"file", "mod_resource"},
    {"fichier", "mod_resource"},
    {"folder", "mod_folder"},
    {"dossier", "mod_folder"},
    {"forum", "mod_forum"},
    {"game", "mod_game"},
    {"jeu", "mod_game"},
    {"glossary", "mod_glossary"},
    {"glossaire", "mod_glossary"},
    {"h5p", "mod_h5pactivity"},
    {"interactive content", "mod_hvp"},
    {"contenu interactif", "mod_hvp"},
    {"hot potatoes", "mod_hotpot"},
    {"module hot potatoes", "mod_hotpot"},
    {"ims content package", "mod_imscp"},
    {"paquetage ims content", "mod_imscp"},
    {"journal", "mod_journal"},
    {"label", "mod_label"},
    {"etiquette", "mod_label"},
    {"text and media area", "mod_label"},
    {"zone texte et media", "mod_label"},
    {"lesson", "mod_lesson"},
    {"lecon", "mod_lesson"},
    {"external tool", "mod_lti"},
    {"outil externe", "mod_lti"},
    {"page", "mod_page"},
    {"questionnaire", "mod_questionnaire"},
    {"quiz", "mod_quiz"},
    {"test", "mod_quiz"},
    {"realtime quiz", "mod_realtimequiz"},
    {"test en temps reel", "mod_realtimequiz"},
    {"scheduler", "mod_scheduler"},
    {"rendez-vous", "mod_scheduler"},
    {"scorm package", "mod_scorm"},
    {"paquetage scorm", "mod_scorm"},
    {"subsection", "mod_subsection"},
    {"sous-section", "mod_subsection"},
    {"survey", "mod_survey"},
    {"consultation", "mod_survey"},
    {"turnitin assignment 2", "mod_turnitintooltwo"},
    {"exercice turnitin 2", "mod_turnitintooltwo"},
    {"url", "mod_url"},
    {"wiki", "mod_wiki"},
    {"workshop", "mod_workshop"},
    {"atelier", "mod_workshop"},
});

constexpr PageEvent kLoggedIn{"\\core\\event\\user_loggedin", "loggedin", "user", PageRank::login};
constexpr PageEvent kLoggedOut{"\\core\\event\\user_loggedout", "loggedout", "user", PageRank::logout};
constexpr PageEvent kLoginFailed{"\\core\\event\\user_login_failed", "failed", "user_login"};
constexpr PageEvent kLoggedInAs{"\\core\\event\\user_loggedinas", "loggedinas", "user"};
constexpr PageEvent kGraded{"\\core\\event\\user_graded", "graded", "user"};
constexpr PageEvent kBadge{"\\core\\event\\badge_awarded", "awarded", "badge"};
constexpr PageEvent kNotificationSent{"\\core\\event\\notification_sent", "sent", "notification"};
constexpr PageEvent kNotificationViewed{"\\core\\event\\notification_viewed", "viewed", "notification"};
constexpr PageEvent kEmailFailed{"\\core\\event\\email_failed", "failed", "email"};
constexpr PageEvent kCourseViewed{"\\core\\event\\course_viewed", "viewed", "course"};
constexpr PageEvent kModuleViewed{"", "viewed", "course_module"};
constexpr PageEvent kDashboardViewed{"\\core\\event\\dashboard_viewed", "viewed", "dashboard"};

struct EventName {
    std::string_view folded;
    const PageEvent* event;
};
constexpr auto kEventNames = std::to_array<EventName>({
    {"user has logged in", &kLoggedIn},
    {"utilisateur connecte", &kLoggedIn},
    {"user logged out", &kLoggedOut},
    {"utilisateur deconnecte", &kLoggedOut},
    {"user login failed", &kLoginFailed},
    {"connexion utilisateur echouee", &kLoginFailed},
    {"user logged in as another user", &kLoggedInAs},
    {"utilisateur connecte sous le nom d'un autre utilisateur", &kLoggedInAs},
    {"user graded", &kGraded},
    {"utilisateur evalue", &kGraded},
    {"badge awarded", &kBadge},
    {"badge delivre", &kBadge},
    {"badge decerne", &kBadge},
    {"notification sent", &kNotificationSent},
    {"notification envoyee", &kNotificationSent},
    {"notification viewed", &kNotificationViewed},
    {"notification consultee", &kNotificationViewed},
    {"email failed to send", &kEmailFailed},
    {"envoi de courriel echoue", &kEmailFailed},
    {"course viewed", &kCourseViewed},
    {"cours consulte", &kCourseViewed},
    {"course module viewed", &kModuleViewed},
    {"module de cours consulte", &kModuleViewed},
    {"dashboard viewed", &kDashboardViewed},
    {"tableau de bord consulte", &kDashboardViewed},
});

constexpr std::array<std::string_view, kPageColumns> kEnglish = {
    "Time",       "User full name", "Affected user", "Event context", "Component",
    "Event name", "Description",    "Origin",        "IP address"};

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

std::size_t find_words(std::string_view text, std::string_view lower_words) {
    const auto found = std::ranges::search(text, lower_words, {}, lower);
    return found.empty() ? std::string_view::npos : static_cast<std::size_t>(found.begin() - text.begin());
}

// The number behind the first of the phrases, in whatever order they are given: "'818'" or "818". A phrase
// that begins at or behind `limit` is none.
std::optional<std::int64_t> number_behind(std::string_view text, std::span<const std::string_view> phrases,
                                          std::size_t limit = std::string_view::npos) {
    std::size_t best = limit;
    std::optional<std::int64_t> number;
    for (const std::string_view phrase : phrases) {
        const std::size_t at = find_words(text, phrase);
        if (at >= best) continue;
        std::string_view rest = text.substr(at + phrase.size());
        const bool quoted = rest.starts_with('\'');
        if (quoted) rest.remove_prefix(1);
        std::int64_t value = 0;
        const auto [stop, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
        if (error != std::errc{}) continue;
        if (quoted && (stop == rest.data() + rest.size() || *stop != '\'')) continue;
        best = at;
        number = value;
    }
    return number;
}

// The beginning of a description in which no free text stands. Moodle puts what people wrote (titles of
// submissions, of calendar events) between quotes, like its ids and plugin names; whoever titles a submission
// "user with id '818'" must not become user 818. So it ends at the first quote that holds more than a word of
// [-a-z0-9_].
std::string_view without_free_text(std::string_view text) {
    const auto is_letter = [](char c) { return (lower(c) >= 'a' && lower(c) <= 'z'); };
    const auto is_word = [&](char c) {
        return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    for (std::size_t at = text.find_first_of("'\""); at != std::string_view::npos;
         at = text.find_first_of("'\"", at)) {
        std::size_t end = at + 1;
        while (end < text.size() && is_word(text[end]))
            ++end;
        if (text[at] == '\'' && end < text.size() && text[end] == '\'')
            at = end + 1;
        else if (text[at] == '\'' && at > 0 && is_letter(text[at - 1]) && end > at + 1)
            at = end;  // "the user's"
        else
            return text.substr(0, at);
    }
    return text;
}

// "resource" of "the 'resource' activity".
std::string_view module_type_of(std::string_view text) {
    const std::size_t end = text.find("' activity");
    if (end == std::string_view::npos || end == 0) return {};
    const std::size_t quote = text.rfind('\'', end - 1);
    if (quote == std::string_view::npos) return {};
    const std::string_view name = text.substr(quote + 1, end - quote - 1);
    const bool is_plugin = !name.empty() && name.size() <= 40 && name.front() >= 'a' && name.front() <= 'z' &&
                           std::ranges::all_of(name, [](char c) {
                               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
                           });
    return is_plugin ? name : std::string_view{};
}

}  // namespace

std::string_view name_of(PageColumn column) {
    return kEnglish[static_cast<std::size_t>(column)];
}

std::optional<PageColumn> page_column(std::string_view folded) {
    const auto found = std::ranges::find(kColumnNames, folded, &ColumnName::folded);
    if (found == kColumnNames.end()) return std::nullopt;
    return found->column;
}

std::optional<std::string_view> page_component(std::string_view folded) {
    const auto found = std::ranges::find(kComponentNames, folded, &ComponentName::folded);
    if (found == kComponentNames.end()) return std::nullopt;
    return found->component;
}

const PageEvent* page_event(std::string_view folded) {
    const auto found = std::ranges::find(kEventNames, folded, &EventName::folded);
    return found == kEventNames.end() ? nullptr : found->event;
}

std::optional<std::string_view> logged_in_as(std::string_view full_name) {
    for (const std::string_view between : {" en tant que ", " as "}) {
        const std::size_t at = full_name.find(between);
        if (at == 0 || at == std::string_view::npos) continue;
        const std::string_view second = full_name.substr(at + between.size());
        if (!second.empty()) return second;
    }
    return std::nullopt;
}

PageDescription read_description(std::string_view text) {
    static constexpr auto kUser = std::to_array<std::string_view>(
        {"user with id ", "user with the id ", "user with user id ", "user id "});
    static constexpr auto kCourse = std::to_array<std::string_view>(
        {"course with id ", "course with the id ", "course id ", "at course: ", "course with course id "});
    static constexpr auto kActivity =
        std::to_array<std::string_view>({"course module id ", "course module with id ",
                                         "course module with the id ", "coursemodule with id "});
    PageDescription said;
    // A title may itself hold quotes ("x' user with id '818"): who acted stands before anything that is
    // quoted.
    said.user = number_behind(text, kUser, text.find_first_of("'\""));
    text = without_free_text(text);
    said.course = number_behind(text, kCourse);
    said.activity = number_behind(text, kActivity);
    if (said.course && *said.course <= 0) said.course.reset();
    if (said.activity && *said.activity <= 0) said.activity.reset();
    said.module_type = module_type_of(text);
    return said;
}

}  // namespace assidu::node::collect
