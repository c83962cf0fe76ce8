// The pages of administrative staff and the page that checks packages, over a socket.

#include "config/limits.h"
#include "node/web/multipart.h"
#include "node/web/page.h"
#include "node/web/passwords.h"
#include "node/web/sessions.h"
#include "node/web/staff.h"
#include "tests/node/web/staff_fixture.h"

namespace assidu::tests {
namespace {

using StaffPagesTest = StaffProcess;

namespace limits = config::limits;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST_F(StaffPagesTest, StaffOfOneUniversitySeeAndGetTheirOwnStudentsAlone) {
    ASSERT_EQ(put_staff("anne", "institution=Lyon"), 0) << contents_of(folder / "err");
    listen();
    serve();
    EXPECT_THAT(get("/staff"), HasSubstr("<title>Connexion du personnel \xE2\x80\x93 Assidu</title>"));
    const std::string answer = login("anne", "correct+horse+battery");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 303 "));
    EXPECT_EQ(field(answer, "Location"), "/staff");
    EXPECT_THAT(field(answer, "Set-Cookie"), HasSubstr("; Path=/; HttpOnly; SameSite=Strict"));
    const std::string cookie = cookie_of("anne");
    const std::string page = get("/staff?lang=en", cookie);
    EXPECT_THAT(page, HasSubstr("Roux &amp; fils \xC3\x89lodie (elodie)"));
    EXPECT_THAT(page, HasSubstr("Petit L\xC3\xA9"));
    EXPECT_THAT(page, Not(HasSubstr("Paul")));
    EXPECT_THAT(page, HasSubstr("All my students (2)"));
    EXPECT_THAT(page, HasSubstr("<option value=\"cohort:DAEU A\">Cohort: DAEU A</option>"));
    EXPECT_THAT(get("/staff?q=ELODIE%20roux&lang=en", cookie), Not(HasSubstr("Petit")));
    EXPECT_THAT(get("/staff?q=nobody&lang=en", cookie), HasSubstr("Nobody matches."));

    const std::string csrf = csrf_in(page);
    const std::string report =
        download(cookie, csrf, "kind=student&format=json&student=" + id_of(page, "Roux &amp; fils"));
    EXPECT_THAT(report, StartsWith("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"));
    EXPECT_THAT(report, HasSubstr("Content-Disposition: attachment; filename=\"student-roux-fils-elodie-"));
    EXPECT_THAT(body_of(report), HasSubstr("\"measured_s\": 719"));
    const std::string group = download(cookie, csrf, "kind=group&format=json&group=");
    EXPECT_THAT(body_of(group), HasSubstr("\"students\": 2"));
    EXPECT_THAT(body_of(download(cookie, csrf, "kind=group&format=json&group=cohort:DAEU+A")),
                HasSubstr("\"students\": 1"));
    EXPECT_THAT(
        body_of(download(cookie, csrf, "kind=student&format=pdf&student=" + id_of(page, "Roux &amp; fils"))),
        StartsWith("%PDF-"));

