/* SPDX-License-Identifier: MIT */
/*
 * print-state - prints the state that a program inherits from whoever started it, one fact a line: what a wrapper
 * could leave traces in. The output under `ckpt run` is compared with that under a bare shell.
 *
 *     ./print-state [FILE]      stdout unless FILE is named (where stdout itself is closed)
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

static void print_limits(FILE *out)
{
	for (int i = 0; i < RLIM_NLIMITS; i++) {
		struct rlimit limit;

		if (getrlimit(i, &limit) == 0)
			fprintf(out, "limit %d: %lld %lld\n", i, (long long)limit.rlim_cur,
				(long long)limit.rlim_max);
	}
}

/* `except`: the signal that libckpt takes, or 0. */
static void print_signals(FILE *out, int except)
{
	sigset_t blocked;

	sigprocmask(SIG_BLOCK, NULL, &blocked);
	for (int number = 1; number < NSIG; number++) {
		struct sigaction action;

		if (number == except || sigaction(number, NULL, &action) != 0)
			continue;
		const char *what = action.sa_handler == SIG_DFL ? "default"
				   : action.sa_handler == SIG_IGN ? "ignored"
								  : "caught";
		fprintf(out, "signal %d: %s%s\n", number, what,
			sigismember(&blocked, number) == 1 ? ", blocked" : "");
	}
}

/* `own`: where this is printed. */
static void print_descriptors(FILE *out, int own)
{
	for (int fd = 0; fd < 64; fd++) {
		struct stat status;
		int flags = fcntl(fd, F_GETFL);

		if (fd == own || flags < 0 || fstat(fd, &status) != 0)
			continue;
		fprintf(out, "descriptor %d: flags 0%o, close-on-exec %d, mode 0%o, device %llx, inode %llu\n",
			fd, flags, fcntl(fd, F_GETFD), status.st_mode,
			(unsigned long long)status.st_rdev, (unsigned long long)status.st_ino);
	}
}

static void print_file(FILE *out, const char *path)
{
	char text[256] = "";
	FILE *file = fopen(path, "re");

	if (file != NULL) {
		if (fgets(text, sizeof(text), file) == NULL)
			text[0] = '\0';
		fclose(file);
	}
	text[strcspn(text, "\n")] = '\0';
	fprintf(out, "%s: %s\n", path, text);
}

/* Names alone for what differs by itself; LD_PRELOAD is how libckpt comes in. */
static void print_environment(FILE *out)
{
	for (char **word = environ; *word != NULL; word++) {
		if (strncmp(*word, "LD_PRELOAD=", 11) != 0 && strncmp(*word, "CKPT_", 5) != 0 &&
		    strncmp(*word, "_=", 2) != 0)
			fprintf(out, "environment: %s\n", *word);
		if (strncmp(*word, "CKPT_BARE=", 10) == 0)
			fprintf(out, "environment: %s\n", *word);
	}
}

static int count_entries(const char *path)
{
	int count = 0;
	DIR *folder = opendir(path);

	if (folder == NULL)
		return -1;
	while (readdir(folder) != NULL)
		count++;
	closedir(folder);
	return count - 2;
}

int main(int argc, char **argv)
{
	int file = argc > 1 ? open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : 1;
	int own = fcntl(file, F_DUPFD_CLOEXEC, 100);

	if (own < 0)
		return 2;
	if (argc > 1)
		close(file);
	FILE *out = fdopen(own, "w");

	if (out == NULL)
		return 2;
	const char *taken = getenv("PRINT_STATE_EXCEPT");
	mode_t mask = umask(0);
	char cwd[4096];
	cpu_set_t cpus;

	umask(mask);
	print_descriptors(out, own);
	print_limits(out);
	print_signals(out, taken == NULL ? 0 : atoi(taken));
	fprintf(out, "umask: %03o\n", (unsigned)mask);
	fprintf(out, "cwd: %s\n", getcwd(cwd, sizeof(cwd)) == NULL ? strerror(errno) : cwd);
	fprintf(out, "session: %d\n", getsid(0));
	fprintf(out, "group is own: %d\n", getpgrp() == getpid());
	fprintf(out, "group: %d\n", getpgrp() == getpid() ? 0 : getpgrp());
	fprintf(out, "parent: %d\n", getppid());
	fprintf(out, "nice: %d\n", getpriority(PRIO_PROCESS, 0));
	fprintf(out, "scheduler: %d\n", sched_getscheduler(0));
	fprintf(out, "cpus: %d\n", sched_getaffinity(0, sizeof(cpus), &cpus) == 0 ? CPU_COUNT(&cpus) : -1);
	fprintf(out, "personality: %x\n", personality(0xffffffff));
	fprintf(out, "dumpable: %d\n", prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
	fprintf(out, "no new privileges: %d\n", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	fprintf(out, "timer slack: %d\n", prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0));
	fprintf(out, "threads: %d\n", count_entries("/proc/self/task"));
	print_file(out, "/proc/self/oom_score_adj");
	print_file(out, "/proc/self/coredump_filter");
	print_file(out, "/proc/self/comm");
	print_environment(out);
	return fclose(out) == 0 ? 0 : 2;
}
