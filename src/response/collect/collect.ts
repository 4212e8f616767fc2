// Starts a collection of evidence: the program itself as a process of its own, so that neither a daemon under load nor its memory
// are in the way. It is not waited for; it lowers its own priority. What it says stands in a file beside the package.

import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, statfsSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

import { AppError, messageOf } from '../../base/app-error.ts'
import { formatted } from './amount.ts'
import type { Action, ActionContext, CollectionSettings, Plan } from '../action.ts'

const program = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))
const extension = '.tar.zst'
const packageName = /^haechi-.*\.tar\.zst(?:\.age)?(?:\.partial)?$/
/** Below it a package holds nothing of use. */
const leastBytes = 1024 ** 2
const maxSuspects = 64
/** Until then it has begun, or said why not. */
const beginMs = 15_000
const maxMessage = 2000

export const collectEvidence: Action = {
  // Refusals reject, as those of every other action.
  async plan(target, context) {
    const { collection } = context.settings
    const suspects = suspectsOf(target)
    const maxBytes = roomFor(collection)
    const last = lastBegun(collection.folder)
    const sinceMs = Date.now() - last
    if (sinceMs < collection.spacingMs && !context.force) {
      throw new AppError('permission', `a collection was begun ${formatted(sinceMs)} ago`, {
        hint: `the next one may begin ${formatted(collection.spacingMs)} after it ([collect] spacing); --force does not wait`,
      })
    }
    const path = join(collection.folder, nameOf(context.id, collection))
    return Promise.resolve(planOf(path, { suspects, maxBytes }, context))
  },

  async apply(plan, context) {
    const { collection } = context.settings
    const path = pathOf(plan)
    mkdirSync(collection.folder, { recursive: true, mode: 0o700 })
    const log = openSync(`${path}.log`, 'wx', 0o600)
    const begun = start(argumentsOf(plan, context), log)
    closeSync(log)
    return { results: [await begin(begun, path)], data: { ...plan.data, pid: begun.pid } }
  },

  undo() {
    return Promise.reject(new AppError('unsupported', 'a collection cannot be undone'))
  },
}

function planOf(
  path: string,
  { suspects, maxBytes }: { readonly suspects: readonly number[]; readonly maxBytes: number },
  { settings }: ActionContext,
): Plan {
  const { profile, encryptTo, maxTimeMs } = settings.collection
  const mebibytes = Math.floor(maxBytes / 1024 ** 2)
  return {
    action: 'collect',
    target: suspects.join(','),
    steps: [
      `collect evidence of this host (profile ${profile}, at most ${formatted(maxTimeMs)} and ${mebibytes} MiB) into ${path}`,
      ...(suspects.length === 0 ? [] : [`look closely at the processes ${suspects.join(', ')}`]),
      ...(encryptTo.length === 0 ? [] : ['encrypt it: nobody on this host can read it']),
    ],
    warnings: encryptTo.length === 0 ? ['it is not encrypted ([collect] encrypt_to)'] : [],
    isReversible: false,
    touches: {},
    data: { package: path, maxBytes },
  }
}

function argumentsOf(plan: Plan, { settings, reason, id }: ActionContext): string[] {
  const { profile, maxTimeMs, encryptTo, socket } = settings.collection
  const { maxBytes } = plan.data
  return [
    'collect',
    '--socket',
    socket,
    '--output',
    pathOf(plan),
    '--profile',
    profile,
    '--max-bytes',
    String(Number(maxBytes)),
    '--max-seconds',
    String(Math.ceil(maxTimeMs / 1000)),
    // The folder is what the configuration says.
    '--allow-same-disk',
    '--case',
    id,
    '--notes',
    reason.slice(0, maxMessage),
    ...plan.target.split(',').flatMap((pid) => (pid === '' ? [] : ['--suspect', pid])),
    ...encryptTo.flatMap((recipient) => ['--encrypt-to', recipient]),
  ]
}

