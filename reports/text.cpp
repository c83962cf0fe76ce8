#include "reports/text.h"

#include <array>
#include <stdexcept>

namespace assidu::reports {
namespace {

// French puts a narrow no-break space (U+202F) before a colon, and uses the typographic apostrophe.
constexpr std::array kTexts{
    TextEntry{"student_title", "Relevé d’assiduité", "Attendance record"},
    TextEntry{"group_title", "Relevé d’assiduité d’un groupe", "Group attendance record"},
    TextEntry{"period", "Période", "Period"},
    TextEntry{"period_days", "du {0} au {1} inclus", "{0} to {1} inclusive"},
    TextEntry{"identity", "Identité", "Identity"},
    TextEntry{"name", "Nom et prénom", "Last and first name"},
    TextEntry{"username", "Identifiant de connexion", "User name"},
    TextEntry{"idnumber", "Numéro d’identification", "ID number"},
    TextEntry{"email", "Adresse électronique", "E-mail"},
    TextEntry{"institution", "Établissement", "Institution"},
    TextEntry{"department", "Composante", "Department"},
    TextEntry{"pseudonym", "Pseudonyme dans le registre", "Pseudonym in the ledger"},
    TextEntry{"person_unknown", "Personne absente de l’annuaire", "Person not in the directory"},
    TextEntry{"gone", "(supprimé) {0}", "(deleted) {0}"},
    TextEntry{"gone_person", "(compte supprimé) {0}", "(deleted account) {0}"},
    TextEntry{"summary", "Totaux de la période", "Totals of the period"},
    TextEntry{"measured", "Temps mesuré", "Measured time"},
    TextEntry{"credited", "Temps crédité", "Credited time"},
    TextEntry{"measured_note", "établi à partir des traces", "from the traces"},
    TextEntry{"credited_note", "accordé en plus, jamais compris dans le temps mesuré",
              "granted on top, never part of the measured time"},
    TextEntry{"seconds", "{0} secondes", "{0} seconds"},
    TextEntry{"events", "Traces", "Traces"},
    TextEntry{"days", "Jours avec trace", "Days with a trace"},
    TextEntry{"sessions", "Sessions", "Sessions"},
    TextEntry{"students", "Étudiants", "Students"},
    TextEntry{"active", "Étudiants actifs", "Active students"},
    TextEntry{"median", "Temps médian des actifs", "Median time of the active"},
    TextEntry{"median_note", "mesuré et crédité", "measured and credited"},
    TextEntry{"hms_note", "Les durées se lisent heures:minutes:secondes.",
              "Durations read hours:minutes:seconds."},
    TextEntry{"no_trace", "Aucune trace sur la période.", "No trace in the period."},
    TextEntry{"no_trace_student",
              "Le registre est renseigné pour cette période et n’y contient aucune trace de cette personne.",
              "The ledger is filled for this period and holds no trace of this person in it."},
    TextEntry{"no_trace_group",
              "Le registre est renseigné pour cette période et n’y contient aucune trace de ce groupe.",
              "The ledger is filled for this period and holds no trace of this group in it."},
    TextEntry{
        "no_trace_doubt",
        "Les données de la période sont incomplètes (voir «\u202fProvenance\u202f»)\u202f: l’absence de "
        "trace ne "
        "prouve pas "
        "l’absence d’activité.",
        "The data of the period are incomplete (see “Provenance”): the absence of traces does not prove the "
        "absence of activity."},
    TextEntry{
        "incomplete",
        "Les données de la période sont incomplètes (voir «\u202fProvenance\u202f»)\u202f: du temps peut "
        "manquer à ces "
        "totaux.",
        "The data of the period are incomplete (see “Provenance”): time may be missing from these totals."},
    TextEntry{"no_data", "pas de données", "no data"},
    TextEntry{"partial", "Données incomplètes", "Partial"},
    TextEntry{
        "partial_note",
        "Ce relevé repose sur ce que {0} a déclaré. Une partie n’est pas parvenue au hub\u202f: du temps "
        "peut manquer à ces totaux.",
        "This record rests on what {0} has declared. Part of it has not reached the hub: time may be "
        "missing from these totals."},
    TextEntry{"lacks_days", "Jours de la période sans déclaration", "Days of the period without a statement"},
    TextEntry{
        "lacks_statements",
        "Déclarations annoncées et non reçues\u202f: {0}, {3} (dernière reçue\u202f: {1}\u202f; dernière "
        "annoncée\u202f: {2})",
        "Statements announced and not received: {0}, {3} (last received: {1}; last announced: {2})"},
    TextEntry{
        "lacks_other_statement",
        "Déclaration annoncée dont le hub conserve une autre version\u202f: {0} (dernière reçue\u202f: {1})",
        "Statement announced of which the hub keeps another: {0} (last received: {1})"},
    TextEntry{"issued_by_hub", "Émis par {0} (hub) d’après les déclarations signées de {1}",
              "Issued by {0} (hub) from the signed statements of {1}"},
    TextEntry{"hub", "Hub émetteur", "Issuing hub"},
    TextEntry{"declarant", "Université déclarante", "Declaring university"},
    TextEntry{"completeness", "État des déclarations", "State of the statements"},
    TextEntry{"complete_yes", "complet\u202f: tous les jours de la période sont déclarés",
              "complete: every day of the period is declared"},
    TextEntry{"complete_no", "partiel\u202f: il manque des jours ou des déclarations",
              "partial: days or statements are missing"},
    TextEntry{"last_statement", "Dernière déclaration reçue", "Last statement received"},
    TextEntry{"announced", "Dernière déclaration annoncée", "Last statement announced"},
    TextEntry{"statements_missing", "Déclarations manquantes", "Statements missing"},
    TextEntry{"missing_days", "Jours sans déclaration", "Days without a statement"},
    TextEntry{"missing_days_none", "aucun", "none"},
    TextEntry{"missing_days_runs", "{0} ({1})", "{0} ({1})"},
    TextEntry{"statement_none", "aucune", "none"},
    TextEntry{"statement_number", "n°\u00a0{0}", "no.\u00a0{0}"},
    TextEntry{"statement_numbers", "n°\u00a0{0} à {1}", "no.\u00a0{0} to {1}"},
    TextEntry{"announced_when", "{0}, le {1}", "{0}, at {1}"},
    TextEntry{"announced_never", "jamais annoncée", "never announced"},
    TextEntry{"sessions_unknown", "Pas de données\u202f: les déclarations ne portent pas les sessions.",
              "No data: statements do not carry sessions."},
    TextEntry{"dropped_unknown",
              "Événements que le barème ne compte pas\u202f: pas de données, les déclarations ne les portent "
              "pas.",
              "Events that the scale does not count: no data, statements do not carry them."},
    // The pool report.
    TextEntry{"pool_title", "Relevé d’assiduité du groupement", "Pool attendance record"},
    TextEntry{"universities", "Universités", "Universities"},
    TextEntry{"university", "Université", "University"},
    TextEntry{"universities_complete", "Universités complètes", "Complete universities"},
    TextEntry{"universities_complete_note", "tous leurs jours sont déclarés et reçus",
              "all their days are declared and received"},
    TextEntry{"students_note", "avec au moins une trace", "with a trace at least"},
    TextEntry{"pool_twice_note",
              "Un étudiant inscrit dans deux universités compte deux fois\u202f: le hub ne connaît que des "
              "pseudonymes propres à chacune.",
              "A student of two universities counts twice: the hub knows only pseudonyms that are each "
              "university’s own."},
    TextEntry{
        "pool_partial_note",
        "Toutes les déclarations ne sont pas parvenues au hub (universités complètes\u202f: {0} sur {1})"
        "\u202f: du temps peut manquer à ces totaux.",
        "Not all statements have reached the hub (complete universities: {0} of {1}): time may be "
        "missing from these totals."},
    TextEntry{"members_caption", "Par université", "By university"},
    TextEntry{"pool_state", "Données", "Data"},
    TextEntry{"data_complete", "complètes", "complete"},
    TextEntry{"data_none", "aucune", "none"},
    TextEntry{"data_partial", "partielles", "partial"},
    TextEntry{"statements_caption", "Déclarations reçues de chaque université",
              "Statements received from each university"},
    TextEntry{"last_received_short", "Dernière reçue", "Last received"},
    TextEntry{"own_students", "sans objet (étudiants du hub)", "not needed (the hub’s own students)"},
    TextEntry{"announced_short", "Dernière annoncée", "Last announced"},
    TextEntry{"missing_short", "Manquantes", "Missing"},
    TextEntry{"agreement", "Membre, noms", "Member, names"},
    TextEntry{"state.invited", "invité", "invited"},
    TextEntry{"state.pending", "en attente", "pending"},
    TextEntry{"state.active", "actif", "active"},
    TextEntry{"state.suspended", "suspendu", "suspended"},
    TextEntry{"names.issue", "noms à l’édition", "names at issue"},
    TextEntry{"names.none", "pseudonymes seuls", "pseudonyms only"},
    TextEntry{"names.roster", "liste nominative", "roster of names"},
    TextEntry{"statements_note",
              "Les empreintes sont abrégées\u202f; les formats CSV, JSON et XML les donnent entières.",
              "Digests are shortened; the CSV, JSON and XML formats give them whole."},
    TextEntry{"pool_weeks_caption", "Par semaine (ISO 8601), toutes universités",
              "By week (ISO 8601), all universities"},
    TextEntry{"pool_weeks_note",
              "Jours sans déclaration\u202f: ceux dont au moins une université n’a rien déclaré. La colonne "
              "«\u202fÉtudiants\u202f» ne s’additionne pas.",
              "Days without a statement: those of which at least one university has declared nothing. The "
              "“Students” column does not add up."},
    TextEntry{"matrix_caption", "Temps mesuré par semaine et université ({0}/{1})",
              "Measured time by week and university ({0}/{1})"},
    TextEntry{
        "matrix_note",
        "Un tiret (–)\u202f: pas de données, aucun jour de la semaine n’est déclaré. Un astérisque (*)"
        "\u202f: une partie des jours ne l’est pas. Les formats CSV, JSON et XML donnent aussi le temps "
        "crédité, les étudiants et les traces de chaque semaine.",
        "A dash (–): no data, no day of the week is declared. An asterisk (*): some of its days are "
        "not. The CSV, JSON and XML formats also give the credited time, students and traces of each "
        "week."},
    TextEntry{"pool_courses_caption", "Par université et cours", "By university and course"},
    TextEntry{"university_or_course", "Université et cours", "University and course"},
    TextEntry{"other_courses", "Autres cours\u202f: {0}", "Other courses: {0}"},
    TextEntry{
        "pool_courses_note",
        "Pour chaque université, les {0} cours qui ont le plus de temps\u202f; les autres sont réunis en une "
        "ligne. Les formats CSV, JSON et XML les donnent tous. Un étudiant de plusieurs cours compte "
        "une fois dans chacun.",
        "For each university, the {0} courses with the most time; the others are one line. The CSV, "
        "JSON and XML formats give all of them. A student of several courses counts once in each."},
    TextEntry{"engines", "Moteurs de calcul", "Engines"},
    TextEntry{
        "pool_unknown",
        "Sessions, et événements que le barème ne compte pas\u202f: pas de données, les déclarations ne "
        "les portent pas.",
        "Sessions, and events that the scale does not count: no data, statements do not carry them."},
    TextEntry{"days_caption", "Par jour", "By day"},
    TextEntry{"courses_caption", "Par cours et activité", "By course and activity"},
    TextEntry{"sessions_caption", "Sessions de connexion", "Sessions"},
    TextEntry{"students_caption", "Par étudiant", "By student"},
    TextEntry{"group_courses_caption", "Par cours", "By course"},
    TextEntry{"weeks_caption", "Par semaine (ISO 8601)", "By week (ISO 8601)"},
    TextEntry{"day", "Jour", "Day"},
    TextEntry{"day_or_course", "Jour et cours", "Day and course"},
    TextEntry{"first", "Première trace", "First trace"},
    TextEntry{"last", "Dernière trace", "Last trace"},
    TextEntry{"none", "aucune", "none"},
    TextEntry{"course", "Cours", "Course"},
    TextEntry{"course_or_activity", "Cours et activité", "Course and activity"},
    TextEntry{"courses", "Cours", "Courses"},
    TextEntry{"type", "Type", "Type"},
    TextEntry{"pages", "Pages du cours, hors activités", "Course pages, outside activities"},
    TextEntry{"total", "Total", "Total"},
    TextEntry{"begin", "Début", "Begin"},
    TextEntry{"end", "Fin", "End"},
    TextEntry{"duration", "Durée", "Duration"},
    TextEntry{"inside", "Dans la période", "In the period"},
    TextEntry{"clipped", "déborde de la période", "reaches over the period"},
    TextEntry{
        "sessions_note",
        "Les sessions sont données entières. Une session qui déborde de la période est signalée\u202f: les "
        "jours "
        "ne comptent que sa part dans la période, la session garde sa durée.",
        "Sessions are given whole. One that reaches over the period is marked: the days count only its part "
        "inside the period, the session keeps its length."},
    TextEntry{"sessions_begun", "Sessions commencées", "Sessions begun"},
    TextEntry{"days_short", "Jours", "Days"},
    TextEntry{"student", "Étudiant", "Student"},
    TextEntry{"week", "Semaine", "Week"},
    TextEntry{"week_days", "Jours de la période", "Days in the period"},
    TextEntry{"days_span", "du {0} au {1}", "{0} to {1}"},
    TextEntry{"active_short", "Actifs", "Active"},
    TextEntry{
        "group_note",
        "Un étudiant qui suit plusieurs cours compte une fois dans chacun\u202f: la colonne "
        "«\u202fÉtudiants\u202f» "
        "des cours "
        "ne s’additionne pas. Les sessions sont celles qui touchent la période.",
        "A student of several courses counts once in each: the “Students” column of courses does not add up. "
        "Sessions are those that touch the period."},
    TextEntry{"provenance", "Provenance et règle de calcul", "Provenance and rule"},
    TextEntry{"node", "Nœud émetteur", "Issuing node"},
    TextEntry{"moodle", "Moodle", "Moodle"},
    TextEntry{"issued", "Émis le", "Issued at"},
    TextEntry{"scale", "Barème", "Scale"},
    TextEntry{"scale_version", "{0} («\u202f{1}\u202f», version {2})", "{0} (“{1}”, version {2})"},
    TextEntry{"scale_sha256", "Empreinte SHA-256 du barème", "SHA-256 of the scale"},
    TextEntry{"rule", "Règle", "Rule"},
    TextEntry{"rule_gap", "Le temps entre deux traces qui se suivent compte en entier jusqu’à {0}.",
              "The time between two consecutive traces counts in full up to {0}."},
    TextEntry{"rule_idle_credit", "Au-delà, l’intervalle vaut {0}, et jamais plus que sa durée.",
              "A longer gap is worth {0}, and never more than itself."},
    TextEntry{"rule_idle_nothing", "Au-delà, l’intervalle ne compte pas.", "A longer gap is worth nothing."},
    TextEntry{
        "rule_last_credit",
        "La toute dernière trace vaut {0}, et jamais plus que le temps écoulé jusqu’à l’arrêté des données.",
        "The very last trace is worth {0}, and never more than the time up to the instant the data hold "
        "for."},
    TextEntry{"rule_last_nothing", "La toute dernière trace ne vaut rien.",
              "The very last trace is worth nothing."},
    TextEntry{
        "rule_document",
        "Le texte complet de la règle (événements écartés, connexions, déconnexions) est le document du "
        "barème "
        "dont l’empreinte suit.",
        "The full rule (events left out, logins, logouts) is the scale’s document, whose digest follows."},
    TextEntry{"engine", "Moteur de calcul", "Engine"},
    TextEntry{"timezone", "Fuseau horaire", "Time zone"},
    TextEntry{"timezone_note", "{0} (jours civils et heures locales)", "{0} (civil days and local times)"},
    TextEntry{"as_of", "Données arrêtées le", "Data as of"},
    TextEntry{"last_event", "Dernier événement archivé", "Last archived event"},
    TextEntry{"last_event_id", "{0} (numéro le plus haut\u202f: {1})", "{0} (highest number: {1})"},
    TextEntry{"archived_events", "Événements archivés par le nœud", "Events archived by the node"},
    TextEntry{"dropped_caption", "Événements de la période que le barème ne compte pas",
              "Events of the period that the scale does not count"},
    TextEntry{"dropped_reason", "Motif", "Reason"},
    TextEntry{"dropped_events", "Événements", "Events"},
    TextEntry{"dropped_none", "Aucun événement écarté par le barème sur la période.",
              "No event of the period was left out by the scale."},
    TextEntry{"outages_caption", "Interruptions connues de la journalisation (événements manquants)",
              "Known outages of the log (missing events)"},
    TextEntry{"outage_from", "Du", "From"},
    TextEntry{"outage_to", "Au", "To"},
    TextEntry{"outage_cause", "Cause", "Cause"},
    TextEntry{"outage_none", "Aucune interruption connue sur la période.", "No outage known in the period."},
    TextEntry{"remarks", "Remarques", "Remarks"},
    TextEntry{"remarks_none", "Aucune remarque sur les données.", "No remark on the data."},
    TextEntry{"signature", "Fait à … le …, signature et cachet de l’établissement",
              "Place, date, signature and stamp of the institution"},
    TextEntry{"signature_hub", "Fait à … le …, signature et cachet de l’émetteur",
              "Place, date, signature and stamp of the issuer"},
    TextEntry{"platform", "Plateforme (hors cours)", "Platform (outside courses)"},
    TextEntry{"course_unknown", "Cours non indiqué par la source", "Course not given by the source"},
    TextEntry{"course_id", "cours {0}", "course {0}"},
    TextEntry{"activity_id", "activité {0}", "activity {0}"},
    // Remarks: what the source could not give, by code.
    TextEntry{"remark.minute_resolution",
              "La source ne donne les heures qu’à la minute\u202f: les durées en dépendent.",
              "The source gives times only to the minute: durations depend on it."},
    TextEntry{
        "remark.course_unknown",
        "La source ne nomme pas le cours de certains événements\u202f: leur temps est compté, sans cours.",
        "The source does not name the course of some events: their time counts, without a course."},
    TextEntry{"remark.activity_unknown",
              "La source ne nomme pas l’activité de certains événements\u202f: leur temps est compté aux "
              "pages du cours.",
              "The source does not name the activity of some events: their time counts as course pages."},
    TextEntry{
        "remark.origin_unknown",
        "La source ne dit pas l’origine (web, service…) des événements\u202f: ce filtre n’a pu être "
        "appliqué.",
        "The source does not say the origin (web, service…) of events: that filter could not be applied."},
    TextEntry{"remark.login_as_unknown",
              "La source ne dit pas si un tiers était connecté à la place de la personne.",
              "The source does not say whether somebody else was logged in as the person."},
    TextEntry{"remark.period_not_over",
              "Les données sont arrêtées avant la fin de la période\u202f: le relevé est provisoire.",
              "The data end before the period does: this record is provisional."},
    TextEntry{"remark.last_event_before_period",
              "Le dernier événement archivé par le nœud est antérieur à la période\u202f: la collecte a pu "
              "s’arrêter.",
              "The last event archived by the node is older than the period: collection may have stopped."},
    TextEntry{"remark.names_not_had",
              "L’établissement n’a pas pu être interrogé sur les noms\u202f: des pseudonymes les remplacent.",
              "The institution could not be asked for names: pseudonyms stand in their place."},
    TextEntry{
        "remark.time_excluded",
        "Du temps de la période a été exclu par une décision motivée de l’établissement\u202f: il ne compte "
        "pas.",
        "Time of the period was excluded by the institution, for a recorded reason: it does not count."},
    TextEntry{
        "remark.students_left_out",
        "Les personnes dont le relevé a été retenu par les contrôles avant émission ne sont pas comptées.",
        "Students whose own report was held back by the look before issue are not counted."},
    TextEntry{"remark.other", "Remarque de code «\u202f{0}\u202f»", "Remark with the code “{0}”"},
    // Why the scale does not count an event, by code.
    TextEntry{"reason.origin", "origine hors barème (tâche planifiée, restauration…)",
              "origin outside the scale (scheduled task, restore…)"},
    TextEntry{"reason.login_as", "un tiers était connecté à la place de la personne",
              "somebody else was logged in as the person"},
    TextEntry{"reason.action", "action hors barème (connexion échouée…)",
              "action outside the scale (failed login…)"},
    TextEntry{"reason.event", "événement qui n’est pas un geste de la personne",
              "event that is no act of the person"},
    TextEntry{"reason.anonymous", "événement anonyme", "anonymous event"},
    TextEntry{"reason.module", "type d’activité hors barème", "activity type outside the scale"},
    TextEntry{"reason.site_page", "page du site hors cours", "page of the site outside courses"},
    TextEntry{"reason.target", "objet hors barème", "target outside the scale"},
    TextEntry{"reason.presence", "page restée ouverte, sans geste de la personne",
              "page left open, without an act of the person"},
    TextEntry{"reason.course", "cours hors barème", "course outside the scale"},
    TextEntry{"reason.role", "fait sans rôle retenu par le barème dans ce cours",
              "made without a role that the scale counts in that course"},
    TextEntry{"reason.enrolment", "fait sans inscription active à ce cours",
              "made without an active enrolment in that course"},
    TextEntry{"reason.address", "adresse hors barème", "address outside the scale"},
    // Printed reports.
    TextEntry{"student_subtitle", "Formation à distance\u202f: temps de travail sur la plateforme",
              "Distance training: working time on the platform"},
    TextEntry{"page_of", "page {0} sur {1}", "page {0} of {1}"},
    TextEntry{"dossier_caption", "Dossier de formation", "Training file"},
    TextEntry{"funder", "Financeur", "Funder"},
    TextEntry{"dossier_number", "N° de dossier", "File number"},
    TextEntry{"training", "Intitulé de la formation", "Training"},
    TextEntry{"training_nature", "Nature de l’action", "Nature of the action"},
    TextEntry{"modality", "Modalité", "Modality"},
    TextEntry{"modality.distance", "à distance", "distance"},
    TextEntry{"modality.mixed", "mixte, en partie à distance", "mixed, partly distance"},
    TextEntry{"nature.training", "action de formation", "training"},
    TextEntry{"nature.assessment", "bilan de compétences", "assessment of skills"},
    TextEntry{"nature.experience", "validation des acquis de l’expérience", "validation of experience"},
    TextEntry{"nature.apprenticeship", "action de formation par apprentissage", "apprenticeship"},
    TextEntry{"learner_status", "Employeur ou statut", "Employer or status"},
    TextEntry{"dossier_dates", "Dates du dossier", "Dates of the file"},
    TextEntry{"groups", "Groupes", "Groups"},
    TextEntry{"planned_hours", "{0} ({1} h)", "{0} ({1} h)"},
    TextEntry{"template", "Modèle de document", "Template"},
    TextEntry{"activity_number", "N° de déclaration d’activité {0}", "Training activity no. {0}"},
    TextEntry{"sign_place_at", "Fait à {0}, le ………………………", "{0}, date ………………………"},
    TextEntry{"replaces", "Remplace", "Replaces"},
    TextEntry{"replaces_report", "le relevé émis le {0} (SHA-256 {1})\u202f; ce qui a changé\u202f: {2}",
              "the report issued {0} (SHA-256 {1}); what changed: {2}"},
    TextEntry{"replaced.rows", "les temps", "the times"},
    TextEntry{"replaced.sessions", "les sessions", "the sessions"},
    TextEntry{"replaced.person", "l’identité", "the person’s data"},
    TextEntry{"replaced.dossiers", "le dossier", "the dossier"},
    TextEntry{"replaced.names", "les noms de cours ou d’activités", "names of courses or activities"},
    TextEntry{"replaced.scale", "le barème", "the scale"},
    TextEntry{"replaced.findings", "les points relevés", "the findings"},
    TextEntry{"replaced.outages", "les interruptions ou remarques", "outages or remarks"},
    TextEntry{"replaced.template", "le modèle de document", "the template"},
    TextEntry{"replaced.made_as", "les formats ou la langue", "the formats or the language"},
    TextEntry{"replaced.files", "un fichier manquait", "a file was missing"},
    TextEntry{"replaced.again", "rien d’autre\u202f: émis de nouveau", "nothing else: issued again"},
    TextEntry{"replaced.other", "autre chose", "something else"},
    TextEntry{"summary.title", "Synthèse anonyme", "Anonymous summary"},
    TextEntry{"summary.cohort", "Cohorte", "Cohort"},
    TextEntry{"summary.completions", "Activités achevées", "Completed activities"},
    TextEntry{"summary.silent", "Sans trace depuis {0} jours", "Without a trace for {0} days"},
    TextEntry{
        "summary.hidden",
        "Un tiret\u202f: moins de {0} étudiants, ou une valeur dont on pourrait déduire celle d’un si petit "
        "nombre, ou inconnue.",
        "A dash: fewer than {0} students, or a value from which that of so few could be worked out, or not "
        "known."},
    TextEntry{"batch.title", "Relevés d’assiduité", "Attendance records"},
    TextEntry{"batch.group", "Le groupe", "The group"},
    TextEntry{"batch.no_funder", "Sans financeur", "Without a funder"},
    TextEntry{"batch.files", "Documents", "Documents"},
    TextEntry{"batch.issued_at", "Émis le", "Issued at"},
    TextEntry{"batch.replaces", "Remplace un relevé\u202f: ce qui a changé",
              "Replaces a record: what changed"},
    TextEntry{
        "batch.counts",
        "Dernier passage\u202f: {0} émis, {1} émis à nouveau, {2} inchangés, {3} bloqués, {4} impossibles.",
        "Last run: {0} issued, {1} issued again, {2} unchanged, {3} refused, {4} failed."},
    TextEntry{"batch.stopped", "Le passage a été interrompu\u202f; le prochain continue.",
              "The run was interrupted; the next one goes on."},
    TextEntry{"batch.not_issued", "Non émis", "Not issued"},
    TextEntry{"batch.note", "Chaque dossier de preuve (zip) se vérifie hors ligne avec assidu-verify.",
              "Each package (zip) is checked off line with assidu-verify."},
    TextEntry{"findings_caption", "Points relevés avant l’émission", "Findings before issue"},
    TextEntry{"findings_none", "Les contrôles de cohérence n’ont rien relevé.",
              "The checks for consistency found nothing."},
    TextEntry{"severity.refused", "bloquant", "refuses"},
    TextEntry{"severity.flagged", "signalé", "flagged"},
    TextEntry{"finding.more", " et {0} autres", " and {0} more"},
    TextEntry{"finding.overridden", "Émis malgré tout par {0}\u202f: {1}", "Issued all the same by {0}: {1}"},
    TextEntry{"finding.time_before_start", "{1} avant le début du dossier {3}\u202f: {0}.",
              "{1} before the file {3} begins: {0}."},
    TextEntry{"finding.time_after_end", "{1} après la fin du dossier {3}\u202f: {0}.",
              "{1} after the file {3} ends: {0}."},
    TextEntry{"finding.closed_day", "{1} sur des jours fermés du calendrier du barème\u202f: {0}.",
              "{1} on closed days of the scale’s calendar: {0}."},
    TextEntry{"finding.two_sites", "Activité au même moment à {3}\u202f: {0}.",
              "Activity at the same time at {3}: {0}."},
    TextEntry{"finding.over_a_day", "Plus de temps qu’un jour n’en a ({1} pour {2})\u202f: {0}.",
              "More time than a day has ({1} of {2}): {0}."},
    TextEntry{"finding.over_planned", "{1} depuis le début du dossier {3}, plus que les {2} prévues.",
              "{1} since the file {3} began, more than the {2} planned."},
    TextEntry{
        "finding.regular_clicks",
        "Traces à intervalles réguliers comme ceux d’une machine (toutes les {2}, pendant {1})\u202f: {0}.",
        "Traces as regular as a machine’s (every {2}, for {1}): {0}."},
    TextEntry{"finding.regular_days",
              "Sessions qui commencent à la même heure et durent autant, à la seconde près ({1})\u202f: {0}.",
              "Sessions that begin at one time of day and last as long, to the second ({1}): {0}."},
    TextEntry{"finding.outage_inside", "Des traces manquent dans la période ({1})\u202f: {0}.",
              "Traces are missing inside the period ({1}): {0}."},
    TextEntry{"finding.scale_changed", "Le barème a changé dans la période ({3})\u202f: {0}.",
              "The scale changed inside the period ({3}): {0}."},
    TextEntry{"planned", "Durée prévue", "Planned duration"},
    TextEntry{"months_caption", "Par mois", "By month"},
    TextEntry{"month", "Mois", "Month"},
    TextEntry{"weeks_chart", "Temps mesuré par semaine", "Measured time by week"},
    TextEntry{"duration_unit", "h:mm:ss", "h:mm:ss"},
    TextEntry{"measured_short", "Mesuré", "Measured"},
    TextEntry{"credited_short", "Crédité", "Credited"},
    TextEntry{"absences_note",
              "Un jour sans ligne est un jour sans trace\u202f: c’est une absence d’activité connue sur la "
              "plateforme, sauf s’il est touché par une interruption ou n’est pas déclaré.",
              "A day without a line is a day without a trace: an absence of known activity on the platform, "
              "unless an outage touches it or it is not declared."},
    TextEntry{"not_in_report",
              "Ne figurent pas dans ce relevé, faute de données\u202f: travaux rendus, évaluations, "
              "échanges avec les tuteurs, durées estimées des activités.",
              "Not in this record, for want of data: work handed in, evaluations, exchanges with tutors, "
              "estimated durations of activities."},
    TextEntry{"verification", "Vérification", "Verification"},
    TextEntry{"data_sha256", "Empreinte SHA-256 des données", "SHA-256 of the data"},
    TextEntry{"data_sha256_foot", "SHA-256 des données\u202f: {0}", "SHA-256 of the data: {0}"},
    TextEntry{"verify_address", "Adresse de vérification", "Verification address"},
    TextEntry{"verify_how",
              "Le dossier de preuve émis avec ce relevé contient ces données (data.json) et se vérifie hors "
              "ligne avec assidu-verify, ou à la main avec openssl et sha256sum. L’empreinte ci-dessous est "
              "celle de data.json.",
              "The package issued with this record has these data (data.json) and is checked off line with "
              "assidu-verify, or by hand with openssl and sha256sum. The digest below is that of data.json."},
    TextEntry{"verify_how_group",
              "L’empreinte ci-dessous est celle du même relevé au format JSON, tel qu’Assidu l’écrit.",
              "The digest below is that of the same record as JSON, as Assidu writes it."},
    TextEntry{"sign_place", "Fait à ……………………………… le ………………………", "Place ……………………………… date ………………………"},
    TextEntry{"sign_student", "Signature du stagiaire", "Signature of the trainee"},
    TextEntry{"sign_teacher", "Signature du responsable pédagogique", "Signature of the teacher in charge"},
    TextEntry{"sign_institution", "Signature et cachet de l’établissement",
              "Signature and stamp of the institution"},
    // How a day is explained.
    TextEntry{"explain.title", "Le calcul d’une journée, trace par trace", "A day explained, trace by trace"},
    TextEntry{"explain.student", "Étudiant", "Student"},
    TextEntry{"explain.day", "Jour", "Day"},
    TextEntry{"explain.scale", "Barème", "Scale"},
    TextEntry{"explain.engine", "Calcul", "Computed by"},
    TextEntry{"explain.as_of", "au {0}", "as of {0}"},
    TextEntry{"explain.outage", "Attention\u202f: des traces manquent du {0} au {1} ({2})",
              "Beware: events are missing from {0} to {1} ({2})"},
    TextEntry{"explain.exclusion", "Exclusion n° {0}, du {1} au {2}\u202f: {3} ({4})",
              "Exclusion no. {0}, from {1} to {2}: {3} ({4})"},
    TextEntry{"explain.exclusion_revoked", "L’exclusion n° {0} a été levée le {1}\u202f: {2} ({3})",
              "Exclusion no. {0} was revoked at {1}: {2} ({3})"},
    TextEntry{
        "explain.forged_days",
        "Attention\u202f: la signature de {0} jours de la liste n’est pas celle de ce nœud\u202f; ils ne "
        "comptent pas.",
        "Note: the signature of {0} days of the list is not this node’s; they do not count."},
    TextEntry{"explain.credits", "CRÉDITS DU JOUR (hors temps mesuré)",
              "CREDITS OF THE DAY (beside measured time)"},
    TextEntry{"explain.credit.completion", "achèvement", "completion"},
    TextEntry{"explain.credit.declared", "déclaration", "declaration"},
    TextEntry{"explain.credit.scorm", "mesure SCORM", "measured by SCORM"},
    TextEntry{"explain.credit.timestat", "mesure timestat", "measured by timestat"},
    TextEntry{"explain.mode.floor", "porte le temps à cette valeur", "raises the time to it"},
    TextEntry{"explain.mode.ceiling", "ramène le temps à cette valeur", "lowers the time to it"},
    TextEntry{"explain.mode.replace", "remplace le temps", "replaces the time"},
    TextEntry{"explain.mode.add", "s’ajoute au temps", "adds to the time"},
    TextEntry{"explain.refused", "déclaration refusée par le barème [{0}]",
              "a declaration that the scale refuses [{0}]"},
    TextEntry{"explain.to_later", "ce temps est celui de la trace suivante\u202f: {0}",
              "this time is the next event’s: {0}"},
    TextEntry{"explain.before", "AVANT CE JOUR", "BEFORE THIS DAY"},
    TextEntry{"explain.events", "TRACES DU JOUR", "EVENTS OF THE DAY"},
    TextEntry{"explain.after", "APRÈS CE JOUR", "AFTER THIS DAY"},
    TextEntry{"explain.sessions", "SESSIONS (entières)", "SESSIONS (whole)"},
    TextEntry{"explain.totals", "TOTAUX DU JOUR", "TOTALS OF THE DAY"},
    TextEntry{"explain.no_event", "Aucune trace de cette personne ce jour-là.",
              "No event of this person on this day."},
    TextEntry{"explain.colon", "\u202f:", ":"},
    TextEntry{"explain.number", "n°", "no."},
    TextEntry{"explain.session_number", "session {0}", "session {0}"},
    TextEntry{"explain.hidden", "(activité masquée\u202f: trace anonyme)",
              "(activity hidden: anonymous event)"},
    TextEntry{"explain.measured", "mesuré", "measured"},
    TextEntry{"explain.counted", "compté ce jour", "counted on this day"},
    TextEntry{"explain.not_counted", "non compté", "not counted"},
    TextEntry{"explain.other_day", "compte pour le {0}, pas pour ce jour", "belongs to {0}, not to this day"},
    TextEntry{"explain.outside", "hors des plages du calendrier, marqué",
              "outside the calendar’s windows, marked"},
    TextEntry{"explain.dropped", "ne compte pas\u202f: {1} [{0}]", "does not count: {1} [{0}]"},
    TextEntry{"explain.pages", "pages du cours", "pages of the course"},
    TextEntry{"explain.total", "Total du jour", "Total of the day"},
    TextEntry{"explain.worth.gap", "l’écart jusqu’à la trace suivante, à {0}",
              "the gap to the next event, at {0}"},
    TextEntry{
        "explain.worth.short_gap",
        "l’écart de {1} jusqu’à la trace suivante, à {0}, est sous le minimum du barème et ne vaut rien",
        "the gap of {1} to the next event, at {0}, is under the scale’s minimum and worth nothing"},
    TextEntry{"explain.worth.idle_credit",
              "silence de {1} jusqu’à la trace suivante, à {0}, au-delà de la limite\u202f: le crédit "
              "d’inactivité du barème",
              "a silence of {1} until the next event, at {0}, over the idle limit: the scale’s idle credit"},
    TextEntry{"explain.worth.idle_credit_capped",
              "silence de {1} jusqu’à la trace suivante, à {0}, au-delà de la limite\u202f: le crédit "
              "d’inactivité, qui ne dépasse jamais le silence",
              "a silence of {1} until the next event, at {0}, over the idle limit: the idle credit, never "
              "more than the silence"},
    TextEntry{"explain.worth.day_end",
              "la trace suivante est d’un autre jour, à {0}\u202f: crédit de fin de journée",
              "the next event is of another day, at {0}: the credit of the day’s end"},
    TextEntry{"explain.worth.last_credit",
              "dernière trace connue, aucune ne suit\u202f: le crédit de fin du barème",
              "the last event known, none follows: the scale’s last credit"},
    TextEntry{"explain.worth.last_credit_so_far",
              "dernière trace connue\u202f: le crédit de fin, limité par l’instant du calcul",
              "the last event known: the last credit, limited by the instant of the computation"},
    TextEntry{"explain.worth.logout", "déconnexion\u202f: ne vaut rien et ferme la session",
              "a logout: worth nothing, and closes the session"},
    TextEntry{"explain.opening.first", "ouverte par la première trace connue",
              "opened by the first event known"},
    TextEntry{"explain.opening.login", "ouverte par une connexion", "opened by a login"},
    TextEntry{"explain.opening.after_logout", "ouverte par la première trace après une déconnexion",
              "opened by the first event after a logout"},
    TextEntry{"explain.opening.after_idle",
              "ouverte par la première trace après un silence au-delà de la limite",
              "opened by the first event after a silence over the idle limit"},
    TextEntry{"explain.opening.new_day", "ouverte par la première trace d’un nouveau jour",
              "opened by the first event of a new day"},
    TextEntry{"explain.opening.course", "ouverte par un changement de cours", "opened by a change of course"},
    TextEntry{"explain.loss.session_too_short",
              "session plus courte que le minimum du barème\u202f: son temps ne compte pas",
              "a session under the scale’s minimum: its time does not count"},
    TextEntry{"explain.loss.session_max",
              "session plus longue que le maximum du barème\u202f: le reste ne compte pas",
              "a session over the scale’s maximum: the rest does not count"},
    TextEntry{"explain.loss.excluded", "exclu par une décision de l’établissement",
              "excluded by the institution"},
    TextEntry{"explain.loss.user_day", "jour absent de la liste signée de la personne",
              "a day that is not on the person’s signed list"},
    TextEntry{"explain.loss.calendar", "hors des plages du calendrier", "outside the calendar’s windows"},
    TextEntry{"explain.loss.activity_day", "plafond du jour de cette activité atteint",
              "the activity’s cap of the day is used up"},
    TextEntry{"explain.loss.activity_total", "plafond total de cette activité atteint",
              "the activity’s total cap is used up"},
    TextEntry{"explain.loss.course_total", "plafond total du cours atteint",
              "the course’s total cap is used up"},
    TextEntry{"explain.loss.day", "plafond du jour atteint", "the cap of the day is used up"},
    TextEntry{"explain.loss.week", "plafond de la semaine atteint", "the cap of the week is used up"},
    TextEntry{"explain.check.none",
              "Le registre ne contient pas de totaux selon ce barème\u202f: rien à comparer.",
              "The ledger has no totals under this scale: nothing to compare with."},
    TextEntry{"explain.check.same", "Le registre dit la même chose\u202f: {0} s en {1} lignes.",
              "The ledger says the same: {0} s in {1} rows."},
    TextEntry{"explain.check.differs",
              "LE REGISTRE DIT AUTRE CHOSE\u202f: {0} s en {1} lignes, et non {2} s en {3} lignes.",
              "THE LEDGER SAYS SOMETHING ELSE: {0} s in {1} rows, not {2} s in {3} rows."},
    TextEntry{"reason.other", "motif de code «\u202f{0}\u202f»", "reason with the code “{0}”"},
};

const TextEntry* find(std::string_view key) {
    for (const TextEntry& entry : kTexts)
        if (entry.key == key) return &entry;
    return nullptr;
}

std::string coded_text(Language language, std::string_view prefix, std::string_view code) {
    const std::string key = fmt::format("{}.{}", prefix, code);
    if (code != "other" && find(key) != nullptr) return std::string(text(language, key));
    return text_with(language, fmt::format("{}.other", prefix), code);
}

}  // namespace

std::string_view tag_of(Language language) {
    return language == Language::fr ? "fr" : "en";
}

Language language_of(std::string_view tag) {
    return tag == "en" ? Language::en : Language::fr;
}

std::span<const TextEntry> all_texts() {
    return kTexts;
}

std::string_view text(Language language, std::string_view key) {
    const TextEntry* entry = find(key);
    if (entry == nullptr) throw std::logic_error(fmt::format("reports have no text '{}'", key));
    return language == Language::fr ? entry->fr : entry->en;
}

std::string remark_text(Language language, std::string_view code) {
    return coded_text(language, "remark", code);
}

std::string reason_text(Language language, std::string_view code) {
    return coded_text(language, "reason", code);
}

namespace {

// A name, with words in front of it if its bearer is gone from the source.
std::string marked(Language language, std::string_view key, bool gone, const std::string& name) {
    return gone ? text_with(language, key, name) : name;
}

}  // namespace

std::string course_name(Language language, std::int64_t course, const std::optional<Course>& names) {
    if (course == 0) return std::string(text(language, "platform"));
    if (names && !names->fullname.empty()) return marked(language, "gone", names->gone, names->fullname);
    if (names && !names->shortname.empty()) return marked(language, "gone", names->gone, names->shortname);
    if (course < 0) return std::string(text(language, "course_unknown"));
    return text_with(language, "course_id", course);
}

std::string activity_name(Language language, std::int64_t activity, const std::optional<Activity>& names) {
    if (names && !names->name.empty()) return marked(language, "gone", names->gone, names->name);
    return text_with(language, "activity_id", activity);
}

std::string person_name(Language language, const std::optional<Person>& person) {
    if (!person) return std::string(text(language, "person_unknown"));
    if (person->lastname.empty() && person->firstname.empty())
        return person->username.empty() ? std::string(text(language, "person_unknown"))
                                        : marked(language, "gone_person", person->gone, person->username);
    const bool both = !person->lastname.empty() && !person->firstname.empty();
    return marked(language, "gone_person", person->gone,
                  person->lastname + (both ? " " : "") + person->firstname);
}

std::string date_text(Language language, config::CivilDay day) {
    if (language == Language::en) return config::iso_date(day);
    const config::Date date = config::date_of(day);
    return fmt::format("{:02}/{:02}/{:04}", date.day, date.month, date.year);
}

std::string time_text(const config::CivilCalendar& calendar, std::int64_t utc_s) {
    constexpr std::int64_t kDaySeconds = 86'400;
    const std::string time = calendar.time_of_day(utc_s);
    const config::CivilDay day = calendar.day_of(utc_s);
    if (calendar.end_of(day) - calendar.begin_of(day) <= kDaySeconds) return time;
    const std::string iso = calendar.local_iso(utc_s);
    return time + " (UTC" + iso.substr(iso.size() - 6) + ")";
}

std::string instant_text(Language language, const config::CivilCalendar& calendar, std::int64_t utc_s) {
    return date_text(language, calendar.day_of(utc_s)) + " " + time_text(calendar, utc_s);
}

std::string week_text(Language language, config::IsoWeek week) {
    if (language == Language::en) return config::iso_week_name(week);
    return fmt::format("{:04}-S{:02}", week.year, week.week);
}

}  // namespace assidu::reports
