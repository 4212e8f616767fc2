// Which request made a web server write a file or start a process. A log's line has whole seconds, comes when the request ends,
// and others are served at the same time: so what is named decides, then whose connection the worker had, never the time alone.

import type { AddressTest } from '../base/network.ts'
import type { Event, WebRequestSeen } from '../model/index.ts'
import { baseName, isShell } from './boundaries.ts'
import type { Memory } from './memory.ts'
import { isScript, nameOfRequest, namesFile } from './places.ts'
import { explains, pathOf, valuesOf } from './request-text.ts'
import type { GraphNode, RequestFacts } from './state.ts'
import { shortName, type Things } from './things.ts'
import { cut } from './short-text.ts'

/** Something that a server's process did and of which the request is not known yet. */
interface Pending {
  readonly node: GraphNode
  readonly worker: GraphNode
  readonly ms: number
  readonly event: Event
}

const maxPending = 256
const maxRecent = 512
const maxSameName = 16
/** Sensors and logs are not in one order. */
const slackMs = 60
/** Clocks of file systems are coarse: a file's time is up to so much before it was written (ticks of 100 Hz). */
const coarseMs = 12
/** Log lines come up to a second late: until then somebody else may be the right one. */
const settleMs = 1500
/**
 * A file whose server shows no connection (php-fpm) and which no request names or asks for: on a busy host the line of the request
 * that brought it may be that late, and to take the only one so far would blame somebody else.
 */
const settleUnseenMs = 10_000
/** A command may run for long before its request's line is written. */
const longestMs = 600_000
const keptMs = 900_000

export class WebLinks {
  readonly #memory: Memory
  readonly #things: Things
  readonly #isTrusted: AddressTest
  readonly #recent: GraphNode[] = []
  #nextRecent = 0
  #pending: Pending[] = []
  /** Files that a request may ask for, by name. */
  readonly #files = new Map<string, GraphNode[]>()
  #clockMs = 0
  #settledMs = 0

  constructor(memory: Memory, things: Things, isTrusted: AddressTest) {
    this.#memory = memory
    this.#things = things
    this.#isTrusted = isTrusted
  }

  /** A server's process took a connection, or it ended. */
  accepted(worker: GraphNode, from: { readonly ip: string; readonly port: number }, ms: number): void {
    const list = worker.process?.accepted
    if (list === undefined) return
    if (list.length >= 64) list.shift()
    list.push({ ip: from.ip, port: from.port, fromMs: ms, untilMs: Number.POSITIVE_INFINITY })
  }

  closed(worker: GraphNode, from: { readonly ip: string; readonly port: number }, ms: number): void {
    const open = worker.process?.accepted.findLast(({ ip, port }) => ip === from.ip && port === from.port)
    if (open !== undefined) open.untilMs = ms
  }

  started(
    node: GraphNode,
    worker: GraphNode,
    { ms, event }: { readonly ms: number; readonly event: Event },
  ): void {
    this.#add({ node, worker, ms, event })
  }

