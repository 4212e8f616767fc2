// Runs the programs that golden samples are made with, in one temporary folder.

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** Files get this time, so that archives made again are the same. */
const when = new Date('2026-01-02T03:04:06Z')

export class Workshop {
  readonly folder = mkdtempSync(join(tmpdir(), 'haechi-make-'))

  path(name: string): string {
    return join(this.folder, name)
  }

  write(name: string, content: string | Uint8Array): void {
    mkdirSync(dirname(this.path(name)), { recursive: true })
    writeFileSync(this.path(name), content)
    utimesSync(this.path(name), when, when)
  }

  read(name: string): Uint8Array {
    return new Uint8Array(readFileSync(this.path(name)))
  }

  /** Runs a program in the folder; the result is its standard output. */
  run(program: string, args: readonly string[], input: string | Uint8Array = ''): Uint8Array {
    const environment = {
      ...process.env,
      TZ: 'UTC',
      LC_ALL: 'C',
      SOURCE_DATE_EPOCH: `${when.getTime() / 1000}`,
    }
    const output = execFileSync(program, args, {
      cwd: this.folder,
      input: typeof input === 'string' ? Buffer.from(input) : input,
      env: environment,
      stdio: ['pipe', 'pipe', 'ignore'],
      maxBuffer: 64 * 1024 * 1024,
      timeout: 60_000,
    })
    return new Uint8Array(output)
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** The bytes with one of them changed; negative offsets count from the end. */
export function broken(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice()
  const offset = at < 0 ? copy.length + at : at
  copy[offset] = (copy[offset] ?? 0) ^ 0x20
  return copy
}

export function joined(...parts: readonly (Uint8Array | string)[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part))))
}
