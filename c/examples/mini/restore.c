/* SPDX-License-Identifier: MIT */
/*
 * restore.c - takes everything out of this process and puts the memory of the image in.
 *
 * The difficulty: whoever does that takes away the ground he stands on. So the second half of this file - all that is marked RESTORER - is
 * copied to a hole, a piece of address space that neither this process nor the image uses, and runs there, with a stack there. It is what
 * save-restore-memory.c shows: code that was moved may use nothing that stayed behind. No function of a library, no
 * variable, no constant text; what it needs, it finds in struct job. System calls are made by hand.
 */
#define _GNU_SOURCE
#include <asm/prctl.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mini.h"

#define IMAGE_FD 3
#define LOWEST 0x10000u /* below, nobody may map anything: /proc/sys/vm/mmap_min_addr */
#define STACK (64u << 10)
#define MOVES 16

/* One of the kernel's segments: from where it is in this process, over a parking place in the hole, to where the image has it. */
struct move {
	uint64_t from, parked, to, size;
	char name[32];
};

struct job {
	struct header header;
	uint64_t hole, hole_size;
	struct move moves[MOVES];
	int move_count;
	char no_map[64], no_read[64]; /* messages */
	struct record next, segment;  /* the last one that was read; the one that is being filled */
	char name[PATH_MAX + 32];
};

/* ---- first half: ordinary code, in the constructor ---- */

static struct job job;

static _Noreturn void give_up(const char *image, const char *why)
{
	complain(image, why, "nothing was restarted");
	_exit(FAILED);
}

/* The next record, and its name where it has one; bytes of memory are passed over. False: this is no whole image. */
static bool next_record(struct record *record, off_t size)
{
	if (!read_all(IMAGE_FD, record, sizeof *record) || record->kind < SEGMENT || record->kind > END)
		return false;
	if (record->kind == SEGMENT)
		return record->end > record->start && record->end <= USER_END && record->name_size > 0 &&
		       record->name_size <= sizeof job.name && read_all(IMAGE_FD, job.name, record->name_size) &&
		       job.name[record->name_size - 1] == '\0';
	if (record->kind == DATA)
		return record->end > record->start && record->end <= USER_END &&
		       lseek(IMAGE_FD, (off_t)(record->end - record->start), SEEK_CUR) <= size;
	return true;
}

/* Calls visit() for each segment of the image. False: it is not whole. */
static bool each_segment(void (*visit)(const struct record *segment))
{
	off_t size = lseek(IMAGE_FD, 0, SEEK_END);
	struct record record;

	lseek(IMAGE_FD, sizeof(struct header), SEEK_SET);
	for (;;) {
		if (!next_record(&record, size))
			return false;
		if (record.kind == END)
			return true;
		if (record.kind == SEGMENT)
			visit(&record);
	}
}

static const char *missing; /* a segment of the kernel that the image has and this process lacks */

static int note_own(const struct mapping *mapping, void *data)
{
	struct move *move = &job.moves[job.move_count];

	(void)data;
	if (is_kernel_segment(mapping->name) && mapping->start < USER_END && job.move_count < MOVES &&
	    mapping->name_length < sizeof move->name) {
		move->from = mapping->start;
		move->size = mapping->end - mapping->start;
		append(move->name, sizeof move->name, mapping->name);
		job.move_count++;
		if (strcmp(move->name, "[vdso]") == 0 && sum_bytes(mapping->start, mapping->end) != job.header.vdso_sum)
			missing = "was made under another kernel, with another [vdso]";
	}
	return 0;
}

/* Others than these the kernel makes where and when it needs them: [uprobes], for one. */
static bool is_needed(const char *name)
{
	return strcmp(name, "[vdso]") == 0 || strncmp(name, "[vvar", 5) == 0;
}

static void pair(const struct record *segment)
{
	if (segment->way != KERNEL)
		return;
	for (int i = 0; i < job.move_count; i++) {
		struct move *move = &job.moves[i];

		if (move->to == 0 && move->size == segment->end - segment->start && strcmp(move->name, job.name) == 0) {
			move->to = segment->start;
			return;
		}
	}
	if (is_needed(job.name))
		missing = "was made under another kernel, with other segments [vvar] and [vdso]";
}

static void avoid(uint64_t start, uint64_t end)
{
	if (start < job.hole + job.hole_size && job.hole < end)
		job.hole = end;
}

static void avoid_segment(const struct record *segment)
{
	avoid(segment->start, segment->end);
}

static int avoid_mapping(const struct mapping *mapping, void *data)
{
	(void)data;
	avoid(mapping->start, mapping->end);
	return 0;
}

