// All programs of the network sensor, loaded and attached: that of TCP must stand, each of the others is a reason told.

import { closeSync, constants, openSync } from 'node:fs'

import { AppError, messageOf } from '../../../base/app-error.ts'
import { type Btf, readBtf } from '../../../platform/linux/bpf/btf.ts'
import { AttachType, MapType, ProgramType } from '../../../platform/linux/bpf/instructions.ts'
import { BpfMap, Counters } from '../../../platform/linux/bpf/maps.ts'
import { attachTracepoint } from '../../../platform/linux/bpf/perf-event.ts'
import { Program } from '../../../platform/linux/bpf/programs.ts'
import { RingBuffer } from '../../../platform/linux/bpf/ring-buffer.ts'
import { Tracefs } from '../../../platform/linux/bpf/tracefs.ts'
import { readMounts } from '../../../platform/linux/mounts.ts'
import { acceptProgram } from './accept-program.ts'
import { type DatagramHook, datagramProgram } from './datagram-program.ts'
import { dnsProgram } from './dns-program.ts'
import { flowKey, flowValue, ownerValue } from './layout.ts'
import { type NetworkMaps, taskOffsets } from './program-parts.ts'
import { tcpProgram } from './tcp-program.ts'

const maxFlows = 8192
const maxOwners = 4096

const datagramHooks: readonly (DatagramHook & { readonly attachType: number; readonly name: string })[] = [
  { type: 'ipv4', call: 'connect', attachType: AttachType.cgroupInet4Connect, name: 'haechi_connect4' },
  { type: 'ipv6', call: 'connect', attachType: AttachType.cgroupInet6Connect, name: 'haechi_connect6' },
  { type: 'ipv4', call: 'send', attachType: AttachType.cgroupUdp4Sendmsg, name: 'haechi_send4' },
  { type: 'ipv6', call: 'send', attachType: AttachType.cgroupUdp6Sendmsg, name: 'haechi_send6' },
]

/** Abilities that may be missing while TCP is seen. */
export type Ability = 'accept' | 'udp' | 'dns'

export class NetworkPrograms implements Disposable {
  readonly maps: NetworkMaps
  readonly refused: { readonly ability: Ability; readonly why: string }[] = []
  readonly #programs: Program[] = []
  readonly #owned: Disposable[] = []

  /** Throws AppError when the states of TCP cannot be seen. */
  constructor(ringBytes: number) {
    const btf = readBtf()
    try {
      this.maps = this.#makeMaps(ringBytes)
      this.#attachTcp(btf)
      this.#attempt('accept', () => this.#attachAccept(btf))
      this.#attempt('udp', () => this.#attachDatagrams(btf))
      this.#attempt('dns', () => this.#attachDns())
    } catch (thrown) {
      this[Symbol.dispose]()
      throw thrown
    }
  }

  /** Runs that the kernel left out because a program was already running on that CPU. */
  missedRuns(): number {
    return this.#programs.reduce((sum, program) => sum + program.statistics().missed, 0)
  }

  [Symbol.dispose](): void {
    // Links first: nothing runs any more when the maps go.
    for (const owned of this.#owned.splice(0).toReversed()) owned[Symbol.dispose]()
  }

  #makeMaps(ringBytes: number): NetworkMaps {
    const flows = {
      type: MapType.lruHash,
      keyBytes: flowKey.bytes,
      valueBytes: flowValue.bytes,
      maxEntries: maxFlows,
    }
    const owners = { type: MapType.lruHash, keyBytes: 8, valueBytes: ownerValue.bytes, maxEntries: maxOwners }
    return {
      ring: this.#own(new RingBuffer('haechi_net', ringBytes)),
      counters: this.#own(new Counters('haechi_net_count', 2)),
      flows: this.#own(BpfMap.create({ ...flows, name: 'haechi_flows' })),
      owners: this.#own(BpfMap.create({ ...owners, name: 'haechi_askers' })),
    }
  }

  #attachTcp(btf: Btf): void {
    const btfId = btf.tracepointId('inet_sock_set_state')
    if (btfId === undefined)
      throw new AppError('unsupported', 'the kernel has no tracepoint inet_sock_set_state')
    const code = tcpProgram(btf, this.maps)
    const attachType = AttachType.traceRawTp
    const program = this.#load({ type: ProgramType.tracing, name: 'haechi_tcp', code, attachType, btfId })
    this.#own(program.attachRawTracepoint())
  }

  #attachAccept(btf: Btf): void {
    using tracefs = new Tracefs()
    const code = acceptProgram(btf, this.maps)
    const program = this.#load({ type: ProgramType.tracepoint, name: 'haechi_accept', code })
    for (const call of ['accept', 'accept4']) {
      const id = tracefs.tracepointId(`syscalls/sys_exit_${call}`)
      if (id === undefined) throw new AppError('unsupported', `there is no tracepoint of the end of ${call}`)
      this.#own(attachTracepoint(program, id))
    }
  }

  #attachDatagrams(btf: Btf): void {
    for (const hook of datagramHooks) {
      const code = datagramProgram(hook, this.maps, taskOffsets(btf))
      const { name, attachType } = hook
      this.#link(this.#load({ type: ProgramType.cgroupSockAddr, name, code, attachType }), attachType)
    }
  }

  #attachDns(): void {
    const load = (name: string, code: Buffer, attachType: number): void =>
      this.#link(this.#load({ type: ProgramType.cgroupSkb, name, code, attachType }), attachType)
    load('haechi_dns_out', dnsProgram('sent', this.maps), AttachType.cgroupInetEgress)
    load('haechi_dns_in', dnsProgram('received', this.maps), AttachType.cgroupInetIngress)
  }

  // At the root of the hierarchy: every process of the host is below it.
  #link(program: Program, attachType: number): void {
    const root = readMounts().find((mount) => mount.fsType === 'cgroup2' && mount.root === '/')
    if (root === undefined)
      throw new AppError('unsupported', 'the root of the cgroup v2 hierarchy is not mounted')
    const fd = openSync(Buffer.from(root.point, 'latin1'), constants.O_RDONLY | constants.O_DIRECTORY)
    try {
      this.#own(program.link(attachType, fd))
    } finally {
      closeSync(fd)
    }
  }

  #attempt(ability: Ability, attach: () => void): void {
    const before = this.#owned.length
    const programs = this.#programs.length
    try {
      attach()
    } catch (thrown) {
      // Half of an ability would be worse than none that is told.
      for (const owned of this.#owned.splice(before).toReversed()) owned[Symbol.dispose]()
      this.#programs.splice(programs)
      this.refused.push({ ability, why: messageOf(thrown).split('\n', 1)[0] ?? '' })
    }
  }

  #load(shape: Parameters<typeof Program.load>[0]): Program {
    const program = this.#own(Program.load(shape))
    this.#programs.push(program)
    return program
  }

  #own<T extends Disposable>(owned: T): T {
    this.#owned.push(owned)
    return owned
  }
}
