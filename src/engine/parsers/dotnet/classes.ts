// The classes and interfaces that an assembly defines, with their methods (ECMA-335, II.22.37 and II.22.26).
// Names that are asked for row by row are collected first, so that large tables take no quadratic time.

import type { Budget } from '../../limits.ts'
import type { Heaps } from './metadata.ts'
import { table } from './schema.ts'
import type { RowRef, Tables } from './tables.ts'
import { type Generics, type Place, plainName, readNumber, TypeTexts } from './type-text.ts'

/** Classes inside classes. */
const maxNesting = 16
const signatureIsGeneric = 0x10
const flagsInterface = 0x20

const classVisibilities = [
  'internal',
  'public',
  'public',
  'private',
  'protected',
  'internal',
  'private protected',
  'protected internal',
] as const
const methodVisibilities = [
  'private',
  'private',
  'private protected',
  'internal',
  'protected',
  'protected internal',
  'public',
  'private',
] as const

export interface Param {
  readonly name: string
  readonly type: string
}

export interface Method {
  readonly name: string
  readonly visibility: string
  readonly abstract: boolean
  readonly static: boolean
  readonly virtual: boolean
  readonly final: boolean
  /** Undefined for constructors. */
  readonly returnType: string | undefined
  readonly genericParameters: readonly string[]
  readonly parameters: readonly Param[]
}

export interface Class {
  /** With the namespace and the classes around it; undefined: they are malformed. */
  readonly fullName: string | undefined
  readonly visibility: string
  readonly type: 'class' | 'interface'
  readonly abstract: boolean
  readonly sealed: boolean
  readonly baseTypes: readonly string[]
  readonly genericParameters: readonly string[]
  readonly methods: readonly Method[]
}

export function readClasses(heaps: Heaps, tables: Tables, budget: Budget): Class[] {
  return new ClassReader(heaps, tables, budget).read()
}

class ClassReader {
  readonly #heaps: Heaps
  readonly #tables: Tables
  readonly #budget: Budget
  readonly #types: TypeTexts
  readonly #generics: ReadonlyMap<string, readonly string[]>
  readonly #interfaces: ReadonlyMap<number, readonly RowRef[]>
  readonly #enclosing: ReadonlyMap<number, number>

  constructor(heaps: Heaps, tables: Tables, budget: Budget) {
    this.#heaps = heaps
    this.#tables = tables
    this.#budget = budget
    this.#types = new TypeTexts(heaps, tables, (row) => this.#fullName(row))
    this.#generics = genericsOf(heaps, tables)
    this.#interfaces = interfacesOf(tables)
    this.#enclosing = enclosingOf(tables)
  }

