/* SPDX-License-Identifier: MIT */
/*
 * contract.c - finds the library in a process by the note in its mapped image, never by its name: a restarted program has
 * it in memory of no file, and in a static program it is a part of the program. Reads only. System calls and str.c.
 */
#include <asm-generic/errno.h>
#include <linux/elf.h>
#include <linux/fcntl.h>
#include <linux/uio.h>

#include "arch/x86_64/syscall.h"
#include "common/maps.h"
#include "tool.h"

#define PAGE 4096u
#define BATCH 64u /* pages that are looked at in one call */
#define MAX_NOTES 64u

int tool_read(int pid, uint64_t address, void *to, uint64_t n)
{
	struct iovec local = { to, n };
	struct iovec remote = { (void *)(uintptr_t)address, n };
	long ret = sys_process_vm_readv(pid, &local, 1, &remote, 1);

	return ret < 0 ? (int)ret : (uint64_t)ret == n ? 0 : -EFAULT;
}

int tool_write(int pid, uint64_t address, const void *from, uint64_t n)
{
	struct iovec local = { (void *)(uintptr_t)from, n };
	struct iovec remote = { (void *)(uintptr_t)address, n };
	long ret = sys_process_vm_writev(pid, &local, 1, &remote, 1);

	return ret < 0 ? (int)ret : (uint64_t)ret == n ? 0 : -EFAULT;
}

/* Is there a contract behind this note? -EAGAIN: the library has not been initialised. */
static int read_contract(struct tool *t, uint64_t base, uint64_t address)
{
	struct ckpt_contract *c = &t->contract;

	if (tool_read(t->pid, address, c, sizeof *c) < 0 || c->magic != CKPT_CONTRACT_MAGIC)
		return -ENOENT;
	if (!c->size)
		return -EAGAIN;
	if (c->version != CKPT_CONTRACT_VERSION || c->size != sizeof *c)
		return -EPROTO;
	if (c->base != base)
		return -ENOENT;
	c->path[sizeof c->path - 1] = 0;
	t->address = address;
	return 0;
}

/* One PT_NOTE. In a static program the linker puts the notes of others before and behind the library's. */
static int search_notes(struct tool *t, uint64_t base, uint64_t address, const Elf64_Phdr *phdr)
{
	uint64_t pad = phdr->p_align == 8 ? 7 : 3;
	uint64_t at = 0;
	Elf64_Nhdr note;

	for (unsigned i = 0; i < MAX_NOTES && at + sizeof note <= phdr->p_filesz; i++) {
		uint64_t description;
		uint32_t words[2];
		char name[5];

		if (tool_read(t->pid, address + at, &note, sizeof note) < 0)
			return -ENOENT;
		description = (at + sizeof note + note.n_namesz + pad) & ~pad;
		if (note.n_type == CKPT_NT_CONTRACT && note.n_namesz == sizeof name && note.n_descsz == sizeof words) {
			if (tool_read(t->pid, address + at + sizeof note, name, sizeof name) < 0 ||
			    tool_read(t->pid, address + description, words, sizeof words) < 0)
				return -ENOENT;
			if (memcmp(name, "CKPT", sizeof name) == 0)
				return words[0] != CKPT_CONTRACT_VERSION
					       ? -EPROTO
					       : read_contract(t, base,
							       address + description + 4 + (uint64_t)(int64_t)(int32_t)words[1]);
		}
		at = (description + note.n_descsz + pad) & ~pad;
	}
	return -ENOENT;
}

/* A shared library or a program that begins here, as it was mapped. The addresses in a library, and in a PIE, count from its beginning. */
static int search_image(struct tool *t, uint64_t base)
{
	Elf64_Phdr phdrs[16];
	Elf64_Ehdr ehdr;
	int err = -ENOENT;

	if (tool_read(t->pid, base, &ehdr, sizeof ehdr) < 0 || (ehdr.e_type != ET_DYN && ehdr.e_type != ET_EXEC) ||
	    ehdr.e_ident[EI_CLASS] != ELFCLASS64 || ehdr.e_phentsize != sizeof *phdrs || ehdr.e_phnum > 16 ||
	    ehdr.e_phoff > PAGE ||
	    tool_read(t->pid, base + ehdr.e_phoff, phdrs, ehdr.e_phnum * sizeof *phdrs) < 0)
		return -ENOENT;
	for (int i = 0; i < ehdr.e_phnum && err == -ENOENT; i++)
		if (phdrs[i].p_type == PT_NOTE)
			err = search_notes(t, base, phdrs[i].p_vaddr + (ehdr.e_type == ET_DYN ? base : 0), &phdrs[i]);
	return err;
}

