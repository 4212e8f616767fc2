import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { test } from 'node:test'

import { requireRoot } from '../../../test/support/scratch.ts'
import { destroyConnections } from './sock-destroy.ts'

// Addresses of loopback that nobody else on the machine uses: nobody else's connections end.
const [here, there] = ['127.83.7.1', '127.83.7.2']

test('connections with an address end, IPv4 ones of IPv6 sockets too, and others go on', async (t) => {
  if (!requireRoot(t)) return
  for (const host of [there, '::']) {
    const server = createServer()
    server.listen(0, host)
    await once(server, 'listening')
    t.after(() => server.close())
    const { port } = server.address() as AddressInfo
    const sockets: Socket[] = []
    const join = async (localAddress: string): Promise<Socket> => {
      const client = connect({ port, host: there, localAddress })
      const [accepted] = (await once(server, 'connection')) as [Socket]
      for (const socket of [client, accepted]) {
        socket.on('error', () => undefined)
        sockets.push(socket)
        t.after(() => socket.destroy())
      }
      return accepted
    }
    const accepted = await join(here)
    await join('127.83.7.3')
    const error = once(accepted, 'error')
    const { ended, problem } = await destroyConnections((ip) => ip === here)
    assert.equal(problem, '')
    assert.deepEqual(
      ended.map(({ remoteIp, localPort }) => [remoteIp, localPort]),
      [[here, port]],
    )
    const [thrown] = (await error) as [NodeJS.ErrnoException]
    assert.equal(thrown.code, 'ECONNABORTED')
    assert.equal(sockets[3]?.destroyed, false)
    assert.deepEqual((await destroyConnections((ip) => ip === here)).ended, [])
  }
})
