/* SPDX-License-Identifier: MIT */
/* go.c - the order of things in the hole. */
#include <asm/errno.h>
#include <asm/signal.h>
#include <linux/prctl.h>
#include <linux/wait.h>

#include "arch/x86_64/syscall.h"
#include "inside.h"
#include "say.h"

#ifndef PR_SET_PTRACER
#define PR_SET_PTRACER 0x59616d61
#endif

static void reap_tracer(struct plan *p)
{
	if (!p->tracer)
		return;
	sys_prctl(PR_SET_PTRACER, 0, 0, 0, 0);
	while (sys_wait4((int)p->tracer, NULL, __WALL, NULL) == -EINTR)
		;
}

void go(struct plan *p)
{
	const uint64_t all = ~0ull;

	sys_rt_sigprocmask(SIG_SETMASK, &all, NULL);
	reap_tracer(p);
	if (memory_clear(p) || memory_map(p) || memory_fill(p) || memory_finish(p) || descriptors_rebuild(p) ||
	    process_rebuild(p) || threads_start(p) || signals_rebuild(p))
		sys_exit_group(CKPT_EXIT_FAILED);
	/* From here on nothing can fail. */
	descriptors_finish();
	threads_leave(p);
}
