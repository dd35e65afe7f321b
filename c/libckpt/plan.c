/* SPDX-License-Identifier: MIT */
/*
 * plan.c - which pages go into the image. Untouched memory takes no bytes: the kernel tells by PAGEMAP_SCAN (Linux 6.7)
 * or /proc/PID/pagemap what holds anything.
 */
#include <linux/fcntl.h>
#include <linux/ioctl.h>
#include <asm-generic/errno-base.h>

#include "arch/x86_64/syscall.h"
#include "common/fault.h"
#include "snapshot.h"

/* include/uapi/linux/fs.h of Linux 6.7 */
#define CKPT_PAGE_IS_FILE 4ull
#define CKPT_PAGE_IS_PRESENT 8ull
#define CKPT_PAGE_IS_SWAPPED 16ull
#define CKPT_PAGE_IS_PFNZERO 32ull
struct page_region_arg {
	uint64_t start, end, categories;
};
struct pm_scan {
	uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
	uint64_t inverted, mask, anyof, return_mask;
};
#define PAGEMAP_SCAN_CALL _IOWR('f', 16, struct pm_scan)

#define MAX_RUNS (1ull << 24)
#define FIRST_RUNS 64ull
#define BATCH 512
/*
 * Where there are very many runs, a gap this small between two of them is written as zeros; else never: it would be touched memory in the program that
 * comes back, up to 17 times as much as it had.
 */
#define MANY_RUNS (1ull << 20)
#define SMALL_GAP (16ull << 12)

struct scan {
	struct snapshot *s;
	int pagemap;
	bool no_ioctl;
	bool only_changed; /* of a file: pages that are no longer the file's */
	struct page_region_arg batch[BATCH];
	uint64_t words[BATCH];
};

static int add_run(struct snapshot *s, uint32_t region, uint64_t start, uint64_t end, bool data)
{
	struct run *last = s->run_count ? &s->runs[s->run_count - 1] : NULL;

	if (start >= end)
		return 0;
	if (last && last->region == region && last->end == start && last->data == data) {
		last->end = end;
		return 0;
	}
	if (s->run_count == s->run_room) {
		struct run *more;

		if (s->run_room == MAX_RUNS)
			return -E2BIG;
		more = snapshot_grow(s, s->runs, 2 * s->run_room * sizeof *more);
		if (!more)
			return -ENOMEM;
		s->runs = more;
		s->run_room *= 2;
	}
	s->runs[s->run_count++] = (struct run){ start, end, region, data };
	return 0;
}

/* [start, end) holds something; what lies between it and the last such run does not. */
static int add_data(struct snapshot *s, uint32_t region, uint64_t *at, uint64_t start, uint64_t end)
{
	int err;
	bool data = s->run_count > MANY_RUNS && start - *at <= SMALL_GAP && *at > s->regions[region].start;

	err = add_run(s, region, *at, start, data);
	if (err == 0)
		err = add_run(s, region, start, end, true);
	*at = end;
	return err;
}

static int scan_by_ioctl(struct scan *x, uint32_t region, uint64_t start, uint64_t end, uint64_t *at)
{
	struct pm_scan arg = {
		.size = sizeof arg,
		.start = start,
		.end = end,
		.vec = (uint64_t)(uintptr_t)x->batch,
		.vec_len = BATCH,
		.inverted = CKPT_PAGE_IS_PFNZERO | (x->only_changed ? CKPT_PAGE_IS_FILE : 0),
		.mask = CKPT_PAGE_IS_PFNZERO | (x->only_changed ? CKPT_PAGE_IS_FILE : 0),
		.anyof = CKPT_PAGE_IS_PRESENT | CKPT_PAGE_IS_SWAPPED,
		.return_mask = CKPT_PAGE_IS_PRESENT | CKPT_PAGE_IS_SWAPPED,
	};

	while (arg.start < end) {
		long n = FAULTY("snapshot.scan", sys_ioctl(x->pagemap, PAGEMAP_SCAN_CALL, &arg));
		int err = 0;

		if (n == -EINTR)
			continue;
		if (n < 0)
			return (int)n;
		for (long i = 0; i < n && err == 0; i++)
			err = add_data(x->s, region, at, x->batch[i].start, x->batch[i].end);
		if (err < 0)
			return err;
		if (arg.walk_end <= arg.start)
			return -EIO;
		arg.start = arg.walk_end;
	}
	return 0;
}

