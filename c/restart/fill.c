/* SPDX-License-Identifier: MIT */
/*
 * fill.c - the data of the image, chunk by chunk, straight into the memory that it belongs to; each chunk is compared
 * with its checksum while it is warm in the cache. Chunks of plain anonymous memory are shared out among a few
 * threads (half of the time goes to page faults); all others, and an image that can't be sought in, are the main
 * thread's alone. Runs in the hole; only the main thread says anything.
 */
#include <asm/errno.h>
#include <linux/fs.h>
#include <linux/mman.h>

#include "arch/x86_64/syscall.h"
#include "common/fault.h"
#include "common/crc32c.h"
#include "inside.h"
#include "say.h"
#include "spawn.h"

#define PIECE (256ull << 10) /* what is read before its checksum is taken: fits a second level cache */
#define WORTH_THREADS (16ull << 20)

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

enum trouble { TROUBLE_NONE, TROUBLE_READ, TROUBLE_END, TROUBLE_SUM, TROUBLE_PROTECT };

/* Part of a load within a chunk. */
struct stretch {
	struct region *region;
	uint64_t address, size;
	uint64_t offset; /* in the data */
	bool plain;      /* anonymous memory */
};

struct walker {
	struct plan *plan;
	struct stretch now;
	const struct load *load;
	const struct load *last;
	uint64_t at, end; /* in the data: the rest of the chunk */
};

static uint64_t next_chunk;
static uint32_t running[FILL_HELPERS];

/* The first trouble of any thread. */
static struct {
	uint32_t kind; /* enum trouble */
	uint64_t chunk, address, offset;
	long err;
} trouble;

static uint64_t chunk_count(const struct plan *p)
{
	return (p->data_size + CKPT_CHUNK_SIZE - 1) / CKPT_CHUNK_SIZE;
}

static int set_trouble(enum trouble kind, uint64_t chunk, const struct stretch *s, long err)
{
	uint32_t none = TROUBLE_NONE;

	if (__atomic_compare_exchange_n(&trouble.kind, &none, kind, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
		trouble.chunk = chunk;
		trouble.address = s->address;
		trouble.offset = s->offset;
		trouble.err = err;
	}
	return -1;
}

static int tell(struct plan *p)
{
	const char *name = plan_text(p, p->image_name);
	uint64_t from = p->data_offset + trouble.chunk * CKPT_CHUNK_SIZE;
	uint64_t to = from + CKPT_CHUNK_SIZE;
	uint64_t end = p->data_offset + p->data_size;

	switch (trouble.kind) {
	case TROUBLE_NONE:
		return 0;
	case TROUBLE_SUM:
		say("%s: altered: chunk %lu of its data (bytes %lu to %lu of the file, memory from 0x%lx) does "
		    "not match its checksum; take another copy of it", name, trouble.chunk, from,
		    to < end ? to : end, trouble.address);
		break;
	case TROUBLE_END:
		say("%s: was cut off at byte %lu while it was read", name, p->data_offset + trouble.offset);
		break;
	case TROUBLE_PROTECT:
		say("%s: memory at 0x%lx can't be written to: %s", name, trouble.address, error_text(trouble.err));
		break;
	default:
		say("%s: can't be read at byte %lu: %s", name, p->data_offset + trouble.offset,
		    error_text(trouble.err));
	}
	return -1;
}

/* --- chunks and what they hold --- */

static void walk_chunk(struct walker *w, struct plan *p, uint64_t chunk)
{
	struct load *loads = plan_loads(p);
	uint32_t low = 0;
	uint32_t high = p->load_count;

	w->plan = p;
	w->at = chunk * CKPT_CHUNK_SIZE;
	w->end = p->data_size - w->at < CKPT_CHUNK_SIZE ? p->data_size : w->at + CKPT_CHUNK_SIZE;
	/* The last load that begins at or before it: loads without bytes come before the one with bytes. */
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (loads[middle].offset <= w->at)
			low = middle;
		else
			high = middle;
	}
	while (low && !loads[low].filled)
		low--;
	w->load = loads + low;
	w->last = loads + p->load_count;
}

