import { describe, expect, test } from 'vitest';
import { restore, store } from '../src/core/engine';
import type { TensorInfo } from '../src/core/manifest';
import { hasSimd } from '../src/core/simd';
import { requireDescribed } from '../src/engines/describe';

const FLOAT: TensorInfo = {
  name: 'image',
  shape: [1, 1, 2, 3],
  dtype: 'float32',
  layout: 'NHWC',
  scale: 1,
  zero_point: 0,
};
const RGB = Float32Array.of(0, 1, 2, 253, 254, 255);

describe('values as the model has them', () => {
  test('float pixels stay as they are', () => {
    expect(store(RGB, FLOAT)).toEqual(RGB);
  });

  test('channels first', () => {
    const info: TensorInfo = { ...FLOAT, layout: 'NCHW', shape: [1, 3, 1, 2] };
    expect(store(RGB, info)).toEqual(Float32Array.of(0, 253, 1, 254, 2, 255));
  });

  test('8 bits: half to even, clipped', () => {
    const info: TensorInfo = { ...FLOAT, dtype: 'int8', scale: 2, zero_point: -3 };
    expect(store(Float32Array.of(-1000, 1, 3, 5, 7, 1000), info)).toEqual(
      Int8Array.of(-128, -2, -2, 0, 0, 127), // numpy: rint([-2.5, -1.5, -0.5, 0.5])
    );
    const unsigned: TensorInfo = { ...FLOAT, dtype: 'uint8', scale: 1, zero_point: 0 };
    expect(store(Float32Array.of(-1, 0.5, 1.5, 300), unsigned)).toEqual(
      Uint8Array.of(0, 0, 2, 255),
    );
  });

  test('and back', () => {
    const info: TensorInfo = { ...FLOAT, dtype: 'int8', scale: 1 / 256, zero_point: -128 };
    expect(restore(Int8Array.of(-128, 0, 127), info)).toEqual(Float32Array.of(0, 0.5, 255 / 256));
    expect(restore(RGB, FLOAT)).toBe(RGB);
  });
});

test('a manifest of another model is refused', () => {
  const own = [{ name: 'image', dtype: 'float32', shape: Int32Array.of(1, 1, 2, 3) }];
  expect(() => requireDescribed(FLOAT, own)).not.toThrow();
  expect(() => requireDescribed({ ...FLOAT, shape: [1, 2, 2, 3] }, own)).toThrow(/manifest.json/);
  expect(() => requireDescribed({ ...FLOAT, dtype: 'uint8' }, own)).toThrow(/manifest.json/);
});

test('SIMD is looked for with a module that uses it', () => {
  expect(hasSimd()).toBe(true);
});
