/* SPDX-License-Identifier: MIT */
/*
 * read.c - the image's head (ELF header, program headers, notes) and seal, read into memory of our own and checked
 * as far as the ELF goes. Runs before anything is undone: every system call is allowed, no libc.
 */
#include <asm/errno.h>
#include <elf.h>
#include <linux/fcntl.h>
#include <linux/mman.h>
#include <linux/stat.h>

#include "arch/x86_64/syscall.h"
#include "common/fault.h"
#include "common/crc32c.h"
#include "plan.h"
#include "say.h"
#include "stat.h"

static long read_at(struct image *im, void *to, uint64_t n, uint64_t offset)
{
	uint64_t done = 0;

	while (done < n) {
		long got = FAULTY("restart.read_head", sys_pread(im->fd, (char *)to + done,
								 fault_short("restart.read_head", n - done),
								 (int64_t)(offset + done)));

		if (got == -EINTR)
			continue;
		if (got < 0)
			return got;
		if (!got)
			break;
		done += (uint64_t)got;
	}
	return (long)done;
}

static int damaged(struct image *im, const char *what)
{
	say("%s: damaged: %s; take another copy of it", im->name, what);
	return CKPT_EXIT_FAILED;
}

static int cut_off(struct image *im, uint64_t whole)
{
	if (whole)
		say("%s: has no seal: it was never finished or was cut off at %lu of %lu bytes; "
		    "take another copy of it", im->name, im->file_size, whole);
	else
		say("%s: has no seal: it was never finished or was cut off at %lu bytes; "
		    "take another copy of it", im->name, im->file_size);
	return CKPT_EXIT_FAILED;
}

static int unreadable(struct image *im, long err)
{
	say("%s: can't be read: %s", im->name, error_text(err));
	return CKPT_EXIT_FAILED;
}

/* Reads n bytes at `offset`, no more and no less. */
static int read_part(struct image *im, void *to, uint64_t n, uint64_t offset)
{
	long got = read_at(im, to, n, offset);

	if (got < 0)
		return unreadable(im, got);
	return (uint64_t)got == n ? 0 : cut_off(im, 0);
}

