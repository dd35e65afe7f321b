# SPDX-License-Identifier: MIT
# A program with mappings of the kernel whose names nobody knows is saved and lives again; and, for names that can't be had here, the
# rule by itself.
walk "$program"
grep "^note" out
[ "$kind" != core ] || "$programs/test-point-01-rule-core" || fail "the rule"
