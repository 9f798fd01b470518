# Test records from a template: the same for a seed, at a rate in simulated time, to any sink; slips are told with their place.
$ echo '{"n": {{random.number({"min":1,"max":6})}}, "at": "{{date.now("HH:mm:ss.SSS")}}"}' > dice.template
$ sluice generate dice.template --seed 7 --count 3 --rate 2 --start '2026-01-01 00:00:00'
{"n": 5, "at": "00:00:00.000"}
{"n": 2, "at": "00:00:00.500"}
{"n": 6, "at": "00:00:01.000"}

$ sluice generate dice.template --seed 7 --count 5000 --quiet --rate 100 --start '2026-01-01 00:00:00' --to dice.ndjson.gz
$ zcat dice.ndjson.gz | wc -l
5000
$ zcat dice.ndjson.gz | cut -c1-7 | sort | uniq -c | wc -l
6

# Without a seed another one each time, which is told.
$ sluice generate dice.template --count 1 2>&1 >/dev/null
sluice: seed * (glob)

# A rate that follows the week.
$ printf 'Thu,0,20,0\nThu,1,0,0\n' > week.csv
$ sluice generate dice.template --seed 1 --count 50 --week week.csv --start '2026-01-01 00:00:00' | tail -n 1 | cut -c10-
"at": "00:00:02.450"}
$ echo 'Someday,1,2,3' > week.csv
$ sluice generate dice.template --seed 1 --count 5 --week week.csv
week.csv:1:1: error 42601: no hour of a week
Someday,1,2,3
^~~~~~~~~~~~~
hint: a line is weekday,hour,mean,deviation: Mon,13,120,10
[exit 3]

# Slips.
$ echo '{{random.nmber}}' | sluice generate - --seed 1 --count 1
-:1:3: error 42883: there is no helper "random.nmber"
{{random.nmber}}
  ^~~~~~~~~~~~
hint: did you mean "random.number"?
[exit 3]
$ sluice generate dice.template --rate fast
sluice: --rate takes a number of records a second, not "fast"
Try "sluice help generate".
[exit 2]
$ sluice generate dice.template --start '2026-01-01 00:00:00'
sluice: --start needs --rate or --week: the records' times follow from it
Try "sluice help generate".
[exit 2]
$ sluice generate
sluice: one template is needed
Try "sluice help generate".
[exit 2]
$ sluice generate nothing.template
sluice: nothing.template: No such file or directory
[exit 2]

# Who has seen enough of the records may go; a program that was to take all of them may not.
$ set -o pipefail; sluice generate dice.template --quiet | head -n 1 | wc -l
1
$ sluice generate dice.template --quiet --to 'exec:head -n 1 | wc -l'
1
error 08001: program 'head -n 1 | wc -l' of generate has closed its input
[exit 4]
