/** English, and by its keys the list of all that the app says. `{name}` is filled in by `t`. */

import { SENTENCES } from '../../core/errors';
import { OWN_SENTENCES, type ProblemCode } from '../problem';

const en = {
  'app.notice': 'Reference app, not a medical device',
  'app.skip': 'Skip to content',
  'app.noscript': 'This app needs JavaScript: allow it for this page and load it again.',

  'nav.label': 'Screens',
  'nav.photo': 'Photo',
  'nav.selftest': 'Self-test',
  'nav.model': 'Model',
  'nav.settings': 'Settings',

  'photo.title': 'Photograph',
  'photo.lead.lesion': 'Outline a skin lesion',
  'photo.lead.skin': 'Outline skin',
  'photo.lead.wound': 'Outline a wound',
  'photo.hint': 'Take or choose a photograph. You can also paste one or drop it here.',
  'photo.choose': 'Choose a photograph',
  'photo.camera': 'Live camera',
  'photo.sample': 'Try a drawn sample',
  'photo.new': 'New',
  'photo.drop': 'Drop the photograph here',
  'photo.stage': 'Photograph with its outline',
  'photo.private': 'Nothing leaves this device',
  'photo.requests': 'Requests to other sites: {count}',

  'busy.model': 'Checking and loading the model…',
  'busy.photo': 'Computing the outline…',
  'busy.camera': 'Starting the camera…',

  'result.title': 'Result',
  'result.area': 'Area of the picture',
  'result.size': 'True size',
  'result.measure': 'Set the scale to get mm²',
  'result.empty': 'Nothing is marked at this threshold.',
  'result.time': '{milliseconds} ms on {engine}',
  'result.announced': 'Outlined: {area} of the picture.',
  'result.threshold': 'Threshold',
  'result.thresholdHelp': 'A pixel counts from this probability on. Validated: {value}.',
  'result.thresholdReset': 'Back to the validated threshold',
  'result.opacity': 'Opacity of the mask',
  'result.save': 'Save PNG',
  'result.saved': 'Saved: {file}',
  'result.compare': 'Compare',
  'result.scale': 'Scale',

  'camera.capture': 'Use this picture',
  'camera.stop': 'Stop the camera',
  'camera.turn': 'Other camera',
  'camera.rate': '{rate} frames/s',
  'camera.started': 'The camera is on. Frames are outlined as they come.',
  'camera.stopped': 'The camera is off.',

  'compare.title': 'Compare',
  'compare.with': 'Left of the line',
  'compare.plain': 'the photograph without the mask',
  'compare.before': 'the earlier photograph',
  'compare.divider': 'Position of the line',
  'compare.keep': 'Keep as “before”',
  'compare.kept': 'Kept as “before”: take or choose the later photograph now.',
  'compare.none': 'Keep a photograph as “before” to compare it with a later one.',
  'compare.change': 'Before {before}, now {now}',
  'compare.forget': 'Forget “before”',

  'scale.title': 'Scale',
  'scale.with': 'Measure with',
  'scale.ruler': 'a ruler',
  'scale.coin': 'a coin',
  'scale.length': 'Length between the two points (mm)',
  'scale.coinKind': 'Which coin',
  'scale.tapRuler': 'Tap two marks of the ruler.',
  'scale.tapCoin': 'Tap three points on the rim of the coin, far apart.',
  'scale.keys': 'Keyboard: arrow keys move the cross, Enter sets a point, Backspace takes it back.',
  'scale.point': 'Point {number} of {total} set.',
  'scale.undo': 'Take back the last point',
  'scale.clear': 'Remove the scale',
  'scale.done': '{pixels} pixels are 10 mm.',
  'scale.bad': 'These points give no scale: set them farther apart.',
  'scale.flat':
    'Coin or ruler must lie beside the lesion, flat, and the camera look straight down.',
  'scale.euro': 'Euro',
  'scale.dollar': 'US dollar',
  'scale.pound': 'British pound',
  'scale.franc': 'Swiss franc',

  'selftest.title': 'Self-test',
  'selftest.lead':
    'Runs the golden pictures of the model on this device and writes down what it computed. The verdict comes from the gate, not from this page.',
  'selftest.run': 'Run the self-test',
  'selftest.stop': 'Stop',
  'selftest.progress': 'Picture {done} of {total}',
  'selftest.save': 'Save device-report.json',
  'selftest.judge': 'Then let the gate judge it:',
  'selftest.done': 'Done: {total} pictures, median {milliseconds} ms.',
  'selftest.picture': 'Picture',
  'selftest.area': 'Area',
  'selftest.time': 'ms',
  'selftest.median': 'median of the net alone',
  'selftest.pictures': 'pictures computed',
  'selftest.table': 'Numbers of each picture',

  'model.title': 'Model',
  'model.lead':
    'From the artefact’s manifest. Its seal and the hash of the model were checked before it was loaded.',
  'model.name': 'Name',
  'model.task': 'Task',
  'model.file': 'File',
  'model.input': 'Input',
  'model.threshold': 'Threshold',
  'model.parameters': 'Parameters',
  'model.sha256': 'SHA-256 of the model',
  'model.golden': 'SHA-256 of the golden pictures',
  'model.licence': 'Licence',
  'model.checkpoint': 'Checkpoint',
  'model.checkpointSha256': 'SHA-256 of the checkpoint',
  'model.runtime': 'Runs on',
  'model.none': 'No model is loaded.',
  'model.task.lesion': 'lesion',
  'model.task.skin': 'skin',
  'model.task.wound': 'wound',

  'settings.title': 'Settings',
  'settings.language': 'Language',
  'settings.theme': 'Appearance',
  'settings.system': 'As the device',
  'settings.light': 'Light',
  'settings.dark': 'Dark',
  'settings.engine': 'Model and engine',
  'settings.choice': '{engine}: {name}, {precision}',
  'settings.noOnnx':
    'ONNX Runtime Web: no ONNX artefact is served. Start serve with one beside this.',
  'settings.noTflite': 'LiteRT.js: no TFLite artefact is served. Start serve with one beside this.',
  'settings.threads': 'Threads',
  'settings.noThreads': 'One only: the server does not isolate this page (COOP and COEP headers).',
  'settings.webgpu': 'Use WebGPU',
  'settings.noWebgpu': 'This browser has no WebGPU.',
  'settings.app': 'App',
  'settings.install': 'Install the app',
  'settings.installed': 'The app is installed.',
  'settings.installHint': 'To install it, open the menu of the browser: “Add to home screen”.',
  'settings.offline': 'Works offline',
  'settings.offlineReady': 'yes: all is stored on this device',
  'settings.offlineWaiting': 'not yet: storing…',
  'settings.offlineNone': 'no: this browser gives no storage here',
  'settings.privacy': 'Privacy',
  'settings.requests': 'Requests to other sites',
  'settings.blocked': 'Attempts that the browser blocked',
  'settings.policy': 'What the page may do',
  'settings.privacyText':
    'Photographs are read, computed and drawn on this device. The page may connect to the address it came from and to no other; the browser enforces it.',

  'error.title': 'That did not work',
  'error.close': 'Close',
} as const;

export type Key = keyof typeof en;

/** A language: a key or a problem that it has no sentence for does not compile. */
export interface Messages {
  readonly messages: Readonly<Record<Key, string>>;
  readonly problems: Readonly<Record<ProblemCode, string>>;
}

export const english: Messages = { messages: en, problems: { ...SENTENCES, ...OWN_SENTENCES } };
