// The service `use_stats` of Moodle's block_use_stats, answered from this node's ledger: what a peer asks by
// Moodle Networking, in the plugin's own words, statuses and shapes. The numbers are those of the report of
// the same student and days (node/report_writer.h), because it is that report which is written.
//
// Knows nothing of envelopes and keys: the caller was authenticated before, and `grant` says what may be
// told. What the plugin leaves open is closed here: the calling host a caller names must be the peer that
// signed, and a student outside the grant is answered exactly as one who does not exist.
//
// `timefrom` is an instant, and the ledger's days are whole: counted is from the beginning of the civil day
// (of the scale's zone) in which it lies, and FROM says that beginning; 0 is "ever since".
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "node/node.h"
#include "node/services/student_scope.h"
#include "rpc/value.h"
#include "rpc/xmlrpc.h"

namespace assidu::node::services {

inline constexpr std::string_view kUseStatsService = "use_stats";
// The functions, without the plugin's path ("blocks/use_stats/rpclib.php/") and without "_wrapped".
inline constexpr std::string_view kGetStats = "use_stats_rpc_get_stats";
inline constexpr std::string_view kGetScores = "use_stats_rpc_get_scores";

// The plugin's status codes: application errors are answers, not faults.
enum class UseStatsStatus : std::int32_t {
    ok = 200,
    failure = 500,
    user = 501,  // the caller's identity is none
    configuration = 502,
    data = 503,        // this node has no totals, or what was asked is none: a word of ours
    capability = 510,  // the peer's grant names nobody
    mnet = 511,
    record = 520,  // no such student or course
    run = 521,
};

// Who asks, as the envelope proved it.
struct UseStatsCaller {
    std::string wwwroot;  // of the authenticated peer
    StudentScope grant;   // whose time it may be told
};

// One question, out of the parameters.
struct UseStatsQuery {
    enum class Kind : std::uint8_t { stats, scores };
    // Which parts of the document: the person alone, with courses, with activities.
    enum class Scope : std::uint8_t { site = 1, courses = 2, modules = 3 };
    Kind kind = Kind::stats;
    std::string username, user_home, calling_host;  // of callinguser, as the caller says
    std::string target;                             // a user name
    std::string whereroot;                          // whose answer is wanted; empty: the callee's
    Scope scope = Scope::site;
    std::int64_t from_s = 0;   // stats; seconds UTC, 0 or above
    std::string score_scope;   // scores; as it was sent
    std::string course_field;  // scores: "id", "shortname", "idnumber"; anything else is an unknown course
    std::string course;
    bool json = true;   // the answer as one string of JSON, else as a struct
    bool flat = false;  // MODULES beside USER (the first documentation's form) in the place of COURSES;
                        // `modules` alone
};

// What may be answered with: the value of a methodResponse; a fault; or the word that another is to be asked.
struct UseStatsElsewhere {
    std::string whereroot;  // without its last slash
    UseStatsQuery query;    // for use_stats_params()
};
using UseStatsAnswer = std::variant<rpc::Value, rpc::Fault, UseStatsElsewhere>;

// Answers a call of `function` (kGetStats, kGetScores; anything else is a std::logic_error) with the
// parameters of the call, positional or, `wrapped`, as the one struct of the `_wrapped` forms (named as the
// plugin names them). A seventh parameter "flat" (in a struct: `form`) asks get_stats for the flat form.
// Too few parameters are fault 17, as Moodle's. Every answer about a student, told or refused, is audited.
//
// `whereroot` is `own` if it is empty or one of the node's own addresses (`own_roots`, without their last
// slash); otherwise the answer is UseStatsElsewhere, and the relay is the caller's (use_stats_relayed()).
//
// One thread at a time for one node. Throws ResourceFailure if its stores fail.
[[nodiscard]] UseStatsAnswer answer_use_stats(const Node& node, const UseStatsCaller& caller,
                                              std::string_view function, std::span<const rpc::Value> params,
                                              bool wrapped, std::span<const std::string> own_roots);

// The parameters with which the peer that is meant is asked in turn, positional: whereroot empty, the calling
// host this node (`own_root`), and always the JSON form, whose bytes survive every Moodle's way with
// character sets.
[[nodiscard]] std::vector<rpc::Value> use_stats_params(const UseStatsQuery& query,
                                                       const std::string& own_root);
// The answer to give for a relayed question: the remote's value (JSON or struct) in the form that was asked
// for, its errors as the plugin wraps them ("Remote application error : "); or, of a call that failed,
// "REMOTE : " and why.
[[nodiscard]] rpc::Value use_stats_relayed(const UseStatsQuery& query, const rpc::Value& remote);
[[nodiscard]] rpc::Value use_stats_not_relayed(const UseStatsQuery& query, const std::string& why);

// What system/methodSignature and system/methodHelp say of the functions, as the plugin's own documentation
// has it: struct {parameters, return}, and a sentence. `function` as above.
[[nodiscard]] rpc::Value use_stats_signature(std::string_view function);
[[nodiscard]] std::string use_stats_help(std::string_view function);

}  // namespace assidu::node::services
