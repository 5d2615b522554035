/** Language, appearance, model and engine, installing, and what the page is allowed to do. */

import type { App } from '../app';
import { isLanguage, speak, t } from '../language';
import { remember } from '../memory';
import { type Listed, mostThreads, preferredOf } from '../model';
import { box, button, input, say, select } from '../page';
import { type State, THEMES } from '../state';

const ENGINES: Readonly<Record<string, string>> = {
  tflite: 'LiteRT.js',
  onnx: 'ONNX Runtime Web',
};

export function mountSettings(app: App): void {
  mountAppearance(app);
  mountEngine(app);
  mountInstall();
  app.store.watch((state) => {
    say(box('offline'), t(OFFLINE[state.offline]));
    const count = `${state.strayed}`;
    say(box('requests'), t('photo.requests', { count }));
    say(box('requests-count'), count);
    say(box('blocked-count'), `${state.blocked}`);
  });
  const policy = document.querySelector<HTMLMetaElement>('meta[http-equiv]');
  say(box('policy'), policy?.content ?? '');
}

const OFFLINE = {
  waiting: 'settings.offlineWaiting',
  ready: 'settings.offlineReady',
  none: 'settings.offlineNone',
} as const;

function mountAppearance({ store }: App): void {
  const language = select('language');
  const theme = select('theme');
  language.addEventListener('change', () => {
    if (isLanguage(language.value)) store.set({ language: language.value });
    remember('language', language.value);
  });
  theme.addEventListener('change', () => {
    store.set({ theme: THEMES.find((name) => name === theme.value) ?? 'system' });
    remember('theme', theme.value);
  });
  store.watch((state) => {
    language.value = state.language;
    theme.value = state.theme;
    document.documentElement.dataset.theme = state.theme;
  });
}

function mountEngine({ store, load }: App): void {
  const change = (choice: Partial<State['choice']>) => {
    store.set({ choice: { ...store.state.choice, ...choice } });
    void load();
  };
  const [engine, threads, webgpu] = [select('engine'), select('threads'), input('webgpu')];
  engine.addEventListener('change', () => change({ base: engine.value }));
  threads.addEventListener('change', () => change({ threads: Number(threads.value) }));
  webgpu.addEventListener('change', () => change({ webgpu: webgpu.checked }));
  const cores = mostThreads();
  for (let count = 1; count <= cores; count++) threads.add(new Option(`${count}`));
  const hasWebgpu = 'gpu' in navigator;
  box('threads-note').hidden = crossOriginIsolated;
  box('webgpu-note').hidden = hasWebgpu;
  store.watch(({ artefacts, choice, model, busy, language }, before) => {
    if (artefacts !== before.artefacts || language !== before.language) listEngines(artefacts);
    if (artefacts.length > 0) engine.value = preferredOf(artefacts, choice.base).base;
    engine.disabled = busy === 'model' || artefacts.length === 0;
    threads.disabled = busy === 'model' || cores === 1;
    webgpu.disabled = busy === 'model' || !hasWebgpu;
    threads.value = `${choice.threads}`;
    webgpu.checked = choice.webgpu;
    const { runtime, delegate } = model?.engine ?? { runtime: '', delegate: '' };
    say(box('engine-note'), model ? `${runtime}: ${delegate}` : t('model.none'));
  });
}

/** Every artefact that is served, and the engine that none of them is for, with the reason. */
function listEngines(artefacts: readonly Listed[]): void {
  const options = artefacts.map(({ base, name, precision, target }) => {
    const text = t('settings.choice', { name, precision, engine: ENGINES[target] ?? target });
    return new Option(text, base);
  });
  for (const [target, reason] of [
    ['tflite', 'settings.noTflite'],
    ['onnx', 'settings.noOnnx'],
  ] as const) {
    if (artefacts.some((one) => one.target === target)) continue;
    const option = new Option(t(reason), '');
    option.disabled = true;
    options.push(option);
  }
  select('engine').replaceChildren(...options);
}

/** What browsers send that can install the page. */
interface InstallEvent extends Event {
  prompt(): Promise<void>;
}

function mountInstall(): void {
  let offer: InstallEvent | null = null;
  const show = () => {
    button('install').hidden = !offer;
    box('install-hint').hidden = offer !== null || installed();
    box('installed').hidden = !installed();
  };
  window.addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    offer = event as InstallEvent;
    show();
  });
  window.addEventListener('appinstalled', () => {
    offer = null;
    show();
  });
  button('install').addEventListener('click', () => void offer?.prompt());
  show();
}

function installed(): boolean {
  return matchMedia('(display-mode: standalone)').matches;
}

/** Fill the page in the language of the state before any view says something. */
export function mountLanguage({ store }: App): void {
  speak(store.state.language);
  store.watch(({ language }, before) => {
    if (language !== before.language) speak(language);
  });
}
