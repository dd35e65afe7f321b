/* SPDX-License-Identifier: MIT */
/*
 * signals-sender.c PID FILE - sends signals to a program until FILE is there: SIGRTMIN … SIGRTMIN+2 with the values 1, 2, 3 …, and SIGINT
 * and SIGCHLD; a round every millisecond. At last SIGRTMIN+3 with the number of rounds. A full queue is waited for.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int send_value(pid_t pid, int sig, int value)
{
	while (sigqueue(pid, sig, (union sigval){ .sival_int = value }) < 0) {
		if (errno != EAGAIN) {
			perror("sigqueue");
			return 1;
		}
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	}
	return 0;
}

int main(int argc, char **argv)
{
	pid_t pid = argc == 3 ? atoi(argv[1]) : 0;
	int round = 0;

	if (pid <= 0)
		return 2;
	while (access(argv[2], F_OK) != 0) {
		round++;
		for (int sig = 0; sig < 3; sig++)
			if (send_value(pid, SIGRTMIN + sig, round))
				return 1;
		kill(pid, SIGINT);
		kill(pid, SIGCHLD);
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	}
	return send_value(pid, SIGRTMIN + 3, round);
}
