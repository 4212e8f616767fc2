// Tells the service manager that the daemon is ready, alive or ending: datagrams to NOTIFY_SOCKET (sd_notify(3)). Node
// has no datagram sockets of the unix domain, so the system calls are made here.

import { libc } from './libc.ts'

const socketCall = libc.func('int socket(int domain, int type, int protocol)')
const sendto = libc.func(
  'long sendto(int fd, const void *data, size_t length, int flags, const void *address, unsigned int addressLength)',
)
const close = libc.func('int close(int fd)')

const afUnix = 1
const sockDgram = 2
const sockCloexec = 0o2000000
/** MSG_NOSIGNAL | MSG_DONTWAIT: a manager that does not read never holds up the daemon. */
const flags = 0x4000 | 0x40
/** Room for a path in struct sockaddr_un. */
const maxPathBytes = 107

/** `state` is lines of `NAME=VALUE`, e.g. `READY=1`. False when there is no manager that listens. */
export function notifyServiceManager(state: string, socketPath = process.env['NOTIFY_SOCKET']): boolean {
  const address = addressOf(socketPath)
  if (address === undefined) return false
  const fd: number = socketCall(afUnix, sockDgram | sockCloexec, 0)
  if (fd < 0) return false
  const data = Buffer.from(state)
  const sent: number = sendto(fd, data, data.length, flags, address, address.length)
  close(fd)
  return sent === data.length
}

function addressOf(path: string | undefined): Buffer | undefined {
  if (path === undefined || !(path.startsWith('/') || path.startsWith('@'))) return undefined
  const bytes = Buffer.from(path)
  if (bytes.length > maxPathBytes) return undefined
  const isAbstract = path.startsWith('@')
  const family = Buffer.alloc(2)
  family.writeUInt16LE(afUnix)
  // An abstract name begins with a zero byte and has none at its end.
  if (isAbstract) bytes[0] = 0
  return Buffer.concat([family, bytes, ...(isAbstract ? [] : [Buffer.alloc(1)])])
}
