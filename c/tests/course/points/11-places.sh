# SPDX-License-Identifier: MIT
# The image lies where the program was started, wherever it goes. Two programs in one folder write to one name: the last one wins, and what lies there
# is whole, one or the other. CKPT_IMAGE gives each a name of its own.
second=
at_end() { [ -z "$second" ] || kill -9 "$second" 2>/dev/null; }
# two: the programs A and B, PIDs $second and $pid
two() {
	begin "$program" A
	second=$pid
	begin "$program" B
}
end_both() {
	end_it
	kill -9 "$second"
	wait "$second" 2>/dev/null
	second=
}
# is NAME…: the program of the image is one of these
is() {
	back "$image"
	passes
	who=$(sed -n 's/^I am //p' out | tail -1)
	case " $* " in *" $who "*) ;; *) fail "it is $who, not $*" ;; esac
}
unset CKPT_IMAGE
begin "$program" A
save
end_it
is A
rm "$image"

two
kill -12 "$second"
wait_for 20 test -s "$image" || fail "no image of A"
first=$(stat -c %i "$image")
another() { [ "$(stat -c %i "$image")" != "$first" ]; }
kill -12 "$pid"
wait_for 20 another || fail "no image of B"
end_both
is B

n=0
while [ "$n" -lt $((5 * ${CKPT_ROUNDS:-1})) ]; do
	rm "$image"
	two
	kill -12 "$second" "$pid"
	wait_for 20 test -s "$image" || fail "no image of either"
	end_both
	is A B
	n=$((n + 1))
done
rm "$image"

export CKPT_IMAGE="a name" # relative: where the program is started
begin "$program" A
second=$pid
export CKPT_IMAGE="$dir/another"
begin "$program" B
kill -12 "$second" "$pid"
wait_for 20 test -s "a name" || fail "no image of A"
wait_for 20 test -s another || fail "no image of B"
end_both
[ ! -e "$image" ] || fail "an image by the usual name"
image="a name" && is A
image=another && is B
[ ! -s err ] || fail "something was said"
