#!/bin/sh
# SPDX-License-Identifier: MIT
# rooms-walks.sh CHECK.SH EXAMPLES: the walks of 'make check', all at once: those of each room that is there, both targets.
set -u
check=$1 examples=$2
. "${0%/*}/../lib.sh"
walks=
walk() { # NAME ROOM PROGRAM ARGUMENT
	TMPDIR=$dir sh "$check" "$2" "$3" "$4" >"$dir/$1" 2>&1 &
	walks="$walks $1:$!"
}
at_end() { for walk in $walks; do kill "${walk#*:}" 2>/dev/null; done; }
for room in mini core; do
	[ -d "$examples/$room" ] || continue
	walk "$room-counting" "$examples/$room" "$examples/counting-test" 7
	walk "$room-primes" "$examples/$room" "$examples/primes-test" 9223372036854775783
done
[ ! -e "$examples/static/counting-static" ] || walk static "$examples/static" "$examples/static/counting-static" 7
lost=
for walk in $walks; do
	wait "${walk#*:}" || lost="$lost ${walk%:*}"
	tail -1 "$dir/${walk%:*}"
done
walks=
for name in $lost; do
	echo "--- $name"
	cat "$dir/$name"
done
[ -z "$lost" ] || fail "walks:$lost"
