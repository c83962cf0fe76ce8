#include "tests/moodle_schema.h"

#include <fmt/format.h>

#include <sstream>

namespace assidu::tests {
namespace {

using config::DatabaseDriver;

// "column type", separated by commas: `int` (10 digits), `small`, `number` (10,5), `text`, or the width of a
// char. "?" behind it: may be NULL. `id` comes first in every table. "#": columns of an index.
struct Table {
    const char* name;
    const char* columns;
    std::vector<const char*> indexes = {};
};

const std::vector<Table>& tables() {
    static const std::vector<Table> all{
        {"logstore_standard_log",
         "eventname 255,component 100,action 100,target 100,objecttable 50?,objectid int?,crud 1,edulevel "
         "small,"
         "contextid int,contextlevel int,contextinstanceid int,userid int,courseid int?,relateduserid int?,"
         "anonymous small,other text?,timecreated int,origin 10?,ip 45?,realuserid int?",
         {"timecreated", "courseid,anonymous,timecreated",
          "userid,contextlevel,contextinstanceid,crud,edulevel,timecreated", "contextid", "userid",
          "courseid", "realuserid", "relateduserid"}},
        {"user",
         "auth 20,deleted small,suspended small,mnethostid int,username 100,idnumber 255,firstname 100,"
         "lastname 100,email 100,institution 255,department 255,city 120,timezone 100,firstaccess int,"
         "lastaccess int,timemodified int",
         {"lastaccess", "idnumber"}},
        {"user_info_category", "name 255,sortorder int"},
        {"user_info_field", "shortname 255,name text,datatype 255,categoryid int"},
        {"user_info_data", "userid int,fieldid int,data text", {"userid,fieldid"}},
        {"course",
         "category int,fullname 254,shortname 255,idnumber 100,startdate int,enddate int,visible small,"
         "timecreated int,timemodified int"},
        {"course_categories", "name 255,idnumber 100?,parent int,path 255"},
        {"course_modules",
         "course int,module int,instance int,section int,idnumber 100?,added int,visible small,completion "
         "small,"
         "deletioninprogress small",
         {"course", "module"}},
        {"modules", "name 20,visible small"},
        {"page", "course int,name 255"},
        {"quiz", "course int,name 255"},
        {"forum", "course int,name 255"},
        {"assign", "course int,name 255"},
        {"resource", "course int,name 255"},
        {"scorm", "course int,name 255"},
        {"feedback", "course int,name 255"},
        {"course_sections", "course int,section int,name 255?,visible small", {"course,section"}},
        {"context", "contextlevel int,instanceid int,path 255?,depth small", {"contextlevel,instanceid"}},
        {"groups", "courseid int,idnumber 100,name 254,visibility small", {"courseid"}},
        {"groups_members", "groupid int,userid int,timeadded int", {"groupid", "userid"}},
        {"groupings", "courseid int,name 255,idnumber 100", {"courseid"}},
        {"groupings_groups", "groupingid int,groupid int,timeadded int", {"groupingid"}},
        {"cohort", "contextid int,name 254,idnumber 100?,visible small,timemodified int"},
        {"cohort_members", "cohortid int,userid int,timeadded int", {"cohortid,userid", "userid"}},
        {"enrol", "enrol 20,status int,courseid int", {"courseid"}},
        {"user_enrolments",
         "status int,enrolid int,userid int,timestart int,timeend int,timecreated int,timemodified int",
         {"enrolid,userid", "userid"}},
        {"role", "name 255,shortname 100,sortorder int,archetype 30"},
        {"role_assignments", "roleid int,contextid int,userid int,timemodified int", {"contextid", "userid"}},
        {"grade_items",
         "courseid int?,itemname 255?,itemtype 30,itemmodule 30?,iteminstance int?,idnumber 255?,grademax "
         "number,"
         "gradepass number,hidden int,timemodified int?",
         {"courseid"}},
        {"grade_grades",
         "itemid int,userid int,finalgrade number?,rawgrademax number,hidden int,overridden int,excluded int,"
         "timemodified int?",
         {"itemid", "userid,itemid"}},
        {"course_modules_completion",
         "coursemoduleid int,userid int,completionstate small,timemodified int",
         {"coursemoduleid", "userid,coursemoduleid"}},
        {"course_modules_viewed",
         "coursemoduleid int,userid int,timecreated int",
         {"coursemoduleid", "userid,coursemoduleid"}},
        {"course_completions", "userid int,course int,timecompleted int?", {"userid,course", "course"}},
        {"config", "name 255,value text", {"name"}},
        {"config_plugins", "plugin 100,name 100,value text", {"plugin,name"}},
        {"mnet_host", "deleted small,wwwroot 255,name 80,applicationid int"},
        {"sessions",
         "state int,sid 128,userid int,timecreated int,timemodified int",
         {"timemodified", "userid"}},
    };
    return all;
}

std::string column_of(DatabaseDriver driver, const std::string& words) {
    const bool mariadb = driver == DatabaseDriver::mariadb;
    const std::size_t space = words.find(' ');
    const std::string name = words.substr(0, space);
    std::string type = words.substr(space + 1);
    const bool null = type.ends_with('?');
    if (null) type.pop_back();
    const char* if_absent = " DEFAULT 0";
    std::string sql;
    if (type == "int") {
        sql = mariadb ? "bigint(10)" : "bigint";
    } else if (type == "small") {
        sql = mariadb ? "tinyint(1)" : "smallint";
    } else if (type == "number") {
        sql = mariadb ? "decimal(10,5)" : "numeric(10,5)";
    } else if (type == "text") {
        sql = mariadb ? "longtext" : "text";
        if_absent = mariadb ? "" : " DEFAULT ''";
    } else {
        sql = fmt::format("{}({})", mariadb ? "varchar" : "character varying", type);
        if_absent = " DEFAULT ''";
    }
    return name + " " + sql + (null ? "" : std::string(" NOT NULL") + if_absent);
}

std::string create_of(DatabaseDriver driver, const std::string& prefix, const Table& table) {
    const bool mariadb = driver == DatabaseDriver::mariadb;
    std::string sql = "CREATE TABLE " + prefix + table.name + " (id ";
    sql += mariadb ? "bigint(10) NOT NULL AUTO_INCREMENT PRIMARY KEY"
                   : "bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY";
    std::istringstream columns(table.columns);
    for (std::string words; std::getline(columns, words, ',');)
        sql += ", " + column_of(driver, words);
    if (!mariadb) return sql + ")";
    for (const char* index : table.indexes)
        sql += std::string(", KEY (") + index + ")";
    return sql + ") ENGINE=InnoDB ROW_FORMAT=DYNAMIC";
}

}  // namespace

std::vector<std::string> moodle_schema(DatabaseDriver driver, const std::string& prefix) {
    std::vector<std::string> statements;
    for (const Table& table : tables()) {
        statements.push_back(create_of(driver, prefix, table));
        if (driver == DatabaseDriver::mariadb) continue;
        for (const char* index : table.indexes)
            statements.push_back(fmt::format("CREATE INDEX ON {}{} ({})", prefix, table.name, index));
    }
    const auto config = [&](const char* name, const char* value) {
        statements.push_back(
            fmt::format("INSERT INTO {}config (name, value) VALUES ('{}', '{}')", prefix, name, value));
    };
    const auto plugin = [&](const char* name, const char* key, const char* value) {
        statements.push_back(
            fmt::format("INSERT INTO {}config_plugins (plugin, name, value) VALUES ('{}', '{}', '{}')",
                        prefix, name, key, value));
    };
    config("siteidentifier", "testsite1234567890localhost");
    config("siteguest", "1");
    config("mnet_localhost_id", "1");
    config("timezone", "Europe/Paris");
    config("version", "2023042403");
    config("release", "4.2.3 (Build: 20231009)");
    plugin("tool_log", "enabled_stores", "logstore_standard");
    plugin("logstore_standard", "loglifetime", "0");
    plugin("logstore_standard", "jsonformat", "1");
    plugin("logstore_standard", "buffersize", "50");
    plugin("logstore_standard", "logguests", "1");
    statements.push_back(
        "INSERT INTO " + prefix +
        "mnet_host (id, wwwroot, name, applicationid) VALUES (1, 'https://moodle.example.org', "
        "'', 1)");
    statements.push_back("INSERT INTO " + prefix +
                         "user (id, auth, username, firstname, lastname, email, mnethostid) VALUES "
                         "(1, 'manual', 'guest', 'Guest', 'User', 'root@localhost', 1), "
                         "(2, 'manual', 'admin', 'Admin', 'User', 'admin@example.org', 1)");
    statements.push_back("INSERT INTO " + prefix +
                         "course (id, fullname, shortname, visible) VALUES (1, 'Test site', 'test', 1)");
    return statements;
}

}  // namespace assidu::tests
