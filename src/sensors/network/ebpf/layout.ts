// The records that the network programs write into their ring: one head for all, then what the kind needs. Written by
// the programs of this folder and read by decode.ts, so no other version of it is ever met. Little-endian.

/** What a record tells. */
export const RecordKind = { tcpState: 1, accepted: 2, datagram: 3, dns: 4 } as const

/** Bytes from the start of every record. */
export const at = {
  kind: 0,
  /** u8: `RecordKind.tcpState`: states before and after; `dns`: 0 sent, 1 received; `datagram`: 1 for connect(2). */
  from: 1,
  to: 2,
  /** u32: number of the network namespace; 0 when not known. */
  netns: 4,
  /** u64: CLOCK_BOOTTIME. */
  time: 8,
  /** u64: process in the upper half, thread in the lower; of the current process. */
  pidTgid: 16,
  /** u64: CLOCK_BOOTTIME of the start of the process; 0 when not known. */
  start: 24,
  /** 16 bytes: comm of the process. */
  comm: 32,
  uid: 48,
  /** u32: `tcpState`: sk_err; `dns`: bytes of the packet behind the head. */
  detail: 52,
  /** u64: `tcpState`, `accepted`: address of the socket; else its cookie. */
  socket: 56,
  /** u64: `tcpState`: cookie of the socket, 0 when nobody asked for it; `datagram`: how many so far, 0 when not counted. */
  cookie: 64,
} as const

/** Behind the head of `tcpState`, `accepted` and `datagram`. */
export const endpointAt = {
  /** u16: AF_INET or AF_INET6. */
  family: 72,
  /** u16 of the host: the kernel's key of the local port, 0 before it is chosen and after it is given back. */
  localPort: 74,
  /** u16 in network order. */
  remotePort: 76,
  /** u16 in network order: the local port as packets carry it; stays after the end. */
  sourcePort: 78,
  /** 16 bytes; of IPv4 the first 4. */
  remoteIp: 80,
  localIp: 96,
} as const

/** Behind the endpoints of `tcpState`: u64 each. */
export const countersAt = { sent: 112, sentAgain: 120, received: 128 } as const

export const headBytes = 72
export const datagramBytes = 112
export const tcpBytes = 136
/** From the IP header on: room for the headers and a DNS message of 512 bytes, RFC 1035's longest, with some options. */
export const packetMaxBytes = 600
export const dnsBytes = headBytes + packetMaxBytes

/** The key of a UDP flow in the kernel's map: u32 process, u16 family, u16 connected, 16 bytes address, u32 port. */
export const flowKey = { pid: 0, family: 4, connected: 6, ip: 8, port: 24, bytes: 32 } as const
/** Its value: u64 time of the last record, u64 datagrams so far. */
export const flowValue = { told: 0, total: 8, bytes: 16 } as const
/** A flow is told again after this time. */
export const flowQuietNs = 60_000_000_000n

/** Who has a socket that asks for names: the fields of the head from `pidTgid` to `uid`. */
export const ownerValue = { pidTgid: 0, start: 8, comm: 16, uid: 32, bytes: 40 } as const
