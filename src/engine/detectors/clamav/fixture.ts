// For tests: databases written as text, objects given as bytes, the names that are found.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { Image } from '../../image.ts'
import { Budget, defaultLimits } from '../../limits.ts'
import { MatcherBuilder } from '../../matcher/compile/builder.ts'
import { headBytes } from '../../scan-object.ts'
import { Sweep } from '../../signatures/sweep.ts'
import { bytesSource } from '../../source/byte-source.ts'
import { type CompiledClamav, compileClamav } from './compile.ts'
import { createClamavDetector } from './detector.ts'
import { type ClamavDatabase, readClamav } from './read-clamav.ts'

/** Content by the name of its file. */
export type Databases = Readonly<Record<string, string | readonly string[]>>

export interface Loaded {
  readonly database: ClamavDatabase
  readonly compiled: CompiledClamav
  /** The names found in an object, without `.UNOFFICIAL`. */
  names(object: string | Uint8Array): string[]
  /** The same for objects within each other, from the outermost. */
  namesWithin(chain: readonly Nested[]): string[]
  offsets(object: string | Uint8Array): Readonly<Record<string, number>>
}

export interface Nested {
  readonly name: string
  readonly bytes: Uint8Array
}

export function load(databases: Databases): Loaded {
  const folder = mkdtempSync(join(tmpdir(), 'haechi-clamav-'))
  try {
    for (const [name, content] of Object.entries(databases)) {
      const text = typeof content === 'string' ? content : content.join('\n')
      writeFileSync(join(folder, name), Buffer.from(`${text}\n`, 'latin1'))
    }
    return loadedFrom(readClamav([folder]))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function loadedFrom(database: ClamavDatabase): Loaded {
  const matcher = new MatcherBuilder()
  const compiled = compileClamav(database, matcher)
  const image = Image.of({ ...matcher.build(), ...compiled.tables })
  const detector = createClamavDetector({ image, sweep: new Sweep(image, { all: false }) })
  const found = (chain: readonly Nested[]): { name: string; offset: number }[] => {
    const all: { name: string; offset: number }[] = []
    for (const [depth, { bytes }] of chain.entries()) {
      detector.detect(
        {
          chain: chain.slice(0, depth + 1).map(({ name }) => name),
          depth,
          source: bytesSource(bytes),
          head: bytes.subarray(0, headBytes),
        },
        {
          budget: new Budget(defaultLimits),
          file: { path: '', owner: '' },
          report: (name, offset) => void all.push({ name: name.replace(/\.UNOFFICIAL$/, ''), offset }),
          suspect: () => assert.fail(),
          incomplete: () => undefined,
        },
      )
    }
    return all
  }
  return {
    database,
    compiled,
    names: (object) => found([{ name: 'object', bytes: bytesOf(object) }]).map(({ name }) => name),
    namesWithin: (chain) => found(chain).map(({ name }) => name),
    offsets: (object) =>
      Object.fromEntries(
        found([{ name: 'object', bytes: bytesOf(object) }]).map(({ name, offset }) => [name, offset]),
      ),
  }
}

export function bytesOf(object: string | Uint8Array): Uint8Array {
  return typeof object === 'string' ? Buffer.from(object, 'latin1') : object
}

/** Text as hexadecimal digits. */
export function hex(text: string): string {
  return Buffer.from(text, 'latin1').toString('hex')
}

/** What makes an object no text: nothing of it is normalised. */
export const binary = '\0\u0001\u0002\u0003\0\0\0\0'
