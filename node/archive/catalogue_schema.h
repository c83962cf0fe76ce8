// The SQL of a catalogue, one script a version of its format. Format: docs/formats/catalogue.md.
#pragma once

#include <string_view>

namespace assidu::node::archive {

inline constexpr std::string_view kCatalogueVersion1 = R"sql(
CREATE TABLE person (source TEXT NOT NULL, user_id INTEGER NOT NULL, username TEXT NOT NULL, idnumber TEXT NOT NULL,
  firstname TEXT NOT NULL, lastname TEXT NOT NULL, email TEXT NOT NULL, institution TEXT NOT NULL, department TEXT NOT NULL,
  auth TEXT NOT NULL, mnet_host TEXT NOT NULL, suspended INTEGER NOT NULL, deleted INTEGER NOT NULL, cohorts TEXT NOT NULL,
  profile_fields TEXT NOT NULL, of_others INTEGER NOT NULL, name_tag TEXT NOT NULL, PRIMARY KEY (source, user_id)) WITHOUT ROWID;
CREATE TABLE course (source TEXT NOT NULL, course INTEGER NOT NULL, fullname TEXT NOT NULL, shortname TEXT NOT NULL,
  idnumber TEXT NOT NULL, PRIMARY KEY (source, course)) WITHOUT ROWID;
CREATE TABLE activity (source TEXT NOT NULL, activity INTEGER NOT NULL, course INTEGER NOT NULL, type TEXT NOT NULL,
  name TEXT NOT NULL, idnumber TEXT NOT NULL, PRIMARY KEY (source, activity)) WITHOUT ROWID;
)sql";

// Histories. Format 1 did not say since when a thing was known: valid_from 0.
inline constexpr std::string_view kCatalogueVersion2 = R"sql(
ALTER TABLE person RENAME TO person_1;
ALTER TABLE course RENAME TO course_1;
ALTER TABLE activity RENAME TO activity_1;
CREATE TABLE person (source TEXT NOT NULL, id INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER,
  username TEXT NOT NULL, idnumber TEXT NOT NULL, firstname TEXT NOT NULL, lastname TEXT NOT NULL, email TEXT NOT NULL,
  institution TEXT NOT NULL, department TEXT NOT NULL, auth TEXT NOT NULL, mnet_host TEXT NOT NULL,
  suspended INTEGER NOT NULL, deleted INTEGER NOT NULL, cohorts TEXT NOT NULL, profile_fields TEXT NOT NULL,
  of_others INTEGER NOT NULL, name_tag TEXT NOT NULL, PRIMARY KEY (source, id, valid_from)) WITHOUT ROWID;
CREATE TABLE course (source TEXT NOT NULL, id INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER,
  fullname TEXT NOT NULL, shortname TEXT NOT NULL, idnumber TEXT NOT NULL, category INTEGER NOT NULL,
  start_utc_s INTEGER NOT NULL, end_utc_s INTEGER NOT NULL, PRIMARY KEY (source, id, valid_from)) WITHOUT ROWID;
CREATE TABLE activity (source TEXT NOT NULL, id INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER,
  course INTEGER NOT NULL, type TEXT NOT NULL, name TEXT NOT NULL, idnumber TEXT NOT NULL, section INTEGER NOT NULL,
  PRIMARY KEY (source, id, valid_from)) WITHOUT ROWID;
INSERT INTO person SELECT source, user_id, 0, NULL, username, idnumber, firstname, lastname, email, institution, department,
  auth, mnet_host, suspended, deleted, cohorts, profile_fields, of_others, name_tag FROM person_1;
INSERT INTO course SELECT source, course, 0, NULL, fullname, shortname, idnumber, 0, 0, 0 FROM course_1;
INSERT INTO activity SELECT source, activity, 0, NULL, course, type, name, idnumber, 0 FROM activity_1;
DROP TABLE person_1;
DROP TABLE course_1;
DROP TABLE activity_1;
CREATE TABLE category (source TEXT NOT NULL, id INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER,
  name TEXT NOT NULL, idnumber TEXT NOT NULL, path TEXT NOT NULL, PRIMARY KEY (source, id, valid_from)) WITHOUT ROWID;
CREATE TABLE section (source TEXT NOT NULL, id INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER,
  course INTEGER NOT NULL, number INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY (source, id, valid_from)) WITHOUT ROWID;