  /** A server's process wrote it. */
  wrote(
    node: GraphNode,
    worker: GraphNode,
    { ms, event }: { readonly ms: number; readonly event: Event },
  ): void {
    this.served(node)
    if (!this.#pending.some((pending) => pending.node === node)) this.#add({ node, worker, ms, event })
  }

  /** A file that requests may ask for from now on; those of just now are looked at again. */
  served(node: GraphNode): void {
    const name = baseName(node.file?.path ?? '')
    if (name === '') return
    const list = this.#files.get(name) ?? []
    if (list.includes(node)) return
    if (list.length >= maxSameName) list.shift()
    list.push(node)
    this.#files.set(name, list)
    if (this.#files.size > 8192) {
      const [oldest] = this.#files.keys()
      if (oldest !== undefined) this.#files.delete(oldest)
    }
    for (const request of this.#recent) this.#asks(request, node)
  }

  /** Remembers a request, with the file that it names, and explains with it what is not explained yet. */
  request(seen: WebRequestSeen, event: Event, isDetected: boolean): GraphNode | undefined {
    if (!isDetected && !mayMatter(seen)) return undefined
    const node = this.#requestNode(seen, event)
    const facts = node.request
    if (facts === undefined) return undefined
    if (isDetected) facts.isDetected = true
    this.#recent[this.#nextRecent] = node
    this.#nextRecent = (this.#nextRecent + 1) % maxRecent
    const why = `the log names ${facts.client} as the sender`
    this.#memory.link({ from: this.#things.address(facts.client), to: node, kind: 'sent', why, event })
    const files = this.#files.get(nameOfRequest(facts.path))
    if (files !== undefined) for (const file of files) this.#asks(node, file)
    this.#pending = this.#pending.filter((pending) => !this.#explain(pending, [node]))
    return node
  }

  /** Time has gone on: what waited for a better candidate is decided. `clockMs` is that of events. */
  settle(clockMs: number): void {
    this.#clockMs = clockMs
    if (this.#pending.length === 0 || clockMs - this.#settledMs < 250) return
    this.#settledMs = clockMs
    this.#pending = this.#pending.filter((pending) => {
      if (clockMs < pending.ms + settleMs) return true
      if (clockMs > pending.ms + keptMs) return false
      return !this.#explain(pending, this.#recent)
    })
  }

  #add(pending: Pending): void {
    if (this.#explain(pending, this.#recent)) return
    if (this.#pending.length >= maxPending) this.#pending.shift()
    this.#pending.push(pending)
  }

  #requestNode(seen: WebRequestSeen, event: Event): GraphNode {
    const id = `request:${event.event.sequence ?? `${seen.client}-${seen.timeMs ?? 0}-${cut(seen.target, 64)}`}`
    const known = this.#memory.touch('request', id)
    if (known !== undefined) return known
    const beginMs = seen.timeMs ?? Date.parse(event['@timestamp'])
    const wholeMs = beginMs % 1000 === 0 ? 1000 : 0
    const lastedMs =
      seen.durationMs >= 0 ? seen.durationMs : Math.min(Math.max(0, this.#clockMs - beginMs), 60_000)
    const path = pathOf(seen.target)
    return this.#memory.add('request', id, {
      label: cut(`${seen.method} ${seen.target}`, 200),
      facts: requestShown(seen),
      request: {
        seen,
        client: seen.client,
        path,
        beginMs,
        endMs: beginMs + wholeMs + lastedMs + slackMs,
        values: undefined,
        isDetected: false,
        isConfirmed: false,
        servedBy: undefined,
        rules: new Set(),
      },
    })
  }

  #asks(request: GraphNode, file: GraphNode): void {
    const { request: asked } = request
    if (asked === undefined || file.file === undefined || !namesFile(asked.path, file.file.path)) return
    const why = `the path of the request names ${file.file.path}`
    this.#memory.link({ from: request, to: file, kind: 'asked-for', why, event: eventOf(request, asked) })
  }

