#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <iterator>
#include <memory>

#include "config/durable_file.h"
#include "config/limits.h"
#include "node/cli/mnet_commands.h"
#include "node/collect/text.h"
#include "rpc/arcfour.h"
#include "rpc/http_answer.h"
#include "rpc/mnet_envelope.h"
#include "rpc/mnet_reception.h"
#include "rpc/moodle_xmlrpc.h"

namespace assidu::node::cli {
namespace {

using collect::printable;
using config::Refusal;
using config::Result;

ExitCode refused(Console& console, const Refusal& refusal, ExitCode code) {
    console.complain(printable(refusal.what));
    return code;
}

Result<std::string> bytes_of(const std::filesystem::path& path) {
    if (path != "-") return config::read_file(path, 2 * config::limits::kMnetBodyBytesMax);
    return std::string(std::istreambuf_iterator<char>(std::cin), {});
}

Result<rpc::MnetKey> key_of(const std::filesystem::path& path) {
    const auto bytes = bytes_of(path);
    if (!bytes) return std::unexpected(bytes.error());
    auto key = rpc::MnetKey::of(rpc::Secret::copy_of(*bytes), "");
    if (!key) return config::refuse(fmt::format("{}: {}", path.string(), key.error().what));
    return key;
}

Result<rpc::MnetCertificate> certificate_of(const std::filesystem::path& path) {
    const auto bytes = bytes_of(path);
    if (!bytes) return std::unexpected(bytes.error());
    auto certificate = rpc::MnetCertificate::of(*bytes);
    if (!certificate) return config::refuse(fmt::format("{}: {}", path.string(), certificate.error().what));
    return certificate;
}

// Tells of a message, layer by layer.
class Examination {
  public:
    Examination(const OpenEnvelopeArguments& arguments, const rpc::MnetKeyRing* ring,
                const std::optional<rpc::MnetCertificate>& certificate, Console& console)
        : arguments_(arguments), ring_(ring), certificate_(certificate), console_(console) {}

    ExitCode run(const std::string& document);

  private:
    void layer(const std::string& text) { console_.say(fmt::format("layer {}   {}", ++layers_, text)); }
    void detail(const std::string& text) { console_.say("          " + text); }
    ExitCode end(ExitCode code, const std::string& verdict) {
        console_.say("verdict   " + verdict);
        return code;
    }

    void tell(const rpc::SealedEnvelope& envelope);
    void tell_unopened(const rpc::SealedEnvelope& envelope);
    void tell(const rpc::SignedEnvelope& envelope);
    // False if it is no XML-RPC.
    bool tell_payload(const std::string& payload);
    ExitCode judge(const std::string& document, bool is_xmlrpc);

