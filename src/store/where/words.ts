// Full-text search: what a word is. The same in the block filters (token-filter.ts), which work on bytes.

/** Lower case (ASCII only), words apart by one blank, a blank at both ends; ` ` when there is no word. */
export function wordsOf(text: string): string {
  const words = text
    .replaceAll(/[A-Z]+/g, (capitals) => capitals.toLowerCase())
    .split(/[^a-z0-9_\u0080-\uffff]+/)
    .filter((word) => word !== '')
  return words.length === 0 ? ' ' : ` ${words.join(' ')} `
}
