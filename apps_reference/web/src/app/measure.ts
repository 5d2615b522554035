/**
 * Points on a ruler or on a coin's rim -> pixels per millimetre -> mm² of a mask.
 *
 * It holds in the plane of the ruler or coin, seen straight from above: perspective is not undone.
 */

import { COINS } from './coins';
import type { Scale } from './state';

/** In pixels of the photograph, from its top left corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Circle extends Point {
  readonly radius: number;
}

/** What is shorter is a slip of the finger. */
const LEAST_PIXELS = 8;
/** A circle so many times wider than its points are apart is no coin's rim. */
const MOST_SPREAD = 4;

export function pointsNeeded(tool: Scale['tool']): number {
  return tool === 'ruler' ? 2 : 3;
}

/** Pixels per millimetre; null while points are missing, and where they give none. */
export function pixelsPerMillimetre({ tool, length, coin, points }: Scale): number | null {
  const [a, b, c] = points;
  if (points.length < pointsNeeded(tool) || !a || !b) return null;
  const pixels = tool === 'ruler' ? distance(a, b) : c && 2 * (circleThrough(a, b, c)?.radius ?? 0);
  const millimetres = tool === 'ruler' ? length : COINS[coin];
  return pixels && pixels >= LEAST_PIXELS && millimetres > 0 ? pixels / millimetres : null;
}

/** Area of a share of a photograph in mm². */
export function squareMillimetres(
  share: number,
  photo: { readonly width: number; readonly height: number },
  perMillimetre: number,
): number {
  return (share * photo.width * photo.height) / perMillimetre ** 2;
}

/** The circle through three points; null where they lie on a line or close together. */
export function circleThrough(a: Point, b: Point, c: Point): Circle | null {
  const [bx, by, cx, cy] = [b.x - a.x, b.y - a.y, c.x - a.x, c.y - a.y];
  const doubled = 2 * (bx * cy - by * cx);
  const x = (cy * (bx * bx + by * by) - by * (cx * cx + cy * cy)) / doubled;
  const y = (bx * (cx * cx + cy * cy) - cx * (bx * bx + by * by)) / doubled;
  const radius = Math.hypot(x, y);
  const apart = Math.max(distance(a, b), distance(b, c), distance(c, a));
  return 2 * radius <= MOST_SPREAD * apart ? { x: a.x + x, y: a.y + y, radius } : null;
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
