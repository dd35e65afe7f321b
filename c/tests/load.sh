#!/bin/sh
# SPDX-License-Identifier: MIT
# load.sh LIBCKPT CHECKPOINT PROGRAM SENDER: CKPT_ROUNDS checkpoints (40) by the tool of a program under load, while signals arrive; it checks
# itself. Every image is whole; the last one is restarted by other tests.
set -u
lib=$1 checkpoint=$2 program=$3 sender=$4
. "${0%/*}/lib.sh"
rounds=${CKPT_ROUNDS:-40}
sending=
at_end() { [ -z "$sending" ] || kill -9 "$sending" 2>/dev/null; }
start "$lib" "$program" signals
"$sender" "$pid" "$dir/go" &
sending=$!
n=0
while [ "$n" -lt "$rounds" ]; do
	n=$((n + 1))
	rm -f "$dir/mycheckpoint"
	timeout 20 "$checkpoint" "$pid" >"$dir/message" 2>&1 || fail "checkpoint $n"
	test -s "$dir/mycheckpoint" || fail "no image of checkpoint $n"
	paused=$(sed 's/.*paused \([0-9.]*\) ms.*/\1/' "$dir/message")
	longest=$(printf '%s\n%s\n' "${longest:-0}" "$paused" | sort -n | tail -1)
	[ $((n % 50)) -ne 0 ] || echo "$n of $rounds checkpoints, longest pause $longest ms"
done
: >"$dir/go"
wait "$sending"
sending=
wait "$pid"
status=$?
pid=
[ "$status" -eq 0 ] && grep -q PASS "$dir/out" || fail "status $status"
[ "$(ls "$dir" | tr '\n' ' ')" = "err go message mycheckpoint out " ] || fail "left behind: $(ls "$dir")"
echo "$rounds checkpoints, longest pause $longest ms; $(tail -2 "$dir/out" | head -1)"
