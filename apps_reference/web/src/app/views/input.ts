/** The ways a photograph comes in: chosen, pasted, dropped, drawn sample, camera. */

import type { App } from '../app';
import { goldenImages } from '../golden';
import { t } from '../language';
import { box, button, input, say } from '../page';

export function mountInput(app: App): void {
  const { store, analysis, live } = app;
  const file = input('file');
  const take = (blob: Blob | null | undefined) => {
    if (blob && store.state.model) void analysis.show(blob);
  };
  for (const id of ['choose', 'again']) button(id).addEventListener('click', () => file.click());
  file.addEventListener('change', () => {
    take(file.files?.[0]);
    file.value = ''; // the same file may be chosen again
  });
  document.addEventListener('paste', (event) => take(fileOf(event.clipboardData)));
  mountDrop((data) => take(fileOf(data)));
  button('sample').addEventListener('click', () => void showSample(app));
  button('camera').addEventListener('click', () => void live.start());
  store.watch(({ model, shown, busy, live: on }) => {
    const working = shown !== null || on || busy === 'photo' || busy === 'camera';
    show(working);
    say(box('lead'), lead(model?.artefact.manifest.task));
    say(box('loading'), busy === 'model' ? t('busy.model') : '');
    for (const one of document.querySelectorAll<HTMLButtonElement>('[data-needs-model]')) {
      one.disabled = !model;
    }
  });
}

/** The welcome or the photograph; the focus does not stay on what is hidden now. */
function show(working: boolean): void {
  if (box('work').hidden !== working) return;
  const within = document.activeElement?.closest('#welcome, #work');
  box('welcome').hidden = working;
  box('work').hidden = !working;
  if (within) box('title-photo').focus();
}

function lead(task = 'lesion'): string {
  if (task === 'skin') return t('photo.lead.skin');
  return task === 'wound' ? t('photo.lead.wound') : t('photo.lead.lesion');
}

function fileOf(data: DataTransfer | null): File | undefined {
  return data?.files[0];
}

/** The whole page takes what is dropped; nothing dropped ever opens in its place. */
function mountDrop(take: (data: DataTransfer | null) => void): void {
  const curtain = box('drop');
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    curtain.hidden = !event.dataTransfer?.types.includes('Files');
  });
  document.addEventListener('dragleave', (event) => {
    if (!event.relatedTarget) curtain.hidden = true;
  });
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    curtain.hidden = true;
    take(event.dataTransfer);
  });
}

/** One of the model's golden pictures: drawn, nobody's skin. */
async function showSample({ store, analysis }: App): Promise<void> {
  const { model } = store.state;
  if (!model) return;
  const turn = analysis.begin('photo');
  try {
    const golden = await goldenImages(model.artefact);
    const blob = await golden.file(golden.ids[0] as string);
    if (analysis.holds(turn)) await analysis.show(blob);
  } catch (error) {
    analysis.fail(turn, error);
  }
}
