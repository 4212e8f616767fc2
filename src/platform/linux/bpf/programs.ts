// BPF programs: loading them past the kernel's verifier, and attaching them.

import { type AppError } from '../../../base/app-error.ts'
import { E, errno } from '../libc.ts'
import { BpfObject, Command, addressOf, bpf, bpfFault, raiseLockedMemory } from './system-call.ts'

export interface ProgramShape {
  /** One of `ProgramType`. */
  readonly type: number
  /** At most 15 letters, digits, underscores. */
  readonly name: string
  readonly code: Buffer
  /** One of `AttachType`, where the type of program needs it. */
  readonly attachType?: number
  /** The function or tracepoint (BTF id) that a tracing program is for. */
  readonly btfId?: number
}

export interface RunStatistics {
  /** Nanoseconds and runs since statistics are on (`enableRunStatistics`). */
  readonly runTimeNs: number
  readonly runs: number
  /** Runs that the kernel left out because the program already ran on that CPU; counted always. */
  readonly missed: number
}

const attributeBytes = 152
const instructionBytes = 8
const licence = Buffer.from('GPL\0', 'latin1')
const maxNameBytes = 15
const logBytes = 1 << 20
/** The end of the verifier's log says why. */
const logTailBytes = 1500
const infoBytes = 232
const again = 11
const maxLoads = 50

export class Program extends BpfObject {
  readonly name: string

  private constructor(fd: number, name: string) {
    super(fd)
    this.name = name
  }

  /** Throws AppError; its message ends with the last lines of the verifier. */
  static load(shape: ProgramShape): Program {
    const attributes = attributesOf(shape)
    let fd = loadUndisturbed(attributes)
    if (fd < 0 && errno() === E.PERM) {
      raiseLockedMemory()
      fd = loadUndisturbed(attributes)
    }
    if (fd < 0) throw refusal(shape, attributes)
    return new Program(fd, shape.name)
  }

  statistics(): RunStatistics {
    const info = Buffer.alloc(infoBytes)
    const attributes = Buffer.alloc(16)
    attributes.writeUInt32LE(this.fd, 0)
    attributes.writeUInt32LE(infoBytes, 4)
    attributes.writeBigUInt64LE(addressOf(info), 8)
    if (bpf(Command.objectInfo, attributes) < 0)
      throw bpfFault(`the program ${this.name} tells nothing of itself`)
    return {
      runTimeNs: Number(info.readBigUInt64LE(192)),
      runs: Number(info.readBigUInt64LE(200)),
      missed: Number(info.readBigUInt64LE(208)),
    }
  }

  /** Attaches to the raw tracepoint of that name; without a name to the one that it was loaded for. Throws AppError. */
  attachRawTracepoint(name?: string): BpfObject {
    const text = Buffer.from(`${name ?? ''}\0`, 'latin1')
    const attributes = Buffer.alloc(24)
    if (name !== undefined) attributes.writeBigUInt64LE(addressOf(text), 0)
    attributes.writeUInt32LE(this.fd, 8)
    const fd = bpf(Command.rawTracepointOpen, attributes)
    if (fd < 0) throw bpfFault(`the program ${this.name} cannot be attached to ${name ?? 'its tracepoint'}`)
    return new BpfObject(fd)
  }

  /** Attaches as `attachType` to a target (a cgroup's descriptor, 0 for an iterator). Throws AppError. */
  link(attachType: number, target = 0): BpfObject {
    const attributes = Buffer.alloc(48)
    attributes.writeUInt32LE(this.fd, 0)
    attributes.writeUInt32LE(target, 4)
    attributes.writeUInt32LE(attachType, 8)
    const fd = bpf(Command.linkCreate, attributes)
    if (fd < 0) throw bpfFault(`the program ${this.name} cannot be attached`)
    return new BpfObject(fd)
  }
}

/** The verifier gives up when a signal comes (EAGAIN): it is asked again. */
function loadUndisturbed(attributes: Buffer): number {
  let fd = -1
  for (let turn = 0; turn < maxLoads; turn++) {
    fd = bpf(Command.programLoad, attributes)
    if (fd >= 0 || errno() !== again) break
  }
  return fd
}

function attributesOf(shape: ProgramShape): Buffer {
  const attributes = Buffer.alloc(attributeBytes)
  attributes.writeUInt32LE(shape.type, 0)
  attributes.writeUInt32LE(shape.code.length / instructionBytes, 4)
  attributes.writeBigUInt64LE(addressOf(shape.code), 8)
  attributes.writeBigUInt64LE(addressOf(licence), 16)
  attributes.write(shape.name.slice(0, maxNameBytes), 48, 'latin1')
  attributes.writeUInt32LE(shape.attachType ?? 0, 68)
  attributes.writeUInt32LE(shape.btfId ?? 0, 108)
  return attributes
}

/** Loads once more with the verifier's log on: it costs time and memory, so only for the message. */
function refusal(shape: ProgramShape, attributes: Buffer): AppError {
  const first = bpfFault(`the program ${shape.name} is refused`)
  const log = Buffer.alloc(logBytes)
  attributes.writeUInt32LE(1, 24)
  attributes.writeUInt32LE(logBytes, 28)
  attributes.writeBigUInt64LE(addressOf(log), 32)
  const fd = bpf(Command.programLoad, attributes)
  if (fd >= 0) new BpfObject(fd)[Symbol.dispose]()
  const end = log.indexOf(0)
  const text = log.toString('latin1', Math.max(0, end - logTailBytes), Math.max(0, end)).trim()
  if (text !== '') first.message += `\n${text}`
  return first
}
