#!/bin/sh
# SPDX-License-Identifier: MIT
# ten-checkpoints.sh LIBCKPT CHECKPOINT PROGRAM: starts PROGRAM prepared, has the tool checkpoint it ten times, and lets it check itself.
set -u
lib=$1 checkpoint=$2 program=$3
. "${0%/*}/lib.sh"
start "$lib" "$program"
n=0
while [ "$n" -lt 10 ]; do
	n=$((n + 1))
	rm -f "$dir/mycheckpoint"
	"$checkpoint" --force "$pid" && test -s "$dir/mycheckpoint" || fail "checkpoint $n"
done
: >"$dir/go"
wait "$pid"
status=$?
pid=
cat "$dir/out"
exit "$status"
