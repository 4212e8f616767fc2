// The modules of a program as text, in memory that all threads share. A thread that takes its modules from there opens no file
// while it starts, strips no types, and keeps no copies of what Node's compile cache has (three times the text, in every
// thread). node:inspector gives the text as it runs: Chrome DevTools Protocol, Debugger.getScriptSource.

import { Session } from 'node:inspector'
import { Worker, type WorkerOptions } from 'node:worker_threads'

/** Structured-cloneable; the text is not copied. */
export interface Program {
  /** UTF-8. */
  readonly text: SharedArrayBuffer
  /** Where the text of each module lies: offset and length in bytes, by the module's URL. */
  readonly modules: ReadonlyMap<string, readonly [offset: number, length: number]>
}

/** A module that a thread runs exports this; `data` is what the thread was given. */
export interface ThreadModule {
  readonly run: (data: unknown) => void
}

/**
 * Loads these modules, without running a thread's work, and all that they import, and takes their text. Costs memory that
 * only the end of the thread gives back: to be called in one that has nothing else to do.
 */
export async function readProgram(urls: readonly URL[]): Promise<Program> {
  for (const url of urls) await import(url.href)
  const texts = loadedModules()
  const text = new SharedArrayBuffer(texts.reduce((sum, [, bytes]) => sum + bytes.length, 0))
  const modules = new Map<string, readonly [number, number]>()
  let end = 0
  for (const [url, bytes] of texts) {
    new Uint8Array(text, end).set(bytes)
    modules.set(url, [end, bytes.length])
    end += bytes.length
  }
  return { text, modules }
}

function loadedModules(): [url: string, text: Uint8Array][] {
  const session = new Session()
  session.connect()
  const scripts: { url: string; scriptId: string }[] = []
  session.on('Debugger.scriptParsed', ({ params }) => {
    // What is no ES module of a file needs its own loader.
    if (params.isModule === true && params.url.startsWith('file:')) scripts.push(params)
  })
  // In the thread's own session answers come before `post` returns.
  session.post('Debugger.enable')
  const texts: [string, Uint8Array][] = []
  for (const { url, scriptId } of scripts) {
    session.post('Debugger.getScriptSource', { scriptId }, (fault, { scriptSource }) => {
      if (fault === null) texts.push([url, Buffer.from(scriptSource)])
    })
  }
  session.disconnect()
  return texts
}

export interface ThreadOptions extends Omit<WorkerOptions, 'eval' | 'env' | 'workerData'> {
  readonly data: unknown
  /** Without it the modules are loaded from their files. */
  readonly program: Program | undefined
}

/** Starts a thread that runs `ThreadModule.run` of this module. */
export function startThread(module: URL, { data, program, ...options }: ThreadOptions): Worker {
  const { NODE_COMPILE_CACHE, ...env } = process.env
  const isCached = program === undefined && NODE_COMPILE_CACHE !== undefined
  return new Worker(`(${String(beginThread)})(${String(takeModulesFrom)})`, {
    ...options,
    eval: true,
    env: isCached ? { ...env, NODE_COMPILE_CACHE } : env,
    workerData: { url: module.href, data, program } satisfies ThreadStart,
  })
}

interface ThreadStart {
  readonly url: string
  readonly data: unknown
  readonly program: Program | undefined
}

/** The first thing that runs in the thread, as text of its own: it sees nothing of this module. */
function beginThread(take: typeof takeModulesFrom): void {
  const { url, data, program } = process.getBuiltinModule('node:worker_threads').workerData as ThreadStart
  if (program !== undefined) take(program)
  // What it throws ends the thread with an error.
  void import(url).then((module: ThreadModule) => module.run(data))
}

function takeModulesFrom({ text, modules }: Program): void {
  const bytes = Buffer.from(text)
  process.getBuiltinModule('node:module').registerHooks({
    resolve(specifier, context, next) {
      const { parentURL } = context
      if (specifier.startsWith('.') && parentURL !== undefined && modules.has(parentURL)) {
        const { href } = new URL(specifier, parentURL)
        if (modules.has(href)) return { url: href, format: 'module', shortCircuit: true }
      }
      return next(specifier, context)
    },
    load(url, context, next) {
      const place = modules.get(url)
      if (place === undefined) return next(url, context)
      const source = bytes.toString('utf8', place[0], place[0] + place[1])
      return { format: 'module', source, shortCircuit: true }
    },
  })
}
