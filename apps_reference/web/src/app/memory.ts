/** Settings that outlive the page. Where a browser gives no storage the app works, and forgets. */

export function remembered(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // private windows and full disks: nothing else depends on it
  }
}
