import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { launch, newPage, ready } from './browser';
import { folder } from './pictures';
import { BIN } from './serve';

let browser: Browser;
let page: Page;
beforeAll(async () => {
  browser = await launch();
  page = await newPage(browser);
  await page.goto(`${inject('url')}#selftest`);
  await ready(page);
});
afterAll(() => browser.close());

test('the report that the screen saves passes the gate', async () => {
  await page.click('#selftest-run');
  await page.waitForSelector('#selftest-report:visible');
  expect(await page.locator('#selftest-rows tr').count()).toBe(16);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.click('#selftest-save'),
  ]);
  expect(download.suggestedFilename()).toBe('device-report.json');
  const report = join(folder, 'device-report.json');
  await download.saveAs(report);
  const judged = ['parity', 'lean-isic2017', '--predictions', report];
  expect(execFileSync(join(BIN, 'skinseg-mobile'), judged, { encoding: 'utf8' })).toMatch(
    /^passed/,
  );
});

test('a run that is stopped leaves no report', async () => {
  await page.click('#selftest-run');
  await page.click('#selftest-stop');
  await page.waitForSelector('#selftest-run:enabled');
  expect(await page.isVisible('#selftest-report')).toBe(false);
});

test('the model screen says which file runs', async () => {
  await page.click('nav a[href="#model"]');
  const facts = await page.textContent('#model-facts');
  const manifest = await page.evaluate(async () =>
    (await fetch('artefacts/0/manifest.json')).json(),
  );
  for (const fact of ['name', 'model_sha256', 'licence', 'checkpoint', 'checkpoint_sha256']) {
    expect(facts).toContain(manifest[fact]);
  }
  expect(facts).toContain('LiteRT.js');
});
