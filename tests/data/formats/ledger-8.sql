-- ledger.sqlite of format 8, as the program of that time left it. Frozen: never to be changed.
BEGIN TRANSACTION;
CREATE TABLE attestation (node TEXT NOT NULL, fingerprint TEXT NOT NULL, signer TEXT NOT NULL, key BLOB NOT NULL,
  issued_utc_s INTEGER NOT NULL, note TEXT NOT NULL, PRIMARY KEY (node, fingerprint, signer)) WITHOUT ROWID;
CREATE TABLE audit (key INTEGER PRIMARY KEY AUTOINCREMENT, utc_s INTEGER NOT NULL, actor TEXT NOT NULL, node TEXT NOT NULL,
  action TEXT NOT NULL, purpose TEXT NOT NULL, students INTEGER NOT NULL, others INTEGER NOT NULL, outcome TEXT NOT NULL);
INSERT INTO "audit" VALUES(1,1772440000,'pole','universite-de-lyon','names.ask','report',1,2,'told');
CREATE TABLE dropped (node INTEGER NOT NULL, scale INTEGER NOT NULL, student INTEGER NOT NULL, day INTEGER NOT NULL,
  reason TEXT NOT NULL, events INTEGER NOT NULL,
  PRIMARY KEY (node, scale, student, day, reason)) WITHOUT ROWID;
CREATE TABLE freshness (node INTEGER NOT NULL, scale INTEGER NOT NULL, engine TEXT NOT NULL, as_of_utc_s INTEGER NOT NULL,
  archived_events INTEGER NOT NULL, last_event_utc_s INTEGER, last_event_id INTEGER,
  PRIMARY KEY (node, scale)) WITHOUT ROWID;
INSERT INTO "freshness" VALUES(1,1,'engine 1',1772440000,3,1772439000,17);
CREATE TABLE handover (node TEXT NOT NULL, ordinal INTEGER NOT NULL, old_key BLOB NOT NULL, new_key BLOB NOT NULL,
  last_number INTEGER NOT NULL, note TEXT NOT NULL, PRIMARY KEY (node, ordinal)) WITHOUT ROWID;
CREATE TABLE horizon (node INTEGER PRIMARY KEY REFERENCES node, computed_from_day INTEGER, computed_from_utc_s INTEGER,
  totals_from_day INTEGER);
INSERT INTO "horizon" VALUES(1,20500,1771200000,NULL);
CREATE TABLE incident (key INTEGER PRIMARY KEY AUTOINCREMENT, node TEXT NOT NULL, kind TEXT NOT NULL,
  first_utc_s INTEGER NOT NULL, last_utc_s INTEGER NOT NULL, from_number INTEGER NOT NULL, to_number INTEGER NOT NULL,
  times INTEGER NOT NULL);
INSERT INTO "incident" VALUES(1,'nantes','fork',1772440000,1772440000,1,1,1);
CREATE TABLE ledger_row (node INTEGER NOT NULL, scale INTEGER NOT NULL, student INTEGER NOT NULL, day INTEGER NOT NULL,
  course INTEGER NOT NULL, measured_s INTEGER NOT NULL, credited_s INTEGER NOT NULL, events INTEGER NOT NULL,
  first_utc_s INTEGER, last_utc_s INTEGER, activities BLOB NOT NULL,
  PRIMARY KEY (node, scale, student, day, course)) WITHOUT ROWID;
INSERT INTO "ledger_row" VALUES(1,1,1,20514,10,600,0,3,1772438400,1772439000,X'00');
CREATE TABLE member (id TEXT PRIMARY KEY, name TEXT NOT NULL, state TEXT NOT NULL, names TEXT NOT NULL, key BLOB NOT NULL,
  tls_fingerprint TEXT NOT NULL, invitation TEXT NOT NULL, since_utc_s INTEGER NOT NULL, announced INTEGER NOT NULL DEFAULT 0, announced_digest TEXT NOT NULL DEFAULT '', announced_utc_s INTEGER, url TEXT NOT NULL DEFAULT '');
INSERT INTO "member" VALUES('nantes','Nantes','active','issue',X'','tls','token',1772438400,0,'',NULL,'https://nantes.example');
CREATE TABLE message (sender TEXT NOT NULL, id TEXT NOT NULL, received_utc_s INTEGER NOT NULL,
  PRIMARY KEY (sender, id)) WITHOUT ROWID;
