#include "federation/report_register.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include "config/digest.h"
#include "federation/ledger_tables.h"
#include "federation/sqlite_ledger.h"
#include "federation/sqlite_store.h"
#include "federation/statement.h"

namespace assidu::federation {

using config::CivilDay;

ReportRegister::ReportRegister(std::shared_ptr<SQLite::Database> file)
    : database_(file), ledger_(sqlite_ledger(std::move(file))) {}

std::string ReportRegister::rows_digest(const ReportSubject& subject) const {
    std::vector<std::string> nodes{subject.node};
    if (subject.node.empty()) {
        nodes.clear();
        translating_errors(*database_, [&] {
            SQLite::Statement select(*database_, "SELECT id FROM node ORDER BY id");
            while (select.executeStep())
                nodes.push_back(select.getColumn(0).getString());
        });
    }
    config::Sha256Stream stream;
    for (const std::string& node : nodes) {
        bool first = true;
        ledger_->rows({node, subject.scale_sha256, subject.period, subject.student},
                      [&](const LedgerRow& row) {
                          // A node without rows is as one that is not there.
                          if (first) stream.update(fmt::format("node {}\n", node));
                          first = false;
                          stream.update(daily_row(row));
                          stream.update("\n");
                      });
    }
    return config::hex(stream.finish());
}

void ReportRegister::put(const IssuedReport& report) {
    translating_errors(*database_, [&] {
        in_transaction(*database_, [&] {
            SQLite::Statement insert(
                *database_,
                "INSERT INTO report (issued_utc_s, kind, node, student, from_day, to_day, scale, scale_name, "
                "rows_digest) VALUES (?,?,?,?,?,?,?,?,?)");
            insert.bind(1, report.issued_utc_s);
            insert.bind(2, report.kind);
            insert.bind(3, report.subject.node);
            std::string_view student;
            if (report.subject.student)
                student = {reinterpret_cast<const char*>(report.subject.student->bytes.data()),
                           report.subject.student->bytes.size()};
            bind_blob(insert, 4, student.empty() ? std::string_view("") : student);
            insert.bind(5, report.subject.period.from.number);
            insert.bind(6, report.subject.period.to.number);
            insert.bind(7, report.subject.scale_sha256);
            insert.bind(8, report.scale_name);
            insert.bind(9, report.rows_digest);
            insert.exec();
            const std::int64_t key = database_->getLastInsertRowid();
            SQLite::Statement file(*database_, "INSERT INTO report_file VALUES (?,?,?,?)");
            for (std::size_t i = 0; i < report.files.size(); ++i) {
                file.bind(1, key);
                file.bind(2, static_cast<std::int64_t>(i));
                file.bind(3, report.files[i].path);
                file.bind(4, report.files[i].sha256);
                file.exec();
                file.reset();
            }
        });
    });
}

std::vector<IssuedReport> ReportRegister::all() const {
    return translating_errors(*database_, [&] {
        std::vector<IssuedReport> found;
        SQLite::Statement select(*database_,
                                 "SELECT key, issued_utc_s, kind, node, student, from_day, to_day, scale, "
                                 "scale_name, rows_digest, superseded_utc_s FROM report ORDER BY key");
        while (select.executeStep()) {
            IssuedReport report;
            report.key = select.getColumn(0).getInt64();
            report.issued_utc_s = select.getColumn(1).getInt64();
            report.kind = select.getColumn(2).getString();
            report.subject.node = select.getColumn(3).getString();
            if (select.getColumn(4).getBytes() > 0) report.subject.student = student_id(select.getColumn(4));
            report.subject.period = {CivilDay{select.getColumn(5).getInt()},
                                     CivilDay{select.getColumn(6).getInt()}};
            report.subject.scale_sha256 = select.getColumn(7).getString();
            report.scale_name = select.getColumn(8).getString();
            report.rows_digest = select.getColumn(9).getString();
            report.superseded_utc_s = maybe(select.getColumn(10));
            found.push_back(std::move(report));
        }
        SQLite::Statement files(*database_,
                                "SELECT report, path, sha256 FROM report_file ORDER BY report, ordinal");
        auto at = found.begin();
        while (files.executeStep()) {
            while (at != found.end() && at->key < files.getColumn(0).getInt64())
                ++at;
            if (at == found.end()) break;
            at->files.push_back({files.getColumn(1).getString(), files.getColumn(2).getString()});
        }
        return found;
    });
}

void ReportRegister::note(const IssuedReport& report) {
    translating_errors(*database_, [&] {
        SQLite::Statement update(*database_, "UPDATE report SET superseded_utc_s=? WHERE key=?");
        if (report.superseded_utc_s)
            update.bind(1, *report.superseded_utc_s);
        else
            update.bind(1);
        update.bind(2, report.key);
        update.exec();
    });
}

std::vector<IssuedReport> ReportRegister::judged(std::int64_t now_utc_s) {
    std::vector<IssuedReport> reports = all();
    using Key = std::tuple<std::string, std::optional<StudentId>, CivilDay, CivilDay, std::string>;
    std::map<Key, std::string> digests;
    for (IssuedReport& report : reports) {
        const ReportSubject& subject = report.subject;
        const auto [at, is_new] = digests.try_emplace(
            Key{subject.node, subject.student, subject.period.from, subject.period.to, subject.scale_sha256});
        if (is_new) at->second = rows_digest(subject);
        const bool superseded = at->second != report.rows_digest;
        if (superseded == report.superseded_utc_s.has_value()) continue;
        report.superseded_utc_s.reset();
        if (superseded) {
            const auto freshness = ledger_->freshness(subject.node, subject.scale_sha256);
            report.superseded_utc_s = freshness ? freshness->as_of_utc_s : now_utc_s;
        }
        note(report);
    }
    return reports;
}

}  // namespace assidu::federation
