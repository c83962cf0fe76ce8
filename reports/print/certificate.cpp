#include <fmt/format.h>

#include <algorithm>

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
using federation::Dossier;

constexpr Language kFrench = Language::fr;
constexpr const char* kDots = "…………………………………………………";

// What of the report lies between the dossier's dates; of no dossier, all of it.
struct Followed {
    federation::Period period;
    std::int64_t measured_s = 0, credited_s = 0, days = 0;
};

Followed followed_of(const StudentReport& report, const Dossier* dossier) {
    Followed followed{report.period};
    if (dossier != nullptr)
        followed.period = {std::max(report.period.from, dossier->from),
                           std::min(report.period.to, dossier->to)};
    for (const DayLine& day : report.days) {
        if (day.day < followed.period.from || day.day > followed.period.to) continue;
        followed.measured_s += day.measured_s;
        followed.credited_s += day.credited_s;
        ++followed.days;
    }
    return followed;
}

void put_action(PdfDocument& pdf, const Dossier* dossier) {
    const std::string funder =
        dossier == nullptr ? "" : fmt::format("{}, dossier {}", dossier->funder, dossier->number);
    pdf.fields({{"Salarié(e) de l’entreprise, ou statut", dossier == nullptr ? "" : dossier->status},
                {"Financeur et n° de dossier", funder}});
    pdf.paragraph("a suivi l’action\u202f:");
    const auto modality = dossier == nullptr ? Dossier::Modality::distance : dossier->modality;
    pdf.fields({{"Intitulé de l’action", dossier == nullptr ? "" : dossier->training},
                {"Modalité", std::string(text(kFrench, fmt::format("modality.{}", name_of(modality))))}});
    pdf.paragraph("Nature de l’action concourant au développement des compétences\u202f:");
    for (const auto nature : {Dossier::Nature::training, Dossier::Nature::assessment,
                              Dossier::Nature::experience, Dossier::Nature::apprenticeship}) {
        const bool chosen = dossier != nullptr && dossier->nature == nature;
        pdf.paragraph(fmt::format("      {}\u00a0{}", chosen ? "■" : "□",
                                  text(kFrench, fmt::format("nature.{}", name_of(nature)))));
    }
}

void put_duration(PdfDocument& pdf, const StudentReport& report, const Followed& followed,
                  const Dossier* dossier) {
    pdf.heading("Durée");
    pdf.figures(
        {{"Temps mesuré sur la plateforme", h_mm_ss(followed.measured_s), "heures:minutes:secondes"},
         {"Temps crédité en plus", h_mm_ss(followed.credited_s), "jamais compris dans le temps mesuré"},
         {"Jours avec trace", std::to_string(followed.days), ""}});
    pdf.fields(
        {{"Durée prévue", planned_text(kFrench, dossier == nullptr ? std::nullopt : dossier->planned_s)},
         {"Durée retenue", ""}});
    pdf.paragraph(
        "Dans le cadre des formations à distance, la durée tient compte de la réalisation des activités "
        "pédagogiques et du temps estimé pour les réaliser. Le temps mesuré est établi à partir des traces "
        "de "
        "la plateforme, selon le barème nommé ci-dessous\u202f; le relevé d’assiduité de la même période en "
        "donne le détail.",
        true);
    pdf.paragraph(fmt::format("Barème\u202f: {}. SHA-256 {}.",
                              text_with(kFrench, "scale_version", report.provenance.scale_label,
                                        report.provenance.scale.id, report.provenance.scale.version),
                              report.provenance.scale.sha256),
                  true);
}

void put_certificate(PdfDocument& pdf, const StudentReport& report, const Dossier* dossier,
                     const std::string& verification_url, const std::string& sha256, const Look& look) {
    const std::string provider = look.provider.empty() ? university(report.provenance) : look.provider;
    const Followed followed = followed_of(report, dossier);
    put_masthead(pdf, kFrench, "Certificat de réalisation", {university(report.provenance)},
                 qr_text(verification_url, sha256), look);
    put_warning(pdf, kFrench, report.provenance);
    pdf.paragraph(
        fmt::format("Je soussigné(e) {}", look.representative.empty() ? kDots : look.representative.c_str()));
    pdf.paragraph(fmt::format(
        "représentant légal du dispensateur de l’action concourant au développement des compétences {}",
        provider));
    pdf.paragraph("atteste que\u202f:");
    pdf.fields(
        {{"Mme / M.", person_name(kFrench, report.person)}, {"Identifiant", to_string(report.student)}});
    put_action(pdf, dossier);
    pdf.paragraph(fmt::format("qui s’est déroulée {}.", period_text(kFrench, followed.period)));
    put_duration(pdf, report, followed, dossier);
    pdf.paragraph(
        "Sans préjudice des délais imposés par les règles fiscales, comptables ou commerciales, je m’engage "
        "à conserver l’ensemble des pièces justificatives qui ont permis d’établir le présent certificat "
        "pendant une durée de 3 ans à compter de la fin de l’année du dernier paiement. En cas de "
        "cofinancement des fonds européens, la durée de conservation est étendue conformément aux "
        "obligations "
        "conventionnelles spécifiques.");
    put_verification(pdf, kFrench, "verify_how", verification_url, sha256);
    Look of_certificate = look;
    of_certificate.signatories = {
        "Cachet et signature du responsable du dispensateur de formation (nom, prénom, qualité)"};
    put_end(pdf, kFrench, {}, of_certificate);
}

}  // namespace

std::string render_certificate(const StudentReport& report, const std::string& verification_url,
                               const Look& look) {
    const std::string sha256 = data_sha256(report);
    const std::string provider = university(report.provenance);
    const std::string person = person_name(kFrench, report.person);
    PdfDocument pdf({"Certificat de réalisation – " + person, provider, period_text(kFrench, report.period),
                     report.calendar.local_iso(report.provenance.issued_at_utc_s), false});
    if (report.dossiers.empty()) put_certificate(pdf, report, nullptr, verification_url, sha256, look);
    for (const Dossier& dossier : report.dossiers) {
        if (&dossier != &report.dossiers.front()) pdf.next_page();
        put_certificate(pdf, report, &dossier, verification_url, sha256, look);
    }
    put_foot(pdf, kFrench, fmt::format("{} – {}", provider, person), sha256, look);
    return pdf.finish();
}

}  // namespace assidu::reports
