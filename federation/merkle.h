// Merkle trees with the hashing of RFC 6962 (section 2.1): leaf = SHA-256(0x00 | data), node = SHA-256(0x01 |
// left | right), the tree of no leaf = SHA-256(""). Proofs as in its section 2.1.1.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "config/digest.h"

namespace assidu::federation {

using config::Sha256Digest;

[[nodiscard]] Sha256Digest merkle_leaf(std::string_view data);
// Of data that stands in two pieces.
[[nodiscard]] Sha256Digest merkle_leaf(std::string_view salt, std::string_view data);
// The root over leaf hashes in their order.
[[nodiscard]] Sha256Digest merkle_root(std::span<const Sha256Digest> leaves);

// A tree that is kept, for many proofs: made by as many hashes as it has leaves, a proof by none.
class MerkleTree {
  public:
    explicit MerkleTree(std::vector<Sha256Digest> leaves);
    [[nodiscard]] std::size_t count() const { return levels_.front().size(); }
    [[nodiscard]] Sha256Digest root() const;
    // As merkle_proof().
    [[nodiscard]] std::vector<Sha256Digest> proof(std::size_t index) const;

  private:
    std::vector<std::vector<Sha256Digest>> levels_;  // the leaves first
};

// The audit path of leaf `index`, which must be one of them, from the leaf up.
[[nodiscard]] std::vector<Sha256Digest> merkle_proof(std::span<const Sha256Digest> leaves, std::size_t index);
// Whether the path leads from the leaf to the root of a tree of `count` leaves (RFC 9162, section 2.1.3.2).
[[nodiscard]] bool merkle_proves(const Sha256Digest& leaf, std::size_t index, std::size_t count,
                                 std::span<const Sha256Digest> proof, const Sha256Digest& root);

}  // namespace assidu::federation
