/* SPDX-License-Identifier: MIT */
/*
 * load.c - a program under load that watches itself while it is checkpointed: 16 threads in malloc, printf, futexes, files, registers,
 * sleeps; a timer every millisecond; signals with and without a value arriving (signals-sender.c sends them). Nothing may happen to it that would
 * not happen without a checkpoint: no handler outside its own process, no EINTR, no signal lost or doubled, no descriptor taken, no
 * errno, register, mask or alternate stack changed. Says "tick N" while it runs, and ends
 * when the file of act.h appears or SIGTERM comes.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "act.h"

#define STACK (64 << 10)
#define VALUES 3 /* SIGRTMIN + 0 … come with values 1, 2, 3 … */

static pid_t self; /* 0: may change */
static atomic_bool over, ended;
static atomic_ulong alarms, strays, work;
static atomic_ulong expected; /* of each value; 0: not yet known */
static atomic_ulong values[VALUES];
static const char *_Atomic wrong;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn = PTHREAD_COND_INITIALIZER;
static unsigned ball;

static void complain(const char *what)
{
	const char *none = NULL;

	atomic_compare_exchange_strong(&wrong, &none, what);
}

static void expect(bool good, const char *what)
{
	if (!good)
		complain(what);
}

/* The helper and the snapshot have names of their own; a PID tells as long as nobody restarts the program with another. */
static void expect_own_process(void)
{
	char name[16] = "";

	prctl(PR_GET_NAME, name);
	expect(strcmp(name, "test-load") == 0 && (!self || syscall(SYS_getpid) == self), "a handler ran in another process");
}

static void on_alarm(int sig)
{
	(void)sig;
	expect_own_process();
	alarms++;
}

static void on_value(int sig, siginfo_t *info, void *context)
{
	atomic_ulong *last = &values[sig - SIGRTMIN];

	(void)context;
	expect_own_process();
	expect((unsigned long)info->si_value.sival_int == *last + 1, "a signal was lost or came twice");
	*last = (unsigned long)info->si_value.sival_int;
}

static void on_last(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	expected = (unsigned long)info->si_value.sival_int;
}

static void on_term(int sig)
{
	(void)sig;
	ended = true;
}

static void on_stray(int sig)
{
	(void)sig;
	expect_own_process();
	strays++;
}

static void *in_malloc(void *arg)
{
	unsigned seed = (unsigned)(uintptr_t)arg;

	while (!over) {
		unsigned char *blocks[16];

		for (unsigned i = 0; i < 16; i++) {
			size_t n = (size_t)rand_r(&seed) % 20000 + 1;

			blocks[i] = malloc(n);
			if (!blocks[i])
				abort();
			memset(blocks[i], (int)i, n);
		}
		for (unsigned i = 0; i < 16; i++) {
			expect(blocks[i][0] == i, "the heap is broken");
			free(blocks[i]);
		}
		work++;
	}
	return NULL;
}

static void *in_printf(void *arg)
{
	char text[128];

	while (!over) {
		snprintf(text, sizeof text, "%s %p %d", "text", arg, 4711);
		expect(strstr(text, " 4711") != NULL, "printf is broken");
		flockfile(stdout);
		funlockfile(stdout);
		work++;
	}
	return NULL;
}

/* Two of these play with a ball: futexes in all their states. */
static void *in_futex(void *arg)
{
	unsigned me = (unsigned)(uintptr_t)arg;

	while (!over) {
		struct timespec soon;

		clock_gettime(CLOCK_REALTIME, &soon);
		soon.tv_sec += 1;
		pthread_mutex_lock(&lock);
		while (ball % 2 != me && !over) {
			int err = pthread_cond_timedwait(&turn, &lock, &soon);

			expect(err == 0 || err == ETIMEDOUT, "a condition variable failed");
			if (err == ETIMEDOUT)
				break;
		}
		if (ball % 2 == me)
			ball++;
		pthread_cond_broadcast(&turn);
		pthread_mutex_unlock(&lock);
		work++;
	}
	return NULL;
}

