/* SPDX-License-Identifier: MIT */
/* signals.c - dispositions, mask, pending signals with their data, alternate stack, interval timer. */
#define _GNU_SOURCE
#include <signal.h>
#include <string.h>
#include <sys/time.h>

#include "act.h"

static volatile sig_atomic_t got_usr1, got_alarm, value, on_altstack;
static char altstack[65536];

static void on_usr1(int sig, siginfo_t *info, void *context)
{
	char here;

	(void)sig;
	(void)context;
	got_usr1++;
	value = info->si_value.sival_int;
	on_altstack = &here >= altstack && &here < altstack + sizeof altstack;
}

static void on_alarm(int sig)
{
	(void)sig;
	got_alarm++;
}

int main(void)
{
	struct sigaction action = { .sa_sigaction = on_usr1, .sa_flags = SA_SIGINFO | SA_ONSTACK }, old;
	stack_t stack = { .ss_sp = altstack, .ss_size = sizeof altstack }, got;
	struct itimerval timer = { { 0, 20000 }, { 0, 20000 } };
	sigset_t mask, now;

	CHECK(sigaltstack(&stack, NULL) == 0);
	sigemptyset(&action.sa_mask);
	sigaddset(&action.sa_mask, SIGTERM);
	CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGALRM, on_alarm);
	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR1);
	sigaddset(&mask, SIGRTMIN + 3);
	CHECK(sigprocmask(SIG_BLOCK, &mask, NULL) == 0);
	CHECK(sigqueue(getpid(), SIGUSR1, (union sigval){ .sival_int = 4711 }) == 0);
	CHECK(sigqueue(getpid(), SIGRTMIN + 3, (union sigval){ .sival_int = 1 }) == 0);
	CHECK(sigqueue(getpid(), SIGRTMIN + 3, (union sigval){ .sival_int = 2 }) == 0);
	CHECK(setitimer(ITIMER_REAL, &timer, NULL) == 0);
	intermission();
	CHECK(sigprocmask(SIG_BLOCK, NULL, &now) == 0 && sigismember(&now, SIGUSR1) && !sigismember(&now, SIGTERM));
	CHECK(sigaction(SIGPIPE, NULL, &old) == 0 && old.sa_handler == SIG_IGN);
	CHECK(sigaction(SIGUSR1, NULL, &old) == 0 && old.sa_sigaction == on_usr1 && sigismember(&old.sa_mask, SIGTERM));
	CHECK(sigaltstack(NULL, &got) == 0 && got.ss_sp == altstack && got.ss_size == sizeof altstack);
	CHECK(got_usr1 == 0);
	for (int i = 1; i <= 2; i++) {
		siginfo_t info;
		sigset_t one;

		sigemptyset(&one);
		sigaddset(&one, SIGRTMIN + 3);
		CHECK(sigtimedwait(&one, &info, &(struct timespec){ 0, 0 }) == SIGRTMIN + 3 && info.si_value.sival_int == i);
	}
	sigprocmask(SIG_UNBLOCK, &mask, NULL);
	CHECK(got_usr1 == 1 && value == 4711 && on_altstack);
	got_alarm = 0;
	while (got_alarm < 3)
		pause(); /* the timer runs on */
	return pass();
}
