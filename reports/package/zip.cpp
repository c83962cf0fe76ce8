#include "reports/package/zip.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cstdint>

#include "config/limits.h"

namespace assidu::reports {
namespace {

using config::refuse;
using config::Result;
namespace limits = config::limits;

constexpr std::uint32_t kLocalSignature = 0x04034b50;
constexpr std::uint32_t kCentralSignature = 0x02014b50;
constexpr std::uint32_t kEndSignature = 0x06054b50;
constexpr std::size_t kLocalBytes = 30, kCentralBytes = 46, kEndBytes = 22;
constexpr std::uint16_t kVersion = 10;    // stored files need no more
constexpr std::uint16_t kDosDate = 0x21;  // 1980-01-01, the first day that the format has

void put16(std::string& out, std::uint16_t value) {
    out.push_back(static_cast<char>(value & 0xff));
    out.push_back(static_cast<char>(value >> 8));
}
void put32(std::string& out, std::uint32_t value) {
    put16(out, static_cast<std::uint16_t>(value & 0xffff));
    put16(out, static_cast<std::uint16_t>(value >> 16));
}
std::uint32_t at16(std::string_view bytes, std::size_t at) {
    return static_cast<unsigned char>(bytes[at]) |
           static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + 1])) << 8;
}
std::uint32_t at32(std::string_view bytes, std::size_t at) {
    return at16(bytes, at) | at16(bytes, at + 2) << 16;
}

// What both headers of a file have in common, from "version needed" to the length of the extra field.
void put_common(std::string& out, const ZipView& file, std::uint32_t crc) {
    put16(out, kVersion);
    put16(out, 0);  // flags
    put16(out, 0);  // stored
    put16(out, 0);  // midnight
    put16(out, kDosDate);
    put32(out, crc);
    put32(out, static_cast<std::uint32_t>(file.bytes.size()));
    put32(out, static_cast<std::uint32_t>(file.bytes.size()));
    put16(out, static_cast<std::uint16_t>(file.name.size()));
    put16(out, 0);  // extra field
}

bool is_zip_name(std::string_view name, std::size_t bytes_max) {
    const auto of_a_word = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    };
    bool begins = true;
    for (const char c : name) {
        if (c == '/' ? begins : !of_a_word(c) || (begins && c == '.')) return false;
        begins = c == '/';
    }
    return !begins && name.size() <= bytes_max;
}

std::string what_is_wrong(const std::vector<ZipView>& files, const ZipRoom& room) {
    if (files.size() > room.files) return fmt::format("more than {} files", room.files);
    std::size_t bytes = kEndBytes;
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (!is_zip_name(files[i].name, room.name_bytes))
            return fmt::format("file {} has no name of a package", i + 1);
        if (i > 0 && !(files[i - 1].name < files[i].name))
            return fmt::format("file {} is not in the order of names", i + 1);
        bytes += kLocalBytes + kCentralBytes + 2 * files[i].name.size() + files[i].bytes.size();
        if (bytes > room.bytes) return fmt::format("longer than {} bytes", room.bytes);
    }
    return {};
}

// Of files that nothing is wrong with.
std::string zip_of(const std::vector<ZipView>& files) {
    std::string out, directory;
    for (const ZipView& file : files) {
        const auto offset = static_cast<std::uint32_t>(out.size());
        const auto crc = static_cast<std::uint32_t>(
            crc32_z(0, reinterpret_cast<const Bytef*>(file.bytes.data()), file.bytes.size()));
        put32(out, kLocalSignature);
        put_common(out, file, crc);
        out += file.name;
        out += file.bytes;
        put32(directory, kCentralSignature);
        put16(directory, kVersion);  // made by
        put_common(directory, file, crc);
        put16(directory, 0);  // comment
        put16(directory, 0);  // disk
        put16(directory, 0);  // internal attributes
        put32(directory, 0);  // external attributes
        put32(directory, offset);
        directory += file.name;
    }
    const auto begin = static_cast<std::uint32_t>(out.size());
    const auto size = static_cast<std::uint32_t>(directory.size());
    const auto count = static_cast<std::uint16_t>(files.size());
    out += directory;
    put32(out, kEndSignature);
    put16(out, 0);  // this disk
    put16(out, 0);  // the directory's disk
    put16(out, count);
    put16(out, count);
    put32(out, size);
    put32(out, begin);
    put16(out, 0);  // comment
    return out;
}

// The files as the headers before them say, from the first byte on; whatever is off shows when they are
// written again.
std::vector<ZipView> local_files(std::string_view bytes) {
    std::vector<ZipView> files;
    std::size_t at = 0;
    while (files.size() <= limits::kPackageFilesMax && bytes.size() - at >= kLocalBytes &&
           at32(bytes, at) == kLocalSignature) {
        const std::size_t size = at32(bytes, at + 18), name = at16(bytes, at + 26);
        const std::size_t left = bytes.size() - at - kLocalBytes;
        if (name > left || size > left - name) break;
        files.push_back({bytes.substr(at + kLocalBytes, name), bytes.substr(at + kLocalBytes + name, size)});
        at += kLocalBytes + name + size;
    }
    return files;
}

}  // namespace

bool is_package_name(std::string_view name) {
    return is_zip_name(name, limits::kPackageNameBytesMax);
}

Result<std::string> write_zip(std::vector<ZipFile> files, const ZipRoom& room) {
    std::ranges::sort(files, {}, &ZipFile::name);
    std::vector<ZipView> views;
    views.reserve(files.size());
    for (const ZipFile& file : files)
        views.push_back({file.name, file.bytes});
    if (std::string wrong = what_is_wrong(views, room); !wrong.empty())
        return refuse("the package cannot be written: " + wrong);
    return zip_of(views);
}

Result<std::vector<ZipView>> read_zip(std::string_view bytes) {
    if (bytes.size() > limits::kPackageBytesMax)
        return refuse(fmt::format("longer than {} bytes", limits::kPackageBytesMax));
    std::vector<ZipView> files = local_files(bytes);
    if (files.empty()) return refuse("no zip, or one without a file at its beginning");
    if (std::string wrong = what_is_wrong(files, {}); !wrong.empty()) return refuse(std::move(wrong));
    if (zip_of(files) != bytes)
        return refuse("the bytes are not those of the one zip that holds these files: it was changed or cut");
    return files;
}

}  // namespace assidu::reports
