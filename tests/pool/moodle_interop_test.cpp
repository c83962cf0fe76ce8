// A node and Moodle's own code for Moodle Networking, in both directions, with new keys on both sides. Needs
// `php` and a Moodle tree where ASSIDU_MOODLE says (tests/interop/README.md); skips, and says so, otherwise.

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "rpc/web_post.h"
#include "tests/pool/mnet_fixture.h"
#include "tests/serving_process.h"

namespace assidu::tests {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr const char* kMethod = "blocks/use_stats/rpclib.php/use_stats_rpc_get_stats";

// RC4 for PHP: on a Debian as it comes, no Moodle seals anything.
constexpr const char* kOpenSsl =
    "openssl_conf = init\n[init]\nproviders = providers\n[providers]\ndefault = on\nlegacy = "
    "on\n[on]\nactivate = 1\n"
    "[req]\ndistinguished_name = dn\ndefault_bits = 2048\nx509_extensions = v3_ca\nstring_mask = "
    "utf8only\n[dn]\n"
    "[v3_ca]\nbasicConstraints = critical,CA:true\n";

class MoodleInterop : public MnetNodes {
  protected:
    void SetUp() override {
        const char* const tree = std::getenv("ASSIDU_MOODLE");
        if (tree == nullptr) GTEST_SKIP() << "ASSIDU_MOODLE names no Moodle tree";
        if (std::system("php -r 'exit(extension_loaded(\"curl\") && extension_loaded(\"openssl\") ? 0 : 1);' "
                        ">/dev/null 2>&1") != 0)
            GTEST_SKIP() << "no php with curl and openssl";
        ASSERT_TRUE(fs::exists(fs::path(tree) / "lib/phpxmlrpc")) << tree << ": not a Moodle of 4.1 to 5.0";
        fs::create_directories(site() / "lib");
        fs::copy(fs::path(tree) / "mnet", site() / "mnet", fs::copy_options::recursive);
        fs::copy(fs::path(tree) / "lib/phpxmlrpc", site() / "lib/phpxmlrpc", fs::copy_options::recursive);
        for (const char* file : {"config.php", "act.php"})
            fs::copy(fs::path(ASSIDU_SOURCE_DIR) / "tests/interop" / file, site() / file);
        folder.write("openssl.cnf", kOpenSsl);
        ports_["moodle"] = free_port();
        folder.write("site/wwwroot", wwwroot("moodle") + "\n");
        fingerprint_ = act("fingerprint");  // makes its key
        serve();
        make_node("node");
    }
    void TearDown() override {
        if (server_ <= 0) return;
        ::kill(-server_, SIGTERM);
        ::waitpid(server_, nullptr, 0);
    }
    [[nodiscard]] fs::path site() const { return folder / "site"; }

    // What somebody does at that Moodle: its output, without the last line feed; its errors are in
    // act_errors().
    std::string act(const std::string& arguments, bool good = true) {
        const std::string command = "cd '" + site().string() + "' && OPENSSL_CONF='" +
                                    (folder / "openssl.cnf").string() + "' php act.php " + arguments + " >'" +
                                    (folder / "out").string() + "' 2>'" + (folder / "err").string() + "'";
        const int status = std::system(command.c_str());
        EXPECT_EQ(status == 0, good) << arguments << "\n" << act_errors();
        std::string out = contents_of(folder / "out");
        if (out.ends_with('\n')) out.pop_back();
        return out;
    }
    std::string act_errors() { return contents_of(folder / "err"); }

