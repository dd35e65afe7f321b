# SPDX-License-Identifier: MIT
# Every mapping has its addresses, permissions, offset, file and name again, and there is none that was not there.
maps() { cat "/proc/$pid/maps"; }
same_maps() {
	maps >after
	cmp -s before after
}
begin "$program" "$dir/a file"
maps >before
! grep -q "^[^ ]* rwx" before || fail "it had a page that is writable and executable itself"
grep -q "a file" before && grep -q "vdso" before || fail "these are no maps"
save
same_maps || fail "the checkpoint changed the program: $(diff before after)"
end_it
back
wait_for 5 same_maps || fail "they differ: $(diff before after)"
passes
[ ! -s err ] || fail "something was said"
