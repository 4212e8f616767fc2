// A real Chromium without a window, driven over the DevTools protocol, for tests of pages that we write.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'

const names = ['chromium', 'chromium-browser', 'google-chrome']
const startTimeoutMs = 30_000
const answerTimeoutMs = 30_000

/** The program; undefined after the test was skipped because there is none. */
export function requireChromium(t: TestContext): string | undefined {
  const found = names.find((name) => spawnSync(name, ['--version'], { timeout: 20_000 }).status === 0)
  if (found === undefined)
    t.skip('SKIPPED, NOT TESTED: chromium is not installed (Debian: apt-get install chromium)')
  return found
}

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: Readonly<Record<string, unknown>>
  readonly result?: Readonly<Record<string, unknown>>
  readonly error?: { readonly message: string }
}

/** One tab. Everything that its page complains of, and everything that it asks for, is kept. */
export class Tab implements AsyncDisposable {
  /** URLs. */
  readonly requests: string[] = []
  /** Messages of the console, uncaught exceptions, violations of the policy. */
  readonly complaints: string[] = []
  readonly #process: ChildProcess
  readonly #folder: string
  readonly #socket: WebSocket
  readonly #waiting = new Map<number, (message: Message) => void>()
  readonly #loads: (() => void)[] = []
  #lastId = 0

  private constructor(process: ChildProcess, folder: string, socket: WebSocket) {
    this.#process = process
    this.#folder = folder
    this.#socket = socket
    socket.addEventListener('message', ({ data }) => {
      this.#take(JSON.parse(String(data)) as Message)
    })
  }

  static async open(program: string): Promise<Tab> {
    const folder = mkdtempSync(join(tmpdir(), 'haechi-chromium-'))
    const flags = [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--no-first-run',
    ]
    const process = spawn(
      program,
      [...flags, `--user-data-dir=${folder}`, '--remote-debugging-port=0', 'about:blank'],
      {
        stdio: 'ignore',
        // Its children end with it.
        detached: true,
      },
    )
    try {
      const socket = await connect(join(folder, 'DevToolsActivePort'))
      const tab = new Tab(process, folder, socket)
      for (const domain of ['Page', 'Runtime', 'Log', 'Network', 'Audits']) await tab.send(`${domain}.enable`)
      // A window that nobody looks at has no focus, and its page hears nothing of it.
      await tab.send('Emulation.setFocusEmulationEnabled', { enabled: true })
      return tab
    } catch (thrown) {
      await end(process, folder)
      throw thrown
    }
  }

  async send(method: string, params: object = {}): Promise<Readonly<Record<string, unknown>>> {
    this.#lastId += 1
    const id = this.#lastId
    const { promise, resolve } = Promise.withResolvers<Message>()
    this.#waiting.set(id, resolve)
    this.#socket.send(JSON.stringify({ id, method, params }))
    const answer = await within(promise, method)
    if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`)
    return answer.result ?? {}
  }

  /** Resolves when the page and everything that it asks for is loaded. */
  async go(url: string): Promise<void> {
    this.requests.length = 0
    this.complaints.length = 0
    const { promise, resolve } = Promise.withResolvers<undefined>()
    this.#loads.push(() => {
      resolve(undefined)
    })
    await this.send('Page.navigate', { url })
    await within(promise, `loading ${url}`)
  }

  /** The value of an expression in the page, as JSON. */
  async evaluate(expression: string): Promise<unknown> {
    const answer = await this.send('Runtime.evaluate', {
      expression,
      returnByValue: true,
      awaitPromise: true,
    })
    const fault = answer['exceptionDetails']
    if (fault !== undefined) throw new Error(JSON.stringify(fault))
    return (answer['result'] as { readonly value?: unknown }).value
  }

  async press(key: string): Promise<void> {
    for (const type of ['keyDown', 'keyUp'])
      await this.send('Input.dispatchKeyEvent', {
        type,
        key,
        code: key,
        windowsVirtualKeyCode: key === 'Tab' ? 9 : 0,
      })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close()
    await end(this.#process, this.#folder)
  }

  #take(message: Message): void {
    const { id, method, params = {} } = message
    if (id !== undefined) {
      this.#waiting.get(id)?.(message)
      this.#waiting.delete(id)
      return
    }
    if (method === 'Page.loadEventFired') for (const resolve of this.#loads.splice(0)) resolve()
    if (method === 'Network.requestWillBeSent') {
      this.requests.push((params['request'] as { readonly url: string }).url)
    }
    const isComplaint = [
      'Runtime.consoleAPICalled',
      'Runtime.exceptionThrown',
      'Log.entryAdded',
      'Audits.issueAdded',
    ]
    if (method !== undefined && isComplaint.includes(method)) {
      this.complaints.push(`${method} ${JSON.stringify(params)}`)
    }
  }
}

/** Chromium writes its port into a file as soon as it listens. */
async function connect(portFile: string): Promise<WebSocket> {
  const until = performance.now() + startTimeoutMs
  for (;;) {
    try {
      const [port = ''] = readFileSync(portFile, 'utf8').split('\n')
      const targets = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as readonly {
        readonly type: string
        readonly webSocketDebuggerUrl: string
      }[]
      const page = targets.find(({ type }) => type === 'page')
      if (page === undefined) throw new Error('no tab is open')
      const socket = new WebSocket(page.webSocketDebuggerUrl)
      const { promise, resolve, reject } = Promise.withResolvers<undefined>()
      socket.addEventListener('open', () => {
        resolve(undefined)
      })
      socket.addEventListener('error', () => {
        reject(new Error('the connection was refused'))
      })
      await promise
      return socket
    } catch (thrown) {
      if (performance.now() > until) throw new Error('chromium does not answer', { cause: thrown })
      await delay(50)
    }
  }
}

async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  const stop = new AbortController()
  const late = delay(answerTimeoutMs, undefined, { signal: stop.signal }).then(() => {
    throw new Error(`no answer within ${answerTimeoutMs} ms: ${what}`)
  })
  late.catch(() => undefined)
  try {
    return await Promise.race([promise, late])
  } finally {
    stop.abort()
  }
}

async function end(child: ChildProcess, folder: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  child.once('exit', () => {
    resolve(undefined)
  })
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    process.kill(-child.pid, 'SIGKILL')
    await promise
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
}
