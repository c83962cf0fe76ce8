#include <algorithm>
#include <stdexcept>

#include "node/web/page.h"

namespace assidu::node::web {
namespace {

using reports::TextEntry;

constexpr TextEntry kTexts[] = {
    {"skip", "Aller au contenu", "Skip to the content"},
    {"navigation", "Navigation", "Navigation"},
    {"nav_staff", "Rapports d'assiduité", "Attendance reports"},
    {"nav_verify", "Vérifier un rapport", "Check a report"},
    {"logout", "Se déconnecter", "Log out"},
    {"footer", "Assidu : preuve d'assiduité à partir des traces de Moodle.",
     "Assidu: proof of attendance from Moodle's logs."},
    {"front", "Assidu", "Assidu"},
    {"front_staff",
     "Pour le personnel administratif : rapports d'une personne ou d'un groupe, sur une période.",
     "For administrative staff: reports of a student or a group, over a period."},
    {"front_staff_go", "Se connecter", "Log in"},
    {"front_verify", "Pour qui reçoit un rapport : contrôler un paquet, sans installer quoi que ce soit.",
     "For whoever receives a report: check a package, with nothing to install."},
    {"front_verify_go", "Vérifier un paquet", "Check a package"},
    {"login", "Connexion du personnel", "Staff login"},
    {"login_name", "Nom d'utilisateur", "User name"},
    {"login_password", "Mot de passe", "Password"},
    {"login_go", "Se connecter", "Log in"},
    {"login_wrong", "Nom ou mot de passe incorrect.", "Wrong user name or password."},
    {"login_wait", "Trop d'essais : attendez une minute.", "Too many tries: wait a minute."},
    {"login_unknown",
     "Vous êtes connu·e de votre établissement, mais aucun compte ne vous est ouvert ici. Demandez-le à "
     "l'administrateur du nœud.",
     "Your institution knows you, but there is no account for you here. Ask the administrator of this node."},
    {"staff", "Rapports d'assiduité", "Attendance reports"},
    {"search", "Chercher une personne", "Look for a student"},
    {"search_go", "Chercher", "Search"},
    {"one_student", "Une personne", "One student"},
    {"student", "Personne", "Student"},
    {"a_group", "Un groupe", "A group"},
    {"group", "Groupe", "Group"},
    {"group_all", "Toutes mes personnes ({0})", "All my students ({0})"},
    {"group_funder", "Financeur : {0}", "Funder: {0}"},
    {"group_dossier", "Groupe : {0}", "Group: {0}"},
    {"group_cohort", "Cohorte : {0}", "Cohort: {0}"},
    {"period", "Période", "Period"},
    {"from", "Du", "From"},
    {"to", "Au (inclus)", "To (included)"},
    {"format", "Format", "Format"},
    {"report_language", "Langue", "Language"},
    {"download_student", "Télécharger le rapport de la personne", "Download the student's report"},
    {"download_group", "Télécharger le rapport du groupe", "Download the group's report"},
    {"audited", "Chaque téléchargement est inscrit au journal d'audit du nœud, avec votre nom.",
     "Every download is noted in the audit of the node, with your name."},
    {"found", "{0} personnes.", "{0} students."},
    {"found_some", "{0} personnes, dont les {1} premières sont proposées : précisez la recherche.",
     "{0} students, of whom the first {1} are offered: say more to find the others."},
    {"found_none", "Personne ne correspond.", "Nobody matches."},
    {"bad_period", "La période n'est pas valable : deux dates, la première avant la seconde.",
     "The period is not valid: two dates, the first not after the second."},
    {"bad_choice", "Ce choix n'est pas proposé ici.", "That choice is not offered here."},
    {"no_student", "Choisissez une personne dans la liste.", "Choose a student from the list."},
    {"no_data", "Aucune donnée pour cette période : ", "No data for this period: "},
    {"stale", "La page était ouverte depuis trop longtemps. Recommencez.",
     "The page was open for too long. Try again."},
    {"verify", "Vérifier un rapport", "Check a report"},
    {"verify_intro",
     "Déposez le paquet (fichier .zip) reçu avec un rapport. Il est contrôlé ici par le même code que le "
     "programme "
     "assidu-verify, puis oublié : rien n'en est conservé.",
     "Give the package (a .zip file) that came with a report. It is checked here by the code of the program "
     "assidu-verify, and then forgotten: nothing of it is kept."},
    {"package", "Paquet (.zip)", "Package (.zip)"},
    {"root", "Empreinte de la clé de confiance (facultatif)",
     "Fingerprint of the key that you trust (optional)"},
    {"root_hint",
     "64 chiffres hexadécimaux, obtenus autrement que par le paquet. Sans empreinte, les clés de ce nœud et "
     "de son "
     "pôle sont essayées.",
     "64 hexadecimal digits, had by another way than the package. Without one, the keys of this node and of "
     "its hub "
     "are tried."},
    {"verify_go", "Vérifier", "Check"},
    {"verify_offline",
     "Pour ne faire confiance à aucun site : assidu-verify fait la même chose sur votre ordinateur, sans "
     "réseau.",
     "To trust no site at all: assidu-verify does the same on your own computer, without a network."},
    {"result", "Résultat", "Result"},
    {"verdict_holds", "Tout est vérifié.", "Everything holds."},
    {"verdict_partial", "Tout est vérifié ; la période n'est pas complète, comme le paquet le dit.",
     "Everything holds; the period is not complete, as the package says."},
    {"verdict_unanchored",
     "Le paquet est cohérent, mais aucune clé de confiance ne le garantit : n'importe qui a pu l'émettre.",
     "The package is consistent, but no trusted key vouches for it: anybody may have issued it."},
    {"verdict_refused", "Refusé : un contrôle au moins échoue.", "Refused: at least one check fails."},
    {"anchor_given", "Clé de confiance : celle que vous avez donnée.", "Trusted key: the one that you gave."},
    {"anchor_own", "Clé de confiance : celle de ce nœud.", "Trusted key: that of this node."},
    {"anchor_hub", "Clé de confiance : celle du pôle de ce nœud.", "Trusted key: that of this node's hub."},
    {"bad_root", "L'empreinte n'est pas faite de 64 chiffres hexadécimaux en minuscules.",
     "The fingerprint is not 64 hexadecimal digits in small letters."},
    {"no_package", "Choisissez un fichier.", "Choose a file."},
    {"bad_upload", "L'envoi n'est pas lisible.", "What was sent cannot be read."},
    {"busy", "D'autres paquets sont en cours de contrôle : réessayez dans un instant.",
     "Other packages are being checked: try again in a moment."},
    {"message", "Assidu", "Assidu"},
    {"away", "Le nœud ne peut pas être lu en ce moment.", "The node cannot be read now."},
    {"refused", "Cette demande vient d'ailleurs que de cette page.",
     "That request comes from elsewhere than this page."},
    {"back", "Retour à l'accueil", "Back to the front page"},
    {"format.html", "Page HTML", "HTML page"},
    {"format.csv", "CSV", "CSV"},
    {"format.json", "JSON", "JSON"},
    {"format.xml", "XML (USE_STATS)", "XML (USE_STATS)"},
    {"format.pdf", "PDF", "PDF"},
    {"format.xlsx", "Classeur Excel", "Excel workbook"},
    {"format.excel-csv", "CSV pour Excel français", "CSV for a French Excel"},
    {"format.certificate", "Certificat de réalisation (PDF)", "Certificat de réalisation (PDF)"},
    {"format.time-report", "CSV de tool_time_report", "CSV of tool_time_report"},
    {"format.working-days", "Jours travaillés (CSV)", "Working days (CSV)"},
    {"format.sessions", "Sessions (CSV)", "Sessions (CSV)"},
    {"format.user-rows", "Une ligne par personne (CSV)", "One row a student (CSV)"},
};

}  // namespace

std::string_view page_text(reports::Language language, std::string_view key) {
    const auto* const entry = std::ranges::find(kTexts, key, &TextEntry::key);
    if (entry == std::end(kTexts)) throw std::logic_error("a page has no text " + std::string(key));
    return language == reports::Language::fr ? entry->fr : entry->en;
}

}  // namespace assidu::node::web
