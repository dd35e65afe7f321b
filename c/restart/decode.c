/* SPDX-License-Identifier: MIT */
/*
 * decode.c - the image's head and seal into a plan: which notes there are, the program headers, the checksums.
 * Runs before anything is undone; no system call but mmap.
 */
#include <elf.h>
#include <linux/mman.h>

#include "arch/x86_64/syscall.h"
#include "common/crc32c.h"
#include "fields.h"
#include "plan.h"
#include "say.h"

#define NOTE_COUNT 7 /* of ours but the seal */

/* What the notes of the core hold, as far as needed here. */
struct core {
	uint32_t prstatus, xstate;
	uint64_t ours; /* bit N: note CKPT_NT_IMAGE + N */
	struct note notes[NOTE_COUNT];
	uint8_t id[16];
	uint64_t seal[2];
	bool bad;
};

static int damaged(struct image *im, const char *what)
{
	say("%s: damaged: %s; take another copy of it", im->name, what);
	return CKPT_EXIT_FAILED;
}

static bool named(const struct note *n, const char *name)
{
	return n->name_size == str_len(name) + 1 && !memcmp(n->name, name, n->name_size);
}

/* Counts what is there and remembers our notes. */
static int survey(struct image *im, struct core *core)
{
	const uint8_t *at = im->notes;
	const uint8_t *end = at + im->notes_size;
	struct note n;

	while (note_next(&at, end, &n)) {
		if (n.type == CKPT_NT_PRSTATUS && named(&n, "CORE"))
			core->prstatus++;
		if (n.type == CKPT_NT_X86_XSTATE && named(&n, "LINUX"))
			core->xstate++;
		if (!named(&n, CKPT_NOTE_NAME) || n.type < CKPT_NT_IMAGE ||
		    n.type >= CKPT_NT_IMAGE + NOTE_COUNT)
			continue;
		if (core->ours >> (n.type - CKPT_NT_IMAGE) & 1)
			return damaged(im, "a note is there twice");
		core->ours |= 1ull << (n.type - CKPT_NT_IMAGE);
		core->notes[n.type - CKPT_NT_IMAGE] = n;
	}
	if (!core->ours && at == end) {
		say("%s: is a core file, but none of ckpt", im->name);
		return CKPT_EXIT_FAILED;
	}
	if (at != end)
		return damaged(im, "its notes are unreadable");
	if (core->ours != (1u << NOTE_COUNT) - 1)
		return damaged(im, "a note is missing");
	return 0;
}

/* Registers, XSAVE areas and the auxiliary vector, from the core's notes. */
static bool take_core(struct plan *p, struct image *im)
{
	const uint8_t *at = im->notes;
	struct thread *threads = plan_threads(p);
	uint32_t prstatus = 0;
	uint32_t xstate = 0;
	struct note n;

	while (note_next(&at, im->notes + im->notes_size, &n)) {
		if (n.type == CKPT_NT_PRSTATUS && named(&n, "CORE")) {
			uint32_t tid;

			if (n.size != CKPT_PRSTATUS_SIZE || prstatus == p->thread_count)
				return false;
			memcpy(&tid, n.desc + CKPT_PRSTATUS_PID, 4);
			if (tid != threads[prstatus].tid)
				return false;
			memcpy(threads[prstatus].regs, n.desc + CKPT_PRSTATUS_REGS,
			       sizeof threads->regs);
			prstatus++;
		} else if (n.type == CKPT_NT_X86_XSTATE && named(&n, "LINUX")) {
			if (n.size < 576 || n.size > CKPT_MAX_XSAVE || xstate == p->thread_count ||
			    !(threads[xstate].xstate = plan_take(p, n.size)))
				return false;
			memcpy(plan_at(p, threads[xstate].xstate), n.desc, n.size);
			threads[xstate].xstate_size = n.size;
			xstate++;
		} else if (n.type == CKPT_NT_AUXV && named(&n, "CORE") && !p->auxv) {
			if (n.size > 4096 || n.size % 16 || !(p->auxv = plan_take(p, n.size)))
				return false;
			memcpy(plan_at(p, p->auxv), n.desc, n.size);
			p->mm.auxv_size = n.size;
		}
	}
	return prstatus == p->thread_count && xstate == p->thread_count;
}

