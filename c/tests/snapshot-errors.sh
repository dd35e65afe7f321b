#!/bin/sh
# SPDX-License-Identifier: MIT
# snapshot-errors.sh LIB CHECKPOINT RESTART WATCH PROGRAM SOURCES: every system call of the snapshot that can fail does, by fault.h: each error, each
# time that the call is made; and calls that are interrupted or do less than they were asked.
set -u
lib=$1 checkpoint=$2 restart=$3 watch=$4 program=$5 sources=$6
. "${0%/*}/lib.sh"
. "${0%/*}/failing.sh"
count=0
next_door=signal
# errors CALL ERRNO: at its first time, its second, … as often as it is made, or as CKPT_ROUNDS allows
errors() {
	call=$1 errno=$2 nth=1
	while :; do
		what="$call error $errno $nth"
		echo "$what" >"$order"
		by "$next_door"
		if [ "$next_door" = signal ]; then
			wait_for 20 written_or_said || fail "nothing after $what"
			settled
		fi
		reached || break # it is not made so often
		said_once
		grep -qE "$dir|/proc/|memory at 0x" "$dir/lines" || fail "no file is named after $what: $(cat "$dir/lines")"
		grep -q "$(word_for "$errno")" "$dir/lines" || fail "no word for the error: $(cat "$dir/lines")"
		if [ "$call" = snapshot.sync_folder ]; then # the image has its name already
			cp "$dir/mycheckpoint" "$dir/earlier"
		else
			earlier_is_whole
		fi
		no_temporary
		count=$((count + 1))
		if [ "$next_door" = signal ]; then next_door=tool; else next_door=signal; fi
		nth=$((nth + step))
	done
	[ "$nth" -gt 1 ] || fail "$call is never made: $(cat "$dir/said" "$dir/err")"
	cp "$dir/mycheckpoint" "$dir/earlier" # that one was made
	settled
}
word_for() {
	case $1 in
	2) echo "no such folder\|not there" ;;
	5) echo "input/output error" ;;
	12) echo "out of memory" ;;
	13) echo "permission denied" ;;
	24) echo "too many open files" ;;
	27) echo "file size limit" ;;
	28) echo "no space left" ;;
	30) echo "read-only" ;;
	36) echo "too long" ;;
	122) echo "quota" ;;
	esac
}
written_or_said() { [ -s "$dir/err" ] || ! cmp -s "$dir/earlier" "$dir/mycheckpoint"; }
# bears ORDER: with this the checkpoint succeeds all the same, and its image can be restarted
bears() {
	what=$1
	echo "$what" >"$order"
	by tool
	[ "$status" -eq 0 ] || fail "$what: $(cat "$dir/said")"
	reached || fail "$what was never reached"
	no_temporary
	restarts "$dir/mycheckpoint"
	cp "$dir/mycheckpoint" "$dir/earlier"
	count=$((count + 1))
}
rounds=${CKPT_ROUNDS:-1}
step=9 # in the long form no time is left out
[ "$rounds" -eq 1 ] || step=1
for way in "" no-copy; do
	# shellcheck disable=SC2086
	begin "$lib" $way
	for call in $(calls snapshot); do
		case $call in
		snapshot.write) list="28 5 122 27" ;;            # ENOSPC EIO EDQUOT EFBIG
		snapshot.create) list="28 5 122 13 30 2 24 36" ;; # … EACCES EROFS ENOENT EMFILE ENAMETOOLONG
		snapshot.fsync | snapshot.rename) list="5 28 122" ;;
		snapshot.map | snapshot.grow) list=12 ;; # ENOMEM
		snapshot.sync_folder) list="5 28" ;;
		*) list="5 12" ;;
		esac
		for errno in $list; do
			errors "$call" "$errno"
		done
		echo "$call: $count so far"
	done
	for call in create write read fsync sync_folder smaps scan; do
		bears "snapshot.$call error 4 1 3" # EINTR
	done
	bears "snapshot.scan error 25 1 1000" # ENOTTY: a kernel before 6.7
	bears "snapshot.scan error 25 3 1000"
	for call in write read smaps; do
		for n in 1 7 4095 4097; do
			bears "snapshot.$call short $n 1 300"
		done
	done
	ends_well
done
echo "$count calls failed"
