/* SPDX-License-Identifier: MIT */
/* thread.h - the record of one stopped thread. */
#ifndef CKPT_THREAD_H
#define CKPT_THREAD_H

#include "engine.h"

/*
 * What can be seen of a stopped thread without letting it run; the XSAVE area and the pending signals behind the record. The
 * bytes used, or -errno; -E2BIG where it does not fit in room. What is missing comes from ask.c.
 */
long thread_record(int32_t tid, uint32_t stop_signal, struct ckpt_thread *out, size_t room);

static inline const uint8_t *thread_xsave(const struct ckpt_thread *t)
{
	return (const uint8_t *)(t + 1);
}

#endif
