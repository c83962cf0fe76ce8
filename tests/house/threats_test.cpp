// docs/threats.md: every threat has a control, a place where it is enforced, and a test that is there.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

std::string contents_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// "Suite.Name" of every test of the sources, and the names that CMake gives.
std::set<std::string> all_tests() {
    std::set<std::string> tests;
    const fs::path root = fs::path(ASSIDU_SOURCE_DIR) / "tests";
    const std::regex macro(R"(\bTEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)\s*\))");
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
        if (entry.path().extension() != ".cpp") continue;
        const std::string text = contents_of(entry.path());
        for (auto found = std::sregex_iterator(text.begin(), text.end(), macro);
             found != std::sregex_iterator(); ++found)
            tests.insert((*found)[1].str() + "." + (*found)[2].str());
    }
    const std::string cmake = contents_of(root / "CMakeLists.txt");
    const std::regex added(R"(add_test\(NAME ([\w.]+))");
    for (auto found = std::sregex_iterator(cmake.begin(), cmake.end(), added);
         found != std::sregex_iterator(); ++found)
        tests.insert((*found)[1].str());
    return tests;
}

std::vector<std::string> cells_of(const std::string& line) {
    std::vector<std::string> cells;
    std::stringstream stream(line.substr(1));
    for (std::string cell; std::getline(stream, cell, '|');)
        cells.push_back(std::regex_replace(cell, std::regex("^ +| +$"), ""));
    return cells;
}

TEST(Threats, EveryRowHasAControlAPlaceAndATestThatIsThere) {
    const std::set<std::string> tests = all_tests();
    ASSERT_GT(tests.size(), 100U);
    std::istringstream page(contents_of(fs::path(ASSIDU_SOURCE_DIR) / "docs/threats.md"));
    int rows = 0;
    for (std::string line; std::getline(page, line);) {
        if (!line.starts_with("| ") || line.starts_with("| threat") || line.starts_with("|---")) continue;
        ++rows;
        const auto cells = cells_of(line);
        ASSERT_EQ(cells.size(), 5U) << line;
        for (const std::string& cell : cells)
            EXPECT_FALSE(cell.empty()) << line;
        const std::regex path(R"(`([\w/]+\.(?:h|cpp))`)");
        for (auto found = std::sregex_iterator(cells[2].begin(), cells[2].end(), path);
             found != std::sregex_iterator(); ++found)
            EXPECT_TRUE(fs::exists(fs::path(ASSIDU_SOURCE_DIR) / (*found)[1].str())) << (*found)[1];
        EXPECT_TRUE(std::regex_search(cells[2], path)) << "no file enforces it: " << line;
        const std::regex name(R"(`([\w.]+)`)");
        EXPECT_TRUE(std::regex_search(cells[4], name)) << "no test: " << line;
        for (auto found = std::sregex_iterator(cells[4].begin(), cells[4].end(), name);
             found != std::sregex_iterator(); ++found)
            EXPECT_TRUE(tests.contains((*found)[1])) << "there is no test " << (*found)[1];
    }
    EXPECT_GT(rows, 20);
}

}  // namespace
