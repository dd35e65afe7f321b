/* SPDX-License-Identifier: MIT */
/*
 * constructor1.c -> libconstructor1.so, for test1: a library that says it is there, before the program's main().
 *
 *     ./test1 counting-test 5
 *     *************************************
 *     ***  We are running, using test1. ***
 *     *************************************
 *     Testing for counting, starting with: 5
 *
 * What it teaches: constructor functions. A function marked so is called by the dynamic loader as soon as its library is
 * loaded. The linker puts its address into a table of the library, .init_array: readelf -W -S libconstructor1.so shows where.
 */
#include "constructor.h"

__attribute__((constructor)) static void begin(void)
{
	leave_children_alone();
	say(STDERR_FILENO, BANNER("1"));
}
