-- CSV to a table of all columns and a table of totals, both in the database's file.
CREATE OR REPLACE TABLE log AS SELECT * FROM read_csv('$CSV', header=true, auto_detect=false, delim=',', quote='"', escape='"', nullstr='', new_line='\n', columns={
        'id': 'BIGINT', 'eventname': 'VARCHAR', 'component': 'VARCHAR', 'action': 'VARCHAR', 'target':
        'VARCHAR', 'objecttable': 'VARCHAR', 'objectid': 'BIGINT', 'crud': 'VARCHAR', 'edulevel': 'TINYINT',
        'contextid': 'BIGINT', 'contextlevel': 'INTEGER', 'contextinstanceid': 'BIGINT', 'userid': 'BIGINT',
        'courseid': 'BIGINT', 'relateduserid': 'BIGINT', 'anonymous': 'TINYINT', 'other': 'VARCHAR',
        'timecreated': 'BIGINT', 'origin': 'VARCHAR', 'ip': 'VARCHAR', 'realuserid': 'BIGINT'})
;;
CREATE OR REPLACE TABLE totals AS
SELECT userid, courseid, cm, day, sum(CASE WHEN gap<=$IDLE THEN gap ELSE $CREDIT END) AS secs, count(*) AS n
FROM (SELECT userid, courseid, CASE WHEN contextlevel=70 THEN contextinstanceid ELSE 0 END AS cm,
        (timecreated + CASE WHEN timecreated>=1761440400 AND timecreated<1774746000 THEN 3600 ELSE 7200 END) // 86400 AS day,
        lead(timecreated) OVER (PARTITION BY userid ORDER BY timecreated, id) - timecreated AS gap
      FROM log
      WHERE userid>1 AND origin<>'cli' AND action<>'failed' AND realuserid IS NULL) x
GROUP BY userid, courseid, cm, day
;;
CHECKPOINT
;;
SELECT count(*) AS groups, sum(secs)::BIGINT AS secs, sum(n)::BIGINT AS events,
  sum((userid*31+courseid*17+cm*7+day)%1000003*secs%1000003)::BIGINT AS "check" FROM totals
