/* SPDX-License-Identifier: MIT */
/*
 * primes-right - is is_prime() of primes-test right? Compared with a sieve for all numbers up to 100,000, with what is known
 * (the primes below 2^64; numbers that fool the test with fewer bases), and with another algorithm: Baillie-PSW, for which
 * it is known, too, that it is right below 2^64.
 */
#define main primes_test_main
int primes_test_main(int argc, char **argv);
#include "../../examples/primes-test.c" // NOLINT(bugprone-suspicious-include): its main() is another one
#undef main

#define SIEVED 100000
#define RANDOM 1000

static int failures, checks;

static void expect(uint64_t n, bool prime, const char *why)
{
	checks++;
	if (is_prime(n) != prime) {
		fprintf(stderr, "FAIL %llu is %sprime (%s)\n", (unsigned long long)n, prime ? "" : "not ", why);
		failures++;
	}
}

/* By trial division, for numbers up to 2^33 or so. */
static bool divides_none(uint64_t n)
{
	for (uint64_t d = 2; d * d <= n; d++) {
		if (n % d == 0)
			return false;
	}
	return n > 1;
}

/* The arithmetic of the other algorithm: all of it by adding and doubling. */
static uint64_t add(uint64_t a, uint64_t b, uint64_t n)
{
	return a >= n - b ? a - (n - b) : a + b;
}

static uint64_t multiply(uint64_t a, uint64_t b, uint64_t n)
{
	uint64_t product = 0;

	for (; b != 0; b >>= 1) {
		if (b & 1)
			product = add(product, a, n);
		a = add(a, a, n);
	}
	return product;
}

/* x / 2 modulo an odd n */
static uint64_t half(uint64_t x, uint64_t n)
{
	return x % 2 == 0 ? x / 2 : x / 2 + n / 2 + 1;
}

static int jacobi(int64_t top, uint64_t n)
{
	uint64_t a = top < 0 ? n - (uint64_t)-top % n : (uint64_t)top % n;
	int sign = 1;

	while (a != 0) {
		for (; a % 2 == 0; a /= 2) {
			if (n % 8 == 3 || n % 8 == 5)
				sign = -sign;
		}

		uint64_t swap = a;

		a = n;
		n = swap;
		if (a % 4 == 3 && n % 4 == 3)
			sign = -sign;
		a %= n;
	}
	return n == 1 ? sign : 0;
}

static bool is_square(uint64_t n)
{
	uint64_t low = 0, high = UINT32_MAX;

	while (low < high) {
		uint64_t middle = (low + high + 1) / 2;

		if (middle * middle <= n)
			low = middle;
		else
			high = middle - 1;
	}
	return low * low == n;
}

static bool fermat_strong_2(uint64_t n)
{
	uint64_t x = 1;
	int twos = __builtin_ctzll(n - 1);

	for (int bit = 63; bit >= twos; bit--) {
		x = multiply(x, x, n);
		if ((n - 1) >> bit & 1)
			x = add(x, x, n);
	}
	if (x == 1)
		return true;
	for (int i = 0; i < twos; i++) {
		if (x == n - 1)
			return true;
		x = multiply(x, x, n);
	}
	return false;
}

/* The strong Lucas test with Selfridge's parameters: P = 1, Q = (1 - D) / 4. n is odd and no square. */
static bool lucas_strong(uint64_t n)
{
	int64_t d = 5;

	for (int sign; (sign = jacobi(d, n)) != -1; d = d > 0 ? -(d + 2) : -d + 2) {
		if (sign == 0 && (uint64_t)(d < 0 ? -d : d) % n != 0)
			return false;
	}

	const uint64_t big_d = d < 0 ? n - (uint64_t)-d % n : (uint64_t)d % n;
	const int64_t q0 = (1 - d) / 4;
	const uint64_t q = q0 < 0 ? n - (uint64_t)-q0 % n : (uint64_t)q0 % n;
	const unsigned __int128 order = (unsigned __int128)n + 1;
	int twos = 0;
	uint64_t u = 0, v = 2 % n, power = 1 % n;

	while ((order >> twos & 1) == 0)
		twos++;
	for (int bit = 64; bit >= twos; bit--) {
		u = multiply(u, v, n);
		v = add(multiply(v, v, n), n - add(power, power, n), n);
		power = multiply(power, power, n);
		if (order >> bit & 1) {
			uint64_t next = half(add(u, v, n), n);

			v = half(add(multiply(big_d, u, n), v, n), n);
			u = next;
			power = multiply(power, q, n);
		}
	}
	if (u == 0)
		return true;
	for (int i = 0; i < twos; i++) {
		if (v == 0)
			return true;
		v = add(multiply(v, v, n), n - add(power, power, n), n);
		power = multiply(power, power, n);
	}
	return false;
}