static bool walk_next(struct walker *w)
{
	struct stretch *s = &w->now;
	uint64_t done;

	if (w->at == w->end)
		return false;
	while (!w->load->filled || w->at - w->load->offset == w->load->end - w->load->start)
		w->load++;
	done = w->at - w->load->offset;
	s->region = plan_region_of(w->plan, w->load->start);
	s->plain = s->region->way == WAY_ANON || s->region->way == WAY_SHARED;
	s->address = w->load->start + done;
	s->size = w->load->end - s->address;
	s->offset = w->at;
	if (s->size > w->end - w->at)
		s->size = w->end - w->at;
	w->at += s->size;
	return true;
}

static bool is_plain(struct plan *p, uint64_t chunk)
{
	struct walker w;

	walk_chunk(&w, p, chunk);
	while (walk_next(&w))
		if (!w.now.plain)
			return false;
	return true;
}

/* --- one stretch --- */

static int read_all(struct plan *p, uint64_t chunk, const struct stretch *s, uint64_t skip, void *to, uint64_t n)
{
	uint64_t offset = s->offset + skip;
	uint8_t *at = to;

	while (n) {
		uint64_t ask = fault_short("restart.read_data", n);
		long got = FAULTY("restart.read_data",
				  p->seekable ? sys_pread(p->image_fd, at, ask, (int64_t)(p->data_offset + offset))
					      : sys_read(p->image_fd, at, ask));

		if (got == -EINTR)
			continue;
		if (got <= 0)
			return set_trouble(got ? TROUBLE_READ : TROUBLE_END, chunk, s, got);
		at += got;
		offset += (uint64_t)got;
		n -= (uint64_t)got;
	}
	return 0;
}

/* Does the file have a hole here? Then its zeros need no memory. */
static bool is_hole(struct plan *p, uint64_t offset, uint64_t n)
{
	int64_t at = (int64_t)(p->data_offset + offset);

	return p->seekable && sys_lseek(p->image_fd, at, SEEK_DATA) >= at + (int64_t)n;
}

static uint32_t crc_zeros(uint32_t crc, uint64_t n)
{
	static const uint8_t zeros[PAGE];

	for (; n >= PAGE; n -= PAGE)
		crc = crc32c(crc, zeros, PAGE);
	return crc;
}

static int fill_plain(struct plan *p, uint64_t chunk, const struct stretch *s, uint32_t *crc)
{
	for (uint64_t done = 0; done < s->size;) {
		uint64_t n = s->size - done < PIECE ? s->size - done : PIECE;
		uint8_t *to = (uint8_t *)(s->address + done);

		if (is_hole(p, s->offset + done, n)) {
			*crc = crc_zeros(*crc, n);
		} else {
			/* All page faults in one go; a kernel before 5.14 takes them one by one. */
			if (n > 2 * PAGE)
				sys_madvise(to, n, MADV_POPULATE_WRITE);
			if (read_all(p, chunk, s, done, to, n))
				return -1;
			*crc = crc32c(*crc, to, n);
		}
		done += n;
	}
	return 0;
}

/* Private pages of a file: only those that differ from the file's are written. */
static long merge(struct region *g, uint64_t to, const uint8_t *from, uint64_t n)
{
	uint64_t size = g->end - g->start;
	long err = 0;

	for (uint64_t i = 0; i < n && !err; i += PAGE) {
		if (!(g->prot_now & PROT_READ)) {
			g->prot_now = PROT_READ;
			err = sys_mprotect((void *)g->start, size, g->prot_now);
		}
		if (err || !memcmp((void *)(to + i), from + i, PAGE))
			continue;
		if (!(g->prot_now & PROT_WRITE)) {
			g->prot_now = PROT_READ | PROT_WRITE;
			err = sys_mprotect((void *)g->start, size, g->prot_now);
		}
		if (!err)
			memcpy((void *)(to + i), from + i, PAGE);
	}
	return err;
}

