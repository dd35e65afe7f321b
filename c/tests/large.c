/* SPDX-License-Identifier: MIT */
/*
 * large.c - programs that are large in one way: test-large CASE [N [M]]. Each checks itself after every stop that
 * large.sh makes (a checkpoint, a kill and a restart): "ready K", then it waits for the file $CKPT_TEST_GO.K, says "up K TIME"
 * and checks. Two stops, then PASS.
 *
 *   sparse MIB TOUCHED   so much address space, so much of it touched: 5/8 in one piece, the rest in pieces with gaps
 *   huge MIB             regions and file offsets over 4 GiB (MIB: 5120 or more)
 *   mappings N           N mappings, every second one unreadable
 *   too-many             as many mappings as are allowed: refused
 *   threads N            N threads with registers, TLS and a name of their own
 *   headers N            N touched pages with gaps that cost a program header each
 *   descriptors N        N open descriptors, offsets of their own or shared
 *   pending N            N pending real-time signals with values, in order; a tenth of that for one thread
 *   pending-alone N      the same in a program of one thread
 *   names                long paths of files, folders and arguments; to be started in the folder that is to be its own
 *   deep                 a file whose path is longer than a path can be: refused
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "act.h"

#define STOPS 2
#define PAGE 4096ul
#define MIB (1ul << 20)
#define GIB (1ul << 30)

/* Where large.sh stops the program for the K-th time. */
static void stop_here(int k)
{
	const char *go = getenv("CKPT_TEST_GO");
	struct timespec now;
	char path[8192];

	snprintf(path, sizeof path, "%s.%d", go ? go : "/", k);
	printf("ready %d\n", k);
	fflush(stdout);
	while (go && access(path, F_OK) != 0)
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	clock_gettime(CLOCK_REALTIME, &now);
	printf("up %d %lld%09ld\n", k, (long long)now.tv_sec, now.tv_nsec);
	fflush(stdout);
}

static uint64_t value_of(uint64_t address)
{
	address = (address + 1) * 0x9e3779b97f4a7c15ull;
	return (address ^ address >> 29) * 0xbf58476d1ce4e5b9ull | 1;
}

static void fill_page(uint64_t *page)
{
	for (size_t i = 0; i < PAGE / 8; i++)
		page[i] = value_of((uint64_t)(uintptr_t)(page + i));
}

static bool page_is_filled(const uint64_t *page)
{
	for (size_t i = 0; i < PAGE / 8; i++)
		if (page[i] != value_of((uint64_t)(uintptr_t)(page + i)))
			return false;
	return true;
}

/* n bytes of address space that no huge page fills: what is touched is resident, and nothing else. */
static uint8_t *reserve(size_t n)
{
	uint8_t *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	CHECK(p != MAP_FAILED);
	madvise(p, n, MADV_NOHUGEPAGE);
	return p;
}

/* Every page that `touched` tells of is filled, every other one was never made. */
static void check_pages(const uint8_t *p, size_t n, bool (*touched)(size_t page))
{
	enum { BATCH = 65536 };
	static uint64_t words[BATCH];
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

	CHECK(fd >= 0);
	for (size_t page = 0; page < n / PAGE; page++) {
		size_t left = n / PAGE - page;
		uint64_t word;

		if (page % BATCH == 0)
			CHECK(pread(fd, words, 8 * (left < BATCH ? left : BATCH),
				    (off_t)(((uintptr_t)p + page * PAGE) / PAGE * 8)) > 0);
		word = words[page % BATCH];
		if (!(word >> 62) == touched(page)) {
			printf("FAIL page %zu of %zu is %s\n", page, n / PAGE, word >> 62 ? "there" : "not there");
			exit(1);
		}
		if (touched(page) && !page_is_filled((const uint64_t *)(const void *)(p + page * PAGE))) {
			printf("FAIL page %zu of %zu holds something else\n", page, n / PAGE);
			exit(1);
		}
	}
	close(fd);
}

static size_t dense, period, length; /* pages: touched in one piece; then `length` of every `period` */

static bool in_pattern(size_t page)
{
	return page < dense || (page - dense) % period >= period - length;
}

static void sparse(size_t all, size_t touched)
{
	uint8_t *p = reserve(all * MIB);
	size_t pages = all * MIB / PAGE;

	dense = touched * MIB / PAGE * 5 / 8;
	length = 64;
	CHECK(touched * MIB / PAGE * 3 / 8 >= length);
	period = (pages - dense) / (touched * MIB / PAGE * 3 / 8 / length);
	CHECK(period > length);
	for (size_t i = 0; i < pages; i++)
		if (in_pattern(i))
			fill_page((uint64_t *)(void *)(p + i * PAGE));
	for (int k = 1; k <= STOPS; k++) {
		stop_here(k);
		check_pages(p, all * MIB, in_pattern);
	}
	CHECK(p[(dense + 1) * PAGE] == 0);
}

