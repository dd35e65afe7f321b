/* SPDX-License-Identifier: MIT */
/* decode_notes.c - the CKPT notes into the plan, each by the table of its keys. Pure: no system call. */
#include "fields.h"
#include "plan.h"
#include "common/str.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define MAX_CPU_FEATURES 4096

/* --- image --- */

struct image_note {
	uint64_t version, page, xinuse;
	uint64_t data[2], seal[2];
	uint8_t id[16];
	struct cbor_string machine;
};

enum { IMAGE_ID, IMAGE_PARENT, IMAGE_MACHINE, IMAGE_CPU };

static const struct field image_fields[] = {
	FIELD("version", FIELD_U64, struct image_note, version),
	FIELD_OWN("id", IMAGE_ID),
	FIELD_OWN_MAY("parent", IMAGE_PARENT),
	FIELD_UNUSED("time", FIELD_UNUSED_U64),
	FIELD_UNUSED("mono", FIELD_UNUSED_U64),
	FIELD_UNUSED("kernel", FIELD_UNUSED_BYTES),
	FIELD_OWN("machine", IMAGE_MACHINE),
	FIELD_UNUSED("host", FIELD_UNUSED_BYTES),
	FIELD("page", FIELD_U64, struct image_note, page),
	FIELD_UNUSED("xcr0", FIELD_UNUSED_U64),
	FIELD("xinuse", FIELD_U64, struct image_note, xinuse),
	FIELD_OWN("cpu", IMAGE_CPU),
	FIELD_UNUSED("engine", FIELD_UNUSED_BYTES),
	FIELD("data", FIELD_PAIR, struct image_note, data),
	FIELD("seal", FIELD_PAIR, struct image_note, seal),
};

static void image_special(struct plan *p, struct cbor_reader *r, unsigned id, void *to)
{
	struct image_note *n = to;
	struct cbor_string s;

	(void)p;
	if (id == IMAGE_CPU) {
		size_t count = cbor_read_array(r);

		if (count > MAX_CPU_FEATURES)
			r->bad = true;
		for (; count && !r->bad; count--)
			if (cbor_read_bytes(r).size > CKPT_MAX_PATH)
				r->bad = true;
		return;
	}
	s = cbor_read_bytes(r);
	if (id == IMAGE_MACHINE)
		n->machine = s;
	else if (s.size != sizeof n->id)
		r->bad = true;
	else if (id == IMAGE_ID)
		memcpy(n->id, s.data, sizeof n->id);
}

bool decode_image(struct plan *p, struct cbor_reader *r, uint8_t id[16], uint64_t seal[2])
{
	struct image_note n;

	memset(&n, 0, sizeof n);
	if (!read_fields(p, r, image_fields, COUNT(image_fields), &n, image_special) ||
	    n.page != CKPT_PAGE_SIZE || !cbor_is(n.machine, "x86_64") || (n.data[0] | n.data[1]) % PAGE ||
	    n.data[0] >> 53 || n.data[1] >> 53)
		return false;
	p->xinuse = n.xinuse;
	p->data_offset = n.data[0];
	p->data_size = n.data[1];
	memcpy(id, n.id, sizeof n.id);
	memcpy(seal, n.seal, sizeof n.seal);
	return true;
}

/* --- process --- */

static const struct field mm_fields[] = {
	FIELD("start_code", FIELD_U64, struct mm_map, start_code),
	FIELD("end_code", FIELD_U64, struct mm_map, end_code),
	FIELD("start_data", FIELD_U64, struct mm_map, start_data),
	FIELD("end_data", FIELD_U64, struct mm_map, end_data),
	FIELD("start_brk", FIELD_U64, struct mm_map, start_brk),
	FIELD("brk", FIELD_U64, struct mm_map, brk),
	FIELD("start_stack", FIELD_U64, struct mm_map, start_stack),
	FIELD("arg_start", FIELD_U64, struct mm_map, arg_start),
	FIELD("arg_end", FIELD_U64, struct mm_map, arg_end),
	FIELD("env_start", FIELD_U64, struct mm_map, env_start),
	FIELD("env_end", FIELD_U64, struct mm_map, env_end),
};

