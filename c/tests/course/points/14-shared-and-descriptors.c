/* SPDX-License-Identifier: MIT */
/* 14-shared-and-descriptors.c FILE - a shared mapping of FILE: what others write there is seen, and they see what is written here. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "act.h"

int main(int argc, char **argv)
{
	int fd = argc == 2 ? open(argv[1], O_RDWR) : -1, kept;
	char *shared = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	CHECK(fd >= 0 && shared != MAP_FAILED);
	kept = dup(fd);
	CHECK(kept >= 0 && close(fd) == 0); /* a gap */
	memcpy(shared, "before", 6);
	intermission();
	CHECK(memcmp(shared + 4096, "from outside", 12) == 0);
	memcpy(shared, "after ", 6);
	return pass();
}
