// How much happens in a soak: a moderate mix, the same whatever the time it is pressed into.

export interface Plan {
  /** How long things are made to happen. */
  readonly minutes: number
  /** Of all kinds together, a second. */
  readonly rate: number
}

export type Kind = 'exec' | 'connection' | 'file' | 'line' | 'login'

/** Share of each kind in all that happens. */
const mix: Readonly<Record<Kind, number>> = {
  exec: 0.3,
  connection: 0.15,
  file: 0.15,
  line: 0.35,
  login: 0.05,
}

export const kinds = Object.keys(mix) as readonly Kind[]

/** Compressed: all that a plan's time would bring, as fast as the host takes it. */
export function totals({ minutes, rate }: Plan): Readonly<Record<Kind, number>> {
  const all = minutes * 60 * rate
  return Object.fromEntries(kinds.map((kind) => [kind, Math.round(all * mix[kind])])) as Record<Kind, number>
}
