#!/bin/sh
# SPDX-License-Identifier: MIT
# again.sh LIBCKPT CHECKPOINT RESTART PROGRAM CASE: the same again and again, with a program of nine threads that checks itself
# all the time (threads-check.c). CKPT_ROUNDS: how often.
#   cycles-fresh, cycles-exact   checkpoint (by kill -12 and by the tool in turn), kill, restart
#   checkpoints                  checkpoints of one program, which must not grow
#   one-folder                   two programs, two images in one folder, saved at the same time
#   one-image                    two programs that save to one name at the same time: one of them whole
#   at-once                      one image, restarted many times at once
set -u
lib=$1 checkpoint=$2 restart=$3 program=$4 case=$5
. "${0%/*}/lib.sh"
CKPT_TEST_GO=$dir/go
export CKPT_TEST_GO
image=$dir/mycheckpoint
slowest=0
now() {
	date +%s%N
}
# lap: the time since $began counts as one round
lap() {
	took=$((($(now) - began) / 1000000))
	[ "$took" -le "$slowest" ] || slowest=$took
}
# progress ROUND ROUNDS: now and then a line
progress() {
	[ $(($1 % 100)) -ne 0 ] || echo "$1 of $2, the slowest took $slowest ms"
}
# grown FILE SIZE: is it larger?
grown() {
	[ "$(wc -c <"$1")" -gt "$2" ]
}
# ticks_on FILE: it grows, and says nothing bad
ticks_on() {
	wait_for 30 grown "$1" "$(wc -c <"$1")" || fail "it does not tick on"
	! grep -q BAD "$1" || fail "it found an error"
}
# run OUT IMAGE: starts the program, its PID in $!
run() {
	: >"$1"
	CKPT_IMAGE=$2 LD_PRELOAD=$lib "$program" 1000000 20 </dev/null >"$1" 2>"$dir/err" &
}
# ended PID OUT: it comes to its end without an error
ended() {
	wait "$1"
	status=$?
	[ "$status" -eq 0 ] && grep -q PASS "$2" || fail "exit status $status"
}
# no_other NAMES…: the folder holds these and nothing else
no_other() {
	for entry in $(ls -A "$dir"); do
		case " $* out err message " in
		*" $entry "*) ;;
		*) fail "$entry was left in the folder" ;;
		esac
	done
}
no_children() {
	[ -z "$(cat /proc/"$1"/task/*/children)" ]
}
# No snapshot of our programs: it gives the image its name a little before its end, and is nobody's child.
no_snapshot() {
	for each in $(grep -ls "(ckpt-\(snapshot\|helper\|done\)) [^ZX]" /proc/[0-9]*/stat); do
		each=${each%stat}environ
		[ -r "$each" ] || continue
		! grep -qs "CKPT_TEST_GO=$dir" "$each" || return 1
		# it has given its memory back and is about to end: whose it was can't be seen any more
		[ -n "$(head -c 1 "$each" 2>/dev/null)" ] || return 1
	done
}

# come_back PIDS: restarted, and it ticks on. Another process of this machine may have one of its numbers by now: the restarter says
# so, and tries again; where it is one that stays, the program gets fresh numbers once.
taken=0
come_back() {
	ways="$1 $1 $1 $1 $1 fresh"
	for way in $ways; do
		size=$(wc -c <"$dir/out")
		: >"$dir/err"
		"$restart" --pids "$way" "$image" </dev/null >>"$dir/err" 2>&1 &
		runner=$!
		[ "$way" = exact ] || pid=$runner
		wait_for 30 grown_or_said "$size" || fail "it does not tick on (cycle $n)"
		if [ "$way" = exact ] && grep -q "is taken by\|was taken by" "$dir/err"; then
			wait "$runner"
			[ $? -eq 125 ] || fail "taken, but not status 125 (cycle $n)"
			taken=$((taken + 1))
			echo "cycle $n: $(cat "$dir/err")"
			: >"$dir/err"
			sleep 0.2
			continue
		fi
		[ ! -s "$dir/err" ] || fail "something was said (cycle $n)"
		! grep -q BAD "$dir/out" || fail "it found an error (cycle $n)"
		return
	done
	fail "it did not come back (cycle $n)"
}
grown_or_said() {
	[ -s "$dir/err" ] || grown "$dir/out" "$1"
}

