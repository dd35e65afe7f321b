/* SPDX-License-Identifier: MIT */
/*
 * regions.c - the mappings of the program as the snapshot has them, from its own /proc/self/smaps, without what is ours.
 * Names are judged by rule, so that a special mapping of a later kernel is still a region.
 */
#include <asm/stat.h>
#include <linux/fcntl.h>
#include <linux/stat.h>
#include <asm-generic/errno.h>

#include "arch/x86_64/syscall.h"
#include "common/fault.h"
#include "snapshot.h"

#define LINES (64u << 10) /* more than the longest */
#define MORE_REGIONS (2 * MAX_SCRATCH + 64) /* than the program was seen to have: our own cut some in two */

static uint8_t kind_of(const struct map_entry *m)
{
	const char *n = m->name;

	if (!n[0] || str_starts(n, "[anon") || str_starts(n, "[stack:"))
		return KIND_ANON;
	if (n[0] != '[')
		return m->inode || !str_starts(n, "/dev/zero") ? KIND_FILE : KIND_ANON;
	if (str_cmp(n, "[heap]") == 0)
		return KIND_HEAP;
	if (str_cmp(n, "[stack]") == 0)
		return KIND_STACK;
	if (str_cmp(n, "[vdso]") == 0)
		return KIND_VDSO;
	if (str_starts(n, "[vvar"))
		return KIND_VVAR;
	if (str_cmp(n, "[vsyscall]") == 0)
		return KIND_VSYSCALL;
	return KIND_SPECIAL;
}

static uint32_t flags_of(const char *line)
{
	static const struct {
		char name[4];
		uint32_t flag;
	} known[] = {
		{ "nr", CKPT_REGION_NORESERVE },  { "gd", CKPT_REGION_GROWSDOWN },
		{ "dd", CKPT_REGION_DONTDUMP },	  { "hg", CKPT_REGION_HUGEPAGE },
		{ "nh", CKPT_REGION_NOHUGEPAGE }, { "wf", CKPT_REGION_WIPEONFORK },
		{ "dc", CKPT_REGION_DONTFORK },	  { "lo", CKPT_REGION_LOCKED },
		{ "mw", CKPT_REGION_MAYWRITE },	  { "mg", CKPT_REGION_MERGEABLE },
	};
	uint32_t flags = 0;

	for (; *line && *line != '\n'; line++)
		for (unsigned i = 0; i < sizeof known / sizeof *known; i++)
			if (line[-1] == ' ' && line[0] == known[i].name[0] && line[1] == known[i].name[1])
				flags |= known[i].flag;
	return flags;
}

static int add_region(struct snapshot *s, const struct map_entry *m, uint64_t start, uint64_t end)
{
	struct region *r;
	struct stat st;
	size_t n = str_len(m->name) + 1;

	if (start >= end)
		return 0;
	if (s->region_count == s->region_room || s->names_size + n > s->names_room)
		return -E2BIG;
	r = &s->regions[s->region_count++];
	r->start = start;
	r->end = end;
	r->prot = (uint8_t)m->prot;
	r->shared = m->shared;
	r->deleted = m->deleted;
	r->offset = m->offset + (start - m->start);
	r->inode = m->inode;
	r->dev_major = m->dev_major;
	r->dev_minor = m->dev_minor;
	r->kind = kind_of(m);
	if (r->kind == KIND_FILE && !m->deleted && sys_stat(m->name, &st) == 0 && st.st_ino == m->inode &&
	    S_ISREG(st.st_mode)) {
		r->has_file = true;
		r->size = (uint64_t)st.st_size;
		r->mtime = st.st_mtime * 1000000000ull + st.st_mtime_nsec;
	}
	if (s->region_count > 1) {
		/* neighbours often share a name */
		const struct region *before = r - 1;

		if (str_cmp(s->names + before->name, m->name) == 0) {
			r->name = before->name;
			return 0;
		}
	}
	r->name = (uint32_t)s->names_size;
	memcpy(s->names + s->names_size, m->name, n);
	s->names_size += n;
	return 0;
}

/* A mapping less what the snapshot mapped for itself: the kernel may have merged them. */
static int add_without_scratch(struct snapshot *s, const struct map_entry *m)
{
	uint64_t at = m->start;

	while (at < m->end) {
		uint64_t next_start = m->end;
		uint64_t next_end = m->end;
		int err;

		for (unsigned i = 0; i < s->scratch_count; i++) {
			if (s->scratch[i].end > at && s->scratch[i].start < next_start) {
				next_start = s->scratch[i].start > at ? s->scratch[i].start : at;
				next_end = s->scratch[i].end;
			}
		}
		err = add_region(s, m, at, next_start);
		if (err < 0)
			return err;
		at = next_end;
	}
	return 0;
}

