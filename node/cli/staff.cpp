#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iostream>

#include "config/limits.h"
#include "node/cli/commands.h"
#include "node/cli/staff_scope.h"
#include "node/collect/text.h"
#include "node/node.h"
#include "node/web/passwords.h"
#include "node/web/staff.h"

namespace assidu::node::cli {
namespace {

using collect::printable;

void print(const Node& node, const web::StaffAccount& account, Console& console) {
    std::string login = "never logged in";
    if (account.login_utc_s) login = "logged in " + node.calendar().local_iso(*account.login_utc_s);
    const std::string way = account.password.empty() ? "by the proxy" : "by password";
    console.print(fmt::format(
        "{}  {}  {}\n      students: {}\n", printable(account.name), way, login,
        printable(fmt::format("{}", fmt::join(services::conditions_of(account.students), ", ")))));
}

void audit(const Node& node, const char* action, const std::string& name) {
    node.audit().append({node.clock().now_utc_s(), node.settings().node_id, node.settings().node_id, action,
                         name, 0, 0, "done"});
}

ExitCode put(const Node& node, web::Staff& staff, const StaffArguments& arguments, Console& console) {
    const auto refused = [&](const config::Refusal& refusal) {
        console.complain(refusal.what);
        return ExitCode::usage;
    };
    web::StaffAccount account;
    account.name = arguments.name;
    auto scope = typed_scope(node, arguments.students);
    if (!scope) return refused(scope.error());
    account.students = *std::move(scope);
    if (!arguments.no_password) {
        console.say("Password, one line:");
        std::string password;
        std::getline(std::cin, password);
        if (const auto checked = web::check_password(password); !checked) return refused(checked.error());
        account.password = web::hash_password(password);
    }
    if (const auto made = staff.put(account, node.clock().now_utc_s()); !made) return refused(made.error());
    audit(node, "staff.put", account.name);
    print(node, *staff.find(account.name), console);
    return ExitCode::ok;
}

}  // namespace

ExitCode staff(const StaffArguments& arguments, const config::Clock& clock, Console& console) {
    const auto node = Node::open(NodeFolder{arguments.dir}, clock, Node::Access::look);
    if (!node) {
        console.complain(node.error().what);
        return ExitCode::configuration;
    }
    web::Staff staff(node->folder().web());
    if (arguments.action == "put") return put(*node, staff, arguments, console);
    if (arguments.action == "list") {
        for (const web::StaffAccount& one : staff.all())
            print(*node, one, console);
        return ExitCode::ok;
    }
    if (const auto removed = staff.remove(arguments.name); !removed) {
        console.complain(removed.error().what);
        return ExitCode::no_data;
    }
    audit(*node, "staff.remove", arguments.name);
    return ExitCode::ok;
}

}  // namespace assidu::node::cli
