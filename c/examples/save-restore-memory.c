/* SPDX-License-Identifier: MIT */
/*
 * save-restore-memory - saves the code of a function to a file, brings it back at another address, and runs it there.
 *
 *     make save-restore-memory && ./save-restore-memory
 *
 * One sees fnc() at its own address, then how much memory was mapped where, then fnc() again, at the new address.
 *
 * What to learn here, in the order of main():
 *
 * How long is a function? C does not say: sizeof(fnc) means nothing. So fnc() gets a section of its own in the program, and
 * for a section with a name that C allows the linker makes two symbols, __start_NAME and __stop_NAME.
 *
 * Saved code comes back into memory that may be written, for read() has to write it; it runs in memory that may be executed.
 * Never both at once: a page that is writable and executable is what every attacker looks for, and some systems refuse it.
 * So mmap() gives a writable one, and when it is filled, mprotect() makes it executable and no longer writable ("W^X"). The
 * memory is anonymous, not the file itself: where /tmp is mounted noexec, no page of a file in it may be executed.
 *
 * The trap: code that was moved. The compiler makes position-independent code for a program (PIE), but that only means that
 * the program moves as a whole. A call of printf(), a string or a global variable is found by its distance from the
 * instruction; moved alone, fnc() would reach for them at the same distance from its new place, where they are not, and
 * crash. Hence fnc() uses nothing but what it is given: the function to call and the text come by arguments, as addresses
 * that hold everywhere. A real checkpoint has it easier: it brings all memory back to where it was.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

typedef int say_function(const char *format, ...);
typedef int fnc_function(say_function *say, const char *format);

extern const char __start_fnc_code[], __stop_fnc_code[];

/* Says where it runs, by the processor's own instruction pointer. Returns what say() returns. */
__attribute__((section("fnc_code"), noinline, used))
static int fnc(say_function *say, const char *format)
{
	void *here;

	__asm__ volatile("lea (%%rip), %0" : "=r"(here));
	return say(format, here);
}

/* Saves memory at the beginning of a file. */
static bool save_memory(FILE *file, const void *memory, size_t length)
{
	return fwrite(memory, 1, length, file) == length && fflush(file) == 0;
}

/* Restores memory from the beginning of a file, to be read and executed. Returns NULL if it can't be done. */
static void *restore_code(FILE *file, size_t length)
{
	void *memory = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED) {
		perror("save-restore-memory: mmap");
		return NULL;
	}
	if (fseek(file, 0, SEEK_SET) != 0 || fread(memory, 1, length, file) != length) {
		perror("save-restore-memory: cannot read the code back");
		goto unmap;
	}
	if (mprotect(memory, length, PROT_READ | PROT_EXEC) != 0) {
		perror("save-restore-memory: mprotect");
		goto unmap;
	}
	return memory;

unmap:
	if (munmap(memory, length) != 0)
		perror("save-restore-memory: munmap");
	return NULL;
}

int main(void)
{
	const char format[] = "fnc() runs at address %p\n";
	const char *code = __start_fnc_code;
	const size_t length = (size_t)(__stop_fnc_code - __start_fnc_code);
	int status = EXIT_FAILURE;
	fnc_function *original = fnc, *restored;
	char *memory = NULL;

	if (original(printf, format) < 0)
		return EXIT_FAILURE;

	/* tmpfile() has no name that could be left behind: it is gone when it is closed, whatever ends the program. */
	FILE *file = tmpfile();

	if (file == NULL) {
		perror("save-restore-memory: tmpfile");
		return EXIT_FAILURE;
	}
	if (!save_memory(file, code, length)) {
		perror("save-restore-memory: cannot write the code");
		goto out;
	}
	memory = restore_code(file, length);
	if (memory == NULL)
		goto out;
	printf("Memory segment of length %zu mmap'ed in at address %p\n", length, (void *)memory);

	/* Where fnc() begins in the segment: its distance from the beginning stays the same. */
	char *entry = memory + ((const char *)original - code);

	memcpy(&restored, &entry, sizeof(restored)); /* C has no cast from data to a function */
	if (restored(printf, format) < 0)
		goto out;
	status = EXIT_SUCCESS;

out:
	if (memory != NULL && munmap(memory, length) != 0) {
		perror("save-restore-memory: munmap");
		status = EXIT_FAILURE;
	}
	if (fclose(file) != 0) {
		perror("save-restore-memory: closing the file");
		status = EXIT_FAILURE;
	}
	if (fflush(stdout) != 0 || ferror(stdout)) {
		perror("save-restore-memory: standard output");
		status = EXIT_FAILURE;
	}
	return status;
}
