/* SPDX-License-Identifier: MIT */
/*
 * watch.c - what test scripts can't see or do in time:
 *   watch leftovers WORD PID…          prints the processes that have WORD in their command line, environment or program and are none
 *                                      of PID…, and stopped or traced threads of PID…; status 1 where there are any
 *   watch run COMMAND…                 runs it and takes care of its orphans; its status is as a shell says it
 *   watch kill MICROSECONDS COMMAND…   the same; kills it (SIGKILL) after so long
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char text[256 << 10];

static ssize_t read_file(const char *pid, const char *name)
{
	char path[300];
	ssize_t n = 0, got;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%s/%s", pid, name);
	f = fopen(path, "r");
	if (!f)
		return 0;
	while ((got = (ssize_t)fread(text + n, 1, sizeof text - 1 - (size_t)n, f)) > 0)
		n += got;
	fclose(f);
	text[n] = 0;
	return n;
}

static int holds(const char *pid, const char *name, const char *word)
{
	ssize_t n = read_file(pid, name);

	return n > 0 && memmem(text, (size_t)n, word, strlen(word)) != NULL;
}

static int runs_in(const char *pid, const char *word)
{
	char path[300], link[4096];
	ssize_t n;

	snprintf(path, sizeof path, "/proc/%s/exe", pid);
	n = readlink(path, link, sizeof link);
	return n > 0 && memmem(link, (size_t)n, word, strlen(word)) != NULL;
}

static char state_of(const char *pid, const char *name)
{
	const char *p;

	if (read_file(pid, name) <= 0)
		return 0;
	p = strstr(text, "\nState:\t");
	return p ? p[8] : 0;
}

/* One that has no memory any more, and is no zombie yet: whose it was can't be seen, so it is waited for. */
static int is_ending_snapshot(const char *pid)
{
	return holds(pid, "comm", "ckpt-snapshot") && read_file(pid, "cmdline") == 0;
}

/* Its stopped threads. */
static int look_at_threads(const char *pid)
{
	char path[300], name[300];
	struct dirent *entry;
	int found = 0;
	DIR *folder;

	snprintf(path, sizeof path, "/proc/%s/task", pid);
	folder = opendir(path);
	while (folder && (entry = readdir(folder))) {
		char state;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof name, "task/%s/status", entry->d_name);
		state = state_of(pid, name);
		if (state == 'T' || state == 't') {
			printf("thread %s of process %s is stopped (%c)\n", entry->d_name, pid, state);
			found = 1;
		}
	}
	if (folder)
		closedir(folder);
	return found;
}

static int leftovers(const char *word, char **pids)
{
	DIR *folder = opendir("/proc");
	struct dirent *entry;
	int found = 0;

	if (!folder)
		return 1;
	while ((entry = readdir(folder))) {
		const char *pid = entry->d_name;
		int expected = atoi(pid) == getpid();
		char state;

		if (*pid < '0' || *pid > '9' || expected)
			continue;
		for (char **p = pids; *p; p++)
			expected |= strcmp(*p, pid) == 0;
		if (expected) {
			found |= look_at_threads(pid);
			continue;
		}
		if (!holds(pid, "cmdline", word) && !holds(pid, "environ", word) && !runs_in(pid, word) &&
		    !is_ending_snapshot(pid))
			continue;
		state = state_of(pid, "status");
		if (!state || state == 'Z' || state == 'X')
			continue;
		read_file(pid, "comm");
		printf("process %s is left over (%c): %s", pid, state, text);
		found = 1;
	}
	closedir(folder);
	return found;
}

/* Orphans come to us and are reaped at once: a number is free again as soon as its process has ended. */
static int reap_all(pid_t first)
{
	int status = 0, result = 0;
	pid_t pid;

	for (int tries = 0; tries < 2000; tries++) {
		while ((pid = waitpid(-1, &status, tries ? WNOHANG : 0)) > 0) {
			if (pid == first)
				result = status;
			if (pid == first && !tries)
				break;
		}
		if (pid < 0)
			break;
		if (tries)
			nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	}
	return result;
}

/* Starts it and kills it after so long, if that is not negative; how it ended, as a shell says it. */
static int run(long microseconds, char **command)
{
	pid_t pid;
	int status;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	pid = fork();
	if (pid == 0) {
		execvp(command[0], command);
		_exit(127);
	}
	if (microseconds >= 0) {
		nanosleep(&(struct timespec){ microseconds / 1000000, microseconds % 1000000 * 1000 }, NULL);
		kill(pid, SIGKILL);
	}
	status = reap_all(pid);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
	if (argc > 2 && strcmp(argv[1], "leftovers") == 0)
		return leftovers(argv[2], argv + 3);
	if (argc > 3 && strcmp(argv[1], "kill") == 0)
		return run(atol(argv[2]), argv + 3);
	if (argc > 2 && strcmp(argv[1], "run") == 0)
		return run(-1, argv + 2);
	return 2;
}
