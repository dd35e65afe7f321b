/* SPDX-License-Identifier: MIT */
/*
 * syscall.h - raw Linux system calls on x86-64: no libc, no errno, safe in any context.
 *
 *   number   arguments                     result     clobbered
 *   rax      rdi rsi rdx r10 r8 r9         rax        rcx r11
 *
 * Every sys_*() returns what the kernel returned: a result, or -errno (-4095 … -1). See syscall(2).
 */
#ifndef CKPT_ARCH_SYSCALL_H
#define CKPT_ARCH_SYSCALL_H

#include <stddef.h>
#include <stdint.h>
#include <asm/unistd.h>

#ifdef CKPT_ANALYZE
/* Static analysis does not see what assembly writes into memory: for it, this is a function that may write anywhere. */
long ckpt_syscall6(long nr, long a, long b, long c, long d, long e, long f);
#else
static inline long ckpt_syscall6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}
#endif

#define ckpt_syscall0(nr) ckpt_syscall6((nr), 0, 0, 0, 0, 0, 0)
#define ckpt_syscall1(nr, a) ckpt_syscall6((nr), (long)(a), 0, 0, 0, 0, 0)
#define ckpt_syscall2(nr, a, b) ckpt_syscall6((nr), (long)(a), (long)(b), 0, 0, 0, 0)
#define ckpt_syscall3(nr, a, b, c) ckpt_syscall6((nr), (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define ckpt_syscall4(nr, a, b, c, d) \
	ckpt_syscall6((nr), (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define ckpt_syscall5(nr, a, b, c, d, e) \
	ckpt_syscall6((nr), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)

/* files */
static inline long sys_openat(int dir, const char *path, int flags, int mode)
{
	return ckpt_syscall4(__NR_openat, dir, path, flags, mode);
}
static inline long sys_close(int fd) { return ckpt_syscall1(__NR_close, fd); }
static inline long sys_close_range(unsigned first, unsigned last, unsigned flags)
{
	return ckpt_syscall3(__NR_close_range, first, last, flags);
}
static inline long sys_read(int fd, void *buf, size_t n)
{
	return ckpt_syscall3(__NR_read, fd, buf, n);
}
static inline long sys_write(int fd, const void *buf, size_t n)
{
	return ckpt_syscall3(__NR_write, fd, buf, n);
}
static inline long sys_pread(int fd, void *buf, size_t n, int64_t off)
{
	return ckpt_syscall4(__NR_pread64, fd, buf, n, off);
}
static inline long sys_pwrite(int fd, const void *buf, size_t n, int64_t off)
{
	return ckpt_syscall4(__NR_pwrite64, fd, buf, n, off);
}
static inline long sys_lseek(int fd, int64_t off, int whence)
{
	return ckpt_syscall3(__NR_lseek, fd, off, whence);
}
static inline long sys_ftruncate(int fd, int64_t size)
{
	return ckpt_syscall2(__NR_ftruncate, fd, size);
}
static inline long sys_fsync(int fd) { return ckpt_syscall1(__NR_fsync, fd); }
static inline long sys_flock(int fd, int op) { return ckpt_syscall2(__NR_flock, fd, op); }
static inline long sys_fstat(int fd, void *st) { return ckpt_syscall2(__NR_fstat, fd, st); }
static inline long sys_stat(const char *path, void *st)
{
	return ckpt_syscall2(__NR_stat, path, st);
}
static inline long sys_readlink(const char *path, char *buf, size_t n)
{
	return ckpt_syscall3(__NR_readlink, path, buf, n);
}
static inline long sys_renameat2(int od, const char *from, int nd, const char *to, unsigned flags)
{
	return ckpt_syscall5(__NR_renameat2, od, from, nd, to, flags);
}
static inline long sys_unlinkat(int dir, const char *path, int flags)
{
	return ckpt_syscall3(__NR_unlinkat, dir, path, flags);
}
/* One entry; see getdents64(2). */
struct dirent64 {
	uint64_t ino;
	int64_t off;
	uint16_t reclen;
	uint8_t type;
	char name[];
};

static inline long sys_getdents64(int fd, void *buf, size_t n)
{
	return ckpt_syscall3(__NR_getdents64, fd, buf, n);
}
static inline long sys_fcntl(int fd, int cmd, long arg)
{
	return ckpt_syscall3(__NR_fcntl, fd, cmd, arg);
}
static inline long sys_ioctl(int fd, unsigned long req, void *arg)
{
	return ckpt_syscall3(__NR_ioctl, fd, req, arg);
}
static inline long sys_dup3(int from, int to, int flags)
{
	return ckpt_syscall3(__NR_dup3, from, to, flags);
}
static inline long sys_chdir(const char *path) { return ckpt_syscall1(__NR_chdir, path); }
static inline long sys_umask(int mask) { return ckpt_syscall1(__NR_umask, mask); }
static inline long sys_poll(void *fds, unsigned n, int timeout_ms)
{
	return ckpt_syscall3(__NR_poll, fds, n, timeout_ms);
}

/* sockets */
static inline long sys_socket(int domain, int type, int proto)
{
	return ckpt_syscall3(__NR_socket, domain, type, proto);
}
static inline long sys_connect(int fd, const void *addr, unsigned len)
{
	return ckpt_syscall3(__NR_connect, fd, addr, len);
}
static inline long sys_sendto(int fd, const void *buf, size_t n, int flags)
{
	return ckpt_syscall6(__NR_sendto, fd, (long)buf, (long)n, flags, 0, 0);
}

/* memory */
static inline long sys_mmap(void *addr, size_t len, int prot, int flags, int fd, int64_t off)
{
	return ckpt_syscall6(__NR_mmap, (long)addr, (long)len, prot, flags, fd, off);
}
static inline long sys_munmap(void *addr, size_t len)
{
	return ckpt_syscall2(__NR_munmap, addr, len);
}
static inline long sys_mprotect(void *addr, size_t len, int prot)
{
	return ckpt_syscall3(__NR_mprotect, addr, len, prot);
}
static inline long sys_mremap(void *old, size_t old_len, size_t len, int flags, void *to)
{
	return ckpt_syscall5(__NR_mremap, old, old_len, len, flags, to);
}
static inline long sys_madvise(void *addr, size_t len, int advice)
{
	return ckpt_syscall3(__NR_madvise, addr, len, advice);
}
static inline long sys_brk(void *addr) { return ckpt_syscall1(__NR_brk, addr); }
static inline long sys_process_vm_readv(int pid, const void *liov, unsigned ln, const void *riov,
					unsigned rn)
{
	return ckpt_syscall6(__NR_process_vm_readv, pid, (long)liov, ln, (long)riov, rn, 0);
}
static inline long sys_process_vm_writev(int pid, const void *liov, unsigned ln, const void *riov,
					 unsigned rn)
{
	return ckpt_syscall6(__NR_process_vm_writev, pid, (long)liov, ln, (long)riov, rn, 0);
}

/* processes, threads */
static inline long sys_setsid(void) { return ckpt_syscall0(__NR_setsid); }
static inline long sys_getpid(void) { return ckpt_syscall0(__NR_getpid); }
static inline long sys_getppid(void) { return ckpt_syscall0(__NR_getppid); }
static inline long sys_gettid(void) { return ckpt_syscall0(__NR_gettid); }
static inline long sys_geteuid(void) { return ckpt_syscall0(__NR_geteuid); }
static inline long sys_fork(void) { return ckpt_syscall5(__NR_clone, 0, 0, 0, 0, 0); }
static inline long sys_wait4(int pid, int *status, int options, void *rusage)
{
	return ckpt_syscall4(__NR_wait4, pid, status, options, rusage);
}
static inline long sys_kill(int pid, int sig) { return ckpt_syscall2(__NR_kill, pid, sig); }
static inline long sys_ptrace(long req, long pid, void *addr, void *data)
{
	return ckpt_syscall4(__NR_ptrace, req, pid, addr, data);
}
static inline long sys_prctl(int op, unsigned long a, unsigned long b, unsigned long c,
			     unsigned long d)
{
	return ckpt_syscall5(__NR_prctl, op, a, b, c, d);
}
static inline long sys_prlimit(int pid, int which, const void *set, void *get)
{
	return ckpt_syscall4(__NR_prlimit64, pid, which, set, get);
}
static inline long sys_kcmp(int a, int b, int type, unsigned long x, unsigned long y)
{
	return ckpt_syscall5(__NR_kcmp, a, b, type, x, y);
}
static inline long sys_uname(void *buf) { return ckpt_syscall1(__NR_uname, buf); }
static inline long sys_personality(unsigned long p) { return ckpt_syscall1(__NR_personality, p); }
static inline long sys_futex(void *addr, int op, int val, const void *timeout)
{
	return ckpt_syscall4(__NR_futex, addr, op, val, timeout);
}
static inline long sys_sched_yield(void) { return ckpt_syscall0(__NR_sched_yield); }
__attribute__((noreturn)) static inline void sys_exit(int status)
{
	for (;;)
		ckpt_syscall1(__NR_exit, status);
}
__attribute__((noreturn)) static inline void sys_exit_group(int status)
{
	for (;;)
		ckpt_syscall1(__NR_exit_group, status);
}

/* signals, time */
#define CKPT_SIGSET_SIZE 8
static inline long sys_rt_sigaction(int sig, const void *act, void *old)
{
	return ckpt_syscall4(__NR_rt_sigaction, sig, act, old, CKPT_SIGSET_SIZE);
}
static inline long sys_rt_sigprocmask(int how, const uint64_t *set, uint64_t *old)
{
	return ckpt_syscall4(__NR_rt_sigprocmask, how, set, old, CKPT_SIGSET_SIZE);
}
static inline long sys_clock_gettime(int clock, void *ts)
{
	return ckpt_syscall2(__NR_clock_gettime, clock, ts);
}
static inline long sys_nanosleep(const void *req, void *rem)
{
	return ckpt_syscall2(__NR_nanosleep, req, rem);
}
static inline long sys_getrandom(void *buf, size_t n, unsigned flags)
{
	return ckpt_syscall3(__NR_getrandom, buf, n, flags);
}

#endif
