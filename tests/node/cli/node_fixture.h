// A node in a folder of its own, driven as a process.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/process.h"
#include "tests/temporary_folder.h"

namespace assidu::tests {

inline constexpr const char* kHeader =
    "id,eventname,component,action,target,objecttable,objectid,crud,edulevel,contextid,contextlevel,"
    "contextinstanceid,"
    "userid,courseid,relateduserid,anonymous,other,timecreated,origin,ip,realuserid\n";

// One row of the log, of a page of course 10 or (activity > 0) of a quiz in it.
inline std::string row(std::int64_t id, std::int64_t user, std::int64_t time, std::int64_t activity = 0,
                       const std::string& action = "viewed") {
    const bool module = activity > 0;
    const bool session = action == "loggedin" || action == "loggedout";
    return std::to_string(id) + "," +
           (module ? "\\mod_quiz\\event\\course_module_viewed,mod_quiz," : "\\core\\event\\x,core,") +
           action + "," +
           (module    ? "course_module"
            : session ? "user"
                      : "course") +
           ",,,r,2,1," + (module ? "70," : "50,") + std::to_string(module ? activity : 10) + "," +
           std::to_string(user) + "," + (session ? "0" : "10") + ",,0,null," + std::to_string(time) +
           ",web,192.0.2.7,\n";
}

class NodeProcess : public ::testing::Test {
  protected:
    static constexpr std::int64_t kMorning = 1'772'438'400;  // 2026-03-02 09:00 in Paris

    void init(const std::vector<std::string>& more = {}) {
        std::vector<std::string> arguments{"init",
                                           "--dir",
                                           dir(),
                                           "--name",
                                           "Université de Lyon",
                                           "--wwwroot",
                                           "https://moodle.univ-lyon.example"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const Finished finished = assidu(arguments);
        ASSERT_EQ(finished.exit_code, 0) << finished.err;
    }
    [[nodiscard]] std::string dir() const { return folder / "node"; }
    Finished run(std::vector<std::string> arguments, const ProcessOptions& options = {}) const {
        arguments.insert(arguments.begin(), {"--dir", dir()});
        return assidu(arguments, options);
    }
    // What `status` says of the ledger: equal for equal totals.
    [[nodiscard]] std::string ledger_digest() const {
        const Finished status = run({"status"});
        const std::size_t at = status.out.find("ledger       SHA-256 ");
        return at == std::string::npos ? "none: " + status.out + status.err : status.out.substr(at + 21, 64);
    }

    TemporaryFolder folder;
};

}  // namespace assidu::tests
