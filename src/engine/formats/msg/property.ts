// Text properties of messages: streams whose name says property and type.

import type { CfbEntry } from '../../parsers/cfb/index.ts'

const maxTextBytes = 4096

/** The text if the stream holds this property (four hexadecimal digits), of 16 or 8 bits a character. */
export function propertyText({ name, source }: CfbEntry, property: string): string | undefined {
  const lower = name.toLowerCase()
  const prefix = `__substg1.0_${property}`
  if (!lower.startsWith(prefix)) return undefined
  const type = lower.slice(prefix.length)
  if (type !== '001f' && type !== '001e') return undefined
  const text = Buffer.from(source.read(0, maxTextBytes)).toString(type === '001f' ? 'utf16le' : 'latin1')
  return text.replace(/\0+$/, '')
}
