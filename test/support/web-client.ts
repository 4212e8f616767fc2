// Visitors of a web site: each request comes from an address of the loopback that is chosen, so that a log shows several clients.

import { request } from 'node:http'

const timeoutMs = 60_000

export interface Visit {
  /** Of 127.0.0.0/8. */
  readonly from: string
  readonly port: number
  readonly path: string
  readonly method?: 'GET' | 'POST' | 'HEAD'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string
}

export interface Page {
  readonly status: number
  readonly text: string
  /** Port of the client. */
  readonly clientPort: number
}

export function visit({ from, port, path, method = 'GET', headers = {}, body }: Visit): Promise<Page> {
  const { promise, resolve, reject } = Promise.withResolvers<Page>()
  const options = { host: '127.0.0.1', localAddress: from, port, path, method, headers, agent: false }
  const sent = request({ ...options, timeout: timeoutMs }, (answer) => {
    const clientPort = answer.socket.localPort ?? 0
    const chunks: Buffer[] = []
    answer.on('data', (chunk: Buffer) => chunks.push(chunk))
    answer.on('end', () => {
      resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString(), clientPort })
    })
    answer.on('error', reject)
  })
  sent.on('timeout', () => sent.destroy(new Error(`no answer to ${method} ${path} within ${timeoutMs} ms`)))
  sent.on('error', reject)
  sent.end(body)
  return promise
}

export interface Upload {
  readonly name: string
  readonly type: string
  readonly content: Uint8Array | string
}

/** Sends a file with the form of the upload script. */
export function upload(where: Pick<Visit, 'from' | 'port' | 'headers'>, file: Upload): Promise<Page> {
  const boundary = '----form-of-a-browser-7d1c'
  const body = Buffer.concat([
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="picture"; filename="${file.name}"\r\n` +
        `Content-Type: ${file.type}\r\n\r\n`,
    ),
    Buffer.from(file.content),
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ])
  const headers = { ...where.headers, 'Content-Type': `multipart/form-data; boundary=${boundary}` }
  return visit({ ...where, path: '/upload.php', method: 'POST', headers, body })
}
