# SPDX-License-Identifier: MIT
# lib.sh - what the test scripts share: a folder of their own in $dir, an end that leaves no process and no file, and waiting
# for a state. To be sourced: . "${0%/*}/lib.sh"
dir=$(mktemp -d "${CKPT_TEST_TMP:-/tmp}/ckpt-test-XXXXXX") || exit 1
pid= # the program under test; killed at the end
at_end() { :; } # a script may give its own
failed=
finish() {
	at_end
	[ -n "$pid" ] && kill -9 "$pid" 2>/dev/null
	# CKPT_TEST_KEEP=1 leaves the folder of a failure to be looked at
	if [ -n "$failed" ] && [ -n "${CKPT_TEST_KEEP:-}" ]; then echo "kept: $dir"; else rm -rf "$dir"; fi
}
trap finish EXIT
trap 'exit 129' HUP # not every shell comes to its EXIT trap by itself when a signal ends it
trap 'exit 130' INT
trap 'exit 143' TERM
fail() {
	failed=1
	echo "FAIL $*"
	for file in "$dir"/out "$dir"/err "$dir"/message; do
		[ -s "$file" ] && { echo "--- ${file##*/}"; tail -40 "$file"; }
	done
	exit 1
}
skip() {
	echo "SKIP: $*"
	exit 77
}
# wait_for SECONDS COMMAND…: until the command succeeds, looked at every 10 ms
wait_for() {
	tries=$(($1 * 100))
	shift
	until "$@" 2>/dev/null; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.01
	done
}
# start LIBCKPT PROGRAM [ARGS…]: starts it prepared, its PID in $pid, its output in $dir/out and err, its image $dir/mycheckpoint;
# returns when it has said "ready"
start() {
	preload=$1
	shift
	: >"$dir/out"
	CKPT_TEST_GO="$dir/go" CKPT_IMAGE="$dir/mycheckpoint" LD_PRELOAD=$preload "$@" </dev/null >"$dir/out" 2>"$dir/err" &
	pid=$!
	wait_for 20 grep -q ready "$dir/out" || fail "it was never ready"
}
# capability BIT: does this process have it in effect?
capability() {
	caps=$(sed -n 's/^CapEff:[[:space:]]*//p' /proc/self/status)
	[ $((0x$caps >> $1 & 1)) -eq 1 ]
}
