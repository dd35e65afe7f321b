/* SPDX-License-Identifier: MIT */
/*
 * 08-large-segments.c - segments over 2 GiB and over 4 GiB: lengths that an int, one write() or 32 bits can't hold. They are touched at the
 * ends and at some places between, so that memory and image stay small.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <sys/mman.h>

#include "act.h"

#define GIB (1ul << 30)

static const size_t sizes[] = { 2 * GIB + 3 * 4096, 4 * GIB + 5 * 4096 };
static uint64_t *segments[2];

/* The words that are touched: the first and the last, and those around each half GiB. */
static size_t place(size_t bytes, int i)
{
	size_t at = (size_t)(i / 3) * (GIB / 2) + (size_t)(i % 3) * 4096;

	return (at < bytes ? at : bytes - 8) / 8;
}

int main(void)
{
	for (int s = 0; s < 2; s++) {
		segments[s] = mmap(NULL, sizes[s], PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		CHECK(segments[s] != MAP_FAILED);
		madvise(segments[s], sizes[s], MADV_NOHUGEPAGE);
		for (int i = 0; i <= 3 * 9; i++)
			segments[s][place(sizes[s], i)] = place(sizes[s], i) * 0x9e3779b97f4a7c15u + (unsigned)s + 1;
	}
	intermission();
	for (int s = 0; s < 2; s++) {
		for (int i = 0; i <= 3 * 9; i++)
			CHECK(segments[s][place(sizes[s], i)] ==
			      place(sizes[s], i) * 0x9e3779b97f4a7c15u + (unsigned)s + 1);
		for (size_t at = GIB / 4; at < sizes[s]; at += GIB / 2)
			CHECK(segments[s][at / 8] == 0);
		segments[s][sizes[s] / 16] = 1; /* it can be written to */
	}
	return pass();
}
