// Containers and images by the state folders of their engines, without asking the engines: what runs, what starts by itself, with
// which rights, and where its changes lie on the host's disk. Environments are not told: they are full of secrets.

import { foldersIn, type Json, listOf, objectOf, readJson, textField, texts } from './container-file.ts'
import type { Host } from './host.ts'

export interface ContainerRow {
  readonly engine: 'docker' | 'podman' | 'containerd' | 'lxc' | 'nspawn'
  readonly id: string
  readonly name: string | null
  readonly image: string | null
  readonly command: readonly string[]
  readonly created: string | null
  readonly running: boolean | null
  readonly restart: string | null
  readonly privileged: boolean | null
  readonly network: string | null
  /** `host path:path inside`. */
  readonly mounts: readonly string[]
  readonly capabilities: readonly string[]
  /** Where its own changes lie. */
  readonly changes: string | null
  readonly log: string | null
  /** Where its engine keeps it. */
  readonly state: string
}

export interface ImageRow {
  readonly engine: ContainerRow['engine']
  readonly id: string
  readonly names: readonly string[]
  readonly created: string | null
}

const none = {
  name: null,
  image: null,
  command: [],
  created: null,
  running: null,
  restart: null,
  privileged: null,
  network: null,
  mounts: [],
  capabilities: [],
  changes: null,
  log: null,
} as const satisfies Partial<ContainerRow>

/** `homes`: of users who may have containers of their own. */
export function* containersOf(host: Host, homes: readonly string[]): Generator<ContainerRow> {
  for (const root of dockerRoots(host)) yield* dockerContainers(host, root)
  for (const root of podmanRoots(homes)) yield* podmanContainers(host, root)
  yield* runtimeTasks(host)
  for (const name of foldersIn(host, '/var/lib/lxc')) {
    const state = `/var/lib/lxc/${name}`
    if (host.tree.stat(`${state}/config`) !== undefined)
      yield { ...none, engine: 'lxc', id: name, name, changes: `${state}/rootfs`, state }
  }
  for (const name of foldersIn(host, '/var/lib/machines')) {
    const state = `/var/lib/machines/${name}`
    yield { ...none, engine: 'nspawn', id: name, name, changes: state, state }
  }
}

export function* imagesOf(host: Host, homes: readonly string[]): Generator<ImageRow> {
  for (const root of dockerRoots(host))
    for (const driver of foldersIn(host, `${root}/image`))
      yield* dockerImages(host, `${root}/image/${driver}`)
  for (const root of podmanRoots(homes)) {
    for (const driver of ['overlay', 'vfs', 'btrfs', 'zfs'])
      for (const image of listOf(readJson(host, `${root}/${driver}-images/images.json`)).map(objectOf))
        yield {
          engine: 'podman',
          id: textField(image['id']) ?? '',
          names: texts(image['names']),
          created: textField(image['created']),
        }
  }
}

function dockerRoots(host: Host): string[] {
  const configured = textField(objectOf(readJson(host, '/etc/docker/daemon.json'))['data-root'])
  const roots = ['/var/lib/docker', '/var/snap/docker/common/var-lib-docker']
  return configured?.startsWith('/') === true ? [...new Set([...roots, configured])] : roots
}