    const std::string audit = run({"audit"}).out;
    EXPECT_THAT(audit, HasSubstr("staff anne web.login of"));
    EXPECT_THAT(audit, HasSubstr("staff anne web.report.student of universite-de-lyon  told: 1 students"));
    EXPECT_THAT(audit, HasSubstr("web.report.group of universite-de-lyon  told: 2 students"));
}

TEST_F(StaffPagesTest, AFunderMayBeChosenAndAnAccountMayBeOfOne) {
    const std::string file = folder.write("dossiers.csv",
                                          "student;funder;dossier;from;to;groups\n"
                                          "elodie;R\xC3\xA9gion;R-1;2026-01-01;2026-06-30;G1\n"
                                          "paul;R\xC3\xA9gion;R-2;2026-04-01;2026-06-30;G2\n"
                                          "lea;OPCO;O-1;2026-01-01;2026-06-30;G1\n");
    ASSERT_EQ(run({"dossier", "import", file}).exit_code, 0);
    ASSERT_EQ(put_staff("anne", "everyone"), 0);
    ASSERT_EQ(put_staff("region", "funder=region"), 0);
    listen();
    serve();
    const std::string anne = cookie_of("anne"), region = cookie_of("region");
    const std::string page = get("/staff?lang=en", anne);
    EXPECT_THAT(page, HasSubstr("<option value=\"funder:R\xC3\xA9gion\">Funder: R\xC3\xA9gion</option>"));
    EXPECT_THAT(page, HasSubstr("<option value=\"group:G1\">Group: G1</option>"));
    // Of March: Paul's dossier begins in April.
    EXPECT_THAT(body_of(download(anne, csrf_in(page), "kind=group&format=json&group=funder:r%C3%A9gion")),
                HasSubstr("\"students\": 1"));
    EXPECT_THAT(body_of(download(anne, csrf_in(page), "kind=group&format=json&group=group:G1")),
                HasSubstr("\"students\": 2"));
    const std::string of_region = get("/staff?lang=en", region);
    EXPECT_THAT(of_region, HasSubstr("(paul)"));
    EXPECT_THAT(of_region, Not(HasSubstr("(lea)")));
    EXPECT_THAT(body_of(download(region, csrf_in(of_region), "kind=group&format=json&group=")),
                HasSubstr("\"students\": 1"));
}

TEST_F(StaffPagesTest, WhatIsNotTheirsOrNotFromTheirPageIsNotGiven) {
    ASSERT_EQ(put_staff("anne", "institution=Lyon"), 0);
    ASSERT_EQ(put_staff("nora", "institution=Nantes"), 0);
    listen();
    serve();
    const std::string anne = cookie_of("anne"), nora = cookie_of("nora");
    const std::string page = get("/staff?lang=en", anne);
    const std::string of_elodie = "kind=student&format=json&student=" + id_of(page, "Roux &amp; fils");
    EXPECT_THAT(download(anne, csrf_in(page), of_elodie), StartsWith("HTTP/1.1 200 "));
    EXPECT_THAT(download(nora, csrf_in(get("/staff", nora)), of_elodie), StartsWith("HTTP/1.1 422 "));
    // Somebody else's token of a page, none, and one that another site's page sent.
    EXPECT_THAT(download(anne, csrf_in(get("/staff", nora)), of_elodie), StartsWith("HTTP/1.1 403 "));
    EXPECT_THAT(download(anne, "", of_elodie), StartsWith("HTTP/1.1 403 "));
    EXPECT_THAT(download(anne + "Sec-Fetch-Site: cross-site\r\n", csrf_in(page), of_elodie),
                StartsWith("HTTP/1.1 403 "));
    EXPECT_THAT(download("", csrf_in(page), of_elodie), StartsWith("HTTP/1.1 403 "));
    EXPECT_THAT(download("Cookie: assidu=" + std::string(64, 'a') + "\r\n", csrf_in(page), of_elodie),
                StartsWith("HTTP/1.1 403 "));
    for (const char* const wrong : {"kind=student&format=user-rows&student=x",
                                    "kind=group&format=certificate&group=", "kind=group&format=json&group=x",
                                    "kind=student&format=json&student="})
        EXPECT_THAT(download(anne, csrf_in(page), wrong), StartsWith("HTTP/1.1 422 ")) << wrong;
    const std::string bad_period =
        post("/staff/report", kForm,
             "csrf=" + csrf_in(page) + "&from=2026-03-31&to=2026-03-01&language=en&format=json&" + of_elodie,
             anne + "Accept-Language: en\r\n");
    EXPECT_THAT(bad_period, HasSubstr("<p class=\"alert\" role=\"alert\">The period is not valid"));
    EXPECT_THAT(run({"audit"}).out,
                HasSubstr("staff nora web.report.student of universite-de-lyon  outside_scope: 0"));
}

TEST_F(StaffPagesTest, ALoginEndsWithItsSessionItsAccountOrItsPassword) {
    ASSERT_EQ(put_staff("anne", "everyone"), 0);
    listen();
    serve();
    EXPECT_THAT(login("anne", "wrong"), HasSubstr("Nom ou mot de passe incorrect."));
    EXPECT_EQ(body_of(login("anne", "wrong")), body_of(login("anne", "")));
    const std::string cookie = cookie_of("anne");
    const std::string page = get("/staff", cookie);
    EXPECT_THAT(page, HasSubstr("Se d\xC3\xA9"
                                "connecter"));
    EXPECT_THAT(post("/staff/logout", kForm, "csrf=wrong", cookie), StartsWith("HTTP/1.1 303 "));
    EXPECT_THAT(get("/staff", cookie), HasSubstr("(elodie)"));
    EXPECT_THAT(post("/staff/logout", kForm, "csrf=" + csrf_in(page), cookie), StartsWith("HTTP/1.1 303 "));
    EXPECT_THAT(get("/staff", cookie), Not(HasSubstr("(elodie)")));
    const std::string again = cookie_of("anne");
    ASSERT_EQ(put_staff("anne", "everyone", "another password"), 0);
    EXPECT_THAT(get("/staff", again), Not(HasSubstr("(elodie)")));
    ASSERT_EQ(put_staff("anne", "everyone"), 0);
    const std::string third = cookie_of("anne");
    EXPECT_THAT(get("/staff", third), HasSubstr("(elodie)"));
    EXPECT_THAT(run({"staff", "list"}).out, HasSubstr("anne  by password  logged in "));
    ASSERT_EQ(run({"staff", "remove", "anne"}).exit_code, 0);
    EXPECT_THAT(get("/staff", third), Not(HasSubstr("(elodie)")));
    EXPECT_EQ(run({"staff", "remove", "anne"}).exit_code, 6);
    EXPECT_EQ(put_staff("x", "everyone", "short"), 2);
    EXPECT_EQ(put_staff("'a b'", "everyone"), 2);
    std::string last;
    for (int i = 0; i < 2 * limits::kWrongSecretsPerMinuteMax + 1; ++i)
        last = login("somebody", std::string(limits::kPasswordBytesMax + 1, 'p'));
    EXPECT_THAT(last, StartsWith("HTTP/1.1 429 "));
}

TEST_F(StaffPagesTest, WhoATrustedProxyNamesNeedsAnAccountAndNoPassword) {
    ASSERT_EQ(run({"staff", "put", "jean@lyon.example", "--students", "institution=Lyon", "--no-password"})
                  .exit_code,
              0);
    listen(
        "trusted_proxies = [\"127.0.0.1\"]\nidentity_header = \"X-Remote-User\"\npublic_url = "
        "\"https://assidu.example\"\n");
    process = std::make_unique<ServingProcess>(dir());
    // The port is not in what it says: it is behind a proxy.
    EXPECT_EQ(process->wait_for("answering the web on "), "answering the web on https://assidu.example");
    process.reset();
    std::string settings = contents_of(dir() + "/assidu.toml");
    settings.erase(settings.find("public_url = \"https://assidu.example\"\n"), 38);
    std::ofstream(dir() + "/assidu.toml") << settings;
    serve();
    const std::string page = get("/staff", "X-Remote-User: jean@lyon.example\r\n");
    EXPECT_THAT(page, HasSubstr("(elodie)"));
    EXPECT_THAT(page, Not(HasSubstr("/staff/logout")));
    EXPECT_THAT(get("/staff", "X-Remote-User: eve@lyon.example\r\n"), StartsWith("HTTP/1.1 403 "));
    EXPECT_THAT(get("/staff"), HasSubstr("name=\"password\""));
    EXPECT_THAT(get("/staff", "X-Remote-User: jean@lyon.example\r\nX-Remote-User: jean@lyon.example\r\n"),
                HasSubstr("name=\"password\""));
    const std::string report =
        download("X-Remote-User: jean@lyon.example\r\n", csrf_in(page), "kind=group&format=csv&group=");
    EXPECT_THAT(report, StartsWith("HTTP/1.1 200 "));
    // The word of somebody who is no proxy.
    process.reset();
    settings.replace(settings.find("\"127.0.0.1\"]"), 12, "\"192.0.2.1\"]");
    std::ofstream(dir() + "/assidu.toml") << settings;
    serve();
    EXPECT_THAT(get("/staff", "X-Remote-User: jean@lyon.example\r\n"), StartsWith("HTTP/1.1 403 "));
}

TEST_F(StaffPagesTest, APackageIsCheckedByTheCodeOfItsOwnProgram) {
    ASSERT_EQ(run({"report", "student", "--student", "elodie", "--from", "2026-03-01", "--to", "2026-03-07",
                   "--package", "--out", folder / "out"})
                  .exit_code,
              0);
    std::string package;
    for (const auto& entry : std::filesystem::directory_iterator(folder / "out"))
        if (entry.path().extension() == ".zip") package = contents_of(entry.path());
    ASSERT_FALSE(package.empty());
    listen();
    serve();
    EXPECT_THAT(get("/verify?lang=en"), HasSubstr("<input type=\"file\" id=\"package\" name=\"package\""));
    const auto upload = [&](const std::string& bytes, const std::string& root_of_trust = "") {
        const std::string between = "----a-boundary";
        return post("/verify", "multipart/form-data; boundary=" + between,
                    "--" + between +
                        "\r\nContent-Disposition: form-data; name=\"package\"; filename=\"p.zip\"\r\n"
                        "Content-Type: application/zip\r\n\r\n" +
                        bytes + "\r\n--" + between +
                        "\r\nContent-Disposition: form-data; name=\"root\"\r\n\r\n" + root_of_trust +
                        "\r\n--" + between + "--\r\n",
                    "Accept-Language: en\r\n");
    };
    const std::string good = upload(package);
    EXPECT_THAT(good, StartsWith("HTTP/1.1 200 "));
    EXPECT_THAT(good, HasSubstr("<p class=\"good\" role=\"status\">Everything holds"));
    EXPECT_THAT(good, HasSubstr("Trusted key: that of this node."));
    EXPECT_THAT(upload(package, std::string(64, 'a')),
                HasSubstr("<p class=\"alert\" role=\"alert\">Refused"));
    EXPECT_THAT(upload(package, "xyz"), HasSubstr("not 64 hexadecimal digits"));
    std::string flipped = package;
    flipped[flipped.size() / 2] = static_cast<char>(flipped[flipped.size() / 2] ^ 1);
    EXPECT_THAT(upload(flipped), HasSubstr("<p class=\"alert\" role=\"alert\">Refused"));
    EXPECT_THAT(upload("no package"), HasSubstr("<p class=\"alert\" role=\"alert\">Refused"));
    EXPECT_THAT(upload(""), HasSubstr("Choose a file."));
    EXPECT_THAT(post("/verify", "text/plain", "x"), StartsWith("HTTP/1.1 400 "));
    // One byte too much is refused before it is sent.
    EXPECT_THAT(exchange("POST /verify HTTP/1.1\r\nHost: n\r\nContent-Length: " +
                         std::to_string(limits::kUploadBytesMax + 1) + "\r\n\r\n"),
                StartsWith("HTTP/1.1 413 "));
}

TEST(Multipart, PartsAreReadStrictly) {
    const std::string type = "multipart/form-data; charset=utf-8; boundary=\"x y\"";
    const auto parts = node::web::read_multipart(
        type,
        "--x y\r\nContent-Disposition: form-data; name=\"a\"; filename=\"b\"\r\n\r\n1\r\n\r\n2\r\n--x y\r\n"
        "content-disposition: form-data; name=c\r\n\r\n\r\n--x y--\r\n");
    ASSERT_TRUE(parts) << parts.error().what;
    ASSERT_EQ(parts->size(), 2U);
    EXPECT_EQ(parts->at(0).name, "a");
    EXPECT_EQ(parts->at(0).content, "1\r\n\r\n2");
    EXPECT_EQ(parts->at(1).content, "");
    const std::string whole = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b--\r\n";
    for (std::size_t size = 0; size < whole.size() - 2; ++size)
        EXPECT_FALSE(node::web::read_multipart("multipart/form-data; boundary=b", whole.substr(0, size)))
            << size;
    for (const char* const none :
         {"multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"b"})
        EXPECT_FALSE(node::web::read_multipart(none, whole)) << none;
}

TEST(SessionsTest, OneEndsWhenItsTimeIsOver) {
    node::web::Sessions sessions;
    const std::string secret = sessions.begin("anne", 1'000);
    EXPECT_EQ(sessions.name_of(secret, 1'000 + limits::kSessionIdleSeconds - 1), "anne");
    EXPECT_FALSE(sessions.name_of(secret.substr(1), 1'000));
    EXPECT_FALSE(sessions.name_of(secret, 1'000 + 2 * limits::kSessionIdleSeconds));
    const std::string busy = sessions.begin("anne", 0);
    std::int64_t now = 0;
    while (now + limits::kSessionIdleSeconds - 1 < limits::kSessionSecondsMax) {
        now += limits::kSessionIdleSeconds - 1;
        EXPECT_TRUE(sessions.name_of(busy, now));
    }
    EXPECT_FALSE(sessions.name_of(busy, limits::kSessionSecondsMax));
    const std::string first = sessions.begin("first", 10);
    for (std::size_t i = 1; i < limits::kSessionsMax; ++i)
        (void)sessions.begin("more", 20);
    EXPECT_TRUE(sessions.name_of(first, 10));
    (void)sessions.begin("one more", 20);
    EXPECT_FALSE(sessions.name_of(first, 10));
}

TEST(Passwords, AreKeptAsArgon2id) {
    const std::string kept = node::web::hash_password(kPassword);
    EXPECT_THAT(kept, StartsWith("$argon2id$v=19$m=65536,t=3,p=1$"));
    EXPECT_NE(kept, node::web::hash_password(kPassword));
    EXPECT_TRUE(node::web::is_password(kept, kPassword));
    EXPECT_FALSE(node::web::is_password(kept, "correct horse batterz"));
    EXPECT_FALSE(node::web::is_password("", ""));
    EXPECT_FALSE(node::web::is_password("", "nobody's"));
    EXPECT_TRUE(node::web::check_password(std::string(limits::kPasswordBytesMin, 'a')));
    EXPECT_FALSE(node::web::check_password(std::string(limits::kPasswordBytesMin - 1, 'a')));
    EXPECT_TRUE(node::web::check_password(std::string(limits::kPasswordBytesMax, 'a')));
    EXPECT_FALSE(node::web::check_password(std::string(limits::kPasswordBytesMax + 1, 'a')));
}

}  // namespace
}  // namespace assidu::tests
