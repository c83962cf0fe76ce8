-- One more day behind what store.sql stored: its rows, and the totals of the students and days they change.
CREATE TEMP TABLE newrows AS SELECT * FROM read_csv('$CSV', header=true, auto_detect=false, delim=',', quote='"', escape='"', nullstr='', new_line='\n', columns={
        'id': 'BIGINT', 'eventname': 'VARCHAR', 'component': 'VARCHAR', 'action': 'VARCHAR', 'target':
        'VARCHAR', 'objecttable': 'VARCHAR', 'objectid': 'BIGINT', 'crud': 'VARCHAR', 'edulevel': 'TINYINT',
        'contextid': 'BIGINT', 'contextlevel': 'INTEGER', 'contextinstanceid': 'BIGINT', 'userid': 'BIGINT',
        'courseid': 'BIGINT', 'relateduserid': 'BIGINT', 'anonymous': 'TINYINT', 'other': 'VARCHAR',
        'timecreated': 'BIGINT', 'origin': 'VARCHAR', 'ip': 'VARCHAR', 'realuserid': 'BIGINT'})
;;
BEGIN
;;
INSERT INTO log SELECT * FROM newrows
;;
CREATE TEMP TABLE affected AS
SELECT userid, (CASE WHEN (coalesce(p,mt))>=1761440400 AND (coalesce(p,mt))<1774746000 THEN 3600 ELSE 7200 END + (coalesce(p,mt))) // 86400 AS fromday,
  ((CASE WHEN (coalesce(p,mt))>=1761440400 AND (coalesce(p,mt))<1774746000 THEN 3600 ELSE 7200 END + (coalesce(p,mt))) // 86400)*86400-7200 AS fromt
FROM (SELECT n.userid, n.mt, (SELECT max(timecreated) FROM log l WHERE l.userid=n.userid AND l.timecreated<n.mt
        AND l.origin<>'cli' AND l.action<>'failed' AND l.realuserid IS NULL) AS p
      FROM (SELECT userid, min(timecreated) AS mt FROM newrows WHERE userid>1 AND origin<>'cli' AND action<>'failed' AND realuserid IS NULL GROUP BY userid) n) q
;;
DELETE FROM totals WHERE EXISTS (SELECT 1 FROM affected a WHERE a.userid=totals.userid AND totals.day>=a.fromday)
;;
INSERT INTO totals
SELECT userid, courseid, cm, day, sum(CASE WHEN gap<=$IDLE THEN gap ELSE $CREDIT END) AS secs, count(*) AS n
FROM (SELECT l.userid, l.courseid, CASE WHEN l.contextlevel=70 THEN l.contextinstanceid ELSE 0 END AS cm,
        (CASE WHEN (l.timecreated)>=1761440400 AND (l.timecreated)<1774746000 THEN 3600 ELSE 7200 END + (l.timecreated)) // 86400 AS day,
        lead(l.timecreated) OVER (PARTITION BY l.userid ORDER BY l.timecreated, l.id) - l.timecreated AS gap, a.fromday
      FROM affected a JOIN log l ON l.userid=a.userid AND l.timecreated>=a.fromt
      WHERE l.origin<>'cli' AND l.action<>'failed' AND l.realuserid IS NULL) x
WHERE day>=fromday GROUP BY userid, courseid, cm, day
;;
COMMIT
;;
CHECKPOINT
;;
SELECT count(*) AS groups, sum(secs)::BIGINT AS secs, sum(n)::BIGINT AS events,
  sum((userid*31+courseid*17+cm*7+day)%1000003*secs%1000003)::BIGINT AS "check" FROM totals