function* dockerContainers(host: Host, root: string): Generator<ContainerRow> {
  for (const id of foldersIn(host, `${root}/containers`)) {
    const state = `${root}/containers/${id}`
    const container = objectOf(readJson(host, `${state}/config.v2.json`))
    const settings = objectOf(readJson(host, `${state}/hostconfig.json`))
    const restart = objectOf(settings['RestartPolicy'])
    const running = objectOf(container['State'])['Running']
    yield {
      engine: 'docker',
      id,
      name: textField(container['Name'])?.replace(/^\//, '') ?? null,
      image: textField(objectOf(container['Config'])['Image']) ?? textField(container['Image']),
      command: [...texts([container['Path']]), ...texts(container['Args'])],
      created: textField(container['Created']),
      running: typeof running === 'boolean' ? running : null,
      restart: textField(restart['Name']),
      privileged: settings['Privileged'] === true,
      network: textField(settings['NetworkMode']),
      mounts: Object.values(objectOf(container['MountPoints'])).map((mount) => {
        const { Source: source, Destination: destination } = objectOf(mount)
        return `${textField(source) ?? ''}:${textField(destination) ?? ''}`
      }),
      capabilities: texts(settings['CapAdd']),
      changes: dockerChanges(host, { root, id, driver: textField(container['Driver']) ?? 'overlay2' }),
      log: textField(container['LogPath']),
      state,
    }
  }
}

function dockerChanges(host: Host, at: { root: string; id: string; driver: string }): string | null {
  const { root, id, driver } = at
  if (!/^[a-z0-9]{1,32}$/.test(driver)) return null
  const layer = host.text(`${root}/image/${driver}/layerdb/mounts/${id}/mount-id`)?.trim() ?? ''
  return /^[\w-]{1,128}$/.test(layer) ? `${root}/${driver}/${layer}/diff` : null
}

function* dockerImages(host: Host, folder: string): Generator<ImageRow> {
  const names = new Map<string, string[]>()
  const repositories = objectOf(objectOf(readJson(host, `${folder}/repositories.json`))['Repositories'])
  for (const tags of Object.values(repositories)) {
    for (const [name, id] of Object.entries(objectOf(tags))) {
      if (typeof id !== 'string') continue
      const known = names.get(id)
      if (known === undefined) names.set(id, [name])
      else known.push(name)
    }
  }
  for (const { name } of host.tree.list(`${folder}/imagedb/content/sha256`)) {
    const image = objectOf(readJson(host, `${folder}/imagedb/content/sha256/${name}`))
    const id = `sha256:${name}`
    yield { engine: 'docker', id, names: names.get(id) ?? [], created: textField(image['created']) }
  }
}

function podmanRoots(homes: readonly string[]): string[] {
  return ['/var/lib/containers/storage', ...homes.map((home) => `${home}/.local/share/containers/storage`)]
}

function* podmanContainers(host: Host, root: string): Generator<ContainerRow> {
  for (const driver of ['overlay', 'vfs', 'btrfs', 'zfs']) {
    const folder = `${root}/${driver}-containers`
    for (const container of listOf(readJson(host, `${folder}/containers.json`)).map(objectOf)) {
      const id = textField(container['id']) ?? ''
      if (!/^[0-9a-f]{12,64}$/.test(id)) continue
      const layer = textField(container['layer']) ?? ''
      const state = `${folder}/${id}`
      yield {
        ...none,
        ...specification(objectOf(readJson(host, `${state}/userdata/config.json`))),
        engine: 'podman',
        id,
        name: texts(container['names'])[0] ?? null,
        image: imageName(container),
        created: textField(container['created']),
        changes: /^[0-9a-f]{12,64}$/.test(layer) ? `${root}/${driver}/${layer}/diff` : null,
        state,
      }
    }
  }
}

function imageName(container: Json): string | null {
  try {
    const metadata: unknown = JSON.parse(textField(container['metadata']) ?? '{}')
    return textField(objectOf(metadata)['image-name']) ?? textField(container['image'])
  } catch {
    return textField(container['image'])
  }
}

/** Those that run now under containerd: its own records are in a database of its own kind. */
function* runtimeTasks(host: Host): Generator<ContainerRow> {
  const root = '/run/containerd/io.containerd.runtime.v2.task'
  for (const namespace of foldersIn(host, root)) {
    // Docker's own have been told.
    if (namespace === 'moby') continue
    for (const id of foldersIn(host, `${root}/${namespace}`)) {
      const state = `${root}/${namespace}/${id}`
      const read = objectOf(readJson(host, `${state}/config.json`))
      const notes = objectOf(read['annotations'])
      yield {
        ...none,
        ...specification(read),
        engine: 'containerd',
        id,
        name: textField(notes['io.kubernetes.cri.container-name']) ?? textField(notes['nerdctl/name']),
        image: textField(notes['io.kubernetes.cri.image-name']),
        running: true,
        state,
      }
    }
  }
}

/** config.json of the OCI runtime specification. */
function specification(read: Json): Partial<ContainerRow> {
  const started = objectOf(read['process'])
  return {
    command: texts(started['args']),
    capabilities: texts(objectOf(started['capabilities'])['bounding']),
    mounts: listOf(read['mounts']).flatMap((mount) => {
      const { type, source, destination } = objectOf(mount)
      return type === 'bind' ? [`${textField(source) ?? ''}:${textField(destination) ?? ''}`] : []
    }),
  }
}
