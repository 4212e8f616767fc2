// The values of one event as rules compare them: read when first asked for, kept until the next event, as they are and
// in lower case. Numbers and booleans are texts, because log sources do not agree on which is which.

/** null: there, without a value. undefined: not there. A list: one of its texts has to fit. */
export type Value = string | readonly string[] | null | undefined

export type Getter = (record: unknown) => Value

/** More of a value is not looked at. */
const maxValueChars = 256 * 1024
const maxListItems = 512

/** Anything from an event or a record as a value. */
export function valueOf(raw: unknown): Value {
  switch (typeof raw) {
    case 'string':
      return raw.length > maxValueChars ? raw.slice(0, maxValueChars) : raw
    case 'number':
    case 'boolean':
    case 'bigint':
      return String(raw)
    case 'object':
      return raw === null ? null : compound(raw)
    default:
      return undefined
  }
}

function compound(raw: object): Value {
  if (!Array.isArray(raw)) return jsonText(raw)
  const items: readonly unknown[] = raw.length > maxListItems ? raw.slice(0, maxListItems) : raw
  const texts = items.flatMap((item) => {
    const value = Array.isArray(item) ? jsonText(item) : valueOf(item)
    return typeof value === 'string' ? [value] : []
  })
  return texts.length === 0 ? undefined : texts
}

function jsonText(raw: object): string {
  try {
    return JSON.stringify(raw).slice(0, maxValueChars)
  } catch {
    // A cycle, or a toJSON that throws: there, but not to be compared.
    return ''
  }
}

/** Gives each field of a view's rules a number; fields that are read in the same way share one. */
export class FieldSlots {
  readonly getters: Getter[] = []
  private readonly slots = new Map<string, number>()
  private readonly byGetter = new Map<Getter, number>()
  private readonly getterOf: (field: string) => Getter

  constructor(getterOf: (field: string) => Getter) {
    this.getterOf = getterOf
  }

  of(field: string): number {
    const known = this.slots.get(field)
    if (known !== undefined) return known
    const getter = this.getterOf(field)
    const slot = this.byGetter.get(getter) ?? this.getters.push(getter) - 1
    this.slots.set(field, slot)
    this.byGetter.set(getter, slot)
    return slot
  }

  /** Every field that was asked for, with its number. */
  entries(): Iterable<readonly [field: string, slot: number]> {
    return this.slots
  }
}

/** Owns the values of the event that is looked at. */
export class EventValues {
  private readonly getters: readonly Getter[]
  private readonly raw: Value[]
  private readonly lower: Value[]
  private readonly loaded: Uint8Array
  private record: unknown

  constructor({ getters }: FieldSlots) {
    this.getters = getters
    this.raw = getters.map(() => undefined)
    this.lower = getters.map(() => undefined)
    this.loaded = new Uint8Array(getters.length)
  }

  reset(record: unknown): void {
    this.record = record
    this.loaded.fill(0)
  }

  at(slot: number): Value {
    if (this.loaded[slot] === 0) {
      this.raw[slot] = this.getters[slot]?.(this.record)
      this.loaded[slot] = 1
    }
    return this.raw[slot]
  }

  /** In lower case. */
  lowerAt(slot: number): Value {
    if (this.loaded[slot] === 2) return this.lower[slot]
    const value = this.at(slot)
    const lower = typeof value === 'string' ? value.toLowerCase() : lowerList(value)
    this.lower[slot] = lower
    this.loaded[slot] = 2
    return lower
  }
}

function lowerList(value: Exclude<Value, string>): Value {
  return value === null || value === undefined ? value : value.map((text) => text.toLowerCase())
}
