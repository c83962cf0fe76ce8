#include "federation/merkle.h"

#include <bit>
#include <stdexcept>
#include <string>

namespace assidu::federation {
namespace {

std::string_view bytes_of(const Sha256Digest& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

Sha256Digest parent(const Sha256Digest& left, const Sha256Digest& right) {
    return config::sha256({std::string_view("\x01", 1), bytes_of(left), bytes_of(right)});
}

// The largest power of two smaller than `count`, which is at least 2.
std::size_t split_of(std::size_t count) {
    return std::bit_floor(count - 1);
}

}  // namespace

Sha256Digest merkle_leaf(std::string_view data) {
    return merkle_leaf("", data);
}

Sha256Digest merkle_leaf(std::string_view salt, std::string_view data) {
    return config::sha256({std::string_view("\x00", 1), salt, data});
}

Sha256Digest merkle_root(std::span<const Sha256Digest> leaves) {
    if (leaves.empty()) return config::sha256("");
    // Level by level: a node without a right sibling moves up as it is, which gives the tree of the RFC.
    std::vector<Sha256Digest> level(leaves.begin(), leaves.end());
    while (level.size() > 1) {
        std::size_t made = 0;
        for (std::size_t i = 0; i < level.size(); i += 2)
            level[made++] = i + 1 < level.size() ? parent(level[i], level[i + 1]) : level[i];
        level.resize(made);
    }
    return level.front();
}

MerkleTree::MerkleTree(std::vector<Sha256Digest> leaves) {
    levels_.push_back(std::move(leaves));
    while (levels_.back().size() > 1) {
        const std::vector<Sha256Digest>& below = levels_.back();
        std::vector<Sha256Digest> level;
        level.reserve((below.size() + 1) / 2);
        for (std::size_t i = 0; i < below.size(); i += 2)
            level.push_back(i + 1 < below.size() ? parent(below[i], below[i + 1]) : below[i]);
        levels_.push_back(std::move(level));
    }
}

Sha256Digest MerkleTree::root() const {
    return levels_.front().empty() ? config::sha256("") : levels_.back().front();
}

std::vector<Sha256Digest> MerkleTree::proof(std::size_t index) const {
    if (index >= count()) throw std::logic_error("a Merkle proof of a leaf that is not there");
    std::vector<Sha256Digest> path;
    for (const std::vector<Sha256Digest>& level : levels_) {
        // A node that moved up as it is has no sibling there.
        if (const std::size_t sibling = index ^ 1; sibling < level.size()) path.push_back(level[sibling]);
        index /= 2;
    }
    return path;
}

std::vector<Sha256Digest> merkle_proof(std::span<const Sha256Digest> leaves, std::size_t index) {
    if (index >= leaves.size()) throw std::logic_error("a Merkle proof of a leaf that is not there");
    std::vector<Sha256Digest> proof;
    while (leaves.size() > 1) {
        const std::size_t split = split_of(leaves.size());
        const bool left = index < split;
        proof.insert(proof.begin(), merkle_root(left ? leaves.subspan(split) : leaves.first(split)));
        leaves = left ? leaves.first(split) : leaves.subspan(split);
        if (!left) index -= split;
    }
    return proof;
}

bool merkle_proves(const Sha256Digest& leaf, std::size_t index, std::size_t count,
                   std::span<const Sha256Digest> proof, const Sha256Digest& root) {
    if (index >= count) return false;
    std::size_t node = index, last = count - 1;
    Sha256Digest hash = leaf;
    for (const Sha256Digest& sibling : proof) {
        if (last == 0) return false;
        if (node % 2 == 1 || node == last) {
            hash = parent(sibling, hash);
            while (node % 2 == 0 && node != 0) {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = parent(hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    return last == 0 && hash == root;
}

}  // namespace assidu::federation
