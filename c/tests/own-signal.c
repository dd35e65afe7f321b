/* SPDX-License-Identifier: MIT */
/* own-signal.c - a program that uses SIGUSR2 itself: the door listens to another signal (CKPT_SIGNAL), and its handler is its own. */
#define _GNU_SOURCE
#include <signal.h>

#include "act.h"

static volatile sig_atomic_t count;

static void on_usr2(int sig)
{
	(void)sig;
	count++;
}

int main(void)
{
	struct sigaction old;

	CHECK(sigaction(SIGUSR2, NULL, &old) == 0 && old.sa_handler == SIG_DFL);
	signal(SIGUSR2, on_usr2);
	CHECK(raise(SIGUSR2) == 0 && count == 1);
	intermission();
	CHECK(count == 1);
	CHECK(raise(SIGUSR2) == 0 && count == 2);
	return pass();
}
