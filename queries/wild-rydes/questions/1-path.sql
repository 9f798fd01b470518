-- 1. Where was Sleipnir on its trip from ten past four to a quarter past? Latitude and longitude, in order.
SELECT Latitude, Longitude
FROM READINGS
WHERE DELIVERED = '2026-03-18 04:00:00' AND Name = 'Sleipnir'
    AND StatusTime BETWEEN '2026-03-18 04:10:00' AND '2026-03-18 04:15:00'
ORDER BY StatusTime
