import { describe, expect, test } from 'vitest';
import { COINS, CURRENCIES } from '../../src/app/coins';
import { circleThrough, pixelsPerMillimetre, squareMillimetres } from '../../src/app/measure';
import type { Scale } from '../../src/app/state';

const RULER: Scale = { tool: 'ruler', length: 10, coin: '€1', points: [], aim: null };
const COIN: Scale = { ...RULER, tool: 'coin' };
const rim = (degrees: number, radius: number) => ({
  x: 300 + radius * Math.cos((degrees * Math.PI) / 180),
  y: 200 + radius * Math.sin((degrees * Math.PI) / 180),
});

describe('a ruler', () => {
  test('gives pixels per millimetre along any direction', () => {
    const points = [
      { x: 10, y: 20 },
      { x: 40, y: 60 },
    ];
    expect(pixelsPerMillimetre({ ...RULER, points })).toBe(5);
    expect(pixelsPerMillimetre({ ...RULER, points, length: 20 })).toBe(2.5);
  });

  test.each([0, -1, Number.NaN])('of %s mm gives none', (length) => {
    const points = [
      { x: 0, y: 0 },
      { x: 100, y: 0 },
    ];
    expect(pixelsPerMillimetre({ ...RULER, points, length })).toBeNull();
  });

  test('gives none with one point, or two at one place', () => {
    const point = { x: 5, y: 5 };
    expect(pixelsPerMillimetre({ ...RULER, points: [point] })).toBeNull();
    expect(pixelsPerMillimetre({ ...RULER, points: [point, point] })).toBeNull();
  });
});

describe('a coin', () => {
  test.each([
    [0, 120, 240],
    [10, 80, 200],
    [0, 300, 90],
  ])('is found by its rim at %d, %d and %d degrees', (a, b, c) => {
    const points = [a, b, c].map((degrees) => rim(degrees, 93));
    expect(circleThrough(...(points as [never, never, never]))).toEqual({
      x: expect.closeTo(300, 8),
      y: expect.closeTo(200, 8),
      radius: expect.closeTo(93, 8),
    });
    expect(pixelsPerMillimetre({ ...COIN, points })).toBeCloseTo(186 / 23.25, 8);
  });

  test('gives none where the points lie on a line, close together, or at one place', () => {
    const line = [0, 100, 200].map((x) => ({ x, y: x }));
    const close = [0, 4, 8].map((degrees) => rim(degrees, 93));
    const one = [rim(0, 93), rim(0, 93), rim(90, 93)];
    for (const points of [line, close, one]) {
      expect(pixelsPerMillimetre({ ...COIN, points })).toBeNull();
    }
  });

  test('is listed once, under its currency', () => {
    const listed = CURRENCIES.flatMap(({ coins }) => coins);
    expect([...listed].sort()).toEqual(Object.keys(COINS).sort());
  });
});

test('an area in mm² is that of the photograph times the share', () => {
  expect(squareMillimetres(0.25, { width: 200, height: 100 }, 10)).toBe(50);
});
