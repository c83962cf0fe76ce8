#include "node/demo/people.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "node/demo/csv_text.h"
#include "node/demo/dice.h"

namespace assidu::node::demo {
namespace {

constexpr std::array<std::string_view, 40> kFirstNames{
    "Adèle",     "Agnès",    "Aïcha",  "Amélie",    "André",   "Anaïs",   "Bérénice", "Björn",
    "Camille",   "Cécile",   "Chloé",  "Clément",   "Désiré",  "Élodie",  "Émile",    "Estéban",
    "Fatoumata", "François", "Gaël",   "Geneviève", "Héloïse", "Hervé",   "Inès",     "Jérôme",
    "Joël",      "Karim",    "Léa",    "Loïc",      "Maëlys",  "Mamadou", "Maïwenn",  "Noé",
    "Océane",    "Raphaël",  "Réjane", "Siméon",    "Thaïs",   "Théo",    "Yaël",     "Zoé"};

constexpr std::array<std::string_view, 48> kLastNames{
    "Abgrall", "Aït Saïd", "Barré",    "Bénard",    "Bœuf",    "Châtelain", "Cissé",    "Collé",
    "Crépin",  "Da Silva", "Delâtre",  "Després",   "Diop",    "Dubœuf",    "Évrard",   "Faÿ",
    "Fèvre",   "Forêt",    "Gauthé",   "Gonçalves", "Guéguen", "Hémon",     "Jaouën",   "Kéita",
    "Lacaze",  "Le Bihan", "Le Goff",  "Lefèvre",   "Léger",   "Lemaître",  "L'Hostis", "Maçon",
    "Mérieux", "Müller",   "N'Diaye",  "Noël",      "Nuñez",   "Pêcheur",   "Périgord", "Quéré",
    "Rémy",    "Sauvêtre", "Sénéchal", "Tanguy",    "Thérèse", "Traoré",    "Vallée",   "Yılmaz"};

// Names that have broken somebody's CSV, spreadsheet, web page or column width.
struct Name {
    std::string_view first, last;
};
constexpr std::array kNastyNames{
    Name{"Noémie", "D’Hœrt-L'Hénoret"},
    Name{"Jean", "Martin, dit Petit"},
    Name{"Zoé \"Zozo\"", "Roux"},
    Name{"=1+1", "Durand"},
    Name{"<b>Inès</b>", "Blanc & Fils"},
    Name{"@SUM(A1:A9)", "-2"},
    Name{"Marie-Élisabeth Joséphine Charlotte Amélie Victoire", "de La Rochefoucauld-Montmorency-Châtillon"},
};

struct OtherUniversity {
    std::string_view name, email_domain;
};
constexpr std::array kOtherUniversities{
    OtherUniversity{"Université de Brest-Océan (invitée)", "univ-brest-ocean.example"},
    OtherUniversity{"Université des Cévennes (invitée)", "univ-cevennes.example"},
    OtherUniversity{"Université de la Réunion-Sud (invitée)", "univ-reunion-sud.example"},
};

constexpr int kTeachers = 8;
constexpr int kDeletedStudent = 2;  // the third of this university's students
constexpr std::uint64_t kPeoplePurpose = 0x70656F;

std::vector<Person::Role> roles_by_id(const DemoUniversity& university, Dice& dice) {
    std::vector<Person::Role> roles(static_cast<std::size_t>(university.students), Person::Role::student);
    roles.insert(roles.end(), static_cast<std::size_t>(university.others), Person::Role::other);
    // Universities enrol side by side: ids say nothing about who is whose.
    for (std::size_t last = roles.size(); last > 1; --last)
        std::swap(roles[last - 1],
                  roles[static_cast<std::size_t>(dice.below(static_cast<std::int64_t>(last)))]);
    roles.insert(roles.begin(), kTeachers, Person::Role::teacher);
    roles.insert(roles.begin(), {Person::Role::guest, Person::Role::admin});
    return roles;
}

template <std::size_t count>
std::string one_of(const std::array<std::string_view, count>& names, Dice& dice) {
    return std::string(names[static_cast<std::size_t>(dice.below(count))]);
}

void make_student(Person& person, const DemoUniversity& university, int ordinal, Dice& dice) {
    person.institution = university.name;
    person.email = fmt::format("{}@{}", person.username, university.email_domain);
    person.deleted = ordinal == kDeletedStudent;
    // One in fifty enrolled and never came; the last ones, which are never among the planned.
    person.silent = ordinal >= university.students - std::max(1, university.students / 50);
    if (static_cast<std::size_t>(ordinal) < kNastyNames.size()) {
        const Name& name = kNastyNames[static_cast<std::size_t>(ordinal)];
        person.firstname = name.first;
        person.lastname = name.last;
    }
    person.auth = dice.per_mille(700) ? "cas" : dice.per_mille(500) ? "manual" : "mnet";
}

void make_other(Person& person, const DemoUniversity& university, int ordinal) {
    const OtherUniversity& other =
        kOtherUniversities[static_cast<std::size_t>(ordinal) % kOtherUniversities.size()];
    person.institution = other.name;
    // A demonstration may well be of a university that bears one of these names.
    if (person.institution == university.name) person.institution += " 2";
    person.email = fmt::format("{}@{}", person.username, other.email_domain);
    person.auth = "mnet";
}

void make_learner(Person& person, Dice& dice) {
    const bool sciences = dice.per_mille(350);
    person.username = fmt::format("e{:06}", 100'000 + person.id);
    person.idnumber = fmt::format("DEMO{:07}", 2'500'000 + person.id);
    person.firstname = one_of(kFirstNames, dice);
    person.lastname = one_of(kLastNames, dice);
    person.department = sciences ? "DAEU B" : "DAEU A";
    person.cohorts = sciences ? "daeu-b-2025" : "daeu-a-2025";
    if (dice.per_mille(250)) person.cohorts += ";region-financement";
}

void make_staff(Person& person, int ordinal, Dice& dice) {
    person.auth = "manual";
    if (person.role == Person::Role::guest) {
        person.username = "guest";
        person.firstname = "Visiteur anonyme";
        person.email = "root@plateforme.example";
    } else if (person.role == Person::Role::admin) {
        person.username = "admin";
        person.firstname = "Administratrice";
        person.lastname = "Générale";
        person.email = "admin@plateforme.example";
    } else {
        person.username = fmt::format("prof{:02}", ordinal + 1);
        person.firstname = one_of(kFirstNames, dice);
        person.lastname = one_of(kLastNames, dice);
        person.email = fmt::format("{}@plateforme.example", person.username);
        // Not of the university: a selection by institution finds its students and nobody else.
        person.institution = "Équipe pédagogique (démonstration)";
        person.department = "DAEU";
    }
}

// The MD5 that Moodle puts there is of the user name; here any 32 digits that are not one person's will do.
std::string scrambled_email(const Person& person) {
    Dice dice(static_cast<std::uint64_t>(person.id), kPeoplePurpose);
    const std::uint64_t head = dice.bits();
    return fmt::format("{:016x}{:016x}", head, dice.bits());
}

}  // namespace

std::vector<Person> people_of(const DemoUniversity& university) {
    Dice dice(university.seed, kPeoplePurpose);
    std::vector<Person> people;
    int students = 0, others = 0, teachers = 0;
    for (const Person::Role role : roles_by_id(university, dice)) {
        Person& person = people.emplace_back();
        person.id = static_cast<std::int64_t>(people.size());
        person.role = role;
        if (role == Person::Role::student || role == Person::Role::other) {
            make_learner(person, dice);
            if (role == Person::Role::student)
                make_student(person, university, students++, dice);
            else
                make_other(person, university, others++);
        } else {
            make_staff(person, teachers, dice);
            if (role == Person::Role::teacher) ++teachers;
        }
    }
    return people;
}

std::string people_csv(const std::vector<Person>& people, std::int64_t deleted_at_s) {
    std::string text = "id,username,idnumber,firstname,lastname,email,institution,department,auth,cohorts\n";
    for (const Person& person : people) {
        Person shown = person;
        if (person.deleted) {
            shown.username = fmt::format("{}.{}", person.email, deleted_at_s);
            shown.email = scrambled_email(person);
            shown.idnumber.clear();
            shown.cohorts.clear();
        }
        append_number(text, shown.id);
        for (const std::string* field :
             {&shown.username, &shown.idnumber, &shown.firstname, &shown.lastname, &shown.email,
              &shown.institution, &shown.department, &shown.auth, &shown.cohorts}) {
            text += ',';
            append_field(text, *field);
        }
        text += '\n';
    }
    return text;
}

}  // namespace assidu::node::demo
