// The process event connector (linux/cn_proc.h): fork, exec, exit and changes of every process, with no argument lists.
// Each event carries a number that grows by one per processor, so what was dropped is counted exactly. A listener for
// some kinds only cannot count: the kernel numbers the events before it sorts them out.

import { messageHeaderBytes, type NetlinkSocket, openNetlink, Protocol } from './netlink.ts'

const connectorGroup = 1
const idIndex = 1
const idValue = 1
const operation = { listen: 1, ignore: 2 } as const
const messageDone = 3

// Of a datagram: struct nlmsghdr, struct cn_msg, struct proc_event.
const at = {
  index: messageHeaderBytes,
  value: messageHeaderBytes + 4,
  sequence: messageHeaderBytes + 8,
  kind: messageHeaderBytes + 20,
  cpu: messageHeaderBytes + 24,
  time: messageHeaderBytes + 28,
  data: messageHeaderBytes + 36,
} as const
const shortestEvent = at.data + 8
const maxDatagramBytes = 128
const datagramsPerCall = 128
const maxCpus = 8192

/** Kinds of events (`what`). */
export const ProcessEventKind = {
  fork: 0x1,
  exec: 0x2,
  uid: 0x4,
  gid: 0x40,
  sid: 0x80,
  ptrace: 0x100,
  comm: 0x200,
  coredump: 0x40000000,
  exit: 0x80000000,
} as const

/** One event; the object is used again for the next one. */
export interface ProcessEvent {
  kind: number
  /** Nanoseconds of CLOCK_MONOTONIC. */
  timeNs: number
  /** Thread and process that the event is about; of a fork, the new ones. */
  thread: number
  process: number
  /** Fork and exit: the parent's process. Ptrace: the tracer's process, 0 when it let go. */
  other: number
  /** Exit: as wait(2) has it. Uid and gid: the real id. */
  value: number
  /** Uid and gid: the effective id. */
  effective: number
}

export interface ConnectorOptions {
  /** Wanted receive buffer of the kernel in bytes. */
  readonly receiveBytes: number
  /** Kinds to be sent, as bits; all when absent. Before Linux 6.6 the kernel sends all. */
  readonly kinds?: number
}

/** Listens to the kernel. Throws AppError where it does not (no CAP_NET_ADMIN, a container, no CONFIG_PROC_EVENTS). */
export class ProcConnector implements Disposable {
  /** Events that the kernel dropped, exactly; counted only without `kinds`. */
  dropped = 0
  /** Numbered messages received, also those that are no events: with `dropped`, all that the kernel has sent. */
  received = 0
  readonly #socket: NetlinkSocket
  readonly #counts: boolean
  /** Last number seen of each processor. */
  readonly #last = new Map<number, number>()
  readonly #event: ProcessEvent = {
    kind: 0,
    timeNs: 0,
    thread: 0,
    process: 0,
    other: 0,
    value: 0,
    effective: 0,
  }

  constructor(options: ConnectorOptions) {
    this.#counts = options.kinds === undefined
    this.#socket = openNetlink({
      protocol: Protocol.connector,
      groups: connectorGroup,
      receiveBytes: options.receiveBytes,
      maxDatagramBytes,
      datagramsPerCall,
    })
    try {
      this.#tell(operation.listen, options.kinds)
    } catch (thrown) {
      this.#socket.close()
      throw thrown
    }
  }

  /** How often the kernel said that it dropped something. */
  get overruns(): number {
    return this.#socket.overruns
  }

  /** Hands on what waits, at most about `maxEvents`; the event is valid until the next. True when there may be more. */
  receive(take: (event: ProcessEvent) => void, maxEvents: number): boolean {
    return this.#socket.receive((start, end) => {
      if (this.#read(start, end)) take(this.#event)
    }, maxEvents)
  }

  close(): void {
    try {
      this.#tell(operation.ignore, undefined)
    } catch {
      // Closing is enough: the kernel then finds nobody to send to.
    }
    this.#socket.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #tell(what: number, kinds: number | undefined): void {
    const data = Buffer.alloc(kinds === undefined ? 4 : 8)
    data.writeUInt32LE(what, 0)
    if (kinds !== undefined) data.writeUInt32LE(kinds, 4)
    const message = Buffer.alloc(20 + data.length)
    message.writeUInt32LE(idIndex, 0)
    message.writeUInt32LE(idValue, 4)
    message.writeUInt16LE(data.length, 16)
    data.copy(message, 20)
    this.#socket.send(messageDone, 0, message)
  }

  #read(start: number, end: number): boolean {
    const { buffer } = this.#socket
    if (end - start < shortestEvent) return false
    if (buffer.readUInt32LE(start + at.index) !== idIndex) return false
    if (buffer.readUInt32LE(start + at.value) !== idValue) return false
    const kind = buffer.readUInt32LE(start + at.kind)
    if (this.#counts)
      this.#count(buffer.readUInt32LE(start + at.cpu), buffer.readUInt32LE(start + at.sequence))
    // The answer to somebody's request to listen: everybody gets it, and it is numbered like the events.
    if (kind === 0) return false
    this.#event.kind = kind
    this.#event.timeNs =
      buffer.readUInt32LE(start + at.time + 4) * 2 ** 32 + buffer.readUInt32LE(start + at.time)
    return this.#readData(kind, start + at.data, end)
  }

  #count(cpu: number, sequence: number): void {
    this.received++
    const last = this.#last.get(cpu)
    if (last === undefined && this.#last.size >= maxCpus) return
    this.#last.set(cpu, sequence)
    if (last !== undefined) this.dropped += (sequence - last - 1) >>> 0
  }

  #readData(kind: number, data: number, end: number): boolean {
    const event = this.#event
    const word = (index: number): number => this.#socket.buffer.readUInt32LE(data + 4 * index)
    const words = Math.trunc((end - data) / 4)
    const fork = kind === ProcessEventKind.fork
    event.thread = word(0)
    event.process = word(1)
    event.other = 0
    event.value = 0
    event.effective = 0
    if (fork) {
      if (words < 4) return false
      event.other = event.process
      event.thread = word(2)
      event.process = word(3)
    } else if (kind === ProcessEventKind.exit) {
      if (words < 3) return false
      event.value = word(2)
      event.other = words < 6 ? 0 : word(5)
    } else if (kind === ProcessEventKind.uid || kind === ProcessEventKind.gid) {
      if (words < 4) return false
      event.value = word(2)
      event.effective = word(3)
    } else if (kind === ProcessEventKind.ptrace) {
      if (words < 4) return false
      event.other = word(3)
    }
    return true
  }
}

export interface ExecWitness extends Disposable {
  /** Since the last call. `overruns`: how often the kernel dropped some, nobody knows how many. */
  take(): { readonly execs: number; readonly overruns: number }
  close(): void
}

const witnessReceiveBytes = 8 * 1024 * 1024
/** At most so many events in one `take`; more than the buffer holds. */
const witnessMaxEvents = 65_536

/** Counts program starts on the whole host, beside the sensor that tells of them. Throws AppError as `ProcConnector`. */
export function openExecWitness(): ExecWitness {
  const connector = new ProcConnector({ receiveBytes: witnessReceiveBytes, kinds: ProcessEventKind.exec })
  let told = 0
  return {
    take() {
      let execs = 0
      connector.receive((event) => {
        if (event.kind === ProcessEventKind.exec) execs++
      }, witnessMaxEvents)
      const overruns = connector.overruns - told
      told = connector.overruns
      return { execs, overruns }
    },
    close: () => connector.close(),
    [Symbol.dispose]: () => connector.close(),
  }
}
