/** Writes CBOR (RFC 8949) item by item: definite lengths, shortest integers. The twin of CborReader. */
export class CborWriter {
  private buffer = new Uint8Array(1024);
  private view = new DataView(this.buffer.buffer);
  private length = 0;

  /** 0 … 2^64 − 1. */
  uint(value: number | bigint): void {
    this.head(0, value);
  }

  int(value: number): void {
    if (value < 0) this.head(1, -1 - value);
    else this.head(0, value);
  }

  /** In so many bytes even where fewer would do. */
  uintOfBytes(width: 4 | 8, value: number): void {
    this.reserve(9);
    this.buffer[this.length++] = width === 4 ? 26 : 27;
    if (width === 4) this.view.setUint32(this.length, value);
    else this.view.setBigUint64(this.length, BigInt(value));
    this.length += width;
  }

  bool(value: boolean): void {
    this.reserve(1);
    this.buffer[this.length++] = value ? 0xf5 : 0xf4;
  }

  byteString(bytes: Uint8Array): void {
    this.head(2, bytes.length);
    this.append(bytes);
  }

  /** ASCII. */
  shortText(text: string): void {
    this.head(3, text.length);
    this.append(Uint8Array.from(text, (c) => c.charCodeAt(0)));
  }

  array(count: number): void {
    this.head(4, count);
  }

  map(pairs: number): void {
    this.head(5, pairs);
  }

  /** What was written, as a view. */
  finish(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  private head(major: number, argument: number | bigint): void {
    this.reserve(9);
    const at = this.length + 1;
    const first = major << 5;
    if (argument < 24) {
      this.buffer[this.length] = first | Number(argument);
      this.length += 1;
    } else if (argument < 2 ** 8) {
      this.buffer[this.length] = first | 24;
      this.view.setUint8(at, Number(argument));
      this.length += 2;
    } else if (argument < 2 ** 16) {
      this.buffer[this.length] = first | 25;
      this.view.setUint16(at, Number(argument));
      this.length += 3;
    } else if (argument < 2 ** 32) {
      this.buffer[this.length] = first | 26;
      this.view.setUint32(at, Number(argument));
      this.length += 5;
    } else {
      this.buffer[this.length] = first | 27;
      this.view.setBigUint64(at, BigInt(argument));
      this.length += 9;
    }
  }

  private append(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  private reserve(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return;
    const larger = new Uint8Array(Math.max(2 * this.buffer.length, this.length + bytes));
    larger.set(this.buffer.subarray(0, this.length));
    this.buffer = larger;
    this.view = new DataView(larger.buffer);
  }
}
