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
#define SIGINFO_SIZE 128
#define MAX_AUXV 4096

/* What the notes of the core hold, as far as needed here. */
struct core {
	struct note notes[NOTE_COUNT];
	uint8_t id[16];
	uint64_t seal[2];
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

static bool is_note(const struct note *n, const char *name, uint32_t type)
{
	return n->type == type && named(n, name);
}

/* The next note must be this one, of this size (0: of any). */
static bool take_note(const uint8_t **at, const uint8_t *end, const char *name, uint32_t type, uint32_t size,
		      struct note *n)
{
	return note_next(at, end, n) && is_note(n, name, type) && (!size || n->size == size);
}

/* Is it an image, with notes that can be read at all? Its note "image" is remembered. */
static int survey(struct image *im, struct core *core)
{
	const uint8_t *at = im->notes;
	const uint8_t *end = at + im->notes_size;
	bool found = false;
	struct note n;

	while (!found && note_next(&at, end, &n))
		found = is_note(&n, CKPT_NOTE_NAME, CKPT_NT_IMAGE);
	if (!found && at == end) {
		say("%s: is a core file, but none of ckpt", im->name);
		return CKPT_EXIT_FAILED;
	}
	if (!found)
		return damaged(im, "its notes are unreadable");
	core->notes[0] = n;
	return 0;
}

/* All notes, in the order of the format; ours are remembered. */
static bool take_notes(struct image *im, struct core *core)
{
	const uint8_t *at = im->notes;
	const uint8_t *end = at + im->notes_size;
	const uint8_t *ahead;
	uint32_t last = CKPT_NT_SEAL;
	struct note n;

	if (!take_note(&at, end, "CORE", CKPT_NT_PRSTATUS, CKPT_PRSTATUS_SIZE, &n) ||
	    !take_note(&at, end, "CORE", CKPT_NT_PRPSINFO, CKPT_PRPSINFO_SIZE, &n) ||
	    !take_note(&at, end, "CORE", CKPT_NT_SIGINFO, SIGINFO_SIZE, &n) ||
	    !take_note(&at, end, "CORE", CKPT_NT_AUXV, 0, &n) ||
	    !take_note(&at, end, "CORE", CKPT_NT_FILE, 0, &n))
		return false;
	do {
		if (!take_note(&at, end, "CORE", CKPT_NT_FPREGSET, CKPT_FPREGSET_SIZE, &n) ||
		    !take_note(&at, end, "LINUX", CKPT_NT_X86_XSTATE, 0, &n))
			return false;
		ahead = at;
	} while (take_note(&at, end, "CORE", CKPT_NT_PRSTATUS, CKPT_PRSTATUS_SIZE, &n));
	at = ahead;
	for (uint32_t i = 0; i < NOTE_COUNT; i++)
		if (!take_note(&at, end, CKPT_NOTE_NAME, CKPT_NT_IMAGE + i, 0, &core->notes[i]))
			return false;
	/* Those of a later writer. */
	for (; at != end; last = n.type)
		if (!note_next(&at, end, &n) || !named(&n, CKPT_NOTE_NAME) || n.type <= last)
			return false;
	return true;
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
		if (is_note(&n, "CORE", CKPT_NT_PRSTATUS)) {
			uint32_t tid;

			if (prstatus == p->thread_count)
				return false;
			memcpy(&tid, n.desc + CKPT_PRSTATUS_PID, 4);
			if (tid != threads[prstatus].tid)
				return false;
			memcpy(threads[prstatus].regs, n.desc + CKPT_PRSTATUS_REGS,
			       sizeof threads->regs);
			prstatus++;
		} else if (is_note(&n, "LINUX", CKPT_NT_X86_XSTATE)) {
			if (n.size < 576 || n.size > CKPT_MAX_XSAVE || xstate == p->thread_count ||
			    !(threads[xstate].xstate = plan_take(p, n.size)))
				return false;
			memcpy(plan_at(p, threads[xstate].xstate), n.desc, n.size);
			threads[xstate].xstate_size = n.size;
			xstate++;
		} else if (is_note(&n, "CORE", CKPT_NT_AUXV)) {
			if (n.size > MAX_AUXV || n.size % 16 || !(p->auxv = plan_take(p, n.size)))
				return false;
			memcpy(plan_at(p, p->auxv), n.desc, n.size);
			p->mm.auxv_size = n.size;
		}
	}
	return prstatus == p->thread_count && xstate == p->thread_count;
}

