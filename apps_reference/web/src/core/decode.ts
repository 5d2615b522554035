/**
 * Turns an image file into the pixels a person sees, with the browser's own decoder.
 *
 * EXIF orientation is applied, ICC profiles are ignored, transparency lies on white. The pixels
 * are read in bands: no canvas has to hold a whole photograph, phones limit its size. A canvas keeps
 * colours multiplied by alpha and rounded; on white that loses nothing, since white adds a whole
 * number: round(colour · alpha / 255) + 255 − alpha.
 */

import { AppError } from './errors';
import { type Header, headerOf } from './header';
import { MAX_MEGAPIXELS, onWhite, type Photo } from './photo';

const BAND = 256;
const MOST_HEADER = 1 << 20;
const ANIMATED: ReadonlySet<string> = new Set(['image/gif', 'image/png', 'image/webp']);
const OPTIONS: ImageBitmapOptions = {
  colorSpaceConversion: 'none',
  premultiplyAlpha: 'none',
  imageOrientation: 'from-image',
};

/** @throws AppError not an image, HEIC without a decoder, animated, too large, or out of memory. */
export async function decodePhoto(file: Blob): Promise<Photo> {
  const name = file instanceof File && file.name ? file.name : 'The file';
  const header = headerOf(new Uint8Array(await file.slice(0, MOST_HEADER).arrayBuffer()));
  if (header) requireSize(header, name);
  const bitmap = await decoded(file, name);
  try {
    requireSize(bitmap, name);
    if (await isAnimated(file)) throw new AppError('photo-animated', { name });
    return { width: bitmap.width, height: bitmap.height, rgb: pixels(bitmap, name) };
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

function pixels(bitmap: ImageBitmap, name: string): Uint8Array {
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, Math.min(BAND, height)).getContext('2d', {
    willReadFrequently: true,
  });
  const rgb = allocated(width * height * 3);
  if (!context || !rgb) throw new AppError('photo-memory', { name });
  for (let top = 0; top < height; top += BAND) {
    const rows = Math.min(BAND, height - top);
    context.clearRect(0, 0, width, rows);
    context.drawImage(bitmap, 0, -top);
    onWhite(context.getImageData(0, 0, width, rows).data, rgb, top * width * 3);
  }
  return rgb;
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
