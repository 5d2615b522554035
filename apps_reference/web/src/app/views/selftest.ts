/** Computes the golden pictures on this device and writes down what came out. It gives no verdict. */

import { name, version } from '../../../package.json';
import { toMask } from '../../core/contract';
import { decodePhoto } from '../../core/decode';
import { area } from '../../core/metrics';
import { type DeviceReport, deviceReport } from '../../core/report';
import type { App } from '../app';
import { describeDevice } from '../device';
import { save } from '../file';
import { goldenImages } from '../golden';
import { number, percent, t } from '../language';
import type { Model } from '../model';
import { announce, box, button, part, say } from '../page';
import { problemOf } from '../problem';
import type { State } from '../state';
import type { Store } from '../store';

const FILE = 'device-report.json';

export function mountSelfTest({ store, analysis }: App): void {
  let running: AbortController | null = null;
  button('selftest-run').addEventListener('click', async () => {
    const { model } = store.state;
    if (!model || running) return;
    running = new AbortController();
    show(true);
    store.set({ report: null, problem: null });
    try {
      await analysis.idle();
      const report = await test(model, running.signal);
      if (store.state.model === model) store.set({ report });
    } catch (error) {
      if (!running.signal.aborted) store.set({ problem: problemOf(error) });
    } finally {
      running = null;
      show(false);
    }
  });
  button('selftest-stop').addEventListener('click', () => running?.abort());
  button('selftest-save').addEventListener('click', () => download(store));
  store.watch((state, before) => {
    if (state.model !== before.model) running?.abort();
    if (state.report !== before.report || state.language !== before.language) showReport(state);
  });
}

async function test(model: Model, signal: AbortSignal): Promise<DeviceReport> {
  const golden = await goldenImages(model.artefact);
  showProgress(0, golden.ids.length);
  return await deviceReport({
    ...model,
    ids: golden.ids,
    golden: async (id) => {
      signal.throwIfAborted();
      return await decodePhoto(await golden.file(id));
    },
    app: { name, version },
    device: await describeDevice(),
    progress: showProgress,
  });
}

function show(running: boolean): void {
  button('selftest-run').disabled = running;
  button('selftest-stop').hidden = !running;
  box('selftest-progress').hidden = !running;
}

function showProgress(done: number, total: number): void {
  const bar = part('selftest-bar', HTMLProgressElement);
  bar.max = total;
  bar.value = done;
  say(box('selftest-step'), t('selftest.progress', { done: number(done), total: number(total) }));
}

function showReport({ report, model }: State): void {
  box('selftest-report').hidden = !report;
  if (!report || !model) return;
  const times = report.images.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
  const median = number(times[Math.floor(times.length / 2)] as number, 1);
  const total = number(times.length);
  say(box('selftest-median'), `${median} ms`);
  say(box('selftest-count'), total);
  say(
    box('selftest-engine'),
    `${report.runtime}, ${report.delegate}. ${report.device}, ${report.os}`,
  );
  const { threshold } = model.artefact.manifest;
  const rows = report.images.map(({ id, milliseconds, probability }) => {
    const share = area(toMask(floats(probability), threshold));
    return row(id, percent(share), number(milliseconds, 1));
  });
  box('selftest-rows').replaceChildren(...rows);
  announce(t('selftest.done', { total, milliseconds: median }));
}

function row(id: string, ...figures: string[]): HTMLTableRowElement {
  const line = document.createElement('tr');
  const head = document.createElement('th');
  head.scope = 'row';
  head.textContent = id;
  line.append(head);
  for (const figure of figures) {
    const cell = line.insertCell();
    cell.className = 'n';
    cell.textContent = figure;
  }
  return line;
}

/** The float32 values behind a report's base64. */
function floats(base64: string): Float32Array {
  return new Float32Array(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)).buffer);
}

function download(store: Store<State>): void {
  const { report } = store.state;
  if (report) save(new Blob([JSON.stringify(report)], { type: 'application/json' }), FILE);
}
