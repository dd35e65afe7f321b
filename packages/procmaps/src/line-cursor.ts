import { ProcmapsError } from './procmaps-error.ts';

const HEX_DIGITS_EXACT = 13; // 52 bits: exact in a double
const HEX_DIGITS_MAX = 16;
const DECIMAL_DIGITS_EXACT = 15;
const DECIMAL_LIMIT = 2n ** 64n;
const ZERO = 0x30;
const SPACE = 0x20;

/** Reads the columns of one line of a text, left to right. */
export class LineCursor {
  readonly text: string;
  position = 0;
  end = 0;
  line = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** Moves to the next line; false at the end of the text. */
  nextLine(): boolean {
    const start = this.line === 0 ? 0 : this.end + 1;
    if (start >= this.text.length) return false;
    const newline = this.text.indexOf('\n', start);
    this.position = start;
    this.end = newline === -1 ? this.text.length : newline;
    this.line++;
    return true;
  }

  /** Takes one character; fails where it is another. */
  expect(character: string): void {
    if (this.code() !== character.charCodeAt(0)) {
      this.fail(`expected ${JSON.stringify(character)}`);
    }
    this.position++;
  }

  /** Takes one of two characters: true for the first, false for the second. */
  either(yes: string, no: string): boolean {
    const code = this.code();
    const isYes = code === yes.charCodeAt(0);
    if (!isYes && code !== no.charCodeAt(0)) this.fail(`expected "${yes}" or "${no}"`);
    this.position++;
    return isYes;
  }

  /** Takes a hexadecimal number of at most 64 bits. */
  hex(): bigint {
    const start = this.position;
    const value = this.hexDigits();
    const digits = this.position - start;
    if (digits > HEX_DIGITS_MAX) this.fail('a number has more than 64 bits');
    // BigInt(number) is several times faster than BigInt(string).
    if (digits <= HEX_DIGITS_EXACT) return value === 0 ? 0n : BigInt(value);
    return BigInt(`0x${this.text.slice(start, this.position)}`);
  }

  /** Takes a hexadecimal number of at most 32 bits. */
  hex32(): number {
    const value = this.hexDigits();
    if (value > 0xffff_ffff) this.fail('a number has more than 32 bits');
    return value;
  }

  /** Takes a decimal number of at most 64 bits. */
  decimal(): bigint {
    const start = this.position;
    let value = 0;
    let digit = this.code() - ZERO;
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      this.position++;
      digit = this.code() - ZERO;
    }
    const digits = this.position - start;
    if (digits === 0) this.fail('expected a decimal number');
    if (digits <= DECIMAL_DIGITS_EXACT) return value === 0 ? 0n : BigInt(value);
    const exact = BigInt(this.text.slice(start, this.position));
    if (exact >= DECIMAL_LIMIT) this.fail('a number has more than 64 bits');
    return exact;
  }

  skipSpaces(): void {
    while (this.code() === SPACE) this.position++;
  }

  /** Takes the rest of the line. */
  rest(): string {
    const rest = this.text.slice(this.position, this.end);
    this.position = this.end;
    return rest;
  }

  /** The whole line, wherever the cursor stands in it. */
  wholeLine(): string {
    return this.text.slice(this.text.lastIndexOf('\n', this.end - 1) + 1, this.end);
  }

  fail(reason: string): never {
    const shown = JSON.stringify(this.wholeLine().slice(0, 120));
    throw new ProcmapsError('BAD_TEXT', `line ${this.line} is no mapping, ${reason}: ${shown}`, {
      line: this.line,
    });
  }

  /** The code of the next character; -1 at the end of the line. */
  private code(): number {
    return this.position < this.end ? this.text.charCodeAt(this.position) : -1;
  }

  /** Takes hexadecimal digits, at least one: their value, exact up to 52 bits. */
  private hexDigits(): number {
    const start = this.position;
    let value = 0;
    let digit = hexDigit(this.code());
    while (digit >= 0) {
      value = value * 16 + digit;
      this.position++;
      digit = hexDigit(this.code());
    }
    if (this.position === start) this.fail('expected a hexadecimal number');
    return value;
  }
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  if (code >= 97 && code <= 102) return code - 87;
  return -1;
}
