-- 2. What was reported after five to six?
SELECT *
FROM READINGS
WHERE DELIVERED >= '2026-03-18 05' AND StatusTime > '2026-03-18 05:55:00.000'
ORDER BY StatusTime
