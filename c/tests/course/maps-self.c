/* SPDX-License-Identifier: MIT */
/*
 * maps-self FOLDER agree|outside|quiet|changing - do the functions of proc-self-maps say what the kernel says?
 *
 * agree: with 5,000 mappings and more, long paths and odd ones: line by line with the text of /proc/self/maps, and with the
 *	PROCMAP_QUERY ioctl where the kernel has it (it gives names without any escape).
 * outside: prints as proc-self-maps does, with the same mappings, says "ready" on stderr and waits for the end of its input.
 * quiet: allocates nothing, makes no other system calls, leaves no descriptor, does not touch descriptor 0.
 * changing: mappings come and go during the walk.
 */
int proc_self_maps_main(int argc, char **argv);
#define main proc_self_maps_main
#include "../../examples/proc-self-maps.c" // NOLINT(bugprone-suspicious-include): its main() is another one
#undef main

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define PAGE ((size_t)4096)
#define HALF 2500 /* so many nameless ones, and so many of a file */

#define CHECK(what) \
	do { \
		if (!(what)) { \
			fprintf(stderr, "FAIL line %d: %s (%s)\n", __LINE__, #what, strerror(errno)); \
			exit(1); \
		} \
	} while (0)

/* glibc's own allocator behind a wall that can be closed. */
extern void *__libc_malloc(size_t size);
static volatile bool no_malloc;

void *malloc(size_t size)
{
	if (no_malloc)
		abort();
	return __libc_malloc(size);
}

/* Makes a file of two pages in the current folder, under a name, and maps its second page. */
static void *map_file(const char *name, int prot, int flags)
{
	int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	CHECK(fd >= 0);
	CHECK(ftruncate(fd, 2 * PAGE) == 0);

	void *memory = mmap(NULL, PAGE, prot, flags, fd, PAGE);

	CHECK(memory != MAP_FAILED);
	CHECK(close(fd) == 0);
	return memory;
}

/* Maps a file whose path has `length` characters, often. */
static void map_long(const char *folder, size_t length, char letter, int times)
{
	char name[256];
	size_t done = strlen(folder);

	CHECK(chdir(folder) == 0);
	memset(name, letter, sizeof(name));
	for (; length - done - 1 > 255; done += 1 + 200) {
		name[200] = '\0';
		CHECK(mkdir(name, 0700) == 0 || errno == EEXIST);
		CHECK(chdir(name) == 0);
		name[200] = letter;
	}
	name[length - done - 1] = '\0';
	for (int i = 0; i < times; i++)
		map_file(name, i % 2 == 0 ? PROT_READ : PROT_NONE, MAP_PRIVATE);
	CHECK(chdir(folder) == 0);
}

static void make_mappings(const char *folder)
{
	for (int i = 0; i < HALF; i++)
		CHECK(mmap(NULL, PAGE, i % 2 == 0 ? PROT_READ : PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
			MAP_FAILED);
	map_long(folder, 300, 'a', HALF);
	map_long(folder, 4000, 'b', 1);
	map_long(folder, PATH_MAX - 1, 'c', 1);
	map_file(" a b  c ", PROT_READ | PROT_WRITE, MAP_SHARED);
	map_file("one\ntwo\n\n", PROT_READ | PROT_EXEC, MAP_PRIVATE);
	map_file("\\01 \\0122", PROT_READ, MAP_PRIVATE); /* see below: no other program can tell */
	map_file("\x01\xff\x1b[0m", PROT_WRITE, MAP_PRIVATE);
	map_file("called so (deleted)", PROT_READ, MAP_PRIVATE);
	map_file("gone\n", PROT_READ, MAP_PRIVATE);
	CHECK(unlink("gone\n") == 0);
	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
}

/* The line of the kernel for a mapping. */
static size_t as_line(const struct mapping *mapping, char *line, size_t size)
{
	int length = snprintf(line, size, "%08lx-%08lx %c%c%c%c %08lx %02x:%02x %lu ", mapping->start, mapping->end,
		mapping->prot & PROT_READ ? 'r' : '-', mapping->prot & PROT_WRITE ? 'w' : '-',
		mapping->prot & PROT_EXEC ? 'x' : '-', mapping->shared ? 's' : 'p', mapping->offset, mapping->major,
		mapping->minor, mapping->inode);
	size_t used = (size_t)length;

	if (mapping->name_length > 0) {
		while (used < 72)
			line[used++] = ' ';
		line[used++] = ' ';
	}
	for (size_t i = 0; i < mapping->name_length; i++) {
		if (mapping->name[i] == '\n') {
			for (const char *escape = "\\012"; *escape != '\0'; escape++)
				line[used++] = *escape;
		} else {
			line[used++] = mapping->name[i];
		}
	}
	line[used++] = '\n';
	return used;
}

static char text[4 << 20];
static char line[1 << 16];
static struct mapping mapping;
static struct maps maps;

static size_t read_text(void)
{
	int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	size_t length = 0;
	ssize_t got;

	CHECK(fd >= 0);
	while ((got = read(fd, text + length, sizeof(text) - length)) > 0)
		length += (size_t)got;
	CHECK(got == 0 && length < sizeof(text));
	CHECK(close(fd) == 0);
	return length;
}

/* All lines equal; of a name that is cut, as much as there is. Returns how many mappings there are. */
static int agree_with_text(void)
{
	const size_t length = read_text();
	size_t at = 0;
	int count = 0, got, cut = 0, deleted = 0, newlines = 0;

	CHECK(maps_open(&maps) == 0);
	for (; (got = maps_next(&maps, &mapping)) == 1; count++) {
		size_t used = as_line(&mapping, line, sizeof(line));

		if (mapping.cut) {
			CHECK(mapping.name_length == sizeof(mapping.name) - 1);
			CHECK(memcmp(text + at, line, used - 1) == 0);
			at = (size_t)((char *)memchr(text + at, '\n', length - at) - text) + 1;
			cut++;
		} else {
			CHECK(used <= length - at && memcmp(text + at, line, used) == 0);
			at += used;
		}
		CHECK(strlen(mapping.name) == mapping.name_length);
		deleted += mapping.deleted;
		newlines += strchr(mapping.name, '\n') != NULL;
	}
	CHECK(got == 0);
	CHECK(maps_close(&maps) == 0);
	CHECK(at == length);
	CHECK(count > 2 * HALF);
	CHECK(cut == 1);
	CHECK(deleted == 3); /* called so, gone, and shared memory without a name: /dev/zero (deleted) */
	CHECK(newlines == 3); /* one of them is \0122, which the kernel writes as it writes a newline and a 2 */
	return count;
}

/* <linux/fs.h> has this since 6.11. */
struct query {
	uint64_t size, flags, address, start, end, vma_flags, page_size, offset, inode;
	uint32_t major, minor, name_size, build_id_size;
	uint64_t name, build_id;
};
#define QUERY_MAPPING _IOWR('f', 17, struct query)
#define QUERY_SHARED 0x08
#define QUERY_OR_NEXT 0x10

static int agree_with_ioctl(void)
{
	static char name[PATH_MAX + 64];
	int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC), count = 0;

	CHECK(fd >= 0);
	CHECK(maps_open(&maps) == 0);
	while (maps_next(&maps, &mapping) == 1) {
		struct query query = { .size = sizeof(query), .flags = QUERY_OR_NEXT, .address = mapping.start,
			.name_size = sizeof(name), .name = (uintptr_t)name };

		/* it refuses the name that is cut, has no vsyscall, and knows that \0122 is no newline */
		if (mapping.cut || strcmp(mapping.name, "[vsyscall]") == 0 || strstr(mapping.name, "\\01 \n2") != NULL)
			continue;
		name[0] = '\0';
		if (ioctl(fd, QUERY_MAPPING, &query) != 0) {
			CHECK(errno == ENOTTY && count == 0);
			puts("no PROCMAP_QUERY here: compared with the text alone");
			break;
		}
		CHECK(query.start == mapping.start && query.end == mapping.end);
		CHECK((query.vma_flags & 7) == (uint64_t)mapping.prot);
		CHECK(((query.vma_flags & QUERY_SHARED) != 0) == mapping.shared);
		CHECK(query.offset == mapping.offset && query.inode == mapping.inode);
		CHECK(query.major == mapping.major && query.minor == mapping.minor);
		CHECK(strcmp(name, mapping.name) == 0);
		count++;
	}
	CHECK(maps_close(&maps) == 0);
	CHECK(close(fd) == 0);
	return count;
}

static int stop_at_third(const struct mapping *third, void *data)
{
	int *count = data;

	(void)third;
	return ++*count == 3 ? 7 : 0;
}

static int just_count(const struct mapping *one, void *data)
{
	int *count = data;

	(void)one;
	++*count;
	return 0;
}

/* From here on a system call that is none of these ends the process: openat, read, close, exit_group. */
static void forbid_calls(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 4, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_read, 3, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { sizeof(code) / sizeof(*code), code };

	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0);
}