/* The PT_LOADs: in order, tiling the regions, their bytes one after the other in the data. */
static bool take_loads(struct plan *p, struct image *im)
{
	struct region *g = plan_regions(p);
	struct region *end = g + p->region_count;
	struct load *loads;
	uint64_t offset = p->data_offset;
	uint64_t at = 0; /* how far the region *g is tiled; 0: not begun */

	p->load_count = im->phdr_count - 2;
	p->loads = plan_take(p, (uint64_t)p->load_count * sizeof *loads + 1);
	if (!p->loads)
		return false;
	loads = plan_loads(p);
	for (uint32_t i = 0; i < p->load_count; i++) {
		Elf64_Phdr h;

		memcpy(&h, im->phdrs + (i + 1ull) * sizeof h, sizeof h);
		if (h.p_type != PT_LOAD || h.p_offset != offset || (h.p_vaddr | h.p_memsz) % PAGE ||
		    !h.p_memsz || (h.p_filesz && h.p_filesz != h.p_memsz) ||
		    h.p_filesz > p->data_offset + p->data_size - offset)
			return false;
		while (!at && g < end && g->kind == KIND_VSYSCALL)
			g++;
		if (g == end || h.p_vaddr != (at ? at : g->start) || h.p_memsz > g->end - h.p_vaddr)
			return false;
		loads[i].start = h.p_vaddr;
		loads[i].end = h.p_vaddr + h.p_memsz;
		loads[i].offset = offset - p->data_offset;
		loads[i].filled = h.p_filesz != 0;
		g->filled |= loads[i].filled;
		if (g->kind == KIND_VDSO && (loads[i].end - loads[i].start != g->end - g->start ||
					     h.p_memsz > VDSO_COPY_SIZE))
			return false;
		offset += h.p_filesz;
		at = loads[i].end;
		if (at == g->end) {
			g++;
			at = 0;
		}
	}
	while (g < end && g->kind == KIND_VSYSCALL)
		g++;
	return g == end && !at && offset == p->data_offset + p->data_size;
}

/* --- the seal --- */

struct seal {
	struct plan *plan;
	uint64_t chunk, offset, size, head, self;
	struct cbor_string id, crcs;
};

enum { SEAL_ID, SEAL_CRCS };

static const struct field seal_fields[] = {
	FIELD_OWN("id", SEAL_ID),
	FIELD("chunk", FIELD_U64, struct seal, chunk),
	FIELD("offset", FIELD_U64, struct seal, offset),
	FIELD("size", FIELD_U64, struct seal, size),
	FIELD("head", FIELD_U64, struct seal, head),
	FIELD_OWN("crcs", SEAL_CRCS),
	FIELD("self", FIELD_U64, struct seal, self),
};

static void seal_special(struct plan *p, struct cbor_reader *r, unsigned id, void *to)
{
	struct seal *s = to;

	(void)p;
	*(id == SEAL_ID ? &s->id : &s->crcs) = cbor_read_bytes(r);
}

static int take_seal(struct plan *p, struct image *im, const struct core *core)
{
	const uint8_t *at = im->seal;
	struct cbor_reader r;
	struct seal s;
	struct note n;

	memset(&s, 0, sizeof s);
	note_next(&at, im->seal + im->seal_size, &n);
	cbor_read_init(&r, n.desc, n.size);
	if (!read_fields(p, &r, seal_fields, sizeof seal_fields / sizeof *seal_fields, &s, seal_special) ||
	    r.at != r.end || s.id.size != 16 || s.chunk != CKPT_CHUNK_SIZE)
		return damaged(im, "its seal is unreadable");
	if (s.head != crc32c(0, im->head, im->head_size))
		return damaged(im, "its head (the notes) does not match its checksum");
	if (memcmp(s.id.data, core->id, 16) || s.offset != p->data_offset || s.size != p->data_size ||
	    s.offset != im->head_size || s.offset + s.size != im->seal_offset ||
	    core->seal[0] != im->seal_offset || core->seal[1] != im->seal_size ||
	    s.crcs.size != (s.size + s.chunk - 1) / s.chunk * 4)
		return damaged(im, "its seal is that of another image");
	p->crcs = plan_take(p, s.crcs.size + 1);
	if (!p->crcs)
		return damaged(im, "its seal is too large");
	memcpy(plan_at(p, p->crcs), s.crcs.data, s.crcs.size);
	return 0;
}

