/* SPDX-License-Identifier: MIT */
/*
 * image.c - all that the restarter does with an image before anything is undone: read, decode, check, a place for itself, and
 * which memory the chunks of the data belong to. The checksums are right (parts.h).
 */
#include "restart/fill.c"

#include <stdlib.h>

#include "parts.h"
#include "restart/hole.h"
#include "restart/procfs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t room);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned int seed);

static const char maps[] =
	"555555554000-555555555000 r--p 00000000 fe:00 1 /program\n"
	"7ffff7fbd000-7ffff7fc1000 r--p 00000000 00:00 0 [vvar]\n"
	"7ffff7fc1000-7ffff7fc3000 r-xp 00000000 00:00 0 [vdso]\n"
	"7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0 [stack]\n"
	"ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]\n";

long procfs_read(const char *path, char *buf, size_t size)
{
	(void)path, (void)size;
	memcpy(buf, "4194304\n", 9);
	return 8;
}

long spawn_helper(uint64_t stack, uint64_t size, void (*start)(void *), void *arg, uint32_t *word)
{
	(void)stack, (void)size, (void)start, (void)arg, (void)word;
	return -1;
}

void spawn_wait(uint32_t *word)
{
	(void)word;
}

int vdso_place(struct plan *p, const struct region *g, const uint8_t *saved, uint64_t n)
{
	(void)p, (void)g, (void)saved, (void)n;
	return 0;
}

/* What the phases that come after believe without looking. */
static void check_plan(struct plan *p)
{
	struct region *g = plan_regions(p);
	uint64_t before = 0;

	MUST(p->size <= p->capacity && p->thread_count >= 1);
	for (uint32_t i = 0; i < p->region_count; i++, g++) {
		MUST(g->start >= before && g->end > g->start && !((g->start | g->end) % PAGE));
		MUST(g->kind == KIND_VSYSCALL || g->end <= USER_END);
		MUST(str_len(plan_text(p, g->name)) < CKPT_MAX_PATH);
		before = g->end;
	}
	for (uint32_t i = 0; i < p->thread_count; i++)
		MUST(plan_threads(p)[i].xstate && plan_threads(p)[i].xstate_size >= 576);
	for (uint32_t i = 0; i < p->descriptor_count; i++) {
		const struct descriptor *d = plan_descriptors(p) + i;

		MUST(!i || d->fd > d[-1].fd);
		MUST(d->same < (int32_t)d->fd && str_len(plan_text(p, d->path)) < CKPT_MAX_PATH);
	}
}

static void check_chunk(struct plan *p, uint64_t chunk)
{
	struct walker w;
	uint64_t sum = 0;
	uint64_t want = p->data_size - chunk * CKPT_CHUNK_SIZE;

	if (want > CKPT_CHUNK_SIZE)
		want = CKPT_CHUNK_SIZE;
	is_plain(p, chunk);
	for (walk_chunk(&w, p, chunk); walk_next(&w); sum += w.now.size) {
		const struct region *g = w.now.region;

		MUST(w.load < w.last && g >= plan_regions(p) && g < plan_regions(p) + p->region_count);
		MUST(w.now.size && w.now.address >= g->start && w.now.size <= g->end - w.now.address);
		MUST(w.now.address + w.now.size <= w.load->end);
		if (g->way == WAY_VDSO)
			MUST(w.now.address - g->start + w.now.size <= VDSO_COPY_SIZE);
	}
	MUST(sum == want);
}

static void check_hole(struct plan *p)
{
	uint64_t end;

	if (hole_choose(p, maps))
		return;
	end = p->park + p->park_size;
	for (uint32_t i = 0; i < p->region_count; i++) {
		const struct region *g = plan_regions(p) + i;

		MUST(g->end <= p->hole || g->start >= end);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct image im;
	struct plan *p = NULL;
	int err;

	fuzz_reset();
	if (!parts_build(data, size))
		return 0;
	err = image_open(&im, "image", false);
	if (!err)
		err = plan_decode(&im, &p);
	if (!err) {
		p->pids = data[2] % 3;
		p->force = data[2] & 4;
		err = plan_check(p);
	}
	MUST(fuzz_lines == (err ? 1 : 0)); /* one line of error, or none */
	MUST(!err || err == CKPT_EXIT_FAILED);
	if (err)
		return 0;
	check_plan(p);
	for (uint64_t i = 0; i < chunk_count(p) && i < 16; i++)
		check_chunk(p, i);
	if (chunk_count(p))
		check_chunk(p, chunk_count(p) - 1);
	check_hole(p);
	return 0;
}

/* Alters the bytes of one part and writes down its new length; now and then, anything. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned int seed)
{
	const uint8_t *at = data + 3;
	const uint8_t *bytes;
	unsigned count = 0;
	unsigned chosen, kind;
	size_t n, place, rest, most, grown;

	if (size < 6 || seed % 8 == 0)
		return LLVMFuzzerMutate(data, size, room);
	while (parts_next(&at, data + size, &kind, &bytes, &n))
		count++;
	if (!count)
		return LLVMFuzzerMutate(data, size, room);
	chosen = seed / 8 % (count + 1);
	if (chosen == count) { /* the choices: mostly none, or few images would be whole */
		data[0] = seed / 64 % 4 ? 0 : (uint8_t)(1u << (seed / 256 % 7));
		data[1] = (uint8_t)(seed / 2048);
		data[2] = (uint8_t)(seed / 524288);
		return size;
	}
	at = data + 3;
	for (unsigned i = 0; i <= chosen; i++)
		parts_next(&at, data + size, &kind, &bytes, &n);
	place = (size_t)(bytes - data);
	rest = size - place - n;
	if (seed / 64 % 16 == 0 && size + n + 3 <= room) { /* it comes twice */
		memmove(data + place + n + 3 + n, data + place + n, rest);
		memcpy(data + place + n, data + place - 3, 3 + n);
		return size + 3 + n;
	}
	if (seed / 64 % 16 == 1) { /* it is gone */
		memmove(data + place - 3, data + place + n, rest);
		return size - n - 3;
	}
	most = room - size + n < 65535 ? room - size + n : 65535;
	if (!most) /* an empty part and no room: LLVMFuzzerMutate() would write a byte all the same */
		return LLVMFuzzerMutate(data, size, room);
	if (rest) {
		uint8_t *tail = malloc(rest);

		memcpy(tail, data + place + n, rest);
		grown = LLVMFuzzerMutate(data + place, n, most);
		memcpy(data + place + grown, tail, rest);
		free(tail);
	} else {
		grown = LLVMFuzzerMutate(data + place, n, most);
	}
	data[place - 2] = (uint8_t)grown;
	data[place - 1] = (uint8_t)(grown >> 8);
	return place + grown + rest;
}