static uint32_t load_flags(uint32_t prot)
{
	return (prot & CKPT_PROT_READ ? PF_R : 0u) | (prot & CKPT_PROT_WRITE ? PF_W : 0u) |
	       (prot & CKPT_PROT_EXEC ? PF_X : 0u);
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
		if (g == end || h.p_vaddr != (at ? at : g->start) || h.p_memsz > g->end - h.p_vaddr ||
		    h.p_flags != load_flags(g->prot) || h.p_align != PAGE)
			return false;
		loads[i].start = h.p_vaddr;
		loads[i].end = h.p_vaddr + h.p_memsz;
		loads[i].offset = offset - p->data_offset;
		loads[i].filled = h.p_filesz != 0;
		g->filled |= loads[i].filled;
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
	uint64_t chunk, offset, size, head, self;
	struct cbor_string id, crcs;
};

static const char seal_keys[][8] = { "id", "chunk", "offset", "size", "head", "crcs", "self" };

/* The keys have an order, and "self" is the last: its checksum is over all that is before it. */
static bool read_seal(struct cbor_reader *r, struct seal *s)
{
	const unsigned count = sizeof seal_keys / sizeof *seal_keys;
	unsigned next = 0;

	for (size_t pairs = cbor_read_map(r); pairs && !r->bad; pairs--) {
		struct cbor_string key = cbor_read_key(r);
		unsigned i = 0;

		while (i < count && !cbor_is(key, seal_keys[i]))
			i++;
		if (i == count) {
			cbor_skip(r);
			continue;
		}
		if (i != next++ || (i == count - 1 && pairs > 1))
			return false;
		switch (i) {
		case 0:
			s->id = cbor_read_bytes(r);
			break;
		case 1:
			s->chunk = cbor_read_uint(r);
			break;
		case 2:
			s->offset = cbor_read_wide(r, 8);
			break;
		case 3:
			s->size = cbor_read_wide(r, 8);
			break;
		case 4:
			s->head = cbor_read_wide(r, 4);
			break;
		case 5:
			s->crcs = cbor_read_bytes(r);
			break;
		default:
			s->self = cbor_read_wide(r, 4);
		}
	}
	return !r->bad && next == count && r->at == r->end && s->id.size == 16 && s->chunk == CKPT_CHUNK_SIZE;
}

static int take_seal(struct plan *p, struct image *im, const struct core *core)
{
	const uint8_t *at = im->seal;
	struct cbor_reader r;
	struct seal s;
	struct note n;

	memset(&s, 0, sizeof s);
	note_next(&at, im->seal + im->seal_size, &n); /* read.c has looked at it */
	cbor_read_init(&r, n.desc, n.size);
	if (!read_seal(&r, &s))
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
	/* Notes grow by less than six, program headers shrink, the seal's sums are as they are. What is not used is not touched. */
	_Static_assert(8ull * CKPT_MAX_NOTES_SIZE + MAX_LOADS * sizeof(Elf64_Phdr) + (2u << 20) < 1ull << 32,
		       "a ref has 32 bits");
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
	return good && !r.bad && r.at == r.end;
}

/* The version is looked at before anything else: a later one may differ in all that follows. */
static int check_version(struct image *im, struct core *core)
{
	struct cbor_reader r;
	uint64_t version = 0;

	cbor_read_init(&r, core->notes[0].desc, core->notes[0].size);
	for (size_t pairs = cbor_read_map(&r); pairs && !r.bad; pairs--) {
		if (cbor_is(cbor_read_key(&r), "version"))
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
	if (!take_notes(im, &core))
		return damaged(im, "its notes are not those of the format, in its order");
	for (unsigned i = 1; i < NOTE_COUNT; i++)
		if (!decode_note(p, &core, i)) {
			say("%s: damaged: its note 0x%lx is unreadable; take another copy of it", im->name,
			    (unsigned long)(CKPT_NT_IMAGE + i));
			return CKPT_EXIT_FAILED;
		}
	if (!take_core(p, im))
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
