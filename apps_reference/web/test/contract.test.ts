import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { fromLittleEndian } from '../src/core/bytes';
import { toMask, toPhoto, toPhotoMask, toTensor } from '../src/core/contract';
import { area, jaccard } from '../src/core/metrics';
import { onWhite, opaque } from '../src/core/photo';
import { resize } from '../src/core/resize';
import { taps } from '../src/core/taps';
import { bytesOf, fromRuns, LARGE, largePhoto, VECTORS } from './vectors';

describe('from a probability map to the mask', () => {
  test.each(VECTORS)('$id', ({ photo, truth, results }) => {
    const { probability, mask, area: share, jaccard: agreement } = results['tflite-int8'];
    const map = fromLittleEndian(bytesOf(probability).buffer);
    const sizes = [
      [192, 192],
      [photo.height, photo.width],
    ] as const;
    const found = toMask(toPhoto(map, ...sizes), 0.5);
    expect(Buffer.compare(toPhotoMask(map, ...sizes, 0.5), found)).toBe(0);
    expect(Buffer.compare(found, fromRuns(mask))).toBe(0);
    expect(area(found)).toBe(share);
    expect(jaccard(found, fromRuns(truth))).toBe(agreement);
  });

  test('another resize gives another mask', () => {
    const { photo, results } = VECTORS[1] as (typeof VECTORS)[number];
    const { probability, mask } = results['tflite-int8'];
    const map = fromLittleEndian(bytesOf(probability).buffer);
    const corners = nearest(map, 192, photo.height, photo.width);
    expect(Buffer.compare(toMask(corners, 0.5), fromRuns(mask))).not.toBe(0);
  });
});

describe('an image of 12 megapixels', () => {
  const { height, width, tensor, mask_sha256 } = LARGE;
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

  test('the tensor', () => {
    const found = toTensor(largePhoto(height, width), tensor.height, tensor.width);
    expect(sha256(new Uint8Array(found.buffer))).toBe(tensor.sha256);
  });

  test('the mask', () => {
    const from = [tensor.height, tensor.width] as const;
    const map = Float32Array.from({ length: from[0] * from[1] }, (_, at) => {
      return ((29 * Math.floor(at / from[1]) + 17 * (at % from[1])) % 33) / 32;
    });
    expect(sha256(toPhotoMask(map, from, [height, width], 0.5))).toBe(mask_sha256);
  });
});

/** A resize without half-pixel centres. */
function nearest(map: Float32Array, side: number, height: number, width: number): Float32Array {
  return Float32Array.from({ length: height * width }, (_, at) => {
    const row = Math.floor((Math.floor(at / width) * side) / height);
    return map[row * side + Math.floor(((at % width) * side) / width)] as number;
  });
}

test('resize: the example of runtime_py/images/resize.py', () => {
  const image = { data: Uint8Array.of(0, 4), height: 1, width: 2, channels: 1 };
  expect(resize(image, 1, 4)).toEqual(Float32Array.of(0, 1, 3, 4));
});

test.each([
  [1, 192],
  [192, 1],
  [192, 192],
  [4032, 192],
  [77, 101],
])('weights from %i to %i are whole and sum to 65,536', (source, target) => {
  const { count, first, weight } = taps(source, target);
  for (let sample = 0; sample < target; sample++) {
    const own = weight.subarray(sample * count, (sample + 1) * count);
    expect(own.every((value) => Number.isInteger(value) && value >= 0)).toBe(true);
    expect(own.reduce((sum, value) => sum + value, 0)).toBe(65536);
    const last = own.findLastIndex((value) => value > 0);
    expect((first[sample] as number) + last).toBeLessThan(source);
  }
});

test('a photograph of the input size is the tensor', () => {
  const rgb = Uint8Array.from({ length: 2 * 3 * 3 }, (_, at) => at * 10);
  expect(toTensor({ width: 3, height: 2, rgb }, 2, 3)).toEqual(Float32Array.from(rgb));
});

