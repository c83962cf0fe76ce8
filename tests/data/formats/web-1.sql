-- web.sqlite of format 1, as the program of that time left it. Frozen: never to be changed.
BEGIN TRANSACTION;
CREATE TABLE staff (name TEXT PRIMARY KEY, password TEXT NOT NULL, students TEXT NOT NULL, made_utc_s INTEGER NOT NULL, login_utc_s INTEGER) STRICT, WITHOUT ROWID;
INSERT INTO "staff" VALUES('anne','','["institution=Lyon"]',1772438400,NULL);
CREATE TABLE token (number INTEGER PRIMARY KEY AUTOINCREMENT, sha256 TEXT NOT NULL UNIQUE, label TEXT NOT NULL, functions TEXT NOT NULL, students TEXT NOT NULL, per_minute INTEGER NOT NULL, made_utc_s INTEGER NOT NULL, expires_utc_s INTEGER NOT NULL, revoked_utc_s INTEGER, used_utc_s INTEGER) STRICT;
INSERT INTO "token" VALUES(1,'abababababababababababababababababababababababababababababababab','ERP','["block_use_stats_get_user_stats"]','["everyone"]',60,1772438400,4102444800,NULL,NULL);
COMMIT;
PRAGMA application_id=1098086193;
PRAGMA user_version=1;
