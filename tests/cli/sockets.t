# sockets.t: tcp: and unix: as sources and sinks.

$ cat > serve.sql <<'SQL'
> CREATE SOURCE s (k INTEGER, t VARCHAR(20)) FROM 'unix:in.sock' WITH (listen = TRUE);
> CREATE SINK o FROM s INTO 'out.ndjson';
> SQL
$ cat > send.sql <<'SQL'
> CREATE SOURCE r (k INTEGER, t VARCHAR(20)) FROM '-';
> CREATE SINK o FROM r INTO 'unix:in.sock';
> SQL
$ cat > appears <<'SH'
> for i in $(seq 100); do [ -e "$1" ] && exit 0; sleep 0.05; done; echo "$1 does not appear"; exit 1
> SH
$ cat > filled <<'SH'
> for i in $(seq 100); do [ "$(cat "$1" | wc -l)" -ge "$2" ] && exit 0; sleep 0.05; done; echo "$1 has $(cat "$1" | wc -l) lines"; exit 1
> SH

# One Sluice sends to another; the socket is its owner's alone, and goes with it.
$ sluice run --quiet serve.sql & sh appears in.sock; stat -c %a in.sock; for i in 1 2 3; do echo "{\"K\":$i,\"T\":\"a\"}" | sluice run --quiet send.sql; done; sh filled out.ndjson 3; kill -INT $!; wait; cat out.ndjson; ls in.sock 2>&1
600
{"K":1,"T":"a"}
{"K":2,"T":"a"}
{"K":3,"T":"a"}
ls: cannot access 'in.sock': No such file or directory
[exit 2]

# The path may be longer than the 107 bytes that an address has room for; a name may not.
$ deep=$(printf 'deep%.0s' $(seq 50)); mkdir "$deep"; sed "s/unix:/&..\/$deep\//; s/'out/'..\/out/" serve.sql > "$deep/serve.sql"; sluice run --quiet "$deep/serve.sql" & sh appears "$deep/in.sock"; echo '{"K":7,"T":"a"}' | sluice run --quiet send.sql --sink "O=unix:$deep/in.sock"; sh filled out.ndjson 1; kill -INT $!; wait; cat out.ndjson; ls "$deep"
{"K":7,"T":"a"}
serve.sql
$ echo '{"K":7}' | sluice run --quiet send.sql --sink "O=unix:deep/$(printf 'deep%.0s' $(seq 50))" 2>&1 | sed -E 's/(deep)+/DEEP/g'
error 08001: cannot connect to 'unix:DEEP/DEEP' for O: File name too long

