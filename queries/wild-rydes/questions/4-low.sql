-- 4. When was a vital sign below 100 points?
SELECT StatusTime, Name, HealthPoints, MagicPoints
FROM READINGS
WHERE HealthPoints < 100 OR MagicPoints < 100
ORDER BY StatusTime
