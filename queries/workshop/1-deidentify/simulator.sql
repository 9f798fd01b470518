-- Sends records as the hospitals' devices did: each to the topic of its hospital, LifeSupportDevice/HospitalNN.

CREATE OR REPLACE SOURCE "SIMULATED" ("hospital" VARCHAR(16)) FROM '-';

CREATE OR REPLACE STREAM "MESSAGES" ("hospital" VARCHAR(16), "message" VARCHAR(4096));

CREATE OR REPLACE PUMP "ADDRESS" AS INSERT INTO "MESSAGES"
SELECT STREAM "hospital", "$record" FROM "SIMULATED";

CREATE OR REPLACE SINK "BROKER" FROM "MESSAGES" INTO 'mqtt://127.0.0.1:18830'
WITH (topic = 'LifeSupportDevice/{{hospital}}', body = '{{message}}');
