# SPDX-License-Identifier: MIT
# What mini can't save it refuses in a sentence that names it, and the program runs on: REFUSED is the program with the obstacles.
for pair in child:child zombie:child pipe:pipe socket:socket epoll:eventpoll deleted:deleted shared:shared timer:timer_create; do
	refuses "${pair#*:}" "$REFUSED" "${pair%%:*}"
done
CKPT_IMAGE=$(printf '%05000d' 0)
export CKPT_IMAGE
refuses "path of the image is too long" "$programs/test-point-02-fs-base"
