# SPDX-License-Identifier: MIT
# A shared mapping of a file is shared with whoever has the file, after a restart as before; and the descriptors are those that there were.
descriptors() {
	for fd in /proc/"$pid"/fd/*; do
		echo "${fd##*/} $(readlink "$fd")"
		grep -v mnt_id "/proc/$pid/fdinfo/${fd##*/}"
	done
}
# the positions of output are where they were only until it says something
same_descriptors() {
	descriptors >after
	cmp -s before after
}
head -c 8192 /dev/zero >shared
begin "$program" "$dir/shared"
[ "$(head -c 6 shared)" = before ] || fail "the program itself does not share"
descriptors >before
save
same_descriptors || fail "the checkpoint changed the program: $(diff before after)"
end_it
back
wait_for 5 same_descriptors || fail "they differ: $(diff before after)"
printf "from outside" | dd of=shared bs=4096 seek=1 conv=notrunc status=none
passes
[ "$(head -c 5 shared)" = after ] || fail "nobody sees what it writes"
[ ! -s err ] || fail "something was said"
