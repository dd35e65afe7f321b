/* SPDX-License-Identifier: MIT */
/*
 * flip.c - damages copies of an image and has each restarted:
 *
 *   flip RESTART IMAGE COPY whole           it is whole: it must tick
 *   flip RESTART IMAGE COPY cuts COUNT      cut off: at COUNT places, all of them where COUNT is 0
 *   flip RESTART IMAGE COPY bits COUNT SEED one bit or byte altered: COUNT times, in every part of the file
 *   flip RESTART IMAGE COPY moved COUNT SEED two pages, or a page and the notes, have changed places; bytes behind the end
 *   flip RESTART IMAGE COPY foreign OTHER   the seal, the head, the data of the image OTHER
 *
 * Each time: status 125, one line on stderr that begins with "ckpt: " and names the copy, nothing on stdout, no process left,
 * within 20 seconds, and no more resident memory than the image and 16 MiB. Prints what was tried.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096u
#define DEADLINE_MS 20000

static const char *restart, *copy_name;
static uint8_t *image;
static size_t size;
static size_t data_offset, seal_offset;
static int copy = -1;
static const char *what = "whole"; /* is being tried */
static size_t where;
static unsigned long runs;
static long peak; /* KiB */
static int64_t slowest;

struct outcome {
	int status; /* of wait4 */
	char out[256], err[8192];
	size_t out_size, err_size;
	long memory; /* KiB */
};

__attribute__((noreturn, format(printf, 1, 2))) static void fail(const char *fmt, ...)
{
	va_list ap;

	printf("FAIL %s at %zu of %zu (data %zu, seal %zu): ", what, where, size, data_offset, seal_offset);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	exit(1);
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ll + ts.tv_nsec / 1000000;
}

/* A small generator of numbers that is the same everywhere (xorshift64*). */
static uint64_t seed;

static uint64_t number(uint64_t below)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (seed * 0x2545f4914f6cdd1dull >> 11) % below;
}

/* Reads what there is; false at the end. */
static bool take(int fd, char *to, size_t room, size_t *n)
{
	char more[4096];
	ssize_t got = read(fd, more, sizeof more);

	if (got <= 0)
		return got < 0 && errno == EINTR;
	for (ssize_t i = 0; i < got; i++)
		if (*n + 1 < room)
			to[(*n)++] = more[i];
	to[*n] = 0;
	return true;
}

/* Restarts the copy. Where it is to tick, it is ended at its first word. */
static void run(const char *pids, bool ticks, struct outcome *o)
{
	struct pollfd fds[2];
	struct rusage usage;
	int64_t begin = now_ms();
	int64_t took;
	int out[2], err[2];
	int open = 2;
	pid_t pid;

	memset(o, 0, sizeof *o);
	if (pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC))
		fail("pipe2: %s", strerror(errno));
	pid = fork();
	if (pid < 0)
		fail("fork: %s", strerror(errno));
	if (pid == 0) {
		int null = open64("/dev/null", O_RDONLY);

		dup2(null, 0);
		dup2(out[1], 1);
		dup2(err[1], 2);
		execl(restart, restart, "--pids", pids, copy_name, (char *)NULL);
		_exit(99);
	}
	close(out[1]);
	close(err[1]);
	fds[0] = (struct pollfd){ .fd = out[0], .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = err[0], .events = POLLIN };
	while (open) {
		int left = (int)(begin + DEADLINE_MS - now_ms());

		if (left <= 0 || (poll(fds, 2, left) == 0)) {
			kill(pid, SIGKILL);
			fail("no end after %d ms; stdout \"%s\", stderr \"%s\"", DEADLINE_MS, o->out, o->err);
		}
		if (fds[0].revents && !take(out[0], o->out, sizeof o->out, &o->out_size))
			fds[0].fd = -1, open--;
		if (fds[1].revents && !take(err[0], o->err, sizeof o->err, &o->err_size))
			fds[1].fd = -1, open--;
		if (ticks && o->out_size)
			kill(pid, SIGKILL);
	}
	close(out[0]);
	close(err[0]);
	if (wait4(pid, &o->status, __WALL, &usage) != pid)
		fail("wait4: %s", strerror(errno));
	o->memory = usage.ru_maxrss;
	/* We are the reaper of all below us: whoever is left may take a moment to end, but must. */
	alarm(DEADLINE_MS / 1000);
	while (waitpid(-1, NULL, __WALL) > 0)
		;
	if (errno != ECHILD)
		fail("a process was left: %s", strerror(errno));
	alarm(0);
	took = now_ms() - begin;
	if (took > slowest)
		slowest = took;
	if (o->memory > peak)
		peak = o->memory;
	runs++;
}

