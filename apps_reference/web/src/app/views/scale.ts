/** Sets the scale: taps or keys put points on the photograph, at a ruler's marks or a coin's rim. */

import type { App } from '../app';
import { type CoinName, CURRENCIES } from '../coins';
import { number, t } from '../language';
import { type Point, pixelsPerMillimetre, pointsNeeded } from '../measure';
import { announce, box, button, choose, input, onChoice, part, say, select } from '../page';
import type { Scale, State } from '../state';

const STEP = 1 / 100; // of the photograph's width a key moves the cross
const FINE = 1 / 500; // with shift

export function mountScale(app: App): void {
  const { store } = app;
  const set = (change: Partial<Scale>) => store.set({ scale: { ...store.state.scale, ...change } });
  onChoice('measure', (tool) => set({ tool: tool as Scale['tool'], points: [] }));
  input('length').addEventListener('input', () => set({ length: input('length').valueAsNumber }));
  select('coin').addEventListener('change', () => set({ coin: select('coin').value as CoinName }));
  button('scale-undo').addEventListener('click', () => undo(app));
  button('scale-clear').addEventListener('click', () => set({ points: [], aim: null }));
  mountPointer(app);
  mountKeys(app);
  button('tool-scale').addEventListener('click', () => {
    const open = store.state.panel !== 'scale';
    store.set({ panel: open ? 'scale' : null });
    if (open) part('canvas', HTMLCanvasElement).focus();
  });
  store.watch((state, before) => {
    if (state.language !== before.language || !select('coin').length) fillCoins(state.scale.coin);
    show(state);
  });
}

function mountPointer(app: App): void {
  const { store } = app;
  const canvas = part('canvas', HTMLCanvasElement);
  const aimAt = (event: PointerEvent) => aim(app, pointOf(canvas, event, store.state));
  canvas.addEventListener('pointerdown', (event) => {
    if (store.state.panel !== 'scale' || !event.isPrimary) return;
    canvas.setPointerCapture(event.pointerId);
    aimAt(event);
  });
  canvas.addEventListener('pointermove', (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) aimAt(event);
  });
  canvas.addEventListener('pointerup', (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) put(app);
  });
  canvas.addEventListener('pointercancel', () => aim(app, null));
}

function mountKeys(app: App): void {
  const { store } = app;
  const moves: Readonly<Record<string, readonly [number, number]>> = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
  };
  part('canvas', HTMLCanvasElement).addEventListener('keydown', (event) => {
    const { panel, shown, scale } = store.state;
    if (panel !== 'scale' || !shown) return;
    const at = scale.aim ?? { x: shown.width / 2, y: shown.height / 2 };
    const move = moves[event.key];
    if (move) {
      const step = shown.width * (event.shiftKey ? FINE : STEP);
      aim(app, inside({ x: at.x + move[0] * step, y: at.y + move[1] * step }, shown));
    } else if (event.key === 'Enter' || event.key === ' ') {
      aim(app, at);
      put(app);
    } else if (event.key === 'Backspace') {
      undo(app);
    } else {
      return;
    }
    event.preventDefault();
  });
}

function aim({ store }: App, point: Point | null): void {
  store.set({ scale: { ...store.state.scale, aim: point } });
}

/** Make the cross a point; one more than needed begins anew. */
function put({ store }: App): void {
  const { scale } = store.state;
  if (!scale.aim) return;
  const total = pointsNeeded(scale.tool);
  const kept = scale.points.length < total ? scale.points : [];
  const points = [...kept, scale.aim];
  store.set({ scale: { ...scale, points, aim: null } });
  announce(`${pointText(points.length, total)} ${stepOf(store.state)}`);
}

function undo({ store }: App): void {
  const { scale } = store.state;
  store.set({ scale: { ...scale, points: scale.points.slice(0, -1), aim: null } });
}

/** Where a pointer is on the photograph. */
function pointOf(canvas: HTMLCanvasElement, event: PointerEvent, { shown }: State): Point | null {
  if (!shown) return null;
  const frame = canvas.getBoundingClientRect();
  const scale = shown.width / frame.width;
  return inside(
    { x: (event.clientX - frame.left) * scale, y: (event.clientY - frame.top) * scale },
    shown,
  );
}

function inside({ x, y }: Point, shown: { readonly width: number; readonly height: number }) {
  return {
    x: Math.min(shown.width, Math.max(0, x)),
    y: Math.min(shown.height, Math.max(0, y)),
  };
}

function fillCoins(chosen: CoinName): void {
  const groups = CURRENCIES.map(({ name, coins }) => {
    const group = document.createElement('optgroup');
    group.label = t(name);
    group.append(...coins.map((coin) => new Option(coin, coin)));
    return group;
  });
  select('coin').replaceChildren(...groups);
  select('coin').value = chosen;
}

function show(state: State): void {
  const { panel, scale } = state;
  const open = panel === 'scale';
  box('scale').hidden = !open;
  button('tool-scale').ariaExpanded = `${open}`;
  choose('measure', scale.tool);
  box('length-row').hidden = scale.tool !== 'ruler';
  box('coin-row').hidden = scale.tool !== 'coin';
  say(box('scale-step'), stepOf(state));
  for (const id of ['scale-undo', 'scale-clear']) button(id).disabled = scale.points.length === 0;
  const canvas = part('canvas', HTMLCanvasElement);
  canvas.tabIndex = open ? 0 : -1;
  canvas.role = open ? 'application' : 'img';
  canvas.classList.toggle('measuring', open);
}

/** What is to be done next, or what was found. */
function stepOf({ scale }: State): string {
  const total = pointsNeeded(scale.tool);
  const found = pixelsPerMillimetre(scale);
  if (found !== null) return t('scale.done', { pixels: number(found * 10) });
  if (scale.points.length >= total) return t('scale.bad');
  if (scale.points.length > 0) return pointText(scale.points.length, total);
  return t(scale.tool === 'ruler' ? 'scale.tapRuler' : 'scale.tapCoin');
}

function pointText(at: number, total: number): string {
  return t('scale.point', { number: number(at), total: number(total) });
}
