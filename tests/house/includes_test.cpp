// The stair of the house: a floor includes only floors below it (docs/architecture.md).

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kFloors{"config", "rpc", "federation", "reports", "node"};

// The floor that an include names, or kFloors.size().
std::size_t floor_of(const std::string& path) {
    const std::string first = path.substr(0, path.find('/'));
    return static_cast<std::size_t>(std::ranges::find(kFloors, first) - kFloors.begin());
}

// "FILE:LINE: include" of every include in the file that is of a floor above `floor`.
std::vector<std::string> climbing_includes(const fs::path& file, std::size_t floor) {
    std::vector<std::string> found;
    std::ifstream stream(file);
    std::string line;
    for (int number = 1; std::getline(stream, line); ++number) {
        const std::size_t begin = line.find("#include \"");
        if (begin == std::string::npos) continue;
        const std::string included = line.substr(begin + 10, line.rfind('"') - begin - 10);
        const std::size_t included_floor = floor_of(included);
        if (included_floor == kFloors.size())
            found.push_back(file.string() + ":" + std::to_string(number) +
                            ": not from the root: " + included);
        else if (included_floor > floor)
            found.push_back(file.string() + ":" + std::to_string(number) + ": " + included);
    }
    return found;
}

TEST(House, NoIncludeClimbsTheStair) {
    int files = 0;
    for (std::size_t floor = 0; floor < kFloors.size(); ++floor) {
        for (const auto& entry :
             fs::recursive_directory_iterator(fs::path(ASSIDU_SOURCE_DIR) / kFloors[floor])) {
            if (entry.path().extension() != ".h" && entry.path().extension() != ".cpp") continue;
            ++files;
            for (const std::string& include : climbing_includes(entry.path(), floor))
                ADD_FAILURE() << include;
        }
    }
    EXPECT_GT(files, 50) << "the sources are not where this test looks";
}

TEST(House, AClimbingIncludeIsFound) {
    const fs::path file = fs::temp_directory_path() / "assidu_climbing_include.h";
    std::ofstream(file) << "#include \"config/clock.h\"\n#include \"node/event.h\"\n";
    EXPECT_EQ(climbing_includes(file, 0).size(), 1U);
    EXPECT_EQ(climbing_includes(file, 4).size(), 0U);
    fs::remove(file);
}

TEST(House, EveryFolderSaysWhatMayLiveThere) {
    for (const std::string& floor : kFloors) {
        const fs::path root = fs::path(ASSIDU_SOURCE_DIR) / floor;
        EXPECT_TRUE(fs::exists(root / "README.md")) << root;
        for (const auto& entry : fs::directory_iterator(root)) {
            if (!entry.is_directory()) continue;
            EXPECT_TRUE(fs::exists(entry.path() / "README.md")) << entry.path();
        }
    }
}

}  // namespace