static void refused(const char *pids)
{
	struct outcome o;
	char *end;

	run(pids, false, &o);
	if (o.out_size)
		fail("the program ran: \"%s\", stderr \"%s\"", o.out, o.err);
	if (!WIFEXITED(o.status) || WEXITSTATUS(o.status) != 125)
		fail("wait status 0x%x, stderr \"%s\"", o.status, o.err);
	end = strchr(o.err, '\n');
	if (!o.err_size || !end || end[1])
		fail("not one line: \"%s\"", o.err);
	if (strncmp(o.err, "ckpt: ", 6) || !strstr(o.err, copy_name))
		fail("not a line of ckpt that names it: \"%s\"", o.err);
	if (o.memory > (long)(size >> 10) + (16 << 10))
		fail("%ld KiB of memory", o.memory);
}

static void ticks(void)
{
	struct outcome o;

	run("fresh", true, &o);
	if (strncmp(o.out, "tick\n", 5) || o.err_size)
		fail("it does not tick: status 0x%x, \"%s\", \"%s\"", o.status, o.out, o.err);
}

static void put(size_t at, const void *bytes, size_t n)
{
	if (pwrite(copy, bytes, n, (off_t)at) != (ssize_t)n)
		fail("pwrite: %s", strerror(errno));
}

static void whole(void)
{
	put(0, image, size);
	if (ftruncate(copy, (off_t)size))
		fail("ftruncate: %s", strerror(errno));
}

static void progress(unsigned long done, unsigned long all)
{
	static int64_t last;

	if (!last)
		last = now_ms();
	if (now_ms() - last < 10000)
		return;
	last = now_ms();
	printf("%s: %lu of %lu\n", what, done, all);
	fflush(stdout);
}

/* Each length from one byte to all but one, rising: the copy only grows. */
static void cuts(unsigned long count)
{
	size_t step = count && count < size ? size / count : 1;
	size_t done = 0;

	what = "cut off";
	if (ftruncate(copy, 0))
		fail("ftruncate: %s", strerror(errno));
	for (where = 0; where < size; where += step) {
		put(done, image + done, where - done);
		done = where;
		refused("fresh");
		progress(where, size);
	}
	/* around every border */
	whole();
	for (int i = -2; i <= 2; i++) {
		size_t borders[] = { 64, 64 + 56, data_offset, data_offset + PAGE, seal_offset, size };

		for (unsigned k = 0; k < sizeof borders / sizeof *borders; k++) {
			where = borders[k] + (size_t)(long)i;
			if (where >= size)
				continue;
			whole();
			if (ftruncate(copy, (off_t)where))
				fail("ftruncate: %s", strerror(errno));
			refused("fresh");
		}
	}
	whole();
}

/* A place in any part, each part as likely: header, program headers, notes and padding, data, seal, the last bytes. */
static size_t any_place(void)
{
	Elf64_Phdr note;

	memcpy(&note, image + sizeof(Elf64_Ehdr), sizeof note);
	switch (number(8)) {
	case 0:
		return number(sizeof(Elf64_Ehdr));
	case 1:
		return sizeof(Elf64_Ehdr) + number(note.p_offset - sizeof(Elf64_Ehdr));
	case 2:
	case 3:
		return note.p_offset + number(note.p_filesz);
	case 4:
		if (note.p_offset + note.p_filesz < data_offset)
			return note.p_offset + note.p_filesz + number(data_offset - note.p_offset - note.p_filesz);
		return number(size);
	case 5:
		return seal_offset + number(size - seal_offset);
	case 6:
		return size - 1 - number(16);
	default:
		return data_offset + number(seal_offset - data_offset);
	}
}

static void bits(unsigned long count)
{
	what = "altered";
	for (unsigned long i = 0; i < count; i++) {
		uint8_t byte;

		where = any_place();
		byte = image[where] ^ (number(2) ? (uint8_t)(1u << number(8)) : (uint8_t)(1 + number(255)));
		put(where, &byte, 1);
		refused(i % 16 == 15 ? "auto" : "fresh");
		put(where, image + where, 1);
		progress(i, count);
	}
	/* every byte of the seal, and of the header */
	for (where = 0; where < size; where = where + 1 == sizeof(Elf64_Ehdr) ? seal_offset : where + 1) {
		uint8_t byte = image[where] ^ 0x20;

		put(where, &byte, 1);
		refused("fresh");
		put(where, image + where, 1);
	}
}

