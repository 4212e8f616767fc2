// Asks the bindings about things whose answers are known: a child with given arguments, a service, registry values, sockets.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'

import { liveHives } from '../../../src/collect/windows/live-hive.ts'
import { processFacts } from '../../../src/collect/windows/running-process.ts'
import { autoruns } from '../../../src/evidence/autoruns/index.ts'
import { servicesIn } from '../../../src/evidence/services/index.ts'
import { storeCertificates } from '../../../src/platform/windows/certificate-store.ts'
import { listModules, listProcesses } from '../../../src/platform/windows/processes.ts'
import { listServices } from '../../../src/platform/windows/services.ts'
import { listSockets } from '../../../src/platform/windows/sockets.ts'
import { enablePrivilege } from '../../../src/platform/windows/tokens.ts'
import { listDrives } from '../../../src/platform/windows/volumes.ts'

/** Wine does not always start a program at once. */
function tool(name: string, args: readonly string[]): void {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    if (spawnSync(name, args, { stdio: 'ignore', timeout: 10_000 }).error === undefined) return
  }
  throw new Error(`${name} does not start`)
}

/** The prefix is ours alone: what is there from an earlier run stays. A new one has no manager of services for a moment. */
async function createService(): Promise<void> {
  const end = performance.now() + 60_000
  while (performance.now() < end) {
    tool('sc', ['create', 'HaechiTest', 'binPath=', 'C:\\windows\\system32\\svc.exe -k x', 'start=', 'auto'])
    const services = attempted(listServices) ?? []
    if (
      services.some(({ name }) => name === 'HaechiTest') &&
      services.filter(({ pid }) => pid !== 0).length >= 2
    )
      return
    await delay(200)
  }
  throw new Error('the service was not made')
}

function attempted<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}

const folder = 'C:\\작업 폴더'
mkdirSync(folder, { recursive: true })
const child = spawn(
  process.execPath,
  ['-e', 'setInterval(() => 0, 1000); console.log(1)', '인자', 'two words'],
  {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
  },
)
await once(child.stdout, 'data')
const server = createServer().listen(0, '127.0.0.1')
await once(server, 'listening')

const run = 'SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run'
const values: readonly (readonly string[])[] = [
  [`HKLM\\${run}`, '해치', 'REG_SZ', 'C:\\tools\\해치.exe -a'],
  [`HKCU\\${run}`, 'Own', 'REG_EXPAND_SZ', '%TEMP%\\own.exe'],
  ['HKLM\\SOFTWARE\\HaechiTest', 'Now', 'REG_SZ', String(Date.now())],
  ['HKLM\\SOFTWARE\\HaechiTest', 'Dword', 'REG_DWORD', '305419896'],
  ['HKLM\\SOFTWARE\\HaechiTest', 'Qword', 'REG_QWORD', '1311768467463790320'],
  ['HKLM\\SOFTWARE\\HaechiTest', 'Binary', 'REG_BINARY', '00ff10'],
  ['HKLM\\SOFTWARE\\HaechiTest', 'Multi', 'REG_MULTI_SZ', 'one\\0두\\0three'],
]
for (const [key = '', name = '', type = '', data = ''] of values) {
  tool('reg', ['add', key, '/v', name, '/t', type, '/d', data, '/f'])
}
await createService()

try {
  const hives = liveHives()
  const test = hives.software?.find('HaechiTest')
  process.stdout.write(
    JSON.stringify({
      pid: process.pid,
      child: {
        pid: child.pid,
        listed: listProcesses().find(({ pid }) => pid === child.pid),
        facts: processFacts(child.pid ?? 0),
        modules: listModules(child.pid ?? 0)?.map(({ path }) => path),
      },
      gone: { facts: processFacts(0x7ffffffc), modules: listModules(0x7ffffffc) ?? null },
      service: listServices().find(({ name }) => name === 'HaechiTest'),
      running: listServices().filter(({ pid }) => pid !== 0).length,
      ownPort: (server.address() as AddressInfo).port,
      sockets: listSockets(),
      nowMs: Date.now(),
      keyTime: test?.time,
      values: test?.values().map((value) => ({
        name: value.name,
        type: value.typeName,
        strings: value.strings(),
        number: value.number() ?? null,
        data: value.data.toString('hex'),
      })),
      missing: hives.software?.find('HaechiTest\\NotThere') === undefined,
      autoruns: [...autoruns(hives)].filter(({ category }) => category === 'Logon'),
      inHive:
        hives.system === undefined
          ? null
          : servicesIn(hives.system).find(({ name }) => name === 'HaechiTest'),
      roots: storeCertificates('ROOT').map((der) => Buffer.from(der).toString('base64')),
      drives: listDrives(),
      privileges: [enablePrivilege('SeDebugPrivilege'), enablePrivilege('SeNoSuchPrivilege')],
    }),
  )
} finally {
  child.kill()
  server.close()
}
