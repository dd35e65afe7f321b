#!/bin/sh
# SPDX-License-Identifier: MIT
# rooms-make.sh C COMPILER: core and static are built by their Makefiles in a copy of the folder C that lies in a folder with spaces, and a program
# is saved and run on with what came out. Without cmake the rest is built, and a sentence says what is missing.
set -u
c=$1 compiler=$2
. "${0%/*}/../lib.sh"
command -v "$compiler" >/dev/null || skip "there is no $compiler"
place="$dir/a folder with spaces"
mkdir "$place" && (cd "$c" && tar -c --exclude=./build --exclude=./fuzz/build --exclude=./examples/*/build .) | tar -x -C "$place" || fail "copy"
cd "$place/examples" || exit 1
for made in $(sed -n 's/^\/\(.*[^/]\)$/\1/p' core/.gitignore); do rm -f "core/$made"; done
rm -f static/counting-static static/counting-wrapped

# A PATH without cmake: links to what there is otherwise.
mkdir "$dir/bin"
for tool in sh make "$compiler" ld as install rm cp; do
	path=$(command -v "$tool") && ln -s "$path" "$dir/bin/$tool"
done
for room in core static; do
	PATH=$dir/bin make -C "$room" CC="$compiler" >"$dir/out" 2>"$dir/err" || fail "make without cmake in $room"
	grep -q "$room: .* by cmake, which is not installed" "$dir/err" || [ ! -e static/counting-wrapped ] || fail "no word of cmake in $room"
done
for program in ckpt readckpt restart; do [ -x "core/$program" ] || fail "no $program without cmake"; done
core/ckpt true 2>"$dir/err" && fail "ckpt without a library"
[ $? -eq 125 ] || fail "exit status of ckpt without a library"
grep -q 'libckpt.so is not there' "$dir/err" || fail "what ckpt says without a library"

for room in core static; do
	make -C "$room" CC="$compiler" >"$dir/out" 2>"$dir/err" || fail "make in $room"
	grep -i 'warning\|error' "$dir/out" "$dir/err" && fail "a warning"
done
mkdir "$dir/the: \$same" # cmake takes no colon
cp core/ckpt core/readckpt core/restart core/ckpt-restart core/libckpt.so "$dir/the: \$same"
place="$dir/the: \$same"
cd "$dir" || exit 1
export TMPDIR="$dir/tmp" # where the link to a library lies whose path LD_PRELOAD can't hold
mkdir "$TMPDIR"
"$compiler" -o ticks "$c/tests/course/rooms-ticks.c" || fail "compiler"
LD_PRELOAD= "$place/ckpt" ticks </dev/null >out 2>err &
pid=$!
wait_for 20 grep -q "tick 3" out || fail "no ticks"
kill -12 "$pid"
wait_for 20 test -s mycheckpoint || fail "no image"
kill -9 "$pid"
wait "$pid" 2>/dev/null
pid=
"$place/readckpt" | grep -q "the: \$same/libckpt.so (r-x)" || fail "readckpt does not name the library"
"$place/restart" </dev/null 2>>err
[ $? -eq 7 ] || fail "exit status after the restart"
sed 's/ of.*//; s/tick //' out >numbers
seq 1 20 | cmp - numbers || fail "ticks were lost or came twice"
# Others' libraries stay, behind ours.
LD_PRELOAD="$dir/other.so" "$place/ckpt" env 2>/dev/null >env
grep -q "^LD_PRELOAD=$TMPDIR/ckpt-.*-libckpt.so:$dir/other.so$" env || fail "LD_PRELOAD: $(grep LD_PRELOAD env)"
