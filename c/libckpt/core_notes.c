/* SPDX-License-Identifier: MIT */
/* core_notes.c - the notes of any core file: registers, process, auxiliary vector, mapped files. Runs in the snapshot; system calls and str.c only. */
#include <linux/auxvec.h>
#include <linux/elf.h>
#include <asm-generic/errno-base.h>

#include "arch/x86_64/syscall.h"
#include "common/fault.h"
#include "note.h"

static void put_note(struct cbor_writer *w, const char *name, uint32_t type, const void *desc, uint64_t size)
{
	struct note n = note_begin(w, name, type);
	uint64_t at = w->len;

	note_put(w, desc, size);
	note_end(&n, at);
}

static void put_prstatus(struct cbor_writer *w, const struct capture *c, const struct ckpt_thread *t)
{
	uint8_t desc[CKPT_PRSTATUS_SIZE] = { 0 };
	int32_t ids[4] = { t->tid, c->ppid, c->pgid, c->sid };
	int32_t fpvalid = 1;

	memcpy(desc + 24, &t->mask, 8); /* pr_sighold */
	memcpy(desc + CKPT_PRSTATUS_PID, ids, sizeof ids);
	memcpy(desc + CKPT_PRSTATUS_REGS, t->regs, sizeof t->regs);
	memcpy(desc + 328, &fpvalid, 4);
	put_note(w, "CORE", CKPT_NT_PRSTATUS, desc, sizeof desc);
}

static void put_float(struct cbor_writer *w, const struct ckpt_thread *t)
{
	put_note(w, "CORE", CKPT_NT_FPREGSET, thread_xsave(t), CKPT_FPREGSET_SIZE);
	put_note(w, "LINUX", CKPT_NT_X86_XSTATE, thread_xsave(t), t->xsave_size);
}

static void put_prpsinfo(struct cbor_writer *w, const struct capture *c, const char *args, long args_size)
{
	uint8_t desc[CKPT_PRPSINFO_SIZE] = { 0 };
	int32_t ids[4] = { c->pid, c->ppid, c->pgid, c->sid };
	uint32_t user[2] = { c->uid, c->gid };

	desc[1] = 'R';
	memcpy(desc + 16, user, sizeof user);
	memcpy(desc + 24, ids, sizeof ids);
	memcpy(desc + 40, c->comm, sizeof c->comm);
	for (long i = 0; i + 1 < args_size && i < 79; i++)
		desc[56 + i] = (uint8_t)(args[i] ? args[i] : ' ');
	put_note(w, "CORE", CKPT_NT_PRPSINFO, desc, sizeof desc);
}

static void put_files(struct cbor_writer *w, const struct snapshot *s)
{
	struct note n = note_begin(w, "CORE", CKPT_NT_FILE);
	uint64_t at = w->len;
	uint64_t words[3] = { 0, CKPT_PAGE_SIZE, 0 };

	for (uint32_t i = 0; i < s->region_count; i++)
		words[0] += s->regions[i].kind == KIND_FILE;
	note_put(w, words, 16);
	for (uint32_t i = 0; i < s->region_count; i++) {
		const struct region *r = &s->regions[i];

		words[0] = r->start;
		words[1] = r->end;
		words[2] = r->offset / CKPT_PAGE_SIZE;
		if (r->kind == KIND_FILE)
			note_put(w, words, sizeof words);
	}
	for (uint32_t i = 0; i < s->region_count; i++)
		if (s->regions[i].kind == KIND_FILE)
			note_put(w, s->names + s->regions[i].name, str_len(s->names + s->regions[i].name) + 1);
	note_end(&n, at);
}

int core_notes_put(struct cbor_writer *w, struct snapshot *s, char *buf, uint64_t size)
{
	const struct capture *c = s->c;
	uint8_t siginfo[128] = { 0 };
	uint64_t n = 0;
	int err;

	for (uint32_t i = 0; i < c->thread_count; i++) {
		put_prstatus(w, c, c->threads[i]);
		if (i == 0) {
			if ((err = note_read_proc(s, "/proc/self/cmdline", buf, size, &n)) < 0)
				return err;
			put_prpsinfo(w, c, buf, (long)n);
			put_note(w, "CORE", CKPT_NT_SIGINFO, siginfo, sizeof siginfo);
			if ((err = note_read_proc(s, "/proc/self/auxv", buf, size, &n)) < 0)
				return err;
			put_note(w, "CORE", CKPT_NT_AUXV, buf, n);
			put_files(w, s);
		}
		put_float(w, c->threads[i]);
	}
	return 0;
}
