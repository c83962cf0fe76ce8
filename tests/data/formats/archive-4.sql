-- archive.sqlite of format 4, as the program of that time left it. Frozen: never to be changed.
BEGIN TRANSACTION;
CREATE TABLE activity (source INTEGER NOT NULL, activity INTEGER NOT NULL, course INTEGER NOT NULL, type TEXT NOT NULL,
  sure INTEGER NOT NULL, PRIMARY KEY (source, activity)) WITHOUT ROWID;
CREATE TABLE activity_worth (source INTEGER NOT NULL, activity INTEGER NOT NULL, seconds INTEGER NOT NULL,
  PRIMARY KEY (source, activity)) WITHOUT ROWID;
CREATE TABLE block (source INTEGER NOT NULL, user_id INTEGER NOT NULL, utc_day INTEGER NOT NULL, events BLOB NOT NULL,
  PRIMARY KEY (source, user_id, utc_day)) WITHOUT ROWID;
INSERT INTO "block" VALUES(1,7,20514,X'010280E1015AD00F060001140000EA07894E9339');
CREATE TABLE category (source INTEGER NOT NULL, category INTEGER NOT NULL, path TEXT NOT NULL,
  PRIMARY KEY (source, category)) WITHOUT ROWID;
CREATE TABLE completion (source INTEGER NOT NULL, user_id INTEGER NOT NULL, activity INTEGER NOT NULL,
  time_utc_s INTEGER NOT NULL, state INTEGER NOT NULL, PRIMARY KEY (source, user_id, activity, time_utc_s)) WITHOUT ROWID;
INSERT INTO "completion" VALUES(1,7,501,1772438500,1);
CREATE TABLE course_place (source INTEGER NOT NULL, course INTEGER NOT NULL, categories TEXT, idnumber TEXT,
  PRIMARY KEY (source, course)) WITHOUT ROWID;
CREATE TABLE declaration (source INTEGER NOT NULL, origin TEXT NOT NULL, id INTEGER NOT NULL, user_id INTEGER NOT NULL,
  begin_utc_s INTEGER NOT NULL, seconds INTEGER NOT NULL, course INTEGER NOT NULL, activity INTEGER NOT NULL,
  declared_utc_s INTEGER, validated INTEGER NOT NULL, PRIMARY KEY (source, origin, id)) WITHOUT ROWID;
CREATE TABLE dirty (source INTEGER NOT NULL, user_id INTEGER NOT NULL, from_utc_s INTEGER NOT NULL,
  PRIMARY KEY (source, user_id)) WITHOUT ROWID;
INSERT INTO "dirty" VALUES(1,7,-9223372036854775808);
CREATE TABLE enrolment (source INTEGER NOT NULL, enrolment INTEGER NOT NULL, since_utc_s INTEGER NOT NULL,
  user_id INTEGER NOT NULL, course INTEGER NOT NULL, said_utc_s INTEGER NOT NULL, active INTEGER NOT NULL,
  begin_utc_s INTEGER, end_utc_s INTEGER, PRIMARY KEY (source, enrolment, since_utc_s)) WITHOUT ROWID;
CREATE TABLE exclusion (number INTEGER PRIMARY KEY AUTOINCREMENT, source INTEGER NOT NULL, user_id INTEGER NOT NULL,
  from_utc_s INTEGER NOT NULL, to_utc_s INTEGER NOT NULL, reason TEXT NOT NULL, author TEXT NOT NULL,
  made_utc_s INTEGER NOT NULL);
INSERT INTO "exclusion" VALUES(1,1,8,1772438400,1772438500,'test','me',1772440000);
CREATE TABLE exclusion_revoked (number INTEGER PRIMARY KEY REFERENCES exclusion, revoked_utc_s INTEGER NOT NULL,
  reason TEXT NOT NULL, author TEXT NOT NULL);
