/** What the manifest says about the model that is loaded. */

import { MODEL_FILE } from '../../core/manifest';
import type { App } from '../app';
import { number, t } from '../language';
import type { Key } from '../messages/en';
import type { Model } from '../model';
import { box } from '../page';

export function mountModel({ store }: App): void {
  store.watch(({ model, language }, before) => {
    if (model === before.model && language === before.language) return;
    box('model-none').hidden = model !== null;
    box('model-facts').replaceChildren(...(model ? factsOf(model).map(fact) : []));
  });
}

type Fact = readonly [name: Key, value: string, code?: 'code'];

function factsOf({ artefact, engine, facts }: Model): Fact[] {
  const { manifest } = artefact;
  const file = `${MODEL_FILE[manifest.target]}, ${manifest.precision}, ${number(manifest.model_bytes)} bytes`;
  return [
    ['model.name', manifest.name],
    ['model.task', taskOf(manifest.task)],
    ['model.file', file],
    ['model.sha256', manifest.model_sha256, 'code'],
    ['model.input', `${manifest.input.shape.join(' × ')}, ${manifest.input.dtype}`],
    ['model.threshold', number(manifest.threshold, 2)],
    ['model.parameters', number(Number(facts.parameters))],
    ['model.licence', manifest.licence],
    ['model.checkpoint', `${facts.checkpoint}`],
    ['model.checkpointSha256', `${facts.checkpoint_sha256}`, 'code'],
    ['model.golden', manifest.golden_sha256, 'code'],
    ['model.runtime', `${engine.runtime}: ${engine.delegate}`],
  ];
}

function taskOf(task: string): string {
  if (task === 'lesion') return t('model.task.lesion');
  if (task === 'skin') return t('model.task.skin');
  return task === 'wound' ? t('model.task.wound') : task;
}

function fact([name, value, code]: Fact): HTMLElement {
  const line = document.createElement('div');
  const term = document.createElement('dt');
  const meaning = document.createElement('dd');
  const text = document.createElement(code ?? 'span');
  term.textContent = t(name);
  text.textContent = value;
  meaning.append(text);
  line.append(term, meaning);
  return line;
}
