import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { launch, newPage, PHONE, ready, upload } from './browser';
import { LESION, OTHER, write } from './pictures';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let browser: Browser;
let page: Page;
beforeAll(async () => {
  browser = await launch();
  // axe comes from the test, not from the server, and must not measure colours on their way
  page = await newPage(browser, { bypassCSP: true, reducedMotion: 'reduce' });
  await page.addInitScript(AXE);
  await page.goto(inject('url'));
  await ready(page);
});
afterAll(() => browser.close());

/** Of a folded phone, of WCAG's reflow, and of an ordinary phone, which later tests expect. */
const WIDTHS = [280, 320, PHONE.width];

/** Every screen and what opens on it, as steps from one to the next. */
const STATES: readonly (readonly [string, (page: Page) => Promise<unknown>])[] = [
  ['welcome', async () => undefined],
  ['problem', (page) => page.setInputFiles('#file', write('text.jpg', 'x'))],
  ['photograph', (page) => upload(page, LESION)],
  ['scale by ruler', (page) => page.click('#tool-scale')],
  ['scale by coin', (page) => page.check('input[value="coin"]')],
  ['comparison', (page) => page.click('#tool-compare')],
  [
    'comparison with an earlier photograph',
    async (page) => {
      await page.click('#keep');
      await upload(page, OTHER);
    },
  ],
  ['self-test', (page) => page.click('nav a[href="#selftest"]')],
  [
    'report',
    async (page) => {
      await page.click('#selftest-run');
      await page.waitForSelector('#selftest-report:visible');
    },
  ],
  ['model', (page) => page.click('nav a[href="#model"]')],
  ['settings', (page) => page.click('nav a[href="#settings"]')],
];

test.each(STATES)(
  '%s: fits a phone in every language, and axe finds no violation',
  async (_, reach) => {
    await reach(page);
    for (const language of ['de', 'es', 'en']) {
      await speak(language);
      for (const width of WIDTHS) {
        await page.setViewportSize({ ...PHONE, width });
        expect(await overflowing(), `${language}, ${width} px`).toEqual([]);
        expect(await tooSmall(), `${language}, ${width} px`).toEqual([]);
      }
    }
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await violations(), colorScheme).toEqual([]);
    }
  },
);

test('the keyboard reaches all of the first screen, in its order, and shows where it is', async () => {
  await page.goto('about:blank');
  await page.goto(inject('url'));
  await ready(page);
  const reached: string[] = [];
  for (let step = 0; step < 8; step++) {
    await page.keyboard.press('Tab');
    const focused = page.locator(':focus');
    reached.push((await focused.textContent()) as string);
    expect(await focused.evaluate((one) => getComputedStyle(one).outlineStyle)).toBe('solid');
  }
  expect(reached.map((text) => text.trim())).toEqual([
    'Skip to content',
    'Photo',
    'Self-test',
    'Model',
    'Settings',
    'Choose a photograph',
    'Live camera',
    'Try a drawn sample',
  ]);
});

test('the focus follows the screen', async () => {
  await page.click('nav a[href="#settings"]');
  expect(await page.locator(':focus').textContent()).toBe('Settings');
  await page.click('nav a[href="#photo"]');
  await page.locator('#sample').focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => page.locator(':focus').textContent()).toBe('Photograph');
});

test.each([
  ['reduce', 'none'],
  ['no-preference', 'turn'],
] as const)('motion: %s', async (reducedMotion, name) => {
  await page.emulateMedia({ reducedMotion });
  const animation = await page.locator('#busy').evaluate((busy: HTMLElement) => {
    busy.hidden = false;
    return getComputedStyle(busy, '::before').animationName;
  });
  expect(animation).toBe(name);
});

test.each(['de-AT', 'es-MX', 'fr'])(
  'a browser in %s is answered in its language, or in English',
  async (locale) => {
    const other = await newPage(browser, { locale });
    await other.goto(inject('url'));
    const language = locale === 'fr' ? 'en' : locale.slice(0, 2);
    await expect.poll(() => other.getAttribute('html', 'lang')).toBe(language);
    await other.context().close();
  },
);

function speak(language: string): Promise<void> {
  return page.locator('#language').evaluate((select: HTMLSelectElement, value) => {
    select.value = value;
    select.dispatchEvent(new Event('change'));
  }, language);
}

async function violations(): Promise<string[]> {
  const results = await page.evaluate(() => {
    return (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run();
  });
  return results.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}`));
}

/** What sticks out of the screen, or text that sticks out of its box. */
function overflowing(): Promise<string[]> {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const shown = [...document.querySelectorAll<HTMLElement>('body *')].filter((element) => {
      return element.checkVisibility() && !element.closest('.out, .skip, .stage');
    });
    return shown
      .filter(
        (one) =>
          one.getBoundingClientRect().right > width ||
          (one.scrollWidth > one.clientWidth + 1 &&
            one.clientWidth > 0 &&
            getComputedStyle(one).display !== 'inline'),
      )
      .map((one) => one.outerHTML.slice(0, 120));
  });
}

function tooSmall(): Promise<string[]> {
  return page.evaluate(() => {
    const touched = document.querySelectorAll<HTMLElement>('a, button, select, input, label');
    return [...touched]
      .filter((one) => one.checkVisibility() && !one.closest('.out, .skip'))
      .map((one) => (one.matches('[type="radio"], [type="checkbox"]') ? one.parentElement : one))
      .filter((one) => one && one.getBoundingClientRect().height < 44)
      .map((one) => one?.outerHTML.slice(0, 120) ?? '');
  });
}
