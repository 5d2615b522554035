/** Photographs that the tests hand in: synthetic ones of tests/vectors, and files made to be bad. */

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { ROOT } from './serve';

export const LESION = join(ROOT, 'tests/vectors/photos/megapixel-900x1200.jpg');
export const OTHER = join(ROOT, 'tests/vectors/photos/portrait-320x240.png');
/** Of the picture, in percent, as Python finds with the packaged student. */
export const LESION_AREA = 6.6;
export const OTHER_AREA = 34.7;

export const folder = mkdtempSync(join(tmpdir(), 'skinseg-pictures-'));

export function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** A white PNG of 8-bit greys. */
export function blankPng(width: number, height: number): Buffer {
  const row = Buffer.concat([Buffer.of(0), Buffer.alloc(width, 255)]);
  const rows = Buffer.concat(Array.from({ length: height }, () => row));
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(name: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name), content]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc(named));
  return Buffer.concat([length, named, sum]);
}

function crc(content: Buffer): number {
  let value = 0xffffffff;
  for (const byte of content) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  }
  return (value ^ 0xffffffff) >>> 0;
}

/** RGBA pixels -> two frames of video as a camera gives them: BT.601, 4:2:0. */
export function y4m(rgba: Uint8Array, width: number, height: number): Buffer {
  const luma = Buffer.alloc(width * height);
  const chroma = [Buffer.alloc(luma.length / 4), Buffer.alloc(luma.length / 4)] as const;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [r, g, b] = rgba.subarray((y * width + x) * 4) as unknown as [number, number, number];
      luma[y * width + x] = 16 + (65.738 * r + 129.057 * g + 25.064 * b) / 256;
      const at = (y >> 1) * (width >> 1) + (x >> 1); // the last of the four stands for all
      chroma[0][at] = 128 + (-37.945 * r - 74.494 * g + 112.439 * b) / 256;
      chroma[1][at] = 128 + (112.439 * r - 94.154 * g - 18.285 * b) / 256;
    }
  }
  const frame = Buffer.concat([Buffer.from('FRAME\n'), luma, ...chroma]);
  return Buffer.concat([
    Buffer.from(`YUV4MPEG2 W${width} H${height} F30:1 Ip A1:1 C420jpeg\n`),
    frame,
    frame,
  ]);
}
