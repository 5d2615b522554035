/** Hands a file to the person, by the browser's own download. */

/** Long enough for a browser to begin the download. */
const KEPT_FOR = 60_000;

export function save(content: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_FOR);
}
