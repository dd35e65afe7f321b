/* SPDX-License-Identifier: MIT */
/*
 * decode.c - decode FILE…: reads images as the restarter does, as far as the format goes, and says one line for each: what is
 * wrong with it, or that it was read. @ckpt/format's tests compare that with what its own reader says.
 */
#include "arch/x86_64/syscall.h"
#include "restart/plan.h"
#include "restart/say.h"

int main(int argc, char **argv)
{
	say_to(1);
	for (int i = 1; i < argc; i++) {
		struct image im;
		struct plan *p;

		if (!image_open(&im, argv[i], true) && !plan_decode(&im, &p)) {
			say("%s: read", argv[i]);
			sys_munmap(p, p->capacity);
		}
		if (im.fd > 0)
			sys_close(im.fd);
		if (im.head)
			sys_munmap(im.head, PAGE_UP(im.head_size + 1));
		if (im.seal)
			sys_munmap(im.seal, PAGE_UP(im.seal_size + 1));
	}
	return 0;
}
