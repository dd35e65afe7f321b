# SPDX-License-Identifier: MIT
# The core brings every thread back. Mini can't, and says so.
case $kind in
core) walk "$program" ;;
mini) refuses thread "$program" ;;
esac
