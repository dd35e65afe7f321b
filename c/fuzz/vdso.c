/* SPDX-License-Identifier: MIT */
/* vdso.c - a saved vdso is an ELF file that the restarter reads and writes jumps into. */
#include "restart/vdso.c"

#include <stdlib.h>

char say_line[5 * 4096];

void say_write(struct text *t)
{
	(void)t;
}

const char *error_text(long error)
{
	(void)error;
	return "";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct {
		struct plan plan;
		struct region region;
	} a;
	struct plan *p = &a.plan;
	struct region *g = &a.region;
	uint64_t n = PAGE_UP(size + 1);
	uint8_t *saved, *place, *kernel;

	if (n > VDSO_COPY_SIZE)
		return 0;
	saved = aligned_alloc(PAGE, n);
	place = aligned_alloc(PAGE, n);
	kernel = aligned_alloc(PAGE, n);
	memset(saved, 0, n);
	memcpy(saved, data, size);
	memcpy(kernel, saved, n);
	g->start = (uint64_t)place;
	g->end = g->start + n;
	parts[0] = (struct part){ (uint64_t)kernel, (uint64_t)kernel + n, true };
	part_count = 1;
	p->regions = offsetof(__typeof__(a), region);
	p->region_count = 1;
	p->foreign_vdso = true;
	vdso_place(p, g, saved, n);
	free(saved);
	free(place);
	free(kernel);
	return 0;
}
