// Packages for tests: steps from lists of items, files of memory, a sink of memory.

import { generateKeyPairSync } from 'node:crypto'

import {
  type KnowingSource,
  type PackageSink,
  writePackage,
  type WriteOptions,
  type WriteResult,
} from '../../src/collect/package/index.ts'
import type { CollectItem, CollectStep, FileItem, StepContext } from '../../src/collect/step.ts'
import type { TreeFile } from '../../src/evidence/tree.ts'

export const signingKey = generateKeyPairSync('ed25519').privateKey

export function memorySink(): PackageSink & { bytes(): Buffer; isFinished(): boolean } {
  const pieces: Uint8Array[] = []
  let isFinished = false
  return {
    write: async (bytes) => void pieces.push(bytes),
    finish: async () => {
      isFinished = true
    },
    abandon: () => Promise.resolve(),
    bytes: () => Buffer.concat(pieces),
    isFinished: () => isFinished,
  }
}

export function stepOf(
  id: string,
  collect: (
    context: StepContext,
  ) => AsyncIterable<CollectItem> | Iterable<CollectItem> | Promise<Iterable<CollectItem>>,
  maxMs = 60_000,
): CollectStep {
  return {
    id,
    title: `Step ${id}`,
    profiles: ['quick', 'full'],
    maxMs: { quick: maxMs, full: maxMs },
    async *collect(context) {
      yield* await collect(context)
    },
  }
}

export interface FakeFile extends Partial<TreeFile> {
  readonly path: string
  readonly volume?: string
  readonly stream?: string
  readonly source?: Partial<KnowingSource>
  readonly content?: Uint8Array | string
}

/** A regular file unless its facts say something else. */
export function fileItem({ volume, stream, source, content, ...facts }: FakeFile): FileItem {
  const bytes = Buffer.from(content ?? '')
  return {
    kind: 'file',
    file: { kind: 'file', size: bytes.length, times: { modified: '2026-11-22T10:00:00Z' }, ...facts },
    ...(volume === undefined ? {} : { volume }),
    ...(stream === undefined ? {} : { stream }),
    open: () => ({
      path: facts.path,
      size: bytes.length,
      read: (offset, length) => bytes.subarray(offset, offset + length),
      [Symbol.dispose]: () => undefined,
      ...source,
    }),
  }
}

export function writeSteps(
  steps: readonly CollectStep[],
  sink: PackageSink,
  options: Partial<WriteOptions> = {},
): Promise<WriteResult> {
  const limits = { maxBytes: 1e12, maxFileBytes: 1e11, maxMs: 60_000, maxFileMs: 60_000, ...options.limits }
  return writePackage({
    steps,
    profile: 'full',
    root: '',
    facts: {
      caseId: 'case-1',
      examiner: 'Ada',
      notes: '',
      tool: { name: 'haechi', version: '1.0.0', sha256: '0'.repeat(64) },
      command: ['haechi', 'collect'],
      host: { hostname: 'h' },
      clock: { timeZone: 'UTC' },
    },
    sink,
    signingKey,
    ...options,
    limits,
  })
}

/** A package of these items in memory. */
export async function packageOf(
  items: readonly CollectItem[],
  options: Partial<WriteOptions> = {},
): Promise<Buffer> {
  const sink = memorySink()
  await writeSteps([stepOf('files', () => items)], sink, options)
  return sink.bytes()
}

/** As a source of `verifyPackage`, in pieces of any size. */
export async function* piecesOf(bytes: Uint8Array, pieceBytes = 50_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    await Promise.resolve()
    yield bytes.subarray(at, at + pieceBytes)
  }
}
