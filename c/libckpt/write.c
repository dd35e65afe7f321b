/* SPDX-License-Identifier: MIT */
/*
 * write.c - the bytes of the image, first to last. Memory goes from its place to the file without a copy; what can't be
 * read in place (no permission, or a file that may end early) goes through /proc/self/mem.
 */
#include <asm/stat.h>
#include <linux/fcntl.h>
#include <linux/time.h>
#include <asm-generic/errno-base.h>

#include "arch/x86_64/syscall.h"
#include "common/crc32c.h"
#include "common/fault.h"
#include "snapshot.h"

#define SEEK_CUR_WHENCE 1
#define HOLE_MIN (16u << 12)
#define PROGRESS_NS 100000000ull

static int put(struct snapshot *s, const void *data, uint64_t n)
{
	const uint8_t *p = data;

	while (n) {
		long done = FAULTY("snapshot.write", sys_write(s->fd, p, fault_short("snapshot.write", n)));

		if (done == -EINTR)
			continue;
		if (done <= 0)
			return snapshot_fail(s, "write", s->path, done ? done : -EIO);
		p += done;
		n -= (uint64_t)done;
	}
	return 0;
}

/* Zeros that were owed: a hole. */
static int settle(struct snapshot *s)
{
	long err;

	if (!s->hole)
		return 0;
	err = FAULTY("snapshot.lseek", sys_lseek(s->fd, (int64_t)s->hole, SEEK_CUR_WHENCE));
	if (err < 0)
		return snapshot_fail(s, "write", s->path, err);
	s->hole = 0;
	return 0;
}

static bool is_zero(const uint8_t *p, uint64_t n)
{
	const uint64_t *w = (const uint64_t *)(const void *)p;

	for (uint64_t i = 0; i < n / 8; i += 8)
		if (w[i] | w[i + 1] | w[i + 2] | w[i + 3] | w[i + 4] | w[i + 5] | w[i + 6] | w[i + 7])
			return false;
	return true;
}

/* n bytes of data, whole pages: long runs of zero pages become holes. */
static int put_pages(struct snapshot *s, const uint8_t *p, uint64_t n)
{
	uint64_t at = 0, zeros_at = 0, from = 0;
	int err = 0;

	if (!s->seekable)
		return put(s, p, n);
	while (at < n && err == 0) {
		if (!is_zero(p + at, CKPT_PAGE_SIZE)) {
			at += CKPT_PAGE_SIZE;
			continue;
		}
		zeros_at = at;
		while (at < n && is_zero(p + at, CKPT_PAGE_SIZE))
			at += CKPT_PAGE_SIZE;
		if (at - zeros_at < HOLE_MIN && at != n && zeros_at != 0)
			continue;
		if (zeros_at > from) {
			err = settle(s);
			if (err == 0)
				err = put(s, p + from, zeros_at - from);
		}
		s->hole += at - zeros_at;
		from = at;
	}
	if (err == 0 && from < n) {
		err = settle(s);
		if (err == 0)
			err = put(s, p + from, n - from);
	}
	return err;
}

static void progress(struct snapshot *s)
{
	uint64_t now;
	char line[80];
	struct text t;

	if (s->c->socket < 0)
		return;
	now = now_ns(CLOCK_MONOTONIC);
	if (now - s->last_progress_ns < PROGRESS_NS)
		return;
	s->last_progress_ns = now;
	text_init(&t, line, sizeof line);
	text_fmt(&t, "writing %lu %lu", (unsigned long)s->written, (unsigned long)s->data_size);
	report_packet(s->c, line);
}

static int unreadable(struct snapshot *s, const struct region *r, uint64_t address, long err)
{
	char what[CKPT_PATH_SIZE + 64];
	struct text t;

	text_init(&t, what, sizeof what);
	text_fmt(&t, "the program's memory at 0x%lx %s", (unsigned long)address, s->names + r->name);
	return snapshot_fail(s, "read", what, err);
}

/*
 * The page at this address can't be read. Zeros, if a file ends before it. Where the file's size is not known (it was deleted, say)
 * that is so for the pages behind it as well: `ended` remembers, until one of them can be read after all. Anything else
 * is a failing disk, and the page would be lost unseen.
 */
static bool is_behind_end(struct snapshot *s, const struct region *r, uint64_t address)
{
	struct stat st;

	if (r->kind != KIND_FILE)
		return false;
	if (r->has_file && sys_stat(s->names + r->name, &st) == 0 && st.st_ino == r->inode)
		return r->offset + (address - r->start) >= (uint64_t)st.st_size;
	s->ended = r;
	return true;
}

