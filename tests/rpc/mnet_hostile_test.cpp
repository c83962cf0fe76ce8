// What nobody must get done with an envelope: each small damage, each way to say one thing to Moodle's parser
// and another to ours, and what costs more than it is worth.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "config/limits.h"
#include "rpc/arcfour.h"
#include "rpc/base64.h"
#include "rpc/mnet_envelope.h"
#include "rpc/mnet_reception.h"
#include "rpc/moodle_xmlrpc.h"
#include "tests/rpc/mnet_data.h"
#include "tests/seed.h"

namespace assidu::rpc {
namespace {

namespace limits = config::limits;
using ::testing::HasSubstr;
using tests::kPeerA;
using tests::kPeerB;
using tests::mnet_certificate;
using tests::mnet_file;
using tests::mnet_key;
using tests::mnet_ring;

const std::vector<std::string>& sealed_requests() {
    static const std::vector<std::string> files = [] {
        std::vector<std::string> found;
        for (const auto& entry : std::filesystem::directory_iterator(
                 std::filesystem::path(ASSIDU_SOURCE_DIR) / "tests/data/mnet/encrypted"))
            if (entry.path().filename().string().starts_with("req-"))
                found.push_back("encrypted/" + entry.path().filename().string());
        std::ranges::sort(found);
        return found;
    }();
    return files;
}

MnetMessage received(const std::string& document) {
    static const MnetKeyRing ring = mnet_ring("keys/b");
    static const MnetCertificate a = mnet_certificate("keys/a.crt");
    return receive_message(document, ring, [](const std::string& wwwroot) {
        return wwwroot == kPeerA ? std::optional(a) : std::nullopt;
    });
}

// Refused, or nothing changed that anybody acts on.
void expect_harmless(const std::string& damaged, const MnetMessage& before, const std::string& what) {
    const MnetMessage after = received(damaged);
    if (after.verdict != MnetVerdict::accepted) return;
    EXPECT_EQ(after.payload, before.payload) << what;
    EXPECT_EQ(after.sender, before.sender) << what;
    EXPECT_TRUE(after.is_verified) << what;
}

// All of them under ASSIDU_TEST_ALL_FLIPS, which takes an hour.
bool all_flips() {
    return std::getenv("ASSIDU_TEST_ALL_FLIPS") != nullptr;
}

TEST(MnetHostile, AMessageCutAtAnyByteIsRefused) {
    for (const std::string& file : sealed_requests()) {
        const std::string whole = mnet_file(file);
        ASSERT_EQ(received(whole).verdict, MnetVerdict::accepted) << file;
        // The last byte of the document's end tag; Moodle writes nothing behind it.
        for (std::size_t size = 0; size < whole.find_last_not_of(" \n\r\t"); ++size)
            ASSERT_EQ(received(whole.substr(0, size)).verdict, MnetVerdict::malformed) << file << " " << size;
    }
}

TEST(MnetHostile, AFlippedBitChangesNeitherPayloadNorSenderNorVerdict) {
    tests::Dice dice(tests::test_seed());
    std::size_t flips = 0;
    for (const std::string& file : sealed_requests()) {
        const std::string whole = mnet_file(file);
        const MnetMessage before = received(whole);
        const std::size_t step = all_flips() ? 1 : 64;
        const auto begin = all_flips() ? 0U : static_cast<std::size_t>(dice.roll(0, 63));
        for (std::size_t bit = begin; bit < whole.size() * 8; bit += step, ++flips) {
            std::string damaged = whole;
            damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
            expect_harmless(damaged, before, file + " bit " + std::to_string(bit));
        }
    }
    std::cout << flips << " flips\n";
}

// Of what RC4 leaves unprotected: the attacker flips a bit of the document inside.
TEST(MnetHostile, AFlippedBitInsideTheSealChangesNothingEither) {
    tests::Dice dice(tests::test_seed());
    const MnetKey a = mnet_key("keys/a");
    const std::string payload = mnet_file("xmlrpc/req-get_stats-site.xml");
    const std::string document = sign_envelope(payload, a, kPeerA, 1'795'232'043);
    const MnetCertificate b = mnet_certificate("keys/b.crt");
    const MnetMessage before = received(seal_envelope(document, b, kPeerA));
    ASSERT_EQ(before.verdict, MnetVerdict::accepted) << before.why;
    const std::size_t step = all_flips() ? 1 : 16;
    for (std::size_t bit = all_flips() ? 0U : static_cast<std::size_t>(dice.roll(0, 15));
         bit < document.size() * 8; bit += step) {
        std::string damaged = document;
        damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
        expect_harmless(seal_envelope(damaged, b, kPeerA), before, "bit " + std::to_string(bit));
    }
}

// A signed document as its parts, to put together wrongly.
struct Parts {
    std::string payload = mnet_file("xmlrpc/req-listServices.xml");
    std::string signature = base64(mnet_key("keys/a").sign(payload));
    std::string object = base64(payload);
    std::string other = base64(mnet_file("xmlrpc/req-get_stats-site.xml"));
};

std::string sealed_for_b(const std::string& document) {
    static const MnetCertificate b = mnet_certificate("keys/b.crt");
    return seal_envelope(document, b, kPeerA);
}

std::string with(const std::string& inside) {
    return "<?xml version=\"1.0\"?><signedMessage>" + inside + "</signedMessage>";
}

TEST(MnetHostile, TheSmallestEnvelopesThatMoodleTakesAreTaken) {
    const Parts p;
    const std::string good = with("<SignatureValue>" + p.signature + "</SignatureValue><object>" + p.object +
                                  "</object><wwwroot>" + kPeerA + "</wwwroot>");
    EXPECT_EQ(received(sealed_for_b(good)).verdict, MnetVerdict::accepted);
    EXPECT_EQ(received("\n\n " + sealed_for_b("\n" + good) + "\n\n").verdict, MnetVerdict::accepted);
    std::string wrapped = p.object;
    for (std::size_t at = 60; at < wrapped.size(); at += 61)
        wrapped.insert(at, "\n");
    EXPECT_EQ(received(sealed_for_b(with("<SignatureValue>" + p.signature + "</SignatureValue><object>" +
                                         wrapped + "</object><wwwroot>" + kPeerA + "</wwwroot>")))
                  .verdict,
              MnetVerdict::accepted);
}

// Each of these says something else to Moodle's parser than to one that looks for a single element.
TEST(MnetHostile, NoSecondMeaningIsWrappedIntoASignedMessage) {
    const Parts p;
    const std::string signature = "<SignatureValue>" + p.signature + "</SignatureValue>";
    const std::string object = "<object>" + p.object + "</object>",
                      other = "<object>" + p.other + "</object>";
    const std::string wwwroot = std::string("<wwwroot>") + kPeerA + "</wwwroot>";
    const std::string stranger = "<wwwroot>http://other.example.org</wwwroot>";
    const std::vector<std::string> wrong{
        signature + object + other + wwwroot,
        signature + other + object + wwwroot,
        signature + object + "<OBJECT>" + p.other + "</OBJECT>" + wwwroot,
        signature + object + "<x:object xmlns:x=\"y\">" + p.other + "</x:object>" + wwwroot,
        signature + "<Signature>" + object + "</Signature>" + wwwroot,
        signature + "<wrapper>" + object + "</wrapper>" + wwwroot,
        signature + "<object>" + p.object + "<object>" + p.other + "</object></object>" + wwwroot,
        signature + object + wwwroot + stranger,
        signature + object + stranger + wwwroot,
        signature + object + wwwroot + "<WwwRoot/>",
        signature + object + "<object/>" + wwwroot,
        signature + signature + object + wwwroot,
        signature + "<object><!-- -->" + p.object + "</object>" + wwwroot,
        signature + "<object><![CDATA[" + p.object + "]]></object>" + wwwroot,
        signature + object + "<?php ?>" + wwwroot,
        signature + object + "<wwwroot>" + kPeerA + "<!-- x --></wwwroot>",
        signature + object + "<x><wwwroot>" + kPeerA + "</wwwroot></x>",
        signature + object,
        object + wwwroot,
        signature + wwwroot,
        signature + object + wwwroot + "<CipherValue>AAAA</CipherValue>",
    };
    ASSERT_EQ(received(sealed_for_b(with(signature + object + wwwroot))).verdict, MnetVerdict::accepted);
    for (const std::string& inside : wrong) {
        const MnetMessage message = received(sealed_for_b(with(inside)));
        EXPECT_NE(message.verdict, MnetVerdict::accepted) << inside;
        EXPECT_EQ(message.payload, "") << inside;
    }
    // And around the seal.
    const std::string sealed = sealed_for_b(with(signature + object + wwwroot));
    const std::string end = "</encryptedMessage>";
    for (const std::string& more :
         {stranger, std::string("<CipherValue>AAAA</CipherValue>"), std::string("<ciphervalue/>"), object}) {
        std::string wrapped = sealed;
        wrapped.insert(wrapped.find(end), more);
        EXPECT_EQ(received(wrapped).verdict, MnetVerdict::malformed) << more;
    }
    EXPECT_EQ(received(sealed + sealed).verdict, MnetVerdict::malformed);
    EXPECT_EQ(received(sealed + "<x/>").verdict, MnetVerdict::malformed);
}

TEST(MnetHostile, WhoSealsIsWhoSigns) {
    const std::string document =
        sign_envelope(mnet_file("xmlrpc/req-listServices.xml"), mnet_key("keys/b"), kPeerB, 0);
    const MnetMessage message =
        receive_message(seal_envelope(document, mnet_certificate("keys/b.crt"), kPeerA), mnet_ring("keys/b"),
                        tests::known_in_vectors);
    EXPECT_EQ(message.verdict, MnetVerdict::sender_differs);
    EXPECT_THAT(message.why, HasSubstr("signed in that of 'https://peer-b.example.org/moodle'"));
}

TEST(MnetHostile, EntitiesNeverReachAParser) {
    const std::string bomb =
        "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">]>";
    for (const std::string& document :
         {bomb + with("<wwwroot>&b;</wwwroot>"), bomb + "<encryptedMessage/>", bomb + "<methodCall/>",
          std::string("<signedMessage>&undefined;</signedMessage>"), "<!doctype html>" + with("")}) {
        EXPECT_EQ(received(document).verdict, MnetVerdict::malformed) << document;
        EXPECT_EQ(received(sealed_for_b(document)).verdict, MnetVerdict::not_opened) << document;
    }
}

TEST(MnetHostile, LimitsHoldAtTheLimitAndOnePast) {
    const std::string begin = "<methodCall>", end = "</methodCall>";
    const std::string most(limits::kMnetBodyBytesMax - begin.size() - end.size(), ' ');
    EXPECT_TRUE(read_layer(begin + most + end));
    EXPECT_THAT(read_layer(begin + most + " " + end).error().what, HasSubstr("more than the 4194304"));

    const Parts p;
    const std::string parts = "<SignatureValue>" + p.signature + "</SignatureValue><object>" + p.object +
                              "</object><wwwroot>" + kPeerA + "</wwwroot>";
    const auto with_elements = [&](std::size_t count) {
        std::string inside = parts;
        for (std::size_t i = 0; i < count; ++i)
            inside += "<a/>";
        return with(inside);
    };
    EXPECT_TRUE(read_layer(with_elements(limits::kMnetEnvelopeTagsMax - 4)));
    EXPECT_FALSE(read_layer(with_elements(limits::kMnetEnvelopeTagsMax - 3)));
    const auto with_depth = [&](std::size_t depth) {
        std::string open, close;
        for (std::size_t i = 0; i < depth; ++i) {
            open += "<a>";
            close += "</a>";
        }
        return with(parts + open + close);
    };
    EXPECT_TRUE(read_layer(with_depth(limits::kMnetEnvelopeDepthMax - 1)));
    EXPECT_FALSE(read_layer(with_depth(limits::kMnetEnvelopeDepthMax)));
    // Deep enough for a parser that descends by recursion to end the process.
    std::string deep;
    for (int i = 0; i < 500'000; ++i)
        deep += "<a>";
    EXPECT_FALSE(read_layer(deep));
    EXPECT_FALSE(read_layer(with(deep)));
}

TEST(MnetHostile, ASealedKeyOfAnotherLengthOpensNothing) {
    const SealedEnvelope envelope =
        std::get<SealedEnvelope>(*read_layer(mnet_file("encrypted/req-listServices.enc.xml")));
    const MnetCertificate b = mnet_certificate("keys/b.crt");
    for (const std::size_t size : {0U, 1U, 15U, 17U, 32U, 245U}) {
        SealedEnvelope wrong = envelope;
        wrong.key = b.seal_key(std::string(size, 'k'));
        EXPECT_FALSE(open_envelope(wrong, mnet_ring("keys/b"))) << size;
    }
    for (const std::size_t size : {0U, 1U, 255U, 257U, 4'096U}) {
        SealedEnvelope wrong = envelope;
        wrong.key.assign(size, '\x7f');
        EXPECT_FALSE(open_envelope(wrong, mnet_ring("keys/b"))) << size;
    }
}

TEST(MnetHostile, NumbersAndNothingOfMoodleNeverReachTheLibraryAsSuch) {
    const auto value = [](const std::string& xml) {
        return decode_call("<methodCall><methodName>a/b</methodName><params><param><value>" + xml +
                               "</value></param></params></methodCall>",
                           Dialect::moodle);
    };
    EXPECT_EQ(value("<double> 3.25 </double>")->params.at(0), Value::text("3.25"));
    EXPECT_EQ(value("<double>-1e-7</double>")->params.at(0), Value::text("-1e-7"));
    EXPECT_EQ(value("<nil/>")->params.at(0), Value());
    EXPECT_EQ(value("<ex:nil/>")->params.at(0), Value());
    EXPECT_EQ(value("<ex:i8>5000000000</ex:i8>")->params.at(0), Value::integer(5'000'000'000));
    EXPECT_EQ(value("<int> 5 </int>")->params.at(0), Value::integer(5));
    EXPECT_EQ(value("<boolean>true</boolean>")->params.at(0), Value::boolean(true));
    EXPECT_EQ(value("<string/>")->params.at(0), Value());
    EXPECT_EQ(value("<array><data/></array>")->params.at(0), Value::array({}));
    EXPECT_TRUE(value("<double>" + std::string(limits::kMnetNumberBytesMax, '1') + "</double>"));
    for (const std::string& wrong :
         {std::string("<double>inf</double>"), std::string("<double>nan</double>"),
          std::string("<double>1e</double>"), std::string("<double>.</double>"), std::string("<double/>"),
          std::string("<i8>12x</i8>"), std::string("<i8/>"), std::string("<nil>x</nil>"),
          std::string("<boolean>2</boolean>"),
          "<double>" + std::string(limits::kMnetNumberBytesMax + 1, '1') + "</double>"})
        EXPECT_FALSE(value(wrong)) << wrong;
}

// A process asks OpenSSL for the provider once: this test is run again in one that has none.
TEST(MnetHostile, WithoutTheLegacyProviderTheAnswerSaysWhatToInstall) {
    if (std::getenv("ASSIDU_TEST_NO_PROVIDER") != nullptr) {
        const auto cipher = Arcfour::get();
        ASSERT_FALSE(cipher);
        EXPECT_THAT(cipher.error().what, HasSubstr("legacy"));
        EXPECT_THAT(cipher.error().what, HasSubstr("libssl3"));
        return;
    }
    const ::pid_t child = ::fork();
    if (child == 0) {
        ::setenv("OPENSSL_MODULES", "/nowhere", 1);
        ::setenv("ASSIDU_TEST_NO_PROVIDER", "1", 1);
        ::execl("/proc/self/exe", "test_rpc", "--gtest_filter=MnetHostile.WithoutTheLegacyProvider*",
                nullptr);
        ::_exit(127);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

}  // namespace
}  // namespace assidu::rpc
