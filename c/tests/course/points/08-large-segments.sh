# SPDX-License-Identifier: MIT
# Segments over 2 GiB and over 4 GiB; what was never touched takes no place in the image, and no memory after the restart.
rss() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pid/status"; }
begin "$program"
[ "$(rss)" -lt 30000 ] || fail "the program itself is large: $(rss) kB"
save
[ "$(du -k "$image" | cut -f1)" -lt 50000 ] || fail "the image takes $(du -k "$image" | cut -f1) kB"
[ "$(rss)" -lt 50000 ] || fail "the checkpoint made the program large: $(rss) kB"
end_it
back
passes
[ ! -s err ] || fail "something was said"
