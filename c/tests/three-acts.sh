#!/bin/sh
# SPDX-License-Identifier: MIT
# three-acts.sh LIBCKPT RESTART HOPS PIDS PROGRAM [ARGS…]: starts PROGRAM prepared, waits for its "ready"; then, HOPS times,
# checkpoints it (kill -12, or -$CKPT_SIGNAL), kills it (SIGKILL) and restarts it. Its own checks follow; its exit status is ours.
set -u
lib=$1 restart=$2 hops=$3 pids=$4
shift 4
. "${0%/*}/lib.sh"
[ "$pids" != exact ] || capability 40 || skip "exact PIDs need CAP_CHECKPOINT_RESTORE"
start "$lib" "$@"
hop=0
while [ "$hop" -lt "$hops" ]; do
	hop=$((hop + 1))
	rm -f "$dir/mycheckpoint"
	kill -"${CKPT_SIGNAL:-12}" "$pid"
	wait_for 20 test -s "$dir/mycheckpoint" || fail "no image after kill -12 (hop $hop)"
	kill -9 "$pid"
	wait "$pid" 2>/dev/null
	[ "$hop" -lt "$hops" ] || : >"$dir/go"
	"$restart" --pids "$pids" "$dir/mycheckpoint" </dev/null >>"$dir/out" 2>>"$dir/err" &
	pid=$!
	if [ "$hop" -lt "$hops" ]; then
		# the program itself is the one whose image path this is: with a proxy it is its child
		wait_for 20 sh -c "grep -q '$dir' /proc/$pid/environ 2>/dev/null && ! grep -q ckpt-restart /proc/$pid/comm" || fail "not restarted (hop $hop)"
	fi
done
wait "$pid"
status=$?
pid=
[ "$status" -eq 0 ] || [ "$status" -eq 77 ] || fail "exit status $status"
[ "$status" -eq 77 ] || grep -q PASS "$dir/out" || fail "no PASS"
cat "$dir/err"
exit "$status"
