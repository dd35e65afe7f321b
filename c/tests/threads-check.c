/* SPDX-License-Identifier: MIT */
/*
 * threads-check - eight threads that use what a checkpoint may lose, and check themselves all the time.
 *
 *     cc -O2 threads-check.c -pthread -lm && ./threads-check [TICKS [MS]]
 *
 * "tick N" on stdout every MS (100) milliseconds, "PASS" and status 0 after TICKS of them (50), or when the file that
 * CKPT_TEST_GO names is there; "BAD …" and status 1 on the first error. The threads: two and two hand a token to and fro by a mutex and a condition variable, two hold every
 * vector register full of known values over long stretches, one counts in thread-local storage and on its stack, one
 * takes a timer's signals; all of them check their TLS, their name and the floating-point environment.
 */
#define _GNU_SOURCE
#include <fenv.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define THREADS 8
#define SPINS 50000u

static atomic_bool ending;
static atomic_ulong rounds[THREADS]; /* of each thread: all must go on */
static __thread uint64_t tls_number;
static __thread char tls_text[64] = "initial";

static void bad(const char *what, unsigned long index)
{
	char line[160];
	int size = snprintf(line, sizeof(line), "BAD %s (%lu)\n", what, index);

	if (write(1, line, (size_t)size) != size)
		_exit(2);
	_exit(1);
}

/* Own values in TLS, as every thread sets and checks them. */
static void set_tls(int index)
{
	if (tls_number != 0 || strcmp(tls_text, "initial") != 0)
		bad("fresh TLS", (unsigned long)index);
	tls_number = 0x0123456789abcdefull * (unsigned)(index + 1);
	snprintf(tls_text, sizeof(tls_text), "thread number %d", index);
}

static void check_tls(int index)
{
	char want[64], name[16];

	snprintf(want, sizeof(want), "thread number %d", index);
	if (tls_number != 0x0123456789abcdefull * (unsigned)(index + 1) || strcmp(tls_text, want) != 0)
		bad("TLS", (unsigned long)index);
	snprintf(want, sizeof(want), "check-%d", index);
	if (pthread_getname_np(pthread_self(), name, sizeof(name)) != 0 || strcmp(name, want) != 0)
		bad("thread name", (unsigned long)index);
	if (fegetround() != (index % 2 ? FE_UPWARD : FE_TONEAREST))
		bad("rounding mode", (unsigned long)index);
}

static void done_round(int index)
{
	check_tls(index);
	atomic_fetch_add(&rounds[index], 1);
}

/* Pairs: a token goes to and fro under a mutex; whoever holds it has counted it up exactly once. */
static struct pair {
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	unsigned long token;
} pairs[2] = {
	{ PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0 },
	{ PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0 },
};

static void play(int index)
{
	struct pair *pair = &pairs[index / 2];
	unsigned long last = 0;

	while (!atomic_load(&ending)) {
		struct timespec until;

		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec += 1;
		pthread_mutex_lock(&pair->mutex);
		while (pair->token % 2 != (unsigned)index % 2 && !atomic_load(&ending))
			pthread_cond_timedwait(&pair->changed, &pair->mutex, &until);
		if (pair->token % 2 == (unsigned)index % 2) {
			if (pair->token < last || (last != 0 && pair->token != last + 2))
				bad("token", pair->token);
			last = pair->token++;
		}
		pthread_cond_signal(&pair->changed);
		pthread_mutex_unlock(&pair->mutex);
		if (last % 32 == 0)
			usleep(2000); /* others want some of the CPU */
		done_round(index);
	}
}

/* A value for every byte of every register, other ones in every round. */
static void fill(uint8_t *bytes, size_t size, uint64_t seed)
{
	for (size_t i = 0; i < size; i++) {
		seed = seed * 6364136223846793005ull + 1442695040888963407ull;
		bytes[i] = (uint8_t)(seed >> 56);
	}
}

/*
 * Loads all vector registers, counts down with them full, stores them, all in one piece of assembly: no compiler can
 * use a register in between.
 */