CREATE TABLE course_group (source TEXT NOT NULL, id INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER,
  course INTEGER NOT NULL, name TEXT NOT NULL, idnumber TEXT NOT NULL, PRIMARY KEY (source, id, valid_from)) WITHOUT ROWID;
CREATE TABLE group_member (source TEXT NOT NULL, id INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER,
  course_group INTEGER NOT NULL, user_id INTEGER NOT NULL, added_utc_s INTEGER NOT NULL,
  PRIMARY KEY (source, id, valid_from)) WITHOUT ROWID;
CREATE TABLE course_grouping (source TEXT NOT NULL, id INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER,
  course INTEGER NOT NULL, name TEXT NOT NULL, idnumber TEXT NOT NULL, PRIMARY KEY (source, id, valid_from)) WITHOUT ROWID;
CREATE TABLE grouping_group (source TEXT NOT NULL, id INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER,
  grouping INTEGER NOT NULL, course_group INTEGER NOT NULL, PRIMARY KEY (source, id, valid_from)) WITHOUT ROWID;
CREATE TABLE cohort (source TEXT NOT NULL, id INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER,
  name TEXT NOT NULL, idnumber TEXT NOT NULL, PRIMARY KEY (source, id, valid_from)) WITHOUT ROWID;
CREATE TABLE cohort_member (source TEXT NOT NULL, id INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER,
  cohort INTEGER NOT NULL, user_id INTEGER NOT NULL, added_utc_s INTEGER NOT NULL,
  PRIMARY KEY (source, id, valid_from)) WITHOUT ROWID;
CREATE TABLE enrolment_method (source TEXT NOT NULL, id INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER,
  method TEXT NOT NULL, course INTEGER NOT NULL, status INTEGER NOT NULL,
  PRIMARY KEY (source, id, valid_from)) WITHOUT ROWID;
CREATE TABLE enrolment (source TEXT NOT NULL, id INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER,
  enrolment_method INTEGER NOT NULL, user_id INTEGER NOT NULL, status INTEGER NOT NULL, start_utc_s INTEGER NOT NULL,
  end_utc_s INTEGER NOT NULL, created_utc_s INTEGER NOT NULL, PRIMARY KEY (source, id, valid_from)) WITHOUT ROWID;
CREATE TABLE role (source TEXT NOT NULL, id INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER,
  shortname TEXT NOT NULL, archetype TEXT NOT NULL, PRIMARY KEY (source, id, valid_from)) WITHOUT ROWID;
CREATE TABLE role_assignment (source TEXT NOT NULL, id INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER,
  role INTEGER NOT NULL, context_level INTEGER NOT NULL, instance INTEGER NOT NULL, user_id INTEGER NOT NULL,
  changed_utc_s INTEGER NOT NULL, PRIMARY KEY (source, id, valid_from)) WITHOUT ROWID;
CREATE TABLE grade_item (source TEXT NOT NULL, id INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER,
  course INTEGER NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, module TEXT NOT NULL, module_instance INTEGER NOT NULL,
  idnumber TEXT NOT NULL, grade_max TEXT NOT NULL, grade_pass TEXT NOT NULL, hidden INTEGER NOT NULL,
  PRIMARY KEY (source, id, valid_from)) WITHOUT ROWID;
CREATE TABLE grade (source TEXT NOT NULL, id INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER,
  grade_item INTEGER NOT NULL, user_id INTEGER NOT NULL, final_grade TEXT NOT NULL, grade_max TEXT NOT NULL,
  hidden INTEGER NOT NULL, overridden_utc_s INTEGER NOT NULL, excluded_utc_s INTEGER NOT NULL, changed_utc_s INTEGER NOT NULL,
  PRIMARY KEY (source, id, valid_from)) WITHOUT ROWID;
CREATE TABLE mnet_host (source TEXT NOT NULL, id INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER,
  wwwroot TEXT NOT NULL, name TEXT NOT NULL, deleted INTEGER NOT NULL, PRIMARY KEY (source, id, valid_from)) WITHOUT ROWID;
CREATE TABLE mark (source TEXT NOT NULL, name TEXT NOT NULL, value INTEGER NOT NULL, PRIMARY KEY (source, name)) WITHOUT ROWID;
CREATE TABLE erased (source TEXT NOT NULL, tag TEXT NOT NULL, erased_utc_s INTEGER NOT NULL,
  PRIMARY KEY (source, tag)) WITHOUT ROWID;
)sql";

}  // namespace assidu::node::archive
