// A real HTTPS server for `haechi update`, and what a mirror of ClamAV databases holds: containers, lists and diffs, signed
// with a test key. Formats: docs.clamav.net (CVD), and what sigtool 1.4 writes.

import { spawn, spawnSync } from 'node:child_process'
import { constants, createHash, generateKeyPairSync, privateEncrypt, sign } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'

import { type Finished, launcher, type TemporaryFolder } from './run-haechi.ts'
import { tarOf } from './tar-writer.ts'

export type Handler = (request: IncomingMessage, response: ServerResponse) => unknown

export interface Mirror extends AsyncDisposable {
  readonly url: string
  /** By path without the leading slash. */
  readonly files: Map<string, Uint8Array | string | Handler>
  /** `METHOD path` of each request, `[range]` behind it. */
  readonly requests: string[]
  /** The certificate to trust. */
  readonly caFile: string
}

/** Answers ranges and conditions as a plain web server does. */
export async function startMirror(folder: TemporaryFolder): Promise<Mirror> {
  const [keyFile, caFile] = [folder.at('tls-key.pem'), folder.at('tls-cert.pem')]
  const made = spawnSync(
    'openssl',
    // prettier-ignore
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', keyFile, '-out', caFile, '-subj', '/CN=localhost',
      '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
    { encoding: 'utf8', timeout: 30_000 },
  )
  if (made.status !== 0) throw new Error(`openssl: ${made.error?.message ?? made.stderr}`)
  const files: Mirror['files'] = new Map()
  const requests: string[] = []
  const server = createServer(
    { key: readFileSync(keyFile), cert: readFileSync(caFile) },
    (request, response) => {
      const path = (request.url ?? '/').slice(1)
      const { range } = request.headers
      requests.push(`${request.method ?? ''} ${path}${range === undefined ? '' : ' [range]'}`)
      const file = files.get(path)
      if (file === undefined) response.writeHead(404).end()
      else if (typeof file === 'function') file(request, response)
      else serve(Buffer.from(file), request, response)
    },
  )
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `https://127.0.0.1:${port}/`,
    files,
    requests,
    caFile,
    [Symbol.asyncDispose]: () => closed(server),
  }
}

function serve(bytes: Buffer, request: IncomingMessage, response: ServerResponse): void {
  const etag = `"${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}"`
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, { etag }).end()
    return
  }
  const range = /^bytes=0-(\d+)$/.exec(request.headers.range ?? '')
  const part = range === null ? bytes : bytes.subarray(0, Number(range[1]) + 1)
  response.writeHead(range === null ? 200 : 206, { etag, 'content-length': part.length }).end(part)
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => {
    server.close(() => {
      resolve()
    })
  })
}

/** Writes haechi.toml with these lines in [update]; pauses are short, and no guard answers. */
export function writeConfig(folder: TemporaryFolder, lines: readonly string[]): string {
  const file = folder.at('haechi.toml')
  const text = ['[update]', 'directory = "state"', 'retry_wait = "10 ms"', 'retries = 1', ...lines]
  writeFileSync(file, `${text.join('\n')}\n[daemon]\nsocket = "none.sock"\n`)
  return file
}

/** A hash list of one line. */
export const hashLine = '275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f:68:Test.A\n'

/** One archive or file of the mirror as the source `rules`; `more`: further keys of it. */
export function archiveConfig(folder: TemporaryFolder, mirror: Mirror, file: string, more = ''): string {
  return writeConfig(folder, [
    `ca_file = "${mirror.caFile}"`,
    'timeout = "500 ms"',
    'max_bytes = "64 KiB"',
    `sources = [{ name = "rules", kind = "archive", url = "${new URL(file, mirror.url).href}"${more} }]`,
  ])
}

/** The current files of a source with their contents. */
export function currentFiles(folder: TemporaryFolder, name: string): Record<string, string> {
  const current = folder.at('state', name, 'current')
  return Object.fromEntries(
    readdirSync(current, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => `${entry.parentPath}/${entry.name}`)
      .toSorted()
      .map((path) => [path.slice(current.length + 1), readFileSync(path, 'latin1')]),
  )
}

/** What a run has left in the state directory besides what belongs there. */
export function leftovers(folder: TemporaryFolder): string[] {
  return readdirSync(folder.at('state')).filter((name) => name.startsWith('.work') || name.endsWith('.new'))
}

export interface Running {
  readonly done: Promise<Finished>
  kill(): void
}

