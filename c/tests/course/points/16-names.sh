# SPDX-License-Identifier: MIT
# Mapped files whose paths have 300 and nearly 4,096 characters, spaces, a newline, a backslash; and 3,000 mappings.

# file PATH: two pages of content
file() { (printf content && head -c 8185 /dev/zero) >"$1"; }
# path LENGTH: a file below $dir, made where cd alone can go; its path in $made
path() {
	part=$(printf '%0200d' 0 | tr 0 d)
	cd "$dir" || exit 1
	while [ $(($1 - ${#PWD})) -gt 210 ]; do
		mkdir -p "$part" && cd "$part" || exit 1
	done
	name=$(printf "%0$(($1 - ${#PWD} - 1))d" 0 | tr 0 f)
	file "$name"
	made=$PWD/$name
	cd "$dir" || exit 1
}
newline="$dir/two
lines"
spaces="$dir/ a file  with spaces "
backslash="$dir/back\slash [heap]"
for name in "$newline" "$spaces" "$backslash"; do
	file "$name"
done
path 300
middle=$made
path 4000
[ "${#made}" -eq 4000 ] || fail "the path has ${#made} characters"
begin "$program" "$newline" "$spaces" "$backslash" "$middle" "$made"
[ "$(wc -l <"/proc/$pid/maps")" -gt 3000 ] || fail "too few mappings"
save
end_it
back
passes
[ ! -s err ] || fail "something was said"
