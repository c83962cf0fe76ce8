#include "reports/verify/verify_text.h"

#include <fmt/format.h>

#include "config/utf8.h"
#include "reports/durations.h"

namespace assidu::reports {
namespace {

struct Words {
    std::string_view fr, en;
    [[nodiscard]] std::string_view in(bool french) const { return french ? fr : en; }
};

// Of a check: its name, what it says when it holds, and what it means when it fails.
struct CheckWords {
    Check check;
    Words title, holds, meaning;
};

constexpr CheckWords kChecks[] = {
    {Check::container,
     {"Fichier", "File"},
     {"intact : {0} fichiers, {1} octets", "whole: {0} files, {1} bytes"},
     {"le fichier a été modifié, tronqué ou n'est pas un dossier de preuve",
      "the file was changed or cut, or is no package"}},
    {Check::manifest,
     {"Manifeste", "Manifest"},
     {"les {0} fichiers sont ceux qu'il énumère, à l'octet près",
      "the {0} files are those it lists, to the byte"},
     {"un fichier a été ajouté, retiré ou modifié après l'émission",
      "a file was added, removed or changed after the issue"}},
    {Check::keys,
     {"Clés", "Keys"},
     {"{0} clés lues", "{0} keys read"},
     {"on ne peut pas savoir qui a signé", "who signed cannot be known"}},
    {Check::signature,
     {"Signature de l'émetteur", "Issuer's signature"},
     {"{0} a signé le manifeste (clé {1})", "{0} signed the manifest (key {1})"},
     {"ce dossier n'est pas de celui dont il porte le nom",
      "the package is not of the one whose name it bears"}},
    {Check::cosignatures,
     {"Cosignatures", "Cosignatures"},
     {"de {0}", "by {0}"},
     {"une signature supplémentaire ne peut être attribuée", "a further signature cannot be attributed"}},
    {Check::statements,
     {"Déclarations", "Statements"},
     {"n° {0} à {1}, signées par {2}, aucune ne manque entre elles",
      "{0} to {1}, signed by {2}, none missing between them"},
     {"l'établissement n'a pas déclaré cela, ou une déclaration manque",
      "the university did not declare this, or a statement is missing"}},
    {Check::receipt,
     {"Accusé de réception", "Receipt"},
     {"{0} a reçu la déclaration n° {1}", "{0} received statement {1}"},
     {"le pôle n'a pas reçu ces déclarations-là", "the hub did not receive these statements"}},
    {Check::scale,
     {"Barème", "Scale"},
     {"{0}, version {1}, SHA-256 {2}", "{0}, version {1}, SHA-256 {2}"},
     {"les durées ont été établies selon une autre règle que celle qui est jointe",
      "the durations were made under another rule than the one inside"}},
    {Check::rows,
     {"Lignes de la personne", "Rows of the person"},
     {"prouvées : {0} ; déclarations : {1} ; toutes à jour, aucune omise entre elles",
      "proven: {0}; statements: {1}; all current, none left out between them"},
     {"une ligne n'a pas été déclarée, a été remplacée depuis, ou est d'une autre personne",
      "a row was not declared, was replaced since, or is another person's"}},
    {Check::period,
     {"Période", "Period"},
     {"jours déclarés : {0}, dont à nouveau : {1} ; ce qui manque est dit",
      "days declared: {0}, of which again: {1}; what is missing is said"},
     {"le dossier ne dit pas tout ce qui manque à la période",
      "the package does not say all that is missing"}},
    {Check::totals,
     {"Totaux recalculés", "Totals worked out again"},
     {"{0} mesurées, {1} créditées : tous les totaux par jour, cours et activité concordent",
      "{0} measured, {1} credited: all totals by day, course and activity agree"},
     {"le relevé dit autre chose que les lignes déclarées", "the report says other than the declared rows"}},
    {Check::documents,
     {"Documents", "Documents"},
     {"tels que l'émetteur les a signés : {0}", "as the issuer signed them: {0}"},
     {"les documents ne sont pas ceux de l'émetteur", "the documents are not the issuer's"}},
    {Check::root,
     {"Racine de confiance", "Root of trust"},
     {"l'empreinte donnée est celle de {0}", "the fingerprint given is that of {0}"},
     {"rien ne relie ce dossier à la clé à laquelle vous faites confiance : n'importe qui a pu l'établir",
      "nothing ties this package to the key that you trust: anybody may have made it"}},
};

constexpr Words kRootByReceipt{
    "l'empreinte donnée est celle de {0}, qui a reçu les déclarations jusqu'au n° {1}",
    "the fingerprint given is that of {0}, who received the statements up to {1}"};
constexpr Words kNoRoot{"aucune empreinte donnée (--root) : l'origine n'est pas établie",
                        "no fingerprint given (--root): the origin is not established"};
constexpr Words kAbsent{"néant", "none"};
constexpr Words kNotChecked{"non vérifié : ce qui précède est en échec",
                            "not checked: what it rests on failed"};
constexpr Words kMeans{"Cela signifie : ", "That means: "};

struct VerdictWords {
    Verdict verdict;
    Words words;
};
constexpr VerdictWords kVerdicts[] = {
    {Verdict::holds, {"TOUT EST VÉRIFIÉ.", "EVERYTHING HOLDS."}},
    {Verdict::partial,
     {"TOUT EST VÉRIFIÉ, MAIS LA PÉRIODE EST INCOMPLÈTE, comme le dossier le dit.",
      "EVERYTHING HOLDS, BUT THE PERIOD IS PARTIAL, as the package says."}},
    {Verdict::unanchored,
     {"COHÉRENT, MAIS D'ORIGINE NON ÉTABLIE : donnez --root EMPREINTE, obtenue du pôle par une autre voie.",
      "CONSISTENT, BUT OF UNKNOWN ORIGIN: give --root FINGERPRINT, had from the pool by another way."}},
    {Verdict::refused, {"REFUSÉ : ne vous fiez pas à ce dossier.", "REFUSED: do not rely on this package."}}};

// A stranger's text on a terminal.
std::string printable(std::string_view text) {
    constexpr std::string_view kReplacement = "\xef\xbf\xbd";
    std::string clean;
    for (std::size_t at = 0; at < text.size();) {
        const config::CodePoint point = config::code_point_at(text, at);
        const bool shown =
            point.bytes > 0 && point.value >= 0x20 && (point.value < 0x7f || point.value >= 0xa0) &&
            (point.value < 0x200b || point.value > 0x200f) &&
            (point.value < 0x2028 || point.value > 0x202e) && (point.value < 0x2066 || point.value > 0x2069);
        clean += shown ? text.substr(at, point.bytes) : kReplacement;
        at += point.bytes > 0 ? point.bytes : 1;
    }
    return clean;
}

std::string sentence(std::string_view pattern, const std::vector<std::string>& values) {
    std::string text(pattern);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::string place = fmt::format("{{{}}}", i);
        if (const std::size_t at = text.find(place); at != std::string::npos)
            text.replace(at, place.size(), printable(values[i]));
    }
    return text;
}

std::string duration(const std::string& seconds) {
    return h_mm_ss(std::stoll(seconds));
}

std::string said_of(const Finding& finding, const CheckWords& words, bool french) {
    switch (finding.outcome) {
        case Outcome::holds: {
            std::vector<std::string> values = finding.values;
            if (finding.check == Check::totals)
                for (std::string& value : values)
                    value = duration(value);
            if (finding.check != Check::root) return sentence(words.holds.in(french), values);
            const bool by_receipt = values.front() == "receipt";
            values.erase(values.begin());
            return sentence((by_receipt ? kRootByReceipt : words.holds).in(french), values);
        }
        case Outcome::fails:
            return fmt::format("{}\n          {}{}.", printable(finding.detail), kMeans.in(french),
                               words.meaning.in(french));
        case Outcome::absent:
            return std::string((finding.check == Check::root ? kNoRoot : kAbsent).in(french));
        case Outcome::not_checked:
            return std::string(kNotChecked.in(french));
    }
    return {};
}

std::string_view mark_of(Outcome outcome, bool french) {
    switch (outcome) {
        case Outcome::holds:
            return "ok";
        case Outcome::fails:
            return french ? "ÉCHEC" : "FAILS";
        case Outcome::absent:
            return "-";
        case Outcome::not_checked:
            return "?";
    }
    return "";
}

// Marks have two bytes more than characters in French.
std::string line_of(const Finding& finding, bool french) {
    for (const CheckWords& words : kChecks) {
        if (words.check != finding.check) continue;
        const std::string_view mark = mark_of(finding.outcome, french);
        const std::size_t shown = mark == "ÉCHEC" ? 5 : mark.size();
        return fmt::format("[{}]{} {} : {}\n", mark, std::string(5 - shown, ' '), words.title.in(french),
                           said_of(finding, words, french));
    }
    return {};
}

std::string about(const PackageSubject& subject, bool french) {
    if (subject.student.empty()) return {};
    std::string text;
    const auto line = [&](const Words& name, const std::string& value) {
        if (!value.empty()) text += fmt::format("{} : {}\n", name.in(french), printable(value));
    };
    const auto named = [](const std::string& name, const std::string& id) {
        return name.empty() ? id : fmt::format("{} ({})", name, id);
    };
    line({"Personne", "Person"}, named(subject.person, subject.student));
    line({"Établissement", "University"}, named(subject.node_name, subject.node));
    line({"Émetteur", "Issuer"}, named(subject.issuer_name, subject.issuer));
    line({"Période", "Period"}, fmt::format("{} - {}", subject.from, subject.to));
    std::string missing;
    for (const std::string& days : subject.missing_days)
        missing += (missing.empty() ? "" : ", ") + days;
    line({"Jours sans déclaration", "Days without a statement"}, missing);
    if (subject.statements_missing > 0)
        line({"Déclarations annoncées et non reçues", "Statements announced and not received"},
             std::to_string(subject.statements_missing));
    return text;
}

}  // namespace

std::string verification_text(const Verification& verification, std::string_view language) {
    const bool french = language == "fr";
    std::string text = about(verification.subject, french);
    if (!text.empty()) text += "\n";
    for (const Finding& finding : verification.findings)
        text += line_of(finding, french);
    text += "\n";
    for (const VerdictWords& verdict : kVerdicts) {
        if (verdict.verdict == verification.verdict) text += fmt::format("{}\n", verdict.words.in(french));
    }
    return text;
}

}  // namespace assidu::reports
