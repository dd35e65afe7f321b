#!/bin/sh
# SPDX-License-Identifier: MIT
# damage.sh LIBCKPT RESTART TINY FLIP CASE: images that are cut off, altered and mixed up, each restarted and refused (flip.c).
# CKPT_ROUNDS: how many of each; with 10000 or more, every length of the file is tried.
set -u
lib=$1 restart=$2 tiny=$3 flip=$4 case=$5
. "${0%/*}/lib.sh"
rounds=${CKPT_ROUNDS:-500}
seed=${CKPT_SEED:-$(date +%s)}
cuts=$rounds
[ "$rounds" -lt 10000 ] || cuts=0
# save IMAGE [WORD]: an image of the tiny program, a large one with a word
save() {
	: >"$dir/out"
	CKPT_IMAGE=$1 LD_PRELOAD=$lib "$tiny" "$dir/place/file" ${2:+"$2"} </dev/null >"$dir/pipe" 2>&1 &
	pid=$!
	cat "$dir/pipe" >"$dir/out" & # through a pipe: it becomes the restarter's own output
	wait_for 20 grep -q ready "$dir/out" || fail "it was never ready"
	kill -12 "$pid"
	wait_for 20 test -s "$1" || fail "no image"
	kill -9 "$pid"
	wait "$pid" 2>/dev/null
	pid=
}
try() {
	echo "seed $seed"
	"$flip" "$restart" "$@" || fail "$*"
}
mkdir "$dir/place"
mkfifo "$dir/pipe"
head -c 4096 /dev/zero >"$dir/place/file"
cd "$dir/place" || exit 1
ls -lA --time-style=full-iso "$dir/place" >"$dir/before"
save "$dir/image"
case $case in
cuts) try "$dir/image" "$dir/copy" cuts "$cuts" ;;
bits) try "$dir/image" "$dir/copy" bits "$rounds" "$seed" ;;
large)
	save "$dir/large" large
	try "$dir/large" "$dir/copy" bits $((rounds / 4)) "$seed"
	;;
moved)
	save "$dir/other"
	try "$dir/image" "$dir/copy" moved "$rounds" "$seed"
	try "$dir/image" "$dir/copy" foreign "$dir/other"
	;;
*) fail "no such case" ;;
esac
# The file that the program appends to and has mapped, and the folder that it works in, are as they were.
ls -lA --time-style=full-iso "$dir/place" >"$dir/after"
cmp "$dir/before" "$dir/after" || fail "the outside world was touched"
head -c 4096 /dev/zero | cmp - "$dir/place/file" || fail "the file was written to"
echo PASS
