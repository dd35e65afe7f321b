# SPDX-License-Identifier: MIT
# How every program here is compiled. CC is gcc or clang; what CFLAGS says comes last, and wins.
CFLAGS ?= -O2 -g
CKPT_CFLAGS = -std=gnu17 -Wall -Wextra -Wshadow
