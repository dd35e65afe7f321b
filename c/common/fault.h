/* SPDX-License-Identifier: MIT */
/*
 * fault.h - fault points: places at which a test has the process killed, held, or a system call fail. Compiled in for the
 * test builds alone (CKPT_FAULTS); elsewhere they are nothing. System calls and str.c only.
 *
 * The environment variable CKPT_FAULT names a file that holds one order, which may change between two checkpoints:
 *
 *   POINT kill              SIGKILL to the process that comes to POINT
 *   POINT hold              SIGSTOP to it
 *   CALL error ERRNO NTH TIMES   from its NTH time on (1) the call fails with ERRNO, TIMES times (1)
 *   CALL short BYTES NTH TIMES   it is asked for no more than BYTES
 *
 * The file is emptied when the order is first carried out: a test knows that the point was reached. Beside it the file FILE.no-copy
 * makes every fork of a snapshot fail: the helper writes.
 */
#ifndef CKPT_COMMON_FAULT_H
#define CKPT_COMMON_FAULT_H

#ifdef CKPT_FAULTS
#include <stdbool.h>
#include <stdint.h>

void fault_point(const char *point);
/* Is there a file FILE.NAME, FILE being that of the orders? It stays. */
bool fault_switch(const char *name);
/* 0, or the -errno with which this call is to fail. */
long fault_error(const char *call);
/* n, or less. */
uint64_t fault_short(const char *call, uint64_t n);

/* The result of a call, or the error that was ordered, without the call. */
#ifdef CKPT_ANALYZE /* an analyzer does not know that the order is an error, after which no result is looked at */
#define FAULTY(name, call) (call)
#else
#define FAULTY(name, call)                             \
	({                                             \
		long fault_ordered = fault_error(name); \
		fault_ordered ? fault_ordered : (call); \
	})
#endif
#else
#define fault_point(point) ((void)0)
#define fault_switch(name) false
#define fault_short(call, n) (n)
#define FAULTY(name, call) (call)
#endif

#endif
