/* SPDX-License-Identifier: MIT */
/* 17-partial-calls.c - has a megabyte to save, and a handler that lets system calls be interrupted; signals arrive all the time. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>

#include "points.h"

#define COUNT (1u << 18)

static uint32_t numbers[COUNT];
static volatile sig_atomic_t arrived;

static void on_usr1(int sig)
{
	(void)sig;
	arrived = 1;
}

int main(void)
{
	const struct sigaction action = { .sa_handler = on_usr1 }; /* no SA_RESTART */

	CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
	for (uint32_t i = 0; i < COUNT; i++)
		numbers[i] = i * 2654435761u;
	step(1);
	for (uint32_t i = 0; i < COUNT; i++)
		CHECK(numbers[i] == i * 2654435761u);
	if (arrived)
		printf("signals arrived\n");
	return pass();
}
