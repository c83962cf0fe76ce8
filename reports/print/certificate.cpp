#include <fmt/format.h>

#include "reports/durations.h"
#include "reports/print/parts.h"
#include "reports/print/pdf_document.h"
#include "reports/print/pdf_parts.h"
#include "reports/print/render_pdf.h"

// The words are those of the ministry's indicative model; it is a form in French, whatever the language of
// reports.
namespace assidu::reports {
namespace {

using namespace print;

constexpr Language kFrench = Language::fr;
constexpr const char* kDots = "…………………………………………………";

}  // namespace

std::string render_certificate(const StudentReport& report, const std::string& verification_url) {
    const std::string sha256 = data_sha256(report);
    const std::string provider = university(report.provenance);
    const std::string person = person_name(kFrench, report.person);
    PdfDocument pdf({"Certificat de réalisation – " + person, provider, period_text(kFrench, report.period),
                     report.calendar.local_iso(report.provenance.issued_at_utc_s), false});
    pdf.masthead("Certificat de réalisation", {provider}, qr_text(verification_url, sha256),
                 std::string(text(kFrench, "verification")));
    put_warning(pdf, kFrench, report.provenance);
    pdf.paragraph(fmt::format("Je soussigné(e) {}", kDots));
    pdf.paragraph(fmt::format(
        "représentant légal du dispensateur de l’action concourant au développement des compétences "
        "{}",
        provider));
    pdf.paragraph("atteste que\u202f:");
    pdf.fields({{"Mme / M.", person}, {"Identifiant", to_string(report.student)}});
    pdf.fields({{"Salarié(e) de l’entreprise, ou statut", ""}, {"Financeur et n° de dossier", ""}});
    pdf.paragraph("a suivi l’action\u202f:");
    pdf.fields({{"Intitulé de l’action", ""}, {"Modalité", "à distance"}});
    pdf.paragraph("Nature de l’action concourant au développement des compétences\u202f:");
    for (const char* nature :
         {"action de formation", "bilan de compétences", "action de validation des acquis de l’expérience",
          "action de formation par apprentissage"})
        pdf.paragraph(fmt::format("      □\u00a0{}", nature));
    pdf.paragraph(fmt::format("qui s’est déroulée {}.", period_text(kFrench, report.period)));
    pdf.heading("Durée");
    pdf.figures(
        {{"Temps mesuré sur la plateforme", h_mm_ss(report.totals.measured_s), "heures:minutes:secondes"},
         {"Temps crédité en plus", h_mm_ss(report.totals.credited_s), "jamais compris dans le temps mesuré"},
         {"Jours avec trace", std::to_string(report.totals.days), ""}});
    pdf.fields({{"Durée prévue", ""}, {"Durée retenue", ""}});
    pdf.paragraph(
        "Dans le cadre des formations à distance, la durée tient compte de la réalisation des activités "
        "pédagogiques et du "
        "temps estimé pour les réaliser. Le temps mesuré est établi à partir des traces de la plateforme, "
        "selon le "
        "barème "
        "nommé ci-dessous\u202f; le relevé d’assiduité de la même période en donne le détail.",
        true);
    pdf.paragraph(fmt::format("Barème\u202f: {}. SHA-256 {}.",
                              text_with(kFrench, "scale_version", report.provenance.scale_label,
                                        report.provenance.scale.id, report.provenance.scale.version),
                              report.provenance.scale.sha256),
                  true);
    pdf.paragraph(
        "Sans préjudice des délais imposés par les règles fiscales, comptables ou commerciales, je m’engage "
        "à conserver "
        "l’ensemble des pièces justificatives qui ont permis d’établir le présent certificat pendant une "
        "durée de 3 ans à "
        "compter de la fin de l’année du dernier paiement. En cas de cofinancement des fonds européens, la "
        "durée de "
        "conservation est étendue conformément aux obligations conventionnelles spécifiques.");
    put_verification(pdf, kFrench, "verify_how", verification_url, sha256);
    pdf.signatures({"Cachet et signature du responsable du dispensateur de formation (nom, prénom, qualité)"},
                   std::string(text(kFrench, "sign_place")));
    put_foot(pdf, kFrench, fmt::format("{} – {}", provider, person), sha256);
    return pdf.finish();
}

}  // namespace assidu::reports
