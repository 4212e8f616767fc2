// SCAN, CONTSCAN, MULTISCAN and ALLMATCHSCAN: from a path to the lines of a reply.

import { type Answer, answerLines, answerOf, pathFault } from './replies.ts'
import type { Reply } from './reply.ts'
import type { ClamdServices } from './services.ts'
import type { ClamdSettings } from './settings.ts'
import { filesBelow, type Found, kindOf } from './walk.ts'

export interface ScanContext {
  readonly services: ClamdServices
  readonly settings: ClamdSettings
}

export interface PathScan {
  readonly command: 'SCAN' | 'CONTSCAN' | 'MULTISCAN' | 'ALLMATCHSCAN'
  /** Bytes in a latin1 string. */
  readonly path: string
}

/** Writes the whole reply. Throws Gone, TimedOut. */
export async function scanPath(context: ScanContext, scan: PathScan, reply: Reply): Promise<void> {
  const { command } = scan
  const path = withoutTrailingSlashes(scan.path)
  const kind = await kindOf(path, { follow: context.settings.followSymlinks })
  if (typeof kind === 'object') {
    await reply.fault(`${path}: ${pathFault(kind.code)}`)
    return
  }
  switch (kind) {
    case 'file':
      await new Scanner(context, { command, path }, reply).one(path)
      return
    case 'directory':
      await new Scanner(context, { command, path }, reply).below(path)
      return
    case 'special':
      await reply.fault(`${path}: Not supported file type`)
      await reply.line(`${path}: OK`)
      return
    case 'link':
    case 'lost':
      // As clamd: MULTISCAN says nothing about a link that leads to no file.
      if (kind === 'link' || command !== 'MULTISCAN') await reply.line(`${path}: OK`)
  }
}

/** A directory, and a link to one, is the same with a slash behind it. */
function withoutTrailingSlashes(path: string): string {
  let end = path.length
  while (end > 1 && path[end - 1] === '/') end--
  return path.slice(0, end)
}

class Scanner {
  readonly #context: ScanContext
  readonly #scan: PathScan
  readonly #reply: Reply
  #found = 0
  #errors = 0

  constructor(context: ScanContext, scan: PathScan, reply: Reply) {
    this.#context = context
    this.#scan = scan
    this.#reply = reply
  }

  async one(path: string): Promise<void> {
    const answer = await this.#judge(path, this.#context.settings.followSymlinks)
    if (answer !== undefined) await this.#tell(path, answer)
  }

  /**
   * A directory in which everything was read and nothing found is OK as a whole; unlike with clamd it is not when
   * something could not be read.
   */
  async below(root: string): Promise<void> {
    const { command } = this.#scan
    const files = filesBelow(root, this.#context.settings.maxDirectoryRecursion)
    await (command === 'MULTISCAN' ? this.#together(files) : this.#inTurn(files))
    if (command !== 'MULTISCAN' && this.#found === 0 && this.#errors === 0) {
      await this.#reply.line(`${root}: OK`)
    }
  }

  async #inTurn(files: AsyncGenerator<Found>): Promise<void> {
    const stopsEarly = this.#scan.command !== 'CONTSCAN'
    for await (const found of files) {
      await this.#member(found)
      if (this.#reply.gone.aborted || (stopsEarly && this.#found > 0)) return
    }
  }

  async #together(files: AsyncGenerator<Found>): Promise<void> {
    const { parallel } = this.#context.settings
    const running = new Set<Promise<void>>()
    const failures: unknown[] = []
    for await (const found of files) {
      const one: Promise<void> = this.#member(found)
        .catch((thrown: unknown) => void failures.push(thrown))
        .finally(() => running.delete(one))
      running.add(one)
      if (running.size >= parallel) await Promise.race(running)
      if (failures.length > 0 || this.#reply.gone.aborted) break
    }
    await Promise.all(running)
    if (failures.length > 0) throw failures[0]
  }

  /** Something inside of a directory: said only when it is not clean. */
  async #member(found: Found): Promise<void> {
    const { path } = found
    if (found.kind === 'problem') {
      const message = found.code === 'EDEPTH' ? 'Directory recursion limit reached.' : pathFault(found.code)
      await this.#tell(path, { kind: 'error', message })
      return
    }
    const answer = await this.#judge(path, false)
    if (answer !== undefined && answer.kind !== 'ok') await this.#tell(path, answer)
  }

  async #judge(path: string, follow: boolean): Promise<Answer | undefined> {
    const { services, settings } = this.#context
    const { command } = this.#scan
    const judged = await services.scan({
      target: { kind: 'path', path, follow },
      label: `${command} ${path}`,
      allMatches: command === 'ALLMATCHSCAN',
      signal: this.#reply.gone,
    })
    const isMember = path !== this.#scan.path
    // Gone, or turned into something that is not scanned, since it was listed.
    if (isMember && judged.kind === 'unopened' && (judged.code === 'ENOENT' || judged.code === 'ELOOP')) {
      return undefined
    }
    if (isMember && judged.kind === 'special') return undefined
    return answerOf(judged, settings.onPartial)
  }

  async #tell(path: string, answer: Answer): Promise<void> {
    if (answer.kind === 'found') {
      this.#found++
      this.#context.services.notice(
        `${this.#scan.command} ${Buffer.from(path, 'latin1').toString()}: ${answer.names.map(asText).join(', ')} (asked by ${this.#reply.peer})`,
      )
    }
    if (answer.kind === 'error') this.#errors++
    for (const line of answerLines(path, answer)) await this.#reply.line(line)
  }
}

function asText(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString()
}
