// The language of a script element, by its attributes.

import type { Tag } from '../../parsers/html/index.ts'
import type { Language } from '../../scan-object.ts'
import type { ByteSource } from '../../source/byte-source.ts'

const languages: readonly (readonly [RegExp, Language])[] = [
  [/vbs/, 'vbscript'],
  [/javascript|jscript|ecmascript|livescript|^module$|babel|\bjs\b/, 'javascript'],
  [/perl/, 'perl'],
  [/python/, 'python'],
  [/php/, 'php'],
]
const longestValue = 64

/** None for data blocks and templates, such as JSON. */
export function scriptLanguage(source: ByteSource, { attributes }: Tag): { language?: Language } {
  const said = attributes
    .filter(({ name }) => name === 'type' || name === 'language')
    .map(({ start, end }) =>
      Buffer.from(source.read(start, Math.min(end - start, longestValue))).toString('latin1'),
    )
    .map((value) => value.trim().toLowerCase())
    .filter((value) => value !== '')
  if (said.length === 0) return { language: 'javascript' }
  for (const [names, language] of languages) if (said.some((value) => names.test(value))) return { language }
  return {}
}