/* Copies n bytes at an address into the bounce buffer. */
static int fetch(struct snapshot *s, const struct region *r, uint64_t address, uint64_t n)
{
	uint64_t have = 0;

	while (have < n) {
		long got = FAULTY("snapshot.read", sys_pread(s->mem, s->bounce + have,
							     fault_short("snapshot.read", n - have),
							     (int64_t)(address + have)));

		if (got == -EINTR)
			continue;
		if (got > 0 && s->ended == r)
			return unreadable(s, r, address + have, -EIO);
		if (got <= 0) {
			uint64_t page = CKPT_PAGE_SIZE - ((address + have) & (CKPT_PAGE_SIZE - 1));

			if ((got && got != -EIO && got != -EFAULT) || !is_behind_end(s, r, address + have))
				return unreadable(s, r, address + have, got ? got : -EIO);
			memset(s->bounce + have, 0, page);
			got = (long)page;
		}
		have += (uint64_t)got;
	}
	return 0;
}

static int write_run(struct snapshot *s, const struct run *r)
{
	const struct region *region = &s->regions[r->region];
	bool direct = (region->prot & CKPT_PROT_READ) && region->kind != KIND_FILE;
	uint64_t at = r->start;
	int err = 0;

	while (at < r->end && err == 0) {
		uint64_t n = CKPT_CHUNK_SIZE - s->written % CKPT_CHUNK_SIZE;
		const uint8_t *p = (const uint8_t *)(uintptr_t)at;

		if (n > r->end - at)
			n = r->end - at;
		if (!direct) {
			err = fetch(s, region, at, n);
			p = s->bounce;
		}
		if (err == 0) {
			s->crc = crc32c(s->crc, p, n);
			err = put_pages(s, p, n);
		}
		s->written += n;
		at += n;
		if (s->written % CKPT_CHUNK_SIZE == 0 || s->written == s->data_size) {
			s->crcs[(s->written - 1) / CKPT_CHUNK_SIZE] = s->crc;
			s->crc = 0;
		}
		progress(s);
	}
	return err;
}

static int write_seal(struct snapshot *s)
{
	uint8_t *buf = snapshot_map(s, s->seal_size);
	struct cbor_writer w = { .buf = buf, .size = s->seal_size };
	uint32_t head[3] = { 5, 0, CKPT_NT_SEAL };
	uint32_t size;

	if (!buf)
		return -ENOMEM;
	memcpy(buf + 12, CKPT_NOTE_NAME, 5);
	w.len = 20;
	cbor_map(&w, 7);
	cbor_key_bytes(&w, "id", s->id, sizeof s->id);
	cbor_key_uint(&w, "chunk", CKPT_CHUNK_SIZE);
	cbor_text(&w, "offset");
	cbor_uint64(&w, s->data_offset);
	cbor_text(&w, "size");
	cbor_uint64(&w, s->data_size);
	cbor_text(&w, "head");
	cbor_uint32(&w, s->head_crc);
	cbor_key_bytes(&w, "crcs", s->crcs, s->chunk_count * 4);
	cbor_text(&w, "self");
	size = (uint32_t)(w.len + 5 - 20);
	head[1] = size;
	memcpy(buf, head, sizeof head);
	w.buf[w.len] = 0x1a;
	{
		/* the checksum covers everything before its own four bytes, the head byte of the integer too */
		uint32_t self = crc32c(0, buf, w.len + 1);

		cbor_uint32(&w, self);
	}
	if (((w.len + 3) & ~3ull) != s->seal_size)
		return -EIO;
	s->total_size = s->data_offset + s->data_size + s->seal_size;
	return put(s, buf, s->seal_size);
}

int write_image(struct snapshot *s)
{
	long mem = FAULTY("snapshot.open", sys_openat(AT_FDCWD, "/proc/self/mem", O_RDONLY | O_CLOEXEC, 0));
	int err;

	if (mem < 0)
		return snapshot_fail(s, "read", "/proc/self/mem", mem);
	s->mem = (int)mem;
	s->bounce = snapshot_map(s, CKPT_CHUNK_SIZE + CKPT_PAGE_SIZE);
	s->crcs = snapshot_map(s, s->chunk_count * 4 + 4);
	err = s->bounce && s->crcs ? 0 : -ENOMEM;
	if (err == 0) {
		s->head_crc = crc32c(0, s->head, s->head_size);
		err = put(s, s->head, s->head_size);
	}
	fault_point("snapshot.head");
	for (uint64_t i = 0; i < s->run_count && err == 0; i++)
		if (s->runs[i].data)
			err = write_run(s, &s->runs[i]);
	fault_point("snapshot.data");
	if (err == 0)
		err = settle(s);
	if (err == 0)
		err = write_seal(s);
	sys_close(s->mem);
	return err;
}