test('a probability at the threshold, or a last bit below it, is inside', () => {
  const found = toMask(Float32Array.of(0.25, 0.499998, 0.49999908, 0.5, 0.75), 0.5);
  expect(found).toEqual(Uint8Array.of(0, 0, 1, 1, 1));
});

test.each([
  [1, 1],
  [3, 5],
  [40, 23],
  [77, 101],
])('a mask of %i x %i pixels is that of the map, at every threshold', (height, width) => {
  const map = Float32Array.from({ length: 9 * 12 }, (_, at) => ((at * 29) % 33) / 32);
  map.set([Number.NaN, -1, 2], 50);
  const sizes = [
    [9, 12],
    [height, width],
  ] as const;
  for (const threshold of [-1, 0, 0.25, 0.5, 0.501, 1, 2]) {
    expect(toPhotoMask(map, ...sizes, threshold)).toEqual(
      toMask(toPhoto(map, ...sizes), threshold),
    );
  }
});

/** Rows, columns, channels, then the target's rows and columns. */
test.each([
  [64, 17, 3, 5, 4],
  [400, 1, 1, 1, 1],
  [31, 33, 3, 15, 40],
  [9, 16, 4, 3, 3],
  [10, 7, 3, 9, 7], // weights beyond 16 bits
])('%i×%i×%i to %i×%i is the plain sum', (height, width, channels, rows, columns) => {
  for (const level of [(at: number) => (at * 7919) % 256, () => 255]) {
    const data = Uint8Array.from({ length: height * width * channels }, (_, at) => level(at));
    const [down, across] = [taps(height, rows), taps(width, columns)];
    const sum = (y: number, x: number, channel: number) => {
      let total = 0;
      for (let i = 0; i < down.count; i++) {
        for (let j = 0; j < across.count; j++) {
          const row = Math.min((down.first[y] as number) + i, height - 1);
          const column = Math.min((across.first[x] as number) + j, width - 1);
          const weight = down.weight[y * down.count + i] as number;
          const share = across.weight[x * across.count + j] as number;
          total += (data[(row * width + column) * channels + channel] as number) * weight * share;
        }
      }
      return Math.fround(total / 2 ** 32);
    };
    const made = resize({ data, height, width, channels }, rows, columns);
    for (let at = 0; at < made.length; at++) {
      const [pixel, channel] = [Math.floor(at / channels), at % channels];
      expect(made[at]).toBe(sum(Math.floor(pixel / columns), pixel % columns, channel));
    }
  }
});

test('masks without a pixel agree', () => {
  expect(jaccard(new Uint8Array(4), new Uint8Array(4))).toBe(1);
});

test('transparency lies on white, as Pillow lays it', () => {
  const rgba = Uint8ClampedArray.of(200, 100, 0, 128, 10, 20, 30, 0, 1, 2, 3, 255, 7, 8, 9, 1);
  const rgb = new Uint8Array(12);
  onWhite(rgba, rgb);
  const pillow = [227, 177, 127, 255, 255, 255, 1, 2, 3, 254, 254, 254]; // alpha_composite
  expect(Array.from(rgb)).toEqual(pillow);
});

test('opaque pixels keep their colours, however many there are and wherever they start', () => {
  for (let count = 0; count < 10; count++) {
    const rgb = Uint8Array.from({ length: count * 3 }, (_, at) => at * 9 + 1);
    const rgba = opaque(rgb);
    expect(rgba.filter((_, at) => at % 4 === 3)).toEqual(new Uint8ClampedArray(count).fill(255));
    const back = new Uint8Array(count * 3 + 4);
    onWhite(rgba, back, 4);
    expect(back.subarray(4)).toEqual(rgb);
    expect(opaque(Uint8Array.of(0, ...rgb).subarray(1))).toEqual(rgba);
  }
});

test('a photograph becomes opaque', () => {
  expect([...opaque(Float32Array.of(1, 2.6, 300))]).toEqual([1, 3, 255, 255]);
  expect([...opaque(Uint8Array.of(1, 3, 255))]).toEqual([1, 3, 255, 255]);
});
