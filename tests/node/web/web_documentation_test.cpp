// The examples of docs/web-services.md are run, by curl in a shell as their reader would, and say what they
// say.

#include "tests/node/web/web_fixture.h"

namespace assidu::tests {
namespace {

struct Example {
    std::string command, output;
};

std::vector<Example> examples_of(const std::string& page) {
    static const std::string kFence = "```console\n$ ";
    std::vector<Example> found;
    for (std::size_t at = page.find(kFence); at != std::string::npos; at = page.find(kFence, at + 1)) {
        const std::size_t command = at + kFence.size(), output = page.find('\n', command) + 1;
        found.push_back({page.substr(command, output - command - 1),
                         page.substr(output, page.find("\n```", output) + 1 - output)});
    }
    return found;
}

std::string output_of(const std::string& command) {
    std::string out;
    FILE* const pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) return "cannot run it";
    char buffer[4'096];
    for (std::size_t size = 0; (size = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
        out.append(buffer, size);
    EXPECT_EQ(::pclose(pipe), 0) << command;
    return out;
}

TEST_F(WebProcess, TheExamplesOfThePageForDevelopersAreWhatTheySay) {
    init();
    import_people();
    listen();
    serve();
    const std::string secret = token({"--students", "institution=Lyon"});
    const auto examples =
        examples_of(contents_of(std::filesystem::path(ASSIDU_SOURCE_DIR) / "docs" / "web-services.md"));
    ASSERT_EQ(examples.size(), 5U);
    for (const Example& example : examples) {
        std::string command = example.command;
        const std::string there = "https://assidu.univ-lyon.fr";
        for (std::size_t at = command.find(there); at != std::string::npos; at = command.find(there))
            command.replace(at, there.size(), root);
        std::string output = output_of("TOKEN=" + secret + "; " + command);
        std::erase(output, '\r');
        if (!output.ends_with('\n')) output += '\n';
        EXPECT_EQ(output, example.output) << command;
    }
}

TEST_F(WebProcess, OverTlsItsCertificateIsShownAndItsCookiesAreOfThisHostAlone) {
    init();
    import_people();
    output_of(
        "cd '" + dir() +
        "' && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout web.key -out "
        "web.pem "
        "-days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 2> /dev/null && chmod 600 web.key");
    output_of("printf 'correct horse battery\\n' | '" + std::string(ASSIDU_BINARY_DIR) + "/assidu' --dir '" +
              dir() + "' --quiet staff put anne --students everyone");
    listen("tls_certificate = \"web.pem\"\ntls_key = \"web.key\"\n");
    serve();
    ASSERT_THAT(root, ::testing::StartsWith("https://127.0.0.1:"));
    const std::string curl = "curl -s -i --cacert '" + dir() + "/web.pem' ";
    const std::string page = output_of(curl + root + "/");
    EXPECT_THAT(page, ::testing::HasSubstr("200 OK"));
    EXPECT_THAT(page, ::testing::HasSubstr("Strict-Transport-Security: max-age=31536000"));
    const std::string login = output_of(
        curl + root + "/staff/login -d name=anne --data-urlencode 'password=correct horse battery'");
    EXPECT_THAT(login, ::testing::HasSubstr("Set-Cookie: __Host-assidu="));
    EXPECT_THAT(login, ::testing::HasSubstr("; Secure"));
}

}  // namespace
}  // namespace assidu::tests
