// The records that the programs write into the ring: offsets of their fields. Programs and decoders share this table.

export const Kind = { exec: 1, fork: 2, exit: 3, call: 4 } as const

/** Counters that the programs increase: records that were to be made, and those of them that were not. */
export const Count = {
  execRuns: 0,
  execLost: 1,
  forkRuns: 2,
  forkLost: 3,
  exitRuns: 4,
  exitLost: 5,
  callRuns: 6,
  callLost: 7,
  all: 8,
} as const

/** Begins every record. */
export const Head = { kind: 0, pid: 4, time: 8, start: 16 } as const

/** A process: of exec records and of the task iterator. Strings follow behind `bytes`, each ended by a zero byte. */
export const Task = {
  parentPid: 24,
  flags: 28,
  parentStart: 32,
  cgroup: 40,
  uid: 48,
  gid: 52,
  euid: 56,
  egid: 60,
  suid: 64,
  sgid: 68,
  caps: 72,
  auid: 80,
  session: 84,
  leader: 88,
  ttyMajor: 92,
  ttyMinor: 96,
  ttyIndex: 100,
  inode: 104,
  size: 112,
  ctime: 120,
  ctimeNs: 128,
  device: 132,
  mode: 136,
  links: 140,
  fileUid: 144,
  fileGid: 148,
  /** Bytes of the arguments in the process; what is in the record may be less. */
  argBytes: 152,
  /** Bytes of the arguments in the record. */
  argTaken: 160,
  /** Where the names of the executable's path end, the working directory's, the file name, the interpreter. */
  pathEnd: 164,
  cwdEnd: 168,
  filenameEnd: 172,
  interpEnd: 176,
  pathState: 180,
  cwdState: 184,
  comm: 188,
  bytes: 208,
} as const

/** How a walk from a name up to the root ended: state 0 is none. */
export const Walk = {
  complete: 1,
  /** Nothing above: from memfd_create(2), or out of any mount. */
  detached: 2,
  /** Deeper or longer than we follow. */
  cut: 3,
} as const

export const commBytes = 16
/** Names longer than this are cut by the kernel itself (NAME_MAX is 255). */
export const nameBytes = 256
/** execve(2)'s file name, as far as it is kept. */
export const filenameBytes = 512
/** The last place where a string may begin. */
export const lastString = 6400
export const maxArgBytes = 8192
/** A program's own memory for one record. */
export const scratchBytes = 16_384
export const maxPathDepth = 64

export const Fork = { parentPid: 24, flags: 28, parentStart: 32, bytes: 40 } as const

export const Exit = { code: 24, flags: 28, groupCode: 32, signalFlags: 36, bytes: 40 } as const

export const Call = {
  call: 24,
  uid: 28,
  gid: 32,
  euid: 36,
  egid: 40,
  suid: 44,
  sgid: 48,
  caps: 56,
  result: 64,
  first: 72,
  second: 80,
  text: 88,
  bytes: 344,
} as const

export const callTextBytes = 256

/** System calls whose tracepoints are used; the number in a record is the place in this list. `arguments`: how many the
 *  call has, where they are of interest; 0 where only the result is, which costs one tracepoint instead of two. */
export const calls = [
  { name: 'ptrace', arguments: 4 },
  { name: 'process_vm_writev', arguments: 6 },
  { name: 'memfd_create', arguments: 2 },
  { name: 'finit_module', arguments: 3 },
  { name: 'init_module', arguments: 0 },
  { name: 'setuid', arguments: 0 },
  { name: 'setgid', arguments: 0 },
  { name: 'setreuid', arguments: 0 },
  { name: 'setregid', arguments: 0 },
  { name: 'setresuid', arguments: 0 },
  { name: 'setresgid', arguments: 0 },
  { name: 'capset', arguments: 0 },
] as const

/** PF_KTHREAD of task_struct.flags. */
export const kernelThreadFlag = 0x0020_0000
/** SIGNAL_GROUP_EXIT of signal_struct.flags. */
export const groupExitFlag = 4