/* The one thread that opens files: their numbers are known. */
static void *in_files(void *arg)
{
	int first;

	(void)arg;
	first = open("/dev/null", O_RDONLY);
	close(first);
	while (!over) {
		int fds[4];

		for (int i = 0; i < 4; i++) {
			fds[i] = open(i & 1 ? "/dev/null" : "/dev/zero", O_RDONLY);
			expect(fds[i] == first + i, "open() gave a number that was not the lowest free one");
		}
		for (int i = 0; i < 4; i++)
			expect(close(fds[i]) == 0, "a descriptor was closed by somebody else");
		work++;
	}
	return NULL;
}

static void *in_sleep(void *arg)
{
	bool absolute = arg != NULL;

	while (!over) {
		struct timespec t = { .tv_nsec = 300000 };
		int err;

		if (absolute) {
			clock_gettime(CLOCK_MONOTONIC, &t);
			t.tv_nsec += 300000;
			if (t.tv_nsec >= 1000000000)
				t.tv_sec++, t.tv_nsec -= 1000000000;
			err = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
		} else {
			err = nanosleep(&t, NULL) ? errno : 0;
		}
		expect(err != EINTR, "a sleep saw EINTR");
		work++;
	}
	return NULL;
}

/* Every general register and four vector registers hold a value over a long loop. */
static void *in_registers(void *arg)
{
	uint64_t pattern = 0x0123456789abcdefull * ((uintptr_t)arg + 1);
	uint64_t v[8] __attribute__((aligned(32)));

	for (unsigned i = 0; i < 8; i++)
		v[i] = pattern + i;
	while (!over) {
		uint64_t bad;

		errno = 77;
		__asm__ volatile("movdqa (%[v]), %%xmm4\n\tmovdqa 16(%[v]), %%xmm15\n\t"
				 "mov %[p], %%r8\n\tlea 1(%[p]), %%r9\n\tlea 2(%[p]), %%r10\n\tlea 3(%[p]), %%r11\n\t"
				 "lea 4(%[p]), %%r12\n\tlea 5(%[p]), %%r13\n\tlea 6(%[p]), %%r14\n\tlea 7(%[p]), %%r15\n\t"
				 "mov $200000, %%ecx\n"
				 "1:	dec %%ecx\n\tjnz 1b\n\t"
				 "xor %%eax, %%eax\n\t"
				 "sub %[p], %%r8\n\tor %%r8, %%rax\n\t"
				 "sub %[p], %%r9\n\tsub $1, %%r9\n\tor %%r9, %%rax\n\t"
				 "sub %[p], %%r10\n\tsub $2, %%r10\n\tor %%r10, %%rax\n\t"
				 "sub %[p], %%r11\n\tsub $3, %%r11\n\tor %%r11, %%rax\n\t"
				 "sub %[p], %%r12\n\tsub $4, %%r12\n\tor %%r12, %%rax\n\t"
				 "sub %[p], %%r13\n\tsub $5, %%r13\n\tor %%r13, %%rax\n\t"
				 "sub %[p], %%r14\n\tsub $6, %%r14\n\tor %%r14, %%rax\n\t"
				 "sub %[p], %%r15\n\tsub $7, %%r15\n\tor %%r15, %%rax\n\t"
				 "pxor (%[v]), %%xmm4\n\tpxor 16(%[v]), %%xmm15\n\tpor %%xmm15, %%xmm4\n\t"
				 "movq %%xmm4, %%r8\n\tpsrldq $8, %%xmm4\n\tmovq %%xmm4, %%r9\n\t"
				 "or %%r8, %%rax\n\tor %%r9, %%rax"
				 : "=&a"(bad)
				 : [p] "D"(pattern), [v] "S"(v)
				 : "rcx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "xmm4", "xmm15", "cc");
		expect(bad == 0, "a register was changed");
		expect(errno == 77, "errno was changed");
		work++;
	}
	return NULL;
}

/* Takes no signal; its alternate stack and its mask stay what they are. */
static void *in_signal_state(void *arg)
{
	static __thread char stack[STACK];
	stack_t set = { .ss_sp = stack, .ss_size = sizeof stack };
	sigset_t want, have;

	(void)arg;
	expect(sigaltstack(&set, NULL) == 0, "sigaltstack");
	pthread_sigmask(SIG_BLOCK, NULL, &want);
	while (!over) {
		stack_t now;

		expect(sigaltstack(NULL, &now) == 0 && now.ss_sp == stack && now.ss_flags == 0 &&
			       now.ss_size == sizeof stack, "the alternate stack was changed");
		pthread_sigmask(SIG_BLOCK, NULL, &have);
		expect(memcmp(&want, &have, 8) == 0, "the mask was changed");
		work++;
		sched_yield();
	}
	return NULL;
}

static void handle(int sig, void (*handler)(int), void (*action)(int, siginfo_t *, void *))
{
	struct sigaction act = { .sa_flags = SA_RESTART | SA_ONSTACK | (action ? SA_SIGINFO : 0) };

	if (action)
		act.sa_sigaction = action;
	else
		act.sa_handler = handler;
	sigfillset(&act.sa_mask);
	CHECK(sigaction(sig, &act, NULL) == 0);
}

/* Children of ours would have stayed: neither a helper nor what made it. */
static void check_alone(void)
{
	int subreaper = 0;

	CHECK(waitpid(-1, NULL, WNOHANG | __WALL) < 0 && errno == ECHILD);
	CHECK(prctl(PR_GET_CHILD_SUBREAPER, &subreaper) == 0 && subreaper == 1);
}

int main(int argc, char **argv)
{
	static void *(*const threads[16])(void *) = {
		in_malloc, in_malloc, in_malloc,    in_malloc,	  in_printf,	   in_printf,	    in_futex, in_futex,
		in_files,  in_sleep,  in_sleep,	    in_registers, in_registers,	   in_signal_state, in_malloc, in_printf,
	};
	static void *const args[16] = { (void *)1, (void *)2, (void *)3, (void *)4, NULL, NULL, (void *)0, (void *)1,
					NULL, NULL, (void *)1, (void *)1, (void *)2, NULL, (void *)5, NULL };
	static char stack[STACK];
	stack_t alternate = { .ss_sp = stack, .ss_size = sizeof stack };
	struct itimerval every = { { 0, 1000 }, { 0, 1000 } };
	bool signals = argc > 1 && strcmp(argv[1], "signals") == 0; /* signals-sender.c sends; it tells when all are sent */
	const char *go = getenv("CKPT_TEST_GO");
	pthread_t ids[16];
	sigset_t all, none;

	mallopt(M_ARENA_MAX, 1); /* further arenas open files of the kernel's now and then */
	self = signals ? getpid() : 0;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	CHECK(sigaltstack(&alternate, NULL) == 0);
	sigfillset(&all);
	sigemptyset(&none);
	pthread_sigmask(SIG_SETMASK, &all, NULL); /* the main thread alone takes signals */
	handle(SIGALRM, on_alarm, NULL);
	handle(SIGTERM, on_term, NULL);
	handle(SIGINT, on_stray, NULL);
	handle(SIGCHLD, on_stray, NULL);
	for (int i = 0; i < VALUES; i++)
		handle(SIGRTMIN + i, NULL, on_value);
	handle(SIGRTMIN + VALUES, NULL, on_last);
	for (unsigned i = 0; i < 16; i++)
		CHECK(pthread_create(&ids[i], NULL, threads[i], args[i]) == 0);
	pthread_sigmask(SIG_SETMASK, &none, NULL);
	setitimer(ITIMER_REAL, &every, NULL);
	printf("ready\n");
	fflush(stdout);
	for (unsigned long tick = 1; !wrong && !ended && !expected && (signals || !go || access(go, F_OK) != 0); tick++) {
		printf("tick %lu\n", tick);
		fflush(stdout);
		for (struct timespec nap = { .tv_nsec = 10000000 }; nanosleep(&nap, &nap) != 0;)
			;
	}
	setitimer(ITIMER_REAL, &(struct itimerval){ 0 }, NULL);
	over = true;
	for (unsigned i = 0; i < 16; i++)
		CHECK(pthread_join(ids[i], NULL) == 0);
	if (wrong)
		printf("FAIL %s\n", wrong);
	for (int i = 0; i < VALUES && signals; i++)
		CHECK(values[i] == expected);
	CHECK(!signals || (alarms > 0 && work > 0));
	check_alone();
	printf("%lu alarms, %lu other signals, %lu values of each kind, %lu rounds of work\n", alarms, strays, values[0], work);
	return wrong ? 1 : pass();
}