cycles() {
	run "$dir/out" "$image"
	pid=$! runner=$!
	ticks_on "$dir/out"
	n=0
	while [ "$n" -lt "$rounds" ]; do
		n=$((n + 1))
		began=$(now)
		rm -f "$image"
		if [ $((n % 2)) -eq 1 ]; then
			kill -12 "$pid"
			wait_for 30 test -s "$image" || fail "no image after kill -12 (cycle $n)"
		else
			"$checkpoint" "$pid" >"$dir/message" 2>&1 && [ -s "$image" ] || fail "the tool failed (cycle $n)"
		fi
		kill -9 "$pid"
		wait "$runner" 2>/dev/null
		come_back "$1"
		kill -0 "$pid" 2>/dev/null || fail "it is gone (cycle $n)"
		no_other mycheckpoint
		lap
		progress "$n" "$rounds"
	done
	: >"$dir/go"
	ended "$runner" "$dir/out"
	pid=
	[ "$taken" -eq 0 ] || echo "$taken times another process had one of its numbers"
}

# What must not grow, one a line.
picture() {
	grep "^VmSize\|^VmData\|^VmStk\|^VmLck\|^Threads" "/proc/$pid/status"
	echo "mappings $(wc -l <"/proc/$pid/maps")"
	echo "descriptors $(ls "/proc/$pid/fd" | wc -l)"
}
rss() {
	sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pid/status"
}
checkpoints() {
	run "$dir/out" "$image"
	pid=$!
	ticks_on "$dir/out"
	n=0
	while [ "$n" -lt "$rounds" ]; do
		n=$((n + 1))
		began=$(now)
		rm -f "$image"
		if [ $((n % 2)) -eq 1 ]; then
			kill -12 "$pid"
			wait_for 30 test -s "$image" || fail "no image after kill -12 (checkpoint $n)"
		else
			"$checkpoint" "$pid" >"$dir/message" 2>&1 && [ -s "$image" ] || fail "the tool failed (checkpoint $n)"
		fi
		wait_for 30 no_children "$pid" || fail "a child was left (checkpoint $n)"
		wait_for 30 no_snapshot || fail "a snapshot does not end (checkpoint $n)"
		lap
		progress "$n" "$rounds"
		case $n in
		20)
			picture >"$dir/before"
			before=$(rss)
			;;
		esac
	done
	ticks_on "$dir/out"
	no_other mycheckpoint before
	picture >"$dir/after"
	diff "$dir/before" "$dir/after" || fail "it has grown"
	[ "$(rss)" -le $((before + 1024)) ] || fail "its resident memory has grown from $before to $(rss) KiB"
	echo "resident: $before KiB after 20 checkpoints, $(rss) KiB after $n"
	: >"$dir/go"
	ended "$pid" "$dir/out"
	pid=
}

