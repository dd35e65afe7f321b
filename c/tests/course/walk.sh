# SPDX-License-Identifier: MIT
# walk.sh COURSE EXAMPLES CORE QUICK-SLEEP - types what docs/course.md says, and compares what comes with what is printed there: each line that stands
# there comes, in this order, and where no … stands no other. A number is as good as another, … is anything. CORE is that of a
# CMake build. A command whose program is not installed is left out, by name.
set -u
. "${0%/*}/../lib.sh"
course=$1
cp -R "$2" "$dir/examples" && cd "$dir/examples" || exit 1
make ROOMS=mini clean >/dev/null || exit 1
cp "$3"/* core/ 2>/dev/null

# the commands become a script, each with its number before it; what is to be printed goes to a file each
awk -v folder="$dir" '
	/^```console/ { inside = 1; next }
	/^```/ { inside = 0 }
	!inside { next }
	/^\$ cd / { next }
	/^\$ / {
		command = substr($0, 3); n++
		word = command; sub(/^[A-Z_]+=[^ ]* /, "", word); sub(/[; ].*/, "", word)
		printf "echo \"@ %d\"\nif command -v %s >/dev/null; then\n%s\nelse echo \"SKIP %s\"; fi\n", n, word, command, word >(folder "/script")
		printf "" >(folder "/expected." n)
		next
	}
	{ print >(folder "/expected." n) }' "$course"
[ "$(grep -c '^echo' "$dir/script")" -ge 20 ] || fail "the commands are not found in $course"
make ROOMS=mini all >/dev/null 2>"$dir/err" || fail "make all"
# a tenth of the time: the programs are asked to sleep 100 ms, and we wait less
sed -i 's/sleep 3$/sleep 0.4/; s/sleep 1$/sleep 0.2/' "$dir/script"
export CKPT_TEST_NAP=100 LD_PRELOAD="$4"
sh "$dir/script" >"$dir/out" 2>"$dir/err" </dev/null

plain() { sed -E 's/0x[0-9a-f]+/0x/g; s/\b[0-9a-f]{8,}\b/0x/g; s/thread [0-9]+/thread/'; }
n=0
while n=$((n + 1)) && [ -e "$dir/expected.$n" ]; do
	sed -n "/^@ $n\$/,/^@ $((n + 1))\$/p" "$dir/out" | sed '/^@ /d' | plain >"$dir/shown"
	if grep '^SKIP ' "$dir/shown"; then continue; fi
	plain <"$dir/expected.$n" | awk -v shown="$dir/shown" '
		# is what is shown what is expected? In order; a line that is only … stands for any number of lines.
		function matches(line, pattern,  at, i, parts, count) {
			count = split(pattern, parts, "…")
			if (count == 1) return line == pattern
			if (substr(line, 1, length(parts[1])) != parts[1]) return 0
			line = substr(line, length(parts[1]) + 1)
			for (i = 2; i <= count; i++) {
				at = index(line, parts[i])
				if (parts[i] != "" && !at) return 0
				line = substr(line, at + length(parts[i]))
			}
			return parts[count] == "" || line == "" || index(line, parts[count])
		}
		BEGIN { while ((getline line <shown) > 0) have[++total] = line; at = 1 }
		$0 == "…" { loose = 1; next }
		{
			while (at <= total && !matches(have[at], $0)) {
				if (!loose) { print "not expected: " have[at]; bad = 1; exit 1 }
				at++
			}
			if (at++ > total) { print "not shown: " $0; bad = 1; exit 1 }
			loose = 0
		}
		END { if (!bad && !loose && at <= total) { print "not expected: " have[at]; exit 1 } }' >"$dir/message" ||
		fail "command $n: $(sed -n "/\"@ $n\"/p" "$dir/script")"
done
echo "$((n - 1)) commands"
