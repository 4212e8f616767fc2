import assert from 'node:assert/strict'
import { test } from 'node:test'

import { binary, dword, key, merged, multiSz, sz, writeHive } from '../../../test/support/hive-writer.ts'
import { openHive } from '../registry/index.ts'
import { memorySource } from '../source.ts'
import { interfacesIn, profilesIn, sharesIn } from './index.ts'

const id = '{AAAAAAAA-1111-2222-3333-444444444444}'

test('interfaces have name, addresses and lease; shares their folder', () => {
  const system = openHive(
    memorySource(
      writeHive({
        name: 'ROOT',
        subkeys: merged([
          key('Select', [dword('Current', 3)]),
          key(`ControlSet003\\Services\\Tcpip\\Parameters\\Interfaces\\${id}`, [
            dword('EnableDHCP', 1),
            sz('DhcpIPAddress', '10.0.0.5'),
            multiSz('IPAddress', '0.0.0.0'),
            multiSz('DhcpDefaultGateway', '10.0.0.1'),
            sz('NameServer', '9.9.9.9,1.1.1.1'),
            dword('LeaseObtainedTime', 1_767_323_045),
          ]),
          key(`ControlSet003\\Control\\Network\\{4D36E972-E325-11CE-BFC1-08002BE10318}\\${id}\\Connection`, [
            sz('Name', 'Ethernet'),
          ]),
          key('ControlSet003\\Services\\LanmanServer\\Shares', [
            multiSz('Docs', 'Path=C:\\docs=1', 'Remark=all'),
          ]),
        ]),
      }),
    ),
  )
  const [one] = interfacesIn(system)
  assert.deepEqual(
    [
      one?.name,
      one?.isDhcp,
      one?.addresses,
      one?.gateways,
      one?.nameServers,
      one?.leaseObtained,
      one?.leaseEnds,
    ],
    [
      'Ethernet',
      true,
      ['10.0.0.5'],
      ['10.0.0.1'],
      ['9.9.9.9', '1.1.1.1'],
      '2026-01-02T03:04:05.0000000Z',
      undefined,
    ],
  )
  const [share] = sharesIn(system)
  assert.deepEqual([share?.name, share?.path, share?.remark], ['Docs', 'C:\\docs=1', 'all'])
})

test('known networks have times, kind and the gateway’s address', () => {
  const list = 'Microsoft\\Windows NT\\CurrentVersion\\NetworkList'
  const date = Buffer.from('ea070100050002000300040005007b00', 'hex')
  const software = openHive(
    memorySource(
      writeHive({
        name: 'ROOT',
        subkeys: merged([
          key(`${list}\\Profiles\\${id}`, [
            sz('ProfileName', 'Cafe'),
            dword('NameType', 71),
            dword('Category', 0),
            binary('DateCreated', date),
            binary('DateLastConnected', Buffer.from('ea070000050002000300040005000000', 'hex')),
          ]),
          key(`${list}\\Signatures\\Unmanaged\\01`, [
            sz('ProfileGuid', id.toLowerCase()),
            binary('DefaultGatewayMac', Buffer.from('001122334455', 'hex')),
            sz('DnsSuffix', 'cafe.local'),
          ]),
        ]),
      }),
    ),
  )
  const [one] = profilesIn(software)
  assert.deepEqual(
    [one?.name, one?.kind, one?.category, one?.created, one?.lastConnected, one?.gatewayMac, one?.dnsSuffix],
    ['Cafe', 'wireless', 'public', '2026-01-02T03:04:05.123', undefined, '00:11:22:33:44:55', 'cafe.local'],
  )
})
