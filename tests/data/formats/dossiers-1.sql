-- dossiers.sqlite of format 1, as the program of that time left it. Frozen: never to be changed.
BEGIN TRANSACTION;
CREATE TABLE dossier (node TEXT NOT NULL, student BLOB NOT NULL, funder TEXT NOT NULL, number TEXT NOT NULL,
  valid_from INTEGER NOT NULL, valid_to INTEGER, said TEXT NOT NULL,
  PRIMARY KEY (node, student, funder, number, valid_from)) WITHOUT ROWID;
INSERT INTO "dossier" VALUES('universite-de-lyon',X'01010101010101010101010101010101','Région','R-1',1772438400,NULL,'[{"from":"2026-01-01","funder":"Région","groups":["G1"],"modality":"distance","nature":"training","number":"R-1","planned_s":36000,"status":"","to":"2026-06-30","training":"DAEU A"}]');
COMMIT;
PRAGMA application_id=1098081329;
PRAGMA user_version=1;
