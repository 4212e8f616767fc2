// Faults of a rule while it is read: where in the document, and why. One fault ends the reading of its document.

export type Path = readonly (string | number)[]

export class RuleFault extends Error {
  readonly path: Path

  constructor(path: Path, message: string) {
    super(message)
    this.name = 'RuleFault'
    this.path = path
  }
}

/** Collects what is odd but can be used. */
export type Warn = (path: Path, message: string) => void

/** `detection.selection.Image|endswith[2]`. */
export function placeText(path: Path): string {
  return path
    .map((step, i) => (typeof step === 'number' ? `[${step}]` : `${i === 0 ? '' : '.'}${step}`))
    .join('')
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

/** One text or a list of texts; everything else is left out. */
export function textsOf(value: unknown): string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  return list.flatMap((one) => textOf(one) ?? [])
}