static void headers(size_t n)
{
	uint8_t *p;

	dense = 0;
	length = 1;
	period = 2; /* every second page: a gap of one page is no memory in the program that comes back, either */
	p = reserve(n * period * PAGE);
	for (size_t i = 0; i < n * period; i++)
		if (in_pattern(i))
			fill_page((uint64_t *)(void *)(p + i * PAGE));
	for (int k = 1; k <= STOPS; k++) {
		stop_here(k);
		check_pages(p, n * period * PAGE, in_pattern);
	}
}

static void huge(size_t mib)
{
	size_t n = mib * MIB;
	char name[4096];
	uint8_t *anon = reserve(n), *private, *shared;
	int fd;

	CHECK(n > 4 * GIB + 64 * MIB);
	snprintf(name, sizeof name, "%s.file", getenv("CKPT_TEST_GO"));
	fd = open(name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	CHECK(fd >= 0 && ftruncate(fd, (off_t)(n + PAGE)) == 0);
	CHECK(pwrite(fd, "behind", 6, (off_t)n) == 6);
	private = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, fd, 0);
	shared = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED, fd, PAGE);
	CHECK(private != MAP_FAILED && shared != MAP_FAILED);
	for (size_t at = 0; at < n; at += n / 64 / PAGE * PAGE) {
		fill_page((uint64_t *)(void *)(anon + at));
		fill_page((uint64_t *)(void *)(private + at));
	}
	for (size_t at = 4 * GIB - 2 * PAGE; at < 4 * GIB + 2 * PAGE; at += PAGE) {
		fill_page((uint64_t *)(void *)(anon + at));
		fill_page((uint64_t *)(void *)(private + at));
	}
	shared[4 * GIB + 5] = 's';
	lseek(fd, (off_t)(4 * GIB + 77), SEEK_SET);
	for (int k = 1; k <= STOPS; k++) {
		char byte = 0;

		stop_here(k);
		for (size_t at = 0; at < n; at += n / 64 / PAGE * PAGE) {
			CHECK(page_is_filled((const uint64_t *)(const void *)(anon + at)));
			CHECK(page_is_filled((const uint64_t *)(const void *)(private + at)));
		}
		for (size_t at = 4 * GIB - 2 * PAGE; at < 4 * GIB + 2 * PAGE; at += PAGE) {
			CHECK(page_is_filled((const uint64_t *)(const void *)(anon + at)));
			CHECK(page_is_filled((const uint64_t *)(const void *)(private + at)));
		}
		CHECK(anon[4 * GIB + 16 * PAGE] == 0 && private[4 * GIB + 16 * PAGE] == 0);
		CHECK(memcmp(shared + n - PAGE, "behind", 6) == 0 && shared[4 * GIB + 5] == 's');
		CHECK(lseek(fd, 0, SEEK_CUR) == (off_t)(4 * GIB + 77));
		shared[4 * GIB + 6] = (uint8_t)('0' + k);
		CHECK(pread(fd, &byte, 1, (off_t)(4 * GIB + 6 + PAGE)) == 1 && byte == '0' + k);
	}
}

/* The lines of maps that begin in [p, p + n): count, and whether each second page is its own. */
static size_t count_mappings(const uint8_t *p, size_t n)
{
	FILE *f = fopen("/proc/self/maps", "r");
	unsigned long start, end, next = (unsigned long)(uintptr_t)p;
	size_t count = 0;
	char line[8192], prot[8];

	CHECK(f);
	while (fgets(line, sizeof line, f)) {
		CHECK(sscanf(line, "%lx-%lx %7s", &start, &end, prot) == 3);
		if (start < (uintptr_t)p || start >= (uintptr_t)p + n)
			continue;
		CHECK(start == next && strcmp(prot, count % 2 ? "---p" : "rw-p") == 0);
		next = start + PAGE;
		count++;
	}
	fclose(f);
	return count;
}

