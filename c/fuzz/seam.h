/* SPDX-License-Identifier: MIT */
/*
 * seam.h - put before every source of a fuzz target (-include): its system calls go to the harness (world.c), where the image is
 * a piece of memory, what is mapped comes from malloc, and no file of the machine is touched.
 */
#ifndef CKPT_FUZZ_SEAM_H
#define CKPT_FUZZ_SEAM_H

#include "arch/x86_64/syscall.h"
#include "world.h"

/* faccessat, and nothing else that a target needs */
static inline long fuzz_syscall(long a, long b, long c)
{
	(void)a, (void)b, (void)c;
	return 0;
}

#define sys_mmap fuzz_mmap
#define sys_mprotect(address, n, prot) 0
#define sys_openat fuzz_openat
#define sys_close(fd) ((void)(fd))
#define sys_fstat fuzz_fstat
#define sys_stat fuzz_stat
#define sys_pread fuzz_pread
#define sys_read fuzz_read
#define sys_write fuzz_write
#define sys_geteuid() 0
#define sys_prlimit fuzz_prlimit
#define sys_process_vm_readv fuzz_readv
#define sys_process_vm_writev(pid, local, ln, remote, rn) ((void)(pid), (void)(local), -1)
#undef ckpt_syscall3
#define ckpt_syscall3(nr, a, b, c) fuzz_syscall((long)(a), (long)(b), (long)(c))

#endif