    // PHP's own server, in a group of its own: it has workers.
    void serve() {
        server_ = ::fork();
        if (server_ == 0) {
            ::setpgid(0, 0);
            ::setenv("OPENSSL_CONF", (folder / "openssl.cnf").c_str(), 1);
            ::setenv("PHP_CLI_SERVER_WORKERS", "4", 1);
            const int log = ::open((folder / "php.log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
            ::dup2(log, 1);
            ::dup2(log, 2);
            const std::string at = "127.0.0.1:" + std::to_string(ports_["moodle"]);
            ::execlp("php", "php", "-S", at.c_str(), "-t", site().c_str(), nullptr);
            ::_exit(127);
        }
        ::setpgid(server_, server_);
        const auto url = rpc::web_url_of(wwwroot("moodle") + "/mnet/xmlrpc/server.php");
        for (int i = 0; i < 500 && !rpc::web_post(*url, "text/xml", "<x/>"); ++i)
            ::poll(nullptr, 0, 20);
    }
    std::string pinned() {
        return line_of(at("node", {"peer", "show", wwwroot("moodle")}).out, "fingerprint  ");
    }

    std::string fingerprint_;
    ::pid_t server_ = -1;
};

TEST_F(MoodleInterop, EachAddsTheOtherAndCallsAndNewKeysAreLearnt) {
    ServingProcess node(folder / "node");
    node.wait_for("MNet fingerprint  ");
    // Moodle's administrator adds the node: title and key, and by Moodle's keyswap we know the Moodle.
    EXPECT_EQ(act("add " + wwwroot("node")), "Assidu: Université de Lyon");
    EXPECT_THAT(at("node", {"peer", "show", wwwroot("moodle")}).out, HasSubstr("proposed"));
    EXPECT_EQ(pinned(), fingerprint_);
    EXPECT_EQ(act("call " + wwwroot("node") + " system/listServices"), "[]");
    // Ours adds the Moodle, by Moodle's own system/keyswap.
    const Finished added = at("node", {"peer", "add", wwwroot("moodle"), "--fingerprint", fingerprint_});
    EXPECT_EQ(added.exit_code, 0) << added.err;
    const Finished services = at("node", {"call", wwwroot("moodle"), "system/listServices"});
    EXPECT_EQ(services.exit_code, 0) << services.err << contents_of(folder / "php.log");
    EXPECT_EQ(nlohmann::json::parse(services.out)[0]["name"], "use_stats");
    EXPECT_EQ(at("node", {"call", wwwroot("moodle"), "auth/mnet/auth.php/user_authorise"}).exit_code, 4);
    std::cout << "$ assidu peer add\n"
              << added.out << added.err << "$ assidu call system/listServices\n"
              << services.out;

    // Moodle's client asks for a student's time.
    ASSERT_EQ(
        at("node", {"peer", "grant", wwwroot("moodle"), "use_stats", "--students", "everyone"}).exit_code, 0);
    EXPECT_THAT(act("call " + wwwroot("node") + " system/listServices"), HasSubstr("\"use_stats\""));
    const nlohmann::json params = {{{"username", "rpcadmin"},
                                    {"remoteuserhostroot", wwwroot("moodle")},
                                    {"remotehostroot", wwwroot("moodle")}},
                                   "nobody-é",
                                   "",
                                   "1",
                                   0};
    const std::string asked = "call " + wwwroot("node") + " " + kMethod + " '" + params.dump() + "'";
    EXPECT_THAT(act(asked), HasSubstr("Target user does not exist."));
    // Faults, as Moodle's client reads them.
    (void)act("call " + wwwroot("node") + " blocks/other/rpclib.php/other", /*good=*/false);
    EXPECT_THAT(act_errors(), HasSubstr("7012 : Unable to locate function, or function prohibited for RPC."));

    // The Moodle's key expires: it calls with the new one, and we ask back inside its call.
    act("rotate");
    const std::string second = act("fingerprint");
    ASSERT_NE(second, fingerprint_);
    EXPECT_THAT(act("call " + wwwroot("node") + " system/listServices"), HasSubstr("\"use_stats\""));
    EXPECT_EQ(pinned(), second) << node.log();
    // Once more, and this time we call first, and are told by 7025.
    act("rotate");
    const Finished renewed = at("node", {"call", wwwroot("moodle"), "system/listServices"});
    EXPECT_EQ(renewed.exit_code, 0) << renewed.err << contents_of(folder / "php.log");
    EXPECT_THAT(renewed.err, HasSubstr("has a new key"));
    EXPECT_EQ(pinned(), act("fingerprint"));
    // Our own key changes: Moodle's client stores the new one from our 7025 and repeats its call.
    ASSERT_EQ(at("node", {"peer", "rotate"}).exit_code, 0);
    wait_for_new_second();
    EXPECT_THAT(act("call " + wwwroot("node") + " system/listServices"), HasSubstr("\"use_stats\""));
    EXPECT_THAT(at("node", {"call", wwwroot("moodle"), "system/listServices"}).out, HasSubstr("use_stats"));
    // And once more: now the Moodle is called with a key that it does not know, and asks us back meanwhile.
    ASSERT_EQ(at("node", {"peer", "rotate"}).exit_code, 0);
    wait_for_new_second();
    const Finished nested = at("node", {"call", wwwroot("moodle"), "system/listServices"});
    EXPECT_EQ(nested.exit_code, 0) << nested.err << contents_of(folder / "php.log");
    EXPECT_EQ(node.end(SIGTERM), 0);
}

}  // namespace
}  // namespace assidu::tests