static void hold_avx512(const uint8_t *in, uint8_t *out, const uint64_t *masks_in, uint64_t *masks_out)
{
	uint64_t spins = SPINS;

#define EACH(X) \
	X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15) \
	X(16) X(17) X(18) X(19) X(20) X(21) X(22) X(23) X(24) X(25) X(26) X(27) X(28) X(29) X(30) X(31)
#define EACH_MASK(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7)
#define LOAD(N) "vmovdqu64 " #N "*64(%[in]), %%zmm" #N "\n"
#define STORE(N) "vmovdqu64 %%zmm" #N ", " #N "*64(%[out])\n"
#define LOAD_MASK(N) "kmovq " #N "*8(%[masks_in]), %%k" #N "\n"
#define STORE_MASK(N) "kmovq %%k" #N ", " #N "*8(%[masks_out])\n"
	__asm__ volatile(EACH(LOAD) EACH_MASK(LOAD_MASK)
			 "1: pause\n dec %[spins]\n jnz 1b\n" EACH(STORE) EACH_MASK(STORE_MASK) "vzeroupper\n"
			 : [spins] "+r"(spins)
			 : [in] "r"(in), [out] "r"(out), [masks_in] "r"(masks_in), [masks_out] "r"(masks_out)
			 : "memory", "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",
			   "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
#undef LOAD
#undef STORE
#undef EACH
}

static void hold_avx(const uint8_t *in, uint8_t *out)
{
	uint64_t spins = SPINS;

#define EACH(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)
#define LOAD(N) "vmovdqu " #N "*32(%[in]), %%ymm" #N "\n"
#define STORE(N) "vmovdqu %%ymm" #N ", " #N "*32(%[out])\n"
	__asm__ volatile(EACH(LOAD) "1: pause\n dec %[spins]\n jnz 1b\n" EACH(STORE) "vzeroupper\n"
			 : [spins] "+r"(spins)
			 : [in] "r"(in), [out] "r"(out)
			 : "memory", "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",
			   "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
#undef LOAD
#undef STORE
}

static void hold_sse(const uint8_t *in, uint8_t *out)
{
	uint64_t spins = SPINS;

#define LOAD(N) "movdqu " #N "*16(%[in]), %%xmm" #N "\n"
#define STORE(N) "movdqu %%xmm" #N ", " #N "*16(%[out])\n"
	__asm__ volatile(EACH(LOAD) "1: pause\n dec %[spins]\n jnz 1b\n" EACH(STORE)
			 : [spins] "+r"(spins)
			 : [in] "r"(in), [out] "r"(out)
			 : "memory", "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",
			   "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
#undef LOAD
#undef STORE
#undef EACH
}

static const char *vector_kind(void)
{
	__builtin_cpu_init();
	if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw"))
		return "AVX-512";
	return __builtin_cpu_supports("avx") ? "AVX" : "SSE";
}

static void hold_vectors(int index)
{
	const char *kind = vector_kind();
	size_t size = kind[0] == 'S' ? 16 * 16 : kind[3] == '-' ? 32 * 64 : 16 * 32;

	for (uint64_t round = 0; !atomic_load(&ending); round++) {
		uint8_t in[32 * 64], out[32 * 64] = { 0 };
		uint64_t masks_in[8], masks_out[8] = { 0 };

		fill(in, size, round * 31 + (uint64_t)index);
		fill((uint8_t *)masks_in, sizeof(masks_in), round + (uint64_t)index);
		if (kind[0] == 'S')
			hold_sse(in, out);
		else if (kind[3] != '-')
			hold_avx(in, out);
		else
			hold_avx512(in, out, masks_in, masks_out);
		if (memcmp(in, out, size) != 0)
			bad("vector register", (unsigned long)round);
		if (kind[3] == '-' && memcmp(masks_in + 1, masks_out + 1, 7 * 8) != 0)
			bad("mask register", (unsigned long)round);
		usleep(5000);
		done_round(index);
	}
}

/* Deep recursion with values on the stack and on the heap. */
static uint64_t recurse(int depth, uint64_t value)
{
	volatile uint64_t local = value;
	uint64_t *heap = malloc(64 + (size_t)depth);

	if (heap == NULL) {
		bad("malloc", (unsigned long)depth);
		return 0;
	}
	*heap = value;
	uint64_t result = depth == 0 ? value : recurse(depth - 1, value * 3 + 1);

	if (local != value || *heap != value)
		bad("stack or heap", (unsigned long)depth);
	free(heap);
	return result;
}

static void use_stack(int index)
{
	uint64_t want = 1;

	for (int i = 0; i < 200; i++)
		want = want * 3 + 1;
	while (!atomic_load(&ending)) {
		if (recurse(200, 1) != want)
			bad("recursion", 0);
		usleep(500);
		done_round(index);
	}
}

/* A timer of the process; its signal goes to this thread alone, for all others block it. */
static atomic_ulong alarms;
static pthread_t alarm_thread;

static void on_alarm(int number)
{
	if (number != SIGALRM || !pthread_equal(pthread_self(), alarm_thread))
		bad("signal", (unsigned long)number);
	atomic_fetch_add(&alarms, 1);
}

static void take_alarms(int index)
{
	struct sigaction action = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };
	struct itimerval every = { { 0, 20000 }, { 0, 20000 } };
	sigset_t set;

	alarm_thread = pthread_self();
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigaddset(&set, SIGUSR2); /* this thread does not mind that a checkpoint by kill -12 interrupts its sleep */
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &every, NULL);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	while (!atomic_load(&ending)) {
		unsigned long before = atomic_load(&alarms);

		for (int i = 0; i < 1000 && atomic_load(&alarms) == before; i++)
			usleep(10000);
		if (atomic_load(&alarms) == before)
			bad("no alarm came", before);
		done_round(index);
	}
}

