/* SPDX-License-Identifier: MIT */
/*
 * notes.c - the head of the image: ELF header, program headers, the kernel's notes (core_notes.c) and ours, in the order of
 * docs/image-format.md. Its twin is restart/read.c.
 */
#include <linux/auxvec.h>
#include <linux/elf.h>
#include <linux/utsname.h>
#include <asm-generic/errno-base.h>

#include "arch/x86_64/syscall.h"
#include "common/fault.h"
#include "note.h"

#define SEAL_FIXED 160 /* more than the seal needs besides its checksums */
#define PN_XNUM_VALUE 0xffff

static int put_cpu(struct cbor_writer *w, struct snapshot *s, char *buf, uint64_t size)
{
	uint64_t n = 0, count = 0;
	int err = note_read_proc(s, "/proc/cpuinfo", buf, size, &n);
	const char *p, *end;

	if (err < 0)
		return err;
	p = str_find(buf, "\nflags");
	while (p && *p && *p != ':')
		p++;
	if (!p || !*p) {
		cbor_array(w, 0);
		return 0;
	}
	p++;
	for (end = p; *end && *end != '\n'; end++)
		count += end[0] == ' ' && end[1] != ' ' && end[1] != '\n' && end[1];
	cbor_array(w, count);
	while (p < end) {
		const char *word;

		while (p < end && *p == ' ')
			p++;
		for (word = p; p < end && *p != ' ';)
			p++;
		if (p > word)
			cbor_bytes(w, word, (uint64_t)(p - word));
	}
	return 0;
}

static int put_image_note(struct cbor_writer *w, struct snapshot *s, char *buf, uint64_t size)
{
	struct note n = note_begin(w, CKPT_NOTE_NAME, CKPT_NT_IMAGE);
	const struct capture *c = s->c;
	struct new_utsname name;
	uint64_t at = w->len;
	uint64_t xcr0 = 3, in_use = 0;
	int err;

	for (uint32_t i = 0; i < c->thread_count; i++) {
		uint64_t word;

		if (c->threads[i]->xsave_size < 576)
			continue;
		memcpy(&word, thread_xsave(c->threads[i]) + XSTATE_BV, 8);
		in_use |= word;
		memcpy(&xcr0, thread_xsave(c->threads[i]) + XSTATE_XCR0, 8);
	}
	sys_uname(&name);
	cbor_map(w, 14);
	cbor_key_uint(w, "version", CKPT_IMAGE_VERSION);
	cbor_key_bytes(w, "id", s->id, sizeof s->id);
	cbor_key_uint(w, "time", c->time_ns);
	cbor_key_uint(w, "mono", c->mono_ns);
	cbor_key_str(w, "kernel", name.release);
	cbor_key_str(w, "machine", "x86_64");
	cbor_key_str(w, "host", name.nodename);
	cbor_key_uint(w, "page", CKPT_PAGE_SIZE);
	cbor_key_uint(w, "xcr0", xcr0);
	cbor_key_uint(w, "xinuse", in_use);
	cbor_text(w, "cpu");
	err = put_cpu(w, s, buf, size);
	if (err < 0)
		return err;
	cbor_key_str(w, "engine", CKPT_ENGINE_VERSION);
	cbor_text(w, "data");
	cbor_array(w, 2);
	cbor_uint(w, s->data_offset);
	cbor_uint(w, s->data_size);
	cbor_text(w, "seal");
	cbor_array(w, 2);
	cbor_uint(w, s->data_offset + s->data_size);
	cbor_uint(w, s->seal_size);
	note_end(&n, at);
	return 0;
}

static int put_mm(struct cbor_writer *w, struct snapshot *s, char *buf, uint64_t size)
{
	static const struct {
		const char *key;
		unsigned field;
	} fields[] = {
		{ "start_code", 26 }, { "end_code", 27 },  { "start_data", 45 }, { "end_data", 46 },
		{ "start_brk", 47 },  { "start_stack", 28 }, { "arg_start", 48 },	 { "arg_end", 49 },
		{ "env_start", 50 },  { "env_end", 51 },
	};
	uint64_t n = 0;
	int err;

	cbor_text(w, "mm");
	cbor_map(w, 11);
	err = note_read_proc(s, "/proc/self/stat", buf, size, &n);
	if (err < 0)
		return err;
	for (unsigned i = 0; i < sizeof fields / sizeof *fields; i++)
		cbor_key_uint(w, fields[i].key, proc_stat_field(buf, fields[i].field));
	cbor_key_uint(w, "brk", (uint64_t)sys_brk(NULL));
	return 0;
}

