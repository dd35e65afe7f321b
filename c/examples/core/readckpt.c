/* SPDX-License-Identifier: MIT */
/*
 * readckpt - prints what is in an image: start, end and name of every segment, and the registers of every thread.
 *
 *     ./readckpt                of mycheckpoint
 *     ./readckpt noon.ckpt      of another image
 *
 * It teaches how a core file is built, which an image is: an ELF header; program headers that say where in the file a part
 * lies; and in the part PT_NOTE one note after the other, each with a name, a type and a content. The registers are in the
 * notes NT_PRSTATUS, as in every core file. The names of the segments are in a note of ckpt's own, as a core file
 * names files alone, not [heap] or [stack]. `readelf -l -n mycheckpoint` shows the same notes; docs/image-format.md has them all.
 * It looks whether everything is in its place, not at the checksums: ckpt-restart does that.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../print.h"
#include "ckpt/image.h"
#include "common/cbor_read.h"

static const char *file_name;
static const uint8_t *file; /* all of it, as mmap() shows it */
static uint64_t file_size;

struct note {
	const char *name;
	uint32_t type;
	const uint8_t *content;
	uint32_t size;
};

__attribute__((noreturn)) static void refuse(const char *why)
{
	fprintf(stderr, "readckpt: %s: %s\n", file_name, why);
	exit(1);
}

