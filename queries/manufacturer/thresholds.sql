-- The thresholds of makers.csv: three standard deviations around the mean score of an archive, learning left out.
SELECT manufacturer, address, anomalies, ROUND(mean - 3 * deviation, 2) AS lower, ROUND(mean + 3 * deviation, 2) AS upper
FROM MAKERS, (
    SELECT AVG(ANOMALY_SCORE) AS mean,
        SQRT(AVG(ANOMALY_SCORE * ANOMALY_SCORE) - AVG(ANOMALY_SCORE) * AVG(ANOMALY_SCORE)) AS deviation
    FROM SCORES
    WHERE ANOMALY_SCORE > 0)