function pathOf({ data }: Plan): string {
  const { package: path } = data
  if (typeof path !== 'string') throw new AppError('internal', 'the plan names no package')
  return path
}

/** Goes on when the daemon ends, as far as the service manager lets it. */
function start(args: readonly string[], log: number): ChildProcess {
  const child = spawn(process.execPath, [program, ...args], { detached: true, stdio: ['ignore', log, log] })
  child.unref()
  return child
}

/** Begun when there is a package, whole or growing; not, when the process has ended with an error before. */
async function begin(child: ChildProcess, path: string): Promise<{ text: string; ok: boolean }> {
  const failed: { text?: string } = {}
  child.once('error', (thrown) => {
    failed.text = thrown.message
  })
  for (const end = performance.now() + beginMs; performance.now() < end;) {
    if (failed.text !== undefined) return { text: `the collection did not begin: ${failed.text}`, ok: false }
    if (child.exitCode !== null && child.exitCode !== 0 && child.exitCode !== 3)
      return { text: `the collection failed: ${lastWords(path)}`, ok: false }
    if (child.exitCode !== null) return { text: `collected into ${path}`, ok: true }
    if ([path, `${path}.partial`].some((one) => statSync(one, { throwIfNoEntry: false }) !== undefined))
      return { text: `process ${child.pid} collects into ${path}`, ok: true }
    await delay(50)
  }
  return { text: `process ${child.pid} has begun to collect into ${path}`, ok: true }
}

function lastWords(path: string): string {
  try {
    return readFileSync(`${path}.log`, 'utf8').trim().slice(-maxMessage)
  } catch (thrown) {
    return messageOf(thrown)
  }
}

/** Pids, or `process.entity_id` of events, with commas; nothing for none. */
function suspectsOf(target: string): number[] {
  if (target === '' || target === 'host') return []
  const parts = target.split(',')
  if (parts.length > maxSuspects) throw new AppError('usage', `there are more than ${maxSuspects} processes`)
  return parts.map((part) => {
    const [, ofEntity, plain] = /^(?:[\da-f]{8}:(\d+):\d+|(\d+))$/.exec(part) ?? []
    const pid = Number(ofEntity ?? plain ?? 0)
    if (Number.isSafeInteger(pid) && pid > 0 && pid <= 2 ** 22) return pid
    throw new AppError('usage', `${part} is no process`, {
      hint: 'give pids with commas between, or nothing',
    })
  })
}

/** In bytes: as the settings say, or as is free. */
function roomFor({ folder, maxBytes, leastFreeBytes }: CollectionSettings): number {
  if (!isAbsolute(folder))
    throw new AppError('config-invalid', `[collect] folder is no absolute path: ${folder}`)
  const { bavail, bsize } = statfsSync(existingFolder(folder))
  const room = Math.min(maxBytes, bavail * bsize - leastFreeBytes)
  if (room >= leastBytes) return room
  throw new AppError('permission', `there is no room for a collection in ${folder}`, {
    hint: 'make room, or change [collect] folder or least_free_bytes',
  })
}

function existingFolder(folder: string): string {
  for (let at = folder; ; at = join(at, '..')) {
    if (at === '/' || statSync(at, { throwIfNoEntry: false })?.isDirectory() === true) return at
  }
}

/** When the last package of the folder was begun, in ms since 1970; 0 for never. Also what other hosts put there counts. */
function lastBegun(folder: string): number {
  let names: readonly string[]
  try {
    names = readdirSync(folder)
  } catch {
    return 0
  }
  return names
    .filter((name) => packageName.test(name))
    .reduce((last, name) => {
      const { birthtimeMs = 0 } = statSync(join(folder, name), { throwIfNoEntry: false }) ?? {}
      return Math.max(last, birthtimeMs)
    }, 0)
}

function nameOf(id: string, { encryptTo }: CollectionSettings): string {
  const host = hostname().replaceAll(/[^\w.-]/g, '_')
  return `haechi-${host}-${id}${extension}${encryptTo.length === 0 ? '' : '.age'}`
}
