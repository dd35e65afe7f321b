#!/bin/sh
# SPDX-License-Identifier: MIT
# large.sh LIBCKPT CHECKPOINT RESTART PROGRAM CASE: a program that is large in one way (large.c) is saved by kill -12, killed and
# restarted with fresh PIDs; then saved by the tool, killed and restarted with exact PIDs where these can be had; it checks
# itself after each. Says how long each took. CKPT_WHOLE=1: the sizes that docs/guarantees.md speaks of; else smaller ones.
set -u
lib=$1 checkpoint=$2 restart=$3 program=$4 case=$5
. "${0%/*}/lib.sh"
seconds=30
# whole LARGE SMALL: one or the other
whole() {
	if [ -n "${CKPT_WHOLE:-}" ]; then echo "$1"; else echo "$2"; fi
}
now() {
	date +%s%N
}
ms() {
	echo "$(($1 / 1000000)).$(($1 / 100000 % 10)) ms"
}
case $case in
sparse)
	# memory: that of the program, and what its snapshot copies; the image on disk
	touched=$(whole 8192 64)
	available=$(($(sed -n 's/^MemAvailable: *\([0-9]*\).*/\1/p' /proc/meminfo) / 1024))
	disk=$(df -Pm "$dir" | awk 'NR == 2 { print $4 }')
	while [ $((touched + touched / 4 + 1024)) -gt "$available" ] || [ $((touched + 1024)) -gt "$disk" ]; do
		touched=$((touched / 2))
		[ "$touched" -ge 32 ] || skip "$available MiB of memory and $disk MiB of disk are too little"
	done
	[ "$touched" -eq "$(whole 8192 64)" ] ||
		echo "note: $available MiB of memory and $disk MiB of disk are free: $touched MiB are touched, not $(whole 8192 64)"
	set -- $((touched * 5 / 2)) "$touched"
	[ -n "${CKPT_WHOLE:-}" ] || set -- 1024 "$touched"
	seconds=600
	;;
deep | too-many) set -- ;;
huge) set -- "$(whole 8192 5120)" ;;
mappings) set -- "$(whole 65000 20000)" ;;
threads | at-once) set -- 1000 ;;
headers) set -- 35000 ;;
descriptors) set -- "$(whole 60000 6000)" ;;
pending | pending-alone) set -- 1000 ;;
names)
	# cd alone can go as deep: a path over 4,095 bytes is no path
	part=$(printf '%0200d' 0 | tr 0 d)
	cd "$dir" || exit 1
	while [ "$(pwd | wc -c)" -lt 3600 ]; do
		mkdir "$part" && cd "$part" || exit 1
	done
	mkdir "$(printf '%0140d' 0)" && cd "$(printf '%0140d' 0)" || exit 1
	cp "$program" ./large && program=$(pwd)/large || exit 1
	argument=$(printf '%0100000d' 0)
	set -- "" "$argument" "$argument"
	;;
*) fail "no such case" ;;
esac

# hop K PIDS DOOR: saved, killed, restarted, checked
hop() {
	wait_for "$seconds" grep -q "^ready $1" "$dir/out" || fail "it was never ready ($1)"
	began=$(now)
	if [ "$3" = signal ]; then
		kill -12 "$pid"
		wait_for "$seconds" test -s "$image" || fail "no image after kill -12"
		echo "kill -12: whole after $(ms $(($(now) - began)))"
	else
		"$checkpoint" -o "$image" "$pid" >"$dir/message" 2>&1 || fail "the tool failed"
		sed 's/^[^ ]* /the tool: /' "$dir/message"
	fi
	# 70,000 program headers: their number is no longer in the ELF header (PN_XNUM)
	[ "$case" != headers ] || [ "$(od -An -tu2 -j56 -N2 "$image" | tr -d ' ')" -eq 65535 ] || fail "fewer headers than 65535"
	kill -9 "$pid"
	wait "$pid" 2>/dev/null
	: >"$dir/go.$1"
	began=$(now)
	"$restart" --pids "$2" "$image" </dev/null >>"$dir/out" 2>>"$dir/err" &
	proxy=$!
	wait_for "$seconds" grep -q "^up $1" "$dir/out" || fail "it did not come back (--pids $2)"
	echo "restart --pids $2: up after $(ms $(($(sed -n "s/^up $1 //p" "$dir/out") - began)))"
	if [ "$1" -eq 1 ]; then
		# its own PID, for a fresh one is the restarter's
		wait_for "$seconds" grep -q "^ready 2" "$dir/out" || fail "it did not pass its checks"
		pid=$proxy
		rm -f "$image"
	fi
}
image=$dir/mycheckpoint
if [ "$case" = names ]; then
	CKPT_IMAGE="$PWD/image" && export CKPT_IMAGE
	image=$PWD/image
	CKPT_TEST_GO="$dir/go" LD_PRELOAD=$lib "$program" names "$@" </dev/null >"$dir/out" 2>"$dir/err" &
	pid=$!
