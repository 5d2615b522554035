/** A camera's frame -> a photograph, by the rules of core/decode. */

import { AppError } from '../core/errors';
import { onWhite, type Photo } from '../core/photo';

export function framePhoto(frame: ImageBitmap): Photo {
  const { width, height } = frame;
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) throw new AppError('photo-memory', { name: 'camera' });
  context.drawImage(frame, 0, 0);
  const rgb = new Uint8Array(width * height * 3);
  onWhite(context.getImageData(0, 0, width, height).data, rgb);
  return { width, height, rgb };
}
