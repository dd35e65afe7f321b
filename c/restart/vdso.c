/* SPDX-License-Identifier: MIT */
/*
 * vdso.c - the kernel's code in the process ([vdso]) and its data ([vvar], [vvar_vclock]). Where it is the same code as
 * at the checkpoint it is moved to its old place. Else, or where it can't be moved, it stays where it is, and each
 * function of the old code, laid at the old address, begins with a jump to the one of the same name in the new.
 * Runs in the hole.
 */
#include <asm/errno.h>
#include <elf.h>
#include <linux/mman.h>

#include "arch/x86_64/syscall.h"
#include "common/maps.h"
#include "inside.h"
#include "say.h"

#define MAX_PARTS 8
#define MAX_SYMBOLS 256
#define JUMP_SIZE 14
#define NR_MSEAL 462

static struct part {
	uint64_t start, end;
	bool code;
} parts[MAX_PARTS];

static unsigned part_count;
static bool fixed; /* it can't be moved */

static bool is_data(const char *name)
{
	return str_starts(name, "[vvar");
}

static bool is_code(const char *name)
{
	return !str_cmp(name, "[vdso]");
}

void vdso_note(const struct map_entry *m)
{
	bool code = is_code(m->name);

	if ((!code && !is_data(m->name)) || part_count == MAX_PARTS)
		return;
	parts[part_count++] = (struct part){ m->start, m->end, code };
}

bool vdso_holds(uint64_t start, uint64_t end)
{
	for (unsigned i = 0; i < part_count; i++)
		if (start < parts[i].end && end > parts[i].start)
			return true;
	return false;
}

static struct part *code_part(void)
{
	for (unsigned i = 0; i < part_count; i++)
		if (parts[i].code)
			return &parts[i];
	return NULL;
}

/* Moves all parts, keeping their distances. */
static long move(uint64_t to)
{
	uint64_t from = parts[0].start;

	for (unsigned i = 0; i < part_count; i++) {
		struct part *part = &parts[i];
		uint64_t n = part->end - part->start;
		uint64_t at = to + (part->start - from);
		long ret = sys_mremap((void *)part->start, n, n, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)at);

		if (ret < 0)
			return ret;
		part->start = at;
		part->end = at + n;
	}
	return 0;
}

int vdso_park(struct plan *p)
{
	long err;

	if (!part_count)
		return 0;
	for (unsigned i = 0; p->sealed_vdso && i < part_count; i++)
		ckpt_syscall3(NR_MSEAL, parts[i].start, parts[i].end - parts[i].start, 0);
	if (parts[part_count - 1].end - parts[0].start > p->park_size) {
		fixed = true;
		return 0;
	}
	err = move(p->park);
	if (!err)
		return 0;
	if (err == -EPERM && parts[0].start != p->park) {
		fixed = true; /* a kernel that seals its mappings (MSEAL_SYSTEM_MAPPINGS) */
		return 0;
	}
	say("the kernel's vdso can't be moved: %s", error_text(err));
	return -1;
}

/* --- symbols --- */

/* The dynamic symbols of a vdso; everything is checked against its size. */
struct symbols {
	const uint8_t *base;
	uint64_t size;
	const Elf64_Sym *table;
	const char *names;
	uint64_t names_size;
	uint32_t count;
};

/* n bytes at this offset, of things that are aligned so. */
static const void *within(const struct symbols *s, uint64_t at, uint64_t n, uint64_t align)
{
	return at <= s->size && n <= s->size - at && at % align == 0 ? s->base + at : NULL;
}

/* A kernel without DT_HASH: the last symbol is the end of the longest chain of DT_GNU_HASH. */
static uint32_t count_gnu(const struct symbols *s, uint64_t at)
{
	const uint32_t *h = within(s, at, 16, 4);
	const uint32_t *buckets;
	uint64_t chains;
	uint32_t last = 0;

	if (!h || h[0] > MAX_SYMBOLS || h[2] > MAX_SYMBOLS)
		return 0;
	buckets = within(s, at + 16 + 8ull * h[2], 4ull * h[0], 4);
	chains = at + 16 + 8ull * h[2] + 4ull * h[0];
	for (uint32_t i = 0; buckets && i < h[0]; i++)
		if (buckets[i] > last)
			last = buckets[i];
	if (last < h[1])
		return 0;
	for (;; last++) {
		const uint32_t *link = within(s, chains + 4ull * (last - h[1]), 4, 4);

		if (!link)
			return 0;
		if (*link & 1)
			return last + 1;
	}
}

