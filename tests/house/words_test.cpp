// Calls that depend on the locale, on the wall clock or on unseeded chance may not stand in the sources:
// totals must be the same under fr_FR and in ten years.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <string>

namespace {

namespace fs = std::filesystem;

struct Rule {
    std::regex pattern;
    std::string reason;
    std::string only_in;  // the one file that may, or empty
};

TEST(House, NoLocaleNoWallClockNoChance) {
    const std::vector<Rule> rules{
        {std::regex(
             R"(\b(strtod|strtof|atof|stod|stof|setlocale|std::locale|toupper|tolower|isalpha|isspace|isdigit)\s*\()"),
         "depends on the locale", ""},
        {std::regex(R"(\b(system_clock::now|gettimeofday|time\(nullptr\)|time\(NULL\)))"),
         "reads the wall clock", "config/clock.cpp"},
        {std::regex(R"(\b(rand\(\)|random_device|default_random_engine|_distribution<))"),
         "is chance that cannot be repeated", ""},
        {std::regex(R"(\b(strftime|localtime|gmtime|mktime)\s*\()"),
         "depends on the process's zone or locale", ""},
    };
    for (const char* floor : {"config", "rpc", "federation", "reports", "node"}) {
        for (const auto& entry : fs::recursive_directory_iterator(fs::path(ASSIDU_SOURCE_DIR) / floor)) {
            if (entry.path().extension() != ".h" && entry.path().extension() != ".cpp") continue;
            std::ifstream stream(entry.path());
            std::string line;
            for (int number = 1; std::getline(stream, line); ++number) {
                const std::string code = line.substr(0, line.find("//"));
                for (const Rule& rule : rules) {
                    if (!rule.only_in.empty() && entry.path().string().ends_with(rule.only_in)) continue;
                    EXPECT_FALSE(std::regex_search(code, rule.pattern))
                        << entry.path().string() << ":" << number << " " << rule.reason << ": " << line;
                }
            }
        }
    }
}

}  // namespace
