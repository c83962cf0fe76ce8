#include "node/collect/recognise.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <string>

#include "tests/node/collect/reading.h"

namespace assidu::node::collect {
namespace {

using testing::Folder;

std::string what(const std::string& bytes) {
    const auto source = ByteSource::of("some.file", bytes);
    const auto found = recognise(*source);
    if (!found) return found.error().what;
    const std::string kinds[] = {"log_csv", "log_json", "log_page", "people", "courses", "activities"};
    return kinds[static_cast<std::size_t>(found->kind)] + " " + found->delimiter;
}

TEST(Recognise, TellsTheKindsByTheirColumnsInAnyOrderAndCase) {
    EXPECT_EQ(what("id,eventname,userid,x,timecreated\n"), "log_csv ,");
    EXPECT_EQ(what("\xef\xbb\xbf\"Timecreated\"; ID ;EventName;userId\r"), "log_csv ;");
    EXPECT_EQ(what("id\tusername\tlastname\n"), "people \t");
    EXPECT_EQ(what("username,firstname,id,course\n"), "people ,");
    EXPECT_EQ(what("id;fullname;shortname"), "courses ;");
    EXPECT_EQ(what("id,course,modname\n"), "activities ,");
    EXPECT_EQ(what("cmid,courseid,modname,name\n"), "activities ,");
    EXPECT_EQ(what(" \n[{\"id\":1,\"eventname\":\"x\"}]"), "log_json ,");
    EXPECT_EQ(what("{\"timecreated\" : 1}\n"), "log_json ,");
    EXPECT_EQ(what("[]\n"), "log_json ,") << "a push without rows";
}

TEST(Recognise, KnowsTheLogPageInEnglishAndFrench) {
    EXPECT_EQ(what("Time,User full name,Affected user,Event context,Component,Event "
                   "name,Description,Origin,IP address\r\n"),
              "log_page ,");
    EXPECT_EQ(what("Origin,Description,Event name,Time\n"), "log_page ,");
    EXPECT_EQ(
        what(
            "Heure;\"Nom complet de l\xe2\x80\x99utilisateur\";\"Utilisateur concern\xc3\xa9\";\"Contexte de "
            "l\xe2\x80\x99\xc3\xa9v\xc3\xa9nement\";Composant;\"Nom de "
            "l\xe2\x80\x99\xc3\xa9v\xc3\xa9nement\";"
            "Description;Origine;\"Adresse IP\"\n"),
        "log_page ;");
    EXPECT_EQ(what("Heure,Nom de l'\xe9v\xe9nement,Description,Origine\n"), "log_page ,") << "Windows-1252";
}

TEST(Recognise, SaysWhatItFoundInstead) {
    EXPECT_EQ(
        what("name,age\nx,1\n"),
        "some.file: not a file of log events or a catalogue: the first line has the columns 'name', 'age'");
    EXPECT_EQ(what("id;eventname;userid\n"),
              "some.file: not a file of log events or a catalogue: the first line has the columns 'id', "
              "'eventname', "
              "'userid'");
    EXPECT_EQ(what(""), "some.file: not a file of log events or a catalogue: it is empty");
    EXPECT_NE(what("{\n  \"name\": \"package\"\n}").find("JSON without a member eventname"),
              std::string::npos);
    EXPECT_NE(what("PK\x03\x04 and so on").find("a spreadsheet; save it as CSV"), std::string::npos);
    EXPECT_NE(what("<!DOCTYPE html><title>Log in").find("HTML"), std::string::npos);
    EXPECT_NE(what("\xff\xfei").find("UTF-16"), std::string::npos);
    EXPECT_NE(what(std::string("a\0b", 3)).find("not text"), std::string::npos);
    EXPECT_NE(what("\"never closed").find("no line of CSV"), std::string::npos);
    EXPECT_EQ(what("a\x1b[31m\n").find('\x1b'), std::string::npos) << "a terminal is safe from it";
}

TEST(Recognise, LooksIntoGzipFilesAndNamesTheFile) {
    const Folder folder;
    const auto path = folder.path() / "log.csv.gz";
    gzFile out = gzopen(path.c_str(), "wb");
    ASSERT_NE(out, nullptr);
    gzputs(out, "id,eventname,timecreated,userid\n");
    gzclose(out);
    const auto found = recognise(path);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->kind, FileKind::log_csv);
    const auto other = recognise(folder.file("other.txt", "Dear Sir,\n"));
    ASSERT_FALSE(other);
    EXPECT_NE(other.error().what.find("other.txt: not a file"), std::string::npos);
    EXPECT_FALSE(recognise(folder.path() / "none"));
}

TEST(Recognise, LooksNoFurtherThanTheBeginningOfTheFile) {
    EXPECT_EQ(what("id,eventname,timecreated,userid\n" + std::string(1 << 20, '"')), "log_csv ,");
}

}  // namespace
}  // namespace assidu::node::collect
