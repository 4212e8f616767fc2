// What a sign of a script in a value is, and what several of them need: names as they may be shown, styles that run something.

import { decodeEntities } from '../../decode/entities.ts'

export interface Sign {
  readonly why: string
  readonly confidence: number
  /** Markup that runs nothing by itself: editors of texts send it in bodies, nobody in a query. */
  readonly isMarkup?: true
}

/** Escapes of CSS: up to six digits, ended by one white space. */
export function cssUnescaped(style: string): string {
  return decodeEntities(style).replaceAll(/\\([\da-f]{1,6})\s?/gi, (whole, hex: string) => {
    const code = Number.parseInt(hex, 16)
    return code > 0x1f && code < 0x7f ? String.fromCharCode(code) : whole
  })
}

export const runningStyle =
  /expression\s{0,3}\(|behaviou?r\s{0,3}:|-moz-binding|(?:java|vb|live)script\s{0,3}:|@import|\\[\da-f]{1,6}|\/\*/i

/** A name that the attacker chose, as it may be shown. */
export function shown(name: string): string {
  return name.replace(/[^\w:.-]/g, '').slice(0, 24)
}
