// The running processes with the digests of their programs, the libraries in them, and who is logged on as far as processes tell.

import { setImmediate as breathe } from 'node:timers/promises'

import { listModules } from '../../platform/windows/processes.ts'
import { enablePrivilege } from '../../platform/windows/tokens.ts'
import type { CollectStep, StepContext } from '../step.ts'
import { type FileDigests, type FileFacts, judged } from './file-digests.ts'
import { type RunningProcess, runningProcesses } from './running-process.ts'

const maxModuleFiles = 100_000

export function processesStep(digests: FileDigests): CollectStep {
  return {
    id: 'processes',
    title: 'processes with parents, command lines, users, digests of their programs, and libraries',
    profiles: ['quick', 'full'],
    maxMs: { quick: 20_000, full: 900_000 },
    async *collect(context) {
      if (!enablePrivilege('SeDebugPrivilege'))
        context.note('without SeDebugPrivilege little is told of processes of others')
      const running = runningProcesses()
      yield { kind: 'rows', name: 'processes', rows: processRows(running, digests, context) }
      const paths = new Map<string, string>()
      yield { kind: 'rows', name: 'modules', rows: moduleRows(running, paths, context) }
      yield { kind: 'rows', name: 'sessions', rows: sessionRows(running) }
      if (context.profile === 'full')
        yield { kind: 'rows', name: 'module-files', rows: fileRows([...paths.values()], digests, context) }
    },
  }
}

async function* processRows(
  running: readonly RunningProcess[],
  digests: FileDigests,
  context: StepContext,
): AsyncGenerator<object> {
  for (const process of running) {
    const { image } = process
    yield rowOf(process, image === undefined ? undefined : await digests.of(image, context))
  }
}

/** In the names that the processes of a Linux host have, too. */
function rowOf(process: RunningProcess, file: FileFacts | undefined): object {
  const { pid, parentPid, name, threads, image, commandLine, workingDirectory, start, session, owner } =
    process
  return {
    pid,
    ppid: parentPid,
    name,
    executable: image ?? null,
    command_line: commandLine ?? null,
    working_directory: workingDirectory ?? null,
    start: start ?? null,
    user: owner?.name ?? null,
    user_id: owner?.sid ?? null,
    integrity: owner?.integritySid ?? null,
    elevated: owner?.isElevated ?? null,
    session: session ?? null,
    threads,
    executable_sha256: file?.sha256 ?? null,
    executable_size: file?.size ?? null,
    executable_modified: file?.modified ?? null,
    executable_created: file?.created ?? null,
    ...judged(file, 'executable_'),
  }
}

/** Fills `paths` with the files of the libraries, each once. */
async function* moduleRows(
  running: readonly RunningProcess[],
  paths: Map<string, string>,
  context: StepContext,
): AsyncGenerator<object> {
  let refused = 0
  for (const { pid, name: process } of running) {
    if (context.leftMs() <= 0) {
      context.note(`libraries of process ${pid} and those behind it were not listed: the time was over`)
      return
    }
    await breathe()
    const modules = listModules(pid)
    if (modules === undefined) refused += 1
    for (const { name, path, base, size } of modules ?? []) {
      if (paths.size < maxModuleFiles) paths.set(path.toLowerCase(), path)
      yield { pid, process, name, path, base: `0x${base.toString(16)}`, size }
    }
  }
  if (refused > 0) context.note(`of ${refused} processes the libraries may not be seen`)
}

async function* fileRows(
  paths: readonly string[],
  digests: FileDigests,
  context: StepContext,
): AsyncGenerator<object> {
  for (const path of paths) yield await digests.of(path, context)
}

/** Who runs something in which session. */
function sessionRows(running: readonly RunningProcess[]): object[] {
  const sessions = new Map<string, RunningProcess[]>()
  for (const process of running) {
    if (process.owner === undefined) continue
    sessions.getOrInsertComputed(`${process.session} ${process.owner.sid}`, () => []).push(process)
  }
  return [...sessions.values()].map((processes) => {
    const [{ session, owner } = {}] = processes
    const [first] = processes.flatMap(({ start }) => start ?? []).toSorted()
    return {
      session: session ?? null,
      user: owner?.name ?? null,
      user_id: owner?.sid ?? null,
      // Of the oldest process: a log-on is not younger.
      start: first ?? null,
      processes: processes.length,
    }
  })
}
