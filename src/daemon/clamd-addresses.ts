// Where clamd's protocol is served: from the texts of the configuration to addresses.

import { readFileSync } from 'node:fs'

import type { TcpAddress, UnixAddress } from '../api/clamd/index.ts'
import { AppError } from '../base/app-error.ts'
import type { Config } from '../config/index.ts'

export interface ClamdAddresses {
  readonly unix: UnixAddress | undefined
  readonly tcp: (TcpAddress & { readonly isLocal: boolean }) | undefined
}

/** Throws AppError `config-invalid`. */
export function clamdAddresses(clamd: Config['clamd']): ClamdAddresses {
  return {
    unix:
      clamd.socket === ''
        ? undefined
        : {
            path: clamd.socket,
            mode: Number.parseInt(clamd.socketMode, 8),
            group: clamd.socketGroup === '' ? -1 : groupId(clamd.socketGroup),
          },
    tcp: clamd.tcp === '' ? undefined : tcpAddress(clamd.tcp),
  }
}

const loopback = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1)$/

/** `PORT`, `HOST:PORT` or `[IPV6]:PORT`; without a host it is the loopback. */
function tcpAddress(text: string): NonNullable<ClamdAddresses['tcp']> {
  const [, bracketed, plain, digits = ''] = /^(?:\[([^\]]+)\]:|([^:]*):)?(\d{1,5})$/.exec(text) ?? []
  const port = Number(digits)
  if (digits === '' || port > 65_535) {
    throw new AppError('config-invalid', `${text} is no address`, {
      hint: 'write [clamd] tcp as "HOST:PORT", or as "PORT" for the loopback',
    })
  }
  const host = bracketed ?? (plain === undefined || plain === '' ? '127.0.0.1' : plain)
  return { host, port, isLocal: loopback.test(host) }
}

/** By name or number, from /etc/group. */
function groupId(group: string): number {
  if (/^\d+$/.test(group)) return Number(group)
  for (const line of readFileSync('/etc/group', 'utf8').split('\n')) {
    const [name, , id] = line.split(':')
    if (name === group && id !== undefined) return Number(id)
  }
  throw new AppError('config-invalid', `there is no group ${group}`, { hint: 'check [clamd] socket_group' })
}
