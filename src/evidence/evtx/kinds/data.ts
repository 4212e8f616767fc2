// The data of a Windows event, by the names that its provider gives it, wherever they stand.

import type { Scalar } from '../tree.ts'
import type { JsonObject } from '../values.ts'

const maxFields = 512
const maxDepth = 8

type DataFields = Readonly<Record<string, Scalar | readonly Scalar[]>>

/** Fields of EventData and UserData; what is deeper stands under its own name. */
export function fieldsOf(event: JsonObject): DataFields {
  const inner = objectOf(event['Event'])
  const fields: Record<string, Scalar | readonly Scalar[]> = Object.create(null) as Record<string, Scalar>
  collect(objectOf(inner['UserData']), fields, 0)
  collect(objectOf(inner['EventData']), fields, 0)
  return fields
}

function collect(from: JsonObject, to: Record<string, Scalar | readonly Scalar[]>, depth: number): void {
  let left = maxFields
  for (const [name, value] of Object.entries(from)) {
    if ((left -= 1) < 0 || depth > maxDepth) return
    if (name.startsWith('#') || name === 'xmlns' || value === null) continue
    const own = scalarsOf(value) ?? scalarsOf(objectOf(value)['#text'])
    if (own !== undefined) to[name] = own
    if (typeof value === 'object' && !Array.isArray(value)) collect(value as JsonObject, to, depth + 1)
  }
}

/** What is a value or a list of them; of a list that holds elements too, the values. */
function scalarsOf(value: unknown): Scalar | readonly Scalar[] | undefined {
  if (Array.isArray(value)) return value.filter(isScalar)
  return isScalar(value) ? value : undefined
}

function isScalar(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

/** The event's fields as a mapping asks for them: `-` and nothing are no values. */
export class EventFields {
  readonly all: DataFields

  constructor(all: DataFields) {
    this.all = all
  }

  text(...names: readonly string[]): string | undefined {
    for (const name of names) {
      const value = this.all[name]
      if (value === undefined || value === '' || value === '-') continue
      return typeof value === 'object' ? value.join(' ') : String(value)
    }
    return undefined
  }

  /** Decimal, or hexadecimal as Windows writes process ids. */
  number(name: string): number | undefined {
    const text = this.text(name)
    const value = text === undefined || text.trim() === '' ? Number.NaN : Number(text)
    return Number.isSafeInteger(value) ? value : undefined
  }
}

function objectOf(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null ? (value as JsonObject) : {}
}
