/* SPDX-License-Identifier: MIT */
/* clock.c - the time, and waiting. System calls only. */
#include <linux/time.h>

#include "arch/x86_64/syscall.h"
#include "engine.h"

uint64_t now_ns(int clock)
{
	struct __kernel_timespec ts = { 0 };

	sys_clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

void wait_a_little(unsigned looks)
{
	const struct __kernel_timespec nap = { .tv_nsec = 50000 };

	if (looks < 200)
		sys_sched_yield();
	else
		sys_nanosleep(&nap, NULL);
}
