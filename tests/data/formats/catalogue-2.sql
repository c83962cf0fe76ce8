-- catalogue.sqlite of format 2, as the program of that time left it. Frozen: never to be changed.
BEGIN TRANSACTION;
CREATE TABLE activity (source TEXT NOT NULL, id INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER,
  course INTEGER NOT NULL, type TEXT NOT NULL, name TEXT NOT NULL, idnumber TEXT NOT NULL, section INTEGER NOT NULL,
  PRIMARY KEY (source, id, valid_from)) WITHOUT ROWID;
INSERT INTO "activity" VALUES('moodle',501,0,NULL,10,'quiz','Test 1','T1',0);
CREATE TABLE category (source TEXT NOT NULL, id INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER,
  name TEXT NOT NULL, idnumber TEXT NOT NULL, path TEXT NOT NULL, PRIMARY KEY (source, id, valid_from)) WITHOUT ROWID;
CREATE TABLE cohort (source TEXT NOT NULL, id INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER,
  name TEXT NOT NULL, idnumber TEXT NOT NULL, PRIMARY KEY (source, id, valid_from)) WITHOUT ROWID;
INSERT INTO "cohort" VALUES('moodle',3,1772438400,NULL,'SONATE','S');
CREATE TABLE cohort_member (source TEXT NOT NULL, id INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER,
  cohort INTEGER NOT NULL, user_id INTEGER NOT NULL, added_utc_s INTEGER NOT NULL,
  PRIMARY KEY (source, id, valid_from)) WITHOUT ROWID;
CREATE TABLE course (source TEXT NOT NULL, id INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER,
  fullname TEXT NOT NULL, shortname TEXT NOT NULL, idnumber TEXT NOT NULL, category INTEGER NOT NULL,
  start_utc_s INTEGER NOT NULL, end_utc_s INTEGER NOT NULL, PRIMARY KEY (source, id, valid_from)) WITHOUT ROWID;
INSERT INTO "course" VALUES('moodle',10,0,NULL,'Mathématiques','MATH','M1',0,0,0);
CREATE TABLE course_group (source TEXT NOT NULL, id INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER,
  course INTEGER NOT NULL, name TEXT NOT NULL, idnumber TEXT NOT NULL, PRIMARY KEY (source, id, valid_from)) WITHOUT ROWID;
CREATE TABLE course_grouping (source TEXT NOT NULL, id INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER,
  course INTEGER NOT NULL, name TEXT NOT NULL, idnumber TEXT NOT NULL, PRIMARY KEY (source, id, valid_from)) WITHOUT ROWID;
CREATE TABLE enrolment (source TEXT NOT NULL, id INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER,
  enrolment_method INTEGER NOT NULL, user_id INTEGER NOT NULL, status INTEGER NOT NULL, start_utc_s INTEGER NOT NULL,
  end_utc_s INTEGER NOT NULL, created_utc_s INTEGER NOT NULL, PRIMARY KEY (source, id, valid_from)) WITHOUT ROWID;
CREATE TABLE enrolment_method (source TEXT NOT NULL, id INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER,
  method TEXT NOT NULL, course INTEGER NOT NULL, status INTEGER NOT NULL,
  PRIMARY KEY (source, id, valid_from)) WITHOUT ROWID;
CREATE TABLE erased (source TEXT NOT NULL, tag TEXT NOT NULL, erased_utc_s INTEGER NOT NULL,
  PRIMARY KEY (source, tag)) WITHOUT ROWID;
CREATE TABLE grade (source TEXT NOT NULL, id INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER,
  grade_item INTEGER NOT NULL, user_id INTEGER NOT NULL, final_grade TEXT NOT NULL, grade_max TEXT NOT NULL,
  hidden INTEGER NOT NULL, overridden_utc_s INTEGER NOT NULL, excluded_utc_s INTEGER NOT NULL, changed_utc_s INTEGER NOT NULL,
  PRIMARY KEY (source, id, valid_from)) WITHOUT ROWID;
CREATE TABLE grade_item (source TEXT NOT NULL, id INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER,
  course INTEGER NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, module TEXT NOT NULL, module_instance INTEGER NOT NULL,
  idnumber TEXT NOT NULL, grade_max TEXT NOT NULL, grade_pass TEXT NOT NULL, hidden INTEGER NOT NULL,
  PRIMARY KEY (source, id, valid_from)) WITHOUT ROWID;
CREATE TABLE group_member (source TEXT NOT NULL, id INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER,
  course_group INTEGER NOT NULL, user_id INTEGER NOT NULL, added_utc_s INTEGER NOT NULL,
  PRIMARY KEY (source, id, valid_from)) WITHOUT ROWID;
CREATE TABLE grouping_group (source TEXT NOT NULL, id INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER,
  grouping INTEGER NOT NULL, course_group INTEGER NOT NULL, PRIMARY KEY (source, id, valid_from)) WITHOUT ROWID;
CREATE TABLE mark (source TEXT NOT NULL, name TEXT NOT NULL, value INTEGER NOT NULL, PRIMARY KEY (source, name)) WITHOUT ROWID;
CREATE TABLE mnet_host (source TEXT NOT NULL, id INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER,
  wwwroot TEXT NOT NULL, name TEXT NOT NULL, deleted INTEGER NOT NULL, PRIMARY KEY (source, id, valid_from)) WITHOUT ROWID;
CREATE TABLE person (source TEXT NOT NULL, id INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER,
  username TEXT NOT NULL, idnumber TEXT NOT NULL, firstname TEXT NOT NULL, lastname TEXT NOT NULL, email TEXT NOT NULL,
  institution TEXT NOT NULL, department TEXT NOT NULL, auth TEXT NOT NULL, mnet_host TEXT NOT NULL,
  suspended INTEGER NOT NULL, deleted INTEGER NOT NULL, cohorts TEXT NOT NULL, profile_fields TEXT NOT NULL,
  of_others INTEGER NOT NULL, name_tag TEXT NOT NULL, PRIMARY KEY (source, id, valid_from)) WITHOUT ROWID;
INSERT INTO "person" VALUES('moodle',42,0,NULL,'elodie','E1','Élodie','Roux','elodie@univ.example','Lyon','DAEU','cas','h',1,0,'["sonate-2026"]','{"funded":"yes"}',0,'tag');
CREATE TABLE role (source TEXT NOT NULL, id INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER,
  shortname TEXT NOT NULL, archetype TEXT NOT NULL, PRIMARY KEY (source, id, valid_from)) WITHOUT ROWID;
CREATE TABLE role_assignment (source TEXT NOT NULL, id INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER,
  role INTEGER NOT NULL, context_level INTEGER NOT NULL, instance INTEGER NOT NULL, user_id INTEGER NOT NULL,
  changed_utc_s INTEGER NOT NULL, PRIMARY KEY (source, id, valid_from)) WITHOUT ROWID;
CREATE TABLE section (source TEXT NOT NULL, id INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER,
  course INTEGER NOT NULL, number INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY (source, id, valid_from)) WITHOUT ROWID;
COMMIT;
PRAGMA application_id=1098081073;
PRAGMA user_version=2;
