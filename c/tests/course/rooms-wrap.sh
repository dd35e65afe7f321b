#!/bin/sh
# SPDX-License-Identifier: MIT
# rooms-wrap.sh COUNTING-WRAPPED COMPILER: main() and exit() are taken over, and what wrap.c says of the limits of --wrap is so.
set -u
program=$1 compiler=$2
. "${0%/*}/../lib.sh"
[ -x "$program" ] || skip "no C library to be linked statically"
cd "$dir" || exit 1
printf '3x\n2147483639\n\n' | "$program" 0 >out 2>err
[ $? -eq 1 ] || fail "not the exit status of the last main()"
printf '%s\n' '*** INSIDE EXIT ***' '*** INSIDE EXIT ***' '*** INSIDE EXIT ***' | cmp - out || fail "what it prints"
sed 's/.*test? //' err >said
printf '%s\n' '*************************************' '***  We are running, using wrap.  ***' '*************************************' \
	"counting-test: '0' is not a positive integer" "counting-test: '3x' is not a positive integer" \
	"counting-test: '2147483639' is too large: counting would overflow" '' | cmp - said || fail "what it says"

# f() is called from its own file, and from another; only the second call is wrapped.
cat >one.c <<'END'
int f(void); int g(void);
__attribute__((noinline)) int f(void) { return 1; }
int g(void) { return f(); }
END
cat >two.c <<'END'
int f(void); int g(void); int __wrap_f(void);
int __wrap_f(void) { return 2; }
int main(void) { return g() * 10 + f(); }
END
"$compiler" -static -O0 -Wl,--wrap=f -o limits one.c two.c || fail "it can't be linked"
./limits
[ $? -eq 12 ] || fail "g() and main() called f() otherwise than wrap.c says"