static void mappings(size_t n)
{
	uint8_t *guard = mmap(NULL, (n + 2) * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint8_t *p = guard + PAGE;

	CHECK(guard != MAP_FAILED && n % 2 == 0);
	CHECK(mprotect(p, n * PAGE, PROT_NONE) == 0);
	for (size_t i = 0; i < n; i += 2) {
		if (mprotect(p + i * PAGE, PAGE, PROT_READ | PROT_WRITE) != 0) {
			printf("SKIP: no more than %zu mappings are allowed here (vm.max_map_count)\n", i);
			exit(77);
		}
		fill_page((uint64_t *)(void *)(p + i * PAGE));
	}
	CHECK(count_mappings(p, n * PAGE) == n);
	for (int k = 1; k <= STOPS; k++) {
		stop_here(k);
		for (size_t i = 0; i < n; i += 2)
			CHECK(page_is_filled((const uint64_t *)(const void *)(p + i * PAGE)));
		CHECK(count_mappings(p, n * PAGE) == n);
	}
}

static void too_many(void)
{
	enum { MOST = 200000 };
	uint8_t *p = mmap(NULL, MOST * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t n = 0;

	CHECK(p != MAP_FAILED);
	while (n < MOST && mprotect(p + n * PAGE, PAGE, PROT_READ) == 0)
		n += 2;
	if (n >= MOST) {
		printf("SKIP: more than %d mappings are allowed here (vm.max_map_count)\n", MOST);
		exit(77);
	}
	stop_here(1);
	CHECK(p[0] == 0 && p[(n - 2) * PAGE] == 0);
}

static atomic_uint stage;
static atomic_uint arrived, seen;
static __thread uint64_t tls_word = 7;
static __thread char tls_text[32] = "initial";

/*
 * Sleeps until *word is no longer `now`, with the callee-saved registers and xmm6 to xmm15 full of `in`; what they hold then
 * goes to `out`. No compiler can use a register in between.
 */
void wait_with_registers(atomic_uint *word, unsigned now, const uint64_t in[25], uint64_t out[25]);
__asm__(".pushsection .text\n"
	".globl wait_with_registers\n"
	".type wait_with_registers, @function\n"
	"wait_with_registers:\n"
	"	push %rbx\n	push %rbp\n	push %r12\n	push %r13\n	push %r14\n	push %r15\n	push %rcx\n"
	"	mov (%rdx), %rbx\n	mov 8(%rdx), %rbp\n	mov 16(%rdx), %r12\n"
	"	mov 24(%rdx), %r13\n	mov 32(%rdx), %r14\n"
	"	movdqu 40(%rdx), %xmm6\n	movdqu 56(%rdx), %xmm7\n	movdqu 72(%rdx), %xmm8\n"
	"	movdqu 88(%rdx), %xmm9\n	movdqu 104(%rdx), %xmm10\n	movdqu 120(%rdx), %xmm11\n"
	"	movdqu 136(%rdx), %xmm12\n	movdqu 152(%rdx), %xmm13\n	movdqu 168(%rdx), %xmm14\n"
	"	movdqu 184(%rdx), %xmm15\n"
	"	mov %esi, %r15d\n"
	"1:	cmp %r15d, (%rdi)\n"
	"	jne 2f\n"
	"	mov $202, %eax\n" /* futex(word, FUTEX_WAIT_PRIVATE, now, NULL) */
	"	mov $128, %esi\n"
	"	mov %r15d, %edx\n"
	"	xor %r10d, %r10d\n"
	"	syscall\n"
	"	jmp 1b\n"
	"2:	pop %rcx\n"
	"	mov %rbx, (%rcx)\n	mov %rbp, 8(%rcx)\n	mov %r12, 16(%rcx)\n"
	"	mov %r13, 24(%rcx)\n	mov %r14, 32(%rcx)\n"
	"	movdqu %xmm6, 40(%rcx)\n	movdqu %xmm7, 56(%rcx)\n	movdqu %xmm8, 72(%rcx)\n"
	"	movdqu %xmm9, 88(%rcx)\n	movdqu %xmm10, 104(%rcx)\n	movdqu %xmm11, 120(%rcx)\n"
	"	movdqu %xmm12, 136(%rcx)\n	movdqu %xmm13, 152(%rcx)\n	movdqu %xmm14, 168(%rcx)\n"
	"	movdqu %xmm15, 184(%rcx)\n"
	"	pop %r15\n	pop %r14\n	pop %r13\n	pop %r12\n	pop %rbp\n	pop %rbx\n"
	"	ret\n"
	".popsection");

static void *thread_main(void *arg)
{
	unsigned index = (unsigned)(uintptr_t)arg;
	uint64_t in[25], out[25];
	char name[16], now[16];
	pthread_t self = pthread_self();

	CHECK(tls_word == 7 && strcmp(tls_text, "initial") == 0);
	tls_word = value_of(index);
	snprintf(tls_text, sizeof tls_text, "thread %u", index);
	snprintf(name, sizeof name, "large-%u", index);
	pthread_setname_np(self, name);
	atomic_fetch_add(&arrived, 1);
	for (unsigned k = 0; k < STOPS; k++) {
		for (unsigned i = 0; i < 25; i++)
			in[i] = value_of(index * 1000u + k * 100u + i);
		wait_with_registers(&stage, k, in, out);
		CHECK(memcmp(in, out, sizeof in) == 0);
		snprintf(now, sizeof now, "thread %u", index);
		CHECK(tls_word == value_of(index) && strcmp(tls_text, now) == 0 && pthread_self() == self);
		CHECK(pthread_getname_np(self, now, sizeof now) == 0 && strcmp(now, name) == 0);
		atomic_fetch_add(&seen, 1);
	}
	return arg;
}

static void threads(size_t n)
{
	pthread_t *all = calloc(n + 1, sizeof *all);
	pthread_attr_t attr;

	CHECK(all);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 64 << 10);
	for (size_t i = 0; i < n; i++) {
		int err = pthread_create(&all[i], &attr, thread_main, (void *)i);

		if (err == EAGAIN) {
			printf("SKIP: no more than %zu threads are allowed here (ulimit -u, cgroup pids.max)\n", i);
			exit(77);
		}
		CHECK(err == 0);
	}
	while (atomic_load(&arrived) < n)
		usleep(1000);
	for (int k = 1; k <= STOPS; k++) {
		stop_here(k);
		atomic_store(&stage, (unsigned)k);
		syscall(SYS_futex, &stage, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
		for (int i = 0; i < 60000 && atomic_load(&seen) < n * (unsigned)k; i++)
			usleep(1000);
		CHECK(atomic_load(&seen) == n * (unsigned)k);
	}
	for (size_t i = 0; i < n; i++) {
		void *result;

		CHECK(pthread_join(all[i], &result) == 0 && result == (void *)i);
	}
	free(all);
}

/* As many descriptors as asked for, or as are allowed: a third opened once each, a third duplicates, a third devices. */
static void descriptors(size_t n)
{
	struct rlimit limit;
	char name[4096];
	int first;

	CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	if (limit.rlim_max < n + 100) {
		n = limit.rlim_max - 100;
		printf("only %zu descriptors are allowed here (ulimit -Hn)\n", n);
	}
	n = n / 3 * 3;
	limit.rlim_cur = limit.rlim_max;
	CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	snprintf(name, sizeof name, "%s.file", getenv("CKPT_TEST_GO"));
	first = open(name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	CHECK(first >= 0 && ftruncate(first, 1 << 20) == 0);
	for (size_t i = 0; i < n; i += 3) {
		int fd = i ? open(name, O_RDWR | O_CLOEXEC) : first;

		CHECK(fd == first + (int)i);
		CHECK(lseek(fd, (off_t)i, SEEK_SET) == (off_t)i);
		CHECK(dup(fd) == fd + 1);
		CHECK(open("/dev/null", O_WRONLY) == fd + 2);
	}
	for (int k = 1; k <= STOPS; k++) {
		stop_here(k);
		for (size_t i = 0; i < n; i += 3) {
			int fd = first + (int)i;
			off_t old = (off_t)(i + (unsigned)(k - 1) * 3);

			CHECK(fcntl(fd, F_GETFD) == FD_CLOEXEC && fcntl(fd + 1, F_GETFD) == 0);
			CHECK(lseek(fd, 0, SEEK_CUR) == old && lseek(fd + 1, 3, SEEK_CUR) == old + 3);
			CHECK(lseek(fd, 0, SEEK_CUR) == old + 3);
			CHECK((fcntl(fd + 2, F_GETFL) & O_ACCMODE) == O_WRONLY && write(fd + 2, "x", 1) == 1);
		}
		CHECK(fcntl(first + (int)n, F_GETFD) == -1);
	}
	unlink(name);
}

static void queue_all(size_t n)
{
	for (size_t i = 0; i < n; i++) {
		union sigval value = { .sival_ptr = (void *)value_of(i) };

		if (sigqueue(getpid(), SIGRTMIN + 1, value) != 0) {
			CHECK(errno == EAGAIN);
			printf("SKIP: no more than %zu signals can be pending here (ulimit -i)\n", i);
			exit(77);
		}
	}
	for (size_t i = 0; i < n / 10; i++)
		CHECK(pthread_sigqueue(pthread_self(), SIGRTMIN + 2,
				       (union sigval){ .sival_ptr = (void *)value_of(i + n) }) == 0);
}

static void *idle(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static void pending(size_t n, bool alone)
{
	pthread_t other;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN + 1);
	sigaddset(&set, SIGRTMIN + 2);
	CHECK(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
	CHECK(alone || pthread_create(&other, NULL, idle, NULL) == 0);
	queue_all(n);
	for (int k = 1; k <= STOPS; k++) {
		siginfo_t info;
		size_t got[2] = { 0 };
		int sig;

		stop_here(k);
		while ((sig = sigtimedwait(&set, &info, &(struct timespec){ 0 })) > 0) {
			size_t at = got[sig - SIGRTMIN - 1]++;

			CHECK(info.si_code == SI_QUEUE);
			CHECK(info.si_value.sival_ptr == (void *)value_of(sig == SIGRTMIN + 1 ? at : at + n));
		}
		if (got[0] != n || got[1] != n / 10)
			printf("%zu of %zu and %zu of %zu came\n", got[0], n, got[1], n / 10);
		CHECK(got[0] == n && got[1] == n / 10);
		queue_all(n);
	}
}

/* A folder, a mapped file, a descriptor, the working folder, the executable: all with paths of some 4,000 bytes. */
static void names(void)
{
	char part[252], cwd[4096], now[4096], exe[4096], *arguments = NULL, *line = NULL;
	size_t had = 0, has = 0, room = 0;
	FILE *f;
	char *map;
	int fd;

	memset(part, 'n', sizeof part - 1);
	part[sizeof part - 1] = 0;
	CHECK(getcwd(cwd, sizeof cwd) && strlen(cwd) > 3700);
	fd = open(part, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	CHECK(fd >= 0 && write(fd, "content", 7) == 7 && ftruncate(fd, PAGE) == 0);
	map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(map != MAP_FAILED);
	f = fopen("/proc/self/cmdline", "r");
	CHECK(f && (had = (size_t)getdelim(&arguments, &room, EOF, f)) > 100000);
	fclose(f);
	for (int k = 1; k <= STOPS; k++) {
		stop_here(k);
		CHECK(getcwd(now, sizeof now) && strcmp(now, cwd) == 0);
		CHECK(readlink("/proc/self/exe", exe, sizeof exe) > 3700);
		CHECK(lseek(fd, 0, SEEK_CUR) == 7);
		map[7] = (char)('0' + k);
		CHECK(read(fd, now, 1) == 1 && now[0] == '0' + k && lseek(fd, 7, SEEK_SET) == 7);
		f = fopen("/proc/self/cmdline", "r");
		room = 0;
		line = NULL;
		CHECK(f && (has = (size_t)getdelim(&line, &room, EOF, f)) == had && memcmp(line, arguments, had) == 0);
		fclose(f);
		free(line);
	}
}

static void deep(void)
{
	char part[201], go[4096];
	int home, fd;

	memset(part, 'd', sizeof part - 1);
	part[sizeof part - 1] = 0;
	snprintf(go, sizeof go, "%s", getenv("CKPT_TEST_GO"));
	*strrchr(go, '/') = 0;
	home = open(go, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(home >= 0 && fchdir(home) == 0);
	for (int i = 0; i < 25; i++)
		CHECK(mkdir(part, 0700) == 0 && chdir(part) == 0);
	fd = open("file", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	CHECK(fd >= 0 && fchdir(home) == 0);
	close(home);
	stop_here(1);
	CHECK(write(fd, "x", 1) == 1);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	size_t n = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;

	if (strcmp(what, "sparse") == 0)
		sparse(n, argc > 3 ? strtoul(argv[3], NULL, 10) : 0);
	else if (strcmp(what, "huge") == 0)
		huge(n);
	else if (strcmp(what, "mappings") == 0)
		mappings(n);
	else if (strcmp(what, "threads") == 0)
		threads(n);
	else if (strcmp(what, "headers") == 0)
		headers(n);
	else if (strcmp(what, "descriptors") == 0)
		descriptors(n);
	else if (strcmp(what, "pending") == 0)
		pending(n, false);
	else if (strcmp(what, "pending-alone") == 0)
		pending(n, true);
	else if (strcmp(what, "names") == 0)
		names();
	else if (strcmp(what, "too-many") == 0)
		too_many();
	else if (strcmp(what, "deep") == 0)
		deep();
	else
		return 2;
	return pass();
}