CREATE TABLE node (key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
INSERT INTO "node" VALUES(1,'universite-de-lyon');
CREATE TABLE outage (node INTEGER NOT NULL, from_utc_s INTEGER NOT NULL, to_utc_s INTEGER NOT NULL, cause TEXT NOT NULL,
  PRIMARY KEY (node, from_utc_s, to_utc_s, cause)) WITHOUT ROWID;
INSERT INTO "outage" VALUES(1,1772438400,1772442000,'disk');
CREATE TABLE place (only_one INTEGER PRIMARY KEY CHECK (only_one=1), place TEXT NOT NULL);
CREATE TABLE refusal (sender TEXT NOT NULL, code TEXT NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY (sender, code)) WITHOUT ROWID;
INSERT INTO "refusal" VALUES('?','refused',4);
CREATE TABLE report (key INTEGER PRIMARY KEY AUTOINCREMENT, issued_utc_s INTEGER NOT NULL, kind TEXT NOT NULL,
  node TEXT NOT NULL, student BLOB NOT NULL, from_day INTEGER NOT NULL, to_day INTEGER NOT NULL, scale TEXT NOT NULL,
  scale_name TEXT NOT NULL, rows_digest TEXT NOT NULL, superseded_utc_s INTEGER);
INSERT INTO "report" VALUES(1,1772440000,'group','universite-de-lyon',X'',20514,20520,'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','old 1','r',NULL);
CREATE TABLE report_file (report INTEGER NOT NULL REFERENCES report, ordinal INTEGER NOT NULL, path TEXT NOT NULL,
  sha256 TEXT NOT NULL, PRIMARY KEY (report, ordinal)) WITHOUT ROWID;
CREATE TABLE revoked_key (key BLOB PRIMARY KEY, node TEXT NOT NULL, utc_s INTEGER NOT NULL, reason TEXT NOT NULL)
  WITHOUT ROWID;
CREATE TABLE roster (node INTEGER NOT NULL, key TEXT NOT NULL, row TEXT NOT NULL, PRIMARY KEY (node, key)) WITHOUT ROWID;
CREATE TABLE row_secret (node INTEGER NOT NULL, holder TEXT NOT NULL, secret BLOB NOT NULL,
  PRIMARY KEY (node, holder)) WITHOUT ROWID;
CREATE TABLE scale (key INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, id TEXT NOT NULL, version INTEGER NOT NULL,
  document TEXT NOT NULL);
INSERT INTO "scale" VALUES(1,'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','old',1,'{}');
CREATE TABLE session (node INTEGER NOT NULL, scale INTEGER NOT NULL, student INTEGER NOT NULL,
  begin_utc_s INTEGER NOT NULL, ordinal INTEGER NOT NULL, end_utc_s INTEGER NOT NULL, events INTEGER NOT NULL,
  courses BLOB NOT NULL, PRIMARY KEY (node, scale, student, begin_utc_s, ordinal)) WITHOUT ROWID;
CREATE TABLE set_aside (node INTEGER NOT NULL, number INTEGER NOT NULL, digest TEXT NOT NULL, kind TEXT NOT NULL,
  bytes BLOB NOT NULL, receipt TEXT NOT NULL, utc_s INTEGER NOT NULL, PRIMARY KEY (node, number, digest));
CREATE TABLE stated_day (node INTEGER NOT NULL, scale INTEGER NOT NULL, day INTEGER NOT NULL, number INTEGER NOT NULL,
  digest TEXT NOT NULL, PRIMARY KEY (node, scale, day)) WITHOUT ROWID;
CREATE TABLE statement (node INTEGER NOT NULL, number INTEGER NOT NULL, digest TEXT NOT NULL, kind TEXT NOT NULL,
  bytes BLOB NOT NULL, receipt TEXT NOT NULL, PRIMARY KEY (node, number));
CREATE TABLE student (key INTEGER PRIMARY KEY, node INTEGER NOT NULL REFERENCES node, id BLOB NOT NULL,
  source TEXT NOT NULL, UNIQUE (node, id));
INSERT INTO "student" VALUES(1,1,X'01010101010101010101010101010101','moodle');
CREATE TABLE whole_scale (node INTEGER NOT NULL, scale INTEGER NOT NULL, PRIMARY KEY (node, scale)) WITHOUT ROWID;
INSERT INTO "whole_scale" VALUES(1,1);
COMMIT;
PRAGMA application_id=1098083377;
PRAGMA user_version=8;