# Two programs, $first and $second, that write to out1 and out2.
at_end() {
	for each in ${first:-} ${second:-}; do
		kill -9 "$each" 2>/dev/null
	done
}
both() {
	run "$dir/out1" "$dir/$1"
	first=$!
	run "$dir/out2" "$dir/$2"
	second=$!
	ticks_on "$dir/out1"
	ticks_on "$dir/out2"
}
# both_save IMAGE1 IMAGE2: at the same time, and both are done with it
both_save() {
	"$checkpoint" -o "$dir/$1" "$first" >"$dir/message1" 2>&1 &
	tool1=$!
	"$checkpoint" -o "$dir/$2" "$second" >"$dir/message2" 2>&1 &
	tool2=$!
	wait "$tool1" && wait "$tool2" || {
		cat "$dir/message1" "$dir/message2" >"$dir/message"
		fail "the tool failed (round $n)"
	}
	rm -f "$dir/message1" "$dir/message2"
	wait_for 30 no_snapshot || fail "a snapshot does not end (round $n)"
}
# comes_back IMAGE OUT [OUT]: restarted, the program goes on writing to one of these; then it is killed
comes_back() {
	size1=$(wc -c <"$2")
	size2=$(wc -c <"${3:-/dev/null}")
	"$restart" --pids fresh "$1" </dev/null >>"$dir/err" 2>&1 &
	pid=$!
	tries=3000
	until grown "$2" "$size1" || { [ $# -gt 2 ] && grown "$3" "$size2"; }; do
		kill -0 "$pid" 2>/dev/null || fail "it did not come back (round $n)"
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || fail "it does not tick on (round $n)"
		sleep 0.01
	done
	kill -9 "$pid"
	wait "$pid" 2>/dev/null
	pid=
}
two() {
	both "$1" "$2"
	n=0
	while [ "$n" -lt "$rounds" ]; do
		n=$((n + 1))
		began=$(now)
		rm -f "$dir/$1" "$dir/$2"
		both_save "$1" "$2"
		no_other "$1" "$2" out1 out2
		# what grows now is what comes back
		kill -STOP "$first" "$second"
		wait_for 30 sh -c "! grep -L ') T ' /proc/$first/stat /proc/$second/stat | grep -q ." || fail "they did not stop"
		if [ "$1" = "$2" ]; then
			comes_back "$dir/$1" "$dir/out1" "$dir/out2"
		else
			comes_back "$dir/$1" "$dir/out1"
			comes_back "$dir/$2" "$dir/out2"
		fi
		kill -CONT "$first" "$second"
		! grep -q BAD "$dir/out1" "$dir/out2" || fail "an error was found (round $n)"
		lap
		progress "$n" "$rounds"
	done
	: >"$dir/go"
	ended "$first" "$dir/out1"
	ended "$second" "$dir/out2"
	first='' second=''
}

at_once() {
	# its output through a pipe: it becomes that of each restarter
	mkfifo "$dir/pipe"
	cat "$dir/pipe" >"$dir/out" &
	CKPT_IMAGE=$image LD_PRELOAD=$lib "$program" 30 20 </dev/null >"$dir/pipe" 2>"$dir/err" &
	pid=$!
	wait_for 30 grep -q "tick 3" "$dir/out" || fail "it does not tick"
	kill -12 "$pid"
	wait_for 30 test -s "$image" || fail "no image"
	kill -9 "$pid"
	wait "$pid" 2>/dev/null
	pid=
	rm -f "$dir/pipe"
	began=$(now)
	n=0
	all=
	while [ "$n" -lt "$rounds" ]; do
		n=$((n + 1))
		"$restart" --pids fresh "$image" </dev/null 2>"$dir/err$n" | cat >"$dir/out$n" &
		all="$all $!"
	done
	# shellcheck disable=SC2086
	wait $all
	lap
	n=0
	while [ "$n" -lt "$rounds" ]; do
		n=$((n + 1))
		cp "$dir/err$n" "$dir/err"
		cp "$dir/out$n" "$dir/out"
		grep -q PASS "$dir/out" && ! grep -q "BAD" "$dir/out" || fail "number $n did not come to its end"
		[ ! -s "$dir/err" ] || fail "number $n said something"
		rm -f "$dir/err$n" "$dir/out$n"
	done
	no_other mycheckpoint
}

case $case in
cycles-fresh)
	rounds=${CKPT_ROUNDS:-20}
	cycles fresh
	;;
cycles-exact)
	rounds=${CKPT_ROUNDS:-20}
	capability 40 || skip "exact PIDs need CAP_CHECKPOINT_RESTORE"
	cycles exact
	;;
checkpoints)
	rounds=${CKPT_ROUNDS:-200}
	checkpoints
	;;
one-folder)
	rounds=${CKPT_ROUNDS:-4}
	two image1 image2
	;;
one-image)
	rounds=${CKPT_ROUNDS:-4}
	two image image
	;;
at-once)
	rounds=${CKPT_ROUNDS:-10}
	at_once
	;;
*) fail "no such case" ;;
esac
echo "$rounds rounds, 0 failures, the slowest took $slowest ms"
echo PASS