static int fill_special(struct plan *p, uint64_t chunk, const struct stretch *s, uint32_t *crc)
{
	uint8_t *buffer = (uint8_t *)p->buffer;
	long err = 0;

	if (read_all(p, chunk, s, 0, buffer, s->size))
		return -1;
	*crc = crc32c(*crc, buffer, s->size);
	if (s->region->way == WAY_FILE)
		err = merge(s->region, s->address, buffer, s->size);
	else if (s->region->way == WAY_VDSO) /* its place is found when all of it is here */
		memcpy((uint8_t *)p->vdso_copy + (s->address - s->region->start), buffer, s->size);
	return err ? set_trouble(TROUBLE_PROTECT, chunk, s, err) : 0;
}

/* --- the work and its sharing --- */

static int fill_chunk(struct plan *p, uint64_t chunk)
{
	const uint32_t *crcs = plan_at(p, p->crcs);
	struct stretch first = { NULL, 0, 0, 0, false };
	struct walker w;
	uint32_t crc = 0;

	walk_chunk(&w, p, chunk);
	for (bool begun = false; walk_next(&w); begun = true) {
		if (!begun)
			first = w.now;
		if (w.now.plain ? fill_plain(p, chunk, &w.now, &crc) : fill_special(p, chunk, &w.now, &crc))
			return -1;
	}
	return crc == crcs[chunk] ? 0 : set_trouble(TROUBLE_SUM, chunk, &first, 0);
}

static void fill_shared(struct plan *p)
{
	uint64_t chunks = chunk_count(p);
	uint64_t chunk;

	while (!trouble.kind && (chunk = __atomic_fetch_add(&next_chunk, 1, __ATOMIC_RELAXED)) < chunks)
		if (is_plain(p, chunk) && fill_chunk(p, chunk))
			return;
}

static void helper_main(void *arg)
{
	fill_shared(arg);
	sys_exit(0);
}

/* A thread for each further CPU, up to FILL_HELPERS. Fewer do as well. */
static void start_helpers(struct plan *p)
{
	uint64_t cpus[128];
	long n = ckpt_syscall3(__NR_sched_getaffinity, 0, sizeof cpus, cpus);
	unsigned count = 0;

	for (long i = 0; i < n / 8; i++)
		for (uint64_t bits = cpus[i]; bits; bits &= bits - 1)
			count++;
	for (unsigned i = 0; i + 1 < count && i < FILL_HELPERS; i++)
		spawn_helper(p->helper_stacks + i * HELPER_STACK_SIZE, HELPER_STACK_SIZE, helper_main, p,
			     &running[i]);
}

static void wait_for_helpers(void)
{
	for (unsigned i = 0; i < FILL_HELPERS; i++)
		spawn_wait(&running[i]);
}

static int place_vdso(struct plan *p)
{
	struct region *g = plan_regions(p);

	for (uint32_t i = 0; i < p->region_count; i++, g++)
		if (g->way == WAY_VDSO &&
		    vdso_place(p, g, g->filled ? (const uint8_t *)p->vdso_copy : NULL, g->end - g->start))
			return -1;
	return 0;
}

int memory_fill(struct plan *p)
{
	uint64_t chunks = chunk_count(p);
	bool share = p->seekable && p->data_size >= WORTH_THREADS;

	if (share)
		start_helpers(p);
	for (uint64_t i = 0; i < chunks && !trouble.kind; i++)
		if ((!share || !is_plain(p, i)) && fill_chunk(p, i))
			break;
	if (share) {
		fill_shared(p);
		wait_for_helpers();
	}
	return tell(p) ? -1 : place_vdso(p);
}
