# sluice functions: the catalogue that the compiler uses.
$ sluice functions | grep -E '^(Strings|  UPPER)'
Strings
  UPPER(s)                    s in upper case

$ sluice functions upper
UPPER(s)

s in upper case.

Examples:
  UPPER('Kinesis 2a') => "KINESIS 2A"

$ sluice functions COALESCE
COALESCE(a, b, ...)

The first argument that is not NULL. The ones behind it are not evaluated.

Examples:
  COALESCE(NULL, 7) => 7

$ sluice functions uper
sluice: there is no function "uper"; did you mean UPPER?
Try "sluice help functions".
[exit 2]

# A part of names lists those that have it; the name of a group, those of the group.
$ sluice functions subst
sluice: there is no function "subst"; there are: SUBSTRING, SUBSTRING SIMILAR
Try "sluice help functions".
[exit 2]
$ sluice functions char
sluice: there is no function "char"; there are: CHAR_TO_DATE, CHAR_TO_TIME, CHAR_TO_TIMESTAMP, DATE_TO_CHAR, TIMESTAMP_TO_CHAR, TIME_TO_CHAR, CHAR_LENGTH
Try "sluice help functions".
[exit 2]
$ sluice functions conditions
sluice: there is no function "conditions"; there are: CASE, COALESCE, NULLIF
Try "sluice help functions".
[exit 2]
$ sluice functions '' 2>&1 | head -n 1; sluice functions xyzzy
sluice: there is no function ""
sluice: there is no function "xyzzy"
Try "sluice help functions".
[exit 2]

$ sluice functions random_cut_forest | head -n 1
RANDOM_CUT_FOREST(CURSOR(query) [, numberOfTrees [, subSampleSize [, timeDecay [, shingleSize]]]] [, SEED => n])

$ sluice functions --markdown | grep '^### .UPPER'
### `UPPER(s)`
