#!/bin/sh
# SPDX-License-Identifier: MIT
# replay.sh PROGRAM HAS_SANITIZERS: a fuzz target with its seeds, and with inputs made of them: CKPT_ROUNDS of them.
set -u
[ -n "${2:-}" ] || { echo "SKIP: the compiler has no AddressSanitizer"; exit 77; }
name=${1##*/fuzz-}
seed=${CKPT_SEED:-$(date +%s)}
echo "seed $seed"
ASAN_OPTIONS=detect_leaks=0 CKPT_FUZZ_FINDING="$1.finding" "$1" "${CKPT_ROUNDS:-5000}" "$seed" "${0%/*}/seeds/$name"/*
status=$?
[ $status -eq 0 ] || { echo "FAIL: the input is $1.finding"; exit 1; }
