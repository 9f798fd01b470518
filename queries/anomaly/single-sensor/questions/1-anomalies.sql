-- 1. Which readings were anomalies, the strangest first?
SELECT time, deviceId, sensorReading, ROUND(ANOMALY_SCORE, 2) AS score
FROM SCORED
WHERE ANOMALY_SCORE > 4
ORDER BY ANOMALY_SCORE DESC
