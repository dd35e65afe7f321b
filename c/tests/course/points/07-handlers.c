/* SPDX-License-Identifier: MIT */
/*
 * 07-handlers.c - what the kernel keeps of a program's signals: handlers with their flags and masks, ignored signals, the blocked ones, the alternate
 * stack. Each is looked at by asking, and by a signal.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "act.h"

static char stack_memory[65536];
static volatile sig_atomic_t usr1, usr1_on_stack, term_during_usr1, usr1_value, hup, winch;

static void on_usr1(int sig, siginfo_t *info, void *context)
{
	sigset_t now;
	char here;

	(void)context;
	usr1 += sig == SIGUSR1;
	usr1_value = info->si_value.sival_int;
	usr1_on_stack = &here >= stack_memory && &here < stack_memory + sizeof stack_memory;
	sigprocmask(SIG_BLOCK, NULL, &now);
	term_during_usr1 = sigismember(&now, SIGTERM) && sigismember(&now, SIGUSR1);
}

static void on_hup(int sig)
{
	(void)sig;
	hup++;
}

static void on_winch(int sig)
{
	sigset_t now;

	(void)sig;
	sigprocmask(SIG_BLOCK, NULL, &now);
	winch += !sigismember(&now, SIGWINCH); /* SA_NODEFER */
}

static void set(int sig, void (*handler)(int), int flags, int masked)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };

	sigemptyset(&action.sa_mask);
	if (masked)
		sigaddset(&action.sa_mask, masked);
	CHECK(sigaction(sig, &action, NULL) == 0);
}

/* All dispositions, the mask and the alternate stack, as the kernel tells them. */
static void ask(struct sigaction all[65], sigset_t *mask, stack_t *stack)
{
	memset(all, 0, 65 * sizeof *all);
	for (int sig = 1; sig <= 64; sig++)
		sigaction(sig, NULL, &all[sig]); /* the C library keeps two for itself */
	CHECK(sigprocmask(SIG_BLOCK, NULL, mask) == 0 && sigaltstack(NULL, stack) == 0);
}

int main(void)
{
	static struct sigaction before[65], after[65];
	stack_t stack = { .ss_sp = stack_memory, .ss_size = sizeof stack_memory }, stack_before, stack_after;
	sigset_t mask, mask_before, mask_after;

	CHECK(sigaltstack(&stack, NULL) == 0);
	set(SIGUSR1, (void (*)(int))(void *)on_usr1, SA_SIGINFO | SA_ONSTACK | SA_RESTART, SIGTERM);
	set(SIGHUP, on_hup, SA_RESETHAND, 0);
	set(SIGWINCH, on_winch, SA_NODEFER, SIGALRM);
	set(SIGRTMAX, on_hup, 0, SIGRTMIN);
	set(SIGPIPE, SIG_IGN, 0, 0);
	set(SIGTTOU, SIG_IGN, SA_RESTART, 0);
	sigemptyset(&mask);
	sigaddset(&mask, SIGQUIT);
	sigaddset(&mask, SIGRTMIN + 5);
	CHECK(sigprocmask(SIG_BLOCK, &mask, NULL) == 0);
	ask(before, &mask_before, &stack_before);
	intermission();
	ask(after, &mask_after, &stack_after);
	for (int sig = 1; sig <= 64; sig++) {
		CHECK(before[sig].sa_handler == after[sig].sa_handler);
		CHECK(before[sig].sa_flags == after[sig].sa_flags);
		for (int other = 1; other <= 64; other++)
			CHECK(sigismember(&before[sig].sa_mask, other) == sigismember(&after[sig].sa_mask, other));
	}
	for (int sig = 1; sig <= 64; sig++)
		CHECK(sigismember(&mask_before, sig) == sigismember(&mask_after, sig));
	CHECK(stack_after.ss_sp == stack_memory && stack_after.ss_size == sizeof stack_memory && stack_after.ss_flags == 0);

	CHECK(sigqueue(getpid(), SIGUSR1, (union sigval){ .sival_int = 4711 }) == 0);
	CHECK(usr1 == 1 && usr1_on_stack && term_during_usr1 && usr1_value == 4711);
	CHECK(raise(SIGWINCH) == 0 && winch == 1);
	CHECK(raise(SIGPIPE) == 0 && raise(SIGQUIT) == 0 && raise(SIGHUP) == 0 && hup == 1);
	CHECK(sigaction(SIGHUP, NULL, &after[0]) == 0 && after[0].sa_handler == SIG_DFL); /* SA_RESETHAND */
	CHECK(sigpending(&mask) == 0 && sigismember(&mask, SIGQUIT));
	return pass();
}
