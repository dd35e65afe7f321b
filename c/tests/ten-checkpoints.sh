#!/bin/sh
# SPDX-License-Identifier: MIT
# ten-checkpoints.sh LIBCKPT CHECKPOINT PROGRAM [ARG]: starts PROGRAM prepared, has the tool checkpoint it ten times (with ARG: all are refused),
# and lets it check itself.
set -u
lib=$1 checkpoint=$2 program=$3
shift 3
. "${0%/*}/lib.sh"
start "$lib" "$program" "$@"
n=0
while [ "$n" -lt 10 ]; do
	n=$((n + 1))
	rm -f "$dir/mycheckpoint"
	"$checkpoint" --force "$pid"
	case $?.$# in
	0.0) test -s "$dir/mycheckpoint" || fail "no image of checkpoint $n" ;;
	125.1) ;;
	*) fail "checkpoint $n" ;;
	esac
done
: >"$dir/go"
wait "$pid"
status=$?
pid=
cat "$dir/out"
exit "$status"
