#!/bin/sh
# SPDX-License-Identifier: MIT
# Fails where the executable named needs a relocation: such a pointer would be wrong in the copy that it makes of itself.
set -eu
if LC_ALL=C readelf -rW "$1" | grep -q R_X86_64_; then
	echo "$1 has relocations: no pointers in static data, please" >&2
	LC_ALL=C readelf -rW "$1" >&2
	exit 1
fi
