/* SPDX-License-Identifier: MIT */
/* hole.c - a place for the restarter, for any regions and any text of /proc/PID/maps. */
#include "restart/hole.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* 12 bytes a region: gap and length in pages, and a byte of flags. */
static uint32_t regions(struct plan *p, const uint8_t *data, size_t n)
{
	struct region *g = plan_regions(p);
	uint64_t at = 0;

	for (uint32_t i = 0; i < n; i++, g++, data += 12) {
		uint64_t gap = 0;
		uint64_t length = 0;

		memcpy(&gap, data, 5);
		memcpy(&length, data + 5, 5);
		g->start = at + gap * PAGE;
		g->end = g->start + (length + 1) * PAGE;
		if (g->end > USER_END)
			return i;
		g->flags = data[10] & 1 ? CKPT_REGION_GROWSDOWN : 0;
		at = g->end;
	}
	return (uint32_t)n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t count, room;
	struct plan *p;
	char *maps;

	if (size < 12)
		return 0;
	count = data[0];
	if (size < 12 + 12 * count)
		return 0;
	room = PAGE_UP(sizeof *p) + (count + 1) * sizeof(struct region);
	p = calloc(1, room);
	p->size = p->capacity = room;
	p->thread_count = 1 + data[1];
	p->regions = (ref)PAGE_UP(sizeof *p);
	memcpy(&p->limits[3][0], data + 2, 8);
	p->region_count = regions(p, data + 12, count);
	maps = calloc(1, size - 12 - 12 * count + 1);
	memcpy(maps, data + 12 + 12 * count, size - 12 - 12 * count);
	if (!hole_choose(p, maps)) {
		uint64_t end = p->park + p->park_size;

		MUST(p->hole % PAGE == 0 && p->hole >= 0x10000 && end <= USER_END && p->park == p->hole + p->hole_size);
		MUST(p->stacks >= p->hole && p->stacks + (p->thread_count - 1) * THREAD_STACK_SIZE <= p->park);
		for (uint32_t i = 0; i < p->region_count; i++)
			MUST(plan_regions(p)[i].end <= p->hole || plan_regions(p)[i].start >= end);
	}
	free(maps);
	free(p);
	return 0;
}
