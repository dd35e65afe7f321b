/* SPDX-License-Identifier: MIT */
/* process.c - what belongs to the process as a whole: directory, umask, limits, signals, timers. Runs in the hole. */
#include <asm/errno.h>
#include <asm/signal.h>
#include <linux/prctl.h>
#include <linux/resource.h>

#include "arch/x86_64/syscall.h"
#include "common/fault.h"
#include "inside.h"
#include "say.h"

#define LAST_SIGNAL 64
#define SIGINFO_SIZE 128

int process_rebuild(struct plan *p)
{
	long err = FAULTY("restart.chdir", sys_chdir(plan_text(p, p->cwd)));

	if (err) {
		say("%s: its working directory %s: %s", plan_text(p, p->image_name), plan_text(p, p->cwd),
		    error_text(err));
		return -1;
	}
	sys_umask((int)p->umask);
	sys_personality(p->personality);
	ckpt_syscall3(__NR_setpriority, PRIO_PROCESS, 0, p->nice); /* to be nicer is always allowed */
	if (p->no_new_privs)
		sys_prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	sys_prctl(PR_SET_CHILD_SUBREAPER, p->subreaper, 0, 0, 0);
	return 0;
}

static void set_limit(unsigned which, const uint64_t saved[2])
{
	uint64_t limit[2] = { saved[0], saved[1] };
	uint64_t here[2];

	if (!sys_prlimit(0, (int)which, limit, NULL) || sys_prlimit(0, (int)which, NULL, here))
		return;
	if (limit[1] > here[1])
		limit[1] = here[1];
	if (limit[0] > limit[1])
		limit[0] = limit[1];
	sys_prlimit(0, (int)which, limit, NULL);
}

static int set_actions(struct plan *p)
{
	const struct action *actions = plan_at(p, p->actions);

	for (int sig = 1; sig <= LAST_SIGNAL; sig++) {
		uint64_t act[4] = { 0, 0, 0, 0 }; /* struct sigaction of the kernel: SIG_DFL */
		long err;

		if (sig == SIGKILL || sig == SIGSTOP)
			continue;
		for (uint32_t i = 0; i < p->action_count; i++)
			if (actions[i].signal == (uint64_t)sig)
				memcpy(act, &actions[i].handler, sizeof act);
		err = FAULTY("restart.action", sys_rt_sigaction(sig, act, NULL));
		if (err) {
			say("%s: the handler of signal %d can't be set: %s", plan_text(p, p->image_name), sig,
			    error_text(err));
			return -1;
		}
	}
	return 0;
}

int signals_rebuild(struct plan *p)
{
	const uint8_t *pending = plan_at(p, p->pending);

	for (unsigned i = 0; i < 16; i++) /* after the threads: RLIMIT_NPROC may be lower than their number */
		set_limit(i, p->limits[i]);
	if (set_actions(p))
		return -1;
	for (uint32_t i = 0; i < p->pending_count; i++) {
		const uint8_t *info = pending + (uint64_t)i * SIGINFO_SIZE;
		long err;
		int sig;

		memcpy(&sig, info, sizeof sig);
		err = ckpt_syscall3(__NR_rt_sigqueueinfo, sys_getpid(), sig, info);
		if (err) {
			say("%s: signal %d, number %d of %d that were pending, can't be put back: %s (ulimit -i)",
			    plan_text(p, p->image_name), sig, (int)i + 1, (int)p->pending_count, error_text(err));
			return -1;
		}
	}
	for (int i = 0; i < 3; i++) {
		uint64_t timer[4] = { p->itimers[i][0] / 1000000, p->itimers[i][0] % 1000000,
				      p->itimers[i][1] / 1000000, p->itimers[i][1] % 1000000 };

		if (timer[2] || timer[3])
			ckpt_syscall3(__NR_setitimer, i, timer, NULL);
	}
	return 0;
}
