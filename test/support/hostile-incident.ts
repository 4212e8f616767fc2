// An incident in which every name was chosen by somebody who wants to take over its reader.

import type { Incident } from '../../src/model/index.ts'
import { webShellIncident } from './incident.ts'

/** Closes elements, attributes and scripts, runs a script, moves the cursor, reorders text, ends the line. */
export const hostileName =
  '</script></style></title><img src=x onerror="window.attacked=1"><svg onload=window.attacked=1>' +
  '"\'`${window.attacked=1}<!-- ]]> &lt;b&gt; \u001b[2J\u0007\u202etxt.exe\u2066\r\nnew line\u2028\u0000\u009b31m javascript:attacked'

/** The example attack with every text of it replaced by `name`, numbered where texts must differ. */
export function hostileIncident(name: string = hostileName): Incident {
  const base = webShellIncident()
  const ids = new Map(base.nodes.map(({ id }, index) => [id, `${name}${index}`]))
  const idOf = (id: string): string => ids.get(id) ?? name
  return {
    ...base,
    title: name,
    nodes: base.nodes.map((node) => ({
      ...node,
      id: idOf(node.id),
      label: name,
      facts: {
        ...Object.fromEntries(Object.keys(node.facts).map((key): [string, string] => [key, name])),
        [name]: name,
      },
    })),
    links: base.links.map((link) => ({ ...link, from: idOf(link.from), to: idOf(link.to), why: name })),
    steps: base.steps.map((step) => ({
      ...step,
      text: name,
      why: name,
      nodes: step.nodes.map(idOf),
      detections: step.detections.map((found) => ({
        ...found,
        rule: name,
        name,
        ruleset: name,
        techniques: [...found.techniques, name],
        why: name,
      })),
      ...(step.event === undefined
        ? {}
        : { event: { ...step.event, message: name, process: { pid: 1, args: [name], name } } }),
    })),
    accounts: [name],
    addresses: [name],
    containers: [name],
    techniques: [...base.techniques, name],
    suggestions: base.suggestions.map((suggestion) => ({ ...suggestion, target: name, why: name })),
    history: base.history.map((change) => ({ ...change, why: name })),
  }
}