static const struct field library_fields[] = {
	FIELD_UNUSED("base", FIELD_UNUSED_U64),
	FIELD("leave", FIELD_U64, struct plan, leave),
	FIELD("leave_last", FIELD_U64, struct plan, leave_last),
	FIELD("scratch", FIELD_U64, struct plan, scratch),
	FIELD("scratch_size", FIELD_U64, struct plan, scratch_size),
};

enum { PROCESS_MM, PROCESS_LIBRARY, PROCESS_LIMITS, PROCESS_ARGS };

static const struct field process_fields[] = {
	FIELD("pid", FIELD_U32, struct plan, pid),
	FIELD_UNUSED("ppid", FIELD_UNUSED_U32),
	FIELD_UNUSED("pgid", FIELD_UNUSED_U32),
	FIELD_UNUSED("sid", FIELD_UNUSED_U32),
	FIELD("uid", FIELD_U32, struct plan, uid),
	FIELD_UNUSED("gid", FIELD_UNUSED_U32),
	FIELD_UNUSED("comm", FIELD_UNUSED_BYTES),
	FIELD("exe", FIELD_PATH, struct plan, exe),
	FIELD_OWN("args", PROCESS_ARGS),
	FIELD("cwd", FIELD_PATH, struct plan, cwd),
	FIELD("umask", FIELD_U32, struct plan, umask),
	FIELD("personality", FIELD_U64, struct plan, personality),
	FIELD_OWN("mm", PROCESS_MM),
	FIELD_OWN("limits", PROCESS_LIMITS),
	FIELD_MAY("nice", FIELD_I64, struct plan, nice),
	FIELD_MAY("no_new_privs", FIELD_BOOL, struct plan, no_new_privs),
	FIELD_MAY("subreaper", FIELD_BOOL, struct plan, subreaper),
	FIELD_OWN_MAY("library", PROCESS_LIBRARY),
};

static void process_special(struct plan *p, struct cbor_reader *r, unsigned id, void *to)
{
	(void)to;
	if (id == PROCESS_MM) {
		read_fields(p, r, mm_fields, COUNT(mm_fields), &p->mm, process_special);
	} else if (id == PROCESS_LIBRARY) {
		read_fields(p, r, library_fields, COUNT(library_fields), p, process_special);
	} else if (id == PROCESS_ARGS) {
		cbor_read_bytes(r);
	} else {
		if (cbor_read_array(r) != COUNT(p->limits))
			r->bad = true;
		for (unsigned i = 0; i < COUNT(p->limits) && !r->bad; i++)
			read_tuple(r, p->limits[i], 2);
	}
}

bool decode_process(struct plan *p, struct cbor_reader *r)
{
	return read_fields(p, r, process_fields, COUNT(process_fields), p, process_special) && p->pid &&
	       p->pid >> 31 == 0 && p->personality >> 32 == 0 && p->nice >= -20 && p->nice <= 19 &&
	       p->scratch_size >> 53 == 0;
}

/* --- regions --- */

enum { REGION_KIND };

static const struct field region_fields[] = {
	FIELD("start", FIELD_U64, struct region, start),
	FIELD("end", FIELD_U64, struct region, end),
	FIELD("prot", FIELD_U32, struct region, prot),
	FIELD("shared", FIELD_BOOL, struct region, shared),
	FIELD_OWN("kind", REGION_KIND),
	FIELD("name", FIELD_PATH, struct region, name),
	FIELD_MAY("offset", FIELD_U64, struct region, offset),
	FIELD_MAY("dev_major", FIELD_U32, struct region, dev_major),
	FIELD_MAY("dev_minor", FIELD_U32, struct region, dev_minor),
	FIELD_MAY("ino", FIELD_U64, struct region, ino),
	FIELD_MAY("size", FIELD_U64, struct region, size),
	FIELD_MAY("mtime", FIELD_U64, struct region, mtime),
	FIELD("flags", FIELD_U32, struct region, flags),
};