static void open_file(void)
{
	/* Without O_NONBLOCK it would wait at a FIFO for somebody who writes. */
	int fd = open(file_name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	void *memory;

	if (fd < 0 || fstat(fd, &st) != 0)
		refuse(strerror(errno));
	if (!S_ISREG(st.st_mode))
		refuse("is no regular file; name an image");
	if (st.st_size < (off_t)sizeof(Elf64_Ehdr))
		refuse("is no image of ckpt: too short");
	file_size = (uint64_t)st.st_size;
	memory = mmap(NULL, file_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (memory == MAP_FAILED)
		refuse(strerror(errno));
	file = memory;
	close(fd);
}

/* The part of the file at `offset`. Everything that is read comes through here: no offset in the file is trusted. */
static const void *part(uint64_t offset, uint64_t size, unsigned alignment)
{
	if (offset > file_size || size > file_size - offset || offset % alignment != 0)
		refuse("is damaged, or was cut off: a part of it lies outside the file");
	return file + offset;
}

/* Finds the first PT_NOTE. The last one, the seal, ends the file: an image without it was never finished. */
static const Elf64_Phdr *find_notes(void)
{
	const Elf64_Ehdr *head = part(0, sizeof *head, 8);
	const Elf64_Phdr *first, *last;
	uint64_t count = head->e_phnum;

	if (memcmp(head->e_ident, ELFMAG, SELFMAG) != 0)
		refuse("is no image of ckpt: no ELF file");
	if (head->e_ident[EI_CLASS] != ELFCLASS64 || head->e_machine != EM_X86_64 || head->e_type != ET_CORE)
		refuse("is no image of ckpt: an ELF file, but no core file of x86-64");
	if (count == PN_XNUM) /* 65,535 or more: then a section header has the number */
		count = ((const Elf64_Shdr *)part(head->e_shoff, sizeof(Elf64_Shdr), 8))->sh_info;
	if (head->e_phentsize != sizeof *first || count == 0)
		refuse("is damaged: its program headers are unreadable");
	first = part(head->e_phoff, count * sizeof *first, 8);
	last = first + count - 1;
	if (first->p_type != PT_NOTE || last->p_type != PT_NOTE || first == last)
		refuse("is a core file, but none of ckpt");
	if (last->p_offset + last->p_filesz != file_size)
		refuse("was never finished, or was cut off: it does not end with its seal");
	return first;
}

/* The next note of this name and type, from *offset on, which moves behind it; false: there is none any more. */
static bool next_note(const Elf64_Phdr *notes, uint64_t *offset, const char *name, uint32_t type, struct note *n)
{
	uint64_t end = notes->p_offset + notes->p_filesz;

	part(notes->p_offset, notes->p_filesz, 4);
	while (*offset < end) {
		const Elf64_Nhdr *head = part(*offset, sizeof *head, 4);
		uint64_t content = *offset + sizeof *head + ((head->n_namesz + 3ull) & ~3ull); /* padded to 4 */

		n->name = part(*offset + sizeof *head, head->n_namesz, 4);
		n->type = head->n_type;
		n->content = part(content, head->n_descsz, 4);
		n->size = head->n_descsz;
		*offset = content + ((head->n_descsz + 3ull) & ~3ull);
		if (n->type == type && head->n_namesz == strlen(name) + 1 && memcmp(n->name, name, head->n_namesz) == 0)
			return true;
	}
	return false;
}

/* The note is an array of maps with a key for everything that is known of a segment; see docs/image-format.md. */
static void print_segments(const Elf64_Phdr *notes)
{
	uint64_t offset = notes->p_offset;
	struct cbor_reader r;
	struct note n;

	if (!next_note(notes, &offset, CKPT_NOTE_NAME, CKPT_NT_REGIONS, &n))
		refuse("is a core file, but none of ckpt");
	cbor_read_init(&r, n.content, n.size);
	cbor_skip(&r);
	if (r.bad || r.at != r.end)
		refuse("is damaged: its list of segments is unreadable");

	printf("    *** Memory segments of %s ***\n", file_name);
	cbor_read_init(&r, n.content, n.size);
	for (size_t segments = cbor_read_array(&r); segments > 0; segments--) {
		struct cbor_string name = { NULL, 0 };
		uint64_t start = 0, end = 0, prot = 0;

		for (size_t keys = cbor_read_map(&r); keys > 0; keys--) {
			struct cbor_string key = cbor_read_key(&r);

			if (cbor_is(key, "start"))
				start = cbor_read_uint(&r);
			else if (cbor_is(key, "end"))
				end = cbor_read_uint(&r);
			else if (cbor_is(key, "prot"))
				prot = cbor_read_uint(&r);
			else if (cbor_is(key, "name"))
				name = cbor_read_bytes(&r);
			else
				cbor_skip(&r);
		}
		if (r.bad)
			refuse("is damaged: its list of segments is unreadable");
		print_segment(name.data, name.size, (int)prot, start, end);
	}
}

/* In the order of struct user_regs_struct (sys/user.h). */
static const char register_names[][9] = {
	"r15", "r14", "r13", "r12", "rbp", "rbx", "r11", "r10", "r9", "r8", "rax", "rcx", "rdx", "rsi", "rdi", "orig_rax",
	"rip", "cs", "eflags", "rsp", "ss", "fs_base", "gs_base", "ds", "es", "fs", "gs",
};

static void print_registers(const Elf64_Phdr *notes)
{
	uint64_t offset = notes->p_offset;
	struct note n;

	while (next_note(notes, &offset, "CORE", NT_PRSTATUS, &n)) {
		int32_t tid;

		if (n.size != CKPT_PRSTATUS_SIZE)
			refuse("is damaged: the registers of a thread are unreadable");
		memcpy(&tid, n.content + CKPT_PRSTATUS_PID, sizeof tid);
		printf("    *** Registers of thread %d ***\n", tid);
		for (size_t i = 0; i < sizeof register_names / sizeof *register_names; i++) {
			uint64_t value;

			memcpy(&value, n.content + CKPT_PRSTATUS_REGS + i * sizeof value, sizeof value);
			print_register(register_names[i], value);
		}
	}
}

int main(int argc, char **argv)
{
	const Elf64_Phdr *notes;

	if (argc > 2) {
		fprintf(stderr, "usage: %s [IMAGE]\n", argv[0]);
		return 2;
	}
	file_name = argc == 2 ? argv[1] : "mycheckpoint";
	open_file();
	notes = find_notes();
	print_segments(notes);
	print_registers(notes);
	if (fflush(stdout) != 0) {
		perror("readckpt: standard output");
		return 1;
	}
	return 0;
}
