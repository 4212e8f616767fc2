// Whether a local port is taken, asked by bind(2): what hides a socket from the lists of the kernel seldom frees its port.

import { E, errno, errnoName, kernelFault, libc } from './libc.ts'
import { closeFd } from './fanotify.ts'
import type { Transport } from './sock-diag.ts'

const socket = libc.func('int socket(int domain, int type, int protocol)')
const bind = libc.func('int bind(int fd, void *address, unsigned int length)')
const setsockopt = libc.func(
  'int setsockopt(int fd, int level, int option, void *value, unsigned int length)',
)

const types = { tcp: 1, udp: 2 } as const
const closeOnExec = 0o2000000
const family = { ipv4: 2, ipv6: 10 } as const
const addressBytes = { ipv4: 16, ipv6: 28 } as const
const noFamily = 97
const addressInUse = 98
const accessDenied = 13
const ipv6Level = 41
const ipv6Only = 26
const socketLevel = 1
const reuseAddress = 2
const on = Buffer.from([1, 0, 0, 0])

const off = Buffer.alloc(4)

/**
 * Whether a socket has this port (1 to 65535) on any local address of either family. The socket of the probe is closed
 * at once, nothing listens. Throws AppError when the kernel does not answer.
 */
export function portIsTaken(transport: Transport, port: number): boolean {
  let type: keyof typeof family = 'ipv6'
  let fd: number = socket(family.ipv6, types[transport] | closeOnExec, 0)
  if (fd < 0 && errno() === noFamily) {
    type = 'ipv4'
    fd = socket(family.ipv4, types[transport] | closeOnExec, 0)
  }
  if (fd < 0) throw kernelFault('socket', `a ${transport} socket`)
  try {
    // One socket asks for both families.
    if (type === 'ipv6') setsockopt(fd, ipv6Level, ipv6Only, off, 4)
    // A server that starts in this moment is not disturbed; a port that listens is taken all the same.
    if (transport === 'tcp') setsockopt(fd, socketLevel, reuseAddress, on, 4)
    return !binds(fd, type, port)
  } finally {
    closeFd(fd)
  }
}

function binds(fd: number, type: keyof typeof family, port: number): boolean {
  const address = Buffer.alloc(addressBytes[type])
  address.writeUInt16LE(family[type], 0)
  address.writeUInt16BE(port, 2)
  const result: number = bind(fd, address, address.length)
  if (result === 0) return true
  const code = errno()
  if (code === addressInUse) return false
  const why = code === accessDenied || code === E.PERM ? 'a privilege is missing' : errnoName(code)
  throw kernelFault('bind', `port ${port}: ${why}`)
}
