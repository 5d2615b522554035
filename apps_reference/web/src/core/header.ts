/**
 * The size of an image from its first bytes, so that a huge one is refused before it is decoded.
 *
 * PNG, JPEG and WebP; of other formats nothing is known before.
 */

export interface Header {
  readonly width: number;
  readonly height: number;
}

/** Width and height as stored, or null. */
export function headerOf(bytes: Uint8Array<ArrayBuffer>): Header | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    if (view.getUint32(0) === 0x89504e47) return size(view.getUint32(16), view.getUint32(20));
    if (view.getUint16(0) === 0xffd8) return jpeg(view);
    if (view.getUint32(0) === RIFF && view.getUint32(8) === WEBP) return webp(view);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // cut off: the decoder has the last word
  }
  return null;
}

const RIFF = 0x52494646;
const WEBP = 0x57454250;

function size(width: number, height: number): Header {
  return { width, height };
}

/** The first frame header; segments before it are skipped by their length. */
function jpeg(view: DataView): Header | null {
  for (let at = 2; ; ) {
    const marker = view.getUint16(at);
    if (marker < 0xffc0) return null;
    const frame = marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker);
    if (frame) return size(view.getUint16(at + 7), view.getUint16(at + 5));
    at += marker === 0xffff ? 1 : 2 + view.getUint16(at + 2);
  }
}

function webp(view: DataView): Header | null {
  const little = (at: number) => view.getUint16(at, true);
  const little24 = (at: number) => little(at) + (view.getUint8(at + 2) << 16);
  switch (view.getUint32(12)) {
    case 0x56503820: // VP8: lossy
      return size(little(26) & 0x3fff, little(28) & 0x3fff);
    case 0x5650384c: {
      // VP8L: lossless
      const bits = view.getUint32(21, true);
      return size((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1);
    }
    case 0x56503858: // VP8X: with alpha, EXIF or several frames
      return size(little24(24) + 1, little24(27) + 1);
    default:
      return null;
  }
}
