-- archive.sqlite of format 2, as the program of that time left it. Frozen: never to be changed.
BEGIN TRANSACTION;
CREATE TABLE activity (source INTEGER NOT NULL, activity INTEGER NOT NULL, course INTEGER NOT NULL, type TEXT NOT NULL,
  sure INTEGER NOT NULL, PRIMARY KEY (source, activity)) WITHOUT ROWID;
CREATE TABLE block (source INTEGER NOT NULL, user_id INTEGER NOT NULL, utc_day INTEGER NOT NULL, events BLOB NOT NULL,
  PRIMARY KEY (source, user_id, utc_day)) WITHOUT ROWID;
INSERT INTO "block" VALUES(1,7,20514,X'010280E1015AD00F060001140000EA07894E9339');
CREATE TABLE dirty (source INTEGER NOT NULL, user_id INTEGER NOT NULL, PRIMARY KEY (source, user_id)) WITHOUT ROWID;
INSERT INTO "dirty" VALUES(1,7);
CREATE TABLE intake (key INTEGER PRIMARY KEY, source TEXT NOT NULL, path TEXT NOT NULL, kind TEXT NOT NULL,
  sha256 TEXT NOT NULL, begun_utc_s INTEGER NOT NULL, ended_utc_s INTEGER, counts TEXT NOT NULL);
INSERT INTO "intake" VALUES(1,'moodle','log.csv','log','aa',1772440000,1772440001,'{"rows":2}');
CREATE TABLE seen (source INTEGER NOT NULL, chunk INTEGER NOT NULL, ids BLOB NOT NULL,
  PRIMARY KEY (source, chunk)) WITHOUT ROWID;
CREATE TABLE shape (key INTEGER PRIMARY KEY, eventname TEXT NOT NULL, component TEXT NOT NULL, action TEXT NOT NULL,
  target TEXT NOT NULL, origin TEXT NOT NULL, crud TEXT NOT NULL, edulevel INTEGER NOT NULL,
  context_level INTEGER NOT NULL, login_as INTEGER NOT NULL, anonymous INTEGER NOT NULL);
INSERT INTO "shape" VALUES(0,'\core\event\course_viewed','core','viewed','course','web','r',2,50,0,0);
INSERT INTO "shape" VALUES(1,'\mod_quiz\event\x','mod_quiz','viewed','x','web','r',2,70,0,0);
CREATE TABLE source (key INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, site_identifier TEXT NOT NULL,
  computing_for TEXT NOT NULL DEFAULT '', events INTEGER NOT NULL DEFAULT 0, first_utc_s INTEGER, last_utc_s INTEGER,
  last_id INTEGER, courses_unknown INTEGER NOT NULL DEFAULT 0, clean_as_of_s INTEGER);
INSERT INTO "source" VALUES(1,'moodle','','',2,1772438400,1772438490,1003,0,1772440000);
COMMIT;
PRAGMA application_id=1098080561;
PRAGMA user_version=2;
