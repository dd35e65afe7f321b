#!/bin/sh
# SPDX-License-Identifier: MIT
# The demo: a program counts, is saved at 4, is killed, and counts on from the file. Ends non-zero if anything of
# that fails. CC is the compiler, cc unless set.

root=$(cd "$(dirname "$0")/.." && pwd)
ckpt=$root/packages/ckpt-cli/bin/ckpt
work=$(mktemp -d "${TMPDIR:-/tmp}/ckpt-demo.XXXXXX") || exit 1
pid=
clean_up() {
	status=$?
	[ -n "$pid" ] && kill -9 "$pid"
	rm -rf "$work"
	exit $status
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

bold= dim= plain=
if [ -t 1 ] && [ -z "${NO_COLOR-}" ] && [ "${TERM-dumb}" != dumb ]; then
	bold=$(printf '\033[1m') dim=$(printf '\033[2m') plain=$(printf '\033[0m')
fi

say() { printf '\n%s# %s%s\n' "$dim" "$*" "$plain"; }
show() { printf '%s$ %s%s\n' "$bold" "$*" "$plain"; }
fail() {
	printf 'demo: %s\n' "$*" >&2
	exit 1
}

# Waits for the file or, in it, the line: wait_for FILE [LINE].
wait_for() {
	tries=600
	until [ -s "$1" ] && grep -q -- "${2-}" "$1"; do
		[ -s ended ] && fail 'the program ended too early'
		tries=$((tries - 1))
		[ $tries -gt 0 ] || fail "nothing like '${2-}' came within 30 seconds"
		sleep 0.05
	done
}

# "The next counting number is: N" in the lines of a file: the numbers.
numbers() { sed -n 's/^The next counting number is: //p' "$1" | tr '\n' ' '; }

# It stays there: the hint at the end uses it.
"${CC:-cc}" -O2 -rdynamic -o "$root/counting-test" "$root/c/examples/counting-test.c" ||
	fail 'counting-test cannot be compiled: is a C compiler there?'
cd "$work" && ln -s "$root/counting-test" . || exit 1

say 'A program that counts to 10, started by ckpt. It knows nothing of it.'
show 'ckpt run ./counting-test &'
# Its output goes through a pipe, so that this script can wait for a line of it.
{
	sh -c 'echo $$ >pid; exec "$0" run ./counting-test' "$ckpt"
	echo $? >ended
} 2>&1 | tee lines &
wait_for pid '[0-9]'
pid=$(cat pid)
wait_for lines 'number is: 4$'

say 'It is saved while it runs, and runs on:'
show "ckpt checkpoint $pid"
"$ckpt" checkpoint "$pid" || fail 'the checkpoint failed'
wait_for lines 'number is: 6$'

say 'Now it is killed, by a signal that no program survives.'
show "kill -9 $pid"
kill -9 "$pid" || fail 'it could not be killed'
pid=
wait

say 'And it counts on from where it was saved, in the file:'
show 'ckpt restart mycheckpoint'
{
	"$ckpt" restart mycheckpoint
	echo $? >status
} 2>&1 | tee more

status=$(cat status)
[ "$status" = 0 ] || fail "the restarted program ended with status $status"
case $(numbers more) in
'5 6 7 8 9 10 ' | '6 7 8 9 10 ') ;;
*) fail "the restarted program counted '$(numbers more)'" ;;
esac

say 'That was the demo. Your turn, in this folder; "kill" in another terminal:'
cat <<'EOT'
  npx -y pnpm@10.34.9 --filter ckpt-cli start run ./counting-test
  kill -12 $(pgrep counting-test)                # save it, as often as you like
  kill -9 $(pgrep counting-test)
  npx -y pnpm@10.34.9 --filter ckpt-cli start restart
  npx -y pnpm@10.34.9 --filter ckpt-cli start --help            # what else is there
EOT
