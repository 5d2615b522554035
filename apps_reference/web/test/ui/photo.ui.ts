import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { area, expectNothingShown, launch, newPage, opaquePixels, ready, upload } from './browser';
import { blankPng, LESION, LESION_AREA, OTHER, OTHER_AREA, write } from './pictures';

let browser: Browser;
let page: Page;
const failures: string[] = [];

beforeAll(async () => {
  browser = await launch();
  page = await newPage(browser);
  page.on('pageerror', ({ message }) => failures.push(message));
  await page.goto(inject('url'));
  await ready(page);
});
afterAll(() => browser.close());
afterEach(() => {
  expect(failures.splice(0)).toEqual([]);
});

describe('a photograph comes in', () => {
  test('by choosing a file, with the area that Python finds', async () => {
    expect(await upload(page, LESION)).toBeCloseTo(LESION_AREA, 1);
    expect(await opaquePixels(page)).toBeGreaterThan(1e6);
    await expect
      .poll(() => page.textContent('#announce'))
      .toBe(`Outlined: ${LESION_AREA}% of the picture.`);
  });

  test.each(['paste', 'drop'])('by %s', async (way) => {
    await page.evaluate(
      async ([name, bytes]) => {
        const data = new DataTransfer();
        data.items.add(new File([Uint8Array.from(bytes)], 'photo.jpg', { type: 'image/jpeg' }));
        const event =
          name === 'paste'
            ? new ClipboardEvent('paste', { clipboardData: data })
            : new DragEvent('drop', { dataTransfer: data, cancelable: true });
        document.dispatchEvent(event);
      },
      [way, [...readFileSync(LESION)]] as const,
    );
    expect(await area(page)).toBeCloseTo(LESION_AREA, 1);
  });

  test('as a drawn sample', async () => {
    await page.reload();
    await ready(page);
    await page.click('#sample');
    expect(await area(page)).toBeGreaterThan(1);
  });

  test('and clears the one before at once', async () => {
    await upload(page, LESION);
    await page.setInputFiles('#file', write('white.png', blankPng(6000, 4000)));
    await expectNothingShown(page);
    await expect
      .poll(() => page.textContent('#result-note'))
      .toBe('Nothing is marked at this threshold.');
  });

  test('and the newer of two wins, however long the older takes', async () => {
    await page.setInputFiles('#file', write('white.png', blankPng(6000, 4000)));
    await page.setInputFiles('#file', OTHER);
    const found = await area(page);
    await page.waitForTimeout(2000);
    expect(await area(page)).toBe(found);
    expect(found).toBeCloseTo(OTHER_AREA, 1);
  });
});

describe('the sliders', () => {
  test('threshold changes area and mask, and no net runs', async () => {
    await upload(page, LESION);
    const note = await page.textContent('#result-note');
    const before = await picture(page);
    await slide(page, '#threshold', 0.9);
    await expect.poll(() => area(page)).toBeLessThan(LESION_AREA);
    expect(await picture(page)).not.toBe(before);
    expect(await page.textContent('#result-note')).toBe(note);
    await page.click('#threshold-reset');
    await expect.poll(() => area(page)).toBe(LESION_AREA);
    expect(await picture(page)).toBe(before);
  });

  test('opacity changes the mask alone', async () => {
    await upload(page, LESION);
    const before = await picture(page);
    await slide(page, '#opacity', 1);
    expect(await picture(page)).not.toBe(before);
    expect(await area(page)).toBe(LESION_AREA);
    expect(await page.textContent('#opacity-value')).toBe('100%');
  });
});

test('the overlay is saved at the size of the photograph', async () => {
  await upload(page, LESION);
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#save')]);
  expect(download.suggestedFilename()).toBe('skinseg-overlay.png');
  const png = readFileSync(await download.path());
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1200, 900]);
});

describe('the scale', () => {
  test('two taps on a ruler give mm²', async () => {
    await upload(page, LESION);
    await page.click('#tool-scale');
    await page.fill('#length', '20');
    await tap(0.25, 0.5);
    await tap(0.75, 0.5);
    expect(await page.textContent('#scale-step')).toBe('300 pixels are 10 mm.');
    const size = Number.parseFloat((await page.textContent('#size')) as string);
    expect(size / ((0.0654 * 1200 * 900) / 30 ** 2)).toBeCloseTo(1, 1);
  });

  test('three points on the rim of a coin do, set by keys alone', async () => {
    await upload(page, LESION);
    await page.click('#tool-scale');
    await page.check('input[value="coin"]');
    await page.selectOption('#coin', '€2');
    await page.locator('#canvas').focus();
    await press('ArrowLeft', 10, 'Enter'); // steps of 12 pixels from the middle
    await press('ArrowRight', 20, 'Enter');
    await expect.poll(() => page.textContent('#announce')).toContain('Point 2 of 3 set.');
    await page.keyboard.press('Backspace');
    await press('ArrowRight', 10, 'Enter');
    await press('ArrowUp', 10, 'Enter');
    expect(await page.textContent('#scale-step')).toBe('93 pixels are 10 mm.');
  });

  test('does not outlive its photograph', async () => {
    await upload(page, OTHER);
    expect(await page.textContent('#size')).toBe('Set the scale to get mm²');
  });
});

test('an earlier photograph is compared with a later one', async () => {
  await upload(page, LESION);
  await page.click('#tool-compare');
  await page.click('#keep');
  await upload(page, OTHER);
  expect(await page.textContent('#change')).toBe(`Before ${LESION_AREA}%, now ${OTHER_AREA}%`);
  await slide(page, '#divider', 100);
  const all = await picture(page);
  await slide(page, '#divider', 0);
  expect(await picture(page)).not.toBe(all);
  await page.click('#forget');
});

test('ONNX Runtime Web runs what it is chosen for, and computes the photograph anew', async () => {
  await upload(page, LESION);
  await page.click('nav a[href="#settings"]');
  await page.selectOption('#engine', 'artefacts/1/');
  await expect
    .poll(() => page.textContent('#engine-note'))
    .toMatch(/^ONNX Runtime Web .*WebAssembly/);
  await page.click('nav a[href="#photo"]');
  await expect.poll(() => page.textContent('#result-note')).toContain('ONNX Runtime Web');
});

async function slide(on: Page, slider: string, value: number): Promise<void> {
  await on.locator(slider).fill(`${value}`);
}

function picture(on: Page): Promise<string> {
  return on.locator('#canvas').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
}

async function tap(x: number, y: number): Promise<void> {
  const canvas = page.locator('#canvas');
  const { width, height } = await canvas.evaluate((one) => one.getBoundingClientRect());
  await canvas.click({ position: { x: x * width, y: y * height } });
}

/** Press a key so many times from the middle of the photograph, or where the cross is, then another. */
async function press(key: string, times: number, last: string): Promise<void> {
  for (let time = 0; time < times; time++) await page.keyboard.press(key);
  await page.keyboard.press(last);
}
