/* SPDX-License-Identifier: MIT */
/* maps.c - the parser of maps lines. str.c only. */
#include "maps.h"

#include <asm-generic/errno-base.h>

#include "str.h"

static void read_name(const char **p, struct map_entry *m)
{
	uint64_t n = 0;

	while (**p == ' ')
		(*p)++;
	while (**p && **p != '\n') {
		char ch = *(*p)++;

		if (ch == '\\' && str_starts(*p, "012")) {
			ch = '\n';
			*p += 3;
		}
		if (n + 1 < sizeof m->name)
			m->name[n++] = ch;
	}
	m->name[n] = 0;
	m->deleted = str_ends(m->name, " (deleted)");
}

/* The letters of "rwxp ", each only where the one before is there: the text may end anywhere. */
static bool read_letters(const char **p, struct map_entry *m)
{
	const char *q = *p;

	for (unsigned i = 0; i < 5; i++)
		if (!q[i] || q[i] == '\n')
			return false;
	m->prot = (q[0] == 'r' ? CKPT_PROT_READ : 0u) | (q[1] == 'w' ? CKPT_PROT_WRITE : 0u) |
		  (q[2] == 'x' ? CKPT_PROT_EXEC : 0u);
	m->shared = q[3] == 's';
	*p += 5;
	return q[4] == ' ';
}

int maps_parse_line(const char **p, struct map_entry *m)
{
	const char *q = *p;

	m->start = str_number(&q, 16);
	if (*q++ != '-')
		return -EINVAL;
	m->end = str_number(&q, 16);
	if (*q++ != ' ' || m->end <= m->start)
		return -EINVAL;
	if (!read_letters(&q, m))
		return -EINVAL;
	m->offset = str_number(&q, 16);
	if (*q++ != ' ')
		return -EINVAL;
	m->dev_major = (uint32_t)str_number(&q, 16);
	if (*q++ != ':')
		return -EINVAL;
	m->dev_minor = (uint32_t)str_number(&q, 16);
	if (*q++ != ' ')
		return -EINVAL;
	m->inode = str_number(&q, 10);
	read_name(&q, m);
	if (*q == '\n')
		q++;
	*p = q;
	return 0;
}
