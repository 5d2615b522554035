import { describe, expect, test } from 'vitest';
import { border, coloured, lineWidth, sampled } from '../../src/app/overlay';

const SIZE = [23, 31] as const;
const [HEIGHT, WIDTH] = SIZE;
const pixel = (at: number) => [Math.floor(at / WIDTH), at % WIDTH] as const;

/** Two discs, one of them cut by the frame. */
const MASK = Uint8Array.from({ length: HEIGHT * WIDTH }, (_, at) => {
  const [y, x] = pixel(at);
  return Math.hypot(y - 9, x - 20) < 8 || Math.hypot(y - 20, x - 3) < 6 ? 1 : 0;
});

/** The rule in its own words: inside, with an outside pixel within `reach` rows and columns. */
function slow(reach: number): Uint8Array {
  return MASK.map((inside, at) => {
    const [y, x] = pixel(at);
    for (let row = y - reach; row <= y + reach; row++) {
      for (let column = x - reach; column <= x + reach; column++) {
        const seen = row >= 0 && row < HEIGHT && column >= 0 && column < WIDTH;
        if (inside && seen && !MASK[row * WIDTH + column]) return 1;
      }
    }
    return 0;
  });
}

describe('the border', () => {
  test.each([1, 2, 5])('of %d pixels is what the rule says', (reach) => {
    expect(border(MASK, SIZE, reach)).toEqual(slow(reach));
  });

  test('of a mask that fills the frame is empty', () => {
    expect(border(new Uint8Array(12).fill(1), [3, 4], 1)).toEqual(new Uint8Array(12));
  });

  test('grows with the picture, from one pixel on', () => {
    expect([lineWidth([5, 7]), lineWidth([960, 1280])]).toEqual([1, 4]);
  });
});

test('a mask is cyan inside and transparent outside', () => {
  expect([...coloured(Uint8Array.of(0, 1))]).toEqual([0, 0, 0, 0, 0, 229, 255, 255]);
});

test('a smaller picture shows the pixels under its own', () => {
  const mask = Uint8Array.of(1, 0, 0, 1, 0, 0, 0, 0);
  expect([...sampled(mask, [2, 4], [1, 2])]).toEqual([0, 0]);
  expect([...sampled(mask, [2, 4], [2, 4])]).toEqual([...mask]);
});