static bool read_symbols(struct symbols *s, const uint8_t *base, uint64_t size)
{
	const Elf64_Ehdr *h = (const void *)base;
	const Elf64_Dyn *dyn = NULL;
	uint64_t dyn_count = 0;
	uint64_t symtab = 0;
	uint64_t strtab = 0;
	uint64_t gnu = 0;

	*s = (struct symbols){ .base = base, .size = size };
	if (size < sizeof *h || memcmp(h->e_ident, ELFMAG, SELFMAG))
		return false;
	for (unsigned i = 0; i < h->e_phnum; i++) {
		const Elf64_Phdr *ph = within(s, h->e_phoff + i * sizeof *ph, sizeof *ph, 8);

		if (!ph)
			return false;
		if (ph->p_type == PT_DYNAMIC) {
			dyn = within(s, ph->p_offset, ph->p_memsz, 8);
			dyn_count = ph->p_memsz / sizeof *dyn;
		}
	}
	for (uint64_t i = 0; dyn && i < dyn_count; i++) {
		uint64_t at = dyn[i].d_un.d_ptr;
		const uint32_t *hash;

		switch (dyn[i].d_tag) {
		case DT_SYMTAB:
			symtab = at;
			break;
		case DT_STRTAB:
			strtab = at;
			break;
		case DT_STRSZ:
			s->names_size = at;
			break;
		case DT_HASH:
			hash = within(s, at, 8, 4);
			s->count = hash ? hash[1] : 0;
			break;
		case DT_GNU_HASH:
			gnu = at;
			break;
		}
	}
	if (!s->count && gnu)
		s->count = count_gnu(s, gnu);
	if (s->count > MAX_SYMBOLS)
		return false;
	s->table = within(s, symtab, s->count * sizeof(Elf64_Sym), 8);
	s->names = within(s, strtab, s->names_size, 1);
	return s->table && s->names && s->names_size && !s->names[s->names_size - 1];
}

/* The name of a function that the vdso exports, or NULL. */
static const char *function_name(const struct symbols *s, const Elf64_Sym *sym)
{
	if (ELF64_ST_TYPE(sym->st_info) != STT_FUNC || !sym->st_shndx || sym->st_name >= s->names_size)
		return NULL;
	return s->names + sym->st_name;
}

static uint64_t find_function(const struct symbols *s, const char *name)
{
	for (uint32_t i = 0; i < s->count; i++) {
		const char *here = function_name(s, &s->table[i]);

		if (here && !str_cmp(here, name))
			return (uint64_t)s->base + s->table[i].st_value;
	}
	return 0;
}

/* The code at `at` becomes a jump to `target`, or, without one, the answer ENOSYS. */
static void patch(uint8_t *at, uint64_t target)
{
	static const uint8_t jump[6] = { 0xff, 0x25, 0, 0, 0, 0 }; /* jmp *0(%rip) */
	static const uint8_t no[8] = { 0x48, 0xc7, 0xc0, 0xda, 0xff, 0xff, 0xff, 0xc3 };

	if (!target) {
		memcpy(at, no, sizeof no);
		return;
	}
	memcpy(at, jump, sizeof jump);
	memcpy(at + sizeof jump, &target, sizeof target);
}

/* The old code at its old address, on top of the kernel's. */
static int lay_over(struct plan *p, const struct region *g, const uint8_t *saved, uint64_t n)
{
	struct part *code = code_part();
	struct symbols old;
	struct symbols new;
	long err;

	err = sys_mmap((void *)g->start, n, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	if (err < 0) {
		say("%s: no place for its vdso at 0x%lx: %s; try again", plan_text(p, p->image_name), g->start,
		    error_text(err));
		return -1;
	}
	memcpy((void *)g->start, saved, n);
	if (!read_symbols(&old, saved, n)) {
		say("%s: damaged: its vdso is unreadable", plan_text(p, p->image_name));
		return -1;
	}
	if (!code || !read_symbols(&new, (const uint8_t *)code->start, code->end - code->start))
		new.count = 0;
	for (uint32_t i = 0; i < old.count; i++) {
		const char *name = function_name(&old, &old.table[i]);

		if (name && old.table[i].st_value <= n - JUMP_SIZE) /* n is at least a page */
			patch((uint8_t *)g->start + old.table[i].st_value, find_function(&new, name));
	}
	err = sys_mprotect((void *)g->start, n, PROT_READ | PROT_EXEC);
	if (err < 0) {
		say("%s: its vdso can't be made executable: %s", plan_text(p, p->image_name), error_text(err));
		return -1;
	}
	return 0;
}

/* Do the saved regions up to the vdso lie to each other as the kernel's do now? */
static bool same_layout(struct plan *p, const struct region *g)
{
	const struct region *at = g + 1;

	for (unsigned i = part_count; i--;) {
		const struct part *part = &parts[i];
		const struct part *last = &parts[part_count - 1];

		at--;
		if (at < plan_regions(p) || at->end - at->start != part->end - part->start ||
		    g->end - at->end != last->end - part->end ||
		    (part->code ? at != g : !is_data(plan_text(p, at->name))))
			return false;
	}
	return at == plan_regions(p) || !is_data(plan_text(p, at[-1].name));
}

int vdso_place(struct plan *p, const struct region *g, const uint8_t *saved, uint64_t n)
{
	struct part *code = code_part();
	bool same = code && code->end - code->start == g->end - g->start && same_layout(p, g);

	if (same && saved && memcmp(saved, (void *)code->start, n))
		same = false;
	if (same && code->start == g->start && !p->foreign_vdso)
		return 0;
	if (same && !fixed && !p->foreign_vdso) {
		long err = move(g->end - (parts[part_count - 1].end - parts[0].start));

		if (!err)
			return 0;
		say("%s: the kernel's vdso can't be moved to 0x%lx: %s", plan_text(p, p->image_name), g->start,
		    error_text(err));
		return -1;
	}
	if (saved)
		return lay_over(p, g, saved, n);
	say("%s: holds no copy of the vdso, and this kernel's is another one", plan_text(p, p->image_name));
	return -1;
}
