// What happens in a soak, in small portions: programs, connections, files, log lines and logins. What was made is counted
// when it has happened, so that it can be compared with what is stored.

import { once } from 'node:events'
import { closeSync, fstatSync, mkdtempSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { setImmediate as pause } from 'node:timers/promises'

import type { Bench } from '../bench/sensors/bench.ts'
import { prepareSpawner, type Spawner } from '../bench/sensors/spawner.ts'
import type { Kind } from './plan.ts'

/** A log is rotated then; the sensor holds the old file open until it has read it. */
const maxLogBytes = 8 * 1024 * 1024
/** What is deleted before it is looked at cannot be told to be a program. */
const keptFolders = 20
const tag = 'soak'

export class Load {
  readonly made: Record<Kind, number> = { exec: 0, connection: 0, file: 0, line: 0, login: 0 }
  readonly files: string
  readonly #spawner: Spawner
  readonly #server: Server
  readonly #logs: string
  readonly #folders: string[] = []

  private constructor(bench: Bench, parts: { spawner: Spawner; server: Server; logs: string }) {
    this.#spawner = parts.spawner
    this.#server = parts.server
    this.#logs = parts.logs
    this.files = mkdtempSync(join(bench.folder, 'soak-'))
  }

  /** `logs`: the folder that the daemon has as its /var/log. */
  static async prepare(bench: Bench, logs: string): Promise<Load> {
    const spawner = await prepareSpawner(bench)
    // The other side may be reset while it is written to.
    const server = createServer((socket) => socket.on('error', () => undefined).end()).listen(0, '127.0.0.1')
    await once(server, 'listening')
    server.unref()
    return new Load(bench, { spawner, server, logs })
  }

  get program(): string {
    return this.#spawner.program
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Makes so many of each kind, all kinds at the same time. */
  async perform(portion: Readonly<Record<Kind, number>>): Promise<void> {
    this.#writeLines(portion.line)
    this.#writeLogins(portion.login)
    await Promise.all([
      this.#execs(portion.exec),
      this.#connections(portion.connection),
      this.#makeFiles(portion.file),
    ])
  }

  close(): void {
    this.#server.close()
  }

  async #execs(count: number): Promise<void> {
    if (count === 0) return
    await this.#spawner.run({ tag, count, rate: 0 })
    this.made.exec += count
  }

  async #connections(count: number): Promise<void> {
    const { port } = this
    for (let done = 0; done < count; done++) {
      const client = connect(port, '127.0.0.1')
      client.on('error', () => undefined).resume()
      await once(client, 'close')
      this.made.connection++
    }
  }

  async #makeFiles(count: number): Promise<void> {
    if (count === 0) return
    const folder = mkdtempSync(join(this.files, 'portion-'))
    for (let file = 0; file < count; file++) {
      closeSync(openSync(join(folder, `program-${file}`), 'w', 0o755))
      this.made.file++
      // The others get their turn.
      if (file % 50 === 49) await pause()
    }
    this.#folders.push(folder)
    const oldest = this.#folders.length > keptFolders ? this.#folders.shift() : undefined
    if (oldest !== undefined) rmSync(oldest, { recursive: true })
  }

  #writeLines(count: number): void {
    const first = this.made.line
    append(join(this.#logs, 'nginx', 'access.log'), count, (index) => {
      const number = first + index
      return `192.0.2.${number % 250} - - [${clfTime()}] "GET /soak/${number} HTTP/1.1" 200 77 "-" "soak"`
    })
    this.made.line += count
  }

  /** Each from another process and port: two alike within seconds would be one. */
  #writeLogins(count: number): void {
    const first = this.made.login
    append(join(this.#logs, 'auth.log'), count, (index) => {
      const number = first + index
      const [pid, port] = [100_000 + (number % 900_000), 1024 + (number % 60_000)]
      return `${new Date().toISOString()} soak sshd[${pid}]: Failed password for root from 198.51.100.${number % 250} port ${port} ssh2`
    })
    this.made.login += count
  }
}

function append(path: string, count: number, lineOf: (index: number) => string): void {
  if (count === 0) return
  const fd = openSync(path, 'a')
  writeSync(fd, Array.from({ length: count }, (_, index) => `${lineOf(index)}\n`).join(''))
  const { size } = fstatSync(fd)
  closeSync(fd)
  if (size > maxLogBytes) renameSync(path, `${path}.1`)
}

/** As the common log format has it, in UTC: `22/Nov/2026:10:00:00 +0000`. */
function clfTime(): string {
  const [day, month, year, time] = new Date().toUTCString().slice(5, 25).split(' ')
  return `${day}/${month}/${year}:${time} +0000`
}