/* Names of a fixed size in the order of an enum; the number of the one that is s, or n. */
static unsigned pick(struct cbor_string s, const char names[][12], unsigned n)
{
	unsigned i = 0;

	while (i < n && !cbor_is(s, names[i]))
		i++;
	return i;
}

static const char region_kinds[][12] = { "anon", "heap", "stack", "file", "vdso", "vvar", "vsyscall", "special" };

static void region_special(struct plan *p, struct cbor_reader *r, unsigned id, void *to)
{
	unsigned kind = pick(cbor_read_text(r), region_kinds, COUNT(region_kinds));

	(void)p;
	(void)id;
	if (kind == COUNT(region_kinds))
		r->bad = true;
	((struct region *)to)->kind = (uint8_t)kind;
}

bool decode_regions(struct plan *p, struct cbor_reader *r)
{
	uint64_t n = cbor_read_array(r);
	uint64_t before = 0;

	if (!n || n > CKPT_MAX_REGIONS || !(p->regions = plan_take(p, n * sizeof(struct region))))
		return false;
	p->region_count = (uint32_t)n;
	for (uint64_t i = 0; i < n; i++) {
		struct region *g = plan_regions(p) + i;

		if (!read_fields(p, r, region_fields, COUNT(region_fields), g, region_special) ||
		    (g->start | g->end) % PAGE || g->start < before || g->start >= g->end || g->prot > 7 ||
		    g->offset % PAGE)
			return false;
		before = g->end;
	}
	return true;
}

/* --- threads --- */

enum { THREAD_PENDING, THREAD_CALL, THREAD_STOPPED };

static const struct field thread_fields[] = {
	FIELD("tid", FIELD_U32, struct thread, tid),
	FIELD("name", FIELD_PATH, struct thread, name),
	FIELD("mask", FIELD_U64, struct thread, mask),
	FIELD("altstack", FIELD_TUPLE3, struct thread, altstack),
	FIELD("clear_tid", FIELD_U64, struct thread, clear_tid),
	FIELD("robust", FIELD_PAIR, struct thread, robust),
	FIELD_MAY("rseq", FIELD_TUPLE4, struct thread, rseq),
	FIELD_OWN_MAY("call", THREAD_CALL),
	FIELD_OWN("pending", THREAD_PENDING),
	FIELD_OWN_MAY("stopped", THREAD_STOPPED),
};

static void thread_special(struct plan *p, struct cbor_reader *r, unsigned id, void *to)
{
	struct thread *t = to;
	uint64_t n;

	if (id == THREAD_PENDING) {
		t->pending = read_siginfos(p, r, &t->pending_count);
	} else if (id == THREAD_STOPPED) {
		cbor_read_bool(r);
	} else {
		n = cbor_read_uint(r);
		if (n >> 32)
			r->bad = true;
		t->call = (int32_t)(n & 0xffff);
	}
}

bool decode_threads(struct plan *p, struct cbor_reader *r)
{
	uint64_t n = cbor_read_array(r);

	if (!n || n > CKPT_MAX_THREADS || !(p->threads = plan_take(p, n * sizeof(struct thread))))
		return false;
	p->thread_count = (uint32_t)n;
	for (uint64_t i = 0; i < n; i++) {
		struct thread *t = plan_threads(p) + i;

		t->call = -1;
		if (!read_fields(p, r, thread_fields, COUNT(thread_fields), t, thread_special) || !t->tid ||
		    t->tid >> 31 || (t->altstack_flags | t->rseq_size | t->rseq_signature | t->rseq_flags) >> 32)
			return false;
	}
	return true;
}

/* --- descriptors --- */

enum { DESCRIPTOR_KIND, DESCRIPTOR_SAME };

