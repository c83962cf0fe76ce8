// Signed calls from one node to another, free of any transport: a call inside an envelope, its answer inside
// the other's. docs/formats/message.md.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/clock.h"
#include "config/refusal.h"
#include "rpc/signing_key.h"
#include "rpc/xmlrpc.h"

namespace assidu::federation {

// Carries an XML-RPC document to another node and brings its answer. Refused where it cannot be reached: try
// later.
using Carry = std::function<config::Result<std::string>(std::string_view body)>;

// Who is called, and how refusals call it: "the hub".
struct Correspondent {
    std::string id;
    rpc::VerifyingKey key;
    std::string title;
};

// The value of an answer; a fault becomes a refusal in its own words, and its code is put into `fault`.
[[nodiscard]] config::Result<rpc::Value> value_of_answer(std::string_view document, const std::string& title,
                                                         std::int32_t* fault = nullptr);

class Correspondence {
  public:
    // `key` and `clock` must outlive it.
    Correspondence(std::string self, Correspondent other, const rpc::SigningKey& key,
                   const config::Clock& clock, Carry carry);

    // Calls, in a fresh envelope. Refused where nobody is reached, where the answer is not the other's to
    // this very message, and with the other's own words where it answers a fault. `bytes` counts the outer
    // documents both ways.
    [[nodiscard]] config::Result<rpc::Value> call(std::string_view method,
                                                  const std::vector<rpc::Value>& params,
                                                  std::int64_t* bytes = nullptr);

    // The code of the fault that answered the last call; 0: none did.
    [[nodiscard]] std::int32_t fault() const { return fault_; }
    // Whether the last answer said that it is the other's, under another key than is known.
    [[nodiscard]] bool has_other_key() const { return has_other_key_; }
    // From now on the other answers under this key.
    void set_key(const rpc::VerifyingKey& key) { other_.key = key; }

  private:
    std::string self_;
    Correspondent other_;
    const rpc::SigningKey& key_;
    const config::Clock& clock_;
    Carry carry_;
    std::int32_t fault_ = 0;
    bool has_other_key_ = false;
};

}  // namespace assidu::federation
