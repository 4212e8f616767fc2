// Cuts the host off (or one control group of it), for a time that the kernel keeps by itself: whoever locks himself out is let in
// again when it is over.

import { AppError, messageOf } from '../../base/app-error.ts'
import type { Action, ActionContext, Done, JsonObject, Plan, StepResult } from '../action.ts'
import { ancestors, sshSessions } from '../ancestors.ts'
import { type Network, parseNetwork, parseNetworks } from '../networks.ts'
import { changeRules, deleteTable, listTable, requireNft } from '../nft.ts'
import { type ControlGroup, findGroup, groupIsolation, otherNamespaces, processesOf } from './cgroup-rules.ts'
import { hostIsolation, isolationTable, type Passes } from './host-rules.ts'

const groupPrefix = 'cgroup:'

export const isolateHost: Action = {
  // Refusals reject, as those of every other action.
  async plan(target, context) {
    requireNft()
    return Promise.resolve(
      target.startsWith(groupPrefix) ? planGroup(target, context) : planHost(target, context),
    )
  },

  async apply(plan) {
    const { seconds, table } = plan.data
    const time = typeof seconds === 'number' ? seconds : undefined
    if (typeof table === 'string') return { ...(await isolateGroup(plan.target, table, time)) }
    await changeRules({ json: hostIsolation(passesOf(plan.data), time) })
    return { results: [{ text: 'the host is isolated', ok: true }], data: plan.data }
  },

  async undo({ data, target }) {
    const { table } = data
    if (typeof table === 'string') return freeGroup(target, table)
    const wasThere = await deleteTable(isolationTable)
    return [
      {
        text: wasThere ? 'the host is not isolated any more' : 'the host was not isolated any more',
        ok: true,
      },
    ]
  },

  afterBoot: {
    async holds({ data }) {
      const { table } = data
      return (await listTable(typeof table === 'string' ? table : isolationTable)) !== undefined
    },
    async putBack(done) {
      const left = secondsLeft(done)
      const { table } = done.data
      if (typeof table === 'string') return (await isolateGroup(done.target, table, left)).results
      await changeRules({ json: hostIsolation(passesOf(done.data), left) })
      return [{ text: 'the host is isolated again', ok: true }]
    },
  },
}

function planHost(target: string, context: ActionContext): Plan {
  if (target !== '' && target !== 'host') {
    throw new AppError('usage', `${target} cannot be isolated`, {
      hint: 'give no target for the host, or cgroup:PATH for a service or a container',
    })
  }
  const { settings } = context
  const { managementPort } = settings
  const managed = parseNetworks(settings.managementAddresses, 'management_addresses')
  const allow = parseNetworks(settings.isolationAllow, 'isolation_allow')
  const sessions = sshSessions().flatMap(({ peer, port }) => {
    const network = parseNetwork(peer)
    return network === undefined ? [] : [{ network, port }]
  })
  const ssh = [...managed.map((network) => ({ network, port: managementPort })), ...sessions]
  const seconds = secondsOf(context)
  const names = ssh.map(({ network, port }) => `${network.text} port ${port}`)
  return {
    action: 'isolate-host',
    target: '',
    steps: [
      `drop every packet in and out of the host and of its containers ${endText(seconds)} (nftables, table inet ${isolationTable})`,
      'let pass: loopback, DHCP, neighbour discovery of IPv6',
      ...(names.length === 0 ? [] : [`let pass: ssh from ${[...new Set(names)].join(', ')}`]),
      ...(allow.length === 0 ? [] : [`let pass: ${allow.map(({ text }) => text).join(', ')}`]),
    ],
    warnings: [
      ...(ssh.length === 0
        ? ['nobody reaches the host over the network meanwhile: management_addresses is empty']
        : []),
      ...(seconds === undefined ? ['it does not end by itself'] : []),
    ],
    isReversible: true,
    ...expiry(seconds),
    touches: {},
    data: {
      ...(seconds === undefined ? {} : { seconds }),
      ssh: ssh.map(({ network, port }) => ({ network: network.text, port })),
      allow: allow.map(({ text }) => text),
    },
  }
}

