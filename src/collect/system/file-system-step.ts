// Step 7: the timeline of every local file system, what is out of the ordinary in it, and what its programs are.

import { setImmediate as breathe } from 'node:timers/promises'

import { readMounts } from '../../platform/linux/mounts.ts'
import type { CollectItem, CollectStep, StepContext } from '../step.ts'
import { bytesOf, textOf } from './byte-path.ts'
import { FileWalk } from './file-walk.ts'
import { Tag } from './folder-tags.ts'
import { Host } from './host.ts'
import { foreignStarts, planWalk, type WalkStart } from './host-mounts.ts'
import { readGroup, readPasswd } from './owners.ts'
import { verifyPackages } from './package-verification.ts'
import { Programs, type ScanFile } from './programs.ts'
import { type FoundFile, Survey } from './survey.ts'
import { webRootsOf } from './web-roots.ts'

export interface FileSystemOptions {
  readonly scan?: ScanFile
}

const workMs = 30
const recentSeconds = 30 * 86_400
const maxRecent = 20_000
/** Of the time of the step, what the walk may take; the rest is for digests. */
const walkShare = 0.5

export function fileSystemStep(options: FileSystemOptions): CollectStep {
  return {
    id: 'file-system',
    title: 'Timeline of all local file systems, special files, digests of programs',
    profiles: ['full'],
    maxMs: { quick: 30_000, full: 40 * 60_000 },
    async *collect(context) {
      using host = new Host(context)
      const webRoots = webRootsOf(host)
      const survey = new Survey({ known: knownOwners(host), webRoots: new Set([...webRoots].map(bytesOf)) })
      const timeline = new Timeline(host, survey)
      yield { kind: 'bytes', name: 'bodyfile', chunks: timeline.chunks() }
      // Also when nobody wanted the lines.
      await timeline.finish()
      yield { kind: 'rows', name: 'file-systems', rows: timeline.fileSystems }
      yield { kind: 'rows', name: 'special-files', rows: survey.special }
      yield { kind: 'rows', name: 'recent-programs', rows: recentPrograms(survey) }
      yield { kind: 'rows', name: 'exposed-files', rows: exposedOf(survey).map(exposedRow) }
      yield* exposedFiles(host, survey)
      const programs = new Programs(host, options.scan)
      const scanned =
        options.scan === undefined
          ? []
          : exposedOf(survey).filter(({ isProgram, size }) => !isProgram && size > 0)
      yield { kind: 'rows', name: 'programs', rows: programs.rows([...scanned, ...survey.programs]) }
      yield { kind: 'rows', name: 'package-verification', rows: verifyPackages(host) }
    },
  }
}

interface FileSystemRow {
  readonly mounted_at: string
  readonly type: string
  readonly device: string
  readonly state: 'walked' | 'part' | 'left out'
  readonly names: number
  readonly why: string | null
}

/** One walk, however its lines are taken. */
class Timeline {
  readonly fileSystems: FileSystemRow[] = []
  readonly #host: Host
  readonly #survey: Survey
  readonly #lines: AsyncGenerator<Uint8Array>
  readonly #endMs: number

  constructor(host: Host, survey: Survey) {
    this.#host = host
    this.#survey = survey
    this.#endMs = host.context.leftMs() * (1 - walkShare)
    this.#lines = this.#walk()
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    // Not `for await`: whoever stops taking lines must not end the walk.
    for (;;) {
      const next = await this.#lines.next()
      if (next.done === true) return
      yield next.value
    }
  }

  async finish(): Promise<void> {
    while ((await this.#lines.next()).done !== true) await breathe()
  }

  async *#walk(): AsyncGenerator<Uint8Array> {
    const { context, root } = this.#host
    const plan = planWalk(readMounts(), bytesOf(root))
    for (const { point, fsType, why } of plan.leftOut)
      this.#tellLeftOut({ point: textOf(point), fsType, why })
    const foreign = root === '' ? foreignStarts(plan) : []
    for (const start of [...plan.starts, ...foreign]) yield* this.#walkOne(start)
    for (const [name, count] of this.#survey.leftOut) context.note(`${count} more ${name} are not listed`)
  }

  async *#walkOne(start: WalkStart): AsyncGenerator<Uint8Array> {
    const { context } = this.#host
    const before = this.#survey.names
    let state: FileSystemRow['state'] = 'walked'
    const walk = FileWalk.start({ start, visitor: this.#survey, note: (text) => context.note(text) })
    if (walk === undefined) state = 'left out'
    else {
      using open = walk
      while (open.work(workMs)) {
        yield this.#survey.takeLines()
        await breathe()
        if (context.leftMs() > this.#endMs) continue
        state = 'part'
        context.note(`the time was over: the timeline ends in ${open.place}`)
        break
      }
      yield this.#survey.takeLines()
    }
    this.fileSystems.push({
      mounted_at: textOf(start.shown === '' ? '/' : start.shown),
      type: start.fsType,
      device: start.device,
      state,
      names: this.#survey.names - before,
      why: null,
    })
  }

  #tellLeftOut({ point, fsType, why }: { point: string; fsType: string; why: string }): void {
    if (why !== 'made by the kernel')
      this.#host.context.note(`${point} (${fsType}) was left out of the timeline: ${why}`)
    this.fileSystems.push({ mounted_at: point, type: fsType, device: '', state: 'left out', names: 0, why })
  }
}

function knownOwners(host: Host): { users: ReadonlySet<number>; groups: ReadonlySet<number> } {
  return {
    users: new Set(readPasswd(host).map(({ uid }) => uid)),
    groups: new Set(readGroup(host).map(({ gid }) => gid)),
  }
}

/** Those whose content or attributes changed within 30 days before the last change of anything; the last ones first. */
function recentPrograms({ programs, newestSeconds }: Survey): object[] {
  return programs
    .filter(({ changedSeconds }) => changedSeconds >= newestSeconds - recentSeconds)
    .toSorted((a, b) => b.changedSeconds - a.changedSeconds)
    .slice(0, maxRecent)
    .map(exposedRow)
}

function exposedOf({ served, temporary }: Survey): FoundFile[] {
  return [...served, ...temporary]
}

function exposedRow({ path, size, changedSeconds, isProgram }: FoundFile): object {
  return {
    path: textOf(path),
    size,
    changed: new Date(changedSeconds * 1000).toISOString(),
    program: isProgram,
  }
}

/** Files at temporary places and below web roots, whole; and what gives privileges or hides and lies outside of them. */
async function* exposedFiles(host: Host, survey: Survey): AsyncGenerator<CollectItem> {
  const { context } = host
  const given = new Set<string>()
  const paths = [
    ...survey.special
      .filter(({ reasons }) => reasons.some((reason) => telling.has(reason)))
      .map(({ path }) => path),
    ...exposedOf(survey)
      .filter(({ tag }) => (tag & Tag.containers) === 0)
      .map(({ path }) => textOf(path)),
  ]
  for (const path of paths) {
    if (isOver(context)) {
      context.note('the time was over before all files at temporary places and below web roots were taken')
      return
    }
    if (given.has(path)) continue
    given.add(path)
    const item = host.item(path)
    if (item !== undefined) yield item
    if (given.size % 256 === 0) await breathe()
  }
}

const telling: ReadonlySet<string> = new Set(['file-among-devices', 'odd-name', 'program-hidden'])

function isOver(context: StepContext): boolean {
  return context.leftMs() <= 0
}
