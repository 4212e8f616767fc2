// Finds or makes the node of a process, file, address …: what an event says becomes what is remembered.

import type { AddressTest } from '../base/network.ts'
import type { Event, ProcessInfo } from '../model/index.ts'
import { baseName, boundaryOf } from './boundaries.ts'
import type { Memory } from './memory.ts'
import { isInWebRoot, isSharedPath, pathKey } from './places.ts'
import { cut } from './short-text.ts'
import type { AddressFacts, Facts, FileFacts, GraphNode, ProcessFacts } from './state.ts'
import { microsOf } from './step-time.ts'

const maxIndex = 16_384

export class Things {
  readonly #memory: Memory
  readonly #byPid = new Map<number, GraphNode>()
  /** The file that has a path now; an older one may have had it before. */
  readonly #byPath = new Map<string, GraphNode>()
  readonly #isCommonHere: AddressTest

  /** `isCommon`: of the host itself, or trusted. */
  constructor(memory: Memory, isCommon: AddressTest) {
    this.#memory = memory
    this.#isCommonHere = isCommon
  }

  forget(node: GraphNode): void {
    if (node.process !== undefined && this.#byPid.get(node.process.pid) === node)
      this.#byPid.delete(node.process.pid)
    if (node.file !== undefined && this.#byPath.get(pathKey(node.file.path)) === node)
      this.#byPath.delete(pathKey(node.file.path))
  }

  /** Of what an event says of itself; `event` for its time, and for the link to its parent. */
  process(info: ProcessInfo, event: Event): GraphNode | undefined {
    const node = this.#known(info) ?? this.#newProcess(info, event)
    if (node?.process === undefined) return undefined
    this.#update(node.process, info, event)
    if (info.parent !== undefined && node.process.parent === undefined)
      this.#setParent(node, info.parent, event)
    describe(node, event)
    return node
  }

  #known(info: ProcessInfo): GraphNode | undefined {
    if (info.entity_id !== undefined) return this.#memory.touch('process', `process:${info.entity_id}`)
    const node = this.#byPid.get(info.pid)
    // Without a start time only the words can tell that the pid was not given again.
    const words = info.command_line ?? info.name
    if (node?.process === undefined || words === undefined) return node
    return words === node.process.commandLine ||
      words === node.process.name ||
      info.name === node.process.name
      ? node
      : undefined
  }

  #newProcess(info: ProcessInfo, event: Event): GraphNode | undefined {
    const { pid } = info
    if (typeof pid !== 'number' || pid <= 0) return undefined
    const id = `process:${info.entity_id ?? `pid-${pid}-${info.start ?? event.event.sequence ?? 0}`}`
    const node = this.#memory.add('process', id, {
      label: '',
      facts: {
        'process.pid': pid,
        ...(info.entity_id === undefined ? {} : { 'process.entity_id': info.entity_id }),
      },
      process: {
        pid,
        parent: undefined,
        name: '',
        executable: '',
        commandLine: '',
        args: [],
        directory: '',
        boundary: undefined,
        maintained: false,
        executedMicros: 0,
        endedMicros: 0,
        session: 0,
        logon: '',
        container: undefined,
        accepted: [],
      },
    })
    if (this.#byPid.size < maxIndex || this.#byPid.has(pid)) this.#byPid.set(pid, node)
    return node
  }

  #update(facts: ProcessFacts, info: ProcessInfo, event: Event): void {
    const isOwn = info === event.process
    const isExec = isOwn && (event.event.action === 'exec' || event.event.action === 'process-seen')
    if (facts.executable === '' || isExec) {
      facts.name = info.name ?? facts.name
      facts.executable = info.executable ?? facts.executable
      facts.args = (info.args ?? facts.args).slice(0, 32).map((arg) => cut(arg, 4096))
      facts.commandLine = cut(info.command_line ?? facts.commandLine, 4096)
      facts.boundary = boundaryOf(facts)
    }
    if (info.working_directory !== undefined) facts.directory = info.working_directory
    if (!isOwn) return
    if (event.event.action === 'exec') facts.executedMicros = microsOf(event['@timestamp'])
    if (event.event.action === 'exit') facts.endedMicros = microsOf(event['@timestamp'])
    facts.session = event.hx?.process?.session ?? facts.session
    facts.logon = event.hx?.process?.logon_id ?? facts.logon
    facts.container = event.container ?? facts.container
  }

  #setParent(node: GraphNode, info: ProcessInfo, event: Event): void {
    if (node.process === undefined || info.pid <= 0 || info.pid === node.process.pid) return
    const parent = this.process(info, event)
    if (parent?.process === undefined || parent === node || isBelow(parent, node)) return
    const child = node.process
    child.parent = parent
    child.maintained = parent.process.boundary === 'packages' || parent.process.maintained
    const why = `${shortName(parent)} started ${shortName(node)}`
    this.#memory.link({ from: parent, to: node, kind: 'started', why, event })
  }

  file(path: string, event: Event): GraphNode {
    const known = this.#byPath.get(pathKey(path))
    if (known !== undefined) {
      this.#memory.touch('file', known.id)
      return known
    }
    return this.#newFile(path, `file:${pathKey(path)}`, event)
  }

  fileIfKnown(path: string): GraphNode | undefined {
    return this.#byPath.get(pathKey(path))
  }

  /** Another file at the path of one that was deleted: what is known of the old one is not true of it. */
  fileAnew(path: string, inode: string, event: Event): GraphNode {
    return this.#newFile(path, `file:${pathKey(path)}#${inode}`, event)
  }

  #newFile(path: string, id: string, event: Event): GraphNode {
    const node =
      this.#memory.get('file', id) ??
      this.#memory.add('file', id, {
        label: path,
        facts: { 'file.path': path },
        isShared: this.isShared(path),
        file: {
          ...this.newFileFacts(path),
          inode: event.file?.path === path ? (event.file.inode ?? '') : '',
        },
      })
    if (this.#byPath.size < maxIndex) this.#byPath.set(pathKey(path), node)
    return node
  }

  address(ip: string): GraphNode {
    return (
      this.#memory.touch('address', `address:${ip}`) ??
      this.#memory.add('address', `address:${ip}`, {
        label: ip,
        facts: { 'source.ip': ip },
        address: this.newAddressFacts(ip),
      })
    )
  }

  newFileFacts(path: string): FileFacts {
    return {
      path,
      inode: '',
      createdMs: undefined,
      taintedMs: undefined,
      isDeleted: false,
      isWebWritten: false,
      isInWebRoot: isInWebRoot(path),
    }
  }

  isShared(path: string): boolean {
    return isSharedPath(path)
  }

  newAddressFacts(ip: string): AddressFacts {
    return { ip, isCommon: this.#isCommon(ip), clients: new Set() }
  }

  #isCommon(ip: string): boolean {
    return (
      this.#isCommonHere(ip) ||
      /^(?:127\.0\.0\.1|0\.|22[4-9]\.|23\d\.|255\.)/.test(ip) ||
      /^(?:::1?|ff[\da-f]{2}:.*|::ffff:127\.0\.0\.1)$/i.test(ip)
    )
  }

  /** Accounts, sessions, services, schedules, containers. `shared` ones are shown, and nothing joins by them. */
  other(
    kind: 'account' | 'session' | 'service' | 'schedule' | 'container',
    name: string,
    label: string = name,
  ): GraphNode {
    const id = `${kind}:${cut(name)}`
    return (
      this.#memory.touch(kind, id) ??
      this.#memory.add(kind, id, { label: cut(label, 200), isShared: kind === 'account' })
    )
  }

  /** A node of a stored incident, put back as it was. */
  restored(node: GraphNode): void {
    if (node.process !== undefined) this.#byPid.set(node.process.pid, node)
    if (node.file !== undefined) this.#byPath.set(pathKey(node.file.path), node)
  }
}

