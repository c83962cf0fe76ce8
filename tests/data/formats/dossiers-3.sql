-- dossiers.sqlite of format 3, as the program of that time left it. Frozen: never to be changed.
BEGIN TRANSACTION;
CREATE TABLE dossier (node TEXT NOT NULL, student BLOB NOT NULL, funder TEXT NOT NULL, number TEXT NOT NULL,
  valid_from INTEGER NOT NULL, valid_to INTEGER, said TEXT NOT NULL,
  PRIMARY KEY (node, student, funder, number, valid_from)) WITHOUT ROWID;
INSERT INTO "dossier" VALUES('universite-de-lyon',X'01010101010101010101010101010101','Région','R-1',1772438400,NULL,'[{"from":"2026-01-01","funder":"Région","groups":["G1"],"modality":"distance","nature":"training","number":"R-1","planned_s":36000,"status":"","to":"2026-06-30","training":"DAEU A"}]');
CREATE TABLE finding_override (node TEXT NOT NULL, student BLOB NOT NULL, from_day INTEGER NOT NULL, to_day INTEGER NOT NULL,
  code TEXT NOT NULL, digest TEXT NOT NULL, reason TEXT NOT NULL, author TEXT NOT NULL, made_utc_s INTEGER NOT NULL,
  PRIMARY KEY (node, student, from_day, to_day, code, digest)) WITHOUT ROWID;
INSERT INTO "finding_override" VALUES('universite-de-lyon',X'01010101010101010101010101010101',20514,20520,'no_trace','dd','seen','me',1772440000);
CREATE TABLE issue (node TEXT NOT NULL, batch TEXT NOT NULL, student BLOB NOT NULL, funder TEXT NOT NULL,
  from_day INTEGER NOT NULL, to_day INTEGER NOT NULL, issued_utc_s INTEGER NOT NULL, data_sha256 TEXT NOT NULL,
  fingerprint TEXT NOT NULL, parts TEXT NOT NULL, folder TEXT NOT NULL, files TEXT NOT NULL, replaced_sha256 TEXT NOT NULL,
  why TEXT NOT NULL, PRIMARY KEY (node, batch, student, funder, from_day, to_day)) WITHOUT ROWID;
INSERT INTO "issue" VALUES('universite-de-lyon','/out',X'01010101010101010101010101010101','Région',20514,20520,1772440000,'da','fp','{}','f','[]','','[]');
CREATE TABLE schedule_run (node TEXT NOT NULL, schedule TEXT NOT NULL, last_day INTEGER NOT NULL, done_utc_s INTEGER NOT NULL,
  outcome TEXT NOT NULL, PRIMARY KEY (node, schedule)) WITHOUT ROWID;
COMMIT;
PRAGMA application_id=1098081329;
PRAGMA user_version=3;
