#!/bin/sh
# SPDX-License-Identifier: MIT
# seed-piped.sh …: test1 … test5 with pipes and files in place of a terminal: what goes where, in which order, and the status.
. "${0%/*}/seed-lib.sh"
command="test1 as called"
piped ./test1 counting-test 5
ends 0
is out "$(counts 5)"
is err "$(banner 1)"

command="test1 keeps the status and the arguments"
piped ./test1 "$target" "return 7"
ends 7
piped ./test1 "$target" "exit 7"
ends 7
piped ./test1 "$target" one two
is out "3 arguments: $target, one, more"
piped ./test1 sh -c 'kill -9 $$'
ends 137

command="test2, answer by a pipe"
printf "5\nleft over\n" >"$dir/in"
piped ./test2 ./counting-test 9 <"$dir/in"
ends 0
is out "$(counts 5)"
printf '%s\n%s' "$(banner 2)" "$question" | cmp -s - "$dir/err" || fail "$command: stderr"

command="test2 gives main() what a command line would"
printf 'arguments' >"$dir/in" # without a new line at its end
piped ./test2 "$target" a b c <"$dir/in"
ends 0
is out "2 arguments: $target, arguments, NULL"

command="the status of a main() that was called"
for how in "return 7" "exit 7"; do
	echo "$how" >"$dir/in"
	piped ./test2 "$target" <"$dir/in"
	ends 7
done

command="what follows the answer is the target's"
printf 'read\nthe rest\n' >"$dir/in"
piped ./test2 "$target" <"$dir/in"
is out reading "has read: the rest"
cat "$dir/in" | { piped ./test2 "$target"; is out reading "has read: the rest"; } || exit 1

command="test3, all in one file"
printf '5\nword\n7\n' >"$dir/in"
LD_PRELOAD="$quick" ./test3 counting-test <"$dir/in" >"$dir/out" 2>&1
status=$?
ends 1
{
	banner 3 && printf '%s' "$question" && counts 5 && echo '*** INSIDE EXIT ***'
	banner 3 && printf '%s' "$question" && echo "counting-test: 'word' is not a positive integer" && echo '*** INSIDE EXIT ***'
	banner 3 && printf '%s' "$question" && counts 7 && echo '*** INSIDE EXIT ***'
	banner 3 && printf '%s\n%s\n' "$question" "$ended"
} >"$dir/expected"
cmp "$dir/out" "$dir/expected" || fail "$command"

command="test3, a target that does not flush and one that forks"
printf 'unflushed\nexit 7\nfork\n' >"$dir/in"
piped ./test3 "$target" <"$dir/in"
ends 1
is out "2 arguments: $target, unflushed, NULL" "*** INSIDE EXIT ***" "*** INSIDE EXIT ***" "the child has ended with 3" "*** INSIDE EXIT ***"

command="test4, interrupted in the middle of a printf()"
printf 'new run\n' >"$dir/in"
piped ./test4 "$target" middle <"$dir/in"
ends 0
is out "2 arguments: $target, new run, NULL" "begun  and ended"

command="test4 leaves errno alone"
printf 'new run\n' >"$dir/in"
piped ./test4 "$target" errno <"$dir/in"
is out "2 arguments: $target, new run, NULL" "errno is kept"

command="test5, interrupted in the middle of a printf()"
printf 'middle\nmiddle\nmask\n' >"$dir/in"
piped ./test5 "$target" middle <"$dir/in"
ends 0
is out "SIGINT is open"

command="no input at all"
for n in 2 3; do
	piped ./test$n counting-test </dev/null
	ends 1
	grep -qxF "$ended" "$dir/err" || fail "$command: test$n"
	piped ./test$n counting-test <&-
	ends 1
	grep -qxF "$ended" "$dir/err" || fail "$command: test$n, closed"
done

command="an answer that is too long is asked for again"
{ printf '%05000d\n' 0 && printf '%04095d\n' 5; } >"$dir/in"
piped ./test2 counting-test <"$dir/in"
ends 0
is out "$(counts 5)"
grep -q 'longer than 4,095 characters' "$dir/err" || fail "$command: it was not said"

command="a program that the target starts is left alone"
for n in 2 3; do
	printf 'child\n' >"$dir/in"
	./test$n "$target" <"$dir/in" >"$dir/out" 2>"$dir/err"
	head -n 1 "$dir/out" >"$dir/first"
	is first "child: none"
	[ "$(grep -c "using test$n" "$dir/err")" -eq $((n - 1)) ] || fail "$command: test$n"
done
for n in 1 4 5; do
	LD_PRELOAD="$quick" ./test$n "$target" child >"$dir/out" 2>"$dir/err"
	is out "child: $quick"
done

command="tests one in another"
piped ./test1 ./test5 counting-test 5
ends 0
is out "$(counts 5)"
is err "$(banner 1)"
exit 0
