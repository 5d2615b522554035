/**
 * Turns an image file into the pixels a person sees, with the browser's own decoder.
 *
 * EXIF orientation is applied here and hidden from the browser, since browsers differ. ICC profiles
 * are ignored, transparency lies on white. The pixels
 * are read in bands: no canvas has to hold a whole photograph, phones limit its size. A canvas keeps
 * colours multiplied by alpha and rounded; on white that loses nothing, since white adds a whole
 * number: round(colour · alpha / 255) + 255 − alpha.
 */

import { AppError } from './errors';
import { type Header, headerOf, type Turn, turnOf } from './header';
import { MAX_MEGAPIXELS, onWhite, type Photo } from './photo';

const BAND = 256;
const MOST_SEARCHED = 1 << 26; // bytes; a WebP has its EXIF data at the end
const ANIMATED: ReadonlySet<string> = new Set(['image/gif', 'image/png', 'image/webp']);
const OPTIONS: ImageBitmapOptions = {
  colorSpaceConversion: 'none',
  premultiplyAlpha: 'none',
  imageOrientation: 'from-image',
};

/** How canvases turn stored pixels, w wide and h high: (x, y) -> (a x + c y + e, b x + d y + f). */
const UPRIGHT: Readonly<Record<number, (w: number, h: number) => DOMMatrix2DInit>> = {
  2: (w) => ({ a: -1, e: w }),
  3: (w, h) => ({ a: -1, d: -1, e: w, f: h }),
  4: (_, h) => ({ d: -1, f: h }),
  5: () => ({ a: 0, b: 1, c: 1, d: 0 }),
  6: (_, h) => ({ a: 0, b: 1, c: -1, d: 0, e: h }),
  7: (w, h) => ({ a: 0, b: -1, c: -1, d: 0, e: h, f: w }),
  8: (w) => ({ a: 0, b: -1, c: 1, d: 0, f: w }),
};

/** @throws AppError not an image, HEIC without a decoder, animated, too large, or out of memory. */
export async function decodePhoto(file: Blob): Promise<Photo> {
  const name = file instanceof File && file.name ? file.name : 'The file';
  const bytes = new Uint8Array(await file.slice(0, MOST_SEARCHED).arrayBuffer());
  const header = headerOf(bytes);
  if (header) requireSize(header, name);
  const turn = turnOf(bytes);
  const bitmap = await decoded(turn ? withoutTurn(file, turn) : file, name);
  try {
    requireSize(bitmap, name);
    if (await isAnimated(file)) throw new AppError('photo-animated', { name });
    return uprightPhoto(bitmap, turn?.orientation ?? 1, name);
  } finally {
    bitmap.close();
  }
}

function requireSize({ width, height }: Header, name: string): void {
  const megapixels = (width * height) / 1e6;
  if (megapixels > MAX_MEGAPIXELS) {
    const found = Math.ceil(megapixels).toFixed(0);
    throw new AppError('photo-too-large', { name, megapixels: found, limit: `${MAX_MEGAPIXELS}` });
  }
}

function withoutTurn(file: Blob, { start, end, instead }: Turn): Blob {
  return new Blob([file.slice(0, start), instead, file.slice(end)], { type: file.type });
}

async function decoded(file: Blob, name: string): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(file, OPTIONS);
  } catch {
    throw new AppError((await isHeic(file)) ? 'photo-heic' : 'photo-unreadable', { name });
  }
}

/** Whether there are several frames, where the browser can tell. */
async function isAnimated(file: Blob): Promise<boolean> {
  if (!('ImageDecoder' in globalThis) || !ANIMATED.has(file.type)) return false;
  const decoder = new ImageDecoder({ data: await file.arrayBuffer(), type: file.type });
  try {
    await Promise.all([decoder.tracks.ready, decoder.completed]);
    return (decoder.tracks.selectedTrack?.frameCount ?? 1) > 1;
  } catch {
    return false; // it was decoded before: whatever this decoder misses, the photograph is there
  } finally {
    decoder.close();
  }
}

function uprightPhoto(bitmap: ImageBitmap, orientation: number, name: string): Photo {
  const sideways = orientation >= 5;
  const width = sideways ? bitmap.height : bitmap.width;
  const height = sideways ? bitmap.width : bitmap.height;
  const turn = UPRIGHT[orientation]?.(bitmap.width, bitmap.height) ?? {};
  const context = new OffscreenCanvas(width, Math.min(BAND, height)).getContext('2d', {
    willReadFrequently: true,
  });
  const rgb = allocated(width * height * 3);
  if (!context || !rgb) throw new AppError('photo-memory', { name });
  context.imageSmoothingEnabled = false;
  for (let top = 0; top < height; top += BAND) {
    const rows = Math.min(BAND, height - top);
    context.resetTransform();
    context.clearRect(0, 0, width, rows);
    context.setTransform({ ...turn, f: (turn.f ?? 0) - top });
    context.drawImage(bitmap, 0, 0);
    onWhite(context.getImageData(0, 0, width, rows).data, rgb, top * width * 3);
  }
  return { width, height, rgb };
}

function allocated(bytes: number): Uint8Array | null {
  try {
    return new Uint8Array(bytes);
  } catch {
    return null;
  }
}

/** HEIC and HEIF are ISO media files of these brands. */
async function isHeic(file: Blob): Promise<boolean> {
  const head = new TextDecoder('latin1').decode(await file.slice(4, 12).arrayBuffer());
  return /^ftyp(hei[cfmsx]|hev[cmsx]|mif1|msf1)$/.test(head);
}
