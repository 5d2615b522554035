/** The stage as a function of the state: photograph, mask, line of comparison, points of the scale. */

import { circleThrough, type Point } from './measure';
import type { Before, Marked, Shown, State } from './state';

const INK = '#fff';
const SHADOW = '#000';
const LOUPE_RADIUS = 56;
const LOUPE_ZOOM = 3;

/** Left, top, width and height on the canvas. */
type Place = readonly [left: number, top: number, width: number, height: number];

/** @param unit Pixels of the canvas in one of the screen. */
export function draw(context: CanvasRenderingContext2D, state: State, unit: number): void {
  const { shown, marked, opacity } = state;
  const { width, height } = context.canvas;
  context.clearRect(0, 0, width, height);
  if (!shown) return;
  context.drawImage(shown.picture, 0, 0, width, height);
  if (marked) drawMask(context, marked, opacity, [0, 0, width, height]);
  if (state.panel === 'compare') drawLeft(context, state, shown, unit);
  if (state.panel === 'scale') drawScale(context, state, shown, unit);
}

function drawMask(
  context: CanvasRenderingContext2D,
  { tint, line }: Marked,
  opacity: number,
  place: Place,
) {
  context.globalAlpha = opacity;
  context.drawImage(tint, ...place);
  context.globalAlpha = 1;
  context.drawImage(line, ...place);
}

/** Left of the line: the photograph without its mask, or the earlier one with its own. */
function drawLeft(
  context: CanvasRenderingContext2D,
  { left, before, divider, opacity }: State,
  shown: Shown,
  unit: number,
) {
  const { width, height } = context.canvas;
  const at = divider * width;
  context.save();
  context.beginPath();
  context.rect(0, 0, at, height);
  context.clip();
  if (left === 'before' && before) drawBefore(context, before, opacity);
  else context.drawImage(shown.picture, 0, 0, width, height);
  context.restore();
  outlined(context, unit, () => {
    context.moveTo(at, 0);
    context.lineTo(at, height);
  });
}

/** The earlier photograph, whole, in the middle of the stage. */
function drawBefore(context: CanvasRenderingContext2D, before: Before, opacity: number) {
  const { width, height } = context.canvas;
  const { picture } = before.shown;
  const scale = Math.min(width / picture.width, height / picture.height);
  const [wide, high] = [picture.width * scale, picture.height * scale];
  const place: Place = [(width - wide) / 2, (height - high) / 2, wide, high];
  context.fillStyle = SHADOW;
  context.fillRect(0, 0, width, height);
  context.drawImage(picture, ...place);
  drawMask(context, before.marked, opacity, place);
}

function drawScale(
  context: CanvasRenderingContext2D,
  { scale }: State,
  shown: Shown,
  unit: number,
) {
  const ratio = context.canvas.width / shown.width;
  const points = scale.points.map(({ x, y }) => ({ x: x * ratio, y: y * ratio }));
  const [a, b, c] = points;
  if (scale.tool === 'ruler' && a && b) {
    outlined(context, unit, () => {
      context.moveTo(a.x, a.y);
      context.lineTo(b.x, b.y);
    });
  }
  const circle = a && b && c && circleThrough(a, b, c);
  if (circle) {
    outlined(context, unit, () => context.arc(circle.x, circle.y, circle.radius, 0, 2 * Math.PI));
  }
  for (const point of points) cross(context, point, 7 * unit, unit);
  if (scale.aim) {
    const aim = { x: scale.aim.x * ratio, y: scale.aim.y * ratio };
    drawLoupe(context, aim, unit);
    cross(context, aim, 14 * unit, unit);
  }
}

function cross(context: CanvasRenderingContext2D, { x, y }: Point, arm: number, unit: number) {
  outlined(context, unit, () => {
    context.moveTo(x - arm, y);
    context.lineTo(x + arm, y);
    context.moveTo(x, y - arm);
    context.lineTo(x, y + arm);
  });
}

/** What lies under the finger, enlarged, in the corner that the finger does not hide. */
function drawLoupe(context: CanvasRenderingContext2D, { x, y }: Point, unit: number) {
  const { canvas } = context;
  const radius = LOUPE_RADIUS * unit;
  const left = x > canvas.width / 2;
  const centre = { x: left ? radius : canvas.width - radius, y: radius };
  const seen = radius / LOUPE_ZOOM;
  context.save();
  context.beginPath();
  context.arc(centre.x, centre.y, radius - 2 * unit, 0, 2 * Math.PI);
  context.clip();
  context.fillStyle = SHADOW;
  context.fill();
  const [side, full] = [2 * seen, 2 * radius];
  context.drawImage(canvas, x - seen, y - seen, side, side, centre.x - radius, 0, full, full);
  context.restore();
  outlined(context, unit, () => context.arc(centre.x, centre.y, radius - 2 * unit, 0, 2 * Math.PI));
  cross(context, centre, radius / 3, unit / 2);
}

/** A white line with a dark rim: it is seen on every skin. */
function outlined(context: CanvasRenderingContext2D, unit: number, path: () => void) {
  for (const [colour, width] of [
    [SHADOW, 4],
    [INK, 2],
  ] as const) {
    context.beginPath();
    path();
    context.strokeStyle = colour;
    context.lineWidth = width * unit;
    context.stroke();
  }
}