function planGroup(target: string, context: ActionContext): Plan {
  const group = findGroup(target.slice(groupPrefix.length))
  const pids = processesOf(group.path)
  const isOurs = ancestors().some((pid) => pids.includes(pid))
  if (isOurs && !context.force) {
    throw new AppError('permission', `${group.path} holds the process that asks for its isolation`, {
      hint: '--force isolates it all the same',
    })
  }
  const namespaces = otherNamespaces(pids).length
  const seconds = secondsOf(context)
  return {
    action: 'isolate-host',
    target: `${groupPrefix}${group.path}`,
    steps: [
      `drop every packet of the processes of ${group.path} (${pids.length} now) but those over loopback ${endText(seconds)} (nftables)`,
      ...(namespaces === 0 ? [] : [`the same in the network namespaces that they have: ${namespaces}`]),
    ],
    warnings: [
      ...(isOurs ? ['the process that asks is in it'] : []),
      ...(seconds === undefined ? ['it does not end by itself'] : []),
    ],
    isReversible: true,
    ...expiry(seconds),
    touches: { units: [group.path.split('/').at(-1) ?? ''] },
    data: { ...(seconds === undefined ? {} : { seconds }), table: `haechi-cgroup-${context.id}` },
  }
}

async function isolateGroup(
  target: string,
  table: string,
  seconds: number | undefined,
): Promise<{ results: StepResult[]; data: JsonObject }> {
  const group = findGroup(target.slice(groupPrefix.length))
  await changeRules({ text: groupIsolation(table, group, seconds) })
  const results: StepResult[] = [{ text: `${group.path} is isolated`, ok: true }]
  for (const pid of otherNamespaces(processesOf(group.path))) {
    results.push(
      await inNamespace(pid, () => changeRules({ text: groupIsolation(table, group, seconds) }, pid)),
    )
  }
  return { results, data: { table, ...(seconds === undefined ? {} : { seconds }) } }
}

async function freeGroup(target: string, table: string): Promise<StepResult[]> {
  const wasThere = await deleteTable(table)
  const results: StepResult[] = [
    { text: `${target} ${wasThere ? 'is' : 'was'} not isolated any more`, ok: true },
  ]
  for (const pid of otherNamespaces(processesOf(presentGroup(target)?.path ?? ''))) {
    results.push(await inNamespace(pid, () => deleteTable(table, pid)))
  }
  return results
}

/** A group that has gone took its namespaces with it. */
function presentGroup(target: string): ControlGroup | undefined {
  try {
    return findGroup(target.slice(groupPrefix.length))
  } catch {
    return undefined
  }
}

async function inNamespace(pid: number, act: () => Promise<unknown>): Promise<StepResult> {
  const what = `in the network namespace of process ${pid}`
  try {
    await act()
    return { text: `done ${what}`, ok: true }
  } catch (thrown) {
    return { text: `not done ${what}: ${messageOf(thrown)}`, ok: false }
  }
}

function passesOf({ ssh, allow }: JsonObject): Passes {
  const texts = Array.isArray(allow) ? (allow as readonly unknown[]) : []
  const pairs = Array.isArray(ssh) ? (ssh as readonly { network?: unknown; port?: unknown }[]) : []
  return {
    allow: texts.flatMap((text): readonly Network[] => {
      const read = parseNetwork(String(text))
      return read === undefined ? [] : [read]
    }),
    ssh: pairs.flatMap(({ network, port }) => {
      const read = parseNetwork(String(network))
      return read === undefined || typeof port !== 'number' ? [] : [{ network: read, port }]
    }),
  }
}

function secondsOf({ forMs, settings }: ActionContext): number | undefined {
  const ms = forMs ?? settings.isolateForMs
  return ms === 'forever' ? undefined : Math.max(1, Math.ceil(ms / 1000))
}

function secondsLeft({ expires }: Done): number | undefined {
  return expires === undefined ? undefined : Math.max(1, Math.ceil((Date.parse(expires) - Date.now()) / 1000))
}

function expiry(seconds: number | undefined): { expires?: string } {
  return seconds === undefined ? {} : { expires: new Date(Date.now() + seconds * 1000).toISOString() }
}

function endText(seconds: number | undefined): string {
  return seconds === undefined ? 'until it is undone' : `for ${seconds} s, which the kernel keeps by itself`
}
