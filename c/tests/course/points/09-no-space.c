/* SPDX-License-Identifier: MIT */
/*
 * 09-no-space.c [LIMIT] - grows by 16 MiB and gives them back, so that its image is too large for the place there is, and then is not. With
 * LIMIT no file that it writes may have more bytes (RLIMIT_FSIZE).
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "points.h"

#define SIZE (16ul << 20)

int main(int argc, char **argv)
{
	struct rlimit limit = { 0, 0 };
	uint32_t *memory, noise = 1;
	sigset_t pending;

	if (argc > 1) {
		limit.rlim_cur = limit.rlim_max = (rlim_t)atol(argv[1]);
		CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	}
	step(1);
	memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(memory != MAP_FAILED);
	for (size_t i = 0; i < SIZE / 4; i++)
		memory[i] = noise = noise * 1664525 + 1013904223;
	step(2);
	/* SIGXFSZ, that a write over the limit raises, was none of the program's */
	CHECK(sigpending(&pending) == 0 && !sigismember(&pending, SIGXFSZ));
	for (size_t i = noise = 1; i <= SIZE / 4; i++)
		CHECK(memory[i - 1] == (noise = noise * 1664525 + 1013904223));
	munmap(memory, SIZE);
	step(3);
	return pass();
}
