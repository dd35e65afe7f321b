/* SPDX-License-Identifier: MIT */
/*
 * descriptors.c - what each descriptor of the program is, written as items of the note "descriptors". The helper's own
 * table was copied before the program stood still, so it is never asked; /proc is.
 */
#include <asm/stat.h>
#include <linux/fcntl.h>
#include <linux/kcmp.h>
#include <linux/stat.h>
#include <asm-generic/errno.h>

#include "arch/x86_64/syscall.h"
#include "common/cbor_write.h"
#include "engine.h"

struct descriptor {
	int fd;
	struct stat st;
	bool has_stat;
	const char *kind;
	uint64_t offset;
	uint64_t flags;
	char path[CKPT_PATH_SIZE];
};

/* A descriptor that was looked at: a node of a search tree. */
struct seen {
	int fd;
	uint32_t lower, higher; /* places in survey.seen; 0, the root's: none */
	uint64_t dev, ino;
};

struct survey {
	struct cbor_writer writer;
	uint32_t seen_count;
	uint32_t seen_max;
	struct seen *seen;
	struct descriptor d;
};

static const char *kind_of(const struct descriptor *d)
{
	if (!d->has_stat)
		return "other";
	if (S_ISREG(d->st.st_mode))
		return "file";
	if (S_ISDIR(d->st.st_mode))
		return "directory";
	if (S_ISFIFO(d->st.st_mode))
		return "pipe";
	if (S_ISSOCK(d->st.st_mode))
		return "socket";
	if (S_ISCHR(d->st.st_mode)) {
		unsigned major = (unsigned)(d->st.st_rdev >> 8 & 0xfff);

		return major == 136 || major == 137 || major == 4 || d->st.st_rdev == 0x500 ||
				       d->st.st_rdev == 0x501 ?
			       "terminal" :
			       "device";
	}
	return "other";
}

static bool is_plain_device(const char *path)
{
	static const char *const names[] = { "/dev/null",   "/dev/zero",    "/dev/full",
					     "/dev/random", "/dev/urandom" };

	for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
		if (str_cmp(path, names[i]) == 0)
			return true;
	return false;
}

/* Whether it can come back; if not, why. */
static const char *reason_against(const struct descriptor *d, int same)
{
	if (d->fd <= 2 || (same >= 0 && same <= 2))
		if (str_cmp(d->kind, "file") != 0)
			return NULL; /* becomes the restarter's own */
	if (str_cmp(d->kind, "file") == 0 || str_cmp(d->kind, "directory") == 0) {
		if (!d->path[0])
			return "a file whose path has more than 4,095 bytes";
		if (d->path[0] != '/' || str_ends(d->path, " (deleted)"))
			return "a deleted file";
		return NULL;
	}
	if (str_cmp(d->kind, "terminal") == 0)
		return NULL;
	if (str_cmp(d->kind, "device") == 0)
		return is_plain_device(d->path) ? NULL : "a device";
	if (str_cmp(d->kind, "pipe") == 0)
		return "a pipe";
	if (str_cmp(d->kind, "socket") == 0)
		return "a socket";
	return "of a kind that can't be saved yet";
}

/*
 * A pipe or socket that whoever started the program left open in it (a terminal multiplexer, make, a test runner): it leads to the
 * outside and can't come back, but is no reason to refuse. It is noted, and comes back closed.
 */
static bool is_inherited(struct capture *c, const struct descriptor *d)
{
	char line[160];
	struct text t;

	for (unsigned i = 0; i < CKPT_INHERITED_MAX; i++) {
		if (ckpt_contract.inherited[i].fd != d->fd || ckpt_contract.inherited[i].ino != d->st.st_ino)
			continue;
		text_init(&t, line, sizeof line);
		text_fmt(&t, "note descriptor %d is a %s that the program was started with: it will come back closed",
			 d->fd, d->kind);
		report_packet(c, line);
		return true;
	}
	return false;
}

/* An order of files in which neighbours in number are none: the tree stays flat. */
static int compare_numbers(uint64_t a, uint64_t b)
{
	a *= 0x9e3779b97f4a7c15ull;
	b *= 0x9e3779b97f4a7c15ull;
	return a < b ? -1 : a > b;
}

/* kcmp orders open files, too: -1, 0 (the same one), 1. Where it is forbidden no two are the same. */
static int compare_seen(struct capture *c, const struct seen *a, const struct seen *b)
{
	int order = compare_numbers(a->ino, b->ino);
	long ret;

	if (!order)
		order = compare_numbers(a->dev, b->dev);
	if (order)
		return order;
	ret = sys_kcmp(c->live, c->live, KCMP_FILE, (unsigned long)a->fd, (unsigned long)b->fd);
	if (ret < 0 || ret > 2)
		return compare_numbers((uint64_t)a->fd, (uint64_t)b->fd);
	return ret == 1 ? -1 : (int)ret / 2;
}

