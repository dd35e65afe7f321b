/* SPDX-License-Identifier: MIT */
/*
 * races.c HOW - a program that changes under the hands of whoever checkpoints it: its threads exec, fork, vfork, start and end threads, change
 * their user, or the program ends. races.sh checkpoints it all the while. It runs until the file of act.h is there, then checks that nothing
 * has happened to it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "act.h"

#define THREADS 4

extern char **environ;
static const char *how;
static char **arguments;
static atomic_ulong done;

static bool over(void)
{
	const char *go = getenv("CKPT_TEST_GO");

	return go && access(go, F_OK) == 0;
}

static void nap(long us)
{
	nanosleep(&(struct timespec){ .tv_nsec = us * 1000 }, NULL);
}

static void reap(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		CHECK(errno == EINTR);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* Any thread may be the one: the kernel ends the others and makes it the main thread. */
static void do_exec(unsigned *seed)
{
	nap(rand_r(seed) % 40000);
	if (over())
		return;
	execv("/proc/self/exe", arguments);
	CHECK(!"execv");
}

static void do_fork(unsigned *seed)
{
	pid_t pid = fork();

	(void)seed;
	CHECK(pid >= 0);
	if (pid == 0)
		_exit(0);
	reap(pid);
	nap(300);
}

/* posix_spawn is a vfork: the thread can't be stopped until the child has exec'ed. */
static void do_vfork(unsigned *seed)
{
	char *const args[] = { "true", NULL };
	pid_t pid;

	(void)seed;
	CHECK(posix_spawn(&pid, "/bin/true", NULL, NULL, args, environ) == 0);
	reap(pid);
	nap(300);
}

static void *end_at_once(void *arg)
{
	done++;
	return arg;
}

static void do_clone(unsigned *seed)
{
	pthread_t ids[8];
	unsigned n = (unsigned)rand_r(seed) % 8 + 1;

	for (unsigned i = 0; i < n; i++)
		CHECK(pthread_create(&ids[i], NULL, end_at_once, NULL) == 0);
	for (unsigned i = 0; i < n; i++)
		CHECK(pthread_join(ids[i], NULL) == 0);
}

/* The C library makes every thread do it, by a signal; the kernel makes the process undumpable for a changed user. */
static void do_setuid(unsigned *seed)
{
	(void)seed;
	CHECK(seteuid(getuid()) == 0);
	nap(200);
}

static void do_user(unsigned *seed)
{
	(void)seed;
	CHECK(seteuid(65534) == 0 && seteuid(0) == 0);
	nap(200);
}

static void do_nothing(unsigned *seed)
{
	(void)seed;
	nap(500);
}

/* The whole program ends, with status 0, at a moment that nobody knows. */
static void do_exit(unsigned *seed)
{
	nap(rand_r(seed) % 30000);
	_exit(0);
}

static int sleep_on(void *arg)
{
	(void)arg;
	while (!over())
		nap(1000);
	_exit(0);
}

/* For as long as the test likes the thread waits in the kernel, uninterruptibly. */
static void do_long_vfork(unsigned *seed)
{
	static _Alignas(16) char stack[64 << 10];
	pid_t pid = clone(sleep_on, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);

	(void)seed;
	CHECK(pid > 0);
	reap(pid);
}

static void do_access(unsigned *seed)
{
	(void)seed;
	(void)(access(arguments[2], F_OK) == 0); /* on a file server that does not answer */
}

static const struct {
	const char *name;
	void (*act)(unsigned *);
	unsigned threads;
} ways[] = {
	{ "exec", do_exec, 3 },	      { "fork", do_fork, 2 },	{ "vfork", do_vfork, 2 },
	{ "clone", do_clone, THREADS }, { "setuid", do_setuid, 1 }, { "user", do_user, 1 },
	{ "stop", do_nothing, THREADS }, { "two", do_nothing, THREADS }, { "exit", do_exit, 2 },
	{ "long-vfork", do_long_vfork, 1 }, { "server", do_access, 1 },
};

static void *go_round(void *arg)
{
	unsigned seed = (unsigned)(uintptr_t)arg ^ (unsigned)getpid() ^ (unsigned)time(NULL);

	while (!over()) {
		for (unsigned i = 0; i < sizeof ways / sizeof *ways; i++)
			if (strcmp(ways[i].name, how) == 0)
				ways[i].act(&seed);
		done++;
	}
	return NULL;
}

/*
 * Nobody but us makes children. The one limit (docs/guarantees.md): an exec by another thread in the tenth of a millisecond in which the helper
 * is made leaves the process that made it, ended and with no exit signal, until the next checkpoint.
 */
static void check_children(void)
{
	unsigned makers = 0;
	int status = 0;

	while (strcmp(how, "exec") == 0 && waitpid(-1, &status, WNOHANG | __WCLONE) > 0)
		makers += WIFEXITED(status);
	if (makers)
		printf("note: %u unreaped\n", makers);
	CHECK(makers <= 1 && waitpid(-1, NULL, WNOHANG | __WALL) < 0 && errno == ECHILD);
}

int main(int argc, char **argv)
{
	pthread_t ids[THREADS];
	unsigned threads = 0;

	arguments = argv;
	how = argc > 1 ? argv[1] : "";
	for (unsigned i = 0; i < sizeof ways / sizeof *ways; i++)
		if (strcmp(ways[i].name, how) == 0)
			threads = ways[i].threads;
	if (!threads)
		return 2;
	printf("ready\n");
	fflush(stdout);
	for (unsigned i = 0; i < threads; i++) {
		int err = pthread_create(&ids[i], NULL, go_round, (void *)(uintptr_t)(i + 1));

		if (err)
			printf("FAIL pthread_create: %s\n", strerror(err));
		CHECK(err == 0);
	}
	for (unsigned long before = 0; !over(); before = done) {
		printf("tick %lu\n", before);
		fflush(stdout);
		nap(10000);
	}
	for (unsigned i = 0; i < threads; i++)
		CHECK(pthread_join(ids[i], NULL) == 0);
	check_children();
	return pass();
}