    const OpenEnvelopeArguments& arguments_;
    const rpc::MnetKeyRing* ring_;
    const std::optional<rpc::MnetCertificate>& certificate_;
    Console& console_;
    int layers_ = 0;
    std::string sender_;
    std::optional<std::size_t> key_;      // which opened the seal
    std::optional<std::string> payload_;  // the innermost document
    bool is_sealed_ = false, is_signed_ = false, verifies_ = false, differs_ = false;
};

void Examination::tell(const rpc::SealedEnvelope& envelope) {
    is_sealed_ = true;
    sender_ = envelope.wwwroot;
    layer(fmt::format("sealed: <encryptedMessage> of '{}', {} bytes of data, a sealed key of {} bytes",
                      printable(envelope.wwwroot), envelope.data.size(), envelope.key.size()));
    const auto opened = rpc::open_envelope(envelope, *ring_);
    if (!opened) return tell_unopened(envelope);
    key_ = opened->key;
    detail(fmt::format("opens with {}{}", arguments_.keys[opened->key].string(),
                       opened->key == 0 ? "" : ": a former key, so that the sender is told the one in use"));
    if (const auto* const inside = std::get_if<rpc::SignedEnvelope>(&opened->layer)) {
        tell(*inside);
        if (inside->wwwroot != envelope.wwwroot) {
            differs_ = true;
            detail(fmt::format("it is signed in another name than it is sealed in ('{}')",
                               printable(envelope.wwwroot)));
        }
    } else {
        detail("what was sealed is not signed: nobody vouches for it");
        payload_ = opened->document;
    }
}

void Examination::tell_unopened(const rpc::SealedEnvelope& envelope) {
    for (std::size_t i = 0; i < ring_->keys().size(); ++i) {
        const std::string name = arguments_.keys[i].string();
        const auto inside = ring_->keys()[i].look_into(envelope.key);
        if (!inside) {
            detail(fmt::format("does not open with {}: the key was sealed for another, or is none", name));
        } else if (inside->size() != rpc::kArcfourKeyBytes) {
            detail(fmt::format("does not open with {}: the sealed key has {} bytes, not {}", name,
                               inside->size(), rpc::kArcfourKeyBytes));
        } else {
            const std::string text = rpc::Arcfour::get().value()->apply(inside->reveal(), envelope.data);
            const auto inner = rpc::read_layer(text);
            detail(fmt::format("does not open with {}: what comes out is no message: {}", name,
                               inner ? "it is sealed once more" : printable(inner.error().what)));
        }
    }
    if (envelope.key.size() > envelope.data.size())
        detail(
            "the second part is longer than the first: are they swapped? The data comes first, then the key");
}

void Examination::tell(const rpc::SignedEnvelope& envelope) {
    is_signed_ = true;
    if (!is_sealed_) sender_ = envelope.wwwroot;
    layer(fmt::format("signed: <signedMessage> of '{}', timestamp {} (nobody vouches for either)",
                      printable(envelope.wwwroot),
                      envelope.timestamp.empty() ? "none" : printable(envelope.timestamp)));
    if (!certificate_) {
        detail("the signature is not looked at: no --cert");
    } else {
        verifies_ = certificate_->verifies(envelope.payload, envelope.signature);
        detail(fmt::format("the signature ({} bytes, RSA with SHA-1) {} with {}, fingerprint {}",
                           envelope.signature.size(), verifies_ ? "verifies" : "does NOT verify",
                           arguments_.certificate.string(), certificate_->fingerprint()));
        if (const auto fits = certificate_->is_of(envelope.wwwroot); !fits)
            detail(printable(fits.error().what));
    }
    if (!envelope.digest.empty() && envelope.digest != rpc::payload_digest(envelope.payload))
        detail("the DigestValue is not that of the payload; no Moodle looks at it");
    payload_ = envelope.payload;
}

bool Examination::tell_payload(const std::string& payload) {
    if (const auto call = rpc::decode_call(payload, rpc::Dialect::moodle)) {
        layer(fmt::format("XML-RPC: a call of {} with {} parameters", printable(call->method),
                          call->params.size()));
        if (!rpc::is_mnet_method(call->method)) detail("no Moodle takes that name of a method: fault 713");
        return true;
    } else if (const auto response = rpc::decode_response(payload, rpc::Dialect::moodle)) {
        if (const auto* const fault = std::get_if<rpc::Fault>(&*response)) {
            layer(fmt::format("XML-RPC: fault {}: {}", fault->code, printable(fault->text)));
            if (const auto fresh = rpc::MnetCertificate::of(fault->text))
                detail(fmt::format("it brings the certificate of a new key, of '{}', fingerprint {}",
                                   printable(fresh->common_name()), fresh->fingerprint()));
        } else {
            layer(
                fmt::format("XML-RPC: a response, {}", rpc::name_of(std::get<rpc::Value>(*response).kind())));
        }
        return true;
    } else {
        const bool is_call = payload.find("<methodCall") != std::string::npos;
        layer("not taken as XML-RPC: " + printable(is_call ? call.error().what : response.error().what));
        return false;
    }
}

ExitCode Examination::judge(const std::string& document, bool is_xmlrpc) {
    if (!is_xmlrpc) return end(ExitCode::input, "refused: the document inside is no XML-RPC that is taken");
    if (differs_) return end(ExitCode::input, "refused: sealed in one name, signed in another (fault 710)");
    if (certificate_ && !sender_.empty() && !certificate_->is_of(sender_))
        return end(ExitCode::input,
                   fmt::format("refused: the certificate is not that of '{}'; where none of it is "
                               "known, the answer is fault 7020",
                               printable(sender_)));
    if (is_signed_ && certificate_ && !verifies_)
        return end(ExitCode::input, "refused: not signed with the key of that certificate (fault 710)");
    if (!is_sealed_ && !is_signed_) {
        const auto call = rpc::decode_call(document, rpc::Dialect::moodle);
        if (call && call->method == "system/keyswap")
            return end(ExitCode::unproven, "in no envelope, as system/keyswap may be; nobody vouches for it");
        return end(ExitCode::unproven, call ? "neither signed nor sealed: a Moodle answers with fault 7021"
                                            : "neither signed nor sealed: nobody vouches for it");
    }
    if (!is_sealed_)
        return end(ExitCode::unproven,
                   verifies_ ? "signed, verified and not sealed: a Moodle answers with fault 7021"
                             : "signed and not sealed (fault 7021); the signature was not looked at");
    if (!is_signed_) return end(ExitCode::unproven, "sealed and not signed: a Moodle answers with fault 711");
    if (!certificate_) return end(ExitCode::unproven, "sealed and signed; the signature was not looked at");
    if (*key_ > 0)
        return end(ExitCode::unproven, "sealed for a former key: the answer is fault 7025, with the new one");
    return end(ExitCode::ok, fmt::format("accepted: sealed, and signed by '{}'", printable(sender_)));
}

ExitCode Examination::run(const std::string& document) {
    const auto layer = rpc::read_layer(document);
    if (!layer)
        return end(ExitCode::input,
                   "refused: no message of Moodle Networking: " + printable(layer.error().what));
    if (const auto* const sealed = std::get_if<rpc::SealedEnvelope>(&*layer)) {
        if (ring_ == nullptr) {
            console_.complain("the message is sealed: name the recipient's private key with --key");
            return ExitCode::usage;
        }
        tell(*sealed);
        if (!key_) return end(ExitCode::input, "refused: it does not open (fault 7023)");
    } else if (const auto* const is_signed = std::get_if<rpc::SignedEnvelope>(&*layer)) {
        tell(*is_signed);
    } else {
        payload_ = document;
    }
    const bool is_xmlrpc = tell_payload(*payload_);
    const ExitCode code = judge(document, is_xmlrpc);
    console_.print(*payload_);
    return code;
}

}  // namespace

ExitCode open_envelope_file(const OpenEnvelopeArguments& arguments, Console& console) {
    if (const auto cipher = rpc::Arcfour::get(); !cipher)
        return refused(console, cipher.error(), ExitCode::resource);
    auto bytes = bytes_of(arguments.file);
    if (!bytes) return refused(console, bytes.error(), ExitCode::input);
    std::optional<rpc::MnetKeyRing> ring;
    std::vector<rpc::MnetKey> keys;
    for (const auto& path : arguments.keys) {
        auto key = key_of(path);
        if (!key) return refused(console, key.error(), ExitCode::configuration);
        keys.push_back(std::move(*key));
    }
    if (!keys.empty()) ring.emplace(std::move(keys));
    std::optional<rpc::MnetCertificate> certificate;
    if (!arguments.certificate.empty()) {
        auto read = certificate_of(arguments.certificate);
        if (!read) return refused(console, read.error(), ExitCode::configuration);
        certificate = std::move(*read);
    }
    if (rpc::looks_like_http(*bytes)) {
        auto message = rpc::read_http_message(*bytes);
        if (!message)
            return refused(console, {"the HTTP around it: " + message.error().what}, ExitCode::input);
        console.say(fmt::format(
            "HTTP      {}, {} bytes of body",
            message->status == 0 ? "a request" : fmt::format("an answer, status {}", message->status),
            message->body.size()));
        *bytes = std::move(message->body);
    }
    return Examination(arguments, ring ? &*ring : nullptr, certificate, console).run(*bytes);
}

ExitCode seal_envelope_file(const SealEnvelopeArguments& arguments, const config::Clock& clock,
                            Console& console) {
    if (const auto cipher = rpc::Arcfour::get(); !cipher)
        return refused(console, cipher.error(), ExitCode::resource);
    if (const auto good = rpc::check_wwwroot(arguments.wwwroot); !good)
        return refused(console, good.error(), ExitCode::usage);
    const auto payload = bytes_of(arguments.file);
    if (!payload) return refused(console, payload.error(), ExitCode::input);
    const auto key = key_of(arguments.key);
    if (!key) return refused(console, key.error(), ExitCode::configuration);
    if (!rpc::decode_call(*payload, rpc::Dialect::moodle) &&
        !rpc::decode_response(*payload, rpc::Dialect::moodle))
        console.say("note: this is no XML-RPC that anybody takes; it is signed as it is");
    std::string document = rpc::sign_envelope(*payload, *key, arguments.wwwroot,
                                              arguments.timestamp.value_or(clock.now_utc_s()));
    if (!arguments.recipient.empty()) {
        const auto recipient = certificate_of(arguments.recipient);
        if (!recipient) return refused(console, recipient.error(), ExitCode::configuration);
        document = rpc::seal_envelope(document, *recipient, arguments.wwwroot);
    }
    console.print(document);
    return ExitCode::ok;
}

void add_envelope(CLI::App& app, std::function<ExitCode()>& run, const config::Clock& clock,
                  Console& console) {
    CLI::App* command = app.add_subcommand(
        "envelope", "Messages of Moodle Networking out of files; needs no node (docs/mnet.md)");
    command->require_subcommand(1);
    const auto open = std::make_shared<OpenEnvelopeArguments>();
    CLI::App* opening = command->add_subcommand(
        "open",
        "What a captured message is, layer by layer, what verifies and what does not, on standard error; the "
        "document inside alone on standard output. Exit code 0: sealed, signed and verified; 10: nothing is "
        "wrong, "
        "and not everything proven; 4: refused");
    opening->add_option("FILE", open->file, "The body, or the whole HTTP message; -: standard input")
        ->required();
    opening
        ->add_option(
            "--key", open->keys,
            "The recipient's private key, PEM; may be repeated, the one in use first, then former ones")
        ->allow_extra_args(false);
    opening->add_option("--cert", open->certificate,
                        "The sender's certificate, PEM, as the recipient knows it");
    opening->callback(
        [&run, &console, open] { run = [&console, open] { return open_envelope_file(*open, console); }; });
    const auto seal = std::make_shared<SealEnvelopeArguments>();
    CLI::App* sealing =
        command->add_subcommand("seal", "Sign an XML-RPC document and seal it, to standard output");
    sealing->add_option("FILE", seal->file, "The document; -: standard input")->required();
    sealing->add_option("--key", seal->key, "The sender's private key, PEM")->required();
    sealing->add_option("--cert", seal->recipient, "The recipient's certificate, PEM (default: sign alone)");
    sealing->add_option("--wwwroot", seal->wwwroot, "The sender's address, as the recipient knows it")
        ->required();
    sealing->add_option("--timestamp", seal->timestamp, "Seconds UTC (default: now)");
    sealing->callback([&run, &clock, &console, seal] {
        run = [&clock, &console, seal] { return seal_envelope_file(*seal, clock, console); };
    });
}

}  // namespace assidu::node::cli