/*
 * The lowest place that is free now and in the image. Low, as the stack of the hole must lie below that of the program: siglongjmp() of
 * _FORTIFY_SOURCE refuses to jump to a lower stack pointer than it has.
 */
static void find_hole(void)
{
	uint64_t before;

	job.hole = LOWEST;
	do {
		before = job.hole;
		each_segment(avoid_segment);
		proc_self_maps(avoid_mapping, NULL);
	} while (job.hole != before);
}

extern char __start_restorer[] __attribute__((visibility("hidden"))); /* the linker makes these of a section's name */
extern char __stop_restorer[] __attribute__((visibility("hidden")));
static _Noreturn void rebuild(struct job *job);

static uint64_t whole_pages(uint64_t size)
{
	return (size + PAGE - 1) / PAGE * PAGE;
}

/* The hole: code | job | stack | parking places. Its code is written first and made executable then, never both at once. */
static _Noreturn void move_into_hole(const char *image)
{
	uint64_t code_size = whole_pages((uint64_t)(__stop_restorer - __start_restorer));
	uint64_t job_size = whole_pages(sizeof job);
	uint64_t parking = code_size + job_size + STACK;
	uint64_t stack, entry;
	char *hole;

	job.hole_size = parking;
	for (int i = 0; i < job.move_count; i++)
		job.hole_size += job.moves[i].size;
	find_hole();
	hole = mmap((void *)job.hole, job.hole_size, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	if (hole != (char *)job.hole)
		give_up(image, "no room for the restorer");
	for (int i = 0; i < job.move_count; i++) {
		job.moves[i].parked = job.hole + parking;
		parking += job.moves[i].size;
	}
	lseek(IMAGE_FD, sizeof(struct header), SEEK_SET);
	memcpy(hole, __start_restorer, (size_t)(__stop_restorer - __start_restorer));
	memcpy(hole + code_size, &job, sizeof job);
	if (mprotect(hole, code_size, PROT_READ | PROT_EXEC) != 0)
		give_up(image, strerrordesc_np(errno));
	entry = job.hole + (uint64_t)((char *)rebuild - __start_restorer);
	stack = job.hole + code_size + job_size + STACK;
	__asm__ volatile("mov %0, %%rsp\n\t"
			 "xor %%ebp, %%ebp\n\t"
			 "call *%1"
			 :
			 : "r"(stack), "r"(entry), "D"(hole + code_size)
			 : "memory");
	__builtin_unreachable();
}

_Noreturn void restore(const char *image)
{
	sigset_t all;
	int fd;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL); /* the program's own mask comes back with it */
	fd = open(image, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || (fd != IMAGE_FD && dup2(fd, IMAGE_FD) < 0))
		give_up(image, strerrordesc_np(errno));
	close_range(IMAGE_FD + 1, ~0u, 0);
	if (!read_all(IMAGE_FD, &job.header, sizeof job.header) || job.header.magic != IMAGE_MAGIC)
		give_up(image, "is no image of mini's ckpt");
	proc_self_maps(note_own, NULL);
	if (!each_segment(pair))
		give_up(image, "is damaged, or was cut off");
	if (missing != NULL)
		give_up(image, missing);
	append(job.no_map, sizeof job.no_map, "ckpt: a segment of the image cannot be mapped; it is lost\n");
	append(job.no_read, sizeof job.no_read, "ckpt: the image cannot be read any more; it is lost\n");
	move_into_hole(image);
}

/* ---- second half: runs in the hole ---- */

/* The stack protector looks into the thread's own variables, which are gone soon. */
#define RESTORER __attribute__((section("restorer"), no_stack_protector))

__attribute__((always_inline)) static inline long call(long number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e,
						       uint64_t f)
{
	register uint64_t r10 __asm__("r10") = d;
	register uint64_t r8 __asm__("r8") = e;
	register uint64_t r9 __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result; /* below 0: -errno */
}

RESTORER static _Noreturn void stop(const char *message)
{
	uint64_t length = 0;

	while (message[length] != '\0')
		length++;
	call(SYS_write, STDERR_FILENO, (uint64_t)message, length, 0, 0, 0);
	for (;;)
		call(SYS_exit_group, FAILED, 0, 0, 0, 0, 0);
}

RESTORER static void read_bytes(struct job *j, uint64_t to, uint64_t n)
{
	while (n > 0) {
		long got = call(SYS_read, IMAGE_FD, to, n, 0, 0, 0);

		if (got == -EINTR)
			continue;
		if (got <= 0)
			stop(j->no_read);
		to += (uint64_t)got;
		n -= (uint64_t)got;
	}
}

