/* SPDX-License-Identifier: MIT */
/* hole.c - chooses the hole: the middle of the largest gap. Pure: no system call. */
#include "hole.h"

#include <asm/errno.h>

#include "common/maps.h"
#include "say.h"

#define LOWEST 0x10000ull
#define MAX_STACK_ROOM (1ull << 30)
#define GUARD (1ull << 20)

struct gaps {
	uint64_t at; /* everything below is taken or looked at */
	uint64_t start, size; /* the largest so far */
};

static void taken(struct gaps *g, uint64_t start, uint64_t end)
{
	if (start > g->at && start - g->at > g->size) {
		g->start = g->at;
		g->size = start - g->at;
	}
	if (end > g->at)
		g->at = end;
}

/* A stack may grow. */
static uint64_t region_start(const struct plan *p, const struct region *r)
{
	uint64_t room = p->limits[3][0] < MAX_STACK_ROOM ? p->limits[3][0] : MAX_STACK_ROOM;

	if (!(r->flags & CKPT_REGION_GROWSDOWN))
		return r->start;
	return r->start > room + GUARD ? r->start - room - GUARD : 0;
}

static void lay_out(struct plan *p)
{
	uint64_t at = PAGE_UP((uint64_t)(blob_end - blob_start)) + PAGE_UP(p->size);

	p->buffer = at;
	p->vdso_copy = p->buffer + BUFFER_SIZE;
	p->helper_stacks = p->vdso_copy + VDSO_COPY_SIZE;
	p->stacks = p->helper_stacks + FILL_HELPERS * HELPER_STACK_SIZE;
	p->hole_size = PAGE_UP(p->stacks + (p->thread_count - 1) * THREAD_STACK_SIZE) + MAIN_STACK_SIZE;
	p->park_size = PARK_SIZE;
}

int hole_choose(struct plan *p, const char *maps)
{
	static struct map_entry m;
	const struct region *r = plan_regions(p);
	const struct region *end = r + p->region_count;
	struct gaps g = { LOWEST, 0, 0 };
	bool more = !maps_parse_line(&maps, &m);

	/* Both lists rise; take the lower one each time. */
	while (r < end || more) {
		if (more && (r == end || m.start < r->start)) {
			if (m.end <= USER_END)
				taken(&g, m.start, m.end);
			more = *maps && !maps_parse_line(&maps, &m);
		} else {
			if (r->end <= USER_END)
				taken(&g, region_start(p, r), r->end);
			r++;
		}
	}
	taken(&g, USER_END, USER_END);
	lay_out(p);
	if (g.size < p->hole_size + p->park_size + 2 * PAGE)
		return -ENOMEM;
	p->hole = PAGE_DOWN(g.start + (g.size - p->hole_size - p->park_size) / 2);
	p->park = p->hole + p->hole_size;
	p->buffer += p->hole;
	p->vdso_copy += p->hole;
	p->helper_stacks += p->hole;
	p->stacks += p->hole;
	return 0;
}
