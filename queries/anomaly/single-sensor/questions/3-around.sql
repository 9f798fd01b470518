-- 3. What came right before and after the strangest reading?
WITH numbered AS (SELECT *, ROW_NUMBER() OVER (ORDER BY time) AS n FROM SCORED),
    strangest AS (SELECT n FROM numbered ORDER BY ANOMALY_SCORE DESC LIMIT 1)
SELECT time, deviceId, sensorReading, ROUND(ANOMALY_SCORE, 2) AS score
FROM numbered
WHERE n BETWEEN (SELECT n - 2 FROM strangest) AND (SELECT n + 2 FROM strangest)
ORDER BY n
