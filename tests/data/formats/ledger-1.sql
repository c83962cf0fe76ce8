-- ledger.sqlite of format 1, as the program of that time left it. Frozen: never to be changed.
BEGIN TRANSACTION;
CREATE TABLE dropped (node INTEGER NOT NULL, scale INTEGER NOT NULL, student INTEGER NOT NULL, day INTEGER NOT NULL,
  reason TEXT NOT NULL, events INTEGER NOT NULL,
  PRIMARY KEY (node, scale, student, day, reason)) WITHOUT ROWID;
CREATE TABLE freshness (node INTEGER NOT NULL, scale INTEGER NOT NULL, engine TEXT NOT NULL, as_of_utc_s INTEGER NOT NULL,
  archived_events INTEGER NOT NULL, last_event_utc_s INTEGER, last_event_id INTEGER,
  PRIMARY KEY (node, scale)) WITHOUT ROWID;
INSERT INTO "freshness" VALUES(1,1,'engine 1',1772440000,3,1772439000,17);
CREATE TABLE ledger_row (node INTEGER NOT NULL, scale INTEGER NOT NULL, student INTEGER NOT NULL, day INTEGER NOT NULL,
  course INTEGER NOT NULL, measured_s INTEGER NOT NULL, credited_s INTEGER NOT NULL, events INTEGER NOT NULL,
  first_utc_s INTEGER, last_utc_s INTEGER, activities BLOB NOT NULL,
  PRIMARY KEY (node, scale, student, day, course)) WITHOUT ROWID;
INSERT INTO "ledger_row" VALUES(1,1,1,20514,10,600,0,3,1772438400,1772439000,X'00');
CREATE TABLE node (key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
INSERT INTO "node" VALUES(1,'universite-de-lyon');
CREATE TABLE outage (node INTEGER NOT NULL, from_utc_s INTEGER NOT NULL, to_utc_s INTEGER NOT NULL, cause TEXT NOT NULL,
  PRIMARY KEY (node, from_utc_s, to_utc_s, cause)) WITHOUT ROWID;
INSERT INTO "outage" VALUES(1,1772438400,1772442000,'disk');
CREATE TABLE scale (key INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, id TEXT NOT NULL, version INTEGER NOT NULL,
  document TEXT NOT NULL);
INSERT INTO "scale" VALUES(1,'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','old',1,'{}');
CREATE TABLE session (node INTEGER NOT NULL, scale INTEGER NOT NULL, student INTEGER NOT NULL,
  begin_utc_s INTEGER NOT NULL, ordinal INTEGER NOT NULL, end_utc_s INTEGER NOT NULL, events INTEGER NOT NULL,
  courses BLOB NOT NULL, PRIMARY KEY (node, scale, student, begin_utc_s, ordinal)) WITHOUT ROWID;
CREATE TABLE student (key INTEGER PRIMARY KEY, node INTEGER NOT NULL REFERENCES node, id BLOB NOT NULL,
  source TEXT NOT NULL, UNIQUE (node, id));
INSERT INTO "student" VALUES(1,1,X'01010101010101010101010101010101','moodle');
COMMIT;
PRAGMA application_id=1098083377;
PRAGMA user_version=1;
