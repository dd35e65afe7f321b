/* SPDX-License-Identifier: MIT */
/*
 * watch.c - what test scripts can't see or do in time:
 *   watch leftovers WORD PID…          prints the processes that have WORD in their command line, environment or program and are none
 *                                      of PID…, and stopped or traced threads of PID…; status 1 where there are any
 *   watch kill MICROSECONDS COMMAND…   starts it, kills it (SIGKILL) after so long; status 0 if it was still there
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

	while (folder && (entry = readdir(folder))) {
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
		if (!holds(pid, "cmdline", word) && !holds(pid, "environ", word) && !runs_in(pid, word))
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

static int kill_after(long microseconds, char **command)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		execv(command[0], command);
		_exit(127);
	}
	nanosleep(&(struct timespec){ microseconds / 1000000, microseconds % 1000000 * 1000 }, NULL);
	kill(pid, SIGKILL);
	if (waitpid(pid, &status, 0) != pid)
		return 2;
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? 0 : 1;
}

int main(int argc, char **argv)
{
	if (argc > 2 && strcmp(argv[1], "leftovers") == 0)
		return leftovers(argv[2], argv + 3);
	if (argc > 3 && strcmp(argv[1], "kill") == 0)
		return kill_after(atol(argv[2]), argv + 3);
	return 2;
}
