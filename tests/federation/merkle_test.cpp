#include "federation/merkle.h"

#include <gtest/gtest.h>

namespace assidu::federation {
namespace {

// The inputs and roots that implementations of RFC 6962 share.
const char* const kInputs[] = {
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
const char* const kRoots[] = {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                              "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                              "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                              "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                              "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                              "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                              "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                              "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

std::vector<Sha256Digest> leaves(std::size_t count) {
    std::vector<Sha256Digest> made;
    for (std::size_t i = 0; i < count; ++i)
        made.push_back(i < 8 ? merkle_leaf(config::unhex(kInputs[i]).value())
                             : merkle_leaf(std::to_string(i)));
    return made;
}

TEST(Merkle, GivesTheRootsOfRfc6962) {
    EXPECT_EQ(config::hex(merkle_root({})),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (std::size_t count = 1; count <= 8; ++count)
        EXPECT_EQ(config::hex(merkle_root(leaves(count))), kRoots[count - 1]);
}

TEST(Merkle, EveryLeafIsProvenInATreeOfAnySizeAndOnlyAtItsPlace) {
    for (std::size_t count = 1; count <= 33; ++count) {
        const auto all = leaves(count);
        const Sha256Digest root = merkle_root(all);
        const MerkleTree tree(all);
        EXPECT_EQ(tree.root(), root);
        for (std::size_t i = 0; i < count; ++i) {
            const auto proof = merkle_proof(all, i);
            EXPECT_EQ(tree.proof(i), proof) << i << " of " << count;
            ASSERT_TRUE(merkle_proves(all[i], i, count, proof, root)) << i << " of " << count;
            if (count > 1) {
                EXPECT_FALSE(merkle_proves(all[(i + 1) % count], i, count, proof, root));
                EXPECT_FALSE(merkle_proves(all[i], (i + 1) % count, count, proof, root));
            }
            EXPECT_FALSE(merkle_proves(all[i], i, i, proof, root)) << "outside of the tree";
            auto longer = proof;
            longer.push_back(root);
            EXPECT_FALSE(merkle_proves(all[i], i, count, longer, root));
            if (!proof.empty()) {
                auto wrong = proof;
                wrong.front()[0] ^= 1;
                EXPECT_FALSE(merkle_proves(all[i], i, count, wrong, root));
                wrong = proof;
                wrong.pop_back();
                EXPECT_FALSE(merkle_proves(all[i], i, count, wrong, root));
            }
        }
    }
}

}  // namespace
}  // namespace assidu::federation
