// The actions of a document in words, one a line: kind, what starts it, target, with tabs between them. Rules and
// heuristics read this instead of the document, whose strings may be encrypted or in object streams.

import type { Action, Facts, Holder } from './facts.ts'
import { PdfReference, type PdfValue, textOfString } from './value.ts'

/** The first line, by which the text is known. */
export const actionsTitle = 'PDF actions'

const maxTextCharacters = 1024 * 1024
const maxTargetCharacters = 4096

export interface Reader {
  resolve(value: PdfValue | undefined): PdfValue
  /** The string, decrypted; undefined: it cannot be. */
  string(bytes: Uint8Array, holder: Holder): Uint8Array | undefined
}

/** Empty where a document has no actions, embedded files or disguised names. */
export function actionText(facts: Facts, fileNames: Iterable<string>, reader: Reader): string {
  const triggers = new Map<string, string>()
  for (const action of facts.actions) {
    const key = `${action.kind}\t${targetOf(action, reader)}`
    triggers.set(key, triggers.get(key) || action.trigger)
  }
  const lines = [...triggers].map(([key, trigger]) => {
    const [kind = '', target = ''] = key.split('\t')
    return `${kind}\t${trigger}\t${target}`
  })
  for (const name of fileNames) lines.push(`EmbeddedFile\t\t${oneLine(name)}`)
  for (const name of facts.escapedNames) lines.push(`EscapedName\t\t${name}`)
  if (lines.length === 0) return ''
  return `${actionsTitle}\n${lines.join('\n').slice(0, maxTextCharacters)}\n`
}

function targetOf({ kind, dictionary, holder }: Action, reader: Reader): string {
  const text = (key: string): string => fileText(dictionary.get(key), holder, reader)
  switch (kind) {
    case 'URI':
      return text('URI')
    case 'Launch':
      return [
        text('F'),
        ...['Win', 'Mac', 'Unix'].map((key) => commandText(dictionary.get(key), holder, reader)),
      ]
        .filter((part) => part !== '')
        .join(' ')
    case 'JavaScript':
      return ''
    default:
      return text('F')
  }
}

/** A launch action's parameters for one system (ISO 32000-2, 12.6.4.6). */
function commandText(value: PdfValue | undefined, holder: Holder, reader: Reader): string {
  const parameters = reader.resolve(value)
  if (!(parameters instanceof Map)) return fileText(parameters, holder, reader)
  return ['F', 'P', 'D', 'O']
    .map((key) => fileText(parameters.get(key), holder, reader))
    .join(' ')
    .trim()
}

/** A string or a file specification (7.11). */
export function fileText(value: PdfValue | undefined, holder: Holder, reader: Reader): string {
  const own =
    value instanceof PdfReference ? { ...holder, number: value.number, generation: value.generation } : holder
  const target = reader.resolve(value)
  if (target instanceof Uint8Array) {
    const bytes = reader.string(target, own)
    return bytes === undefined ? '(encrypted)' : oneLine(textOfString(bytes))
  }
  if (!(target instanceof Map)) return ''
  for (const key of ['UF', 'F', 'Unix', 'DOS', 'Mac']) {
    const name = reader.resolve(target.get(key))
    if (name instanceof Uint8Array) return fileText(name, own, reader)
  }
  return ''
}

function oneLine(text: string): string {
  return text.slice(0, maxTargetCharacters).replaceAll(/\p{Cc}+/gu, ' ')
}