static int scan_by_words(struct scan *x, uint32_t region, uint64_t start, uint64_t end, uint64_t *at)
{
	while (start < end) {
		uint64_t pages = (end - start) >> 12;
		long n;

		if (pages > BATCH)
			pages = BATCH;
		n = sys_pread(x->pagemap, x->words, pages * 8, (int64_t)(start >> 12 << 3));
		if (n == -EINTR)
			continue;
		if (n < 8)
			return n < 0 ? (int)n : -EIO;
		pages = (uint64_t)n / 8;
		for (uint64_t i = 0; i < pages; i++, start += 4096) {
			uint64_t word = x->words[i];
			bool of_file = word >> 61 & 1;
			int err;

			if (!(word >> 62) || (x->only_changed && of_file)) /* neither present nor swapped */
				continue;
			err = add_data(x->s, region, at, start, start + 4096);
			if (err < 0)
				return err;
		}
	}
	return 0;
}

static int plan_populated(struct scan *x, uint32_t region, uint64_t start, uint64_t end)
{
	uint64_t at = start;
	int err = -ENOTTY;

	if (!x->no_ioctl) {
		err = scan_by_ioctl(x, region, start, end, &at);
		x->no_ioctl = err == -ENOTTY || err == -EINVAL;
	}
	if (x->no_ioctl)
		err = scan_by_words(x, region, at, end, &at); /* from where the other may have got to */
	return err < 0 ? err : add_run(x->s, region, at, end, false);
}

static int plan_file(struct scan *x, uint32_t i)
{
	struct region *r = &x->s->regions[i];
	uint64_t behind = r->end; /* the last page that the file reaches */
	bool small = r->end - r->start <= FILE_CONTENT_LIMIT;
	int err;

	if (r->has_file) {
		uint64_t bytes = r->size > r->offset ? r->size - r->offset : 0;

		bytes = (bytes + 4095) & ~4095ull;
		if (bytes < behind - r->start)
			behind = r->start + bytes;
	}
	if (r->shared) {
		/* Shared and writable: the file has it. Read-only: a copy, for where the file is missing. */
		if ((r->flags & CKPT_REGION_MAYWRITE) || !small || !(r->prot & CKPT_PROT_READ))
			return add_run(x->s, i, r->start, r->end, false);
	} else if (r->has_file && (!small || (x->s->c->flags & CKPT_REQUEST_LEAN))) {
		x->only_changed = true;
		return plan_populated(x, i, r->start, r->end);
	}
	r->flags |= CKPT_REGION_CONTENT;
	err = add_run(x->s, i, r->start, behind, true);
	if (err < 0)
		return err;
	/* Behind the end of the file a private mapping may still have changed pages, of a file that shrank. */
	return add_run(x->s, i, behind, r->end, false);
}

static int plan_region(struct scan *x, uint32_t i)
{
	struct region *r = &x->s->regions[i];
	uint64_t area = (uint64_t)(uintptr_t)ckpt_area;
	int err;

	x->only_changed = false;
	switch (r->kind) {
	case KIND_VSYSCALL:
		return 0;
	case KIND_VVAR:
	case KIND_SPECIAL:
		return add_run(x->s, i, r->start, r->end, false);
	case KIND_VDSO:
		return add_run(x->s, i, r->start, r->end, true);
	case KIND_FILE:
		return plan_file(x, i);
	default:
		break;
	}
	r->flags |= CKPT_REGION_CONTENT;
	if (r->flags & CKPT_REGION_WIPEONFORK)
		return add_run(x->s, i, r->start, r->end, false);
	if (area >= r->start && area < r->end) {
		/* our own working memory is cut out by its address: the kernel merges neighbours */
		err = plan_populated(x, i, r->start, area);
		if (err == 0)
			err = add_run(x->s, i, area, area + AREA_SIZE, false);
		if (err == 0)
			err = plan_populated(x, i, area + AREA_SIZE, r->end);
		return err;
	}
	return plan_populated(x, i, r->start, r->end);
}

int plan_runs(struct snapshot *s)
{
	struct scan *x = snapshot_map(s, sizeof *x);
	int err = 0;
	long fd;

	s->run_room = FIRST_RUNS;
	s->runs = snapshot_map(s, s->run_room * sizeof *s->runs);
	if (!x || !s->runs)
		return -ENOMEM;
	fd = FAULTY("snapshot.open", sys_openat(AT_FDCWD, "/proc/self/pagemap", O_RDONLY | O_CLOEXEC, 0));
	if (fd < 0)
		return snapshot_fail(s, "read", "/proc/self/pagemap", fd);
	x->s = s;
	x->pagemap = (int)fd;
	for (uint32_t i = 0; i < s->region_count && err == 0; i++)
		err = plan_region(x, i);
	sys_close((int)fd);
	if (err < 0 && err != -ENOMEM && err != -E2BIG)
		return snapshot_fail(s, "read", "/proc/self/pagemap", err);
	for (uint64_t i = 0; i < s->run_count; i++)
		if (s->runs[i].data)
			s->data_size += s->runs[i].end - s->runs[i].start;
	return err;
}
