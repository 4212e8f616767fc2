// The live agent: event log channels, processes, folders → events. It observes; what would stop a file before it runs is a
// minifilter driver, which has to be signed by Microsoft and is no part of this.

import { hostname } from 'node:os'

import { AppError, messageOf } from '../base/app-error.ts'
import type { Event } from '../model/index.ts'
import { enablePrivilege } from '../platform/windows/tokens.ts'
import { WaitLoop } from '../platform/windows/wait-loop.ts'
import type { Sigma } from '../rules/sigma/index.ts'
import { Bookmarks } from './bookmarks.ts'
import { ChannelFollower } from './channel.ts'
import { FolderScan } from './folder-scan.ts'
import { type FileScanner, Pipeline } from './pipeline.ts'
import { securityChannel, sysmonChannel } from './prerequisites.ts'
import { ProcessPolling } from './process-polling.ts'
import { runningProcesses } from '../collect/windows/running-process.ts'
import { SignatureChecker } from './signatures.ts'

const pollEveryMs = 500
const saveEveryMs = 2000
const idleMs = 250
const processCreated = '4688'

export interface AgentOptions {
  /** Takes each event in order. Must not throw. */
  readonly emit: (event: Event) => void
  /** Followed beside Security and Sysmon’s. */
  readonly channels: readonly string[]
  /** Scanned when files in them change. */
  readonly folders: readonly string[]
  readonly scanner?: FileScanner
  readonly sigma?: Sigma
  /** Keeps where each channel was. */
  readonly stateFile?: string
  /** `auto`: processes are polled until the log tells of one. */
  readonly polling: 'auto' | 'always' | 'never'
}

export interface AgentStatus {
  readonly channels: readonly string[]
  /** Channels that could not be followed, and why. */
  readonly refused: Readonly<Record<string, string>>
  readonly isPolling: boolean
  readonly events: number
}

/** Throws AppError `unsupported` on other systems. */
export function startAgent(options: AgentOptions): Agent {
  if (process.platform !== 'win32') {
    throw new AppError('unsupported', 'the agent runs on Windows only', {
      hint: 'on Linux `haechi guard` does this work; logs of Windows are read by `haechi evtx`',
    })
  }
  return new Agent(options)
}

/** Owns subscriptions, watches and timers. */
export class Agent {
  readonly #options: AgentOptions
  readonly #pipeline: Pipeline
  readonly #bookmarks: Bookmarks
  readonly #loop = new WaitLoop(idleMs)
  readonly #followers: ChannelFollower[] = []
  readonly #refused: Record<string, string> = {}
  readonly #timers: NodeJS.Timeout[] = []
  readonly #folders: FolderScan | undefined
  readonly #running: Promise<void>
  #polling: ProcessPolling | undefined

  constructor(options: AgentOptions) {
    this.#options = options
    enablePrivilege('SeDebugPrivilege')
    enablePrivilege('SeSecurityPrivilege')
    this.#bookmarks = new Bookmarks(options.stateFile)
    const { emit, scanner, sigma } = options
    this.#pipeline = new Pipeline({
      emit,
      computer: hostname(),
      signatures: new SignatureChecker(),
      ...(scanner === undefined ? {} : { scanner }),
      ...(sigma === undefined ? {} : { sigma }),
    })
    const running = runningProcesses()
    for (const process of running) this.#pipeline.know(process)
    if (options.polling !== 'never') {
      this.#polling = new ProcessPolling(running, {
        onStart: (process) => this.#pipeline.start(process),
        onEnd: (process) => this.#pipeline.end(process),
      })
      this.#every(pollEveryMs, () => this.#polling?.look())
    }
    this.#follow()
    this.#folders = this.#watch()
    this.#every(saveEveryMs, () => this.#bookmarks.save())
    this.#running = this.#loop.run()
  }

  get status(): AgentStatus {
    return {
      channels: this.#followers.map(({ channel }) => channel),
      refused: this.#refused,
      isPolling: this.#polling !== undefined,
      events: this.#pipeline.count,
    }
  }

  /** Ends when `stop` was called. Rejects when the agent cannot go on. */
  get ended(): Promise<void> {
    return this.#running
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    await this.#loop.stop()
    await this.#folders?.[Symbol.asyncDispose]()
    for (const follower of this.#followers) follower[Symbol.dispose]()
    this.#bookmarks.save()
  }

  #follow(): void {
    for (const channel of new Set([securityChannel, sysmonChannel, ...this.#options.channels])) {
      try {
        const follower = new ChannelFollower(channel, this.#bookmarks, {
          onRecord: (_, record) => {
            if (String(record.system('eventId')) === processCreated) this.#logTellsProcesses()
            this.#pipeline.record(record)
          },
          onLoss: (source, gap) => this.#pipeline.loss(source, gap),
          onNotice: (text) => this.#pipeline.notice(text),
        })
        this.#followers.push(follower)
        this.#loop.add(follower)
      } catch (thrown) {
        this.#refused[channel] = messageOf(thrown)
        if (channel !== sysmonChannel)
          this.#pipeline.notice(`${channel} is not followed: ${messageOf(thrown)}`)
      }
    }
  }

  /** From now on the log is the better source. */
  #logTellsProcesses(): void {
    if (this.#polling === undefined || this.#options.polling === 'always') return
    this.#polling = undefined
    this.#pipeline.notice('event 4688 is there: processes are not polled any more')
  }

  #watch(): FolderScan | undefined {
    const { folders } = this.#options
    if (folders.length === 0) return undefined
    return new FolderScan({
      folders,
      loop: this.#loop,
      scan: (path) => this.#pipeline.file(path),
      onNotice: (text) => this.#pipeline.notice(text),
    })
  }

  /** What fails there is told; the agent goes on. */
  #every(ms: number, act: () => void): void {
    this.#timers.push(
      setInterval(() => {
        try {
          act()
        } catch (thrown) {
          this.#pipeline.notice(messageOf(thrown))
        }
      }, ms),
    )
  }
}