RESTORER static void move(struct job *j, uint64_t from, uint64_t to, uint64_t size)
{
	if (call(SYS_mremap, from, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, to, 0) != (long)to)
		stop(j->no_map);
}

/* The segment is full: it gets its own permissions, unless it has them. */
RESTORER static void finish_segment(struct job *j)
{
	struct record *s = &j->segment;

	if (s->kind == SEGMENT && s->way == MEMORY && (s->prot & PROT_WRITE) == 0 &&
	    call(SYS_mprotect, s->start, s->end - s->start, s->prot, 0, 0, 0) != 0)
		stop(j->no_map);
}

/*
 * The file is mapped again, so that the segment has its name again; its bytes are overwritten. Where the file is gone, or too short, the
 * segment is nameless. Returns a descriptor, or -1.
 */
RESTORER static long open_file(struct job *j)
{
	struct record *s = &j->segment;
	long flags = s->way == SHARED_FILE && (s->prot & PROT_WRITE) ? O_RDWR : O_RDONLY;
	long fd, size;

	if (j->name[0] != '/')
		return -1;
	fd = call(SYS_open, (uint64_t)j->name, (uint64_t)(flags | O_CLOEXEC | O_NONBLOCK), 0, 0, 0, 0);
	if (fd < 0 || s->way == SHARED_FILE)
		return fd;
	size = call(SYS_lseek, (uint64_t)fd, 0, SEEK_END, 0, 0, 0);
	if (size < 0 || s->offset + (s->end - s->start) > ((uint64_t)size + PAGE - 1) / PAGE * PAGE) {
		call(SYS_close, (uint64_t)fd, 0, 0, 0, 0, 0);
		return -1;
	}
	return fd;
}

RESTORER static void map_segment(struct job *j)
{
	struct record *s = &j->segment;
	uint64_t flags = MAP_FIXED_NOREPLACE | MAP_NORESERVE;
	uint64_t prot = s->prot;
	long fd = open_file(j);

	if (s->way == SHARED_FILE) {
		flags |= MAP_SHARED;
		if (fd < 0)
			stop(j->no_map);
	} else {
		flags |= fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_PRIVATE;
		prot |= PROT_WRITE; /* its bytes are to be written */
		prot &= ~(uint64_t)PROT_EXEC;
	}
	if (j->name[0] == '[' && j->name[1] == 's') /* [stack] */
		flags |= MAP_GROWSDOWN;
	if (call(SYS_mmap, s->start, s->end - s->start, prot, flags, (uint64_t)fd, fd < 0 ? 0 : s->offset) != (long)s->start)
		stop(j->no_map);
	if (fd >= 0)
		call(SYS_close, (uint64_t)fd, 0, 0, 0, 0, 0);
}

RESTORER static _Noreturn void rebuild(struct job *j)
{
	struct record *s = &j->segment, *next = &j->next;
	uint64_t hole_end = j->hole + j->hole_size;

	for (int i = 0; i < j->move_count; i++)
		move(j, j->moves[i].from, j->moves[i].parked, j->moves[i].size);
	if (call(SYS_munmap, 0, j->hole, 0, 0, 0, 0) != 0 || call(SYS_munmap, hole_end, USER_END - hole_end, 0, 0, 0, 0) != 0)
		stop(j->no_map);

	s->kind = END;
	for (;;) {
		read_bytes(j, (uint64_t)next, sizeof *next);
		if (next->kind == DATA) {
			read_bytes(j, next->start, next->end - next->start);
			continue;
		}
		finish_segment(j);
		if (next->kind == END)
			break;
		s->kind = next->kind;
		s->way = next->way;
		s->start = next->start;
		s->end = next->end;
		s->prot = next->prot;
		s->offset = next->offset;
		read_bytes(j, (uint64_t)j->name, next->name_size);
		if (s->way != KERNEL)
			map_segment(j);
	}
	for (int i = 0; i < j->move_count; i++)
		if (j->moves[i].to != 0)
			move(j, j->moves[i].parked, j->moves[i].to, j->moves[i].size);
	call(SYS_close, IMAGE_FD, 0, 0, 0, 0, 0);

	j->header.layout.auxv = (void *)j->header.auxv;
	if (call(SYS_prctl, PR_SET_MM, PR_SET_MM_MAP, (uint64_t)&j->header.layout, sizeof j->header.layout, 0, 0) != 0)
		stop(j->no_map);
	call(SYS_arch_prctl, ARCH_SET_FS, j->header.fs_base, 0, 0, 0, 0);
	call(SYS_arch_prctl, ARCH_SET_GS, j->header.gs_base, 0, 0, 0, 0);
	((void (*)(uint64_t, uint64_t))j->header.resume)(j->hole, j->hole_size);
	stop(j->no_map);
}
