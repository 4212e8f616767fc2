// YAML files of rules as plain documents, with the lines of their parts for messages. YAML 1.2: `on` and `yes` are texts.

import { LineCounter, parseAllDocuments } from 'yaml'

import type { Path } from './fault.ts'

export interface RuleText {
  /** Named in problems: a path. */
  readonly source: string
  readonly text: string
}

export interface RuleDocument {
  readonly source: string
  readonly value: unknown
  /** Line of a part, from 1. */
  readonly lineOf: (path: Path) => number | undefined
  /** What YAML says is wrong with it; then `value` is not to be used. */
  readonly fault?: { readonly line: number; readonly message: string }
}

const maxTextLength = 4 * 1024 * 1024
/** Anchors may repeat a part so often. */
const maxAliasCount = 100

/** A text that is no YAML is one document with a fault; comments alone are none. Never throws. */
export function readDocuments({ source, text }: RuleText): RuleDocument[] {
  if (text.length > maxTextLength) return [faulty(source, 1, 'the file is larger than 4 MiB')]
  try {
    const lines = new LineCounter()
    const documents = parseAllDocuments(text, { lineCounter: lines, logLevel: 'silent', prettyErrors: false })
    const list = Array.isArray(documents) ? documents : []
    return list.flatMap((document): RuleDocument[] => {
      const [error] = document.errors
      if (error !== undefined) return [faulty(source, lines.linePos(error.pos[0]).line, error.message)]
      const value: unknown = document.toJS({ maxAliasCount })
      if (value === null || value === undefined) return []
      const lineOf = (path: Path): number | undefined => {
        for (let length = path.length; length >= 0; length--) {
          const offset = rangeStart(document.getIn(path.slice(0, length), true))
          if (offset !== undefined) return lines.linePos(offset).line
        }
        return undefined
      }
      return [{ source, value, lineOf }]
    })
  } catch (thrown) {
    return [faulty(source, 1, thrown instanceof Error ? thrown.message : String(thrown))]
  }
}

function faulty(source: string, line: number, message: string): RuleDocument {
  return { source, value: undefined, lineOf: () => line, fault: { line, message } }
}

function rangeStart(node: unknown): number | undefined {
  const range: unknown = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined
  const start: unknown = Array.isArray(range) ? range[0] : undefined
  return typeof start === 'number' ? start : undefined
}
