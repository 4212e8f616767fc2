// What start-up leaves behind is collected once, at a moment of our choosing: later an idle thread would keep it for ever.

/**
 * Does nothing without --expose-gc, with which bin/haechi starts a guard. Takes some milliseconds: to be called
 * before the first question, never after.
 */
export function collectGarbage(): void {
  if (globalThis.gc !== undefined) globalThis.gc({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}
