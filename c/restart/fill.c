/* SPDX-License-Identifier: MIT */
/*
 * fill.c - the data of the image, read once from its first byte to its last, straight into the memory that it belongs
 * to. Each chunk is compared with its checksum while it is warm in the cache. Runs in the hole.
 */
#include <asm/errno.h>
#include <linux/mman.h>

#include "arch/x86_64/syscall.h"
#include "common/crc32c.h"
#include "inside.h"
#include "say.h"

#define PIECE (256u << 10) /* what is read before its checksum is taken: fits a second level cache */

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

struct stream {
	struct plan *plan;
	uint64_t done; /* bytes of data */
	uint64_t address; /* where the first byte of this chunk went */
	uint32_t crc;  /* of this chunk so far */
};

static int chunk_end(struct stream *s)
{
	struct plan *p = s->plan;
	const uint32_t *crcs = plan_at(p, p->crcs);
	uint64_t chunk = (s->done - 1) / CKPT_CHUNK_SIZE;
	uint64_t from = p->data_offset + chunk * CKPT_CHUNK_SIZE;

	if (s->crc != crcs[chunk]) {
		say("%s: altered: chunk %lu of its data (bytes %lu to %lu of the file, memory from 0x%lx) does "
		    "not match its checksum; take another copy of it", plan_text(p, p->image_name), chunk, from,
		    p->data_offset + s->done, s->address);
		return -1;
	}
	s->crc = 0;
	return 0;
}

static int read_data(struct stream *s, void *to, uint64_t address, uint64_t n)
{
	struct plan *p = s->plan;
	uint8_t *at = to;

	while (n) {
		uint64_t in_chunk = s->done % CKPT_CHUNK_SIZE;
		uint64_t want = CKPT_CHUNK_SIZE - in_chunk;
		long got;

		if (!in_chunk)
			s->address = address;
		if (want > n)
			want = n;
		if (want > PIECE)
			want = PIECE;
		got = p->seekable ? sys_pread(p->image_fd, at, want, (int64_t)(p->data_offset + s->done))
				  : sys_read(p->image_fd, at, want);
		if (got == -EINTR)
			continue;
		if (got <= 0) {
			say("%s: can't be read at byte %lu: %s", plan_text(p, p->image_name),
			    p->data_offset + s->done, got ? error_text(got) : "it was cut off meanwhile");
			return -1;
		}
		s->crc = crc32c(s->crc, at, (size_t)got);
		s->done += (uint64_t)got;
		at += got;
		address += (uint64_t)got;
		n -= (uint64_t)got;
		if ((s->done % CKPT_CHUNK_SIZE == 0 || s->done == p->data_size) && chunk_end(s))
			return -1;
	}
	return 0;
}

/* Private pages of a file: only those that differ from the file's are written. */
static int merge(struct plan *p, struct region *g, uint64_t to, const uint8_t *from, uint64_t n)
{
	for (uint64_t i = 0; i < n; i += PAGE) {
		long err = 0;

		if (!(g->prot_now & PROT_READ)) {
			err = sys_mprotect((void *)g->start, g->end - g->start, PROT_READ);
			g->prot_now = PROT_READ;
		}
		if (!err && !memcmp((void *)(to + i), from + i, PAGE))
			continue;
		if (!err && !(g->prot_now & PROT_WRITE)) {
			g->prot_now = PROT_READ | PROT_WRITE;
			err = sys_mprotect((void *)g->start, g->end - g->start, g->prot_now);
		}
		if (err) {
			say("%s: memory 0x%lx-0x%lx %s can't be written to: %s", plan_text(p, p->image_name),
			    g->start, g->end, plan_text(p, g->name), error_text(err));
			return -1;
		}
		memcpy((void *)(to + i), from + i, PAGE);
	}
	return 0;
}

static int fill_by_buffer(struct stream *s, struct region *g, const struct load *l)
{
	struct plan *p = s->plan;
	uint8_t *buffer = (uint8_t *)p->buffer;

	for (uint64_t at = l->start; at < l->end;) {
		uint64_t n = l->end - at < BUFFER_SIZE ? l->end - at : BUFFER_SIZE;

		if (read_data(s, buffer, at, n))
			return -1;
		if (g->way == WAY_FILE && merge(p, g, at, buffer, n))
			return -1;
		at += n;
	}
	return 0;
}

static int fill_vdso(struct stream *s, struct region *g, const struct load *l)
{
	uint8_t *buffer = (uint8_t *)s->plan->buffer;
	uint64_t n = l->end - l->start;

	if (!l->filled)
		return vdso_place(s->plan, g, NULL, 0);
	if (n > BUFFER_SIZE || l->start != g->start || l->end != g->end) {
		say("%s: damaged: its vdso is out of bounds", plan_text(s->plan, s->plan->image_name));
		return -1;
	}
	if (read_data(s, buffer, l->start, n))
		return -1;
	return vdso_place(s->plan, g, buffer, n);
}

static int fill_anonymous(struct stream *s, const struct load *l)
{
	for (uint64_t at = l->start; at < l->end;) {
		uint64_t n = l->end - at < CKPT_CHUNK_SIZE ? l->end - at : CKPT_CHUNK_SIZE;

		/* All page faults in one go; a kernel before 5.14 takes them one by one. */
		if (n > 2 * PAGE)
			sys_madvise((void *)at, n, MADV_POPULATE_WRITE);
		if (read_data(s, (void *)at, at, n))
			return -1;
		at += n;
	}
	return 0;
}

int memory_fill(struct plan *p)
{
	struct stream s = { p, 0, 0, 0 };
	struct region *g = plan_regions(p);
	const struct load *l = plan_loads(p);

	for (uint32_t i = 0; i < p->load_count; i++, l++) {
		int err = 0;

		while (g->end <= l->start)
			g++;
		if (g->way == WAY_VDSO)
			err = fill_vdso(&s, g, l);
		else if (!l->filled)
			continue;
		else if (g->way == WAY_ANON || g->way == WAY_SHARED)
			err = fill_anonymous(&s, l);
		else
			err = fill_by_buffer(&s, g, l);
		if (err)
			return err;
	}
	return 0;
}
