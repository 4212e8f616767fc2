// The zod schema of haechi.toml, built from the option table. Everything is optional here: defaults are laid
// underneath in config.ts, so that a second file changes only what it names. Loaded only when a file exists.

import * as z from 'zod/mini'

import { incidentLevels, responseActions } from '../model/index.ts'
import { type Option, placeKinds, type Section } from './option.ts'
import { sectionTable } from './options.ts'
import { parseDuration, parseSize } from './units.ts'

const text = z.string().check(z.minLength(1))
const place = z.union([text, z.strictObject({ path: text, kind: z.optional(z.enum(placeKinds)) })])

const keyFile = z.optional(text)
const insecure = z._default(z.boolean(), false)
const source = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('clamav'),
    name: text,
    url: text,
    databases: z._default(z.array(text), ['main', 'daily', 'bytecode']),
    key: keyFile,
    insecure,
  }),
  z.strictObject({
    kind: z.literal('archive'),
    name: text,
    url: text,
    sha256: z.optional(text),
    signature: z.optional(text),
    key: keyFile,
    insecure,
  }),
  z.strictObject({ kind: z.literal('folder'), name: text, path: text, key: keyFile }),
])

/** The check of one option; what it accepts comes out as the program uses it. */
function optionSchema(option: Option): z.ZodMiniType {
  switch (option.kind) {
    case 'boolean':
      return z.boolean()
    case 'count':
      return z.int().check(z.minimum(option.least), z.maximum(option.most))
    case 'size':
      return quantity([z.string(), z.int()], parseSize, option.least)
    case 'duration':
      return quantity([z.string()], parseDuration, option.least)
    case 'choice':
      return z.enum(option.choices)
    case 'text':
      return z.string()
    case 'path':
      return option.mayBeEmpty === true ? z.string() : text
    case 'texts':
    case 'paths':
    case 'rules':
      return z.array(text)
    case 'users':
      return z.pipe(
        z.array(z.union([text, z.int().check(z.minimum(0))])),
        z.transform((users) => users.map(String)),
      )
    case 'places':
      return z.pipe(
        z.array(place),
        z.transform((places) =>
          places.map((one) =>
            typeof one === 'string'
              ? { path: one, kind: 'directory' }
              : { path: one.path, kind: one.kind ?? 'directory' },
          ),
        ),
      )
    case 'sources':
      return z.array(source)
    case 'responses':
      return z.array(z.strictObject({ level: z.enum(incidentLevels), action: z.enum(responseActions) }))
  }
}

function quantity(
  accepted: readonly [z.ZodMiniType<string>, ...z.ZodMiniType<number>[]],
  parse: (text: string) => number | undefined,
  least: number,
): z.ZodMiniType {
  const read = (value: string | number): number | undefined =>
    typeof value === 'number' ? value : parse(value)
  return z.pipe(
    z.union(accepted).check(z.refine((value) => (read(value) ?? -1) >= least)),
    z.transform((value) => read(value)),
  )
}

function sectionSchema(section: Section, nested: Record<string, z.ZodMiniType> = {}): z.ZodMiniType {
  const shape = Object.entries(section.options).map(([key, option]) => [
    key,
    z.optional(optionSchema(option).check(z.describe(option.about))),
  ])
  return z.optional(z.strictObject({ ...Object.fromEntries(shape), ...nested }))
}

export const fileSchema = z.strictObject({
  scan: sectionSchema(sectionTable.scan),
  engine: sectionSchema(sectionTable.engine),
  gate: sectionSchema(sectionTable.gate, { exclude: sectionSchema(sectionTable['gate.exclude']) }),
  quarantine: sectionSchema(sectionTable.quarantine),
  daemon: sectionSchema(sectionTable.daemon),
  sensors: sectionSchema(sectionTable.sensors),
  rules: sectionSchema(sectionTable.rules),
  response: sectionSchema(sectionTable.response),
  collect: sectionSchema(sectionTable.collect),
  store: sectionSchema(sectionTable.store),
  outputs: sectionSchema(sectionTable.outputs),
  clamd: sectionSchema(sectionTable.clamd),
  update: sectionSchema(sectionTable.update),
})
