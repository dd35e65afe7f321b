#!/bin/sh
# SPDX-License-Identifier: MIT
# seed-rounds.sh …: test3 and test5 run the target some thousand times, and the stack stays where it is. CKPT_ROUNDS times as often.
. "${0%/*}/seed-lib.sh"
rounds=$((3000 * ${CKPT_ROUNDS:-1}))
yes stack | head -n $rounds >"$dir/in"
command="test3, $rounds rounds"
piped ./test3 "$target" <"$dir/in"
ends 1
grep -v INSIDE "$dir/out" >"$dir/said"
is said "$(seq -f 'round %.0f' 1000 1000 $rounds)"
[ "$(grep -c 'INSIDE EXIT' "$dir/out")" -eq $rounds ] || fail "$command"

yes stack-interrupt | head -n $rounds >"$dir/in"
command="test5, $rounds rounds"
piped ./test5 "$target" stack-interrupt <"$dir/in"
ends 1
# the first run is called in another place of the constructor, so it may stand elsewhere
is out "$(seq -f 'round %.0f' 1000 1000 $rounds)"
[ "$(grep -c 'RESTARTING' "$dir/err")" -eq $((rounds + 1)) ] || fail "$command"
exit 0
