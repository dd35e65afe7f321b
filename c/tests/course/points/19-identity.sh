# SPDX-License-Identifier: MIT
# What ps and top read from /proc is after a restart as it was before: name, arguments, environment, executable.
facts() {
	cat "/proc/$pid/comm"
	sed -n 's/^\(Name\|Umask\|Uid\|Gid\|Threads\):/&/p' "/proc/$pid/status"
	od -An -c "/proc/$pid/cmdline"
	od -An -c "/proc/$pid/environ"
	readlink "/proc/$pid/exe"
	readlink "/proc/$pid/cwd"
	readlink "/proc/$pid/root"
}
# the program itself: it has its name again, and waits as it does
is_back() { [ "$(cat "/proc/$pid/comm")" = "a name of mine" ]; }
same_facts() {
	facts >after
	cmp -s before after
}
begin "$program" "two words" ""
facts >before
save
end_it
back
wait_for 20 is_back || fail "the name is $(cat "/proc/$pid/comm")"
wait_for 20 same_facts || fail "it is another: $(diff before after)"
passes
[ ! -s err ] || fail "something was said"
