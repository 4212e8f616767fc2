// Finds the logs that this host has: by the names of the table, by the configuration of its servers, by what it was told.

import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'

import { pathText } from '../../base/text.ts'
import type { ProcessTable } from '../process-table.ts'
import { Configuration, type ConfiguredLog } from './configuration.ts'
import { databaseLogs } from './databases.ts'
import { expandGlob, folderOfGlob } from './expand.ts'
import { lookAt } from './log-file.ts'
import { looksRotated } from './siblings.ts'
import { logSources, type NamedLog } from '../../evidence/log-lines/index.ts'
import { webServerLogs } from './web-servers.ts'

const maxLogs = 512
const maxProcesses = 20_000
const maxServers = 32
const servers = /^(?:mysqld|mariadbd|postgres|postmaster|mongod)$/

export interface Found {
  readonly logs: readonly NamedLog[]
  /** Folders in which further ones may appear. */
  readonly folders: readonly string[]
  /** Logs that were left out, because there are more than 512. */
  readonly leftOut: number
}

export class Discovery {
  readonly #root: string
  readonly #extra: readonly string[]
  #configuration: Configuration | undefined
  #servers = ''
  #configured: readonly ConfiguredLog[] = []

  /** `extra`: globs, absolute, below the root. */
  constructor(root: string, extra: readonly string[]) {
    this.#root = root
    this.#extra = extra
  }

  /** `commandLines` of running database servers, as `databaseCommandLines` gives them. */
  find(commandLines: readonly (readonly string[])[]): Found {
    this.#readConfiguration(commandLines)
    const logs = new Map<string, NamedLog>()
    const folders = new Set<string>()
    const add = (glob: string, named: { source: string; kind: NamedLog['kind']; dated: boolean }): void => {
      folders.add(folderOfGlob(this.#root, glob))
      for (const path of expandGlob(this.#root, glob)) {
        if (logs.has(path) || (!named.dated && looksRotated(basename(path)))) continue
        // What is no file is left out by name, not by looking: a log may be a FIFO for a while.
        if (lookAt(path)?.type === 'dir') continue
        logs.set(path, {
          path,
          text: pathText(path.slice(this.#root.length)),
          source: named.source,
          kind: named.kind,
        })
      }
    }
    // What somebody asked for by name is followed whatever it is called.
    for (const glob of this.#extra) add(glob, { source: 'extra', kind: 'text', dated: true })
    for (const { name, kind, globs, dated } of logSources) {
      for (const glob of globs) add(glob, { source: name, kind, dated: dated === true })
    }
    for (const { source, kind, glob, dated } of this.#configured)
      add(glob, { source, kind, dated: dated === true })
    return this.#bounded([...logs.values()], [...folders])
  }

  #readConfiguration(commandLines: readonly (readonly string[])[]): void {
    const running = JSON.stringify(commandLines)
    if (this.#configuration?.isFresh === true && running === this.#servers) return
    this.#servers = running
    this.#configuration = new Configuration(this.#root)
    this.#configured = [
      ...webServerLogs(this.#configuration),
      ...databaseLogs(this.#configuration, commandLines),
    ]
  }

  /** When there are too many, those that were written last are followed. */
  #bounded(logs: readonly NamedLog[], folders: readonly string[]): Found {
    if (logs.length <= maxLogs) return { logs, folders, leftOut: 0 }
    const newest = logs
      .map((log) => ({ log, mtimeMs: lookAt(log.path)?.mtimeMs ?? 0 }))
      .toSorted((a, b) => b.mtimeMs - a.mtimeMs)
      .slice(0, maxLogs)
    return { logs: newest.map(({ log }) => log), folders, leftOut: logs.length - maxLogs }
  }
}

/** Arguments of the database servers that run here: from the table of processes, or from /proc when it is empty. */
export function databaseCommandLines(processes?: ProcessTable): string[][] {
  return processes === undefined || processes.size === 0 ? fromProc() : fromTable(processes)
}

function fromTable(processes: ProcessTable): string[][] {
  const found: string[][] = []
  for (const { info } of processes.list()) {
    if (found.length >= maxServers) break
    if (info.args !== undefined && servers.test(info.name ?? '')) found.push([...info.args])
  }
  return found
}

function fromProc(): string[][] {
  const found: string[][] = []
  let names: string[]
  try {
    names = readdirSync('/proc').slice(0, maxProcesses)
  } catch {
    return found
  }
  for (const name of names) {
    if (!/^\d+$/.test(name) || found.length >= maxServers) continue
    try {
      if (!servers.test(readFileSync(`/proc/${name}/comm`, 'latin1').trimEnd())) continue
      const args = readFileSync(`/proc/${name}/cmdline`, 'latin1').slice(0, 65_536).split('\0')
      // PostgreSQL's workers write a title there, not arguments.
      if ((args[1] ?? '') !== '') found.push(args)
    } catch {
      // It has ended.
    }
  }
  return found
}
