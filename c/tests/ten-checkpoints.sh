#!/bin/sh
# SPDX-License-Identifier: MIT
# ten-checkpoints.sh LIBCKPT CHECKPOINT PROGRAM: starts PROGRAM prepared, has the tool checkpoint it ten times, and lets it check itself.
set -u
lib=$1 checkpoint=$2 program=$3
dir=$(mktemp -d "${CKPT_TEST_TMP:-/tmp}/ckpt-test-XXXXXX") || exit 1
pid=
trap '[ -n "$pid" ] && kill -9 "$pid" 2>/dev/null; rm -rf "$dir"' EXIT
: >"$dir/out"
CKPT_TEST_GO="$dir/go" CKPT_IMAGE="$dir/mycheckpoint" LD_PRELOAD=$lib "$program" </dev/null >"$dir/out" 2>&1 &
pid=$!
n=0
until grep -q ready "$dir/out"; do
	n=$((n + 1))
	[ "$n" -lt 2000 ] || { echo "FAIL never ready"; cat "$dir/out"; exit 1; }
	sleep 0.01
done
n=0
while [ "$n" -lt 10 ]; do
	n=$((n + 1))
	rm -f "$dir/mycheckpoint"
	"$checkpoint" --force "$pid" && test -s "$dir/mycheckpoint" || { echo "FAIL checkpoint $n"; exit 1; }
done
: >"$dir/go"
wait "$pid"
status=$?
pid=
cat "$dir/out"
exit "$status"
