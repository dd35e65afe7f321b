#!/bin/sh
# SPDX-License-Identifier: MIT
# restart-killed.sh LIB CHECKPOINT RESTART WATCH PROGRAM SOURCES: SIGKILL to the restarter, to the process that puts it into the program and to the proxy
# of exact PIDs, at each of their fault points and at random moments. Nothing is left over, and the image can be restarted.
set -u
lib=$1 checkpoint=$2 restart=$3 watch=$4 program=$5 sources=$6
. "${0%/*}/lib.sh"
. "${0%/*}/failing.sh"
what=begin
begin "$lib" alone
old=$pid
image=$dir/mycheckpoint
kill -9 "$pid"
wait "$pid" 2>/dev/null
pid=
: >"$dir/go"
nobody() { wait_for 20 "$watch" leftovers "$dir" >/dev/null || fail "left over after $what: $("$watch" leftovers "$dir")"; }
# restart_and_see OPTIONS…: its status in $status; what it said in $dir/said
restart_and_see() {
	echo ready >"$dir/out"
	"$watch" run "$restart" "$@" "$image" </dev/null >"$dir/said" 2>&1
	status=$?
	nobody
	cmp -s "$dir/earlier" "$image" || fail "the image was altered: $what"
}
passed() { [ "$status" -eq 0 ] && grep -q PASS "$dir/out"; }
killed=0 seen=" "
one() {
	point=$1
	shift
	what="$point kill ($*)"
	echo "$point kill" >"$order"
	restart_and_see "$@"
	if reached; then
		[ "$status" -eq 137 ] || passed || fail "status $status after $what: $(cat "$dir/said")"
		case " $seen " in
		*" $point "*) ;;
		*) seen="$seen$point " ;;
		esac
		killed=$((killed + 1))
	else
		passed || fail "status $status without $what: $(cat "$dir/said")"
	fi
}
all="$(points restart) $(points tracer) $(points proxy)"
for way in $ways; do
	choose "$way"
	for point in $all; do
		# shellcheck disable=SC2086
		one "$point" $options
	done
	echo "$way: $killed killed"
done
: >"$order"
for point in $all; do
	case "$seen" in
	*" $point "*) continue ;;
	esac
	case $point in
	proxy.* | restart.born) [ "$ways" != "${ways#*exact}" ] || continue ;;
	esac
	fail "$point was never reached"
done

# the proxy of a program that runs
case $ways in
*exact*)
	what="SIGKILL to the proxy"
	rm "$dir/go"
	"$restart" --pids exact "$image" </dev/null >"$dir/said" 2>&1 &
	proxy=$!
	wait_for 20 is_program "$old" || fail "no program with its old PID"
	kill -9 "$proxy"
	wait "$proxy" 2>/dev/null
	nobody
	: >"$dir/go"
	;;
esac

# at random moments, from the start to behind the end
rounds=${CKPT_ROUNDS:-1}
[ "$rounds" -gt 1 ] || rounds=200
n=0 in_time=0
while [ "$n" -lt "$rounds" ]; do
	n=$((n + 1))
	what="SIGKILL at random ($n)"
	microseconds=$(($(od -An -tu2 -N2 /dev/urandom) % 8000))
	case $((n % 5)) in
	0) options="--pids fresh --test-no-exec" ;;
	1) options="--pids auto" ;;
	*) options="--pids fresh" ;;
	esac
	# shellcheck disable=SC2086
	"$watch" kill "$microseconds" "$restart" $options "$image" </dev/null >"$dir/said" 2>&1
	[ $? -ne 137 ] || in_time=$((in_time + 1))
	[ $((n % 10)) -ne 0 ] || nobody
	[ $((n % 500)) -ne 0 ] || echo "$n at random, $in_time in time"
done
nobody
cmp -s "$dir/earlier" "$image" || fail "the image was altered"
what="all of it"
restart_and_see --pids fresh
passed || fail "it can't be restarted any more: $(cat "$dir/said")"
echo "$killed at points, $in_time of $n at random"
