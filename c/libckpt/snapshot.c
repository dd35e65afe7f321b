/* SPDX-License-Identifier: MIT */
/* snapshot.c - the life of the snapshot: a copy of the program that writes itself down. */
#include <linux/fcntl.h>
#include <linux/mman.h>
#include <linux/prctl.h>
#include <linux/resource.h>
#include <linux/time.h>
#include <linux/sched.h>
#include <asm-generic/errno.h>

#include "arch/x86_64/syscall.h"
#include "common/fault.h"
#include "snapshot.h"

void *snapshot_map(struct snapshot *s, uint64_t size)
{
	long p;

	size = (size + 4095) & ~4095ull;
	if (s->scratch_count == MAX_SCRATCH)
		return NULL;
	p = FAULTY("snapshot.map", sys_mmap(NULL, size, PROT_READ | PROT_WRITE,
					     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
	if (p < 0)
		return NULL;
	s->scratch[s->scratch_count].start = (uint64_t)p;
	s->scratch[s->scratch_count++].end = (uint64_t)p + size;
	return (void *)p;
}

void *snapshot_grow(struct snapshot *s, void *old, uint64_t size)
{
	unsigned i = 0;
	long p;

	while (i < s->scratch_count && s->scratch[i].start != (uint64_t)(uintptr_t)old)
		i++;
	if (i == s->scratch_count)
		return NULL;
	size = (size + 4095) & ~4095ull;
	p = FAULTY("snapshot.grow", sys_mremap(old, s->scratch[i].end - s->scratch[i].start, size, MREMAP_MAYMOVE, NULL));
	if (p < 0)
		return NULL;
	s->scratch[i].start = (uint64_t)p;
	s->scratch[i].end = (uint64_t)p + size;
	return (void *)p;
}

static void unmap_scratch(struct snapshot *s)
{
	while (s->scratch_count) {
		s->scratch_count--;
		sys_munmap((void *)(uintptr_t)s->scratch[s->scratch_count].start,
			   s->scratch[s->scratch_count].end - s->scratch[s->scratch_count].start);
	}
}

static const struct {
	int err;
	const char *text;
	const char *cure; /* of a write */
} reasons[] = {
	{ EACCES, "permission denied", "choose a folder into which the program's user may write" },
	{ EPERM, "operation not permitted", "choose a folder into which the program's user may write" },
	{ ENOENT, "no such folder", "make it or choose another" },
	{ ENOTDIR, "a part of its path is not a folder", "choose another path" },
	{ EISDIR, "it is a folder", "choose another name" },
	{ EEXIST, "it is there and is no image of this program", "remove it or choose another name" },
	{ ENOSPC, "no space left on the device", "make room or choose another folder" },
	{ EDQUOT, "the disk quota is used up", "make room or choose another folder" },
	{ EFBIG, "the file size limit is reached", "raise it (ulimit -f) or choose another file system" },
	{ EROFS, "the file system is read-only", "choose another folder" },
	{ EIO, "input/output error", "look at the disk or choose another one" },
	{ ENOMEM, "out of memory, or the program has nearly as many mappings as are allowed (vm.max_map_count)",
	  "free some or raise the limit (ulimit -v, vm.max_map_count)" },
	{ E2BIG, "the program has too many mappings", NULL },
	{ EMFILE, "too many open files", "raise the limit (ulimit -n)" },
	{ ENFILE, "too many open files in the system", "close some" },
	{ ENAMETOOLONG, "the name is too long", "choose another" },
	{ ELOOP, "it is a symbolic link", "choose another name" },
	{ ESTALE, "the file server has lost it", "try again" },
};

int snapshot_fail(struct snapshot *s, const char *what, const char *file, long err)
{
	char message[CKPT_PATH_SIZE + 256];
	struct text t;
	unsigned i = 0;

	text_init(&t, message, sizeof message);
	text_fmt(&t, "cannot %s %s: ", what, file);
	while (i < sizeof reasons / sizeof *reasons && reasons[i].err != -err)
		i++;
	if (err == -ENOENT && str_starts(file, "/proc/"))
		text_str(&t, "/proc is not there; mount it");
	else if (i == sizeof reasons / sizeof *reasons)
		text_fmt(&t, "errno %ld", -err);
	else
		text_str(&t, reasons[i].text);
	if (i < sizeof reasons / sizeof *reasons && reasons[i].cure && str_cmp(what, "write") == 0)
		text_fmt(&t, "; %s", reasons[i].cure);
	text_str(&t, "; an earlier image is untouched and the program runs on");
	file_abandon(s); /* who hears of it finds no temporary file */
	report_error(s->c, "write", message);
	return (int)err;
}

/* The soft limits are the program's; these processes have their own, and go as far as they may. That of descriptors the helper has raised. */
static void raise_limits(void)
{
	static const uint8_t which[] = { RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_DATA, RLIMIT_AS, RLIMIT_RTTIME };

	for (unsigned i = 0; i < sizeof which; i++) {
		struct rlimit64 limit;

		if (sys_prlimit(0, which[i], NULL, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
			limit.rlim_cur = limit.rlim_max;
			sys_prlimit(0, which[i], &limit, NULL);
		}
	}
}

/* A program with real-time priority would not like to wait for the copy. */
static void leave_real_time(void)
{
	const int priority = 0;
	long policy = ckpt_syscall1(__NR_sched_getscheduler, 0) & ~SCHED_RESET_ON_FORK;

	if (policy == SCHED_FIFO || policy == SCHED_RR)
		ckpt_syscall3(__NR_sched_setscheduler, 0, SCHED_NORMAL, &priority);
}

/* What belongs to the copy alone: it holds nothing of the program's. */
static void set_up(struct snapshot *s)
{
	const uint64_t all = ~0ull;

	raise_limits();
	if (s->c->synchronous)
		return;
	sys_rt_sigprocmask(0 /* SIG_BLOCK */, &all, NULL);
	leave_real_time();
	sys_setsid(); /* or its zombie would hold the number of the program's process group */
	sys_prctl(PR_SET_NAME, (unsigned long)"ckpt-snapshot", 0, 0, 0);
	if (s->c->socket >= 0) {
		if (s->c->socket > 0)
			sys_close_range(0, (unsigned)s->c->socket - 1, 0);
		sys_close_range((unsigned)s->c->socket + 1, ~0u, 0);
	} else {
		sys_close_range(0, ~0u, 0);
	}
}

/* Protection keys deny this thread what they deny the program's; see pkeys(7). */
static void allow_all_keys(void)
{
	unsigned a = 7, b, c = 0, d;

	__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	if (c >> 4 & 1) /* OSPKE */
		__asm__ volatile("wrpkru" : : "a"(0), "c"(0), "d"(0));
}

/* In the image no checkpoint is being made. The helper, which shares this memory, puts its words back. */
static void write_as_idle(struct snapshot *s, int *err)
{
	struct ckpt_contract *k = &ckpt_contract;
	int32_t helper = k->helper, snapshot = k->snapshot, need = k->need_ptracer;

	k->helper = k->maker = k->snapshot = k->need_ptracer = 0;
	*err = write_image(s);
	if (s->c->synchronous) {
		k->helper = helper;
		k->snapshot = snapshot;
		k->need_ptracer = need;
	}
}

/* Was the memory that was written that of a program which stood still? The helper says so at once, or it was killed. */
static bool is_consistent(struct snapshot *s)
{
	const uint64_t set = 1ull << (VERDICT_SIGNAL - 1);
	const struct __kernel_timespec look = { .tv_nsec = 20000000 };

	if (s->c->synchronous)
		return stands_still(s->c);
	for (;;) {
		bool alone = sys_getppid() != s->helper;

		if (ckpt_syscall4(__NR_rt_sigtimedwait, &set, NULL, &look, CKPT_SIGSET_SIZE) == VERDICT_SIGNAL)
			return true;
		if (alone)
			return false;
	}
}

static int say_torn(struct snapshot *s)
{
	char message[200];
	struct text t;

	text_init(&t, message, sizeof message);
	text_fmt(&t, "process %d, or its helper, was killed in the middle of the checkpoint; an earlier image is untouched", s->c->pid);
	file_abandon(s);
	report_error(s->c, "process-died", message);
	return -ESRCH;
}

static int make_image(struct snapshot *s)
{
	int err = regions_read(s);

	if (err == 0)
		err = plan_runs(s);
	if (err == 0)
		err = notes_build(s);
	fault_point("snapshot.planned");
	if (err == 0)
		err = file_create(s);
	if (err < 0)
		return err;
	write_as_idle(s, &err);
	if (err == 0 && !is_consistent(s))
		err = say_torn(s);
	return err < 0 ? err : file_publish(s);
}

int snapshot_main(struct capture *c)
{
	struct snapshot *s = arena_take(c, sizeof *s);
	char line[64];
	struct text t;
	int err;

	if (!s) {
		report_error(c, "memory", "out of memory for the snapshot");
		return -ENOMEM;
	}
	memset(s, 0, sizeof *s);
	s->c = c;
	s->fd = s->mem = -1;
	s->helper = (int32_t)c->helper;
	fault_point("snapshot.start");
	set_up(s);
	allow_all_keys();
	text_init(&t, s->path, sizeof s->path);
	text_str(&t, c->path);
	sys_getrandom(s->id, sizeof s->id, 0);
	err = make_image(s);
	if (err < 0)
		snapshot_fail(s, "write", s->path, err); /* where that has not been told */
	unmap_scratch(s);
	if (err < 0)
		return err;
	text_init(&t, line, sizeof line);
	fault_point("snapshot.done");
	if (!c->synchronous)
		sys_prctl(PR_SET_NAME, (unsigned long)CKPT_DONE_NAME, 0, 0, 0);
	text_fmt(&t, "done %lu", (unsigned long)s->total_size);
	report_packet(c, line);
	return 0;
}