/* Reads n bytes at `offset` into new memory. */
static int take(struct image *im, uint64_t n, uint64_t offset, uint8_t **out)
{
	long mem;
	long got;

	mem = FAULTY("restart.map_head",
		     sys_mmap(NULL, PAGE_UP(n + 1), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	if (mem < 0) {
		say("%s: no memory for %lu bytes of it: %s", im->name, n, error_text(mem));
		return CKPT_EXIT_FAILED;
	}
	got = read_at(im, (void *)mem, n, offset);
	if (got < 0)
		return unreadable(im, got);
	if ((uint64_t)got < n)
		return cut_off(im, 0);
	*out = (uint8_t *)mem;
	return 0;
}

static int open_file(struct image *im, bool force)
{
	struct kernel_stat st;
	long fd = FAULTY("restart.open",
			 sys_openat(AT_FDCWD, im->name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0));
	uint32_t uid = (uint32_t)sys_geteuid();

	if (fd < 0) {
		say("%s: can't be opened: %s", im->name, error_text(fd));
		return fd == -ENOENT || fd == -ENOTDIR ? CKPT_EXIT_NOT_FOUND : CKPT_EXIT_FAILED;
	}
	im->fd = (int)fd;
	sys_fstat(im->fd, &st);
	if ((st.mode & S_IFMT) != S_IFREG) {
		say("%s: is no regular file; name an image", im->name);
		return CKPT_EXIT_FAILED;
	}
	if (st.uid != uid && uid != 0 && !force) {
		say("%s: belongs to another user (uid %d), whose program would run as you; "
		    "use --force if you trust it", im->name, (int)st.uid);
		return CKPT_EXIT_FAILED;
	}
	if (st.mode & S_IWOTH && !force) {
		say("%s: everybody may write to it; chmod o-w it, or use --force if you trust it", im->name);
		return CKPT_EXIT_FAILED;
	}
	im->file_size = (uint64_t)st.size;
	return 0;
}

static int check_header(struct image *im, const Elf64_Ehdr *h, long got)
{
	if (got == 0) {
		say("%s: is empty: no image; take another copy of it", im->name);
		return CKPT_EXIT_FAILED;
	}
	if (got < SELFMAG || memcmp(h->e_ident, ELFMAG, SELFMAG)) {
		say("%s: is no image of ckpt (no ELF file)", im->name);
		return CKPT_EXIT_FAILED;
	}
	if (got < (long)sizeof *h)
		return cut_off(im, 0);
	if (h->e_ident[EI_CLASS] != ELFCLASS64 || h->e_ident[EI_DATA] != ELFDATA2LSB ||
	    h->e_machine != EM_X86_64) {
		say("%s: is of another architecture (ELF machine %d); restart it on such a machine",
		    im->name, (int)h->e_machine);
		return CKPT_EXIT_FAILED;
	}
	if (h->e_type != ET_CORE) {
		say("%s: is no image of ckpt (an ELF file, but no core file)", im->name);
		return CKPT_EXIT_FAILED;
	}
	if (h->e_ident[EI_VERSION] != EV_CURRENT || h->e_phentsize != sizeof(Elf64_Phdr) ||
	    h->e_phoff != sizeof *h)
		return damaged(im, "its ELF header is not one that ckpt writes");
	return 0;
}

/* How many program headers? With PN_XNUM the section header behind them says it. */
static int count_phdrs(struct image *im, const Elf64_Ehdr *h, uint64_t *count)
{
	Elf64_Shdr s;

	*count = h->e_phnum;
	if (h->e_phnum == PN_XNUM) {
		int err = read_part(im, &s, sizeof s, h->e_shoff);

		if (err)
			return err;
		*count = s.sh_info;
		if (*count < PN_XNUM || h->e_shoff != sizeof *h + *count * sizeof(Elf64_Phdr))
			return damaged(im, "its section header is out of place");
	}
	if (*count < 2 || *count > MAX_LOADS)
		return damaged(im, "the number of its program headers is out of bounds");
	return 0;
}

static int check_seal(struct image *im)
{
	struct note n;
	const uint8_t *at = im->seal;
	uint32_t self;
	const uint8_t *end;

	if (!note_next(&at, im->seal + im->seal_size, &n) || n.type != CKPT_NT_SEAL || n.size < 16 ||
	    n.name_size != sizeof CKPT_NOTE_NAME || memcmp(n.name, CKPT_NOTE_NAME, sizeof CKPT_NOTE_NAME) ||
	    at != im->seal + im->seal_size)
		return damaged(im, "its seal is unreadable");
	end = n.desc + n.size;
	self = (uint32_t)end[-4] << 24 | (uint32_t)end[-3] << 16 | (uint32_t)end[-2] << 8 | end[-1];
	if (crc32c(0, im->seal, (size_t)(end - 4 - im->seal)) != self)
		return damaged(im, "its seal does not match its own checksum");
	return 0;
}

int image_open(struct image *im, const char *name, bool force)
{
	Elf64_Ehdr h;
	Elf64_Phdr note;
	Elf64_Phdr seal;
	uint64_t count;
	long got;
	int err;

	memset(im, 0, sizeof *im);
	im->name = name;
	if ((err = open_file(im, force)))
		return err;
	got = read_at(im, &h, sizeof h, 0);
	if (got < 0)
		return unreadable(im, got);
	if ((err = check_header(im, &h, got)) || (err = count_phdrs(im, &h, &count)))
		return err;
	if ((err = read_part(im, &note, sizeof note, sizeof h)) ||
	    (err = read_part(im, &seal, sizeof seal, sizeof h + (count - 1) * sizeof seal)))
		return err;
	if (note.p_type != PT_NOTE || seal.p_type != PT_NOTE) {
		say("%s: is a core file, but none of ckpt", name);
		return CKPT_EXIT_FAILED;
	}
	if (note.p_filesz > CKPT_MAX_NOTES_SIZE ||
	    note.p_offset != sizeof h + count * sizeof note + (h.e_phnum == PN_XNUM ? sizeof(Elf64_Shdr) : 0))
		return damaged(im, "its notes are out of place");
	im->head_size = PAGE_UP(note.p_offset + note.p_filesz);
	if (seal.p_offset < im->head_size || seal.p_offset >> 62 || seal.p_filesz > CKPT_MAX_NOTES_SIZE ||
	    seal.p_filesz < 32)
		return damaged(im, "its seal is out of place");
	if (seal.p_offset + seal.p_filesz > im->file_size)
		return cut_off(im, seal.p_offset + seal.p_filesz);
	if (seal.p_offset + seal.p_filesz < im->file_size)
		return damaged(im, "something follows its seal");
	im->seal_offset = seal.p_offset;
	im->seal_size = seal.p_filesz;
	if ((err = take(im, im->head_size, 0, &im->head)) ||
	    (err = take(im, im->seal_size, im->seal_offset, &im->seal)))
		return err;
	im->phdrs = im->head + sizeof h;
	im->phdr_count = (uint32_t)count;
	im->notes = im->head + note.p_offset;
	im->notes_size = note.p_filesz;
	return check_seal(im);
}

/* Up to three bytes: no checksum is over those of the seal, so they are looked at. */
static bool all_zero(const uint8_t *at, const uint8_t *end)
{
	while (at < end)
		if (*at++)
			return false;
	return true;
}

bool note_next(const uint8_t **at, const uint8_t *end, struct note *n)
{
	const uint8_t *p = *at;
	uint64_t left = (uint64_t)(end - p);
	uint32_t h[3];
	uint64_t name_room, room;

	if (left < sizeof h)
		return false;
	memcpy(h, p, sizeof h);
	p += sizeof h;
	left -= sizeof h;
	name_room = ((uint64_t)h[0] + 3) & ~3ull;
	room = ((uint64_t)h[1] + 3) & ~3ull;
	if (name_room + room > left || !all_zero(p + h[0], p + name_room) ||
	    !all_zero(p + name_room + h[1], p + name_room + room))
		return false;
	n->name = (const char *)p;
	n->name_size = h[0];
	n->desc = p + name_room;
	n->size = h[1];
	n->type = h[2];
	*at = n->desc + room;
	return true;
}
