// What `haechi status` says of the sensors, the store, and what was lost.

import { formatDuration, formatSize } from '../../config/index.ts'
import type { DaemonStatus } from '../../daemon/index.ts'

type HostStatus = NonNullable<DaemonStatus['host']>

/** Names and texts, as the other rows of the status; texts are not escaped. */
export function hostRows(host: HostStatus, uptimeMs: number): [string, string][] {
  const { stats, outputs } = host.store
  const age =
    stats.oldestUs === undefined
      ? ''
      : `, the oldest ${formatDuration(Date.now() - stats.oldestUs / 1000)} old`
  const share = (ms: number): string => `${((100 * ms) / Math.max(1, uptimeMs)).toFixed(2)} %`
  return [
    ...host.sensors.map(({ id, status, fault }): [string, string] => {
      if (fault !== undefined || status === undefined)
        return [id, `not seen: ${fault ?? 'it has not started'}`]
      const facts = Object.entries(status.facts).map(([name, value]) => `${name} ${value}`)
      const refused = status.refused.map(({ tier, why }) => `not ${tier}: ${why}`)
      return [id, [status.tier, ...facts, ...refused].join(', ')]
    }),
    [
      'store',
      `${stats.events} events, ${formatSize(stats.usedBytes)}${age}; ${host.events} since the start, ${host.queued} on their way`,
    ],
    ...outputs.map(({ id, written, lost }): [string, string] => [
      `output ${id}`,
      `${written} events written, ${lost} lost`,
    ]),
    ...rulesRows(host.rules),
    ['lost', lossText(host.ledger)],
    [
      'processor',
      `sensors ${share(host.cpuMs)}, store ${share(host.store.cpuMs)}${
        host.rules === undefined ? '' : `, rules ${share(host.rules.cpuMs)}`
      } of one core since the start`,
    ],
  ]
}

function lossText(ledger: HostStatus['ledger']): string {
  if (ledger.length === 0) return 'nothing'
  return ledger
    .map(({ source, lost, times, last }) => `${source}: ${lost} events, ${times} times, last ${last}`)
    .join('; ')
}

function rulesRows(rules: HostStatus['rules']): [string, string][] {
  if (rules === undefined) return [['rules', 'off: events are only stored']]
  const { active, unused, problems, detections, openIncidents, behind } = rules
  return [
    [
      'rules',
      [
        `${active} in use`,
        ...(unused > 0 ? [`${unused} cannot run here`] : []),
        ...(problems > 0 ? [`${problems} with errors (haechi rules lint)`] : []),
        `${detections} detections since the start`,
        ...(behind > 0 ? [`${behind} events behind`] : []),
      ].join(', '),
    ],
    ['incidents', openIncidents === 0 ? 'none open' : `${openIncidents} open: haechi incidents`],
  ]
}
