/** The canvas with the photograph, and what lies on it: frame rate, progress, line of comparison. */

import type { App } from '../app';
import { draw } from '../draw';
import { number, t } from '../language';
import { announce, box, button, input, part, say } from '../page';
import type { State } from '../state';

export function mountStage(app: App): void {
  const { store, live } = app;
  const canvas = part('canvas', HTMLCanvasElement);
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  const divider = input('divider');
  divider.addEventListener('input', () => store.set({ divider: divider.valueAsNumber / 100 }));
  button('capture').addEventListener('click', () => live.take());
  button('turn').addEventListener('click', () => void live.turn());
  button('stop').addEventListener('click', () => live.stop());
  document.addEventListener('visibilitychange', () => {
    if (document.hidden && store.state.live) live.stop(); // no camera behind a hidden page
  });
  const redraw = (state: State) => draw(context, state, canvas.width / canvas.clientWidth || 1);
  new ResizeObserver(() => redraw(store.state)).observe(canvas);
  store.watch((state, before) => {
    resize(canvas, state);
    redraw(state);
    free(before, state);
    showOverlays(state);
    if (state.live !== before.live) {
      announce(t(state.live ? 'camera.started' : 'camera.stopped'));
    }
  });
}

/** Give the canvas the size of the picture; without one it keeps its place, empty. */
function resize(canvas: HTMLCanvasElement, { shown }: State): void {
  const { width, height } = shown?.picture ?? { width: 4, height: 3 };
  if (canvas.width === width && canvas.height === height) return;
  canvas.width = width;
  canvas.height = height;
  canvas.style.setProperty('--ratio', `${width / height}`);
}

function showOverlays(state: State): void {
  const { live, rate, busy, panel, divider } = state;
  box('live').hidden = !live;
  box('tools').hidden = live;
  box('rate').hidden = !live || rate === 0;
  say(box('rate'), t('camera.rate', { rate: number(rate, rate < 10 ? 1 : 0) }));
  box('busy').hidden = busy === null || busy === 'model';
  say(box('busy'), t(busy === 'camera' ? 'busy.camera' : 'busy.photo'));
  input('divider').hidden = panel !== 'compare';
  input('divider').value = `${divider * 100}`;
}

/** Free the pictures that nothing shows any more. */
function free(before: State, state: State): void {
  const kept = new Set(picturesOf(state));
  for (const picture of picturesOf(before)) if (!kept.has(picture)) picture.close();
}

function picturesOf({ shown, marked, before }: State): ImageBitmap[] {
  return [shown, before?.shown]
    .flatMap((one) => (one ? [one.picture] : []))
    .concat([marked, before?.marked].flatMap((one) => (one ? [one.tint, one.line] : [])));
}
