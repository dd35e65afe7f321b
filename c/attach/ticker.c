/* SPDX-License-Identifier: MIT */
/*
 * ticker.c - ckpt-ticker PID SECONDS: checkpoints a process every so many seconds, until it ends. Goes into the
 * background at once, belongs to nobody's family and keeps no descriptor. PID may still be about to exec the program:
 * nothing is done to it before libckpt is seen inside. An error is written to the program's own standard error, once as
 * long as it stays the same.
 */
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "attach.h"

#define START_MS 20      /* between looks at a program that is starting */
#define START_TRIES 1500 /* 30 seconds of them */

static struct ckpt_attach_result result;

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Waits; true at the end of the process. */
static bool ended(int pidfd, double seconds)
{
	double until = now() + seconds;

	for (;;) {
		struct pollfd fd = { .fd = pidfd, .events = POLLIN };
		double left = until - now();
		int n = poll(&fd, 1, left <= 0 ? 0 : left > 1e6 ? 1000000000 : (int)(left * 1000) + 1);

		if (n > 0)
			return true;
		if (left <= 0)
			return false;
	}
}

static void complain(int pid, const char *message)
{
	static char last[sizeof result.message];
	char path[40];
	int fd;

	if (strcmp(last, message) == 0)
		return;
	snprintf(last, sizeof last, "%s", message);
	if (!*message)
		return;
	snprintf(path, sizeof path, "/proc/%d/fd/2", pid);
	fd = open(path, O_WRONLY | O_APPEND | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return;
	dprintf(fd, "ckpt: %s\n", message);
	close(fd);
}

/* The tool's door; where tracing is refused the program's own, if it has one. */
static void save(int pid, int pidfd, int signal)
{
	struct ckpt_attach_options options = { 0 };

	if (ckpt_attach(pid, &options, NULL, NULL, &result) == 0)
		return complain(pid, "");
	if (signal && strcmp(result.code, "yama") == 0)
		syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
	else if (strcmp(result.code, "no-process") != 0 && strcmp(result.code, "process-died") != 0 &&
		 strcmp(result.code, "zombie") != 0)
		complain(pid, result.message);
}

static int tick(int pid, int pidfd, double seconds)
{
	double next = now() + seconds;
	int signal;

	for (int tries = 0; ckpt_attach_contract(pid, &result) < 0; tries++) {
		if (tries == START_TRIES || ended(pidfd, START_MS / 1e3))
			return 1;
	}
	signal = result.signal;
	while (!ended(pidfd, next - now())) {
		save(pid, pidfd, signal);
		for (next += seconds; next < now();)
			next += seconds; /* one took longer than the interval */
	}
	return 0;
}

int main(int argc, char **argv)
{
	long pid = argc == 3 ? strtol(argv[1], NULL, 10) : 0;
	double seconds = argc == 3 ? strtod(argv[2], NULL) : 0;
	sigset_t none;
	int pidfd;

	if (pid <= 0 || pid > INT_MAX || !(seconds >= 0.05 && seconds < 1e9)) {
		fputs("usage: ckpt-ticker PID SECONDS\n", stderr);
		return 2;
	}
	pidfd = (int)syscall(SYS_pidfd_open, (int)pid, 0);
	if (pidfd < 0) {
		fprintf(stderr, "ckpt: there is no process %ld\n", pid);
		return 1;
	}
	if (pidfd != 3 && (dup2(pidfd, 3) < 0 || close(pidfd) < 0))
		return 1;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	switch (fork()) {
	case -1: perror("ckpt: no background process"); return 1;
	case 0: break;
	default: _exit(0);
	}
	setsid();
	if (chdir("/") < 0)
		return 1;
	for (int fd = 0; fd < 3; fd++) {
		close(fd);
		open("/dev/null", O_RDWR);
	}
	syscall(SYS_close_range, 4u, ~0u, 0);
	return tick((int)pid, 3, seconds);
}
