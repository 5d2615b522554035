import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { launch, newPage, PHONE, ready, upload } from './browser';
import { LESION, OTHER, write } from './pictures';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

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

describe.each(['en', 'de', 'es'])('in %s', (locale) => {
  test('no screen is wider than a phone, and what is touched is 44 px or more', async () => {
    const page = await opened(locale, 'light');
    for (const [name, reach] of STATES) {
      await reach(page);
      expect(await overflowing(page), name).toEqual([]);
      expect(await tooSmall(page), name).toEqual([]);
    }
    await page.context().close();
  });
});

describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
  test('axe finds no violation on any screen', async () => {
    const page = await opened('en', colorScheme);
    await page.evaluate(AXE);
    for (const [name, reach] of STATES) {
      await reach(page);
      expect(await violations(page), name).toEqual([]);
    }
    await page.context().close();
  });
});

async function opened(locale: string, colorScheme: 'light' | 'dark'): Promise<Page> {
  const page = await newPage(browser, { locale, colorScheme, bypassCSP: true });
  await page.goto(inject('url'));
  await ready(page);
  expect(await page.evaluate(() => document.documentElement.lang)).toBe(locale);
  return page;
}

async function violations(page: Page): Promise<string[]> {
  const results = await page.evaluate(() => {
    return (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run();
  });
  return results.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}`));
}

/** What sticks out of the screen, or text that sticks out of its box. */
function overflowing(page: Page): Promise<string[]> {
  return page.evaluate((width) => {
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
  }, PHONE.width);
}

function tooSmall(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const touched = document.querySelectorAll<HTMLElement>('a, button, select, input, label');
    return [...touched]
      .filter((one) => one.checkVisibility() && !one.closest('.out, .skip'))
      .map((one) => (one.matches('[type="radio"], [type="checkbox"]') ? one.parentElement : one))
      .filter((one) => one && one.getBoundingClientRect().height < 44)
      .map((one) => one?.outerHTML.slice(0, 120) ?? '');
  });
}
