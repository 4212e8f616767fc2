// What the engine keeps: a graph of recent things with the causal links between them, and stories, which own parts of it.
// Plain records; context.ts and story.ts change them.

import type {
  ContainerInfo,
  Event,
  IncidentChange,
  IncidentLevel,
  LinkKind,
  NodeKind,
  StepDetection,
  WebRequestSeen,
} from '../model/index.ts'
import type { Boundary } from './boundaries.ts'
import type { Found } from './detections.ts'

export type Facts = Record<string, string | number | boolean>

export interface ProcessFacts {
  readonly pid: number
  parent: GraphNode | undefined
  name: string
  executable: string
  commandLine: string
  args: readonly string[]
  directory: string
  boundary: Boundary | undefined
  /** Below a package manager: what it does is maintenance until a rule says otherwise. */
  maintained: boolean
  /** Of its last exec, in microseconds; 0 while it was not seen. */
  executedMicros: number
  /** 0 while it lives. */
  endedMicros: number
  /** Audit session; 0 for none. */
  session: number
  /** Windows: its logon session; '' for none. */
  logon: string
  container: ContainerInfo | undefined
  /** Connections that a server's process took: the newest ones. */
  accepted: Accepted[]
}

interface Accepted {
  readonly ip: string
  readonly port: number
  readonly fromMs: number
  untilMs: number
}

export interface FileFacts {
  readonly path: string
  inode: string
  /** When it came to be, as far as seen; undefined where it was there before. */
  createdMs: number | undefined
  /** First change by a member of its story. */
  taintedMs: number | undefined
  isDeleted: boolean
  /** A web server's process wrote it. */
  isWebWritten: boolean
  isInWebRoot: boolean
}

export interface RequestFacts {
  readonly seen: WebRequestSeen
  readonly client: string
  /** Decoded, without query. */
  readonly path: string
  readonly beginMs: number
  /** The latest moment at which it can have been served. */
  readonly endMs: number
  /** Decoded values of its parameters; made when first needed. */
  values: readonly string[] | undefined
  isDetected: boolean
  /** A process or a file came of it. */
  isConfirmed: boolean
  /** The server's process that wrote its file. */
  servedBy: GraphNode | undefined
  /** Keys of the rules that fired on it. */
  readonly rules: Set<string>
}

export interface AddressFacts {
  readonly ip: string
  /** Never joins: the host's own, trusted, or no address of one host. */
  readonly isCommon: boolean
  /** Executables that connected to it; nothing joins by an address that many use. */
  readonly clients: Set<string>
}

/** One thing. The same object for everybody who speaks of it, as long as it is remembered. */
export interface GraphNode {
  readonly id: string
  readonly kind: NodeKind
  label: string
  readonly facts: Facts
  readonly links: GraphLink[]
  /** What it did that no story has told yet. */
  readonly notes: Note[]
  /** The open incident that it is a member of. */
  story: Story | undefined
  /** The closed incident that it was a member of. */
  past: number | undefined
  /** Many use it: shown, never joins. */
  readonly isShared: boolean
  readonly process?: ProcessFacts
  readonly file?: FileFacts
  readonly request?: RequestFacts
  readonly address?: AddressFacts
}

export interface GraphLink {
  readonly from: GraphNode
  readonly to: GraphNode
  readonly kind: LinkKind
  readonly why: string
  /** ISO 8601. */
  readonly first: string
  readonly sequences: number[]
}

/** An event that becomes a step when its actor belongs to a story. */
export interface Note {
  readonly event: Event
  readonly actor: GraphNode
  readonly others: readonly GraphNode[]
  readonly detections: readonly Found[]
}

export interface StoryNode {
  readonly node: GraphNode
  role: 'member' | 'context'
  /** Why it is here. */
  why: string
  first: string
  last: string
  score: number
}

export interface StoryStep {
  time: string
  lastTime: string | undefined
  readonly sequence: number
  count: number
  text: string
  severity: number
  readonly nodes: string[]
  readonly why: string
  readonly detections: StepDetection[]
  event: Event | undefined
  readonly fold: string
  bytes: number
}

export interface RuleScore {
  severity: number
  readonly techniques: readonly string[]
  /** Every detection so far says that the attack was refused or shows no success. */
  isNoise: boolean
  isMaintenance: boolean
  /** Of a web attack; empty for others. */
  readonly webClass: string
  confidence: number
}

export interface Story {
  readonly id: number
  status: 'open' | 'closed' | 'merged'
  readonly nodes: Map<string, StoryNode>
  readonly links: Map<string, GraphLink>
  /** By time, then sequence. */
  readonly steps: StoryStep[]
  readonly sequences: Set<number>
  readonly folds: Map<string, StoryStep>
  readonly rules: Map<string, RuleScore>
  readonly techniques: Set<string>
  readonly history: IncidentChange[]
  /** Pairs of nodes between which somebody cut. */
  readonly cuts: Set<string>
  readonly omitted: { nodes: number; links: number; steps: number }
  /** 0: nothing; 1: possible; 2: likely; 3: confirmed. */
  success: number
  level: IncidentLevel
  lastMs: number
  evidenceBytes: number
  isChanged: boolean
  into: number | undefined
  continues: number | undefined
}

export function pairOf(one: string, other: string): string {
  return one < other ? `${one}\n${other}` : `${other}\n${one}`
}

export function linkKey(link: {
  readonly from: { readonly id: string }
  readonly to: { readonly id: string }
  readonly kind: string
}): string {
  return `${link.kind}\n${link.from.id}\n${link.to.id}`
}
