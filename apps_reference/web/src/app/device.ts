/** What this device and its system call themselves, as far as the browser tells. */

interface Hints {
  readonly model?: string;
  readonly platform?: string;
  readonly platformVersion?: string;
  readonly fullVersionList?: readonly { readonly brand: string; readonly version: string }[];
}

interface WithHints extends Navigator {
  readonly userAgentData?: { getHighEntropyValues(names: string[]): Promise<Hints> };
}

const NAMES = ['model', 'platform', 'platformVersion', 'fullVersionList'];

/** `device` and `os` of a device report. */
export async function describeDevice(): Promise<{ device: string; os: string }> {
  const hints = await (navigator as WithHints).userAgentData?.getHighEntropyValues(NAMES);
  const cores = `${navigator.hardwareConcurrency} cores`;
  if (!hints?.platform) return { device: cores, os: navigator.userAgent };
  const browser = hints.fullVersionList?.find(({ brand }) => !/not.?a.?brand/i.test(brand));
  const system = [hints.platform, hints.platformVersion].filter(Boolean).join(' ');
  return {
    device: [hints.model, cores].filter(Boolean).join(', '),
    os: browser ? `${system}, ${browser.brand} ${browser.version}` : system,
  };
}
