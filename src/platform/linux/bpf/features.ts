// What of BPF this kernel lets us do, found by trying: version numbers say little, because distributions configure,
// restrict and backport. Each probe loads the smallest program of its kind and lets it go.

import { messageOf } from '../../../base/app-error.ts'
import { Assembler } from './assembler.ts'
import { type Btf, readBtf } from './btf.ts'
import { AttachType, ProgramType, R } from './instructions.ts'
import { attachTracepoint, userProbeType } from './perf-event.ts'
import { Program } from './programs.ts'
import { RingBuffer } from './ring-buffer.ts'
import { Tracefs } from './tracefs.ts'

export const bpfFeatureIds = [
  'btf',
  'ring-buffer',
  'raw-tracepoint',
  'btf-tracepoint',
  'tracepoint',
  'syscall-tracepoint',
  'task-iterator',
  'cgroup-connect',
  'cgroup-packets',
  'socket-filter',
  'user-probe',
  'lsm',
  'fentry',
] as const

export type BpfFeatureId = (typeof bpfFeatureIds)[number]

export interface BpfFeature {
  readonly id: BpfFeatureId
  /** What it is for, a few words. */
  readonly use: string
  /** Empty when it works, else the reason. */
  readonly refused: string
}

interface Probe {
  readonly use: string
  /** Throws the reason. */
  readonly try: (btf: () => Btf) => void
}

const probes: Readonly<Record<BpfFeatureId, Probe>> = {
  btf: { use: 'the layout of this kernel', try: (btf) => void btf() },
  'ring-buffer': {
    use: 'handing events over',
    try: () => new RingBuffer('probe', 1 << 16)[Symbol.dispose](),
  },
  'raw-tracepoint': { use: 'processes, TCP states', try: () => load(ProgramType.rawTracepoint) },
  'btf-tracepoint': {
    use: 'the same, faster',
    try: (btf) =>
      load(ProgramType.tracing, AttachType.traceRawTp, need(btf().tracepointId('sched_process_exec'))),
  },
  tracepoint: { use: 'single system calls', try: () => load(ProgramType.tracepoint) },
  'syscall-tracepoint': { use: 'ptrace, memfd_create, setuid', try: trySyscall },
  'task-iterator': {
    use: 'hidden processes',
    try: (btf) => load(ProgramType.tracing, AttachType.traceIter, need(btf().functionId('bpf_iter_task'))),
  },
  'cgroup-connect': {
    use: 'UDP destinations, isolation',
    try: () => load(ProgramType.cgroupSockAddr, AttachType.cgroupInet4Connect),
  },
  'cgroup-packets': { use: 'DNS answers', try: () => load(ProgramType.cgroupSkb) },
  'socket-filter': { use: 'DNS answers', try: () => load(ProgramType.socketFilter) },
  'user-probe': {
    use: 'typed shell commands',
    try: () => {
      userProbeType()
      load(ProgramType.kprobe)
    },
  },
  lsm: {
    use: 'denying in the kernel',
    try: (btf) =>
      load(ProgramType.lsm, AttachType.lsmMac, need(btf().functionId('bpf_lsm_bprm_check_security'))),
  },
  fentry: {
    use: 'tracing functions of the kernel',
    try: (btf) =>
      load(ProgramType.tracing, AttachType.traceFentry, need(btf().functionId('security_bprm_check'))),
  },
}

/** Tries everything, about 50 ms. */
export function probeBpf(): BpfFeature[] {
  let types: Btf | undefined
  const btf = (): Btf => (types ??= readBtf())
  return bpfFeatureIds.map((id) => ({
    id,
    use: probes[id].use,
    refused: reasonOf(() => probes[id].try(btf)),
  }))
}

function reasonOf(attempt: () => void): string {
  try {
    attempt()
    return ''
  } catch (thrown) {
    return messageOf(thrown).split('\n', 1)[0] ?? ''
  }
}

function load(type: number, attachType?: number, btfId?: number): void {
  using program = smallest(type, attachType, btfId)
  void program
}

function smallest(type: number, attachType?: number, btfId?: number): Program {
  const code = new Assembler().constant(R.r0, 0).exit().build()
  return Program.load({
    type,
    code,
    name: 'haechi_probe',
    ...(attachType === undefined ? {} : { attachType }),
    ...(btfId === undefined ? {} : { btfId }),
  })
}

function trySyscall(): void {
  using tracefs = new Tracefs()
  const id = tracefs.tracepointId('syscalls/sys_enter_ptrace')
  if (id === undefined) throw new Error('the kernel has no tracepoints of single system calls, or hides them')
  using program = smallest(ProgramType.tracepoint)
  using attached = attachTracepoint(program, id)
  void attached
}

function need(id: number | undefined): number {
  if (id === undefined) throw new Error("the kernel's types do not have it")
  return id
}