/* One line of smaps in `line`; a region is added when its VmFlags come. */
static int take_line(struct snapshot *s, const char *line, struct map_entry *m, uint32_t *first)
{
	const char *p = line;

	if (line[0] >= 'A' && line[0] <= 'Z') {
		if (str_starts(line, "VmFlags:"))
			for (uint32_t i = *first; i < s->region_count; i++)
				s->regions[i].flags = flags_of(line + 8);
		return 0;
	}
	if (maps_parse_line(&p, m) < 0)
		return 0;
	*first = s->region_count;
	return add_without_scratch(s, m);
}

/* The whole lines that are in buf; what follows them comes to its beginning. */
static int take_lines(struct snapshot *s, char *buf, uint64_t *have, struct map_entry *m, uint32_t *first)
{
	char *line = buf;
	int err = 0;

	for (uint64_t i = 0; i < *have && err == 0; i++) {
		if (buf[i] != '\n')
			continue;
		buf[i] = 0;
		err = take_line(s, line, m, first);
		line = buf + i + 1;
	}
	*have -= (uint64_t)(line - buf);
	memmove(buf, line, *have);
	return err;
}

static int read_lines(struct snapshot *s, const char *path)
{
	char *buf = snapshot_map(s, LINES);
	struct map_entry *m = snapshot_map(s, sizeof *m);
	uint32_t first = 0;
	uint64_t have = 0;
	long fd, n;

	if (!buf || !m)
		return -ENOMEM;
	fd = FAULTY("snapshot.open", sys_openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0));
	if (fd < 0)
		return snapshot_fail(s, "read", path, fd);
	for (;;) {
		n = FAULTY("snapshot.smaps", sys_read((int)fd, buf + have, fault_short("snapshot.smaps", LINES - have)));
		if (n == -EINTR)
			continue;
		if (n <= 0)
			break;
		have += (uint64_t)n;
		n = take_lines(s, buf, &have, m, &first);
		if (n == 0 && have == LINES)
			n = -E2BIG;
		if (n < 0)
			break;
	}
	sys_close((int)fd);
	if (n == 0 && have)
		n = -EIO; /* it ended within a line */
	return n < 0 ? snapshot_fail(s, "read", path, n) : 0;
}

static bool covered(const struct snapshot *s, uint64_t start, uint64_t end, uint32_t *at)
{
	while (*at < s->region_count && s->regions[*at].end <= start)
		(*at)++;
	for (uint32_t i = *at; start < end; i++) {
		if (i == s->region_count || s->regions[i].start > start)
			return false;
		start = s->regions[i].end;
	}
	return true;
}

/*
 * fork leaves MADV_DONTFORK memory out: what the program has must be here. A page of the kernel's own, under a name that
 * nobody knows, need not: fork leaves [uprobes] out, too, and the kernel makes it again where it is needed.
 */
static int compare_with_program(struct snapshot *s)
{
	struct map_entry *m = snapshot_map(s, sizeof *m);
	const char *p = s->c->maps;
	uint32_t at = 0;

	if (!m)
		return -ENOMEM;
	while (*p) {
		if (maps_parse_line(&p, m) < 0)
			return -EIO;
		if (kind_of(m) != KIND_SPECIAL && !covered(s, m->start, m->end, &at)) {
			char message[200];
			struct text t;

			text_init(&t, message, sizeof message);
			text_fmt(&t, "process %d can't be checkpointed: its memory at 0x%lx is not inherited by a fork "
				     "(MADV_DONTFORK); it runs on",
				 s->c->pid, (unsigned long)m->start);
			report_error(s->c, "refused", message);
			return -EOPNOTSUPP;
		}
	}
	return 0;
}

int regions_read(struct snapshot *s)
{
	uint64_t lines = 0;
	int err;

	for (const char *p = s->c->maps; *p; p++)
		lines += *p == '\n';
	s->region_room = (uint32_t)lines + MORE_REGIONS;
	if (s->region_room > CKPT_MAX_REGIONS)
		s->region_room = CKPT_MAX_REGIONS;
	s->names_room = s->c->maps_size + s->region_room * 16ull; /* a file may be deleted just now, which its name tells */
	s->regions = snapshot_map(s, s->region_room * sizeof *s->regions);
	s->names = snapshot_map(s, s->names_room);
	if (!s->regions || !s->names)
		return -ENOMEM;
	err = read_lines(s, "/proc/self/smaps");
	return err < 0 ? err : compare_with_program(s);
}