static void put_library(struct cbor_writer *w)
{
	cbor_text(w, "library");
	cbor_map(w, 5);
	cbor_key_uint(w, "base", ckpt_contract.base);
	cbor_key_uint(w, "leave", ckpt_contract.leave);
	cbor_key_uint(w, "leave_last", ckpt_contract.leave_last);
	cbor_key_uint(w, "scratch", ckpt_contract.scratch);
	cbor_key_uint(w, "scratch_size", ckpt_contract.scratch_size);
}

static int put_process_note(struct cbor_writer *w, struct snapshot *s, char *buf, uint64_t size)
{
	struct note note = note_begin(w, CKPT_NOTE_NAME, CKPT_NT_PROCESS);
	const struct capture *c = s->c;
	uint64_t at = w->len, args = 0;
	long n;
	int err;

	cbor_map(w, 18);
	cbor_key_uint(w, "pid", (uint64_t)c->pid);
	cbor_key_uint(w, "ppid", (uint64_t)c->ppid);
	cbor_key_uint(w, "pgid", (uint64_t)c->pgid);
	cbor_key_uint(w, "sid", (uint64_t)c->sid);
	cbor_key_uint(w, "uid", c->uid);
	cbor_key_uint(w, "gid", c->gid);
	cbor_key_str(w, "comm", c->comm);
	n = FAULTY("snapshot.exe", sys_readlink("/proc/self/exe", buf, CKPT_PATH_SIZE));
	if (n < 0)
		return snapshot_fail(s, "read", "/proc/self/exe", n);
	cbor_key_bytes(w, "exe", buf, (uint64_t)n);
	err = note_read_proc(s, "/proc/self/cmdline", buf, size, &args);
	if (err < 0)
		return err;
	cbor_key_bytes(w, "args", buf, args);
	cbor_key_str(w, "cwd", c->cwd);
	cbor_key_uint(w, "umask", c->umask);
	cbor_key_uint(w, "personality", c->personality);
	err = put_mm(w, s, buf, size);
	if (err < 0)
		return err;
	cbor_text(w, "limits");
	cbor_array(w, MAX_LIMITS);
	for (int i = 0; i < MAX_LIMITS; i++) {
		cbor_array(w, 2);
		cbor_uint(w, c->limits[i][0]);
		cbor_uint(w, c->limits[i][1]);
	}
	cbor_text(w, "nice");
	cbor_int(w, c->nice);
	cbor_key_bool(w, "no_new_privs", c->no_new_privs);
	cbor_key_bool(w, "subreaper", ckpt_contract.subreaper != 0);
	put_library(w);
	note_end(&note, at);
	return 0;
}

static void put_regions_note(struct cbor_writer *w, const struct snapshot *s)
{
	static const char *const kinds[] = { "anon", "heap", "stack", "file", "vdso", "vvar", "vsyscall",
					     "special" };
	struct note n = note_begin(w, CKPT_NOTE_NAME, CKPT_NT_REGIONS);
	uint64_t at = w->len;

	cbor_array(w, s->region_count);
	for (uint32_t i = 0; i < s->region_count; i++) {
		const struct region *r = &s->regions[i];
		bool file = r->kind == KIND_FILE;

		cbor_map(w, 7 + (file ? 4 : 0) + (r->has_file ? 2 : 0));
		cbor_key_uint(w, "start", r->start);
		cbor_key_uint(w, "end", r->end);
		cbor_key_uint(w, "prot", r->prot);
		cbor_key_bool(w, "shared", r->shared);
		cbor_text(w, "kind");
		cbor_text(w, kinds[r->kind]);
		cbor_key_str(w, "name", s->names + r->name);
		if (file) {
			cbor_key_uint(w, "offset", r->offset);
			cbor_key_uint(w, "dev_major", r->dev_major);
			cbor_key_uint(w, "dev_minor", r->dev_minor);
			cbor_key_uint(w, "ino", r->inode);
		}
		if (r->has_file) {
			cbor_key_uint(w, "size", r->size);
			cbor_key_uint(w, "mtime", r->mtime);
		}
		cbor_key_uint(w, "flags", r->flags);
	}
	note_end(&n, at);
}

static void put_siginfos(struct cbor_writer *w, const uint8_t *infos, uint32_t count)
{
	cbor_text(w, "pending");
	cbor_array(w, count);
	for (uint32_t i = 0; i < count; i++)
		cbor_bytes(w, infos + i * 128, 128);
}