  read(): Class[] {
    const classes: Class[] = []
    for (let row = 0; row < this.#tables.rows(table.typeDef); row++) {
      if (row % 64 === 0) this.#budget.checkTime()
      const name = this.#string(table.typeDef, row, 1)
      // The methods and fields outside of classes belong to a class of this name.
      if (name !== undefined && name !== '' && name !== '<Module>') classes.push(this.#class(row))
    }
    return classes
  }

  #class(row: number): Class {
    const flags = this.#tables.value(table.typeDef, row, 0)
    const generics = { ofClass: this.#genericsOf(table.typeDef, row), ofMethod: [] }
    const bases = [this.#tables.ref(table.typeDef, row, 3), ...(this.#interfaces.get(row) ?? [])]
    return {
      fullName: this.#fullName(row),
      visibility: classVisibilities[flags & 7]!,
      type: (flags & flagsInterface) === 0 ? 'class' : 'interface',
      abstract: (flags & 0x80) !== 0,
      sealed: (flags & 0x100) !== 0,
      baseTypes: bases.map((base) => this.#types.ofRow(base, generics)).filter((text) => text !== undefined),
      genericParameters: generics.ofClass,
      methods: this.#methods(row, generics),
    }
  }

  #methods(row: number, generics: Generics): Method[] {
    const all = this.#tables.rows(table.methodDef)
    const first = this.#tables.index(table.typeDef, row, 5)
    const isLast = row + 1 === this.#tables.rows(table.typeDef)
    const end = isLast ? all : this.#tables.index(table.typeDef, row + 1, 5)
    const methods: Method[] = []
    if (end > all) return methods
    for (let index = first; index < end; index++) {
      const method = this.#method(index, generics)
      if (method !== undefined) methods.push(method)
    }
    return methods
  }

  #method(row: number, { ofClass }: Generics): Method | undefined {
    const name = this.#string(table.methodDef, row, 3)
    const bytes = this.#heaps.blob(this.#tables.value(table.methodDef, row, 4))
    if (name === undefined || bytes === undefined) return undefined
    const generics = { ofClass, ofMethod: this.#genericsOf(table.methodDef, row) }
    const place: Place = { bytes, at: 1, depth: 0 }
    if (((bytes[0] ?? 0) & signatureIsGeneric) !== 0 && readNumber(place) === undefined) return undefined
    const count = readNumber(place)
    const returnType = count === undefined ? undefined : this.#types.read(place, generics)
    if (count === undefined || returnType === undefined) return undefined
    const parameters = this.#parameters(row, count, { place, generics })
    if (parameters === undefined) return undefined
    const flags = this.#tables.value(table.methodDef, row, 2)
    return {
      name,
      visibility: methodVisibilities[flags & 7]!,
      abstract: (flags & 0x400) !== 0,
      static: (flags & 0x10) !== 0,
      virtual: (flags & 0x40) !== 0,
      final: (flags & 0x20) !== 0,
      returnType: name === '.ctor' || name === '.cctor' ? undefined : returnType,
      genericParameters: generics.ofMethod,
      parameters,
    }
  }

  #parameters(
    method: number,
    count: number,
    { place, generics }: { place: Place; generics: Generics },
  ): Param[] | undefined {
    const first = this.#tables.index(table.methodDef, method, 5)
    const parameters: Param[] = []
    while (parameters.length < count) {
      const type = this.#types.read(place, generics)
      if (type === undefined) return undefined
      const row = first + parameters.length
      const name = row < this.#tables.rows(table.param) ? this.#string(table.param, row, 2) : undefined
      parameters.push({ name: name ?? `P_${parameters.length}`, type })
    }
    return parameters
  }

  /** `Namespace.Outer.Inner`. */
  #fullName(typeDef: number): string | undefined {
    const parts: string[] = []
    let row: number | undefined = typeDef
    while (row !== undefined) {
      if (row >= this.#tables.rows(table.typeDef) || parts.length >= maxNesting) return undefined
      const name = this.#string(table.typeDef, row, 1)
      if (name === undefined || name === '') return undefined
      parts.push(plainName(name))
      const namespace = this.#string(table.typeDef, row, 2)
      if (namespace !== undefined && namespace !== '') parts.push(namespace)
      const isNested: boolean = (this.#tables.value(table.typeDef, row, 0) & 7) >= 2
      row = isNested ? this.#enclosing.get(row) : undefined
    }
    const text = parts.toReversed().join('.')
    return this.#heaps.charge(text.length) ? text : undefined
  }

  #genericsOf(owner: number, row: number): readonly string[] {
    return this.#generics.get(`${owner} ${row}`) ?? []
  }

  #string(number: number, row: number, column: number): string | undefined {
    return this.#heaps.string(this.#tables.value(number, row, column))
  }
}

/** The names of type parameters by the table and row of what they belong to. */
function genericsOf(heaps: Heaps, tables: Tables): Map<string, string[]> {
  const generics = new Map<string, string[]>()
  for (let row = 0; row < tables.rows(table.genericParam); row++) {
    const owner = tables.ref(table.genericParam, row, 2)
    const name = heaps.string(tables.value(table.genericParam, row, 3))
    if (name === undefined) continue
    const key = `${owner.table} ${owner.row}`
    const names = generics.get(key)
    if (names === undefined) generics.set(key, [name])
    else names.push(name)
  }
  return generics
}

function interfacesOf(tables: Tables): Map<number, RowRef[]> {
  const interfaces = new Map<number, RowRef[]>()
  for (let row = 0; row < tables.rows(table.interfaceImpl); row++) {
    const owner = tables.index(table.interfaceImpl, row, 0)
    const ref = tables.ref(table.interfaceImpl, row, 1)
    const refs = interfaces.get(owner)
    if (refs === undefined) interfaces.set(owner, [ref])
    else refs.push(ref)
  }
  return interfaces
}

/** The class around a class: the first that is not the class itself. */
function enclosingOf(tables: Tables): Map<number, number> {
  const enclosing = new Map<number, number>()
  for (let row = 0; row < tables.rows(table.nestedClass); row++) {
    const nested = tables.index(table.nestedClass, row, 0)
    const outer = tables.index(table.nestedClass, row, 1)
    if (nested !== outer && !enclosing.has(nested)) enclosing.set(nested, outer)
  }
  return enclosing
}
