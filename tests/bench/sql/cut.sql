-- The same seconds laid on days as Assidu lays them: an interval is cut at midnight, and the activity of an
-- anonymous event is not shown. Not timed: what Assidu's own tuple is held against.
CREATE OR REPLACE TEMP TABLE totals AS
WITH credited AS (
  SELECT userid, courseid, CASE WHEN contextlevel=70 AND anonymous=0 THEN contextinstanceid ELSE 0 END AS cm,
    timecreated + CASE WHEN timecreated>=1761440400 AND timecreated<1774746000 THEN 3600 ELSE 7200 END AS local,
    lead(timecreated) OVER (PARTITION BY userid ORDER BY timecreated, id) - timecreated AS gap
  FROM read_csv('$CSV', header=true, auto_detect=false, delim=',', quote='"', escape='"', nullstr='', new_line='\n', columns={
        'id': 'BIGINT', 'eventname': 'VARCHAR', 'component': 'VARCHAR', 'action': 'VARCHAR', 'target':
        'VARCHAR', 'objecttable': 'VARCHAR', 'objectid': 'BIGINT', 'crud': 'VARCHAR', 'edulevel': 'TINYINT',
        'contextid': 'BIGINT', 'contextlevel': 'INTEGER', 'contextinstanceid': 'BIGINT', 'userid': 'BIGINT',
        'courseid': 'BIGINT', 'relateduserid': 'BIGINT', 'anonymous': 'TINYINT', 'other': 'VARCHAR',
        'timecreated': 'BIGINT', 'origin': 'VARCHAR', 'ip': 'VARCHAR', 'realuserid': 'BIGINT'})
  WHERE userid>1 AND origin<>'cli' AND action<>'failed' AND realuserid IS NULL),
worth AS (SELECT *, CASE WHEN gap<=$IDLE THEN gap ELSE $CREDIT END AS s, 86400 - local % 86400 AS left_of_day FROM credited),
slices AS (
  SELECT userid, courseid, cm, local // 86400 AS day, least(s, left_of_day) AS s, 1 AS n FROM worth
  UNION ALL
  SELECT userid, courseid, cm, local // 86400 + 1, s - left_of_day, 0 FROM worth WHERE s > left_of_day)
SELECT userid, courseid, cm, day, sum(s) AS secs, sum(n) AS n FROM slices GROUP BY userid, courseid, cm, day
;;
SELECT count(*) AS groups, sum(secs)::BIGINT AS secs, sum(n)::BIGINT AS events,
  sum((userid*31+courseid*17+cm*7+day)%1000003*secs%1000003)::BIGINT AS "check" FROM totals
