/* SPDX-License-Identifier: MIT */
/*
 * 10-earlier-image.c - has 24 MiB of numbers and goes through them for ever. Brought back, which its PID tells, it looks at each number once, says
 * PASS and ends.
 */
#define _GNU_SOURCE
#include <stdint.h>

#include "act.h"

#define COUNT (6u << 20)

static uint32_t numbers[COUNT];

static uint32_t next(uint32_t number)
{
	return number * 1664525 + 1013904223;
}

int main(void)
{
	pid_t born = getpid();

	numbers[0] = 1;
	for (uint32_t i = 1; i < COUNT; i++)
		numbers[i] = next(numbers[i - 1]);
	printf("ready\n");
	fflush(stdout);
	while (getpid() == born)
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	for (uint32_t i = 1; i < COUNT; i++)
		CHECK(numbers[i] == next(numbers[i - 1]));
	return pass();
}
