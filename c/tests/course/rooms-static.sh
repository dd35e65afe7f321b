#!/bin/sh
# SPDX-License-Identifier: MIT
# rooms-static.sh LIBCKPT.A CKPT-CHECKPOINT RESTART FRESH|EXACT COMPILER FLAGS…: a static program with libckpt.a in it is saved by
# the signal and by the tool, killed and run on, four hops, each tick printed once.
set -u
archive=$1 tool=$2 restart=$3 pids=$4
shift 4
. "${0%/*}/../lib.sh"
source=$(cd "${0%/*}" && pwd)/rooms-ticks.c
command -v "$1" >/dev/null || skip "there is no $1"
echo 'int main(void) { return 0; }' >"$dir/nothing.c"
"$@" -o "$dir/nothing" "$dir/nothing.c" 2>"$dir/err" || skip "no C library to be linked by $*"
[ "$pids" != exact ] || capability 40 || skip "exact PIDs need CAP_CHECKPOINT_RESTORE"

# Of its names, only the one that it is asked for can meet a name of the program; and it asks for none of a C library.
nm -g "$archive" | sed -n 's/^.* \([A-Z] .*\)$/\1/p' | grep -v _GLOBAL_OFFSET_TABLE_ | sort >"$dir/names"
printf '%s\n' 'D ckpt_contract' 'U __ehdr_start' | cmp - "$dir/names" || fail "names: $(cat "$dir/names")"

# Somebody else's note, before ours and longer than anything that is read in one go.
cat >"$dir/note.S" <<'END'
	.section .note.someone, "a", @note
	.balign 4
	.long 8, 6001, 0x434b5100
	.asciz "SOMEONE"
	.skip 6001
	.balign 4
	.section .note.GNU-stack, "", @progbits
END
"$@" -o "$dir/ticks" "$source" "$dir/note.S" -u ckpt_contract "$archive" || fail "it can't be linked"
"$@" -o "$dir/bare" "$source" "$archive" || fail "it can't be linked without -u"
ticks() { grep -c "^tick" "$dir/out"; }
more() { [ "$(ticks)" -gt "$now" ]; }

"$dir/bare" >"$dir/out" &
pid=$!
now=1
wait_for 20 more || fail "no ticks"
"$tool" "$pid" 2>"$dir/message" && fail "a program into which nothing was linked was saved"
grep -q "not prepared" "$dir/message" || fail "the message"
kill -9 "$pid"
wait "$pid" 2>/dev/null

cd "$dir" || exit 1
rm out
./ticks </dev/null >out 2>err &
pid=$!
now=1
wait_for 20 more || fail "no ticks"
for door in signal tool tool signal; do
	rm -f mycheckpoint
	real=$(sed -n '$s/.* of //p' out)
	case $door in
	signal) kill -12 "$real" ;;
	tool) "$tool" "$real" >message 2>&1 || fail "the tool" ;;
	esac
	wait_for 20 test -s mycheckpoint || fail "no image by the $door"
	now=$(ticks)
	wait_for 20 more || fail "it did not run on after the $door"
	kill -9 "$real" # with exact PIDs a proxy is its parent, and ends with it
	wait "$pid" 2>/dev/null
	now=$(ticks)
	"$restart" --pids "$pids" mycheckpoint </dev/null >>message 2>&1 &
	pid=$!
	wait_for 20 more || fail "it was not restarted after the $door"
done
wait "$pid"
status=$?
pid=
[ "$status" -eq 7 ] || fail "exit status $status"
sed -n 's/^tick \([0-9]*\) of .*/\1/p' out >numbers
seq 1 20 | cmp - numbers || fail "ticks were lost or came twice"
found=$(sed 's/.* of //' out | sort -u | wc -l)
[ "$pids" = fresh ] || [ "$found" -eq 1 ] || fail "not with exact PIDs"
[ "$pids" = exact ] || [ "$found" -eq 5 ] || fail "$found PIDs, not 5"
