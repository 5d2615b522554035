/** Area, true size, threshold, opacity, and the overlay as a file. */

import type { App } from '../app';
import { save } from '../file';
import { number, percent, t } from '../language';
import { pixelsPerMillimetre, squareMillimetres } from '../measure';
import { announce, box, button, input, part, say } from '../page';
import { problemOf } from '../problem';
import type { State } from '../state';

const FILE = 'skinseg-overlay.png';

export function mountResult(app: App): void {
  const { store, analysis } = app;
  const threshold = input('threshold');
  const opacity = input('opacity');
  const set = (value: number) => {
    store.set({ threshold: value });
    void analysis.repaint();
  };
  threshold.addEventListener('input', () => set(threshold.valueAsNumber));
  button('threshold-reset').addEventListener('click', () => {
    set(validated(store.state));
    threshold.focus();
  });
  opacity.addEventListener('input', () => store.set({ opacity: opacity.valueAsNumber }));
  button('save').addEventListener('click', () => void saveOverlay(app));
  store.watch((state, before) => {
    showNumbers(state);
    showSliders(state);
    if (state.marked && !before.marked && !state.live) {
      announce(t('result.announced', { area: percent(state.marked.share) }));
    }
  });
}

/** mm² of the mask on the screen; null without a mask or a scale. */
export function trueSize({ shown, marked, scale }: State): number | null {
  const perMillimetre = pixelsPerMillimetre(scale);
  if (!shown || !marked || perMillimetre === null) return null;
  return squareMillimetres(marked.share, shown, perMillimetre);
}

/** "12.3 mm²" */
export function millimetresText(size: number): string {
  return `${number(size, size < 100 ? 1 : 0)} mm²`;
}

function validated({ model }: State): number {
  return model?.artefact.manifest.threshold ?? 0.5;
}

function showNumbers(state: State): void {
  const { marked, live } = state;
  const size = trueSize(state);
  const share = marked ? percent(marked.share) : '–';
  say(box('share'), share);
  box('size').classList.toggle('soft', size === null);
  say(box('size'), size === null ? t('result.measure') : millimetresText(size));
  say(box('result-note'), noteOf(state));
  part('canvas', HTMLCanvasElement).ariaLabel = `${t('photo.stage')}: ${share}`;
  for (const id of ['save', 'tool-scale', 'tool-compare']) button(id).disabled = !marked || live;
}

function noteOf({ marked, model, live }: State): string {
  if (!marked || live) return '';
  if (marked.share === 0) return t('result.empty');
  const milliseconds = number(marked.milliseconds, marked.milliseconds < 10 ? 1 : 0);
  return t('result.time', { milliseconds, engine: model?.engine.runtime ?? '' });
}

function showSliders(state: State): void {
  const { threshold, opacity } = state;
  input('threshold').value = `${threshold}`;
  input('opacity').value = `${opacity}`;
  say(box('threshold-value'), number(threshold, 2));
  say(box('opacity-value'), percent(opacity, 0));
  const value = number(validated(state), 2);
  say(box('threshold-help'), t('result.thresholdHelp', { value }));
  button('threshold-reset').hidden = threshold === validated(state);
}

async function saveOverlay({ store, pixels }: App): Promise<void> {
  const { shown, marked, opacity } = store.state;
  if (!shown || !marked) return;
  try {
    const { blob } = await pixels.png(shown.number, marked.threshold, opacity);
    save(blob, FILE);
    announce(t('result.saved', { file: FILE }));
  } catch (error) {
    store.set({ problem: problemOf(error) });
  }
}
