#include <fmt/format.h>
#include <fmt/ranges.h>

#include "config/limits.h"
#include "node/cli/commands.h"
#include "node/cli/staff_scope.h"
#include "node/collect/text.h"
#include "node/node.h"
#include "node/web/moodle_functions.h"
#include "node/web/tokens.h"

namespace assidu::node::cli {
namespace {

using collect::printable;

constexpr std::int64_t kDaySeconds = 86'400;

std::string state_of(const Node& node, const web::Token& token) {
    const config::CivilCalendar& calendar = node.calendar();
    if (token.revoked_utc_s) return "revoked " + calendar.local_iso(*token.revoked_utc_s);
    if (!token.holds_at(node.clock().now_utc_s()))
        return "expired " + calendar.local_iso(token.expires_utc_s);
    return "holds until " + calendar.local_iso(token.expires_utc_s);
}

void print(const Node& node, const web::Token& token, Console& console) {
    const auto conditions = services::conditions_of(token.students);
    std::string used = "never used";
    if (token.used_utc_s) used = "used " + node.calendar().local_iso(*token.used_utc_s);
    console.print(fmt::format("{:>4}  {}  {}  {}\n      {} a minute: {}\n      students: {}\n", token.number,
                              printable(token.label), state_of(node, token), used, token.per_minute,
                              fmt::join(token.functions, ", "),
                              printable(fmt::format("{}", fmt::join(conditions, ", ")))));
}

void audit(const Node& node, const char* action, const web::Token& token) {
    node.audit().append({node.clock().now_utc_s(), node.settings().node_id, node.settings().node_id, action,
                         fmt::format("token {}: {}", token.number, token.label), 0, 0, "done"});
}

ExitCode create(const Node& node, web::Tokens& tokens, const TokenArguments& arguments, Console& console) {
    web::Token token;
    token.label = arguments.label;
    token.functions = arguments.functions;
    if (token.functions == std::vector<std::string>{"all"})
        token.functions.assign(std::begin(web::kMoodleFunctions), std::end(web::kMoodleFunctions));
    token.per_minute = arguments.per_minute;
    const std::int64_t now_s = node.clock().now_utc_s();
    if (arguments.days < 1 || arguments.days > config::limits::kTokenDaysMax) {
        console.complain(fmt::format("--days: from 1 to {}", config::limits::kTokenDaysMax));
        return ExitCode::usage;
    }
    token.expires_utc_s = now_s + arguments.days * kDaySeconds;
    auto scope = typed_scope(node, arguments.students);
    if (!scope) {
        console.complain(scope.error().what);
        return ExitCode::usage;
    }
    token.students = *std::move(scope);
    const auto made = tokens.create(std::move(token), now_s);
    if (!made) {
        console.complain(made.error().what);
        return ExitCode::usage;
    }
    audit(node, "token.create", made->token);
    print(node, made->token, console);
    console.print(fmt::format("token  {}\n", made->secret));
    console.say("This is the only time that it is shown.");
    return ExitCode::ok;
}

}  // namespace

ExitCode token(const TokenArguments& arguments, const config::Clock& clock, Console& console) {
    const auto node = Node::open(NodeFolder{arguments.dir}, clock, Node::Access::look);
    if (!node) {
        console.complain(node.error().what);
        return ExitCode::configuration;
    }
    web::Tokens tokens(node->folder().web());
    if (arguments.action == "create") return create(*node, tokens, arguments, console);
    if (arguments.action == "list") {
        for (const web::Token& one : tokens.all())
            print(*node, one, console);
        return ExitCode::ok;
    }
    const auto revoked = tokens.revoke(arguments.number, clock.now_utc_s());
    if (!revoked) {
        console.complain(revoked.error().what);
        return ExitCode::no_data;
    }
    audit(*node, "token.revoke", *revoked);
    print(*node, *revoked, console);
    return ExitCode::ok;
}

}  // namespace assidu::node::cli