  #explain(pending: Pending, requests: readonly GraphNode[]): boolean {
    return pending.node.kind === 'file'
      ? this.#explainFile(pending, requests)
      : this.#explainProcess(pending, requests)
  }

  // ── processes ──

  #explainProcess(pending: Pending, requests: readonly GraphNode[]): boolean {
    const open = this.#openAt(pending.worker, pending.ms)
    const ranked = requests
      .map((node) => ({ node, rank: this.#rankProcess(pending, node, open) }))
      .filter(({ rank }) => rank > 0)
    const best = Math.max(0, ...ranked.map(({ rank }) => rank))
    const first = nearest(
      ranked.filter(({ rank }) => rank === best).map(({ node }) => node),
      pending.ms,
    )
    if (first === undefined) return false
    const why = this.#whyProcess(pending, best)
    this.#confirm(first, pending, why)
    return true
  }

  /**
   * 0: no. 1: it asked for a script that the server had written. 2: and by its connection. 3: its connection, and it carries
   * a body. 4, 5: a part of the command, the same; 10 more by its connection.
   */
  #rankProcess(pending: Pending, node: GraphNode, open: ReadonlySet<string>): number {
    const { request } = node
    if (request === undefined || pending.ms < request.beginMs - 2000) return 0
    const isConnected = open.has(request.client)
    if (open.size > 0 && !isConnected) return 0
    const isNear = covers(request, pending.ms)
    const isSettled = this.#clockMs >= pending.ms + settleMs
    if ((isNear || isSettled) && pending.ms <= request.endMs + longestMs) {
      const named = this.#explainedBy(request, commandText(pending.node))
      if (named > 0) return named + 2 + (isConnected ? 10 : 0)
    }
    // Without the command's text the right request may be one that is not logged yet, or one that explains something else.
    if (!isNear || !isSettled || causedElsewhere(node, pending.worker)) return 0
    const mayCarry = request.seen.method !== 'GET' && request.seen.method !== 'HEAD'
    if (isConnected && mayCarry && isScript(request.path)) return 3
    const asksForWritten = node.links.some(
      ({ kind, to }) => kind === 'asked-for' && to.file?.isWebWritten === true && isScript(to.file.path),
    )
    if (isConnected) return asksForWritten || request.isDetected ? 2 : 0
    return asksForWritten ? 1 : 0
  }

  #explainedBy(request: RequestFacts, command: string): number {
    request.values ??= valuesOf(request.seen.target, [request.seen.userAgent, request.seen.referer])
    let best = 0
    for (const value of request.values) best = Math.max(best, explains(value, command))
    return best
  }

  #whyProcess({ node, worker }: Pending, rank: number): string {
    const command = `"${cut(commandText(node), 120)}"`
    if (rank > 3)
      return `a parameter of the request holds the command ${command} that ${shortName(worker)} started`
    if (rank > 1) return `${shortName(worker)} served its connection when it started ${command}`
    return `it asked for the script that made ${shortName(worker)} start ${command}`
  }

  // ── files ──

  #explainFile(pending: Pending, requests: readonly GraphNode[]): boolean {
    const open = this.#openBetween(pending.worker, pending.ms, pending.ms + coarseMs)
    const path = pending.node.file?.path ?? ''
    const candidates = requests.filter(({ request }) => {
      if (request === undefined || !brings(request) || !covers(request, pending.ms)) return false
      if (request.servedBy !== undefined && request.servedBy !== pending.worker) return false
      return open.size === 0 || open.has(request.client)
    })
    if (candidates.length === 0) return false
    const named = candidates.filter(({ request }) => request !== undefined && this.#names(request, path))
    const later = candidates.filter(({ request }) => asksLater(pending.node, request?.client))
    const isSettled = this.#clockMs >= pending.ms + (open.size > 0 ? settleMs : settleUnseenMs)
    for (const [some, why] of [
      [named, `the request names ${baseName(path)}`],
      [later, `its sender asked for ${baseName(path)} afterwards`],
      [isSettled ? candidates : [], `no other request could have brought it`],
    ] as const) {
      const [only] = some
      if (only === undefined || some.length > 1) continue
      if (open.size > 0 && only.request !== undefined) only.request.servedBy = pending.worker
      const connection = open.size > 0 ? `, and ${shortName(pending.worker)} had its connection` : ''
      this.#confirm(only, pending, `it was being served when the file was written, ${why}${connection}`)
      return true
    }
    return false
  }

  #names(request: RequestFacts, path: string): boolean {
    const name = baseName(path)
    if (baseName(request.path) === name && request.seen.method !== 'POST') return true
    request.values ??= valuesOf(request.seen.target, [])
    return request.values.some((value) => value === name || value.endsWith(`/${name}`))
  }

  #confirm(request: GraphNode, pending: Pending, why: string): void {
    if (request.request !== undefined) request.request.isConfirmed = true
    const kind = pending.node.kind === 'file' ? 'uploaded' : 'caused'
    this.#memory.link({ from: request, to: pending.node, kind, why, event: pending.event })
  }

  /** Clients whose connections the worker had when it started a process, which the kernel timed. */
  #openAt(worker: GraphNode, ms: number): ReadonlySet<string> {
    const exact = this.#openBetween(worker, ms, ms)
    return exact.size > 0 ? exact : this.#openBetween(worker, ms - slackMs, ms + slackMs)
  }

  /** Empty where nothing is known, as behind a proxy or a local socket. */
  #openBetween(worker: GraphNode, firstMs: number, lastMs: number): ReadonlySet<string> {
    const open = new Set<string>()
    for (const { ip, fromMs, untilMs } of worker.process?.accepted ?? []) {
      if (fromMs > lastMs || untilMs < firstMs) continue
      // A proxy's connection says nothing about whom it speaks for.
      if (this.#isTrusted(ip)) return new Set()
      open.add(ip)
    }
    return open
  }
}

