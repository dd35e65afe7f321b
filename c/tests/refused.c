/* SPDX-License-Identifier: MIT */
/* refused.c OBSTACLE - a program with one thing that can't be saved. It goes on counting; refused.sh sees to the rest. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <stdbool.h>
#include <stddef.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "act.h"

static void child(void)
{
	pid_t parent = getpid();

	if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		while (getppid() == parent)
			pause();
		_exit(0);
	}
}

static void zombie(void)
{
	pid_t pid = fork();
	siginfo_t info;

	if (pid == 0)
		_exit(0);
	waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
}

static void pipes(void)
{
	int fd[2];

	CHECK(pipe(fd) == 0);
}

static void a_socket(void)
{
	CHECK(socket(AF_UNIX, SOCK_STREAM, 0) >= 0);
}

static void epoll(void)
{
	CHECK(epoll_create1(0) >= 0);
}

static void deleted(void)
{
	char name[] = "/tmp/ckpt-test-XXXXXX";

	CHECK(mkstemp(name) >= 0 && unlink(name) == 0);
}

static void shared(void)
{
	CHECK(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
}

static void dontfork(void)
{
	char *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED && madvise(p, 4096, MADV_DONTFORK) == 0);
}

static void timer(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_NONE };
	timer_t id;

	CHECK(timer_create(CLOCK_MONOTONIC, &event, &id) == 0);
}

/* ret: what the filter answers to ptrace */
static void filter(unsigned ret)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ptrace, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, ret),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { 4, code };

	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

static void seccomp(void)
{
	filter(SECCOMP_RET_ALLOW);
}

static void no_ptrace(void)
{
	filter(SECCOMP_RET_ERRNO | 1);
}

static void undumpable(void)
{
	CHECK(prctl(PR_SET_DUMPABLE, 0) == 0);
}

static bool main_thread_is_gone(void)
{
	char line[512] = "";
	FILE *f = fopen("/proc/self/stat", "r");

	CHECK(f && fgets(line, sizeof line, f));
	fclose(f);
	return strstr(line, ") Z ") != NULL;
}

static void *run_on(void *arg)
{
	while (!main_thread_is_gone())
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	intermission();
	exit(pass());
	return arg;
}

static void leader(void)
{
	pthread_t thread;

	CHECK(pthread_create(&thread, NULL, run_on, NULL) == 0);
	pthread_exit(NULL);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*make)(void);
	} obstacles[] = {
		{ "child", child },	{ "zombie", zombie },	    { "pipe", pipes },	      { "socket", a_socket },
		{ "epoll", epoll },	{ "deleted", deleted },	    { "shared", shared },     { "dontfork", dontfork },
		{ "timer", timer },	{ "seccomp", seccomp },	    { "no-ptrace", no_ptrace }, { "undumpable", undumpable },
		{ "leader", leader },
	};

	for (unsigned i = 0; argc == 2 && i < sizeof obstacles / sizeof *obstacles; i++) {
		if (strcmp(argv[1], obstacles[i].name) != 0)
			continue;
		obstacles[i].make();
		intermission();
		return pass();
	}
	return 2;
}
