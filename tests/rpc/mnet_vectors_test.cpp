// Every vector of tests/data/mnet, by its manifest: what Moodle made is read to the byte, what it refuses is
// refused with its fault.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "config/digest.h"
#include "rpc/arcfour.h"
#include "rpc/mnet_envelope.h"
#include "rpc/mnet_reception.h"
#include "rpc/moodle_xmlrpc.h"
#include "rpc/xmlrpc.h"
#include "tests/rpc/mnet_data.h"

namespace assidu::rpc {
namespace {

using nlohmann::json;
using tests::kPeerA;
using tests::kPeerB;
using tests::mnet_certificate;
using tests::mnet_file;
using tests::mnet_key;
using tests::mnet_ring;

const json& manifest() {
    static const json parsed = json::parse(mnet_file("manifest.json"));
    return parsed;
}

std::string without_extension(const std::string& file) {
    return file.substr(0, file.rfind('.'));
}

// A value of the manifest as ours: its fractions are texts.
Value value_of(const json& of) {
    if (of.is_boolean()) return Value::boolean(of.get<bool>());
    if (of.is_number_integer()) return Value::integer(of.get<std::int64_t>());
    if (of.is_number_float()) return Value::text(of.dump());
    if (of.is_string()) return Value::text(of.get<std::string>());
    if (of.is_array()) {
        Value::Array elements;
        for (const json& element : of)
            elements.push_back(value_of(element));
        return Value::array(std::move(elements));
    }
    Value::Struct members;
    for (const auto& [name, member] : of.items())
        members.emplace(name, value_of(member));
    return Value::structure(std::move(members));
}

// Texts of fractions are written differently by different serialisers.
std::string shape(const Value& value) {
    const auto call = encode_moodle_call("m", {value});
    std::string text = call;
    for (std::size_t at; (at = text.find("1.500000")) != std::string::npos;)
        text.replace(at, 8, "1.5");
    return text;
}

void check_request(const json& entry) {
    const auto call = decode_call(mnet_file(entry["file"]), Dialect::moodle);
    ASSERT_TRUE(call) << call.error().what;
    EXPECT_EQ(call->method, entry["method"]);
    EXPECT_TRUE(is_mnet_method(call->method));
    if (!entry.contains("params") || !entry["params"].is_array()) return;
    ASSERT_EQ(call->params.size(), entry["params"].size());
    for (std::size_t i = 0; i < call->params.size(); ++i)
        EXPECT_EQ(shape(call->params[i]), shape(value_of(entry["params"][i]))) << i;
}

void check_response(const json& entry, const char* member) {
    const auto response = decode_response(mnet_file(entry["file"]), Dialect::moodle);
    ASSERT_TRUE(response) << response.error().what;
    ASSERT_TRUE(std::holds_alternative<Value>(*response));
    EXPECT_EQ(shape(std::get<Value>(*response)), shape(value_of(entry[member])));
}

// Opens a sealed file as `key`'s owner and holds it against the manifest.
void check_sealed(const json& entry) {
    const auto layer = read_layer(mnet_file(entry["file"]));
    ASSERT_TRUE(layer) << layer.error().what;
    const auto* const sealed = std::get_if<SealedEnvelope>(&*layer);
    ASSERT_NE(sealed, nullptr);
    const MnetKeyRing ring = mnet_ring(without_extension(entry["decrypt_with"]));
    const auto opened = open_envelope(*sealed, ring);
    ASSERT_TRUE(opened);
    if (entry.contains("decrypted")) {
        EXPECT_EQ(opened->document, mnet_file(entry["decrypted"]));
    }
    if (!entry.contains("verify_with")) return;
    const auto* const is_signed = std::get_if<SignedEnvelope>(&opened->layer);
    ASSERT_NE(is_signed, nullptr);
    EXPECT_EQ(is_signed->wwwroot, sealed->wwwroot);
    EXPECT_EQ(is_signed->digest, payload_digest(is_signed->payload));
    if (entry.contains("payload")) {
        EXPECT_EQ(is_signed->payload, mnet_file(entry["payload"]));
    }
    EXPECT_EQ(mnet_certificate(entry["verify_with"]).verifies(is_signed->payload, is_signed->signature),
              entry["verify"].get<bool>());
}

void check_fault(const json& entry) {
    std::string payload = mnet_file(entry["file"]);
    std::optional<SignedEnvelope> vouched;
    if (entry.contains("decrypt_with")) {
        const auto layer = read_layer(payload);
        ASSERT_TRUE(layer);
        const auto opened = open_envelope(std::get<SealedEnvelope>(*layer),
                                          mnet_ring(without_extension(entry["decrypt_with"])));
        ASSERT_TRUE(opened);
        payload = opened->document;
        if (const auto* const is_signed = std::get_if<SignedEnvelope>(&opened->layer)) {
            vouched = *is_signed;
            payload = is_signed->payload;
        }
    }
    ASSERT_EQ(vouched.has_value(), entry.contains("verify_with"));
    if (vouched) {
        EXPECT_TRUE(mnet_certificate(entry["verify_with"]).verifies(payload, vouched->signature));
    }
    const auto response = decode_response(payload, Dialect::moodle);
    ASSERT_TRUE(response) << response.error().what;
    ASSERT_TRUE(std::holds_alternative<Fault>(*response));
    const Fault& fault = std::get<Fault>(*response);
    EXPECT_EQ(fault.code, entry["faultCode"].get<int>());
    if (entry.contains("faultString")) {
        EXPECT_EQ(fault.text, entry["faultString"]);
        // What we send is what Moodle sends, to the byte.
        EXPECT_EQ(encode_moodle_fault(fault.code, fault.text), payload);
    } else {
        EXPECT_EQ(MnetCertificate::of(fault.text).value(), mnet_certificate("keys/b-new.crt"));
        EXPECT_FALSE(mnet_certificate("keys/b-new.crt").verifies(payload, vouched->signature));
    }
}

TEST(MnetVectors, EveryMessageOfTheManifestIsReadToTheByte) {
    std::map<std::string, int> count;
    for (const json& entry : manifest()) {
        const std::string file = entry["file"], kind = entry["kind"];
        SCOPED_TRACE(file);
        const std::string folder = file.substr(0, file.find('/'));
        ++count[folder];
        if (kind == "certificate") {
            const MnetKey key = mnet_key(without_extension(file));  // they belong together
            EXPECT_TRUE(key.certificate().is_of(entry["wwwroot"].get<std::string>()));
            EXPECT_EQ(key.certificate().common_name(), entry["subject_CN"]);
            EXPECT_EQ(key.certificate().begins_utc_s(), entry["not_before"].get<std::int64_t>());
            EXPECT_EQ(key.certificate().ends_utc_s(), entry["not_after"].get<std::int64_t>());
            EXPECT_EQ(key.certificate().pem(), mnet_file(file));
        } else if (kind.starts_with("xmlrpc-request")) {
            check_request(entry);
        } else if (kind.starts_with("xmlrpc-response")) {
            check_response(entry, entry.contains("value") ? "value" : "intended_value");
        } else if (kind == "signed") {
            const auto layer = read_layer(mnet_file(file));
            ASSERT_TRUE(layer) << layer.error().what;
            const auto& envelope = std::get<SignedEnvelope>(*layer);
            EXPECT_EQ(envelope.payload, mnet_file(entry["payload"]));
            EXPECT_TRUE(
                mnet_certificate(entry["verify_with"]).verifies(envelope.payload, envelope.signature));
            EXPECT_EQ(envelope.wwwroot, entry["wwwroot"]);
            EXPECT_EQ(envelope.timestamp, std::to_string(entry["timestamp"].get<std::int64_t>()));
            // The signature is one that we would have made.
            const std::string signer = without_extension(entry["verify_with"]);
            EXPECT_EQ(mnet_key(signer).sign(envelope.payload), envelope.signature);
        } else if (kind.starts_with("encrypted+signed")) {
            check_sealed(entry);
        } else if (folder == "faults") {
            check_fault(entry);
        } else if (folder == "keyswap" && kind.contains("request")) {
            const auto call = decode_call(mnet_file(file), Dialect::moodle);
            ASSERT_TRUE(call);
            EXPECT_EQ(call->method, "system/keyswap");
            EXPECT_EQ(call->params.at(0), Value::text(kPeerA));
            EXPECT_EQ(call->params.at(1), Value::text(mnet_file("keys/a.crt")));
        } else if (folder == "keyswap") {
            const std::string pem = mnet_file(entry["value_is_file"]);
            EXPECT_EQ(decode_response(mnet_file(file), Dialect::moodle), Response(Value::text(pem)));
            EXPECT_EQ(encode_moodle_response(Value::text(pem)), mnet_file(file));
        } else if (folder == "primitive" && kind.starts_with("RSA")) {
            const std::string message = mnet_file(entry["message"]);
            EXPECT_EQ(mnet_key("keys/a").sign(message), mnet_file(file));
            EXPECT_EQ(payload_digest(message), entry["sha1_hex"]);
        } else if (folder == "primitive") {
            const std::string decrypt_with = without_extension(entry["decrypt_with"]);
            const Secret key = mnet_key(decrypt_with).open_key(mnet_file(entry["sealed_key"]));
            EXPECT_EQ(config::hex({reinterpret_cast<const std::uint8_t*>(key.reveal().data()), key.size()}),
                      entry["rc4_key_hex"]);
            EXPECT_EQ(Arcfour::get().value()->apply(key.reveal(), mnet_file(file)),
                      mnet_file(entry["plaintext"]));
        } else {
            EXPECT_EQ(kind, "negative") << "a kind that no test knows";
        }
    }
    for (const auto& [folder, files] : count)
        std::cout << folder << ": " << files << '\n';
    EXPECT_EQ(manifest().size(), 121U);
}

// What B answers to each, and the same of what it accepts.
TEST(MnetVectors, EveryNegativeIsRefusedWithMoodlesFault) {
    const std::map<std::string, MnetVerdict> expected{
        {"tampered-object", MnetVerdict::bad_signature},
        {"tampered-signature", MnetVerdict::bad_signature},
        {"signed-by-mallory", MnetVerdict::bad_signature},
        {"sha256-signature", MnetVerdict::bad_signature},
        {"wrong-digest-value", MnetVerdict::accepted},
        {"encrypted-to-other", MnetVerdict::not_opened},
        {"encrypted-unsigned", MnetVerdict::not_signed},
        {"signed-only", MnetVerdict::not_sealed},
        {"plain", MnetVerdict::not_sealed},
        {"inner-wwwroot-differs", MnetVerdict::sender_differs},
        {"unknown-wwwroot", MnetVerdict::unknown_sender},
        {"old-timestamp", MnetVerdict::accepted},
        {"truncated", MnetVerdict::malformed},
        {"ciphers-swapped", MnetVerdict::not_opened},
        {"short-sealed-key", MnetVerdict::not_opened},
        {"old-key", MnetVerdict::accepted},
    };
    const MnetKeyRing ring = mnet_ring("keys/b");
    std::size_t seen = 0;
    for (const json& entry : manifest()) {
        if (entry["kind"] != "negative") continue;
        const std::string file = entry["file"];
        const std::string name = without_extension(file.substr(file.find('/') + 1));
        const MnetMessage message = receive_message(mnet_file(file), ring, tests::known_in_vectors);
        ASSERT_TRUE(expected.contains(name)) << name;
        EXPECT_EQ(message.verdict, expected.at(name)) << name << ": " << message.why;
        ++seen;
    }
    EXPECT_EQ(seen, expected.size());
    // Where B has a new key and kept the old one.
    const MnetMessage old = receive_message(mnet_file("negative/old-key.xml"),
                                            mnet_ring("keys/b-new", "keys/b"), tests::known_in_vectors);
    EXPECT_EQ(old.verdict, MnetVerdict::former_key);
    EXPECT_EQ(old.key, 1U);
    EXPECT_TRUE(old.is_verified);
    EXPECT_EQ(fault_of(old.verdict), 7025);
}

// live/*/SUMMARY.txt: "003-B-request  enc[wwwroot=... to=b-k2] signed[wwwroot=... by=a-k4] ...".
TEST(MnetVectors, WhatTwoMoodlesSaidToEachOtherIsReadToTheByte) {
    std::size_t sealed = 0, plain = 0;
    for (const char* folder : {"keyswap", "rotate-client", "rotate-server", "usestats"}) {
        std::istringstream lines(mnet_file(std::string("live/") + folder + "/SUMMARY.txt"));
        for (std::string line; std::getline(lines, line);) {
            SCOPED_TRACE(std::string(folder) + ": " + line);
            const std::string base = std::string("live/") + folder + "/" + line.substr(0, line.find(' '));
            const auto after = [&](const std::string& what) {
                const std::size_t at = line.find(what) + what.size();
                return line.substr(at, line.find_first_of(" ]", at) - at);
            };
            const bool is_call = base.ends_with("request");
            std::string payload = mnet_file(base + ".body");
            if (line.find(" enc[") != std::string::npos) {
                ++sealed;
                const auto layer = read_layer(payload);
                ASSERT_TRUE(layer) << layer.error().what;
                const auto& envelope = std::get<SealedEnvelope>(*layer);
                const auto opened = open_envelope(envelope, mnet_ring("live/keys/" + after(" to=")));
                ASSERT_TRUE(opened);
                EXPECT_EQ(opened->document, mnet_file(base + ".decrypted.xml"));
                const auto& vouched = std::get<SignedEnvelope>(opened->layer);
                EXPECT_EQ(vouched.wwwroot, envelope.wwwroot);
                const MnetCertificate signer = mnet_certificate("live/keys/" + after(" by=") + ".crt");
                EXPECT_TRUE(signer.is_of(vouched.wwwroot));
                EXPECT_TRUE(signer.verifies(vouched.payload, vouched.signature));
                payload = vouched.payload;
                EXPECT_EQ(payload, mnet_file(base + ".payload.xml"));
            } else {
                ++plain;
            }
            if (is_call) {
                const auto call = decode_call(payload, Dialect::moodle);
                ASSERT_TRUE(call) << call.error().what;
                EXPECT_TRUE(line.ends_with(call->method));
                // No struct in it: what we would have written is what Moodle wrote.
                if (call->params.empty()) {
                    EXPECT_EQ(encode_moodle_call(call->method, call->params), payload);
                }
            } else {
                const auto response = decode_response(payload, Dialect::moodle);
                ASSERT_TRUE(response) << response.error().what;
                EXPECT_EQ(std::holds_alternative<Fault>(*response), line.find("FAULT") != std::string::npos);
            }
        }
    }
    EXPECT_EQ(sealed, 46U);
    EXPECT_EQ(plain, 4U);
}

}  // namespace
}  // namespace assidu::rpc
