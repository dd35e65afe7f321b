#!/bin/sh
# SPDX-License-Identifier: MIT
# snapshot-killed.sh LIB CHECKPOINT RESTART WATCH PROGRAM SOURCES: SIGKILL to the process that writes the image at each of its fault points, by both
# doors, in a copy of the program and in a helper that writes while the program stands still.
set -u
lib=$1 checkpoint=$2 restart=$3 watch=$4 program=$5 sources=$6
. "${0%/*}/lib.sh"
. "${0%/*}/failing.sh"
count=0
one() {
	what="$1 kill"
	echo "$what" >"$order"
	by "$2"
	wait_for 20 reached || fail "$what was never reached by $2"
	settled
	[ "$2" = signal ] || said_once
	case $1 in
	snapshot.renamed | snapshot.done)
		! cmp -s "$dir/earlier" "$dir/mycheckpoint" || fail "the image was not renamed"
		restarts "$dir/mycheckpoint"
		;;
	*) earlier_is_whole ;;
	esac
	next_is_good
	count=$((count + 1))
}
round=0
while [ "$round" -lt "${CKPT_ROUNDS:-1}" ]; do
	round=$((round + 1))
	for way in "" no-copy; do
		# shellcheck disable=SC2086
		begin "$lib" $way
		for point in $(points snapshot); do
			one "$point" signal
			one "$point" tool
		done
		ends_well
	done
	echo "$count killed"
done