static bool baillie_psw(uint64_t n)
{
	if (n < 1000)
		return divides_none(n);
	return n % 2 == 1 && !is_square(n) && fermat_strong_2(n) && lucas_strong(n);
}

/* xorshift64: the same numbers each time */
static uint64_t random_number(void)
{
	static uint64_t state = 0x9e3779b97f4a7c15;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static void check_sieve(void)
{
	static bool composite[SIEVED + 1];

	for (uint64_t n = 2; n <= SIEVED; n++) {
		for (uint64_t m = n * n; m <= SIEVED && !composite[n]; m += n)
			composite[m] = true;
	}
	for (uint64_t n = 0; n <= SIEVED; n++) {
		expect(n, n >= 2 && !composite[n], "sieve");
		if (baillie_psw(n) != (n >= 2 && !composite[n])) {
			fprintf(stderr, "FAIL this test's own algorithm is wrong for %llu\n", (unsigned long long)n);
			failures++;
		}
	}
}

static void check_known(void)
{
	/* the least numbers that fool Miller-Rabin with the first 1, 2, 3, … primes as bases (OEIS A014233) */
	static const uint64_t fools[] = { 2047, 1373653, 25326001, 3215031751, 2152302898747, 3474749660383,
		341550071728321, 3825123056546413051 };
	/* the primes below 2^64 are 2^64 minus these */
	static const int below[] = { 59, 83, 95, 179, 189, 257, 279, 323, 353, 363 };
	size_t next = 0;

	for (size_t i = 0; i < sizeof(fools) / sizeof(*fools); i++)
		expect(fools[i], false, "it fools some bases");
	for (int k = 1; k <= 363; k++) {
		bool prime = k == below[next];

		expect(-(uint64_t)k, prime, "near 2^64");
		next += prime;
	}
	expect(4294967291, true, "2^32 - 5");
	expect(4294967311, true, "2^32 + 15");
	expect(((uint64_t)1 << 61) - 1, true, "a Mersenne prime");
	expect(((uint64_t)1 << 63) - 25, true, "the last below 2^63");
	expect(((uint64_t)1 << 63) - 1, false, "7^2 * 73 * 127 * 337 * 92737 * 649657");
	expect((uint64_t)1 << 63, false, "2^63");
}

/* Products that are hard to tell from primes. */
static void check_products(void)
{
	static uint64_t near[200];
	int count = 0;

	for (uint64_t p = 3; p < 20000; p += 2) {
		if (divides_none(p))
			expect(p * p, false, "a square");
	}
	for (uint64_t p = ((uint64_t)1 << 32) - 2001; p < (uint64_t)1 << 32; p += 2) {
		if (divides_none(p))
			near[count++] = p;
	}
	for (int i = 0; i < count; i++) {
		for (int j = i; j < count; j++)
			expect(near[i] * near[j], false, "two primes near 2^32");
	}
	/* Carmichael numbers of Chernick's form, and p * (2p - 1), that pass for many a base */
	for (uint64_t k = 1; k < 20000; k++) {
		if (divides_none(6 * k + 1) && divides_none(12 * k + 1)) {
			expect((6 * k + 1) * (12 * k + 1), false, "p * (2p - 1)");
			if (divides_none(18 * k + 1))
				expect((6 * k + 1) * (12 * k + 1) * (18 * k + 1), false, "a Carmichael number");
		}
	}
}

static void check_random(void)
{
	int primes = 0;

	for (int i = 0; i < RANDOM; i++) {
		uint64_t n = random_number() >> 1 | (uint64_t)1 << 62;
		bool prime = baillie_psw(n);

		expect(n, prime, "random");
		primes += prime;
		n |= 1;
		for (int tries = 0; tries < 16; tries++, n += 2) {
			prime = baillie_psw(n);
			expect(n, prime, "next to a random one");
			primes += prime;
		}
	}
	if (primes < 100) {
		fprintf(stderr, "FAIL only %d primes were found\n", primes);
		failures++;
	}
}

int main(void)
{
	check_sieve();
	check_known();
	check_products();
	check_random();
	if (failures != 0)
		return 1;
	printf("PASS: %d numbers\n", checks);
	return 0;
}
