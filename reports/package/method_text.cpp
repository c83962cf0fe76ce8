#include "reports/package/method_text.h"

namespace assidu::reports {
namespace {

constexpr std::string_view kFrench =
    R"(COMMENT CES DURÉES ONT ÉTÉ ÉTABLIES, ET CE QUE CE DOSSIER PROUVE

1. Chaque durée provient du journal d'événements de la plateforme Moodle. Un barème publié (scale.json) dit
   comment les événements deviennent du temps. La durée mesurée (measured_s) vient des seuls événements ; la durée
   créditée (credited_s) est accordée en plus et n'y est jamais mêlée. Toutes les durées sont en secondes entières.
2. Chaque jour clos, l'établissement déclare ses totaux : une déclaration signée (statements/), numérotée, qui nomme
   l'empreinte de la précédente et porte la racine d'un arbre de Merkle sur toutes ses lignes.
3. proofs/ contient les lignes de cette seule personne, chacune avec son sel et son chemin dans l'arbre. Rien de
   ce dossier ne permet de connaître une autre personne.
4. data.json contient les données dont les documents (documents/) ont été tirés. Les totaux se recalculent
   à partir des lignes prouvées.
5. manifest.note énumère tous les fichiers avec leur empreinte SHA-256, dit ce qui manque à la période, et porte la
   signature de l'émetteur. keys.json donne les clés.

Vérifier : assidu-verify --root EMPREINTE DOSSIER.zip, sans réseau ; ou à la main avec openssl et sha256sum
(docs/verify.md). L'EMPREINTE est celle de la clé racine du pôle : demandez-la au pôle par une autre voie que ce dossier.

Ce qui n'est PAS prouvé par les lignes et repose sur la signature de l'émetteur : les noms, les sessions, les
événements écartés, l'absence d'autres lignes de la personne avant la première ou après la dernière de chaque
déclaration, et l'absence de déclarations plus récentes que la dernière du dossier.
)";

constexpr std::string_view kEnglish =
    R"(HOW THESE DURATIONS CAME ABOUT, AND WHAT THIS PACKAGE PROVES

1. Every duration comes from the event log of the Moodle platform. A published calculation scale (scale.json) says
   how events become time. Measured time (measured_s) comes from events alone; credited time (credited_s) is
   granted on top and never mixed with it. All durations are whole seconds.
2. For every closed day the university declares its totals: a signed statement (statements/), numbered, which names
   the digest of the one before and carries the root of a Merkle tree over all its rows.
3. proofs/ has the rows of this one person, each with its salt and its path in the tree. Nothing in this package
   tells anything of another person.
4. data.json has the data from which the documents (documents/) were made. The totals can be worked out again from
   the proven rows.
5. manifest.note lists all files with their SHA-256, says what is missing of the period, and carries the signature of
   the issuer. keys.json has the keys.

To check: assidu-verify --root FINGERPRINT PACKAGE.zip, without a network; or by hand with openssl and sha256sum
(docs/verify.md). The FINGERPRINT is that of the pool's root key: ask the pool for it by another way than this package.

What the rows do NOT prove, and what rests on the issuer's signature: names, sessions, dropped events, that there are
no other rows of the person before the first or after the last of each statement, and that there is no statement
later than the last one in here.
)";

}  // namespace

std::string_view method_text(std::string_view language) {
    return language == "fr" ? kFrench : kEnglish;
}

}  // namespace assidu::reports