static void put_threads_note(struct cbor_writer *w, const struct capture *c)
{
	struct note n = note_begin(w, CKPT_NOTE_NAME, CKPT_NT_THREADS);
	uint64_t at = w->len;

	cbor_array(w, c->thread_count);
	for (uint32_t i = 0; i < c->thread_count; i++) {
		const struct ckpt_thread *t = c->threads[i];

		cbor_map(w, 7 + (t->rseq != 0) + (t->call >= 0) + (t->stopped != 0));
		cbor_key_uint(w, "tid", (uint64_t)t->tid);
		cbor_key_str(w, "name", t->name);
		cbor_key_uint(w, "mask", t->mask);
		cbor_text(w, "altstack");
		cbor_array(w, 3);
		for (int k = 0; k < 3; k++)
			cbor_uint(w, t->altstack[k]);
		cbor_key_uint(w, "clear_tid", t->clear_tid);
		cbor_text(w, "robust");
		cbor_array(w, 2);
		cbor_uint(w, t->robust[0]);
		cbor_uint(w, t->robust[1]);
		if (t->rseq) {
			cbor_text(w, "rseq");
			cbor_array(w, 4);
			cbor_uint(w, t->rseq);
			cbor_uint(w, t->rseq_size);
			cbor_uint(w, t->rseq_signature);
			cbor_uint(w, t->rseq_flags);
		}
		if (t->call >= 0)
			cbor_key_uint(w, "call", (uint64_t)t->call);
		put_siginfos(w, thread_xsave(t) + t->xsave_size, t->pending_count);
		if (t->stopped)
			cbor_key_bool(w, "stopped", true);
	}
	note_end(&n, at);
}

static void put_descriptors_note(struct cbor_writer *w, const struct capture *c)
{
	struct note n = note_begin(w, CKPT_NOTE_NAME, CKPT_NT_DESCRIPTORS);
	uint64_t at = w->len;

	cbor_array(w, c->descriptor_count);
	note_put(w, c->descriptors, c->descriptors_size);
	note_end(&n, at);
}

/* The default action has flags, too: with SA_NOCLDWAIT no child becomes a zombie. */
static bool is_plain_default(const struct kernel_action *a)
{
	return !a->handler && !a->flags && !a->mask;
}

static void put_signals_note(struct cbor_writer *w, const struct capture *c)
{
	struct note n = note_begin(w, CKPT_NOTE_NAME, CKPT_NT_SIGNALS);
	uint64_t at = w->len;
	uint64_t count = 0;

	for (int sig = 1; sig <= 64; sig++)
		count += !is_plain_default(&c->actions[sig]);
	cbor_map(w, 2);
	cbor_text(w, "actions");
	cbor_array(w, count);
	for (uint64_t sig = 1; sig <= 64; sig++) {
		const struct kernel_action *a = &c->actions[sig];

		if (is_plain_default(a))
			continue;
		cbor_array(w, 5);
		cbor_uint(w, sig);
		cbor_uint(w, a->handler);
		cbor_uint(w, a->flags);
		cbor_uint(w, a->restorer);
		cbor_uint(w, a->mask);
	}
	put_siginfos(w, c->pending, c->pending_count);
	note_end(&n, at);
}

static void put_timers_note(struct cbor_writer *w, const struct capture *c)
{
	struct note n = note_begin(w, CKPT_NOTE_NAME, CKPT_NT_TIMERS);
	uint64_t at = w->len;

	cbor_map(w, 1);
	cbor_text(w, "itimers");
	cbor_array(w, MAX_ITIMERS);
	for (int i = 0; i < MAX_ITIMERS; i++) {
		cbor_array(w, 2);
		cbor_uint(w, c->itimers[i][0]);
		cbor_uint(w, c->itimers[i][1]);
	}
	note_end(&n, at);
}

