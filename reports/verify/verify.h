// The checks of a package: what its receiver can know without trusting whoever handed it over.
//
// The bytes are a stranger's. Nothing here reads a file, a clock or the network, and nothing throws but what
// memory does. The same bytes and root give the same answer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace assidu::reports {

// In the order in which they are made and shown.
enum class Check {
    container,     // the one zip of its files, untouched
    manifest,      // lists exactly the files, each with its SHA-256
    keys,          // the keys that the issuer vouches for
    signature,     // the issuer signed the manifest
    cosignatures,  // whoever else signed it
    statements,    // signed by the node, numbered without a gap, each naming the one before
    receipt,       // the hub's receipt for one of them
    scale,         // the document of the scale is the one that the statements name
    rows,          // every row is proven, of this student, current, none left out between
    period,        // what is missing of the period is what the manifest says
    totals,        // the report's data are what the proven rows give
    documents,     // documents for people, as they were issued
    root,          // whose word all of it is
};

enum class Outcome {
    holds,
    fails,
    absent,       // nothing of the kind is there, and nothing needs to be
    not_checked,  // a check before it, on which it rests, failed
};

struct Finding {
    Check check;
    Outcome outcome = Outcome::not_checked;
    std::string detail;               // fails: what exactly, in English
    std::vector<std::string> values;  // holds: what the sentence of verify_text.h says
};

enum class Verdict {
    holds,       // every check holds, up to the root that was given
    partial,     // the same, and the period is not complete, as the package says
    unanchored,  // every check holds, but no root was given: anybody may have issued it
    refused,     // a check fails
};

// What the package says it is; empty and zero as far as it could not be read.
struct PackageSubject {
    std::string issuer, issuer_name, issuer_fingerprint;
    std::string node, node_name;
    std::string student, person;  // the pseudonym; the name as the data have it
    std::string from, to;         // civil days
    std::int64_t measured_s = 0, credited_s = 0;
    std::vector<std::string> missing_days;  // "2026-03-01" or "2026-03-01/2026-03-04"
    std::int64_t statements_missing = 0;    // of announced ones
    std::vector<std::string> documents;     // names
};

struct Verification {
    Verdict verdict = Verdict::refused;
    std::vector<Finding> findings;  // every check once
    PackageSubject subject;
};

// `root`: the fingerprint of the key that the reader trusts, 64 hexadecimal digits: the pool's, or the node's
// that issued the package alone. Empty: none.
[[nodiscard]] Verification verify_package(std::string_view bytes, std::string_view root);

}  // namespace assidu::reports