/* --- */

static struct plan *new_plan(struct image *im)
{
	/* Notes grow by less than six, program headers shrink, the seal's sums are as they are. */
	uint64_t room = PAGE_UP(6 * im->notes_size + im->head_size + im->seal_size + (1u << 20));
	long mem = sys_mmap(NULL, room, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	struct plan *p = (struct plan *)mem;

	if (mem < 0) {
		say("%s: no memory for its notes: %s", im->name, error_text(mem));
		return NULL;
	}
	p->capacity = room;
	p->size = sizeof *p;
	return p;
}

static bool decode_note(struct plan *p, struct core *core, unsigned i)
{
	struct cbor_reader r;
	bool good = false;

	cbor_read_init(&r, core->notes[i].desc, core->notes[i].size);
	switch (i + CKPT_NT_IMAGE) {
	case CKPT_NT_IMAGE:
		good = decode_image(p, &r, core->id, core->seal);
		break;
	case CKPT_NT_PROCESS:
		good = decode_process(p, &r);
		break;
	case CKPT_NT_REGIONS:
		good = decode_regions(p, &r);
		break;
	case CKPT_NT_THREADS:
		good = decode_threads(p, &r);
		break;
	case CKPT_NT_DESCRIPTORS:
		good = decode_descriptors(p, &r);
		break;
	case CKPT_NT_SIGNALS:
		good = decode_signals(p, &r);
		break;
	case CKPT_NT_TIMERS:
		good = decode_timers(p, &r);
		break;
	}
	return good && r.at == r.end;
}

/* The version is looked at before anything else: a later one may differ in all that follows. */
static int check_version(struct image *im, struct core *core)
{
	struct cbor_reader r;
	uint64_t version = 0;

	cbor_read_init(&r, core->notes[0].desc, core->notes[0].size);
	for (size_t pairs = cbor_read_map(&r); pairs && !r.bad; pairs--) {
		if (cbor_is(cbor_read_text(&r), "version"))
			version = cbor_read_uint(&r);
		else
			cbor_skip(&r);
	}
	if (r.bad)
		return damaged(im, "its note \"image\" is unreadable");
	if (version == CKPT_IMAGE_VERSION)
		return 0;
	say("%s: is of version %lu of the format, this ckpt reads %d; use the ckpt that wrote it",
	    im->name, version, (int)CKPT_IMAGE_VERSION);
	return CKPT_EXIT_FAILED;
}

int plan_decode(struct image *im, struct plan **out)
{
	struct core core;
	struct plan *p;
	int err;

	memset(&core, 0, sizeof core);
	if ((err = survey(im, &core)) || (err = check_version(im, &core)))
		return err;
	p = new_plan(im);
	if (!p)
		return CKPT_EXIT_FAILED;
	if (!decode_note(p, &core, 0))
		return damaged(im, "its note \"image\" is unreadable");
	if ((err = take_seal(p, im, &core)))
		return err;
	for (unsigned i = 1; i < NOTE_COUNT; i++)
		if (!decode_note(p, &core, i)) {
			say("%s: damaged: its note 0x%lx is unreadable; take another copy of it", im->name,
			    (unsigned long)(CKPT_NT_IMAGE + i));
			return CKPT_EXIT_FAILED;
		}
	if (core.prstatus != p->thread_count || !take_core(p, im))
		return damaged(im, "its threads' registers are incomplete");
	if (!take_loads(p, im))
		return damaged(im, "its program headers do not fit its regions");
	p->image_name = plan_text_take(p, im->name, str_len(im->name));
	p->image_fd = im->fd;
	p->seekable = true;
	if (!p->image_name)
		return damaged(im, "its notes are too large");
	*out = p;
	return 0;
}
