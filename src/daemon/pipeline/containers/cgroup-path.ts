// What a control group's path says of the container in it: each runtime has its own way to write the id
// (cgroups(7); the naming of Docker, containerd, CRI-O, Podman, LXC, systemd-nspawn and Kubernetes).

export interface ContainerName {
  /** 64 hexadecimal digits, or the name where the runtime has nothing else. */
  readonly id: string
  readonly runtime: string
}

interface Rule {
  readonly runtime: string
  readonly pattern: RegExp
}

// The innermost container counts: patterns look at one component, from the last to the first.
const rules: readonly Rule[] = [
  { runtime: 'docker', pattern: /^docker-([0-9a-f]{64})\.scope$/ },
  { runtime: 'containerd', pattern: /^cri-containerd-([0-9a-f]{64})\.scope$/ },
  { runtime: 'cri-o', pattern: /^crio-([0-9a-f]{64})(?:\.scope)?$/ },
  { runtime: 'podman', pattern: /^libpod-([0-9a-f]{64})(?:\.scope)?$/ },
  { runtime: 'systemd-nspawn', pattern: /^systemd-nspawn@(.{1,64})\.service$/ },
  { runtime: 'lxc', pattern: /^lxc\.payload\.(.{1,64})$/ },
  { runtime: 'lxc', pattern: /^lxc\.monitor\.(.{1,64})$/ },
]

const bareId = /^[0-9a-f]{64}$/

/** Undefined when the path is of no container. */
export function containerOf(cgroupPath: string): ContainerName | undefined {
  const parts = cgroupPath.split('/')
  for (let index = parts.length - 1; index >= 0; index--) {
    const part = parts[index] ?? ''
    for (const { runtime, pattern } of rules) {
      const id = pattern.exec(part)?.[1]
      if (id !== undefined) return { id, runtime }
    }
    if (bareId.test(part)) return { id: part, runtime: runtimeOfFolder(parts.slice(0, index)) }
    if (parts[index - 1] === 'lxc' && part !== '') return { id: part, runtime: 'lxc' }
  }
  return undefined
}

/** With the cgroupfs driver the id stands alone, and the folder above it tells the runtime. */
function runtimeOfFolder(above: readonly string[]): string {
  if (above.includes('docker')) return 'docker'
  if (above.some((part) => part.startsWith('kubepods'))) return 'containerd'
  if (above.some((part) => part.startsWith('libpod') || part === 'podman')) return 'podman'
  return 'unknown'
}
