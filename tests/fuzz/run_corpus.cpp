// Gives every file of the named folders to a fuzz target: a corpus as a plain test, without libFuzzer.

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int count, char** arguments) {
    std::size_t files = 0;
    for (int i = 1; i < count; ++i) {
        for (const auto& entry : std::filesystem::directory_iterator(arguments[i])) {
            std::ifstream stream(entry.path(), std::ios::binary);
            const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
            if (!stream) {
                std::cerr << entry.path().string() << ": cannot be read\n";
                return EXIT_FAILURE;
            }
            std::cout << entry.path().filename().string() << std::endl;  // the last one named is what crashed
            LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
            ++files;
        }
    }
    if (files > 0) return EXIT_SUCCESS;
    std::cerr << "usage: run_corpus FOLDER... (each with at least one file)\n";
    return EXIT_FAILURE;
}