/** Not `spawnSync`: the server answers from this very process. */
export function startUpdate(config: string, ...args: readonly string[]): Running {
  const child = spawn(launcher, ['update', '--config', config, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
    env: { ...process.env, NO_COLOR: '1', NO_PROXY: '*' },
  })
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      output[name] += chunk
    })
  }
  const { promise, resolve } = Promise.withResolvers<Finished>()
  child.on('close', (code) => {
    resolve({ code, ...output })
  })
  return { done: promise, kill: () => child.kill('SIGKILL') }
}

export function runUpdate(config: string, ...args: readonly string[]): Promise<Finished> {
  return startUpdate(config, ...args).done
}

/** Names and contents of the files in a container. */
export type Content = Readonly<Record<string, string>>

/** What a builder of ClamAV databases does, with a key of its own. */
export class Signer {
  readonly #keys = generateKeyPairSync('rsa', { modulusLength: 2048 })

  /** The public key, as [update] takes it. */
  get pem(): string {
    return this.#keys.publicKey.export({ type: 'spki', format: 'pem' })
  }

  /** The content with COPYING and NAME.info. */
  complete(name: string, version: number, content: Content): Content {
    const lines = Object.entries(content).map(
      ([file, text]) =>
        `${file}:${Buffer.byteLength(text)}:${createHash('sha256').update(text).digest('hex')}\n`,
    )
    const info = `${headerOf(version, 'X', 'X')}\n${lines.join('')}`
    return { COPYING: 'For tests.\n', [`${name}.info`]: `${info}DSIG:${this.#signBytes(info)}\n`, ...content }
  }

  /** NAME.cvd of complete content. */
  container(version: number, content: Content): Uint8Array {
    const tar = tarOf(Object.entries(content).map(([name, data]) => ({ name, data })))
    const body = gzipSync(tar)
    const md5 = createHash('md5').update(body).digest()
    const size = this.#keys.publicKey.asymmetricKeyDetails?.modulusLength ?? 0
    const padded = Buffer.concat([Buffer.alloc(size / 8 - md5.length), md5])
    const number = privateEncrypt({ key: this.#keys.privateKey, padding: constants.RSA_NO_PADDING }, padded)
    const header = headerOf(version, md5.toString('hex'), letters(number)).padEnd(512)
    return Buffer.concat([Buffer.from(header, 'latin1'), body])
  }

  /** NAME-VERSION.cdiff. */
  diff(version: number, script: string): Uint8Array {
    const head = `ClamAV-Diff:${version}:${Buffer.byteLength(script, 'latin1')}:`
    const signed = Buffer.concat([Buffer.from(head), gzipSync(Buffer.from(script, 'latin1'))])
    return Buffer.concat([signed, Buffer.from(`:${this.#signBytes(signed)}`)])
  }

  #signBytes(bytes: Uint8Array | string): string {
    const padding = constants.RSA_PKCS1_PSS_PADDING
    return letters(
      sign('sha256', Buffer.from(bytes), { key: this.#keys.privateKey, padding, saltLength: 32 }),
    )
  }
}

function headerOf(version: number, md5: string, dsig: string): string {
  return `ClamAV-VDB:22 Nov 2026 03-48 +0000:${version}:2:90:${md5}:${dsig}:tester:1795319308`
}

/** Six bits a letter, the lowest first. */
function letters(bytes: Uint8Array): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/'
  let number = BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
  let text = ''
  for (; number > 0n; number >>= 6n) text += alphabet.charAt(Number(number & 63n))
  return text
}

/** A script that leads from one content to another: exchanged, deleted and added lines, new and removed files. */
export function scriptBetween(before: Content, after: Content): string {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return names.map((name) => fileScript(name, before[name], after[name])).join('')
}

function fileScript(name: string, before: string | undefined, after: string | undefined): string {
  if (before === after) return ''
  if (after === undefined) return `OPEN ${name}\nUNLINK ${name}\nCLOSE\n`
  const [old, fresh] = [linesOf(before ?? ''), linesOf(after)]
  const edits = old.flatMap((line, index) => {
    const [start = ''] = line.split(' ')
    const to = fresh[index]
    if (to === undefined) return [`DEL ${index + 1} ${start}`]
    return to === line ? [] : [`XCHG ${index + 1} ${start} ${to}`]
  })
  const added = fresh.slice(old.length).map((line) => `ADD ${line}`)
  return [`OPEN ${name}`, ...edits, ...added, 'CLOSE', ''].join('\n')
}

function linesOf(text: string): string[] {
  return text.split('\n').slice(0, -1)
}
