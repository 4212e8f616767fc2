// Programs of the system that an action needs, found where distributions put them (the PATH of a service may lack /usr/sbin),
// with a time limit.

import { type ChildProcess, spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'

import { AppError } from '../base/app-error.ts'

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const folders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin', '/usr/local/sbin', '/usr/local/bin']
const timeoutMs = 30_000
const maxOutput = 16 * 1024 ** 2

/** Absolute; undefined when there is none. */
export function findProgram(name: string): string | undefined {
  for (const folder of folders) {
    const path = join(folder, name)
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      // In another folder, or not at all.
    }
  }
  return undefined
}

/** Throws AppError when the program is missing, or does not end in time. */
export function runProgram(name: string, args: readonly string[]): Promise<Ran> {
  const path = findProgram(name)
  if (path === undefined) throw new AppError('unsupported', `the program ${name} is missing`)
  // Messages in English: some are read.
  const child = spawn(path, args, {
    env: { PATH: folders.join(':'), LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return collect(child, name)
}

function collect(child: ChildProcess, name: string): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const out = { stdout: '', stderr: '' }
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream]?.setEncoding('utf8')
      child[stream]?.on('data', (chunk: string) => {
        if (out[stream].length < maxOutput) out[stream] += chunk
      })
    }
    child.once('error', (thrown) => {
      clearTimeout(timer)
      reject(new AppError('unsupported', `${name} cannot be run: ${thrown.message}`, { cause: thrown }))
    })
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      if (code === null) reject(new AppError('kernel', `${name} was ended by ${signal ?? 'a signal'}`))
      else resolve({ code, ...out })
    })
  })
}
