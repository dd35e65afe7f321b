#!/bin/sh
# SPDX-License-Identifier: MIT
# killed.sh LIBCKPT CHECKPOINT RESTART PROGRAM WHO: at every fault point of the sources of the helper and the tool, WHO is killed: self (that
# which comes to the point), tool (while it is held there), or program (the same). The program runs on or is gone; no thread stays stopped,
# no process, no child and no temporary file is left, the earlier image is whole, and the next checkpoint works.
set -u
lib=$1 checkpoint=$2 restart=$3 program=$4 who=$5
here=${0%/*}
. "$here/lib.sh"
rounds=${CKPT_ROUNDS:-1}
points=$(grep -rhoE 'fault_point\("(helper|tool)\.[a-z-]+"\)' "$here/../libckpt" "$here/../attach" | cut -d'"' -f2 | sort -u)

# Processes that carry the test's folder in their environment, but the program: helper, snapshot, tool.
strangers() {
	for file in $(grep -ls "$dir/" /proc/[0-9]*/environ); do
		stranger=${file#/proc/}
		stranger=${stranger%/environ}
		[ "$stranger" = "$pid" ] || echo "$stranger"
	done
}
nobody_left() { [ -z "$(strangers)" ]; }
no_child() { [ -z "$(cat /proc/"$pid"/task/*/children 2>/dev/null)" ]; }
runs() { ! grep -qs '^State:.[tTZ]' /proc/"$pid"/task/*/status; }
ticks() { grep -c '^tick' "$dir/out"; }
ticks_on() { [ "$(ticks)" -gt "$before" ]; }
fired() { [ ! -s "$dir/order" ]; }
in_again() { [ "$(cat /proc/"$again"/comm)" = test-load ]; }
held() { grep -qs '^State:.[T]' /proc/"$victim"/status; }
# the process of ckpt that stands at the point
find_held() {
	for victim in $(strangers); do held && return; done
	return 1
}
begin() {
	: >"$dir/order"
	rm -f "$dir"/mycheckpoint*
	start "$lib" env CKPT_FAULT="$dir/order" "$program"
	timeout 20 env CKPT_FAULT="$dir/order" "$checkpoint" "$pid" >"$dir/message" 2>&1 || fail "the first checkpoint"
	cp "$dir/mycheckpoint" "$dir/earlier"
}
unharmed() {
	before=$(ticks)
	wait_for 5 ticks_on || fail "$where: the program stands still"
	wait_for 5 runs || fail "$where: a thread stays stopped"
	wait_for 5 nobody_left || fail "$where: left over: $(for s in $(strangers); do echo "$s $(cat /proc/"$s"/comm)"; done)"
	wait_for 5 no_child || fail "$where: the program has a child"
}
whole() {
	cmp -s "$dir/mycheckpoint" "$dir/earlier" && return
	before=$(ticks)
	"$restart" --pids fresh "$dir/mycheckpoint" </dev/null >"$dir/again" 2>&1 &
	again=$!
	wait_for 20 in_again || fail "$where: the image is damaged: $(cat "$dir/again")"
	kill -15 "$again"
	wait "$again" || fail "$where: the restarted program was harmed: status $?, $(tail -2 "$dir/out")"
}
next_works() {
	timeout 20 env CKPT_FAULT="$dir/order" "$checkpoint" "$pid" >"$dir/message" 2>&1 || fail "$where: the next checkpoint"
	[ -z "$(find "$dir" -name '*.tmp.*')" ] || fail "$where: a temporary file stays"
	cp "$dir/mycheckpoint" "$dir/earlier"
}
# ask DOOR: asks for a checkpoint, in the background
ask() {
	case $1 in
	tool) timeout 20 env CKPT_FAULT="$dir/order" "$checkpoint" "$pid" >"$dir/message" 2>&1 & ;;
	signal)
		kill -12 "$pid"
		true &
		;;
	esac
	asked=$!
}

# kill_one DOOR
kill_one() {
	case $who in
	self)
		echo "$point kill" >"$dir/order"
		ask "$1"
		wait_for 10 fired || fail "$where: never reached"
		wait "$asked"
		[ $? -ne 124 ] || fail "$where: the tool hangs"
		;;
	tool)
		echo "$point hold" >"$dir/order"
		ask "$1"
		wait_for 10 fired && wait_for 5 find_held || fail "$where: never reached"
		for stranger in $(strangers); do
			case $(cat /proc/"$stranger"/comm) in ckpt-tracer | ckpt-checkpoint* | timeout) kill -9 "$stranger" ;; esac
		done
		kill -CONT "$victim" 2>/dev/null
		wait "$asked" 2>/dev/null
		;;
	program)
		echo "$point hold" >"$dir/order"
		ask "$1"
		wait_for 10 fired && wait_for 5 find_held || fail "$where: never reached"
		kill -9 "$pid"
		kill -CONT "$victim"
		wait "$asked"
		[ $? -ne 124 ] || fail "$where: the tool hangs"
		wait "$pid" 2>/dev/null
		wait_for 5 nobody_left || fail "$where: left over: $(strangers)"
		[ "$1" = signal ] || [ "$(wc -l <"$dir/message")" -eq 1 ] || fail "$where: not one line"
		whole
		begin
		return
		;;
	esac
	unharmed
	whole
	next_works
}

begin
count=0
round=0
while [ "$round" -lt "$rounds" ]; do
	round=$((round + 1))
	for point in $points; do
		for door in tool signal; do
			where="$who killed at $point (door $door)"
			case $door.$point.$who in
			signal.tool.* | signal.*.tool | signal.helper.connected.* | signal.helper.trigger*) continue ;; # there is no tool
			esac
			kill_one $door
			count=$((count + 1))
		done
	done
	[ "$rounds" -eq 1 ] || echo "round $round of $rounds: $count kills"
done
: >"$dir/go"
wait "$pid"
status=$?
pid=
[ "$status" -eq 0 ] && grep -q PASS "$dir/out" || fail "the program was harmed: status $status"
echo "$count kills"
