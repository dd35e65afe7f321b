#!/bin/sh
# SPDX-License-Identifier: MIT
# maps-self.sh TEST_MAPS_SELF agree|quiet|changing - in a folder of its own.
. "${0%/*}/../lib.sh"
"$1" "$dir" "$2" <&- || fail "exit status $?"
