#!/bin/sh
# SPDX-License-Identifier: MIT
# analyze.sh gcc|clang|tidy [FILES…]: static analysis of the C side, every source unless some are named, as many at once as there
# are processors. A warning is an error. gcc: its analyzer (-fanalyzer). clang: its warnings. tidy: clang-tidy, with c/.clang-tidy.
set -u
top=$(cd "${0%/*}/.." && pwd) || exit 2
tool=${1-}
[ $# -eq 0 ] || shift
case $tool in
gcc | clang) command=$tool ;;
tidy) command=clang-tidy ;;
*)
	echo "usage: analyze.sh gcc|clang|tidy [FILES…]" >&2
	exit 2
	;;
esac
command -v "$command" >/dev/null || {
	echo "SKIP: there is no $command"
	exit 77
}
# As in CMakeLists.txt; the fault points of test builds are looked at, too.
common="-std=gnu17 -O2 -I$top -I$top/include -DCKPT_ANALYZE -DCKPT_FAULTS -DCKPT_HELPER_STACK_SIZE=65536 -Wall -Wextra -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes -Werror"
free="$common -ffreestanding -fno-builtin -fno-strict-aliasing -U_FORTIFY_SOURCE"
hosted="$common -I$top/attach"
one() {
	case $1 in
	*/attach/checkpoint.c | */attach/ticker.c) flags="$hosted -D_GNU_SOURCE" ;;
	*/tests/*.c | */examples/*.c) flags="$hosted -I$top/tests" ;;
	*) flags=$free ;;
	esac
	# shellcheck disable=SC2086
	case $tool in
	gcc) gcc $flags -fanalyzer -c -o /dev/null "$1" ;;
	clang) clang $flags -c -o /dev/null "$1" ;;
	tidy) clang-tidy --quiet "$1" -- $flags 2>/dev/null ;;
	esac || {
		echo "FAIL $1"
		return 1
	}
}
if [ "${CKPT_ANALYZE_ONE-}" ]; then
	status=0
	for file; do
		one "$file" || status=1
	done
	exit "$status"
fi
# c/fuzz is built with headers of its own, and runs under sanitizers
[ $# -gt 0 ] || set -- "$top"/attach/*.c "$top"/common/*.c "$top"/examples/*.c "$top"/examples/*/*.c "$top"/libckpt/*.c "$top"/restart/*.c "$top"/tests/*.c "$top"/tests/course/*.c "$top"/tests/course/points/*.c "$top"/arch/*/*.c
# one file for each run: the slow ones spread over the processors
printf '%s\n' "$@" | CKPT_ANALYZE_ONE=1 xargs -d '\n' -n 1 -P "$(nproc)" sh "$0" "$tool" || exit 1
echo "$tool: $# files without a warning"
