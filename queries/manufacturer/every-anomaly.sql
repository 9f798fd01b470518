-- Instead of mail.sql: a mail for every anomaly, all of them to one address, with the row as its text.
CREATE OR REPLACE SINK "notices" FROM "ANOMALIES" INTO 'smtp://localhost'
    WITH ("from" = 'monitor@hospital.example', "to" = 'devices@hospital.example',
          subject = 'Anomaly score {{ANOMALY_SCORE}}: {{manufacturer}} {{model}}', tls = FALSE);
