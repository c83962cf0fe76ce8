#include "rpc/mnet_envelope.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <new>
#include <pugixml.hpp>
#include <utility>
#include <vector>

#include "config/digest.h"
#include "config/limits.h"
#include "rpc/arcfour.h"
#include "rpc/base64.h"
#include "rpc/prescan.h"
#include "rpc/xml_text.h"

namespace assidu::rpc {
namespace {

namespace limits = config::limits;
using config::refuse;
using config::Result;

// As in rpc/prescan.cpp: references unresolved, whatever stands beside the root seen.
constexpr unsigned kParse = pugi::parse_cdata | pugi::parse_comments | pugi::parse_declaration |
                            pugi::parse_doctype | pugi::parse_pi | pugi::parse_eol | pugi::parse_fragment;

constexpr std::string_view kSealedRoot = "encryptedMessage";
constexpr std::string_view kSignedRoot = "signedMessage";

// The parts that Moodle's parser knows wherever they stand.
enum Part : std::size_t {
    cipher_value,
    signature_value,
    object,
    wwwroot,
    timestamp,
    digest_value,
    part_count
};
constexpr std::array<std::string_view, part_count> kParts{"CipherValue", "SignatureValue", "object",
                                                          "wwwroot",     "timestamp",      "DigestValue"};
using Parts = std::array<std::vector<pugi::xml_node>, part_count>;

bool same_but_for_case(std::string_view one, std::string_view other) {
    const auto lower = [](char byte) {
        return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte | 0x20) : byte;
    };
    return std::ranges::equal(one, other, {}, lower, lower);
}

// What follows the prefix of a namespace.
std::string_view local_name(const pugi::xml_node& node) {
    const std::string_view name = node.name();
    const std::size_t colon = name.rfind(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

// The root, after a declaration, comments and blanks at most.
Result<pugi::xml_node> root_of(const pugi::xml_document& document) {
    pugi::xml_node root;
    for (const pugi::xml_node& node : document.children()) {
        if (node.type() == pugi::node_comment || (node.type() == pugi::node_declaration && !root)) continue;
        if (node.type() == pugi::node_pcdata && is_blank(node.value())) continue;
        if (node.type() != pugi::node_element || root)
            return refuse(fmt::format("beside its root stands \"{}\"",
                                      shown(*node.name() != '\0' ? node.name() : node.value())));
        root = node;
    }
    if (!root) return refuse("it has no root element");
    return root;
}

// Walks an envelope without recursion, and gives the parts that Moodle would see.
Result<Parts> parts_of(const pugi::xml_node& root) {
    Parts parts;
    std::size_t elements = 0, depth = 1;
    for (pugi::xml_node node = root;;) {
        switch (node.type()) {
            case pugi::node_element:
                if (++elements > limits::kMnetEnvelopeTagsMax || depth > limits::kMnetEnvelopeDepthMax)
                    return refuse("it has more elements than an envelope");
                for (std::size_t part = 0; part < part_count; ++part)
                    if (same_but_for_case(local_name(node), kParts[part])) parts[part].push_back(node);
                break;
            case pugi::node_comment:
            case pugi::node_pcdata:
                break;
            default:
                return refuse(fmt::format("\"{}\" is no markup of an envelope",
                                          shown(*node.name() != '\0' ? node.name() : node.value())));
        }
        if (node.first_child()) {
            node = node.first_child();
            ++depth;
            continue;
        }
        while (node != root && !node.next_sibling()) {
            node = node.parent();
            --depth;
        }
        if (node == root) return parts;
        node = node.next_sibling();
    }
}

Result<void> expect(const Parts& parts, Part part, std::size_t least, std::size_t most) {
    const std::size_t count = parts[part].size();
    if (count >= least && count <= most) return {};
    if (count == 0) return refuse(fmt::format("<{}> is missing", kParts[part]));
    if (most == 0) return refuse(fmt::format("<{}> does not belong there", kParts[part]));
    return refuse(fmt::format("<{}> is there {} times, not {}", kParts[part], count, most));
}

// The text of a part, which may hold nothing else.
Result<std::string> text_of(const pugi::xml_node& element) {
    std::string text;
    const pugi::xml_node child = element.first_child();
    if (!child) return text;
    if (child.next_sibling() || child.type() != pugi::node_pcdata ||
        append_resolved(text, child.value()).has_value())
        return refuse(fmt::format("<{}> holds something else than text", local_name(element)));
    return text;
}

Result<std::string> child_text(const Parts& parts, Part part, const pugi::xml_node& root) {
    if (parts[part].empty()) return std::string();
    if (parts[part].front().parent() != root)
        return refuse(
            fmt::format("<{}> stands inside <{}>", kParts[part], shown(parts[part].front().parent().name())));
    return text_of(parts[part].front());
}

Result<std::string> bytes_of(const pugi::xml_node& element) {
    const auto text = text_of(element);
    if (!text) return text;
    const auto bytes = unbase64_spaced(*text);
    if (!bytes) return refuse(fmt::format("<{}> is no base64", local_name(element)));
    return *bytes;
}

Result<MnetLayer> sealed_of(const pugi::xml_node& root, const Parts& parts) {
    for (const auto& good : {expect(parts, cipher_value, 2, 2), expect(parts, wwwroot, 1, 1),
                             expect(parts, signature_value, 0, 0), expect(parts, object, 0, 0)})
        if (!good) return std::unexpected(good.error());
    // By position, as Moodle has it: the data first, then the sealed key.
    auto data = bytes_of(parts[cipher_value][0]);
    auto key = bytes_of(parts[cipher_value][1]);
    auto sender = child_text(parts, wwwroot, root);
    for (const auto* part : {&data, &key, &sender})
        if (!*part) return std::unexpected(part->error());
    return SealedEnvelope{std::move(*data), std::move(*key), std::move(*sender)};
}

Result<MnetLayer> signed_of(const pugi::xml_node& root, const Parts& parts) {
    for (const auto& good : {expect(parts, object, 1, 1), expect(parts, signature_value, 1, 1),
                             expect(parts, wwwroot, 1, 1), expect(parts, timestamp, 0, 1),
                             expect(parts, digest_value, 0, 1), expect(parts, cipher_value, 0, 0)})
        if (!good) return std::unexpected(good.error());
    if (parts[object].front().parent() != root)
        return refuse(
            fmt::format("<object> stands inside <{}>", shown(parts[object].front().parent().name())));
    auto payload = bytes_of(parts[object].front());
    auto signature = bytes_of(parts[signature_value].front());
    auto sender = child_text(parts, wwwroot, root);
    auto time = child_text(parts, timestamp, root);
    auto digest = parts[digest_value].empty() ? Result<std::string>() : text_of(parts[digest_value].front());
    for (const auto* part : {&payload, &signature, &sender, &time, &digest})
        if (!*part) return std::unexpected(part->error());
    return SignedEnvelope{std::move(*payload), std::move(*signature), std::move(*sender), std::move(*time),
                          std::move(*digest)};
}

}  // namespace

Result<MnetLayer> read_layer(std::string_view document) {
    const std::size_t begin = document.find_first_not_of(kBlanks);
    document = begin == std::string_view::npos ? std::string_view() : document.substr(begin);
    if (const auto good = check_bytes(document, limits::kMnetBodyBytesMax); !good)
        return std::unexpected(good.error());
    pugi::xml_document tree;
    const auto parsed = tree.load_buffer(document.data(), document.size(), kParse, pugi::encoding_utf8);
    if (parsed.status == pugi::status_out_of_memory) throw std::bad_alloc();
    if (!parsed)
        return refuse(
            fmt::format("it is not well-formed XML at byte {}: {}", parsed.offset, parsed.description()));
    const auto root = root_of(tree);
    if (!root) return std::unexpected(root.error());
    const std::string_view name = root->name();
    if (name == "methodCall" || name == "methodResponse") return BareDocument{name == "methodCall"};
    if (name != kSealedRoot && name != kSignedRoot)
        return refuse(fmt::format("its root is <{}>: no message of Moodle Networking", shown(name)));
    const auto parts = parts_of(*root);
    auto layer = !parts                ? std::unexpected(parts.error())
                 : name == kSealedRoot ? sealed_of(*root, *parts)
                                       : signed_of(*root, *parts);
    if (!layer) return refuse(fmt::format("<{}> is not taken: {}", name, layer.error().what));
    return layer;
}

std::string payload_digest(std::string_view payload) {
    std::array<std::uint8_t, 20> digest{};
    unsigned size = 0;
    if (EVP_Digest(payload.data(), payload.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1)
        throw config::ResourceFailure("OpenSSL cannot compute SHA-1");
    return config::hex(digest);
}

std::string sign_envelope(std::string_view payload, const MnetKey& key, std::string_view own_wwwroot,
                          std::int64_t now_utc_s) {
    std::string address;
    append_escaped(address, own_wwwroot);
    return fmt::format(
        R"(<?xml version="1.0" encoding="iso-8859-1"?>
<signedMessage>
<Signature Id="MoodleSignature" xmlns="http://www.w3.org/2000/09/xmldsig#">
<SignedInfo>
<CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"/>
<SignatureMethod Algorithm="http://www.w3.org/2000/09/xmldsig#rsa-sha1"/>
<Reference URI="#XMLRPC-MSG">
<DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/>
<DigestValue>{0}</DigestValue>
</Reference>
</SignedInfo>
<SignatureValue>{1}</SignatureValue>
<KeyInfo><RetrievalMethod URI="{2}/mnet/publickey.php"/></KeyInfo>
</Signature>
<object ID="XMLRPC-MSG">{3}</object>
<wwwroot>{2}</wwwroot>
<timestamp>{4}</timestamp>
</signedMessage>)",
        payload_digest(payload), base64(key.sign(payload)), address, base64(payload), now_utc_s);
}

std::string seal_envelope(std::string_view document, const MnetCertificate& recipient,
                          std::string_view own_wwwroot) {
    const auto cipher = Arcfour::get();
    if (!cipher) throw config::ResourceFailure(cipher.error().what);
    const Secret key = Secret::random(kArcfourKeyBytes);
    std::string address;
    append_escaped(address, own_wwwroot);
    return fmt::format(
        R"(<?xml version="1.0" encoding="iso-8859-1"?>
<encryptedMessage>
<EncryptedData Id="ED" xmlns="http://www.w3.org/2001/04/xmlenc#">
<EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#arcfour"/>
<ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
<ds:RetrievalMethod URI="#EK" Type="http://www.w3.org/2001/04/xmlenc#EncryptedKey"/>
<ds:KeyName>XMLENC</ds:KeyName>
</ds:KeyInfo>
<CipherData><CipherValue>{}</CipherValue></CipherData>
</EncryptedData>
<EncryptedKey Id="EK" xmlns="http://www.w3.org/2001/04/xmlenc#">
<EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#rsa-1_5"/>
<ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:KeyName>SSLKEY</ds:KeyName></ds:KeyInfo>
<CipherData><CipherValue>{}</CipherValue></CipherData>
<ReferenceList><DataReference URI="#ED"/></ReferenceList>
<CarriedKeyName>XMLENC</CarriedKeyName>
</EncryptedKey>
<wwwroot>{}</wwwroot>
</encryptedMessage>
)",
        base64((*cipher)->apply(key.reveal(), document)), base64(recipient.seal_key(key.reveal())), address);
}

std::optional<OpenedEnvelope> open_envelope(const SealedEnvelope& envelope, const MnetKeyRing& ring) {
    const auto cipher = Arcfour::get();
    if (!cipher) throw config::ResourceFailure(cipher.error().what);
    for (std::size_t i = 0; i < ring.keys().size(); ++i) {
        const Secret key = ring.keys()[i].open_key(envelope.key);
        OpenedEnvelope opened{(*cipher)->apply(key.reveal(), envelope.data), {}, i};
        auto layer = read_layer(opened.document);
        if (!layer || std::holds_alternative<SealedEnvelope>(*layer)) continue;
        opened.layer = std::move(*layer);
        return opened;
    }
    return std::nullopt;
}

}  // namespace assidu::rpc
