#!/bin/sh
# SPDX-License-Identifier: MIT
# check.sh ROOM PROGRAM [ARGUMENTS…] - the walk of the course: PROGRAM is started under ROOM/ckpt, saved, killed and run on, again
# and again, and must print what it prints undisturbed. Without a ckpt in ROOM it is started by itself: a static program that has libckpt.a in
# it. Everything that is typed is shown. It works in a folder of its own; the exit status is 0 where all went well.
set -u
room=$(cd "$1" && pwd) || exit 2
target=$(cd "$(dirname "$2")" && pwd)/$(basename "$2") || exit 2
tools=$room
[ -x "$room/ckpt" ] || tools=$(dirname "$room")/core
shift 2
folder=$(mktemp -d "${TMPDIR:-/tmp}/ckpt-check-XXXXXX") && cd "$folder" || exit 2
pid= undisturbed=
finish() {
	[ -z "$pid" ] || kill -9 "$pid" 2>/dev/null
	[ -z "$undisturbed" ] || kill -9 "$undisturbed" 2>/dev/null
	cd / && rm -rf "$folder"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

fail() {
	printf 'FAIL: %s\n' "$*"
	cat output messages 2>/dev/null
	exit 1
}
# wait_until COMMAND…: looks every tenth of a second, for twenty seconds at most
wait_until() {
	looks=200
	until "$@"; do
		looks=$((looks - 1))
		[ "$looks" -gt 0 ] || return 1
		sleep 0.1
	done
}
lines() { if [ -e output ]; then wc -l <output; else echo 0; fi; }
has_lines() { [ "$(lines)" -ge "$1" ]; }
# One line more than there are now. What a killed program had printed is printed again from the image, over the same lines.
wait_for_more() { wait_until has_lines $(($(lines) + 1)) || fail "it prints nothing more"; }
# The streams are files and no terminal, so that this runs anywhere. They come back with the program: not to where it had written
# when it was killed, but to where it was when it was saved.
start() {
	echo "\$ $* >output &"
	"$@" </dev/null >output 2>>messages &
	pid=$!
}
restart() {
	echo "\$ $tools/restart &"
	"$tools/restart" </dev/null >>messages 2>&1 &
	pid=$!
}
save() {
	[ ! -e mycheckpoint ] || mv mycheckpoint earlier
	echo "\$ kill -12 $pid"
	kill -12 "$pid" || fail "it is not there"
	wait_until test -s mycheckpoint || fail "there is no mycheckpoint"
}
end() {
	echo "\$ kill -9 $pid"
	kill -9 "$pid" || fail "it is not there"
	wait "$pid" 2>/dev/null
	pid=
}

"$target" "$@" </dev/null >expected 2>&1 &
undisturbed=$!

if [ "$tools" = "$room" ]; then start "$room/ckpt" "$target" "$@"; else start "$target" "$@"; fi
wait_until has_lines 2 || fail "it prints nothing"
save
wait_for_more # it runs on
end
echo "\$ $tools/readckpt"
"$tools/readckpt" >segments 2>>messages || fail "readckpt"
sed -n '1,3p; /^\[heap\]/,/^  /p; /^\[stack\]/,/^  /p; /Registers/p; /^  r[is]p /p' segments
grep -q '^\[stack\]' segments && grep -q '^  rip ' segments || fail "readckpt shows no stack, or no registers"
restart
wait_for_more
end
restart # once more from the same image
for hop in 2 3; do
	wait_for_more
	save
	end
	restart
done
echo "\$ wait $pid"
wait "$pid" || fail "it ended with exit status $?"
pid=
wait "$undisturbed" || fail "undisturbed it ends with exit status $?"
undisturbed=
cat output
cmp output expected || fail "this is not what it prints undisturbed"
echo "OK: $(basename "$room"): $(basename "$target"): 4 restarts from 3 images, and not a line lost or twice"
