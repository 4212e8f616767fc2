// Numbers of the BPF machine and its kernel interface (include/uapi/linux/bpf.h): they are ABI and never change.

/** Registers: r0 holds results, r1 to r5 arguments (lost in a call), r6 to r9 survive calls, fp is the stack's end. */
export const R = { r0: 0, r1: 1, r2: 2, r3: 3, r4: 4, r5: 5, r6: 6, r7: 7, r8: 8, r9: 9, fp: 10 } as const

export type Register = (typeof R)[keyof typeof R]

/** Helper functions of the kernel, for `Assembler.call`. */
export const Helper = {
  mapLookup: 1,
  mapUpdate: 2,
  mapDelete: 3,
  ktimeGetNs: 5,
  currentPidTgid: 14,
  currentUidGid: 15,
  currentComm: 16,
  skbLoadBytes: 26,
  currentTask: 35,
  getSocketCookie: 46,
  currentCgroupId: 80,
  sendSignal: 109,
  probeReadUser: 112,
  probeReadKernel: 113,
  probeReadUserStr: 114,
  probeReadKernelStr: 115,
  ktimeGetBootNs: 125,
  seqWrite: 127,
  ringbufOutput: 130,
} as const

export const MapType = {
  hash: 1,
  array: 2,
  perCpuHash: 5,
  perCpuArray: 6,
  lruHash: 9,
  ringbuf: 27,
} as const

export const ProgramType = {
  socketFilter: 1,
  kprobe: 2,
  schedCls: 3,
  tracepoint: 5,
  cgroupSkb: 8,
  rawTracepoint: 17,
  cgroupSockAddr: 18,
  tracing: 26,
  lsm: 29,
} as const

export const AttachType = {
  none: 0,
  cgroupInetIngress: 0,
  cgroupInetEgress: 1,
  cgroupInet4Connect: 10,
  cgroupInet6Connect: 11,
  cgroupUdp4Sendmsg: 14,
  cgroupUdp6Sendmsg: 15,
  traceRawTp: 23,
  traceFentry: 24,
  lsmMac: 27,
  traceIter: 28,
} as const

/** Flags of ringbufOutput: nobody is woken, the reader looks by itself. */
export const ringNoWakeup = 1
