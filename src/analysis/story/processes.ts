// Names for the processes of Windows' events: a pid is given again and again, so each start gets an identity by computer, pid and
// time, which its later events carry too. Sysmon brings its own. Events come in the order of time.

import type { Event, ProcessInfo } from '../../model/index.ts'

const maxProcesses = 65_536
/** The Security log and Sysmon tell the same start within so many milliseconds. */
const sameStartMs = 3000

interface Known {
  readonly entity: string
  readonly startMs: number
  readonly executable: string
  readonly commandLine: string | undefined
}

export class WindowsProcesses {
  readonly #byPid = new Map<string, Known>()

  /** The event with identities in its process and parent; the event itself where it has no process. */
  named(event: Event): Event {
    const { process } = event
    if (process === undefined || process.pid <= 0) return event
    const computer = computerOf(event)
    const ms = Date.parse(event['@timestamp'])
    const isStart = event.event.dataset === 'hx.process' && event.event.action === 'exec'
    const known = isStart ? this.#started(computer, process, ms) : this.#running(computer, process)
    const parent = process.parent === undefined ? undefined : this.#parentOf(computer, process.parent)
    if (event.event.action === 'exit') this.#byPid.delete(`${computer}:${process.pid}`)
    return {
      ...event,
      process: {
        ...process,
        entity_id: known.entity,
        // What the start said is known of all later events.
        ...(process.command_line === undefined && known.commandLine !== undefined
          ? { command_line: known.commandLine }
          : {}),
        ...(parent === undefined ? {} : { parent }),
      },
    }
  }

  #started(computer: string, process: ProcessInfo, ms: number): Known {
    const key = `${computer}:${process.pid}`
    const before = this.#byPid.get(key)
    const executable = (process.executable ?? '').toLowerCase()
    if (
      before !== undefined &&
      Math.abs(before.startMs - ms) <= sameStartMs &&
      before.executable === executable
    )
      return before
    const known = {
      entity: process.entity_id ?? `${key}:${ms}`,
      startMs: ms,
      executable,
      commandLine: process.command_line,
    }
    this.#keep(key, known)
    return known
  }

  #running(computer: string, process: ProcessInfo): Known {
    const key = `${computer}:${process.pid}`
    const executable = (process.executable ?? '').toLowerCase()
    const known = this.#byPid.get(key)
    // Another program with that pid: its start was not logged.
    const fits =
      known !== undefined &&
      (executable === '' || known.executable === '' || baseOf(known.executable) === baseOf(executable))
    if (fits) return known
    const made = {
      entity: process.entity_id ?? `${key}:${baseOf(executable)}`,
      startMs: 0,
      executable,
      commandLine: undefined,
    }
    this.#keep(key, made)
    return made
  }

  #parentOf(computer: string, parent: ProcessInfo): ProcessInfo {
    if (parent.pid <= 0) return parent
    const known = this.#running(computer, parent)
    return {
      ...parent,
      entity_id: known.entity,
      ...(parent.command_line === undefined && known.commandLine !== undefined
        ? { command_line: known.commandLine }
        : {}),
    }
  }

  #keep(key: string, known: Known): void {
    const [oldest] = this.#byPid.keys()
    if (this.#byPid.size >= maxProcesses && oldest !== undefined) this.#byPid.delete(oldest)
    this.#byPid.delete(key)
    this.#byPid.set(key, known)
  }
}

function computerOf(event: Event): string {
  const log = event.hx?.['winlog']
  return typeof log === 'object' && log !== null && 'computer' in log ? String(log.computer) : ''
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('\\') + 1)
}