/** A parent that is a descendant would be a circle: events of other times contradict each other. */
function isBelow(node: GraphNode, ancestor: GraphNode): boolean {
  let now: GraphNode | undefined = node
  for (let depth = 0; now !== undefined && depth < 64; depth++) {
    if (now === ancestor) return true
    now = now.process?.parent
  }
  return now !== undefined
}

export function shortName(node: GraphNode): string {
  const facts = node.process
  if (facts === undefined) return node.label
  const name = facts.executable === '' ? facts.name : baseName(facts.executable)
  return facts.name !== '' && facts.name !== name ? `${facts.name} (${facts.pid})` : `${name} (${facts.pid})`
}

function describe(node: GraphNode, event: Event): void {
  const { process: facts, facts: shown } = node
  const { action } = event.event
  if (facts === undefined) return
  // Nothing is news but a start and an end.
  if (node.label !== '' && shown['user.name'] !== undefined && action !== 'exec' && action !== 'exit') return
  if (node.label !== '' && event.process?.pid !== facts.pid) return
  const label = shortName(node)
  if (node.label !== label) node.label = label
  if (facts.executable !== '') shown['process.executable'] = facts.executable
  if (facts.name !== '') shown['process.name'] = facts.name
  if (facts.commandLine !== '') shown['process.command_line'] = cut(facts.commandLine)
  if (event.process !== undefined && event.process.entity_id === shown['process.entity_id'])
    describeOwn(shown, event.process, event)
}

/** What only its own events say. */
function describeOwn(shown: Facts, own: ProcessInfo, event: Event): void {
  const user = own.user?.name ?? own.user?.id ?? event.user?.name ?? event.user?.id
  if (user !== undefined) shown['user.name'] = user
  if (own.start !== undefined) shown['process.start'] = own.start
  if (own.hash?.sha256 !== undefined && event.event.action === 'exec')
    shown['process.hash.sha256'] = own.hash.sha256
  if (event.event.action === 'exit') shown['process.end'] = event['@timestamp']
  if (event.container !== undefined) shown['container.id'] = event.container.id
}
