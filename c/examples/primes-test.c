/* SPDX-License-Identifier: MIT */
/*
 * primes-test - says of numbers whether they are prime: a program that computes, to be saved, killed and brought back.
 *
 *     ./primes-test [N]    N, N+2, … ten numbers, one a second
 *     ./primes-test -N     5,000 numbers from N on, every second one, without a pause
 *
 * Right for every 64-bit number: Miller-Rabin with the twelve bases that leave no pseudoprime below 3.3e24.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FEW 10
#define MANY 5000
#define DEFAULT_START 1234567891234567 /* the number of the course handout */

static uint64_t multiply_mod(uint64_t a, uint64_t b, uint64_t m)
{
	return (uint64_t)((unsigned __int128)a * b % m);
}

static uint64_t power_mod(uint64_t base, uint64_t exponent, uint64_t m)
{
	uint64_t result = 1;

	for (base %= m; exponent != 0; exponent >>= 1) {
		if (exponent & 1)
			result = multiply_mod(result, base, m);
		base = multiply_mod(base, base, m);
	}
	return result;
}

/* One round of Miller-Rabin for n - 1 = odd * 2^twos: false if `base` proves that n is composite. */
static bool passes(uint64_t n, uint64_t base, uint64_t odd, int twos)
{
	uint64_t x = power_mod(base, odd, n);

	if (x == 1 || x == n - 1)
		return true;
	for (int i = 1; i < twos; i++) {
		x = multiply_mod(x, x, n);
		if (x == n - 1)
			return true;
	}
	return false;
}

static bool is_prime(uint64_t n)
{
	static const uint64_t bases[] = { 2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37 };
	const int count = sizeof(bases) / sizeof(*bases);

	if (n < 2)
		return false;
	for (int i = 0; i < count; i++) {
		if (n % bases[i] == 0)
			return n == bases[i];
	}

	uint64_t odd = n - 1;
	int twos = 0;

	for (; odd % 2 == 0; odd /= 2)
		twos++;
	for (int i = 0; i < count; i++) {
		if (!passes(n, bases[i], odd, twos))
			return false;
	}
	return true;
}

/* Reads a number that may have a minus before it. Returns 0, or prints why not and returns 1. */
static int parse_start(const char *text, uint64_t *start, bool *many)
{
	const char *digits = text;
	char *end;

	*many = *text == '-';
	if (*many)
		digits++;
	errno = 0;
	uint64_t number = strtoull(digits, &end, 10);

	if (*digits < '0' || *digits > '9' || *end != '\0') {
		fprintf(stderr, "primes-test: '%s' is not an integer\n", text);
		return 1;
	}
	if (errno == ERANGE || number > UINT64_MAX - 2 * ((*many ? MANY : FEW) - 1)) {
		fprintf(stderr, "primes-test: '%s' is too large: it would go past 64 bits\n", text);
		return 1;
	}
	*start = number;
	return 0;
}

int main(int argc, char **argv)
{
	uint64_t start = DEFAULT_START;
	bool many = false;

	if (argc > 2) {
		fprintf(stderr, "usage: %s [INTEGER] (a negative one: %d numbers without a pause)\n",
			argv[0], MANY);
		return 1;
	}
	if (argc == 2 && parse_start(argv[1], &start, &many) != 0)
		return 1;

	printf("Testing for primes, starting with: %llu\n", (unsigned long long)start);
	fflush(stdout);
	for (int i = 0; i < (many ? MANY : FEW); i++) {
		uint64_t n = start + 2 * (uint64_t)i;

		printf("Is %llu probably prime? ", (unsigned long long)n);
		printf("%s\n", is_prime(n) ? "Yes" : "No");
		fflush(stdout);
		if (!many)
			sleep(1);
	}
	return 0;
}
