// Staff have many reports made at once: asked for on a page, made by the serving node, followed and
// downloaded.

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "config/limits.h"
#include "node/node.h"
#include "reports/package/zip.h"
#include "tests/node/web/staff_fixture.h"

namespace assidu::tests {
namespace {

namespace limits = config::limits;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class BatchPagesTest : public StaffProcess {
  protected:
    // Élodie and Léa of Lyon, Paul of Nantes; Élodie has a dossier of the Région and one of an OPCO, Léa of
    // the Région.
    void SetUp() override {
        StaffProcess::SetUp();
        ASSERT_EQ(run({"dossier", "import",
                       folder.write("dossiers.csv",
                                    "student;funder;dossier;from;to;groups\n"
                                    "elodie;R\xC3\xA9gion;R-1;2026-01-01;2026-06-30;G1\n"
                                    "elodie;OPCO & fils;O-1;2026-01-01;2026-06-30;\n"
                                    "lea;R\xC3\xA9gion;R-2;2026-01-01;2026-06-30;G2\n")})
                      .exit_code,
                  0);
        ASSERT_EQ(put_staff("anne", "institution=Lyon"), 0);
        ASSERT_EQ(put_staff("nora", "institution=Nantes"), 0);
        ASSERT_EQ(put_staff("eve", "everyone"), 0);
        ASSERT_EQ(put_staff("region", "funder=region"), 0);
        listen();
        // For what the intake and the scale's days cost, the first round is over before a test begins.
        serve();
    }
    [[nodiscard]] std::string page_of(const std::string& cookie,
                                      const std::string& place = "/staff/batches") const {
        return get(place, cookie + "Accept-Language: en\r\n");
    }
    // Asks for a batch of March's first week.
    [[nodiscard]] std::string ask(const std::string& cookie, const std::string& more) const {
        return post("/staff/batches", kForm,
                    "csrf=" + csrf_in(page_of(cookie)) + "&from=2026-03-01&to=2026-03-07&language=en&" + more,
                    cookie + "Accept-Language: en\r\n");
    }
    [[nodiscard]] std::string act(const std::string& cookie, const std::string& place,
                                  const std::string& what) const {
        return post(place, kForm, "csrf=" + csrf_in(page_of(cookie)) + "&" + what,
                    cookie + "Accept-Language: en\r\n");
    }
    // The values of the buttons of that name, on a page.
    static std::vector<std::string> values_in(const std::string& page, const std::string& name) {
        std::vector<std::string> values;
        const std::string mark = "name=\"" + name + "\" value=\"";
        for (std::size_t at = page.find(mark); at != std::string::npos; at = page.find(mark, at + 1))
            values.push_back(
                page.substr(at + mark.size(), page.find('"', at + mark.size()) - at - mark.size()));
        return values;
    }
    static std::string ending(const std::vector<std::string>& values, const std::string& end,
                              const std::string& with = "") {
        for (const std::string& value : values)
            if (value.ends_with(end) && value.contains(with)) return value;
        return "none that ends with " + end;
    }
};

TEST_F(BatchPagesTest, ABatchIsAskedForMadeByTheNodeAndDownloaded) {
    const std::string anne = cookie_of("anne");
    const std::string form = page_of(anne);
    EXPECT_THAT(form, HasSubstr("<option value=\"\" selected>All my students (2)</option>"));
    EXPECT_THAT(form, HasSubstr("<option value=\"funder:R\xC3\xA9gion\">Funder: R\xC3\xA9gion</option>"));
    EXPECT_THAT(form, HasSubstr("Petit L\xC3\xA9"));
    EXPECT_THAT(form, Not(HasSubstr("(paul)")));
    EXPECT_THAT(form, Not(HasSubstr("<script")));
    const std::string answer = ask(anne, "whom=&format=pdf&format=json&package=1&groups=1");
    ASSERT_THAT(answer, StartsWith("HTTP/1.1 303 "));
    ASSERT_EQ(field(answer, "Location"), "/staff/batch/1");
    // Three reports and two groups.
    EXPECT_EQ(process->wait_for("batch 1 of anne: "),
              "batch 1 of anne: issued 5, issued again 0, unchanged 0, not issued 0");
    const std::string page = page_of(anne, "/staff/batch/1");
    EXPECT_THAT(page, HasSubstr("<span class=\"state\">Done</span> \xE2\x80\x93 5 of 5"));
    EXPECT_THAT(page, Not(HasSubstr("http-equiv=\"refresh\"")));
    EXPECT_THAT(page, HasSubstr("OPCO &amp; fils"));
    EXPECT_THAT(page, HasSubstr("The group"));
    const auto files = values_in(page, "file");
    EXPECT_EQ(files.size(), 3U * 3 + 2U * 2);
    const auto zips = values_in(page, "zip");
    ASSERT_EQ(zips.size(), 3U);  // everything, and two funders

    const std::string json = act(anne, "/staff/batch/1", "file=" + ending(files, ".json", "roux-fils"));
    EXPECT_THAT(json, StartsWith("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"));
    EXPECT_THAT(json, HasSubstr("Content-Disposition: attachment; filename=\"student-roux-fils-elodie-"));
    EXPECT_THAT(body_of(json), HasSubstr("\"measured_s\": 719"));
    EXPECT_THAT(body_of(act(anne, "/staff/batch/1", "file=" + ending(files, ".pdf", "group-"))),
                StartsWith("%PDF-"));
    const std::string package = body_of(act(anne, "/staff/batch/1", "file=" + ending(files, ".zip")));
    EXPECT_EQ(assidu_verify({folder.write("one.zip", package)}).exit_code,
              4);  // consistent; no --root was given

    const std::string everything = body_of(act(anne, "/staff/batch/1", "zip="));
    const auto all = reports::read_zip(everything);
    ASSERT_TRUE(all) << all.error().what;
    std::set<std::string> names;
    for (const auto& file : *all)
        names.insert(std::string(file.name));
    EXPECT_EQ(names.size(), files.size() + 3);
    EXPECT_TRUE(names.contains("index.html"));
    for (const std::string& file : files)
        EXPECT_TRUE(names.contains(file)) << file;
    // A funder's folder holds nothing of another funder's.
    const std::string of_region = body_of(act(anne, "/staff/batch/1", "zip=" + ending(zips, "", "region")));
    EXPECT_THAT(of_region, HasSubstr("R-1"));
    EXPECT_THAT(of_region, Not(HasSubstr("O-1")));
    EXPECT_THAT(of_region, Not(HasSubstr("OPCO")));

    // One document grows until the zip has as many bytes as it may have, and then one more.
    namespace fs = std::filesystem;
    for (const auto& entry : fs::recursive_directory_iterator(dir() + "/batches")) {
        if (entry.path().extension() != ".pdf") continue;
        fs::resize_file(entry.path(), entry.file_size() + limits::kBatchZipBytesMax - everything.size());
        EXPECT_EQ(body_of(act(anne, "/staff/batch/1", "zip=")).size(), limits::kBatchZipBytesMax);
        fs::resize_file(entry.path(), fs::file_size(entry.path()) + 1);
        const std::string refused = act(anne, "/staff/batch/1", "zip=");
        EXPECT_THAT(refused, StartsWith("HTTP/1.1 413 "));
        EXPECT_THAT(refused, HasSubstr("That is too much for one zip"));
        break;
    }

    const std::string audit = run({"audit"}).out;
    EXPECT_THAT(audit, HasSubstr("staff anne web.batch.start of universite-de-lyon  taken: 2 students"));
    EXPECT_THAT(audit, HasSubstr("staff anne web.batch.file of universite-de-lyon  told: 1 students"));
    EXPECT_THAT(audit, HasSubstr("staff anne web.batch.zip of universite-de-lyon  told: 3 students"));
    EXPECT_THAT(audit, Not(HasSubstr("Roux")));
}

TEST_F(BatchPagesTest, ABatchIsSeenByWhoeverMaySeeAllItsStudentsAndNobodyElse) {
    const std::string anne = cookie_of("anne"), nora = cookie_of("nora"), eve = cookie_of("eve"),
                      region = cookie_of("region");
    ASSERT_THAT(ask(anne, "whom=&format=json"), StartsWith("HTTP/1.1 303 "));
    process->wait_for("batch 1 of anne: issued 3");
    const std::string file = values_in(page_of(anne, "/staff/batch/1"), "file").front();
    for (const std::string& stranger : {nora, region}) {
        EXPECT_THAT(page_of(stranger, "/staff/batch/1"), StartsWith("HTTP/1.1 404 "));
        EXPECT_THAT(page_of(stranger), Not(HasSubstr("/staff/batch/1")));
        for (const std::string& what : {"file=" + file, std::string("zip="), std::string("do=forget")})
            EXPECT_THAT(act(stranger, "/staff/batch/1", what), StartsWith("HTTP/1.1 404 ")) << what;
    }
    EXPECT_THAT(page_of(eve), HasSubstr("/staff/batch/1"));
    EXPECT_THAT(act(eve, "/staff/batch/1", "file=" + file), StartsWith("HTTP/1.1 200 "));
    EXPECT_THAT(page_of("", "/staff/batch/1"), StartsWith("HTTP/1.1 303 "));
    // Nothing but what was issued, and nothing without a token of a page.
    for (const char* const path :
         {"../../assidu.toml", "..%2F..%2Fassidu.toml", "index.html", "", "/etc/passwd"})
        EXPECT_THAT(act(anne, "/staff/batch/1", std::string("file=") + path), StartsWith("HTTP/1.1 404 "))
            << path;
    EXPECT_THAT(post("/staff/batch/1", kForm, "csrf=x&file=" + file, anne), StartsWith("HTTP/1.1 403 "));
    EXPECT_THAT(post("/staff/batch/1", kForm, "csrf=" + csrf_in(page_of(anne)) + "&file=" + file,
                     anne + "Sec-Fetch-Site: cross-site\r\n"),
                StartsWith("HTTP/1.1 403 "));
    for (const char* const place : {"/staff/batch/2", "/staff/batch/0", "/staff/batch/1x", "/staff/batch/-1",
                                    "/staff/batch", "/staff/batch/99999999999999999999"})
        EXPECT_THAT(page_of(eve, place), StartsWith("HTTP/1.1 404 ")) << place;
    // Whose students are others now sees it no more.
    ASSERT_EQ(put_staff("anne", "institution=Nantes"), 0);
    EXPECT_THAT(page_of(cookie_of("anne"), "/staff/batch/1"), StartsWith("HTTP/1.1 404 "));
    EXPECT_THAT(run({"audit"}).out,
                HasSubstr("staff nora web.batch.look of universite-de-lyon  outside_scope"));
}

TEST_F(BatchPagesTest, WhoSeesOneFunderGetsNothingOfAnother) {
    const std::string region = cookie_of("region");
    ASSERT_THAT(ask(region, "whom=&format=json"), StartsWith("HTTP/1.1 303 "));
    process->wait_for("batch 1 of region: issued 2");  // not Élodie's for the OPCO
    const std::string everything = body_of(act(region, "/staff/batch/1", "zip="));
    EXPECT_THAT(everything, HasSubstr("R-1"));
    EXPECT_THAT(everything, Not(HasSubstr("OPCO")));
    // A group of its dossiers.
    ASSERT_THAT(ask(region, "whom=group:G2&format=json"), StartsWith("HTTP/1.1 303 "));
    process->wait_for("batch 2 of region: issued 1");
}

TEST_F(BatchPagesTest, WhatCannotBeAskedForIsRefusedInWords) {
    const std::string anne = cookie_of("anne"), eve = cookie_of("eve");
    const std::string paul = [&] {
        const std::string page = page_of(eve);
        const std::size_t at = page.rfind(" value=\"", page.find("(paul)"));
        return page.substr(page.rfind("for=\"s-", page.find("(paul)")) + 7, at == std::string::npos ? 0 : 32);
    }();
    ASSERT_EQ(paul.size(), 32U);
    const auto refused = [&](const std::string& more, const std::string& words) {
        const std::string answer = ask(anne, more);
        EXPECT_THAT(answer, StartsWith("HTTP/1.1 422 ")) << more;
        EXPECT_THAT(answer, HasSubstr("role=\"alert\">" + words)) << more;
    };
    refused("whom=students&format=pdf", "Tick at least one student.");
    refused("whom=students&format=pdf&student=" + paul, "One of the ticked students is none of yours.");
    refused("whom=students&format=pdf&student=x", "One of the ticked students is none of yours.");
    refused("whom=", "Tick at least one format.");
    refused("whom=&format=user-rows", "Tick at least one format.");
    refused("whom=nobody&format=pdf", "That choice is not offered here.");
    refused("whom=funder:nobody&format=pdf", "Nobody is of that choice");
    refused("whom=&format=pdf&to=2026-02-01", "The period is not valid");
    EXPECT_THAT(ask(anne + "Sec-Fetch-Site: cross-site\r\n", "whom=&format=pdf"),
                StartsWith("HTTP/1.1 403 "));
    EXPECT_THAT(post("/staff/batches", kForm, "whom=&format=pdf"), StartsWith("HTTP/1.1 403 "));
    EXPECT_THAT(page_of(eve), Not(HasSubstr("/staff/batch/")));
    EXPECT_THAT(run({"audit"}).out,
                HasSubstr("staff anne web.batch.start of universite-de-lyon  outside_scope"));
}

TEST_F(BatchPagesTest, AWaitingBatchOutlivesTheProcessAndIsStoppedGoneOnWithRepeatedAndForgotten) {
    std::string anne = cookie_of("anne");
    {
        // Somebody else works in the folder: the batch waits, and its page loads itself again.
        const auto lock = node::FolderLock::take({dir()});
        ASSERT_TRUE(lock) << lock.error().what;
        for (std::size_t i = 0; i < limits::kBatchOrdersOpenMax; ++i)
            ASSERT_THAT(ask(anne, "whom=students&format=json&package=1&student=" +
                                      values_in(page_of(anne), "student").front()),
                        StartsWith("HTTP/1.1 303 "));
        EXPECT_THAT(ask(anne, "whom=&format=json"), StartsWith("HTTP/1.1 429 "));
        const std::string page = page_of(anne, "/staff/batch/1");
        EXPECT_THAT(page, HasSubstr("<span class=\"state\">Waiting</span>"));
        EXPECT_THAT(page, HasSubstr("<meta http-equiv=\"refresh\" content=\"5\">"));
        EXPECT_THAT(page_of(anne, "/staff/batch/1?still=1"), Not(HasSubstr("http-equiv=\"refresh\"")));
        EXPECT_THAT(act(anne, "/staff/batch/1", "do=again"), StartsWith("HTTP/1.1 409 "));
        EXPECT_THAT(act(anne, "/staff/batch/1", "do=forget"), StartsWith("HTTP/1.1 409 "));
        EXPECT_THAT(act(anne, "/staff/batch/1", "do=x"), StartsWith("HTTP/1.1 422 "));
        EXPECT_THAT(act(anne, "/staff/batch/1", "do=stop"), StartsWith("HTTP/1.1 303 "));
        EXPECT_THAT(page_of(anne, "/staff/batch/1"), HasSubstr("<span class=\"state\">Stopped</span>"));
        process.reset();
    }
    serve();
    anne = cookie_of("anne");
    process->wait_for("batch 2 of anne: issued 1");
    process->wait_for("batch 5 of anne: issued 1");
    EXPECT_THAT(page_of(anne, "/staff/batch/1"), HasSubstr("<span class=\"state\">Stopped</span>"));
    ASSERT_THAT(act(anne, "/staff/batch/1", "do=again"), StartsWith("HTTP/1.1 303 "));
    process->wait_for("batch 1 of anne: issued 1");
    ASSERT_THAT(act(anne, "/staff/batch/1", "do=again"), StartsWith("HTTP/1.1 303 "));
    process->wait_for("batch 1 of anne: issued 0, issued again 0, unchanged 1, not issued 0");
    // A document that somebody deleted is said to be gone, and made again.
    const std::string file = ending(values_in(page_of(anne, "/staff/batch/1"), "file"), ".json");
    std::filesystem::remove(std::filesystem::path(dir()) / "batches/1" / file);
    EXPECT_THAT(act(anne, "/staff/batch/1", "file=" + file), HasSubstr("do the batch again"));
    ASSERT_THAT(act(anne, "/staff/batch/1", "do=again"), StartsWith("HTTP/1.1 303 "));
    process->wait_for("batch 1 of anne: issued 0, issued again 1");
    EXPECT_THAT(page_of(anne, "/staff/batch/1"), HasSubstr("a file was missing"));
    ASSERT_THAT(act(anne, "/staff/batch/1", "do=forget"), StartsWith("HTTP/1.1 303 "));
    EXPECT_THAT(page_of(anne, "/staff/batch/1"), StartsWith("HTTP/1.1 404 "));
    EXPECT_FALSE(std::filesystem::exists(std::filesystem::path(dir()) / "batches/1"));
    // Its number is not given again.
    EXPECT_EQ(field(ask(anne, "whom=&format=json"), "Location"), "/staff/batch/6");
}

TEST_F(BatchPagesTest, WhoWasNotIssuedIsNamedWithWhy) {
    ASSERT_EQ(
        run({"dossier", "import",
             folder.write("d.csv",
                          "student;funder;dossier;from;to\nlea;R\xC3\xA9gion;R-2;2026-01-01;2026-03-01\n")})
            .exit_code,
        0);
    const std::string anne = cookie_of("anne");
    ASSERT_THAT(ask(anne, "whom=funder:R%C3%A9gion&format=json&groups=1"), StartsWith("HTTP/1.1 303 "));
    process->wait_for("batch 1 of anne: issued 2, issued again 0, unchanged 0, not issued 1");
    const std::string page = page_of(anne, "/staff/batch/1");
    EXPECT_THAT(page, HasSubstr("<h2 id=\"h-troubles\">Not issued</h2>"));
    EXPECT_THAT(page, HasSubstr("Petit L\xC3\xA9"
                                "a (lea)</strong> (R\xC3\xA9gion) \xE2\x80\x93 [time_after_end]"));
    // The group's report does not count her, and says so.
    const auto group = nlohmann::json::parse(
        body_of(act(anne, "/staff/batch/1", "file=" + ending(values_in(page, "file"), ".json", "group-"))));
    EXPECT_THAT(group.dump(), HasSubstr("students_left_out"));
    EXPECT_EQ(group["students"], 1);
}

}  // namespace
}  // namespace assidu::tests