static void quiet(const char *folder)
{
	int count = 0, status;

	make_mappings(folder);

	/* descriptor 0 stands at 5, and still does; the next free one stays the next */
	close(0); /* where it is open */
	CHECK(open("input", O_RDWR | O_CREAT | O_CLOEXEC, 0600) == 0);
	CHECK(ftruncate(0, PAGE) == 0 && lseek(0, 5, SEEK_SET) == 5);

	int next = dup(0);

	CHECK(next > 0 && close(next) == 0);
	no_malloc = true;
	CHECK(proc_self_maps(just_count, &count) == 0 && count > 2 * HALF);
	count = 0;
	CHECK(proc_self_maps(stop_at_third, &count) == 7 && count == 3);
	no_malloc = false;
	CHECK(lseek(0, 0, SEEK_CUR) == 5);
	CHECK(dup(0) == next && close(next) == 0);

	/* with 0 closed it is closed afterwards, too */
	CHECK(close(0) == 0);
	CHECK(proc_self_maps(just_count, &count) == 0);
	CHECK(fcntl(0, F_GETFD) == -1 && errno == EBADF);

	pid_t child = fork();

	CHECK(child >= 0);
	if (child == 0) {
		forbid_calls();
		no_malloc = true;
		count = 0;
		_exit(proc_self_maps(just_count, &count) == 0 && count > 2 * HALF ? 0 : 1);
	}
	CHECK(waitpid(child, &status, 0) == child);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* What is there all the time is told once, addresses rise, whatever is made and taken away in between. */
static void changing(void)
{
	char *block = mmap(NULL, 1001 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t last = 0;
	int got, here = 0, seen = 0;

	CHECK(block != MAP_FAILED);
	for (int i = 0; i < 1000; i += 2)
		CHECK(mprotect(block + (size_t)i * PAGE, PAGE, PROT_READ) == 0);
	CHECK(mprotect(block + 1000 * PAGE, PAGE, PROT_READ | PROT_WRITE) == 0);
	CHECK(maps_open(&maps) == 0);
	while ((got = maps_next(&maps, &mapping)) == 1) {
		/* a read() gives some dozen lines: the next begins where this one ended, by address */
		CHECK(mapping.start >= last && mapping.start < mapping.end);
		last = mapping.end;
		seen++;
		here += mapping.start == (uintptr_t)block + 1000 * PAGE;
		if (mapping.start >= (uintptr_t)block && mapping.end <= (uintptr_t)block + 1000 * PAGE)
			CHECK(munmap((void *)(uintptr_t)mapping.start, mapping.end - mapping.start) == 0);
		CHECK(mmap(NULL, PAGE, seen % 2 == 0 ? PROT_READ : PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
			MAP_FAILED);
	}
	CHECK(got == 0 && maps_close(&maps) == 0);
	CHECK(seen > 1000 && here == 1);
}

int main(int argc, char **argv)
{
	char *as_if[] = { "proc-self-maps", NULL };
	char folder[PATH_MAX];

	CHECK(argc == 3);
	CHECK(realpath(argv[1], folder) != NULL);
	if (strcmp(argv[2], "agree") == 0) {
		make_mappings(folder);
		map_long(folder, 6000, 'd', 1); /* no call takes such a path, but memory can have it */
		printf("%d mappings as in the text, ", agree_with_text());
		printf("%d as by the ioctl\n", agree_with_ioctl());
	} else if (strcmp(argv[2], "outside") == 0) {
		make_mappings(folder);
		CHECK(proc_self_maps_main(1, as_if) == 0);
		CHECK(write(2, "ready\n", 6) == 6);
		CHECK(read(0, line, 1) == 0);
		return 0;
	} else if (strcmp(argv[2], "quiet") == 0) {
		quiet(folder);
	} else {
		CHECK(strcmp(argv[2], "changing") == 0);
		changing();
	}
	puts("PASS");
	return 0;
}
