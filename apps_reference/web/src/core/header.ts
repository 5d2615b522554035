/**
 * What an image file says before it is decoded: its size, so that a huge one is refused, and how it
 * must be turned. Browsers differ there: Chromium turns JPEG and PNG, and no WebP.
 *
 * PNG, JPEG and WebP; the orientation of TIFF, too. Of other formats nothing is known before.
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

/** EXIF orientation 2 to 8; a file whose bytes `start` to `end` are `instead` has none. */
export interface Turn {
  readonly orientation: number;
  readonly start: number;
  readonly end: number;
  readonly instead: Uint8Array<ArrayBuffer>;
}

/** How the EXIF data of a JPEG, PNG, WebP or TIFF file turns it, or null. */
export function turnOf(bytes: Uint8Array<ArrayBuffer>): Turn | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    if (view.getUint32(0) === 0x89504e47) return pngTurn(view);
    if (view.getUint16(0) === 0xffd8) return jpegTurn(view);
    if (view.getUint32(0) === RIFF && view.getUint32(8) === WEBP) return webpTurn(view);
    return tiffTurn(view, 0);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // damaged EXIF does not cost the photograph
  }
  return null;
}

const RIFF = 0x52494646;
const WEBP = 0x57454250;
const EXIF = 0x45786966; // Exif, which two zeros follow
const ORIENTATION = 0x0112;
const SHORT = 3;

function jpegTurn(view: DataView): Turn | null {
  for (let at = 2; view.getUint16(at) !== 0xffda; ) {
    const marker = view.getUint16(at);
    if (marker < 0xffc0) return null;
    if (marker === 0xffe1 && view.getUint32(at + 4) === EXIF) return tiffTurn(view, at + 10);
    at += marker === 0xffff ? 1 : 2 + view.getUint16(at + 2);
  }
  return null;
}

/** A PNG chunk has a checksum, so the whole chunk goes. */
function pngTurn(view: DataView): Turn | null {
  for (let at = 8; ; ) {
    const next = at + 12 + view.getUint32(at);
    if (view.getUint32(at + 4) === 0x65584966) {
      const found = tiffTurn(view, at + 8);
      return found && { ...found, start: at, end: next, instead: new Uint8Array() };
    }
    at = next;
  }
}

function webpTurn(view: DataView): Turn | null {
  for (let at = 12; ; ) {
    const size = view.getUint32(at + 4, true);
    if (view.getUint32(at) === 0x45584946) {
      return tiffTurn(view, at + (view.getUint32(at + 8) === EXIF ? 14 : 8));
    }
    at += 8 + size + (size % 2);
  }
}

/** The orientation in the first directory of a TIFF block, which EXIF is. */
function tiffTurn(view: DataView, block: number): Turn | null {
  const order = view.getUint16(block);
  const little = order === 0x4949;
  if ((!little && order !== 0x4d4d) || view.getUint16(block + 2, little) !== 42) return null;
  const directory = block + view.getUint32(block + 4, little);
  const last = directory + 2 + 12 * view.getUint16(directory, little);
  for (let at = directory + 2; at < last; at += 12) {
    if (view.getUint16(at, little) !== ORIENTATION) continue;
    const orientation = view.getUint16(at + 8, little);
    const turns = view.getUint16(at + 2, little) === SHORT && orientation >= 2 && orientation <= 8;
    const instead = little ? Uint8Array.of(1, 0) : Uint8Array.of(0, 1);
    return turns ? { orientation, start: at + 8, end: at + 10, instead } : null;
  }
  return null;
}

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
