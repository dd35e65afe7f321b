#!/bin/sh
# SPDX-License-Identifier: MIT
# points.sh core LIBCKPT RESTART PROGRAMS POINT, or mini FOLDER PROGRAMS POINT: one point of what goes wrong in checkpointers written for a
# course, tried on ours. PROGRAMS is the folder of the test programs; points/POINT.sh walks through it, and where there is no such file
# test-point-POINT is saved, killed, restarted, and checks itself.
set -u
kind=$1
case $kind in
core) lib=$2 restart=$3 programs=$4 point=$5 ;;
mini) room=$2 programs=$3 point=$4 ;;
esac
here=${0%/*}
. "$here/../lib.sh"
cd "$dir" || exit 1
program=$programs/test-point-$point
image=$dir/mycheckpoint
input=/dev/null
layout= # a command that starts what follows it: setarch -R, or gdb
export CKPT_TEST_GO="$dir/go"

# shellcheck disable=SC2086
# prepared PROGRAM [ARGS…]: becomes the program, ready to be saved
prepared() {
	case $kind in
	core) exec $layout env LD_PRELOAD="$lib" "$@" ;;
	mini) exec $layout "$room/ckpt" "$@" ;;
	esac
}
# shellcheck disable=SC2086
# restarted IMAGE: becomes the program of the image
restarted() {
	case $kind in
	core) exec $layout "$restart" --pids fresh "$1" ;;
	mini) exec $layout "$room/restart" "$1" ;;
	esac
}
# begin PROGRAM [ARGS…]: starts it in $dir, its PID in $pid, and waits for its "ready"
begin() {
	: >out
	: >err
	passed=0
	prepared "$@" <"$input" >>out 2>>err &
	pid=$!
	wait_for 20 grep -q "^ready" out || fail "it was never ready"
}
# save: one checkpoint by signal, of which a new image comes
save() {
	rm -f "$image"
	kill -12 "$pid" || fail "the program is gone"
	wait_for 20 test -s "$image" || fail "no image after kill -12"
}
end_it() {
	kill -9 "$pid"
	wait "$pid" 2>/dev/null
	pid=
}
# back [IMAGE]: the program lives again, its PID in $pid
back() {
	passed=$(grep -c "^PASS" out)
	restarted "${1:-$image}" <"$input" >>out 2>>err &
	pid=$!
}
# passes: it is told to check itself, and is content
passes() {
	: >go
	wait "$pid"
	status=$?
	pid=
	[ "$status" -ne 77 ] || skip "$(grep SKIP out)"
	[ "$status" -eq 0 ] && [ "$(grep -c "^PASS" out)" -eq $((passed + 1)) ] || fail "exit status $status"
	rm -f go
}
said() { grep -qi "$1" err; }
# nothing_left [FOLDER]: no temporary file lies beside the image
nothing_left() {
	for file in "${1:-$dir}"/*.tmp* "${1:-$dir}"/.*.tmp*; do
		[ ! -e "$file" ] || fail "a temporary file stays: $file"
	done
}
# refuses WORDS PROGRAM [ARGS…]: it can't be saved; one line says why, with WORDS in it, no image comes, an earlier one stays, and the program
# runs on to its end
refuses() {
	words=$1
	shift
	echo earlier >"$image"
	begin "$@"
	kill -12 "$pid"
	wait_for 20 said "$words" || fail "it did not say why: $words"
	[ "$(wc -l <err)" -eq 1 ] || fail "not one line"
	[ "$(cat "$image")" = earlier ] || fail "the earlier image is gone"
	nothing_left
	passes
	cat err
}
walk() {
	begin "$@"
	save
	end_it
	back
	passes
	[ ! -s err ] || fail "something was said"
}

if [ -f "$here/points/$point.sh" ]; then
	. "$here/points/$point.sh"
else
	walk "$program"
fi
echo "point $point: it holds"