static void moved(unsigned long count)
{
	size_t pages = seal_offset / PAGE;

	what = "moved";
	for (unsigned long i = 0; i < count; i++) {
		size_t a = number(pages) * PAGE;
		size_t b = i % 3 ? number(pages) * PAGE : a ^ PAGE;
		size_t n = PAGE;

		if (b + n > seal_offset || !memcmp(image + a, image + b, n))
			continue;
		where = a;
		put(a, image + b, n);
		if (i % 2) /* else the page is there twice */
			put(b, image + a, n);
		refused("fresh");
		put(a, image + a, n);
		put(b, image + b, n);
		progress(i, count);
	}
	what = "longer";
	where = size;
	for (size_t n = 1; n < 100000; n = n * 3 + 1) {
		uint8_t *more = calloc(1, n);

		memcpy(more, image + seal_offset, n < size - seal_offset ? n : size - seal_offset);
		put(size, more, n);
		free(more);
		refused("fresh");
		whole();
	}
}

static uint8_t *read_file(const char *name, size_t *n)
{
	struct stat st;
	uint8_t *bytes;
	int fd = open64(name, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) || !(bytes = malloc((size_t)st.st_size)) ||
	    read(fd, bytes, (size_t)st.st_size) != st.st_size) {
		printf("FAIL %s can't be read\n", name);
		exit(1);
	}
	close(fd);
	*n = (size_t)st.st_size;
	return bytes;
}

static void borders(const uint8_t *bytes, size_t n, size_t *data, size_t *seal)
{
	Elf64_Ehdr h;
	Elf64_Phdr p;

	memcpy(&h, bytes, sizeof h);
	memcpy(&p, bytes + sizeof h, sizeof p);
	*data = (p.p_offset + p.p_filesz + PAGE - 1) / PAGE * PAGE;
	memcpy(&p, bytes + sizeof h + (h.e_phnum - 1u) * sizeof p, sizeof p);
	*seal = p.p_offset;
	if (*seal + p.p_filesz != n) {
		printf("FAIL no image\n");
		exit(1);
	}
}

/* Two images of one program, a moment apart: head, data and seal change places. */
static void foreign(const char *name)
{
	size_t other_size, other_data, other_seal;
	uint8_t *other = read_file(name, &other_size);

	what = "foreign";
	borders(other, other_size, &other_data, &other_seal);
	for (unsigned parts = 1; parts < 7; parts++) { /* bits: head, data, seal of the other */
		const uint8_t *from[3] = { image, image + data_offset, image + seal_offset };
		size_t n[3] = { data_offset, seal_offset - data_offset, size - seal_offset };
		const uint8_t *from_other[3] = { other, other + other_data, other + other_seal };
		size_t n_other[3] = { other_data, other_seal - other_data, other_size - other_seal };
		size_t at = 0;

		where = parts;
		/* The data of the two may be the same. */
		if (n[1] == n_other[1] && !memcmp(from[1], from_other[1], n[1]) && (parts == 2 || parts == 5))
			continue;
		for (unsigned i = 0; i < 3; i++) {
			bool theirs = parts >> i & 1;

			put(at, theirs ? from_other[i] : from[i], theirs ? n_other[i] : n[i]);
			at += theirs ? n_other[i] : n[i];
		}
		if (ftruncate(copy, (off_t)at))
			fail("ftruncate: %s", strerror(errno));
		refused("fresh");
	}
	free(other);
	whole();
}

static void on_alarm(int sig)
{
	(void)sig;
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = on_alarm }; /* without SA_RESTART: it ends a wait */
	const char *mode = argc > 4 ? argv[4] : "";
	unsigned long count = argc > 5 ? strtoul(argv[5], NULL, 10) : 0;

	close_range(3, ~0u, 0);
	if (argc < 5)
		return 2;
	restart = argv[1];
	copy_name = argv[3];
	seed = (argc > 6 ? strtoull(argv[6], NULL, 10) : 1) * 0x9e3779b97f4a7c15ull | 1;
	sigaction(SIGALRM, &action, NULL);
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	image = read_file(argv[2], &size);
	borders(image, size, &data_offset, &seal_offset);
	copy = open64(copy_name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (copy < 0)
		fail("%s: %s", copy_name, strerror(errno));
	whole();
	if (!strcmp(mode, "cuts"))
		cuts(count);
	else if (!strcmp(mode, "bits"))
		bits(count);
	else if (!strcmp(mode, "moved"))
		moved(count);
	else if (!strcmp(mode, "foreign"))
		foreign(argv[5]);
	else if (strcmp(mode, "whole"))
		return 2;
	what = "whole";
	where = 0;
	ticks(); /* the copy is as it was: what was refused was refused for its damage */
	printf("%s: %lu restarts of an image of %zu bytes, at most %ld KiB and %ld ms each\n", mode, runs, size, peak,
	       (long)slowest);
	return 0;
}
