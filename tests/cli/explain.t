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