/* Every page of nameless memory: the kernel merges neighbours, so the library need not begin a mapping. */
static int search_pages(struct tool *t, uint64_t start, uint64_t end)
{
	int err = -ENOENT;

	while (start < end && err == -ENOENT) {
		uint32_t words[BATCH];
		struct iovec local = { words, sizeof words };
		struct iovec remote[BATCH];
		unsigned n = 0;
		long got;

		for (; n < BATCH && start + (uint64_t)n * PAGE < end; n++)
			remote[n] = (struct iovec){ (void *)(uintptr_t)(start + (uint64_t)n * PAGE), 4 };
		got = sys_process_vm_readv(t->pid, &local, 1, remote, n);
		for (unsigned i = 0; got > 0 && i < (unsigned long)got / 4 && err == -ENOENT; i++)
			if (words[i] == 0x464c457f)
				err = search_image(t, start + (uint64_t)i * PAGE);
		start += (uint64_t)(got > 0 ? (unsigned long)got / 4 : 1) * PAGE;
	}
	return err;
}

/* Calls search for each mapping that may hold the library's header: files' beginnings first, then nameless memory. */
static int search_maps(struct tool *t, bool files, uint64_t *budget)
{
	char buf[32768];
	struct map_entry entry;
	char path[40];
	struct text p;
	uint64_t len = 0;
	int err = -ENOENT;
	long fd, n;

	text_init(&p, path, sizeof path);
	text_fmt(&p, "/proc/%d/maps", t->pid);
	fd = sys_openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0)
		return (int)fd;
	while (err == -ENOENT && (n = sys_read((int)fd, buf + len, sizeof buf - 1 - len)) > 0) {
		const char *line = buf;
		char *end;

		len += (uint64_t)n;
		buf[len] = 0;
		end = (char *)(uintptr_t)str_rchr(buf, '\n');
		if (!end)
			break;
		*end = 0;
		while (line < end && err == -ENOENT) {
			uint64_t pages;

			if (maps_parse_line(&line, &entry) < 0)
				break;
			if (!(entry.prot & CKPT_PROT_READ) || entry.shared || (files != (entry.inode != 0)))
				continue;
			pages = (entry.end - entry.start) / PAGE;
			if (files && entry.offset == 0) {
				err = search_pages(t, entry.start, entry.start + PAGE);
			} else if (!files && !(entry.prot & CKPT_PROT_WRITE) && entry.name[0] != '[' && pages <= *budget) {
				*budget -= pages;
				err = search_pages(t, entry.start, entry.end);
			}
		}
		len -= (uint64_t)(end + 1 - buf);
		memmove(buf, end + 1, len);
	}
	sys_close((int)fd);
	return err;
}

int tool_find_contract(struct tool *t)
{
	uint64_t budget = 65536; /* pages: 256 MiB */
	uint64_t magic = 0;
	int err = search_maps(t, true, &budget);

	if (err == -ENOENT)
		err = search_maps(t, false, &budget);
	if (err == -EPROTO)
		return tool_fail(t, "version",
				 "process %d (%s) was started by another version of ckpt: use that one for its checkpoint",
				 t->pid, t->name);
	if (err == -EAGAIN)
		return tool_fail(t, "not-prepared", "process %d (%s) is just starting: try again", t->pid, t->name);
	if (err < 0)
		return tool_fail(t, "not-prepared", "process %d (%s) is not prepared: start it with `ckpt run`", t->pid,
				 t->name);
	if (tool_read(t->pid, t->contract.enter - sizeof magic, &magic, sizeof magic) < 0 ||
	    magic != CKPT_CONTRACT_MAGIC)
		return tool_fail(t, "not-prepared", "process %d (%s) has overwritten ckpt's library in its memory", t->pid,
				 t->name);
	t->result->signal = t->contract.signal;
	return 0;
}
