#!/bin/sh
# SPDX-License-Identifier: MIT
# refused.sh LIBCKPT CHECKPOINT PROGRAM OBSTACLE WORDS: both doors must refuse, with WORDS in the message; the earlier image stays, nothing is
# left beside it, and the program runs on to its end.
set -u
lib=$1 checkpoint=$2 program=$3 obstacle=$4 words=$5
. "${0%/*}/lib.sh"
echo earlier >"$dir/mycheckpoint"
start "$lib" "$program" "$obstacle"
kill -12 "$pid"
wait_for 10 grep -q "$words" "$dir/err" || fail "kill -12 said: $(cat "$dir/err")"
"$checkpoint" "$pid" >"$dir/message" 2>&1 && fail "the tool did not refuse"
grep -q "$words" "$dir/message" || fail "the tool said something else"
[ "$(wc -l <"$dir/message")" -eq 1 ] || fail "more than one line"
[ "$(cat "$dir/mycheckpoint")" = earlier ] || fail "the earlier image is gone"
[ "$(ls "$dir" | tr '\n' ' ')" = "err message mycheckpoint out " ] || fail "left behind: $(ls "$dir")"
: >"$dir/go"
wait "$pid"
status=$?
pid=
[ "$status" -eq 0 ] && grep -q PASS "$dir/out" || fail "the program did not run on: $status"
cat "$dir/message"
