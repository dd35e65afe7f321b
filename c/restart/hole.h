/* SPDX-License-Identifier: MIT */
/*
 * hole.h - the place of the restarter in the address space of the program: where neither the program's memory lies nor
 * anything that is mapped now. In it, from below: this executable as it is (code, data), the arena, a buffer, the
 * stacks of new threads, the main stack; behind it the parking place of the vdso, which may outlive the hole.
 */
#ifndef CKPT_RESTART_HOLE_H
#define CKPT_RESTART_HOLE_H

#include "plan.h"

#define MAIN_STACK_SIZE (256ull << 10)
#define PARK_SIZE (256ull << 10)

extern const char blob_start[] __asm__("__executable_start") __attribute__((visibility("hidden")));
extern const char blob_text_end[] __asm__("etext") __attribute__((visibility("hidden")));
extern const char blob_end[] __asm__("end") __attribute__((visibility("hidden")));

/* Finds the place, given the text of /proc/PID/maps, and writes it into the plan. 0, or -ENOMEM. */
int hole_choose(struct plan *p, const char *maps);

static inline uint64_t hole_plan(const struct plan *p)
{
	return p->hole + PAGE_UP((uint64_t)(blob_end - blob_start));
}

static inline uint64_t hole_text_size(void)
{
	return PAGE_UP((uint64_t)(blob_text_end - blob_start));
}

/* The address that a function or object of this executable has in the hole. */
static inline uint64_t hole_address(const struct plan *p, const void *here)
{
	return p->hole + (uint64_t)((const char *)here - blob_start);
}

static inline uint64_t hole_stack_top(const struct plan *p)
{
	return p->hole + p->hole_size - 8; /* as after a call */
}

#endif
