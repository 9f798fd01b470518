# sluice explain: the operators of an application, in four formats.
$ cat > hot.sql <<'END'
> CREATE SOURCE S (DEVICE VARCHAR(16), TEMP DOUBLE, NOTE VARCHAR(8)) FROM 'in.ndjson';
> CREATE STREAM HOT (DEVICE VARCHAR(16), TEMP DOUBLE);
> CREATE PUMP P AS INSERT INTO HOT SELECT STREAM DEVICE, TEMP FROM S WHERE TEMP > 30;
> END

$ sluice explain hot.sql --sink HOT=-
source S from in.ndjson: reads DEVICE, TEMP
pump P -> HOT
  Project [stateless] DEVICE, TEMP
    Filter [stateless] WHERE TEMP > 3E1
      Stream S
sink HOT from HOT into -

$ sluice explain hot.sql --format dot | head -n 1
digraph application {

$ sluice explain hot.sql --format mermaid | head -n 1
flowchart LR

$ sluice explain hot.sql --format json | head -c 1
{

$ echo 'SELECT' | sluice explain -
<stdin>:2:1: error 42601: syntax error at line 2: unexpected end of the text: expected an expression

^
[exit 3]

# all that decides the scores of a forest, its seed too
$ cat > forest.sql <<'END'
> CREATE SOURCE S (DEVICE VARCHAR(16), TEMP DOUBLE) FROM 'in.ndjson';
> SELECT STREAM * FROM TABLE(RANDOM_CUT_FOREST(CURSOR(SELECT STREAM * FROM S), 50));
> SELECT STREAM * FROM TABLE(RANDOM_CUT_FOREST_WITH_EXPLANATION(CURSOR(SELECT STREAM * FROM S), 50, 20, 9, 2, TRUE, SEED => 7));
> END

$ sluice explain forest.sql | grep TableFunction
    TableFunction [global] RANDOM_CUT_FOREST numberOfTrees 50, subSampleSize 256, timeDecay 100000, shingleSize 1, SEED 1; 1 column
    TableFunction [global] RANDOM_CUT_FOREST_WITH_EXPLANATION numberOfTrees 50, subSampleSize 20, timeDecay 9, shingleSize 2, SEED 7; 1 column
