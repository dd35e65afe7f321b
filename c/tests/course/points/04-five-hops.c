/* SPDX-License-Identifier: MIT */
/*
 * 04-five-hops.c HOPS - a program that is saved again and again: between two hops it changes its memory in every way, so that each image differs from
 * the one before. Says "ready N" at each hop, and waits for the file that CKPT_TEST_GO names with .N behind it.
 */
#define _GNU_SOURCE
#include <string.h>

#include "points.h"

#define BLOCK 100000

static int numbers[1000];
static __thread int per_thread;

/* Every hop stands in a frame of its own: what the earlier ones have on the stack is there when they are left. */
static int hop(int n, int hops, char **blocks)
{
	char here[1000];
	int sum;

	memset(here, n, sizeof here);
	for (int i = 0; i < 1000; i++)
		numbers[i] += n * i;
	per_thread += n;
	blocks[n] = malloc(BLOCK);
	CHECK(blocks[n]);
	memset(blocks[n], n, BLOCK);
	step(n);
	for (int i = 0; i < 1000; i++)
		CHECK(numbers[i] == n * (n + 1) / 2 * i);
	CHECK(per_thread == n * (n + 1) / 2);
	for (int i = 1; i <= n; i++)
		for (int at = 0; at < BLOCK; at++)
			CHECK(blocks[i][at] == (char)i);
	sum = n < hops ? hop(n + 1, hops, blocks) : 0;
	for (size_t i = 0; i < sizeof here; i++)
		CHECK(here[i] == (char)n);
	free(blocks[n]);
	return sum + n;
}

int main(int argc, char **argv)
{
	int hops = argc > 1 ? atoi(argv[1]) : 1;
	char **blocks = calloc((size_t)hops + 1, sizeof *blocks);

	CHECK(blocks && hops > 0);
	CHECK(hop(1, hops, blocks) == hops * (hops + 1) / 2);
	free(blocks);
	return pass();
}
