import { damaged, ImageError, type ImagePart } from '../image-error.ts';
import { maxKeySize, maxSkipDepth } from '../limits.ts';

/** Major types of RFC 8949, section 3.1. */
const major = { uint: 0, negative: 1, bytes: 2, text: 3, array: 4, map: 5, tag: 6, simple: 7 };
const majorNames = ['uint', 'negative int', 'bytes', 'text', 'array', 'map', 'tag', 'simple value'];

/** Where the bytes of a reader come from, for its errors. */
export interface CborOrigin {
  /** As in `note regions`. */
  readonly what: string;
  /** Where the bytes begin in the file. */
  readonly offset: number;
  readonly part: ImagePart;
}

/**
 * Reads CBOR (RFC 8949) item by item: definite lengths, shortest integers, no tags. The caller says which
 * type it wants next, so nothing is built that the model has no place for: no tree, no recursion, and no
 * allocation by a length that the bytes do not bear out. Strings are views into the bytes.
 * Every method throws ImageError `damaged` where the bytes are something else.
 */
export class CborReader {
  position = 0;
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly origin: CborOrigin;

  constructor(bytes: Uint8Array, origin: CborOrigin) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.origin = origin;
  }

  /** The error of whatever is wrong at `position`; `too-large` where a bound is exceeded. */
  error(
    detail: string,
    code: 'damaged' | 'too-large' = 'damaged',
    position: number = this.position,
  ): ImageError {
    const at = this.origin.offset + position;
    const text = `${this.origin.what}: ${detail}`;
    if (code === 'damaged') return damaged(text, at, this.origin.part);
    return new ImageError(code, text, { offset: at, part: this.origin.part });
  }

  /** An unsigned integer below 2^53. */
  uint(): number {
    const start = this.position;
    const value = this.argument(this.expect(major.uint));
    if (typeof value === 'bigint') throw this.error('number above 2^53', 'damaged', start);
    return value;
  }

  /** An unsigned integer below 2^64. */
  uint64(): bigint {
    return BigInt(this.argument(this.expect(major.uint)));
  }

  /** An unsigned integer that must be written in so many bytes (4 or 8), be it short or not. */
  uintOfBytes(width: 4 | 8): number {
    const start = this.position;
    const info = this.expect(major.uint);
    if (info !== (width === 4 ? 26 : 27))
      throw this.error(`number not in ${width} bytes`, 'damaged', start);
    const value = this.argument(info, false);
    if (typeof value === 'bigint') throw this.error('number above 2^53', 'damaged', start);
    return value;
  }

  /** An integer between −2^53 and 2^53. */
  int(): number {
    const start = this.position;
    const negative = this.peekMajor() === major.negative;
    const value = this.argument(this.expect(negative ? major.negative : major.uint));
    if (typeof value === 'bigint') throw this.error('number above 2^53', 'damaged', start);
    return negative ? -1 - value : value;
  }

  bool(): boolean {
    const info = this.expect(major.simple);
    if (info !== 20 && info !== 21) throw this.error('bool expected', 'damaged', this.position - 1);
    return info === 21;
  }

  /** A byte string, as a view. */
  byteString(): Uint8Array {
    return this.span(this.argument(this.expect(major.bytes)));
  }

  /** A text string of ASCII, as keys and choices are, up to 64 bytes. */
  shortText(): string {
    const start = this.position;
    const bytes = this.span(this.argument(this.expect(major.text)));
    if (bytes.length > maxKeySize) throw this.error('text too long', 'damaged', start);
    let text = '';
    for (const byte of bytes) {
      if (byte < 0x20 || byte > 0x7e) throw this.error('text is not ASCII', 'damaged', start);
      text += String.fromCharCode(byte);
    }
    return text;
  }

  /** The head of an array: how many items follow. At least so many bytes do. */
  array(): number {
    return this.count(major.array, 1);
  }

  /** The head of a map: how many pairs follow. At least twice as many bytes do. */
  map(): number {
    return this.count(major.map, 2);
  }

  /** Passes over one item of any type, in constant memory. */
  skip(): void {
    const open = [1]; // items left at each depth
    while (open.length > 0) {
      const left = open.pop() as number;
      if (left === 0) continue;
      open.push(left - 1);
      const kind = this.peekMajor();
      if (kind === major.array) this.open(open, this.array());
      else if (kind === major.map) this.open(open, 2 * this.map());
      else if (kind === major.bytes || kind === major.text) {
        this.span(this.argument(this.expect(kind)));
      } else if (kind === major.simple) this.skipSimple();
      else if (kind === major.tag) throw this.error('tags are not allowed');
      else this.argument(this.expect(kind));
    }
  }

  /** @throws where bytes are left. */
  end(): void {
    if (this.position !== this.bytes.length) throw this.error('bytes after the end of the item');
  }

  private open(stack: number[], count: number): void {
    if (stack.length > maxSkipDepth) throw this.error('nested too deeply');
    stack.push(count);
  }

  private skipSimple(): void {
    const info = this.expect(major.simple);
    if (info >= 25 && info <= 27)
      this.span(2 ** (info - 24)); // a float
    else if (info < 20 || info > 23)
      throw this.error('unknown simple value', 'damaged', this.position - 1);
  }

  private count(kind: number, bytesEach: number): number {
    const start = this.position;
    const count = this.argument(this.expect(kind));
    if (typeof count === 'bigint' || count * bytesEach > this.bytes.length - this.position) {
      throw this.error(`${count} items announced, more than there are bytes`, 'damaged', start);
    }
    return count;
  }

  private span(length: number | bigint): Uint8Array {
    if (typeof length === 'bigint' || length > this.bytes.length - this.position) {
      throw this.error(`${length} bytes announced, more than there are`);
    }
    const start = this.position;
    this.position += length;
    return this.bytes.subarray(start, this.position);
  }

  private peekMajor(): number {
    return this.byte() >> 5;
  }

  private byte(): number {
    const byte = this.bytes[this.position];
    if (byte === undefined) throw this.error('ends in the middle');
    return byte;
  }

  /** Reads the first byte of an item of this type; gives its additional information. */
  private expect(kind: number): number {
    const byte = this.byte();
    if (byte >> 5 !== kind) {
      throw this.error(`${majorNames[kind]} expected, ${majorNames[byte >> 5]} found`);
    }
    this.position++;
    return byte & 31;
  }

  /** The argument that follows the first byte; bigint from 2^53 on. */
  private argument(info: number, shortest = true): number | bigint {
    if (info < 24) return info;
    const start = this.position - 1;
    if (info > 27)
      throw this.error(info === 31 ? 'indefinite length' : 'bad first byte', 'damaged', start);
    const width = 2 ** (info - 24);
    const at = this.position;
    this.span(width);
    let value: number | bigint;
    if (width === 1) value = this.view.getUint8(at);
    else if (width === 2) value = this.view.getUint16(at);
    else if (width === 4) value = this.view.getUint32(at);
    else {
      const high = this.view.getUint32(at);
      value =
        high < 2 ** 21 ? high * 2 ** 32 + this.view.getUint32(at + 4) : this.view.getBigUint64(at);
    }
    const least = width === 1 ? 24 : 2 ** (4 * width);
    if (shortest && value < least)
      throw this.error('number not in its shortest form', 'damaged', start);
    return value;
  }
}
