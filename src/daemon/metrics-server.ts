// GET /metrics for Prometheus. Counts only, no events: whoever may connect may read them.

import { createServer, type Server } from 'node:http'

import { AppError, messageOf } from '../base/app-error.ts'

const requestTimeoutMs = 5000
const maxConnections = 16

export interface MetricsServer {
  /** With the port that the system chose, where 0 was asked for. */
  readonly address: string
  close(): void
}

/** `listen` is HOST:PORT, an IPv6 address in brackets. Throws AppError. */
export async function serveMetrics(listen: string, collect: () => Promise<string>): Promise<MetricsServer> {
  const [, host, port] = /^(?:\[([^\]]+)\]|[^:]*):(\d{1,5})$/.exec(listen) ?? []
  if (port === undefined || Number(port) > 65_535) {
    throw new AppError('config-invalid', `${listen} is not an address and a port`, {
      hint: 'for example 127.0.0.1:9464',
    })
  }
  const server = createServer({ requestTimeout: requestTimeoutMs }, (request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end()
      return
    }
    collect().then(
      (text) => response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(text),
      (thrown: unknown) => response.writeHead(503).end(`${messageOf(thrown)}\n`),
    )
  })
  server.maxConnections = maxConnections
  const name = host ?? listen.slice(0, listen.lastIndexOf(':'))
  await listenOn(server, { host: name === '' ? '0.0.0.0' : name, port: Number(port) })
  const bound = server.address()
  const actual = typeof bound === 'object' && bound !== null ? bound.port : Number(port)
  return {
    address: `${name}:${actual}`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

function listenOn(server: Server, where: { host: string; port: number }): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>()
  server.once('error', (thrown) => {
    reject(new AppError('kernel', `${where.host}:${where.port}: ${messageOf(thrown)}`, { cause: thrown }))
  })
  server.listen({ ...where, exclusive: true }, () => {
    resolve(undefined)
  })
  return promise
}
