// The pages in a real browser: logged in and downloaded with the keyboard alone, in both languages, with
// nothing that the browser's own console objects to.

#include <cstdlib>
#include <thread>

#include "tests/browser/web_driver.h"
#include "tests/node/web/web_fixture.h"

namespace assidu::tests {
namespace {

using ::testing::HasSubstr;

// Fields without a name that is read out, doubled ids, a missing language or heading.
constexpr const char* kFaults = R"(
  const faults = [];
  for (const field of document.querySelectorAll('input:not([type=hidden]), select'))
    if (!field.labels || field.labels.length !== 1) faults.push('no label: ' + field.id);
  const ids = [...document.querySelectorAll('[id]')].map(one => one.id);
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) faults.push('twice: ' + id);
  if (!document.documentElement.lang) faults.push('no lang');
  if (document.querySelectorAll('h1').length !== 1) faults.push('not one h1');
  if (document.documentElement.scrollWidth > window.innerWidth) faults.push('scrolls sideways');
  if (document.scripts.length) faults.push('a script');
  return faults.join('; ');
)";

class Browser : public WebProcess {
  protected:
    void SetUp() override {
        if (!WebDriver::is_there()) GTEST_SKIP() << "no ChromeDriver: scripts/install-packages browser";
        init();
        import_people();
        const std::string command = "printf 'correct horse battery\\n' | '" + std::string(ASSIDU_BINARY_DIR) +
                                    "/assidu' --dir '" + dir() +
                                    "' --quiet staff put anne --students institution=Lyon > /dev/null";
        ASSERT_EQ(std::system(command.c_str()), 0);
        ASSERT_EQ(run({"report", "student", "--student", "elodie", "--from", "2026-03-01", "--to",
                       "2026-03-07", "--package", "--out", folder / "out"})
                      .exit_code,
                  0);
        listen();
        serve();
        browser.emplace(folder.path());
    }
    // Tab until the focus is on the element of that id.
    void tab_to(const std::string& selector) {
        constexpr int kTabsMax = 40;
        for (int i = 0; i < kTabsMax; ++i) {
            browser->press(kTab);
            if (browser->run("return document.activeElement.matches('" + selector + "')") == true) return;
        }
        ADD_FAILURE() << "the keyboard does not reach " << selector;
    }
    void expect_no_faults() {
        EXPECT_EQ(browser->run(kFaults), "");
        EXPECT_EQ(browser->complaints(), "");
    }

    std::optional<WebDriver> browser;
};

TEST_F(Browser, AReportIsDownloadedWithTheKeyboardAlone) {
    browser->go(root + "/staff?lang=fr");
    EXPECT_THAT(browser->title(), HasSubstr("Connexion du personnel"));
    expect_no_faults();
    browser->picture("login-fr");
    tab_to("#name");
    browser->type("#name", "anne");
    tab_to("#password");
    browser->type("#password", std::string("correct horse battery") + kEnter);
    browser->run("return document.querySelector('#student').options.length");
    EXPECT_THAT(browser->title(), HasSubstr("Rapports d'assiduit\xC3\xA9"));
    expect_no_faults();
    browser->picture("staff-fr");
    browser->go(root + "/staff?lang=en&q=elodie");
    EXPECT_THAT(browser->title(), HasSubstr("Attendance reports"));
    EXPECT_EQ(browser->run("return document.querySelector('#student').value.length"), 32);
    expect_no_faults();
    browser->picture("staff-en");
    browser->run(
        "document.querySelector('#s-from').value = '2026-03-01'; document.querySelector('#s-to').value = "
        "'2026-03-31'");
    tab_to("#s-format");
    tab_to("form[action=\"/staff/report\"] button");
    browser->press(kEnter);
    const auto has_pdf = [&] {
        for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
            if (entry.path().extension() == ".pdf") return true;
        return false;
    };
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!has_pdf() && std::chrono::steady_clock::now() < deadline)
        browser->run("return 1");
    EXPECT_TRUE(has_pdf());
    EXPECT_THAT(run({"audit"}).out,
                HasSubstr("staff anne web.report.student of universite-de-lyon  told: 1 students"));
}