static const struct field descriptor_fields[] = {
	FIELD("fd", FIELD_U32, struct descriptor, fd),
	FIELD_OWN("kind", DESCRIPTOR_KIND),
	FIELD("path", FIELD_PATH, struct descriptor, path),
	FIELD("flags", FIELD_U32, struct descriptor, flags),
	FIELD("cloexec", FIELD_BOOL, struct descriptor, cloexec),
	FIELD("offset", FIELD_U64, struct descriptor, offset),
	FIELD_OWN_MAY("same", DESCRIPTOR_SAME),
	FIELD("mode", FIELD_U32, struct descriptor, mode),
	FIELD("dev", FIELD_U64, struct descriptor, dev),
	FIELD("ino", FIELD_U64, struct descriptor, ino),
	FIELD("size", FIELD_U64, struct descriptor, size),
	FIELD("mtime", FIELD_U64, struct descriptor, mtime),
	FIELD_MAY("dropped", FIELD_BOOL, struct descriptor, dropped),
};

static const char descriptor_kinds[][12] = { "file", "directory", "device", "terminal", "pipe", "socket", "other" };

static void descriptor_special(struct plan *p, struct cbor_reader *r, unsigned id, void *to)
{
	struct descriptor *d = to;

	(void)p;
	if (id == DESCRIPTOR_KIND) {
		d->kind = (uint8_t)pick(cbor_read_text(r), descriptor_kinds, COUNT(descriptor_kinds));
		if (d->kind == COUNT(descriptor_kinds))
			r->bad = true;
	} else {
		uint64_t n = cbor_read_uint(r);

		if (n >> 31)
			r->bad = true;
		d->same = (int32_t)n;
	}
}

bool decode_descriptors(struct plan *p, struct cbor_reader *r)
{
	uint64_t n = cbor_read_array(r);
	int64_t before = -1;

	if (n > CKPT_MAX_DESCRIPTORS || !(p->descriptors = plan_take(p, n * sizeof(struct descriptor) + 1)))
		return false;
	p->descriptor_count = (uint32_t)n;
	for (uint64_t i = 0; i < n; i++) {
		struct descriptor *d = plan_descriptors(p) + i;

		d->same = -1;
		if (!read_fields(p, r, descriptor_fields, COUNT(descriptor_fields), d, descriptor_special) ||
		    (int64_t)d->fd <= before || d->fd >> 30 || (d->same >= 0 && d->same >= (int32_t)d->fd))
			return false;
		before = d->fd;
	}
	return true;
}

/* --- signals, timers --- */

enum { SIGNALS_ACTIONS, SIGNALS_PENDING };

static const struct field signals_fields[] = {
	FIELD_OWN("actions", SIGNALS_ACTIONS),
	FIELD_OWN("pending", SIGNALS_PENDING),
};

static void signals_special(struct plan *p, struct cbor_reader *r, unsigned id, void *to)
{
	size_t n;

	(void)to;
	if (id == SIGNALS_PENDING) {
		p->pending = read_siginfos(p, r, &p->pending_count);
		return;
	}
	n = cbor_read_array(r);
	if (n > 64 || !(p->actions = plan_take(p, n * sizeof(struct action) + 1)))
		r->bad = true;
	for (size_t i = 0; i < n && !r->bad; i++) {
		struct action *a = (struct action *)plan_at(p, p->actions) + i;

		read_tuple(r, &a->signal, 5);
		if (a->signal < 1 || a->signal > 64)
			r->bad = true;
	}
	p->action_count = (uint32_t)n;
}

bool decode_signals(struct plan *p, struct cbor_reader *r)
{
	return read_fields(p, r, signals_fields, COUNT(signals_fields), p, signals_special);
}

enum { TIMERS_ITIMERS };

static const struct field timers_fields[] = {
	FIELD_OWN("itimers", TIMERS_ITIMERS),
};

static void timers_special(struct plan *p, struct cbor_reader *r, unsigned id, void *to)
{
	(void)id;
	(void)to;
	if (cbor_read_array(r) != 3)
		r->bad = true;
	for (unsigned i = 0; i < 3 && !r->bad; i++)
		read_tuple(r, p->itimers[i], 2);
}

bool decode_timers(struct plan *p, struct cbor_reader *r)
{
	return read_fields(p, r, timers_fields, COUNT(timers_fields), p, timers_special);
}
