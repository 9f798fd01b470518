-- How many readings of each model were anomalies, and how strange was the strangest?
SELECT manufacturer, model, COUNT(*) AS readings, SUM(anomaly) AS anomalies, ROUND(MAX(ANOMALY_SCORE), 2) AS highest
FROM SCORES
GROUP BY manufacturer, model
ORDER BY manufacturer, model