static void put_headers(struct snapshot *s, uint64_t header_count, uint64_t notes_at, uint64_t notes_size)
{
	struct elf64_hdr *e = (struct elf64_hdr *)(void *)s->head;
	struct elf64_phdr *p = (struct elf64_phdr *)(void *)(s->head + sizeof *e);
	uint64_t at = s->data_offset;

	memcpy(e->e_ident, ELFMAG, SELFMAG);
	e->e_ident[EI_CLASS] = ELFCLASS64;
	e->e_ident[EI_DATA] = ELFDATA2LSB;
	e->e_ident[EI_VERSION] = EV_CURRENT;
	e->e_type = ET_CORE;
	e->e_machine = EM_X86_64;
	e->e_version = EV_CURRENT;
	e->e_phoff = sizeof *e;
	e->e_ehsize = sizeof *e;
	e->e_phentsize = sizeof *p;
	e->e_phnum = (uint16_t)header_count;
	if (header_count >= PN_XNUM_VALUE) {
		struct elf64_shdr *h = (struct elf64_shdr *)(void *)(p + header_count);

		e->e_phnum = PN_XNUM_VALUE;
		e->e_shoff = sizeof *e + header_count * sizeof *p;
		e->e_shentsize = sizeof *h;
		e->e_shnum = 1;
		h->sh_info = (uint32_t)header_count;
		h->sh_size = 1;
	}
	*p++ = (struct elf64_phdr){ .p_type = PT_NOTE, .p_offset = notes_at, .p_filesz = notes_size, .p_align = 4 };
	for (uint64_t i = 0; i < s->run_count; i++, p++) {
		const struct run *r = &s->runs[i];
		uint8_t prot = s->regions[r->region].prot;

		*p = (struct elf64_phdr){
			.p_type = PT_LOAD,
			.p_flags = (prot & CKPT_PROT_READ ? PF_R : 0u) | (prot & CKPT_PROT_WRITE ? PF_W : 0u) |
				   (prot & CKPT_PROT_EXEC ? PF_X : 0u),
			.p_offset = at,
			.p_vaddr = r->start,
			.p_filesz = r->data ? r->end - r->start : 0,
			.p_memsz = r->end - r->start,
			.p_align = CKPT_PAGE_SIZE,
		};
		at += p->p_filesz;
	}
	*p = (struct elf64_phdr){ .p_type = PT_NOTE, .p_offset = at, .p_filesz = s->seal_size, .p_align = 4 };
}

/* The size of the seal's segment: the description has a fixed layout but for the length of `crcs`. */
static uint64_t seal_size(uint64_t chunks)
{
	struct cbor_writer w = { 0 };

	cbor_bytes(&w, NULL, 4 * chunks);
	w.len += 20 /* note */ + 1 /* map */ + 3 + 17 /* id */ + 6 + 5 /* chunk */ + 7 + 9 /* offset */ + 5 + 9 /* size */ +
		 5 + 5 /* head */ + 5 /* crcs */ + 5 + 5 /* self */;
	return (w.len + 3) & ~3ull;
}

/*
 * The notes behind the program headers, into w; where that has no buffer it only counts. The image note tells where the
 * data lies, which hangs on the size of the notes: until both agree.
 */
static int put_notes(struct cbor_writer *w, struct snapshot *s, char *buf, uint64_t size)
{
	uint64_t from = w->len;
	int err = core_notes_put(w, s, buf, size);
	uint64_t image_at = w->len;
	uint64_t before;

	if (err < 0)
		return err;
	do {
		before = s->data_offset;
		if (w->size)
			memset(w->buf + image_at, 0, w->len - image_at);
		w->len = image_at;
		if ((err = put_image_note(w, s, buf, size)) < 0 || (err = put_process_note(w, s, buf, size)) < 0)
			return err;
		put_regions_note(w, s);
		put_threads_note(w, s->c);
		put_descriptors_note(w, s->c);
		put_signals_note(w, s->c);
		put_timers_note(w, s->c);
		s->data_offset = (w->len + 4095) & ~4095ull;
	} while (before != s->data_offset);
	return w->len - from <= CKPT_MAX_NOTES_SIZE ? 0 : -E2BIG;
}

int notes_build(struct snapshot *s)
{
	uint64_t headers = s->run_count + 2;
	uint64_t notes_at = sizeof(struct elf64_hdr) + headers * sizeof(struct elf64_phdr) +
			    (headers >= PN_XNUM_VALUE ? sizeof(struct elf64_shdr) : 0);
	enum { BUF = 4 << 20 };
	char *buf = snapshot_map(s, BUF);
	struct cbor_writer w = { .len = notes_at };
	uint64_t end;
	int err;

	if (!buf)
		return -ENOMEM;
	s->chunk_count = (s->data_size + CKPT_CHUNK_SIZE - 1) / CKPT_CHUNK_SIZE;
	s->seal_size = seal_size(s->chunk_count);
	err = put_notes(&w, s, buf, BUF);
	if (err < 0)
		return err;
	end = w.len;
	s->head_size = s->data_offset;
	s->head = snapshot_map(s, s->head_size);
	if (!s->head)
		return -ENOMEM;
	w = (struct cbor_writer){ .buf = s->head, .size = s->head_size, .len = notes_at };
	err = put_notes(&w, s, buf, BUF);
	if (err < 0)
		return err;
	if (w.len != end)
		return -EIO;
	put_headers(s, headers, notes_at, end - notes_at);
	return 0;
}
