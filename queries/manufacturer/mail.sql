-- A mail to the manufacturer when a model has too many anomalies; the next one after an hour without any such. The mail
-- server is one of this machine: for any other, name it, leave tls out, and say who logs in ("user", password_env).
CREATE OR REPLACE SINK "notices" FROM "NOTICES" INTO 'smtp://localhost'
    WITH ("from" = 'monitor@hospital.example', "to" = '{{address}}',
          subject = '{{manufacturer}} {{model}}: {{anomalies}} anomalies within 15 minutes',
          body = 'The last one was {{device_id}} at {{time}} (UTC): pulse {{pulse}}, anomaly score {{ANOMALY_SCORE}}.',
          throttle = INTERVAL '1' HOUR, throttle_key = 'manufacturer, model', tls = FALSE);