// Asked for with the keyboard alone, followed without a script, downloaded.
TEST_F(Browser, ABatchIsAskedForFollowedAndDownloadedWithTheKeyboardAlone) {
    ASSERT_EQ(run({"dossier", "import",
                   folder.write("dossiers.csv",
                                "student;funder;dossier;from;to\n"
                                "elodie;R\xC3\xA9gion Auvergne-Rh\xC3\xB4ne-Alpes;R-1;2026-01-01;2026-06-30\n"
                                "lea;OPCO & fils;R-2;2026-01-01;2026-03-01\n")})
                  .exit_code,
              0);
    browser->go(root + "/staff?lang=fr");
    browser->type("#name", "anne");
    browser->type("#password", std::string("correct horse battery") + kEnter);
    browser->run("return document.querySelector('#student').options.length");
    browser->go(root + "/staff/batches?lang=fr");
    expect_no_faults();
    browser->picture("batches-fr");
    tab_to("#whom");
    tab_to("input[name=student]");
    browser->press(kSpace);
    browser->run(
        "document.querySelector('#whom').value = ''; document.querySelector('#b-from').value = '2026-03-01'; "
        "document.querySelector('#b-to').value = '2026-03-07'");
    tab_to("#f-pdf");
    tab_to("#b-groups");
    browser->press(kSpace);
    tab_to("form[action=\"/staff/batches\"] button");
    browser->press(kEnter);
    // The page loads itself again until the batch is done.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    const auto is_done = [&] {
        try {
            return browser->run(
                       "return document.querySelector('h2#h-batch + p .state')?.textContent ?? ''") ==
                   "Termin\xC3\xA9";
        } catch (const std::runtime_error&) {
            return false;  // asked while the page was being loaded again
        }
    };
    while (!is_done() && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    EXPECT_EQ(browser->run("return document.querySelector('.state').textContent"), "Termin\xC3\xA9");
    EXPECT_EQ(browser->run("return document.querySelectorAll('meta[http-equiv=refresh]').length"), 0);
    expect_no_faults();
    browser->picture("batch-fr");
    browser->go(root + "/staff/batch/1?lang=en");
    expect_no_faults();
    browser->picture("batch-en");
    EXPECT_THAT(browser->run("return document.querySelector('[aria-labelledby=h-troubles]').textContent")
                    .get<std::string>(),
                HasSubstr("[time_after_end]"));
    EXPECT_EQ(browser->run("return [...document.querySelectorAll('button')].filter(one => !(one.ariaLabel || "
                           "one.textContent)).length"),
              0);
    tab_to("button[name=zip]");
    browser->press(kEnter);
    const auto has_zip = [&] { return std::filesystem::exists(folder / "batch-1.zip"); };
    while (!has_zip() && std::chrono::steady_clock::now() < deadline)
        browser->run("return 1");
    EXPECT_TRUE(has_zip());
    browser->go(root + "/staff/batches?lang=en&q=elodie");
    expect_no_faults();
    browser->picture("batches-en");
}

TEST_F(Browser, APackageIsCheckedInBothLanguages) {
    std::string package;
    for (const auto& entry : std::filesystem::directory_iterator(folder / "out"))
        if (entry.path().extension() == ".zip") package = entry.path();
    for (const auto& [language, verdict] :
         {std::pair("fr", "Tout est v\xC3\xA9rifi\xC3\xA9"), std::pair("en", "Everything holds")}) {
        browser->go(root + "/verify?lang=" + language);
        expect_no_faults();
        browser->type("#package", package);
        browser->click("form[action=\"/verify\"] button");
        EXPECT_THAT(
            browser->run("return document.querySelector('.good, .alert').textContent").get<std::string>(),
            HasSubstr(verdict));
        expect_no_faults();
        browser->picture(std::string("verify-") + language);
    }
    browser->go(root + "/?lang=fr");
    expect_no_faults();
    browser->picture("front-fr");
}

}  // namespace
}  // namespace assidu::tests
