import { crc32c } from '@ckpt/format';

/** Makes the checksums of an image's head and seal good again, as a hostile writer would. */
export function reseal(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const last = 64 + 56 * (view.getUint16(56, true) - 1);
  const notesEnd = Number(view.getBigUint64(72, true) + view.getBigUint64(96, true));
  const seal = Number(view.getBigUint64(last + 8, true));
  const note = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).subarray(seal);
  const head = seal + note.indexOf('dhead') + 6;
  const self = seal + note.lastIndexOf('dself') + 6;
  view.setUint32(head, crc32c(bytes.subarray(0, Math.ceil(notesEnd / 4096) * 4096)));
  view.setUint32(self, crc32c(bytes.subarray(seal, self)));
  return bytes;
}
