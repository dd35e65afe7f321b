#!/bin/sh
# SPDX-License-Identifier: MIT
# races.sh LIBCKPT CHECKPOINT PROGRAM HOW [SERVER]: CKPT_ROUNDS (30) checkpoints of a program that changes meanwhile. Each ends, soon, as a checkpoint or as
# one line that says what stands in the way; the program runs on and no thread of it stays stopped.
set -u
lib=$1 checkpoint=$2 program=$3 how=$4 server=${5-}
. "${0%/*}/lib.sh"
rounds=${CKPT_ROUNDS:-30}
# each of these takes its whole second
case $how in long-vfork | server) rounds=$((rounds / 10)) ;; esac
other=
at_end() {
	[ -z "$other" ] || kill -9 "$other" 2>/dev/null
	[ ! -d "$dir/place" ] || umount -l "$dir/place" 2>/dev/null
}
runs() { ! grep -qs '^State:.[tTZ]' /proc/"$pid"/task/*/status; }
milliseconds() { echo $(($(date +%s%N) / 1000000)); }

case $how in
user) [ "$(id -u)" -eq 0 ] || skip "only root can change the user" ;;
server)
	mkdir "$dir/place"
	mkfifo "$dir/life"
	"$server" "$dir/place" <"$dir/life" >"$dir/server" &
	other=$!
	exec 9>"$dir/life"
	wait_for 10 test -s "$dir/server" || fail "the file server does not start"
	! grep SKIP "$dir/server" || exit 77
	;;
esac
start "$lib" "$program" "$how" "$dir/place/file"
saved=0 refused=0 longest=0 n=0
while [ "$n" -lt "$rounds" ]; do
	n=$((n + 1))
	if [ "$how" = exit ] && ! kill -0 "$pid" 2>/dev/null; then
		wait "$pid" || fail "the program was harmed: status $?"
		start "$lib" "$program" "$how"
	fi
	case $how in
	stop)
		(for i in 1 2 3 4 5; do kill -STOP "$pid" && sleep 0.002; kill -CONT "$pid" && sleep 0.002; done) &
		other=$!
		;;
	two)
		timeout 20 "$checkpoint" -o "$dir/second" "$pid" >"$dir/other" 2>&1 &
		other=$!
		[ $((n % 2)) -eq 0 ] || kill -12 "$pid"
		;;
	esac
	begun=$(milliseconds)
	timeout 20 "$checkpoint" "$pid" >"$dir/message" 2>&1
	status=$?
	took=$(($(milliseconds) - begun))
	[ "$took" -le "$longest" ] || longest=$took
	case $status in
	0) saved=$((saved + 1)) ;;
	125) refused=$((refused + 1)) ;;
	*) fail "round $n: status $status after $took ms" ;;
	esac
	[ "$(wc -l <"$dir/message")" -eq 1 ] || fail "round $n: not one line"
	case $how in
	stop | two)
		wait "$other"
		status=$?
		[ "$how" = stop ] || [ "$status" -eq 0 ] || [ "$status" -eq 125 ] || fail "round $n: the other: status $status"
		other=
		;;
	esac
	case $how in
	stop) kill -CONT "$pid" ;;
	# the thread's wait for the server is what stands in the way
	long-vfork | server) [ "$status" -eq 125 ] && grep -q "can't be stopped" "$dir/message" || fail "round $n: it was not named" ;;
	esac
	[ $((n % 100)) -ne 0 ] || echo "$n of $rounds: $saved saved, $refused refused, longest $longest ms"
done
: >"$dir/go"
case $how in
server)
	exec 9>&-
	wait "$other"
	other=
	;;
esac
[ "$how" = exit ] || wait_for 10 runs || [ ! -e /proc/"$pid" ] || fail "a thread stays stopped"
wait "$pid"
status=$?
pid=
[ "$status" -eq 0 ] || fail "the program was harmed: status $status"
[ "$how" = exit ] || grep -q PASS "$dir/out" || fail "no PASS"
[ -z "$(find "$dir" -name '*.tmp.*')" ] || fail "a temporary file stays"
echo "$how: $rounds rounds, $saved saved, $refused refused, longest $longest ms; $(head -c 300 "$dir/message")$(grep "^note" "$dir/out")"
