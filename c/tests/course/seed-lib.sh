# SPDX-License-Identifier: MIT
# seed-lib.sh - what the tests of test1 … test5 share. Arguments of each: EXAMPLES TERMINAL QUICK-SLEEP SEED-TARGET HIDDEN-MAIN …
examples=$1 terminal=$2 quick=$3 target=$4 hidden=$5
shift 5
. "${0%/*}/../lib.sh"
cd "$examples" || exit 1
stars='*************************************'
question='*** What integer should we test? '
ended='*** There is no answer: the input has ended.'
banner() { printf '%s\n***  We are running, using test%s. ***\n%s\n' "$stars" "$1" "$stars"; }
# play COMMAND… <STEPS: at a terminal, with a sleep() of 2 ms; CKPT_TEST_HOLD: see quick-sleep.c
play() {
	"$terminal" -o "$dir/shown" env LD_PRELOAD="$quick" "$@" || fail "at a terminal: $*"
}
# piped COMMAND…: its output in $dir/out and $dir/err, its status in $status
piped() {
	LD_PRELOAD="$quick" "$@" >"$dir/out" 2>"$dir/err"
	status=$?
}
# is FILE TEXT…: the lines of FILE are these and no more
is() {
	file=$dir/$1
	shift
	printf '%s\n' "$@" | cmp -s - "$file" || { echo "expected:" && printf '%s\n' "$@" && fail "$command: $file differs"; }
}
ends() { [ "$status" -eq "$1" ] || fail "$command: status $status and not $1"; }
counts() {
	printf 'Testing for counting, starting with: %d\n' "$1"
	seq -f 'The next counting number is: %.0f' "$1" $(($1 + 9))
}
