// Ordinary life beside an attack: visitors who look, search, log in with mistakes and upload pictures through the same script in
// the same seconds, and people and jobs that work on the host.

import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'

import type { Stand } from './programs.ts'
import { crawl, logIn, read, search, sendPicture } from './benign-visitors.ts'
import type { WebSite } from './web-site.ts'

const run = promisify(execFile)
const pauseMs = 90
const commandTimeoutMs = 30_000

export const benignAddresses = [
  '127.0.0.2',
  '127.0.0.3',
  '127.0.0.4',
  '127.0.0.5',
  '127.0.0.6',
  '127.0.0.7',
] as const

export interface BenignLoad {
  /** Folder in which its people worked. */
  readonly folder: string
  /** Names of the pictures that were uploaded so far. */
  readonly pictures: readonly string[]
  /** Lets everybody finish; rejects when something did not work. */
  stop(): Promise<void>
}

export function startBenignLoad(t: Stand, site: WebSite): BenignLoad {
  const folder = mkdtempSync(join(tmpdir(), 'haechi-benign-'))
  const pictures: string[] = []
  const over = new AbortController()
  t.after(() => {
    over.abort()
    rmSync(folder, { recursive: true, force: true })
  })
  const again = async (once: (round: number) => Promise<void>): Promise<void> => {
    for (let round = 0; !over.signal.aborted; round += 1) {
      await once(round)
      await delay(pauseMs)
    }
  }
  const [reader, writer, second, searcher, forgetful, crawler] = benignAddresses
  const everybody = Promise.all([
    again((round) => read(site, reader, round)),
    again((round) => sendPicture(site, writer, pictures, `holiday-${round}.png`)),
    again((round) => sendPicture(site, second, pictures, `beach-${round}.png`)),
    again((round) => search(site, searcher, round)),
    again((round) => logIn(site, forgetful, round)),
    again((round) => crawl(site, crawler, round)),
    administer(folder),
    compile(folder),
    clone(folder),
    again(() => tidyUp(site)),
  ])
  everybody.catch(() => undefined)
  return {
    folder,
    pictures,
    async stop() {
      over.abort()
      await everybody
    },
  }
}

async function administer(folder: string): Promise<void> {
  const typed =
    'ls -la /etc >/dev/null; df -h >/dev/null; ps aux >/dev/null; apt-cache policy bash >/dev/null; id; uname -a; whoami'
  await run('bash', ['-c', `${typed}; tar -czf ${folder}/etc.tar.gz /etc/hosts /etc/passwd`], {
    timeout: commandTimeoutMs,
  })
}

async function compile(folder: string): Promise<void> {
  writeFileSync(join(folder, 'hello.c'), '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n')
  await run('gcc', ['-o', join(folder, 'hello'), join(folder, 'hello.c')], { timeout: commandTimeoutMs })
  await run(join(folder, 'hello'), [], { timeout: commandTimeoutMs })
}

async function clone(folder: string): Promise<void> {
  const origin = join(folder, 'origin')
  mkdirSync(origin)
  writeFileSync(join(origin, 'build.sh'), '#!/bin/sh\necho built\n', { mode: 0o755 })
  const git = ['-C', origin, '-c', 'user.name=ann', '-c', 'user.email=ann@example.org']
  await run('git', ['-C', origin, 'init', '-q'], { timeout: commandTimeoutMs })
  await run('git', [...git, 'add', '.'], { timeout: commandTimeoutMs })
  await run('git', [...git, 'commit', '-qm', 'first'], { timeout: commandTimeoutMs })
  await run('git', ['clone', '-q', origin, join(folder, 'copy')], { timeout: commandTimeoutMs })
  await run(join(folder, 'copy/build.sh'), [], { timeout: commandTimeoutMs })
}

/** What a job of cron does. */
async function tidyUp({ uploads }: WebSite): Promise<void> {
  await run('sh', ['-c', `find ${uploads} -name '*.tmp' -delete`], { timeout: commandTimeoutMs })
  await delay(700)
}
