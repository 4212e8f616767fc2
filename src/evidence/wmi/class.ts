// Class definitions of the CIM repository, as far as instances need them: the properties with their types and places.

import { u16, u32, utf16Exactly } from '../fields.ts'
import { type CimType, regionAt, textAt } from './cim.ts'

const mostProperties = 512
const mostName = 256
const builtIn = 0x80000000
const array = 0x20

export interface CimProperty extends CimType {
  readonly name: string
  readonly index: number
}

export interface CimClass {
  readonly name: string
  readonly superClass: string
  readonly properties: readonly CimProperty[]
}

/** Undefined: this record is no class definition. */
export function readClass(bytes: Uint8Array): CimClass | undefined {
  const superUnits = u32(bytes, 0)
  if (superUnits > mostName) return undefined
  const superClass = utf16Exactly(bytes, 4, superUnits)
  let at = 4 + 2 * superUnits + 8 + 4 + 1
  const classNameAt = u32(bytes, at)
  const defaultBytes = u32(bytes, at + 4)
  at += 8 + Math.max(4, u32(bytes, at + 8))
  at += Math.max(4, u32(bytes, at))
  const count = u32(bytes, at)
  const references = at + 4
  if (count > mostProperties || defaultBytes > bytes.length) return undefined
  const region = regionAt(bytes, references + 8 * count + defaultBytes)
  const name = region === undefined ? undefined : textAt(region, classNameAt)
  if (region === undefined || name === undefined || !/^\w{1,256}$/.test(name)) return undefined
  const properties: CimProperty[] = []
  for (let index = 0; index < count; index++) {
    const nameAt = u32(bytes, references + 8 * index)
    const place = u32(bytes, references + 8 * index + 4)
    const property = (nameAt & builtIn) === 0 ? textAt(region, nameAt) : `#${(nameAt >>> 0) & 0x7fffffff}`
    if (property === undefined || place + 14 > region.length) return undefined
    properties.push({
      name: property,
      type: region[place] ?? 0,
      isArray: ((region[place + 1] ?? 0) & array) !== 0,
      index: u16(region, place + 4),
    })
  }
  return { name, superClass, properties }
}

/** Its own properties and those that it inherits, in the order of their places; undefined: an ancestor is not known. */
export function layoutOf(
  name: string,
  classes: ReadonlyMap<string, CimClass>,
): readonly CimProperty[] | undefined {
  const byIndex = new Map<number, CimProperty>()
  let next = name
  for (let level = 0; next !== '' && level < 32; level++) {
    const known = classes.get(next.toUpperCase())
    if (known === undefined) return undefined
    for (const property of known.properties)
      if (!byIndex.has(property.index)) byIndex.set(property.index, property)
    next = known.superClass
  }
  const properties = [...byIndex.values()].toSorted((a, b) => a.index - b.index)
  // Places without a property would shift all that follow.
  return properties.every(({ index }, place) => index === place) ? properties : undefined
}
