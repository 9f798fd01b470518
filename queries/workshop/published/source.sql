-- Where the published application's stream comes from.
CREATE OR REPLACE SOURCE "SOURCE_SQL_STREAM_001" (
    "device_id" VARCHAR(16), "patient_id" VARCHAR(16),
    "pulse" DOUBLE, "systolic" DOUBLE, "diastolic" DOUBLE,
    "manufacturer" VARCHAR(32), "model" VARCHAR(32));
