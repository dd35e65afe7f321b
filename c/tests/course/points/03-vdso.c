/* SPDX-License-Identifier: MIT */
/*
 * 03-vdso.c - the vdso is where it was: the kernel puts it elsewhere in each process, but the C library and the program keep
 * pointers into it. Here the program has found its functions before the checkpoint, and calls them after the restart.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sched.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include "act.h"

static int (*vdso_clock_gettime)(clockid_t, struct timespec *);
static int (*vdso_gettimeofday)(struct timeval *, void *);
static time_t (*vdso_time)(time_t *);
static long (*vdso_getcpu)(unsigned *, unsigned *, void *);

static void find(void)
{
	void *vdso = dlopen("linux-vdso.so.1", RTLD_LAZY | RTLD_NOLOAD);

	if (!vdso) {
		printf("SKIP: there is no vdso\n");
		exit(77);
	}
	*(void **)&vdso_clock_gettime = dlsym(vdso, "__vdso_clock_gettime");
	*(void **)&vdso_gettimeofday = dlsym(vdso, "__vdso_gettimeofday");
	*(void **)&vdso_time = dlsym(vdso, "__vdso_time");
	*(void **)&vdso_getcpu = dlsym(vdso, "__vdso_getcpu");
	CHECK(vdso_clock_gettime && vdso_gettimeofday && vdso_time && vdso_getcpu);
}

static int64_t ns(const struct timespec *t)
{
	return t->tv_sec * 1000000000ll + t->tv_nsec;
}

/* What the function says lies between two answers of the kernel. */
static void check_clock(int (*function)(clockid_t, struct timespec *), clockid_t clock)
{
	struct timespec before, now, after;

	CHECK(syscall(SYS_clock_gettime, clock, &before) == 0);
	CHECK(function(clock, &now) == 0);
	CHECK(syscall(SYS_clock_gettime, clock, &after) == 0);
	CHECK(ns(&before) <= ns(&now) && ns(&now) <= ns(&after));
}

/* The kernel writes into the thread's own variables on which CPU it runs (rseq), and sched_getcpu() looks there. */
static void check_cpu(void)
{
	cpu_set_t allowed, one;

	CHECK(sched_getaffinity(0, sizeof allowed, &allowed) == 0);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &allowed))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		CHECK(sched_setaffinity(0, sizeof one, &one) == 0 && sched_getcpu() == cpu);
	}
	CHECK(sched_setaffinity(0, sizeof allowed, &allowed) == 0);
}

static void check_all(void)
{
	static const clockid_t clocks[] = { CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_REALTIME_COARSE,
					    CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME, CLOCK_TAI };
	cpu_set_t cpus;
	struct timeval tv;
	unsigned cpu, node;
	time_t now;

	for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
		check_clock(vdso_clock_gettime, clocks[i]);
		check_clock(clock_gettime, clocks[i]);
	}
	now = syscall(SYS_time, NULL);
	CHECK(vdso_time(NULL) - now <= 1 && time(NULL) - now <= 1 && vdso_time(NULL) >= now);
	CHECK(vdso_gettimeofday(&tv, NULL) == 0 && tv.tv_sec >= now && tv.tv_sec <= now + 1);
	CHECK(gettimeofday(&tv, NULL) == 0 && tv.tv_sec >= now && tv.tv_sec <= now + 1);
	CHECK(sched_getaffinity(0, sizeof cpus, &cpus) == 0);
	CHECK(vdso_getcpu(&cpu, &node, NULL) == 0 && CPU_ISSET(cpu, &cpus));
	check_cpu();
}

int main(void)
{
	unsigned long header = getauxval(AT_SYSINFO_EHDR);

	find();
	check_all();
	intermission();
	check_all();
	CHECK(getauxval(AT_SYSINFO_EHDR) == header && *(const unsigned *)header == 0x464c457f);
	return pass();
}
