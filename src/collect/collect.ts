// A collection from its request to a package: limits and place are checked before anything is read, then the steps run at low
// priority, and what they give goes out as one stream.

import { setPriority } from 'node:os'
import { dirname, resolve } from 'node:path'
import type { Writable } from 'node:stream'

import { type CaseRequest, caseFacts } from './case-facts.ts'
import type { Collection } from './collection.ts'
import { checkOutput, roomIn } from './disks.ts'
import { checkRecipients } from './package/age.ts'
import type { PackageLimits } from './package/case-file.ts'
import { fileSink, type PackageSink, streamSink } from './package/sink.ts'
import { type PackageProgress, writePackage, type WriteResult } from './package/write-package.ts'
import { type Signing, signingKey } from './signing.ts'
import type { HostContext, Profile } from './step.ts'

export interface CollectOptions {
  readonly source?: string
  readonly profile: Profile
  /** A file, or a stream. */
  readonly output: string | Writable
  readonly allowSameDisk: boolean
  /** Absent: as the profile says. */
  readonly maxBytes?: number
  readonly maxFileBytes?: number
  readonly maxMs?: number
  readonly case: CaseRequest
  readonly host: HostContext
  readonly keyFile?: string
  readonly stateFolder: string
  /** Public keys of age. */
  readonly recipients: readonly string[]
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: PackageProgress) => void
}

export interface Collected extends WriteResult {
  readonly key: Signing['kind']
  readonly limits: PackageLimits
}

const limitsOf: Readonly<Record<Profile, PackageLimits>> = {
  quick: { maxBytes: 4 * 1024 ** 3, maxFileBytes: 1024 ** 3, maxMs: 60_000, maxFileMs: 20_000 },
  full: {
    maxBytes: 256 * 1024 ** 3,
    maxFileBytes: 16 * 1024 ** 3,
    maxMs: 6 * 3_600_000,
    maxFileMs: 30 * 60_000,
  },
}

/** A quick collection must be done in a minute, also on a host that somebody keeps busy. */
const nice: Readonly<Record<Profile, number>> = { quick: 5, full: 15 }

/** Throws AppError: the output lies on the examined disk, there is no room, a key is none, the package cannot be written. */
export async function collect(collection: Collection, options: CollectOptions): Promise<Collected> {
  const { profile, source, output, allowSameDisk, host, recipients, signal, onProgress } = options
  const folder = typeof output === 'string' ? dirname(resolve(output)) : undefined
  if (folder !== undefined) checkOutput({ folder, allowSameDisk }, collection, source)
  const limits = limitsFor(options, folder)
  const { key, kind } = signingKey({
    ...(options.keyFile === undefined ? {} : { keyFile: options.keyFile }),
    stateFolder: options.stateFolder,
    mayWrite: collection.kind !== 'live' || allowSameDisk,
  })
  // Said before the package is begun.
  checkRecipients(recipients)
  const facts = caseFacts(options.case, collection, source)
  const sink = await openSink(output)
  // Of threads that are started from here on, too; the scheduler of the disk follows it.
  setPriority(nice[profile])
  const result = await writePackage({
    steps: collection.steps,
    profile,
    root: collection.root,
    host,
    facts,
    limits,
    sink,
    signingKey: key,
    recipients,
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { progress: onProgress }),
  })
  return { ...result, key: kind, limits }
}

function limitsFor({ profile, ...given }: CollectOptions, folder: string | undefined): PackageLimits {
  const usual = limitsOf[profile]
  const room = folder === undefined ? Infinity : roomIn(folder)
  return {
    maxBytes: Math.min(given.maxBytes ?? usual.maxBytes, room),
    maxFileBytes: given.maxFileBytes ?? usual.maxFileBytes,
    maxMs: given.maxMs ?? usual.maxMs,
    maxFileMs: usual.maxFileMs,
  }
}

function openSink(output: string | Writable): PackageSink | Promise<PackageSink> {
  return typeof output === 'string' ? fileSink(resolve(output)) : streamSink(output)
}
