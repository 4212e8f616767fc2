// Name and image of a container from the files of its runtime: no runtime is asked, none need run.

import { readFileSync } from 'node:fs'

import type { ContainerName } from './cgroup-path.ts'

/** A runtime's file about one container is a few kilobytes; whoever makes it larger gets no name. */
const maxBytes = 4 * 1024 * 1024

export interface ContainerMetadata {
  readonly name?: string
  readonly image?: string
}

type Json = Readonly<Record<string, unknown>>

/** Empty when nothing is known. `root` stands for `/`. */
export function metadataOf({ id, runtime }: ContainerName, root: string): ContainerMetadata {
  if (!/^[0-9a-f]{64}$/.test(id)) return { name: id }
  const readers = [
    () => docker(root, id),
    () => podman(root, id),
    () => containerd(root, id),
    () => crio(root, id),
  ]
  const first = { docker: 0, podman: 1, containerd: 2, 'cri-o': 3 }[runtime] ?? 0
  for (const reader of [readers[first], ...readers]) {
    const found = reader?.()
    if (found !== undefined) return found
  }
  return {}
}

function docker(root: string, id: string): ContainerMetadata | undefined {
  const json = readJson(`${root}/var/lib/docker/containers/${id}/config.v2.json`)
  if (json === undefined) return undefined
  return compact(textAt(json, 'Name')?.replace(/^\//, ''), textAt(json, 'Config', 'Image'))
}

function podman(root: string, id: string): ContainerMetadata | undefined {
  const list = readJson(`${root}/var/lib/containers/storage/overlay-containers/containers.json`)
  if (!Array.isArray(list)) return undefined
  const entry = (list as readonly Json[]).find((one) => one['id'] === id)
  if (entry === undefined) return undefined
  const names: unknown = entry['names']
  const metadata = parse(textAt(entry, 'metadata') ?? '')
  return compact(
    Array.isArray(names) && typeof names[0] === 'string' ? names[0] : undefined,
    metadata === undefined ? undefined : textAt(metadata, 'image-name'),
  )
}

function containerd(root: string, id: string): ContainerMetadata | undefined {
  for (const namespace of ['k8s.io', 'moby', 'default']) {
    const json = readJson(
      `${root}/run/containerd/io.containerd.runtime.v2.task/${namespace}/${id}/config.json`,
    )
    if (json === undefined) continue
    return compact(
      annotation(json, 'io.kubernetes.cri.container-name') ?? annotation(json, 'nerdctl/name'),
      annotation(json, 'io.kubernetes.cri.image-name'),
    )
  }
  return undefined
}

function crio(root: string, id: string): ContainerMetadata | undefined {
  const json = readJson(`${root}/run/containers/storage/overlay-containers/${id}/userdata/config.json`)
  if (json === undefined) return undefined
  return compact(
    annotation(json, 'io.kubernetes.container.name'),
    annotation(json, 'io.kubernetes.cri-o.ImageName'),
  )
}

function annotation(json: Json, name: string): string | undefined {
  return textAt(json, 'annotations', name)
}

function textAt(json: Json, ...path: readonly string[]): string | undefined {
  let value: unknown = json
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as Json)[name]
  }
  return typeof value === 'string' && value !== '' ? value.slice(0, 512) : undefined
}

function compact(name: string | undefined, image: string | undefined): ContainerMetadata {
  return { ...(name === undefined ? {} : { name }), ...(image === undefined ? {} : { image }) }
}

function readJson(path: string): Json | undefined {
  try {
    const bytes = readFileSync(path)
    return bytes.length > maxBytes ? undefined : parse(bytes.toString())
  } catch {
    return undefined
  }
}

function parse(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Json) : undefined
  } catch {
    return undefined
  }
}
