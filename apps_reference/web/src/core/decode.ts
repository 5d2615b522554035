/**
 * Turns an image file into the pixels a person sees, with the browser's own decoder.
 *
 * EXIF orientation is applied, ICC profiles are ignored, transparency lies on white. The pixels
 * are read in bands: no canvas has to hold a whole photograph, phones limit its size.
 */

import { AppError } from './errors';
import { MAX_MEGAPIXELS, onWhite, type Photo } from './photo';

const BAND = 256;
const OPTIONS: ImageBitmapOptions = {
  colorSpaceConversion: 'none',
  premultiplyAlpha: 'none',
  imageOrientation: 'from-image',
};

/** @throws AppError not an image, HEIC without a decoder, too large, or out of memory. */
export async function decodePhoto(file: Blob): Promise<Photo> {
  const name = file instanceof File && file.name ? file.name : 'The file';
  const bitmap = await decoded(file, name);
  try {
    const { width, height } = bitmap;
    const megapixels = (width * height) / 1e6;
    if (megapixels > MAX_MEGAPIXELS) {
      const found = megapixels.toFixed(0);
      throw new AppError('photo-too-large', {
        name,
        megapixels: found,
        limit: `${MAX_MEGAPIXELS}`,
      });
    }
    return { width, height, rgb: pixels(bitmap, name) };
  } finally {
    bitmap.close();
  }
}

async function decoded(file: Blob, name: string): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(file, OPTIONS);
  } catch {
    throw new AppError((await isHeic(file)) ? 'photo-heic' : 'photo-unreadable', { name });
  }
}

function pixels(bitmap: ImageBitmap, name: string): Uint8Array {
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, Math.min(BAND, height)).getContext('2d', {
    willReadFrequently: true,
  });
  if (!context) throw new AppError('photo-memory', { name });
  const rgb = new Uint8Array(width * height * 3);
  for (let top = 0; top < height; top += BAND) {
    const rows = Math.min(BAND, height - top);
    context.clearRect(0, 0, width, rows);
    context.drawImage(bitmap, 0, -top);
    onWhite(context.getImageData(0, 0, width, rows).data, rgb, top * width * 3);
  }
  return rgb;
}

/** HEIC and HEIF are ISO media files of these brands. */
async function isHeic(file: Blob): Promise<boolean> {
  const head = new TextDecoder('latin1').decode(await file.slice(4, 12).arrayBuffer());
  return /^ftyp(hei[cfmsx]|hev[cmsx]|mif1|msf1)$/.test(head);
}
