#include "node/key_rotation.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "config/durable_file.h"
#include "config/limits.h"

#include "rpc/key_file.h"

namespace assidu::node {
namespace {

std::filesystem::path next_of(const NodeFolder& folder) {
    return folder.node_key().string() + ".next";
}

void put_in_place(const std::filesystem::path& from, const std::filesystem::path& to) {
    const int folder = ::open(to.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool done = folder >= 0 && ::rename(from.c_str(), to.c_str()) == 0 && ::fsync(folder) == 0;
    const int error = errno;
    if (folder >= 0) ::close(folder);
    if (!done)
        throw config::ResourceFailure(
            fmt::format("{}: cannot put in place: {}", to.string(), std::strerror(error)));
}

// In the order of their names.
std::vector<std::pair<std::string, federation::Handover>> notes_of(const std::filesystem::path& keys) {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(keys)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with("handover-") && name.ends_with(".note")) paths.push_back(entry.path());
    }
    std::ranges::sort(paths);
    std::vector<std::pair<std::string, federation::Handover>> notes;
    for (const auto& path : paths) {
        const auto note = config::read_file(path, config::limits::kDocumentBytesMax);
        if (!note) throw config::ResourceFailure(note.error().what);
        auto handover = federation::read_handover(*note);
        if (!handover)
            throw config::ResourceFailure(fmt::format("{}: {}", path.string(), handover.error().what));
        notes.emplace_back(*note, *std::move(handover));
    }
    return notes;
}

}  // namespace

config::Result<federation::Handover> rotate_key(const Node& node) {
    const auto serving = FolderLock::take_serving(node.folder());
    if (!serving) return config::refuse(serving.error().what + "; end it first: it holds the old key");
    const std::filesystem::path next = next_of(node.folder());
    if (const auto made = rpc::create_node_key(next); !made) return std::unexpected(made.error());
    const auto key = rpc::SigningKey::read(next);
    if (!key) return std::unexpected(key.error());
    const std::string& id = node.settings().node_id;
    const std::string note =
        federation::sign_handover(id, node.tls_identity().fingerprint(), node.statements().head(id).number,
                                  node.clock().now_utc_s(), node.signing_key(), *key);
    auto handover = federation::read_handover(note);
    if (!handover) throw std::logic_error("a hand-over of our own: " + handover.error().what);
    const std::filesystem::path keys = node.folder().node_key().parent_path();
    config::write_file_durably(keys / fmt::format("handover-{:03}.note", notes_of(keys).size() + 1), note,
                               0600);
    federation::HandoverLog handovers = node.statements().handovers();
    (void)finish_rotation(node.folder(), handovers);
    return handover;
}

bool finish_rotation(const NodeFolder& folder, federation::HandoverLog& handovers) {
    const auto notes = notes_of(folder.node_key().parent_path());
    for (const auto& [note, handover] : notes)
        handovers.put(handover, note);
    const std::filesystem::path next = next_of(folder);
    if (!std::filesystem::exists(next)) return false;
    const auto key = rpc::SigningKey::read(next);
    if (!key || notes.empty() || notes.back().second.new_key != key->verifying_key()) {
        // Nothing was ever signed with it.
        std::filesystem::remove(next);
        return false;
    }
    put_in_place(next, folder.node_key());
    return true;
}

std::vector<std::string> fingerprints_of(const std::filesystem::path& keys) {
    std::vector<std::string> fingerprints;
    for (const auto& [note, handover] : notes_of(keys))
        fingerprints.push_back(handover.old_key.fingerprint());
    if (auto present = rpc::node_key_fingerprint(keys / "node.pem"))
        fingerprints.push_back(*std::move(present));
    return fingerprints;
}

}  // namespace assidu::node