static void *thread_main(void *argument)
{
	int index = (int)(intptr_t)argument;
	char name[16];

	snprintf(name, sizeof(name), "check-%d", index);
	pthread_setname_np(pthread_self(), name);
	fesetround(index % 2 ? FE_UPWARD : FE_TONEAREST);
	set_tls(index);
	if (index < 4)
		play(index);
	else if (index < 6)
		hold_vectors(index);
	else if (index == 6)
		use_stack(index);
	else
		take_alarms(index);
	return argument;
}

int main(int argc, char **argv)
{
	unsigned long ticks = argc > 1 ? strtoul(argv[1], NULL, 10) : 50;
	unsigned long ms = argc > 2 ? strtoul(argv[2], NULL, 10) : 100;
	const char *go = getenv("CKPT_TEST_GO");
	unsigned long seen[THREADS] = { 0 }, idle[THREADS] = { 0 };
	pthread_t threads[THREADS];
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigaddset(&set, SIGUSR2);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	printf("vectors: %s\n", vector_kind());
	for (intptr_t i = 0; i < THREADS; i++) {
		if (pthread_create(&threads[i], NULL, thread_main, (void *)i) != 0)
			bad("pthread_create", (unsigned long)i);
	}
	for (unsigned long tick = 1; tick <= ticks && (go == NULL || access(go, F_OK) != 0); tick++) {
		struct timespec wait = { 0, (long)ms * 1000000 };

		if (nanosleep(&wait, NULL) != 0)
			bad("nanosleep was interrupted", tick);
		for (int i = 0; i < THREADS; i++) {
			unsigned long now = atomic_load(&rounds[i]);

			idle[i] = now == seen[i] ? idle[i] + 1 : 0;
			seen[i] = now;
			if (idle[i] * ms > 10000)
				bad("a thread stands still", (unsigned long)i);
		}
		printf("tick %lu\n", tick);
		fflush(stdout);
	}
	atomic_store(&ending, true);
	for (intptr_t i = 0; i < THREADS; i++) {
		void *result;

		if (pthread_join(threads[i], &result) != 0 || result != (void *)i)
			bad("pthread_join", (unsigned long)i);
	}
	printf("PASS\n");
	return 0;
}
