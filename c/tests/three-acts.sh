#!/bin/sh
# SPDX-License-Identifier: MIT
# three-acts.sh LIBCKPT RESTART HOPS PIDS PROGRAM [ARGS…]: starts PROGRAM prepared, waits for its "ready"; then, HOPS times,
# checkpoints it (kill -12, or -$CKPT_SIGNAL), kills it (SIGKILL) and restarts it. Its own checks follow; its exit status is ours.
set -u
lib=$1 restart=$2 hops=$3 pids=$4
shift 4
dir=$(mktemp -d "${CKPT_TEST_TMP:-/tmp}/ckpt-test-XXXXXX") || exit 1
pid=
# bit 40 of the effective capabilities
caps=$(sed -n 's/^CapEff:[[:space:]]*//p' /proc/self/status)
if [ "$pids" = exact ] && [ $((0x$caps >> 40 & 1)) -eq 0 ]; then
	echo "SKIP: exact PIDs need CAP_CHECKPOINT_RESTORE"
	exit 77
fi
finish() {
	[ -n "$pid" ] && kill -9 "$pid" 2>/dev/null
	rm -rf "$dir"
}
trap finish EXIT
fail() {
	echo "FAIL $*"
	cat "$dir/out" "$dir/err"
	exit 1
}
# wait_for SECONDS COMMAND…: until the command succeeds
wait_for() {
	n=$(($1 * 100))
	shift
	until "$@"; do
		n=$((n - 1))
		[ "$n" -gt 0 ] || return 1
		sleep 0.01
	done
}
export CKPT_TEST_GO="$dir/go" CKPT_IMAGE="$dir/mycheckpoint"
: >"$dir/out"
LD_PRELOAD=$lib "$@" </dev/null >"$dir/out" 2>"$dir/err" &
pid=$!
wait_for 20 grep -q ready "$dir/out" || fail "it was never ready"
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
