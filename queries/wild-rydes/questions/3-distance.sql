-- 3. How far did each unicorn come, in all?
SELECT Name, SUM(Distance) AS Distance, COUNT(*) AS Readings
FROM READINGS
GROUP BY Name
ORDER BY Distance DESC
