/* SPDX-License-Identifier: MIT */
/* go.c - the order of things in the hole. */
#include <asm/errno.h>
#include <asm/signal.h>
#include <linux/prctl.h>
#include <linux/wait.h>

#include "arch/x86_64/syscall.h"
#include "common/fault.h"
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

/* Everything that can fail. */
static int rebuild(struct plan *p)
{
	if (memory_clear(p))
		return -1;
	fault_point("restart.cleared");
	if (memory_map(p))
		return -1;
	fault_point("restart.mapped");
	if (memory_fill(p))
		return -1;
	fault_point("restart.filled");
	if (memory_finish(p))
		return -1;
	fault_point("restart.memory");
	if (descriptors_rebuild(p))
		return -1;
	fault_point("restart.descriptors");
	if (process_rebuild(p))
		return -1;
	fault_point("restart.process");
	if (threads_start(p))
		return -1;
	fault_point("restart.threads");
	return signals_rebuild(p);
}

void go(struct plan *p)
{
	const uint64_t all = ~0ull;

	sys_rt_sigprocmask(SIG_SETMASK, &all, NULL);
	fault_point("restart.entered");
	reap_tracer(p);
	if (rebuild(p))
		sys_exit_group(CKPT_EXIT_FAILED);
	/* From here on nothing can fail. */
	descriptors_finish();
	fault_point("restart.left");
	threads_leave(p);
}
