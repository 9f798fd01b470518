# A newcomer who types only the program's name, --help or help learns what to do; unknown words name the nearest known one.
$ sluice --version
sluice 0.1.0

$ sluice --help
Sluice runs SQL over streams of JSON: the streaming SQL of Amazon Kinesis Data
Analytics, on one machine.

Usage: sluice COMMAND [OPTIONS] [FILE...]

  run FILE.sql...       runs a pipeline until its input ends
  repl [FILE.sql...]    queries streams and tables as you type
  check FILE.sql...     compiles only; reports every error, with its place
  explain FILE.sql...   shows the operators that the SQL becomes
  test PATH...          runs .test files, under controlled time
  functions [NAME]      lists the functions of SQL, or explains one
  generate TEMPLATE     makes test records from a template
  vault ACTION FILE     looks after the encrypted cross-reference
  query SQL             asks delivered archives by SQL
  discover URL          makes CREATE SOURCE of sample records
  import FILE...        makes SQL files of a Kinesis Data Analytics application

"sluice help COMMAND" tells more; "sluice --version" prints the version.

To begin with, put this into hot.sql:

    CREATE SOURCE readings (device VARCHAR(16) PATH '$.device',
                            temp DOUBLE PATH '$.temp');
    CREATE STREAM hot (device VARCHAR(16), temp DOUBLE);
    CREATE PUMP hot_pump AS INSERT INTO hot
        SELECT STREAM device, temp FROM readings WHERE temp > 30;

and run it on records that come line by line:

    echo '{"device": "a7", "temp": 31.5}' |
        sluice run hot.sql --source READINGS=- --sink HOT=-

Rows go to standard output or files, messages to standard error. Exit codes:
  0  done
  1  it ran, but failed
  2  wrong usage, or a broken test file
  3  bad SQL or configuration
  4  a source or sink is out of reach
  5  the system refused memory

$ sluice 2>&1 >/dev/null | head -n 1
Sluice runs SQL over streams of JSON: the streaming SQL of Amazon Kinesis Data

$ sluice
Sluice runs SQL over streams of JSON: the streaming SQL of Amazon Kinesis Data
Analytics, on one machine.

Usage: sluice COMMAND [OPTIONS] [FILE...]

  run FILE.sql...       runs a pipeline until its input ends
  repl [FILE.sql...]    queries streams and tables as you type
  check FILE.sql...     compiles only; reports every error, with its place
  explain FILE.sql...   shows the operators that the SQL becomes
  test PATH...          runs .test files, under controlled time
  functions [NAME]      lists the functions of SQL, or explains one
  generate TEMPLATE     makes test records from a template
  vault ACTION FILE     looks after the encrypted cross-reference
  query SQL             asks delivered archives by SQL
  discover URL          makes CREATE SOURCE of sample records
  import FILE...        makes SQL files of a Kinesis Data Analytics application

"sluice help COMMAND" tells more; "sluice --version" prints the version.

To begin with, put this into hot.sql:

    CREATE SOURCE readings (device VARCHAR(16) PATH '$.device',
                            temp DOUBLE PATH '$.temp');
    CREATE STREAM hot (device VARCHAR(16), temp DOUBLE);
    CREATE PUMP hot_pump AS INSERT INTO hot
        SELECT STREAM device, temp FROM readings WHERE temp > 30;

and run it on records that come line by line:

    echo '{"device": "a7", "temp": 31.5}' |
        sluice run hot.sql --source READINGS=- --sink HOT=-

Rows go to standard output or files, messages to standard error. Exit codes:
  0  done
  1  it ran, but failed
  2  wrong usage, or a broken test file
  3  bad SQL or configuration
  4  a source or sink is out of reach
  5  the system refused memory
[exit 2]

$ sluice help | cmp - <(sluice --help)

$ sluice help check
sluice check FILE.sql...: compiles only; reports every error, with its place

Nothing is opened but the SQL files. Exit code 3 when there are errors.

  sluice check sources.sql app.sql

Options:
  --source NAME=URL     as for sluice run
  --sink NAME=URL       as for sluice run
  --help                shows this help

$ sluice check --help | cmp - <(sluice help check)

$ sluice rnu app.sql
sluice: there is no command "rnu"; did you mean "run"?
Try "sluice --help".
[exit 2]

$ sluice help tset
sluice: there is no command "tset"; did you mean "test"?
Try "sluice --help".
[exit 2]

$ sluice frobnicate
sluice: there is no command "frobnicate"
Try "sluice --help".
[exit 2]

$ sluice --quiet run app.sql
sluice: the command comes first: "--quiet" is none
Try "sluice --help".
[exit 2]

$ sluice run
sluice: run needs FILE.sql...
Try "sluice help run".
[exit 2]

$ sluice run app.sql --sorce A=b
sluice: run has no option --sorce; did you mean --source?
Try "sluice help run".
[exit 2]

$ sluice run app.sql --source
sluice: --source needs a value: --source NAME=URL
Try "sluice help run".
[exit 2]

$ sluice run app.sql --source A
sluice: --source takes NAME=URL, not "A"
Try "sluice help run".
[exit 2]

$ sluice run app.sql --quiet --quiet
sluice: --quiet is given twice
Try "sluice help run".
[exit 2]

$ sluice run app.sql --threads 0
sluice: --threads takes a number from 1 to 64, not "0"
[exit 2]

$ sluice test . --batch-rows=3x
sluice: --batch-rows takes a number from 1 to 1048576, not "3x"
[exit 2]

$ sluice run app.sql -q
sluice: options begin with two dashes: "-q" is none
Try "sluice help run".
[exit 2]

$ sluice functions abs lower
sluice: functions takes no "lower"
Try "sluice help functions".
[exit 2]

$ sluice explain app.sql --format dto
sluice: there is no format "dto"; did you mean "dot"?
Try "sluice help explain".
[exit 2]

$ sluice run missing.sql
error 58030: cannot read missing.sql: No such file or directory
[exit 2]

$ sluice --help >/dev/full
sluice: standard output did not take everything
[exit 1]
