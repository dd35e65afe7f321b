#!/bin/sh
# SPDX-License-Identifier: MIT
# rooms-bad-input.sh CORE PROGRAM: what the three commands say of what they can't do: one line, and the exit status of ckpt(1).
# Longer with CKPT_ROUNDS.
set -u
core=$1 program=$2
. "${0%/*}/../lib.sh"
cd "$dir" || exit 1
# says STATUS WORDS COMMAND…
says() {
	status=$1 words=$2
	shift 2
	"$@" </dev/null >out 2>err
	got=$?
	[ "$got" -eq "$status" ] || fail "$*: exit status $got, not $status"
	[ "$(wc -l <err)" -eq 1 ] || fail "$*: not one line"
	grep -q "$words" err || fail "$*: does not say: $words"
}
mkdir folder
echo '#!/nowhere/interpreter' >script
echo text >text
chmod +x script
says 2 "^usage: .*ckpt PROGRAM" "$core/ckpt"
says 127 "^ckpt: ./nope: no such file; check its name" "$core/ckpt" ./nope
says 127 "^ckpt: nope: command not found; check its name" "$core/ckpt" nope
says 127 "^ckpt: text/nope: no such file" "$core/ckpt" text/nope
says 127 "^ckpt: : " "$core/ckpt" ""
says 127 "^ckpt: ./script: no such file" "$core/ckpt" ./script
says 126 "^ckpt: ./folder: is a folder; name a program" "$core/ckpt" ./folder
says 126 "^ckpt: ./text: permission denied; name a program" "$core/ckpt" ./text
says 126 "^ckpt: text: permission denied; name a program" "$core/ckpt" text
says 2 "^usage: .*readckpt \[IMAGE\]" "$core/readckpt" a b
says 1 "^readckpt: mycheckpoint: No such file" "$core/readckpt"
says 2 "one image at a time" "$core/restart" a b
says 127 "^ckpt: mycheckpoint: can't be opened: no such file" "$core/restart"
: >empty
mkfifo fifo
for file in folder empty text fifo /dev/null "$program"; do
	says 1 "^readckpt: $file: is no " "$core/readckpt" "$file"
	says 125 "^ckpt: $file: is " "$core/restart" "$file"
done

"$core/ckpt" "$program" >out 2>err &
pid=$!
wait_for 20 test -s out || fail "it does not start"
kill -12 "$pid"
wait_for 20 test -s mycheckpoint || fail "no image"
kill -9 "$pid"
pid=
"$core/readckpt" >whole || fail "the whole image"
"$core/readckpt" >/dev/full 2>err && fail "a full disk is not noticed"

# Cut off anywhere, it is refused. With some bytes altered it is refused or read, but readckpt never crashes or hangs.
size=$(stat -c %s mycheckpoint)
rounds=${CKPT_ROUNDS:-60}
i=0
while [ "$i" -lt "$rounds" ]; do
	head -c $((size * i / rounds)) mycheckpoint >cut
	says 1 "^readckpt: cut: " "$core/readckpt" cut
	cp mycheckpoint altered
	printf '\377' | dd of=altered bs=1 seek=$((i * 8191 % 12000)) conv=notrunc 2>/dev/null
	[ "$i" -ge 64 ] || printf '\177' | dd of=altered bs=1 seek="$i" conv=notrunc 2>/dev/null
	timeout 10 "$core/readckpt" altered >out 2>err
	got=$?
	[ "$got" -le 1 ] || fail "exit status $got with byte $i altered"
	[ "$got" -eq 0 ] || [ "$(wc -l <err)" -eq 1 ] || fail "byte $i altered: not one line"
	i=$((i + 1))
done
