-- 2. How many readings has each device sent, and how many of them were anomalies?
SELECT deviceId, COUNT(*) AS readings, SUM(ANOMALY_SCORE > 4) AS anomalies, MIN(sensorReading) AS lowest, MAX(sensorReading) AS highest
FROM SCORED
GROUP BY deviceId
ORDER BY deviceId
