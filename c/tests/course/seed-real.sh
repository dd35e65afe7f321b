#!/bin/sh
# SPDX-License-Identifier: MIT
# seed-real.sh …: the programs as they are, one number a second, all at once: nothing is preloaded but the launcher's library.
. "${0%/*}/seed-lib.sh"
unset LD_PRELOAD
all=
# real NAME COMMAND… <STEPS
real() {
	name=$1
	shift
	cat >"$dir/$name.steps"
	"$terminal" "$@" <"$dir/$name.steps" >"$dir/$name.said" &
	all="$all $name:$!"
}
real whole ./test1 counting-test 5 <<END
expect using test1
expect number is: 5\n
expect number is: 14\n
exit 0
END
real primes ./primes-test 1234567891234567 <<END
expect Is 1234567891234567 probably prime? No\n
expect Is 1234567891234585 probably prime? No\n
exit 0
END
real asked ./test2 primes-test <<END
expect $question
send 7
expect Is 7 probably prime? Yes\n
expect Is 25 probably prime? No\n
exit 0
END
# ^Z and fg, while it sleeps and at the question; in the end ^C, or kill -9 %+
real stop1 ./test1 counting-test <<END
expect number is: 2\n
key ^Z
stopped
continue
expect number is: 3\n
key ^Z
stopped
continue
expect number is: 4\n
key ^C
exit 130
END
for n in 2 3; do
	real stop$n ./test$n counting-test <<END
expect $question
key ^Z
stopped
continue
send 5
expect number is: 6\n
key ^Z
stopped
continue
expect number is: 7\n
key ^Z
stopped
kill 9
exit 137
END
done
for n in 4 5; do
	real stop$n ./test$n counting-test <<END
expect number is: 2\n
key ^Z
stopped
continue
expect number is: 3\n
key ^C
expect RESTARTING
expect $question
key ^Z
stopped
continue
send 100
expect number is: 101\n
key ^Z
stopped
continue
expect number is: 102\n
key ^\\
exit $((128 + 3))
END
done
# every ^C at once, at the real pace
real often ./test5 counting-test <<END
expect number is: 1\n
key ^C
expect $question
key ^C
expect $question
send 100
expect number is: 100\n
key ^C
expect $question
send 200
expect number is: 201\n
key ^C
expect $question
key ^D
expect $ended
exit 1
END
for one in $all; do
	wait "${one##*:}" || failed="$failed ${one%%:*}"
done
for name in $failed; do
	echo "$name:"
	cat "$dir/$name.said"
done
[ -z "$failed" ] || fail "at the real pace:$failed"
exit 0
