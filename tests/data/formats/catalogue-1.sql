-- catalogue.sqlite of format 1, as the program of that time left it. Frozen: never to be changed.
BEGIN TRANSACTION;
CREATE TABLE activity (source TEXT NOT NULL, activity INTEGER NOT NULL, course INTEGER NOT NULL, type TEXT NOT NULL,
  name TEXT NOT NULL, idnumber TEXT NOT NULL, PRIMARY KEY (source, activity)) WITHOUT ROWID;
INSERT INTO "activity" VALUES('moodle',501,10,'quiz','Test 1','T1');
CREATE TABLE course (source TEXT NOT NULL, course INTEGER NOT NULL, fullname TEXT NOT NULL, shortname TEXT NOT NULL,
  idnumber TEXT NOT NULL, PRIMARY KEY (source, course)) WITHOUT ROWID;
INSERT INTO "course" VALUES('moodle',10,'Mathématiques','MATH','M1');
CREATE TABLE person (source TEXT NOT NULL, user_id INTEGER NOT NULL, username TEXT NOT NULL, idnumber TEXT NOT NULL,
  firstname TEXT NOT NULL, lastname TEXT NOT NULL, email TEXT NOT NULL, institution TEXT NOT NULL, department TEXT NOT NULL,
  auth TEXT NOT NULL, mnet_host TEXT NOT NULL, suspended INTEGER NOT NULL, deleted INTEGER NOT NULL, cohorts TEXT NOT NULL,
  profile_fields TEXT NOT NULL, of_others INTEGER NOT NULL, name_tag TEXT NOT NULL, PRIMARY KEY (source, user_id)) WITHOUT ROWID;
INSERT INTO "person" VALUES('moodle',42,'elodie','E1','Élodie','Roux','elodie@univ.example','Lyon','DAEU','cas','h',1,0,'["sonate-2026"]','{"funded":"yes"}',0,'tag');
COMMIT;
PRAGMA application_id=1098081073;
PRAGMA user_version=1;