else
	[ "$case" = at-once ] && set -- threads "$@" || set -- "$case" "$@"
	CKPT_TEST_GO="$dir/go" CKPT_IMAGE="$image" LD_PRELOAD=$lib "$program" "$@" </dev/null >"$dir/out" 2>"$dir/err" &
	pid=$!
fi
wait_for "$seconds" grep -q "^ready 1\|^SKIP" "$dir/out" || fail "it was never ready"
if grep "^SKIP" "$dir/out"; then exit 77; fi
if [ "$case" = deep ] || [ "$case" = too-many ]; then
	case $case in
	deep) words="a file whose path has more than 4,095 bytes" ;;
	*) words="vm.max_map_count" ;;
	esac
	"$checkpoint" -o "$image" "$pid" >"$dir/message" 2>&1
	[ $? -eq 125 ] && grep -q "$words" "$dir/message" || fail "not refused by name"
	[ ! -e "$image" ] || fail "an image all the same"
	: >"$dir/go.1"
	wait "$pid"
	status=$?
	pid=
	[ "$status" -eq 0 ] && grep -q PASS "$dir/out" || fail "exit status $status"
	echo PASS
	exit
fi
if [ "$case" = at-once ]; then
	# A SIGUSR2 that is pending over the restart: the next checkpoint begins while threads are still on their way back. The
	# program must go on as if nothing had been, and so must the one of that image.
	kill -STOP "$pid"
	wait_for 20 grep -q ") T " "/proc/$pid/stat" || fail "it did not stop"
	kill -12 "$pid"
	"$checkpoint" -o "$image" "$pid" >"$dir/message" 2>&1 || fail "the tool failed"
	kill -9 "$pid"
	wait "$pid" 2>/dev/null
	mv "$image" "$dir/first"
	: >"$dir/go.1"
	"$restart" --pids fresh "$dir/first" </dev/null >>"$dir/out" 2>>"$dir/err" &
	pid=$!
	kill -CONT "$pid" # should it be stopped still
	wait_for "$seconds" grep -q "^ready 2" "$dir/out" || fail "it did not pass its checks"
	wait_for "$seconds" test -s "$image" || fail "no image of the checkpoint at once"
	kill -9 "$pid"
	wait "$pid" 2>/dev/null
	: >"$dir/go.2"
	"$restart" --pids fresh "$image" </dev/null >>"$dir/out" 2>>"$dir/err"
	status=$?
	pid=
	[ "$status" -eq 0 ] && grep -q PASS "$dir/out" || fail "exit status $status"
	echo PASS
	exit
fi
if [ "$case" = pending ] && command -v prlimit >/dev/null; then
	# not all of them can be put back here: no restart
	"$checkpoint" -o "$dir/first" "$pid" >"$dir/message" 2>&1 || fail "the tool failed"
	timeout 20 prlimit --sigpending=1050:1050 "$restart" --pids fresh "$dir/first" </dev/null >"$dir/message" 2>&1
	[ $? -eq 125 ] && grep -q "pending.*ulimit -i" "$dir/message" || fail "it did not say that signals are lost"
fi
hop 1 fresh signal
if capability 40; then hop 2 exact tool; else hop 2 fresh tool; fi
wait "$proxy"
status=$?
pid=
[ "$status" -eq 0 ] && grep -q PASS "$dir/out" || fail "exit status $status"
cat "$dir/err"
grep "^only\|^note" "$dir/out"
echo PASS
