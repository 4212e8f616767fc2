// One thing that malicious scripts do, and the words that show it. Patterns are bounded; what may stand far apart is given
// in steps, so that a hostile text costs no more than a few passes.

interface Shown {
  /** Of several of a kind only the strongest counts. */
  readonly kind: string
  /** 0–100: how sure this alone makes that a script is malicious. */
  readonly weight: number
  /** What it does. */
  readonly sentence: string
  /** MITRE ATT&CK. */
  readonly techniques: readonly string[]
}

interface Single extends Shown {
  readonly pattern: RegExp
}

/** One of several orders, each step at most `within` characters behind the one before. */
interface Ordered extends Shown {
  readonly orders: readonly (readonly RegExp[])[]
  readonly within: number
}

/** All of them, anywhere. */
interface Together extends Shown {
  readonly all: readonly RegExp[]
}

export type Trait = Single | Ordered | Together

/** Traits that mean more together than one by one. */
export interface Combination {
  readonly kinds: readonly string[]
  readonly weight: number
  readonly sentence: string
}

/** Where a text has it, -1 where it has not. */
export function placeOf(trait: Trait, text: string): number {
  if ('pattern' in trait) return text.search(trait.pattern)
  if ('all' in trait) {
    const places = trait.all.map((pattern) => text.search(pattern))
    return places.includes(-1) ? -1 : Math.min(...places)
  }
  for (const order of trait.orders) {
    const place = placeOfOrder(order, text, trait.within)
    if (place >= 0) return place
  }
  return -1
}

/** A first step that is followed by nothing is tried so many times. */
const maxStarts = 40

function placeOfOrder([first, ...rest]: readonly RegExp[], text: string, within: number): number {
  if (first === undefined) return -1
  const starts = new RegExp(first, `${first.flags}g`)
  for (let tries = 0; tries < maxStarts; tries++) {
    const start = starts.exec(text)
    if (start === null) return -1
    if (follows(rest, text, start.index + start[0].length, within)) return start.index
  }
  return -1
}

function follows(steps: readonly RegExp[], text: string, from: number, within: number): boolean {
  let at = from
  for (const step of steps) {
    const window = text.slice(at, at + within)
    const found = step.exec(window)
    if (found === null) return false
    at += found.index + found[0].length
  }
  return true
}
