/* SPDX-License-Identifier: MIT */
/*
 * transparent.c - a program that is checkpointed by the tool, ten times, and goes on: no system call of any thread sees EINTR, and no
 * thread, child, descriptor or mapping is left in it. Threads sit in every kind of blocking call meanwhile. With an argument the program has
 * what makes every checkpoint refused, a child and an AIO context, and waits for them.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <string.h>
#include <linux/aio_abi.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/poll.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <fcntl.h>

#include "act.h"

static int pipe_fd[2], epoll_fd, listener, semaphores, timed[2], untimed[2], terminal, locked;
static aio_context_t aio;
static struct io_event events[1];
static struct timespec far_away;
static pid_t child;
static sem_t never;
static const char *volatile interrupted;
static volatile int note_returns = 1;

#define LONG_MS 600000
#define BLOCK(name, call)                                           \
	static void *name(void *arg)                                \
	{                                                           \
		sigset_t set;                                       \
		char c;                                             \
		struct epoll_event event;                           \
		fd_set fds;                                         \
		struct pollfd p = { .fd = pipe_fd[0], .events = POLLIN }; \
		(void)arg, (void)c, (void)event, (void)fds, (void)p;  \
		sigemptyset(&set);                                  \
		sigaddset(&set, SIGRTMAX);                          \
		FD_ZERO(&fds);                                      \
		FD_SET(pipe_fd[0], &fds);                           \
		if ((call) != 0 && errno == EINTR)                  \
			interrupted = #name;                        \
		else if (note_returns)                              \
			interrupted = #name " (it did not block)";  \
		return NULL;                                        \
	}

BLOCK(in_read, read(pipe_fd[0], &c, 1))
BLOCK(in_poll, poll(&p, 1, LONG_MS))
BLOCK(in_select, select(pipe_fd[0] + 1, &fds, NULL, NULL, &(struct timeval){ 600, 0 }))
BLOCK(in_epoll, epoll_wait(epoll_fd, &event, 1, LONG_MS))
BLOCK(in_nanosleep, nanosleep(&(struct timespec){ 600, 0 }, NULL))
BLOCK(in_clock_nanosleep, (errno = clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){ 600, 0 }, NULL)))
BLOCK(in_futex, syscall(SYS_futex, &never, 0, 0, &(struct timespec){ 600, 0 }))
BLOCK(in_sem_wait, sem_wait(&never))
BLOCK(in_sigtimedwait, sigtimedwait(&set, NULL, &(struct timespec){ 600, 0 }))
BLOCK(in_sigwaitinfo, sigwaitinfo(&set, NULL))
BLOCK(in_pause, pause())
BLOCK(in_semop, semop(semaphores, &(struct sembuf){ 0, -1, 0 }, 1))
BLOCK(in_accept, accept(listener, NULL, NULL))
BLOCK(in_recv_timeout, recv(timed[0], &c, 1, 0))
BLOCK(in_read_socket, read(untimed[0], &c, 1))
BLOCK(in_read_terminal, read(terminal, &c, 1))
BLOCK(in_sleep_until, (errno = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &far_away, NULL)))
BLOCK(in_ppoll, ppoll(&p, 1, &(struct timespec){ 600, 0 }, NULL))
BLOCK(in_pselect, pselect(pipe_fd[0] + 1, &fds, NULL, NULL, &(struct timespec){ 600, 0 }, NULL))
BLOCK(in_sigwait, (errno = sigwait(&set, &(int){ 0 })))
BLOCK(in_sigsuspend, sigsuspend(&(sigset_t){ { ~0ul } }))
BLOCK(in_flock, flock(locked, LOCK_EX))
BLOCK(in_fcntl_lock, fcntl(locked, F_OFD_SETLKW, &(struct flock){ .l_type = F_WRLCK, .l_len = 1 }))
BLOCK(in_waitid, waitid(P_PID, (id_t)child, &(siginfo_t){ 0 }, WEXITED))
BLOCK(in_io_getevents, syscall(SYS_io_getevents, aio, 1, 1, events, NULL))

static char *picture(int which)
{
	static char texts[2][1 << 20]; /* no malloc: it would change the picture */
	FILE *f = popen("ls /proc/$PPID/task | wc -l; ls /proc/$PPID/fd; ls -l /proc/$PPID/task/*/children >/dev/null; "
			"sed 's/ [0-9a-f]*-[0-9a-f]* //' /proc/$PPID/maps | grep -v -e heap -e stack", "r");
	char *text = texts[which];

	CHECK(f && fread(text, 1, sizeof texts[0] - 1, f) > 0);
	pclose(f);
	return text;
}

