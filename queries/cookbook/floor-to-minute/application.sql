create or replace stream "TRAFFIC" ("minute" timestamp, "class" integer, "requests" integer, "bytes" bigint, "slowest_ms" integer);

create or replace pump "TRAFFIC_PUMP" as
insert into "TRAFFIC"
select stream
    floor("weblog_001".rowtime to minute),
    "status" / 100,
    count(*),
    sum("bytes"),
    max("ms")
from "weblog_001"
group by floor("weblog_001".rowtime to minute), "status" / 100