/* The first descriptor of the same open file, or -1; then this one is remembered. */
static int find_same(struct capture *c, struct survey *s)
{
	struct seen now = { s->d.fd, 0, 0, s->d.st.st_dev, s->d.st.st_ino };
	uint32_t at = 0;

	while (s->seen_count) {
		int order = compare_seen(c, &now, &s->seen[at]);
		uint32_t *next = order < 0 ? &s->seen[at].lower : &s->seen[at].higher;

		if (order == 0)
			return s->seen[at].fd;
		if (!*next) {
			if (s->seen_count < s->seen_max)
				*next = s->seen_count;
			break;
		}
		at = *next;
	}
	if (s->seen_count < s->seen_max)
		s->seen[s->seen_count++] = now;
	return -1;
}

static int look(struct capture *c, struct descriptor *d)
{
	char path[64], info[1024];
	const char *p;
	struct text t;
	long n;

	text_init(&t, path, sizeof path);
	text_fmt(&t, "/proc/%d/task/%d/fd/%d", c->pid, c->live, d->fd);
	n = sys_readlink(path, d->path, sizeof d->path - 1);
	if (n == -ENAMETOOLONG) /* the kernel tells no more than a page of a path */
		n = 0;
	if (n < 0)
		return (int)n;
	d->path[n] = 0;
	d->has_stat = sys_stat(path, &d->st) == 0;
	if (!d->has_stat)
		memset(&d->st, 0, sizeof d->st);
	text_init(&t, path, sizeof path);
	text_fmt(&t, "/proc/%d/task/%d/fdinfo/%d", c->pid, c->live, d->fd);
	n = proc_read(path, info, sizeof info);
	if (n < 0 && n != -E2BIG)
		return (int)n;
	p = proc_status(info, "pos");
	d->offset = p ? str_number(&p, 10) : 0;
	p = proc_status(info, "flags");
	d->flags = p ? str_number(&p, 8) : 0;
	d->kind = kind_of(d);
	return 0;
}

static int visit(struct capture *c, int fd, void *arg)
{
	struct survey *s = arg;
	struct descriptor *d = &s->d;
	struct cbor_writer *w = &s->writer;
	const char *reason;
	int same, err;

	d->fd = fd;
	err = look(c, d);
	if (err == -ENOENT)
		return 0;
	if (err < 0)
		return err;
	same = find_same(c, s);
	reason = reason_against(d, same);
	if (reason && !(c->flags & CKPT_REQUEST_FORCE) && !is_inherited(c, d))
		obstacle(c, "descriptor %d is %s (%s): close it, or use --force to get it back closed", fd,
			 reason, d->path);
	cbor_map(w, 11 + (same >= 0) + (reason != NULL));
	cbor_key_uint(w, "fd", (uint64_t)fd);
	cbor_text(w, "kind");
	cbor_text(w, d->kind);
	cbor_key_str(w, "path", d->path);
	cbor_key_uint(w, "flags", d->flags & ~(uint64_t)O_CLOEXEC);
	cbor_key_bool(w, "cloexec", d->flags & O_CLOEXEC);
	cbor_key_uint(w, "offset", d->offset);
	if (same >= 0)
		cbor_key_uint(w, "same", (uint64_t)same);
	cbor_key_uint(w, "mode", d->st.st_mode);
	cbor_key_uint(w, "dev", d->st.st_dev);
	cbor_key_uint(w, "ino", d->st.st_ino);
	cbor_key_uint(w, "size", (uint64_t)d->st.st_size);
	cbor_key_uint(w, "mtime", d->st.st_mtime * 1000000000ull + d->st.st_mtime_nsec);
	if (reason)
		cbor_key_bool(w, "dropped", true);
	c->descriptor_count++;
	return 0;
}

int collect_descriptors(struct capture *c)
{
	struct survey *s = arena_take(c, sizeof *s);
	char folder[64];
	struct text t;
	uint64_t room;
	int err;

	if (!s)
		return -E2BIG;
	s->seen = arena_take(c, CKPT_MAX_DESCRIPTORS * sizeof *s->seen);
	/* Half of what is left: registers of the threads follow. */
	room = (AREA_SIZE - CKPT_HELPER_STACK_SIZE - sizeof *c - c->arena_used - 128) / 2;
	c->descriptors = arena_take(c, room);
	if (!c->descriptors || !s->seen)
		return -E2BIG;
	s->seen_max = CKPT_MAX_DESCRIPTORS;
	s->seen_count = 0;
	s->writer = (struct cbor_writer){ .buf = c->descriptors, .size = room };
	text_init(&t, folder, sizeof folder);
	proc_path(c, &t, "fd");
	err = proc_each_number(folder, visit, c, s);
	if (err < 0)
		return err;
	if (s->writer.len > room || c->descriptor_count > CKPT_MAX_DESCRIPTORS) {
		report_error(c, "refused", "the program has too many open descriptors to be checkpointed");
		return -E2BIG;
	}
	c->descriptors_size = s->writer.len;
	c->arena_used -= room - s->writer.len;
	return 0;
}