# Clients send at the same time, in pieces, and one goes away within a line: lines do not mix, and what is left is a bad record.
$ cat > piece.pl <<'PL'
> use IO::Socket::UNIX;
> sub client { my $s = IO::Socket::UNIX->new(Peer => 'in.sock') or die; $s->autoflush(1); return $s }
> sub put { my ($s, $text) = @_; syswrite($s, $text); select(undef, undef, undef, 0.05) }
> my ($a, $b) = (client(), client());
> put($a, '{"K":1,'); put($b, '{"K":2,"T":"'); put($a, qq("T":"of a"}\n{"K":)); put($b, 'x');
> put($a, qq(3,"T":"a too"}\n)); put($b, qq(b"}\n{"K":4)); put($b, ''); close $b;
> my $long = '{"K":9999999999,"T":"' . ('y' x 300000) . qq("}\n);
> while (length $long) { my $n = syswrite($a, $long); $long = substr($long, $n) }
> PL
$ sluice run --quiet serve.sql 2> messages & sh appears in.sock; perl piece.pl; sh filled out.ndjson 3; sleep 0.3; kill -INT $!; wait; sort out.ndjson; cut -c1-60 messages
{"K":1,"T":"of a"}
{"K":2,"T":"xb"}
{"K":3,"T":"a too"}
sluice: warning: record of S refused, PARSE_ERROR: record is
sluice: warning: record of S refused, COERCION_ERROR: cannot

# A listener that is not there yet is waited for by nobody; one that goes away is connected to again.
$ echo '{"K":1}' | sluice run --quiet send.sql
send.sql:2:27: error 08001: cannot connect to 'unix:in.sock' for O: No such file or directory
CREATE SINK o FROM r INTO 'unix:in.sock';
                          ^~~~~~~~~~~~~~
[exit 4]
$ mkfifo rows; sluice run --quiet serve.sql & sh appears in.sock; first=$!; sluice run --quiet send.sql < rows 2> messages & exec 3> rows; echo '{"K":1,"T":"a"}' >&3; sh filled out.ndjson 1; kill -INT $first; wait $first; cp out.ndjson 1.ndjson; rm -f out.ndjson; echo '{"K":2,"T":"b"}' >&3; sleep 0.3; echo '{"K":3,"T":"c"}' >&3; sleep 0.3; sluice run --quiet serve.sql & second=$!; sh appears out.ndjson; sh filled out.ndjson 1; echo '{"K":4,"T":"d"}' >&3; exec 3>&-; sh filled out.ndjson 2; kill -INT $second; wait; cat 1.ndjson; tail -n 1 out.ndjson; cut -c1-75 messages
{"K":1,"T":"a"}
{"K":4,"T":"d"}
sluice: warning: cannot write unix:in.sock of O: Broken pipe; trying again 
sluice: writing unix:in.sock of O works again

# A file that a killed listener left behind is replaced; one that is in use is not.
$ sluice run --quiet serve.sql & sh appears in.sock; kill -KILL $!; wait $! 2>/dev/null; ls in.sock; sluice run --quiet serve.sql & sleep 0.3; sluice run --quiet serve.sql; kill -INT $!; wait
in.sock
serve.sql:1:49: error 08001: cannot listen at 'unix:in.sock' for S: Address already in use
CREATE SOURCE s (k INTEGER, t VARCHAR(20)) FROM 'unix:in.sock' WITH (listen = TRUE);
                                                ^~~~~~~~~~~~~~

# TCP, and addresses that are none.
$ sed "s/unix:in.sock/tcp:\/\/127.0.0.1:47613/" serve.sql > a.sql; sed "s/unix:in.sock/tcp:\/\/127.0.0.1:47613/" send.sql > b.sql; rm -f out.ndjson; sluice run --quiet a.sql & sh appears out.ndjson; sleep 0.2; seq 1 20000 | sed 's/.*/{"K":&,"T":"t"}/' | sluice run --quiet b.sql; sh filled out.ndjson 20000; kill -INT $!; wait; sort -u out.ndjson | wc -l
20000
$ for url in tcp:127.0.0.1:9 tcp://127.0.0.1 tcp://127.0.0.1:1 tcp://127.0.0.1:65536 unix:; do echo "CREATE SOURCE s (k INTEGER) FROM '$url'; SELECT STREAM k FROM s;" > a.sql; sluice run --quiet a.sql 2>&1 | grep error; done
a.sql:1:34: error HY024: 'tcp:127.0.0.1:9' of S has no host and port
a.sql:1:34: error HY024: 'tcp://127.0.0.1' of S has no host and port
a.sql:1:34: error 08001: cannot connect to 'tcp://127.0.0.1:1' for S: Connection refused
a.sql:1:34: error HY024: 'tcp://127.0.0.1:65536' of S: there is no port 65536
a.sql:1:34: error HY024: 'unix:' of S has nothing behind its scheme

# Who connects cannot take the descriptors that the run needs for its files; nor can lines without an end take all memory.
$ cat > crowd.pl <<'PL'
> use IO::Socket::INET;
> my @crowd = map { select(undef, undef, undef, 0.005); IO::Socket::INET->new(PeerAddr => "127.0.0.1:47613") or die } 1 .. 80;
> for (1 .. 3) { $crowd[$_]->autoflush(1); print { $crowd[$_] } "{\"K\":$_,\"T\":\"a\"}\n" }
> select(undef, undef, undef, 1);
> PL
$ rm -rf out.ndjson folder; sed "s/unix:in.sock/tcp:\/\/127.0.0.1:47613/; s/'out.ndjson'/'dir:folder'/" serve.sql > a.sql; (ulimit -n 110; exec sluice run --quiet a.sql) 2> messages & sleep 0.5; perl crowd.pl; kill -INT $!; wait; cat $(find folder -type f) | sort; sed 's/^[^:]*: [^:]*: [0-9]*/N/; s/Na/N/; s/connections/connection/; s/were/was/' messages | sort -u
{"K":1,"T":"a"}
{"K":2,"T":"a"}
{"K":3,"T":"a"}
N connection to S was closed: the run has few descriptors left (ulimit -n)
$ sed "s/unix:in.sock/tcp:\/\/127.0.0.1:47613/" serve.sql > a.sql; sluice run --quiet a.sql 2> messages & sleep 0.5; perl -e 'use IO::Socket::INET; $SIG{PIPE} = "IGNORE"; for (1 .. 3) { my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1:47613"); my $mega = "x" x 1048576; $s->autoflush(1); print $s $mega for 1 .. 20 } my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1:47613"); print $s "{\"K\":9}\n"'; sh filled out.ndjson 1; kill -INT $!; wait; cat out.ndjson; grep -v refused messages
{"K":9,"T":null}
sluice: warning: a connection to S was closed: a line of more than 16 MB
sluice: warning: 2 connections to S were closed: a line of more than 16 MB