CREATE TABLE foreign_time (source INTEGER NOT NULL, meter INTEGER NOT NULL, id INTEGER NOT NULL, user_id INTEGER NOT NULL,
  time_utc_s INTEGER NOT NULL, seconds INTEGER NOT NULL, course INTEGER NOT NULL, activity INTEGER NOT NULL,
  PRIMARY KEY (source, meter, id)) WITHOUT ROWID;
CREATE TABLE intake (key INTEGER PRIMARY KEY, source TEXT NOT NULL, path TEXT NOT NULL, kind TEXT NOT NULL,
  sha256 TEXT NOT NULL, begun_utc_s INTEGER NOT NULL, ended_utc_s INTEGER, counts TEXT NOT NULL);
INSERT INTO "intake" VALUES(1,'moodle','log.csv','log','aa',1772440000,1772440001,'{"rows":2}');
CREATE TABLE role (source INTEGER NOT NULL, assignment INTEGER NOT NULL, since_utc_s INTEGER NOT NULL,
  user_id INTEGER NOT NULL, role TEXT NOT NULL, context_level INTEGER NOT NULL, instance INTEGER NOT NULL,
  active INTEGER NOT NULL, PRIMARY KEY (source, assignment, since_utc_s)) WITHOUT ROWID;
CREATE TABLE seen (source INTEGER NOT NULL, chunk INTEGER NOT NULL, ids BLOB NOT NULL,
  PRIMARY KEY (source, chunk)) WITHOUT ROWID;
CREATE TABLE shape (key INTEGER PRIMARY KEY, eventname TEXT NOT NULL, component TEXT NOT NULL, action TEXT NOT NULL,
  target TEXT NOT NULL, origin TEXT NOT NULL, crud TEXT NOT NULL, edulevel INTEGER NOT NULL,
  context_level INTEGER NOT NULL, login_as INTEGER NOT NULL, anonymous INTEGER NOT NULL);
INSERT INTO "shape" VALUES(0,'\core\event\course_viewed','core','viewed','course','web','r',2,50,0,0);
INSERT INTO "shape" VALUES(1,'\mod_quiz\event\x','mod_quiz','viewed','x','web','r',2,70,0,0);
CREATE TABLE signed_day (key INTEGER PRIMARY KEY AUTOINCREMENT, source INTEGER NOT NULL, user_id INTEGER NOT NULL,
  day INTEGER NOT NULL, counts INTEGER NOT NULL, author TEXT NOT NULL, made_utc_s INTEGER NOT NULL,
  signature TEXT NOT NULL);
INSERT INTO "signed_day" VALUES(1,1,7,20514,1,'me',1772440000,'00');
CREATE TABLE source (key INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, site_identifier TEXT NOT NULL,
  computing_for TEXT NOT NULL DEFAULT '', events INTEGER NOT NULL DEFAULT 0, first_utc_s INTEGER, last_utc_s INTEGER,
  last_id INTEGER, courses_unknown INTEGER NOT NULL DEFAULT 0, clean_as_of_s INTEGER, evidence_revision INTEGER NOT NULL DEFAULT 0, evidence_computed INTEGER NOT NULL DEFAULT 0);
INSERT INTO "source" VALUES(1,'moodle','','',2,1772438400,1772438490,1003,0,1772440000,2,0);
CREATE INDEX completion_of_activity ON completion (source, activity);
CREATE INDEX declaration_of_user ON declaration (source, user_id);
CREATE INDEX declaration_of_activity ON declaration (source, activity);
CREATE INDEX foreign_time_of_user ON foreign_time (source, user_id);
CREATE INDEX foreign_time_of_activity ON foreign_time (source, activity);
CREATE INDEX enrolment_of_user ON enrolment (source, user_id);
CREATE INDEX role_of_user ON role (source, user_id);
CREATE INDEX exclusion_of_user ON exclusion (source, user_id);
CREATE INDEX signed_day_of_user ON signed_day (source, user_id);
COMMIT;
PRAGMA application_id=1098080561;
PRAGMA user_version=4;
