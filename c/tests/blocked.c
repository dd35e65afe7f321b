/* SPDX-License-Identifier: MIT */
/*
 * blocked.c - threads sit in blocking calls over a checkpoint, a kill and a restart: none of them sees EINTR, none returns before its time, and those that
 * are waited for return when what they wait for comes.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/poll.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/syscall.h>

#include "act.h"

static sem_t never, posted;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static int semaphores, flag;
static const char *volatile returned;
static atomic_int awaited;

/* Never returns. */
#define BLOCK(name, call)                                     \
	static void *name(void *arg)                          \
	{                                                     \
		sigset_t set;                                 \
		struct timespec until;                        \
		clock_gettime(CLOCK_MONOTONIC, &until);       \
		until.tv_sec += 600;                          \
		sigemptyset(&set);                            \
		sigaddset(&set, SIGRTMAX);                    \
		(void)arg, (void)set, (void)until;            \
		errno = 0;                                    \
		(void)(call);                                 \
		printf("%s returned, errno %d\n", #name, errno); \
		returned = #name;                             \
		return NULL;                                  \
	}

BLOCK(in_nanosleep, nanosleep(&(struct timespec){ 600, 0 }, NULL))
BLOCK(in_sleep_until, (errno = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL)))
BLOCK(in_clock_nanosleep, (errno = clock_nanosleep(CLOCK_REALTIME, 0, &(struct timespec){ 600, 0 }, NULL)))
BLOCK(in_poll, poll(NULL, 0, 600000))
BLOCK(in_select, select(0, NULL, NULL, NULL, &(struct timeval){ 600, 0 }))
BLOCK(in_ppoll, ppoll(NULL, 0, &(struct timespec){ 600, 0 }, &(sigset_t){ { ~0ul } }))
BLOCK(in_futex, syscall(SYS_futex, &never, 0, 0, &(struct timespec){ 600, 0 }))
BLOCK(in_sigtimedwait, sigtimedwait(&set, NULL, &(struct timespec){ 600, 0 }))
BLOCK(in_sigwaitinfo, sigwaitinfo(&set, NULL))
BLOCK(in_sigsuspend, sigsuspend(&(sigset_t){ { ~0ul } }))
BLOCK(in_pause, pause())
BLOCK(in_semop, semop(semaphores, &(struct sembuf){ 0, -1, 0 }, 1))

/* Return when the main thread says so. */
static void *in_sem_wait(void *arg)
{
	if (sem_wait(&posted) == 0)
		awaited++;
	return arg;
}

static void *in_condition(void *arg)
{
	pthread_mutex_lock(&lock);
	while (!flag)
		pthread_cond_wait(&condition, &lock);
	pthread_mutex_unlock(&lock);
	awaited++;
	return arg;
}

static void *in_sigwait(void *arg)
{
	sigset_t set;
	int sig = 0;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	if (sigwait(&set, &sig) == 0 && sig == SIGRTMIN)
		awaited++;
	return arg;
}

int main(void)
{
	static void *(*const forever[])(void *) = { in_nanosleep,    in_sleep_until,	in_clock_nanosleep, in_poll,	   in_select,
						    in_ppoll,	     in_futex,		in_sigtimedwait,    in_sigwaitinfo, in_sigsuspend,
						    in_pause,	     in_semop };
	static void *(*const waiting[])(void *) = { in_sem_wait, in_condition, in_sigwait };
	pthread_t ids[3], id;
	sigset_t all;

	CHECK(sem_init(&never, 0, 0) == 0 && sem_init(&posted, 0, 0) == 0);
	semaphores = semget(IPC_PRIVATE, 1, 0600);
	CHECK(semaphores >= 0);
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	for (unsigned i = 0; i < sizeof forever / sizeof *forever; i++)
		CHECK(pthread_create(&id, NULL, forever[i], NULL) == 0);
	for (unsigned i = 0; i < 3; i++)
		CHECK(pthread_create(&ids[i], NULL, waiting[i], NULL) == 0);
	nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL); /* until every thread is in its call */
	sigemptyset(&all);
	sigaddset(&all, SIGUSR2);
	pthread_sigmask(SIG_UNBLOCK, &all, NULL); /* the checkpoint is asked for by this signal */
	intermission();
	CHECK(awaited == 0);
	sem_post(&posted);
	pthread_mutex_lock(&lock);
	flag = 1;
	pthread_cond_broadcast(&condition);
	pthread_mutex_unlock(&lock);
	pthread_kill(ids[2], SIGRTMIN);
	for (unsigned i = 0; i < 3; i++)
		CHECK(pthread_join(ids[i], NULL) == 0);
	CHECK(awaited == 3 && !returned);
	semctl(semaphores, 0, IPC_RMID);
	pass();
	fflush(stdout);
	_exit(0);
}