/** Images and styles explain nothing; most of a site's requests are such. */
function mayMatter(seen: WebRequestSeen): boolean {
  if (seen.method !== 'GET' && seen.method !== 'HEAD' && seen.method !== 'OPTIONS') return true
  return seen.target.includes('?') || isScript(pathOf(seen.target))
}

function covers(request: RequestFacts, ms: number): boolean {
  return ms >= request.beginMs - slackMs && ms <= request.endMs
}

function brings({ seen }: RequestFacts): boolean {
  return (
    seen.method === 'POST' ||
    seen.method === 'PUT' ||
    seen.method === 'PATCH' ||
    seen.method === 'MOVE' ||
    seen.method === 'COPY'
  )
}

/** One connection is served by one process. */
function causedElsewhere(request: GraphNode, worker: GraphNode): boolean {
  return request.links.some(({ kind, to }) => kind === 'caused' && to.process?.parent !== worker)
}

function asksLater(file: GraphNode, client: string | undefined): boolean {
  return file.links.some(({ kind, from }) => kind === 'asked-for' && from.request?.client === client)
}

/** What a server gave to the shell, or the command itself. */
function commandText(node: GraphNode): string {
  const facts = node.process
  if (facts === undefined) return ''
  const { args } = facts
  return isShell(facts.executable) && args[1] === '-c' ? (args[2] ?? '').trim() : facts.commandLine.trim()
}

/** The one whose time is nearest; none where several senders are equally near. */
function nearest(nodes: readonly GraphNode[], ms: number): GraphNode | undefined {
  let best: GraphNode | undefined
  let bestMs = Number.POSITIVE_INFINITY
  let isDoubtful = false
  for (const node of nodes) {
    const away = Math.max(0, Math.floor(Math.abs(ms - (node.request?.beginMs ?? 0)) / 1000))
    if (away < bestMs) {
      best = node
      bestMs = away
      isDoubtful = false
    } else if (away === bestMs && node.request?.client !== best?.request?.client) isDoubtful = true
  }
  return isDoubtful ? undefined : best
}

function eventOf(node: GraphNode, request: RequestFacts): Event {
  const sequence = node.links[0]?.sequences[0] ?? 0
  return {
    '@timestamp': new Date(Math.min(Math.max(0, request.beginMs), 8.64e15)).toISOString(),
    event: {
      kind: 'event',
      category: ['web'],
      type: ['access'],
      action: 'request',
      dataset: 'hx.log',
      provider: 'log-file',
      sequence,
    },
  }
}

function requestShown(seen: WebRequestSeen): Record<string, string | number> {
  return {
    'source.ip': seen.client,
    'http.request.method': cut(seen.method, 32),
    'url.original': cut(seen.target, 1024),
    'http.response.status_code': seen.status,
    ...(seen.userAgent === '' ? {} : { 'user_agent.original': cut(seen.userAgent, 256) }),
    ...(seen.host === '' ? {} : { 'url.domain': cut(seen.host, 256) }),
  }
}
