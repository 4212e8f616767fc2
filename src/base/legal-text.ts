// Texts for people that come with signatures and rules.

const legal = /^(?:licen[cs]e|copying|copyright|notice|readme|authors)(?:[.\-_].*)?$/i

/** Whether a file of this name is a licence or the like: never rules or a list, whatever it ends with. */
export function isLegalText(path: string): boolean {
  return legal.test(path.slice(path.lastIndexOf('/') + 1))
}