/* A file that another open file description has locked. */
static void lock_a_file(void)
{
	char name[] = "/tmp/ckpt-test-XXXXXX";
	int other = mkstemp(name);

	locked = open(name, O_RDWR);
	CHECK(other >= 0 && locked >= 0 && unlink(name) == 0);
	CHECK(flock(other, LOCK_EX) == 0 &&
	      fcntl(other, F_OFD_SETLK, &(struct flock){ .l_type = F_WRLCK, .l_len = 1 }) == 0);
}

static void make_obstacles(void)
{
	CHECK(syscall(SYS_io_setup, 1, &aio) == 0);
	child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	CHECK(child > 0);
}

int main(int argc, char **argv)
{
	static void *(*const blocks[])(void *) = { in_read,	in_poll,   in_select,	    in_epoll,	    in_nanosleep,
						   in_clock_nanosleep, in_futex, in_sem_wait, in_sigtimedwait, in_sigwaitinfo,
						   in_pause,	in_semop,  in_accept,	    in_recv_timeout, in_read_socket,
						   in_read_terminal, in_sleep_until, in_ppoll, in_pselect, in_sigwait,
						   in_sigsuspend, in_flock, in_fcntl_lock, in_waitid, in_io_getevents };
	unsigned count = sizeof blocks / sizeof *blocks - (argc > 1 ? 0 : 2); /* the last two: only with obstacles */
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char *before, *after;
	sigset_t all;

	CHECK(pipe(pipe_fd) == 0 && sem_init(&never, 0, 0) == 0);
	epoll_fd = epoll_create1(0);
	listener = socket(AF_UNIX, SOCK_STREAM, 0);
	CHECK(bind(listener, (void *)&address, sizeof address.sun_family) == 0 && listen(listener, 1) == 0);
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, timed) == 0);
	setsockopt(timed[0], SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){ 600, 0 }, sizeof(struct timeval));
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, untimed) == 0);
	terminal = posix_openpt(O_RDWR | O_NOCTTY);
	CHECK(terminal >= 0);
	lock_a_file();
	clock_gettime(CLOCK_MONOTONIC, &far_away);
	far_away.tv_sec += 600;
	semaphores = semget(IPC_PRIVATE, 1, 0600);
	CHECK(semaphores >= 0);
	sigfillset(&all);
	(void)argv;
	if (argc > 1)
		make_obstacles();
	pthread_sigmask(SIG_BLOCK, &all, NULL); /* threads that block every signal stop, too */
	for (unsigned i = 0; i < count; i++) {
		pthread_t thread;

		CHECK(pthread_create(&thread, NULL, blocks[i], NULL) == 0);
	}
	/* until every thread is in its call */
	nanosleep(&(struct timespec){ .tv_nsec = 200000000 }, NULL);
	picture(0); /* the first one makes stdio allocate */
	before = picture(0);
	intermission();
	after = picture(1);
	if (strcmp(before, after) != 0)
		printf("--- before\n%s--- after\n%s", before, after);
	CHECK(strcmp(before, after) == 0);
	note_returns = 0;
	semctl(semaphores, 0, IPC_RMID);
	if (interrupted)
		printf("interrupted: %s\n", interrupted);
	CHECK(!interrupted);
	pthread_sigmask(SIG_BLOCK, NULL, &all);
	CHECK(sigismember(&all, SIGUSR1) && sigismember(&all, SIGTRAP));
	if (child) {
		CHECK(waitpid(-1, NULL, WNOHANG | __WALL) == 0);
		kill(child, SIGKILL);
		pass();
		fflush(stdout);
		_exit(0);
	}
	CHECK(waitpid(-1, NULL, WNOHANG | __WALL) < 0 && errno == ECHILD);
	pass();
	fflush(stdout);
	_exit(0);
}
