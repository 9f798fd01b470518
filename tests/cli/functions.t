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

$ sluice functions random_cut_forest | head -n 1
RANDOM_CUT_FOREST(CURSOR(query) [, numberOfTrees [, subSampleSize [, timeDecay [, shingleSize]]]] [, SEED => n])

$ sluice functions --markdown | grep '^### .UPPER'
### `UPPER(s)`
