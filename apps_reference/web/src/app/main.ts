/** Starts the app: settings, views, the model, and what makes it run offline. */

import { Analysis } from './analysis';
import type { App } from './app';
import { isLanguage, preferred } from './language';
import { Live } from './live';
import { remembered } from './memory';
import { listed, mostThreads, openModel, preferredOf } from './model';
import { prepareOffline } from './offline';
import { part } from './page';
import type { PixelCalls } from './pixels';
import { watchPrivacy } from './privacy';
import { remote } from './remote';
import { START, type State, THEMES } from './state';
import { Store } from './store';
import { mountCompare } from './views/compare';
import { mountInput } from './views/input';
import { mountModel } from './views/model';
import { mountNavigation } from './views/navigation';
import { mountProblem } from './views/problem';
import { mountResult } from './views/result';
import { mountScale } from './views/scale';
import { mountSelfTest } from './views/selftest';
import { mountLanguage, mountSettings } from './views/settings';
import { mountStage } from './views/stage';

const VIEWS = [
  mountLanguage,
  mountNavigation,
  mountProblem,
  mountInput,
  mountStage,
  mountResult,
  mountScale,
  mountCompare,
  mountSelfTest,
  mountModel,
  mountSettings,
];

function begin(): App {
  const language = remembered('language') ?? '';
  const store = new Store<State>({
    ...START,
    language: isLanguage(language) ? language : preferred(navigator.languages),
    theme: THEMES.find((name) => name === remembered('theme')) ?? 'system',
    choice: { ...START.choice, threads: mostThreads() },
  });
  const worker = new Worker(new URL('./pixels.worker.ts', import.meta.url), { type: 'module' });
  const pixels = remote<PixelCalls>(worker);
  const analysis = new Analysis(store, pixels);
  const live = new Live(store, analysis, part('video', HTMLVideoElement));
  return { store, analysis, live, pixels, load: () => load(store, analysis) };
}

/** Open the chosen model; the one before it is closed when it has nothing left to run. */
async function load(store: Store<State>, analysis: Analysis): Promise<void> {
  const { choice, model: former } = store.state;
  store.set({ model: null, busy: 'model', problem: null });
  await analysis.halt();
  former?.engine.close();
  try {
    const artefacts = await listed();
    store.set({ artefacts });
    const model = await openModel(preferredOf(artefacts, choice.base), choice);
    store.set({ model, busy: null, threshold: model.artefact.manifest.threshold });
    await analysis.again();
  } catch (error) {
    analysis.refuse(error);
  }
}

const app = begin();
watchPrivacy(app.store);
for (const mount of VIEWS) mount(app);
await app.load();
const { model } = app.store.state;
if (model) await prepareOffline(app.store, model);
