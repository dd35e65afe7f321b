/* SPDX-License-Identifier: MIT */
/* maps-no-sleep - to be preloaded: sleep(N) writes N as a digit to descriptor 9 and returns at once. */
#include <unistd.h>

unsigned int sleep(unsigned int seconds)
{
	const char digit = (char)('0' + seconds % 10);

	return write(9, &digit, 1) == 1 ? 0 : seconds;
}
