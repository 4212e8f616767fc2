// The golden samples: containers made by the real tools (test/golden/make), stored encoded, one file a format in
// test/golden/samples, one JSON object a line.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'

export interface GoldenSample {
  /** A sentence without the format's name: `solid, with an encrypted header`. */
  readonly title: string
  /** How it was made: the command and the program's version, or the specification for one made by hand. */
  readonly made: string
  /** Ids of the lines of src/engine/formats/catalog.ts that it proves. */
  readonly covers: readonly string[]
  /** Where the payload must be found: names from the first member to the last joined with ` → `; '' is the file itself. */
  readonly finds: readonly string[]
  /** What is not read, exactly: `code names`, as in `encrypted secret.txt`. */
  readonly reasons?: readonly string[]
  /** Heuristics that must fire, as `name names`. */
  readonly suspects?: readonly string[]
  readonly passwords?: readonly string[]
  readonly bytes: Uint8Array
}

const goldenFolder = join(import.meta.dirname, '../golden/samples')

/** The harmless mark for places where the EICAR file cannot stand as an object of its own, such as macro text. */
export const payload = ['haechi', 'harmless', 'test', 'payload', '6b1f'].join('-')

/** A rule that finds the payload anywhere in any object. */
export const payloadRule = `rule Haechi_Test_Payload { strings: $a = "${payload}" condition: $a }\n`

export function goldenIds(): string[] {
  return readdirSync(goldenFolder)
    .filter((name) => name.endsWith('.ndjson'))
    .map((name) => basename(name, '.ndjson'))
    .toSorted()
}

/** None where the format has no file. */
export function goldenSamples(id: string): GoldenSample[] {
  let lines: string
  try {
    lines = readFileSync(join(goldenFolder, `${id}.ndjson`), 'utf8')
  } catch {
    return []
  }
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { data, ...rest } = JSON.parse(line) as Omit<GoldenSample, 'bytes'> & { data: string }
      return { ...rest, bytes: new Uint8Array(zstdDecompressSync(Buffer.from(data, 'base64'))) }
    })
}

/** Replaces the samples of one format. */
export function writeGoldenSamples(id: string, samples: readonly GoldenSample[]): void {
  const lines = samples.map(
    ({ bytes, ...rest }) =>
      `${JSON.stringify({ ...rest, data: zstdCompressSync(bytes).toString('base64') })}\n`,
  )
  mkdirSync(goldenFolder, { recursive: true })
  writeFileSync(join(goldenFolder, `${id}.ndjson`), lines.join(''))
}
