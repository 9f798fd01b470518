-- 4. How do ordinary readings score? A score of exactly 0 means that the forest is still learning.
SELECT sensorReading, COUNT(*) AS readings, ROUND(MIN(ANOMALY_SCORE), 2) AS lowest, ROUND(AVG(ANOMALY_SCORE), 2) AS mean,
    ROUND(MAX(ANOMALY_SCORE), 2) AS highest
FROM SCORED
WHERE ANOMALY_SCORE > 0 AND ANOMALY_SCORE <= 4
GROUP BY sensorReading
ORDER BY sensorReading
