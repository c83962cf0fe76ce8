CREATE TABLE cells AS SELECT * FROM read_csv('$CSV', header=true, auto_detect=false, delim=',',
  columns={'univ':'INTEGER','student':'INTEGER','course':'INTEGER','day':'INTEGER','secs':'INTEGER','events':'INTEGER'})
;;
CHECKPOINT
;;
SELECT count(*) AS sums, sum(s) AS secs FROM (
  SELECT univ, course, 0 AS part, sum(secs) AS s, sum(events) AS e, count(DISTINCT student) AS students FROM cells GROUP BY univ, course
  UNION ALL
  SELECT univ, (day + 3) // 7, 1, sum(secs), sum(events), count(DISTINCT student) FROM cells GROUP BY univ, (day + 3) // 7)
